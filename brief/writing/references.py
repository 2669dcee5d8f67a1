"""The links, identifiers and dates of a text, each in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Reference(NamedTuple):
    """A link, identifier or date: as the text has it, its one spelling, and where it stands."""

    text: str
    key: str
    start: int
    end: int


class Date(NamedTuple):
    """A date of a text; a part that it leaves open is None."""

    text: str
    parts: tuple[int | None, int | None, int | None]  # year, month, day
    start: int
    end: int


_TLD = (
    "com|org|net|io|ai|dev|app|edu|gov|cn|co|ly|me|xyz|info|tech|site|cc|tv|gl|gg|uk|de|jp|kr|eu|ac|hk|us|sh|wiki|cloud"
)
_IN_PATH = r"[A-Za-z0-9_~%/?#=&@:.+!*'-]"
_LINK = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,9}}://|www\.){_IN_PATH}+|mailto:{_IN_PATH}+|(?<![\w@.-])[\w.+-]+@[\w-]+\.[\w.-]+"
    rf"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:{_TLD})(?![\w-]|\.\w)(?:[/?:]{_IN_PATH}*)?"
    rf"|(?<![\w@./-])(?:[a-z0-9-]+\.)+[a-z]{{2,6}}/{_IN_PATH}+",
    re.ASCII | re.IGNORECASE,
)
_ARXIV = re.compile(
    r"(?<![\w./-])(?:(?:arxiv:\s?)(?P<named>\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7}(?:v\d+)?)"
    r"|(?P<bare>\d{4}\.\d{4,5}(?:v\d+)?|[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?)"
    r"|(?P<doi>(?:doi:\s?)?10\.\d{4,9}/[\w./()-]*\w))(?![\w-]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_FULL_MONTH = "january|february|april|june|july|august|september|october|november|december"
_DATE = re.compile(
    rf"""
    (?<![\d.-])(?<!\d,)(?P<y1>(?:19|20)\d\d)(?:(?P<s>[-/.])(?P<m1>0?[1-9]|1[0-2])(?P=s)(?P<d1>0?[1-9]|[12]\d|3[01]))(?!\d|\.\d)
    |(?<![\d./-])(?<!\d,)(?P<y2>(?:19|20)\d\d)-(?P<m2>0[1-9]|1[0-2])(?![\d-]|\.\d)
    |(?P<y3>(?:19|20)\d\d)\s?年(?:\s?(?P<m3>1[0-2]|0?[1-9])\s?月(?:份|\s?(?P<d3>\d\d?)\s?[日号])?)?
    |(?P<m4>1[0-2]|(?<!\d)0?[1-9])\s?月(?:份|\s?(?P<d4>\d\d?)\s?[日号])?
    |(?<!\d)(?P<d5>[12]\d|3[01]|[1-9])\s?[日号](?!志|常|本)
    |\b(?P<m6>{_MONTH})\s(?P<d6>\d\d?)(?:st|nd|rd|th)?\b(?!%|\.\d)(?:,?\s(?P<y6>(?:19|20)\d\d)\b)?
    |\b(?P<d7>\d\d?)(?:st|nd|rd|th)?\s(?:of\s)?(?P<m7>{_MONTH})(?![A-Za-z])(?:,?\s(?P<y7>(?:19|20)\d\d)\b)?
    |\b(?P<m8>{_MONTH}),?\s(?P<y8>(?:19|20)\d\d)\b
    |\b(?P<m9>{_FULL_MONTH})\b
    |(?<=\d[/~])(?P<m10>0[1-9]|1[0-2])-(?P<d10>0[1-9]|[12]\d|3[01])(?!\d)
    """,
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)


def links(text: str) -> Iterator[Reference]:
    """Yield the links of a folded text, bare domains and mail addresses among them; the key has no scheme."""
    for match in _LINK.finditer(text):
        shown = match[0].rstrip(".,;:!?'*_")
        key = re.sub(r"^(?:[a-z][a-z0-9+.-]*://|mailto:)?(?:www\.)?", "", shown.lower()).rstrip("/")
        yield Reference(shown, key, match.start(), match.start() + len(shown))


def ids(text: str) -> Iterator[Reference]:
    """Yield the arXiv ids and DOIs of a folded text; the key has no prefix."""
    for match in _ARXIV.finditer(text):
        key = re.sub(r"^doi:\s?", "", (match["named"] or match["bare"] or match["doi"]).lower())
        yield Reference(match[0], key, match.start(), match.end())


def dates(text: str) -> Iterator[Date]:
    """Yield the dates of a folded text, whole ones, and months, years or days alone."""
    for match in _DATE.finditer(text):
        parts = {name[0]: value for name, value in match.groupdict().items() if value and name != "s"}
        month = parts.get("m", "")
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1 if month else None
        year, day = (int(parts[part]) if part in parts else None for part in "yd")
        yield Date(match[0], (year, number, day), match.start(), match.end())
