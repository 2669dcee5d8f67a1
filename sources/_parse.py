"""Reading what sites send: text is bounded, times are UTC, anything unusable is empty or None."""

from __future__ import annotations

import datetime as dt
import email.utils
import re

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Half characters cannot be stored or sent; the others are invisible and can reorder what a reader sees.
_HIDDEN = re.compile("[\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(text: object, limit: int) -> str:
    """Return a string as one line of at most `limit` characters, cut with an ellipsis; empty for anything else."""
    if not isinstance(text, str):
        return ""
    line = _BLANK.sub(" ", _HIDDEN.sub("", text[: 4 * limit])).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def when(value: object) -> dt.datetime | None:
    """Return the UTC time of an ISO 8601 or RFC 5322 string, None for anything else. Without a zone it is UTC."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    for read in (dt.datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            time = read(value.strip())
            return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            continue
    return None
