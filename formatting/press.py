"""What a button carries, the same in every chat: `1|card|260501|2604.26904`."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_VERSION = "1"  # raise it when a button's meaning changes
_DATA = re.compile(rf"{_VERSION}\|(?P<action>[a-z_]{{1,20}})\|(?P<date>\d{{6}})\|(?P<value>.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Press:
    """What a pressed button asks for: `action` is a command's name, `date` the edition it was shown with."""

    action: str
    value: str
    date: dt.date


def pack(action: str, value: str, date: dt.date, *, limit: int = 64) -> str:
    """Return a button's data such as `1|card|260501|2604.26904`.

    Raises ValueError where it would take more than `limit` bytes (Telegram's, unless told otherwise), or for a year
    outside this century.
    """
    if date.year // 100 != 20:
        raise ValueError(f"no button for the year {date.year}")
    data = f"{_VERSION}|{action}|{date:%y%m%d}|{value}"
    if not _DATA.fullmatch(data) or len(data.encode()) > limit:
        raise ValueError(f"not callback data: {action!r}")
    return data


def unpack(data: str) -> Press | None:
    """Return what a button asks for; None for data of another version or program."""
    match = _DATA.fullmatch(data)
    if match is None:
        return None
    year, month, day = (int(match["date"][n : n + 2]) for n in (0, 2, 4))
    try:
        return Press(match["action"], match["value"], dt.date(2000 + year, month, day))
    except ValueError:
        return None
