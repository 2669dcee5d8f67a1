"""The links, identifiers and dates of a text, each in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from brief.writing.numerals import from_chinese


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
_SPELLED_DOT = (
    r"\s?(?:[\[({【<]\s?(?:\.|dot|点|d0t)\s?[\])}】>]|(?<=\s)(?:dot|点)(?=\s)|(?<=[a-z0-9])点(?=\s?[a-z]))\s?"
)
_IN_PATH = r"[A-Za-z0-9_~%/?#=&@:.+!*'-]"
_LINK = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,9}}://|www\.){_IN_PATH}+|mailto:{_IN_PATH}+|(?<![\w@.-])[\w.+-]+@[\w-]+\.[\w.-]+"
    rf"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:{_TLD})(?![\w-]|\.\w)(?:[/?:]{_IN_PATH}*)?"
    rf"|(?<![\w@./-])(?:[a-z0-9-]+\.)+[a-z]{{2,6}}/{_IN_PATH}+"
    # Written so that it does not look like one: github[.]com, github 点 com/a, hf dot co.
    rf"|(?<![\w@./-])[a-z0-9-]{{1,63}}(?:(?:{_SPELLED_DOT}|\.)[a-z0-9-]{{1,63}}){{0,3}}(?:{_SPELLED_DOT}|\s\.\s?"
    rf"|\.\s(?=(?:{_TLD})/)|[。·](?=(?-i:com|org|net|cn|io)\b|(?:{_TLD})/))(?:{_TLD})(?![\w-])(?:\s?(?:/|slash\s|斜杠\s?)\s?{_IN_PATH}*)?",
    re.ASCII | re.IGNORECASE,
)
_ARXIV = re.compile(
    r"(?<![\w./-])(?:(?:arxiv:\s?)(?P<named>\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7}(?:v\d+)?)"
    r"|(?P<bare>\d{4}\.\d{4,5}(?:v\d+)?|[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?)"
    r"|(?P<doi>(?:doi:\s?)?10\.\d{4,9}/[\w./()-]*\w))(?![\w-]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_ZH_DAY = "三十一|三十|二?十[一二三四五六七八九]|[二廿]十|二?十|[一二三四五六七八九]"
_ZH_MONTH = "十[一二]|[一二三四五六七八九十]"
_ZH_YEAR = "[一二][九〇零][0-9零〇一二三四五六七八九]{2}"
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
    |(?P<y11>{_ZH_YEAR})\s?年(?:\s?(?P<m11>{_ZH_MONTH})\s?月(?:份|(?P<d11>{_ZH_DAY})[日号])?)?
    |(?<![一二三四五六七八九十个])(?P<m12>{_ZH_MONTH})月(?:份|(?P<d12>{_ZH_DAY})[日号])
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

_WEEKDAYS = "mon|tue|wed|thu|fri|sat|sun"
# Days that only the day of writing fixes; today and this week are the writer's own.
_RELATIVE = re.compile(
    rf"""
    (?<![一二两三四五六七八九十每\d])(?P<period>[上下]个?)?(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])(?![共致直般定样些])
    |\b(?:(?P<last>last|next|past|previous)\s)?(?P<en>{_WEEKDAYS})(?:day|sday|nesday|rsday|urday)s?\b
    |(?P<yesterday>\byesterday\b|昨[天日晚])|(?P<before>前[天日](?!性)|\bthe\sday\sbefore\syesterday\b)|(?P<tomorrow>\btomorrow\b|明[天日])
    |(?P<week>\blast\sweek\b(?!\sof)|上(?:个?星期|周))|(?P<month>\blast\smonth\b(?!\sof)|上个?月)|(?P<year>\blast\syear\b(?!\sof)|去年)
    """,
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)


def moments(text: str) -> Iterator[Reference]:
    """Yield the days that a folded text names by the day it was written: `last Friday`, `昨天`."""
    for match in _RELATIVE.finditer(text):
        key = match.lastgroup or ""
        if match["zh"]:
            key = str("一二三四五六日天".index(match["zh"]) % 7 if match["zh"] != "天" else 6)
        elif match["en"]:
            key = str(_WEEKDAYS.split("|").index(match["en"].lower()))
        yield Reference(match[0], key, match.start(), match.end())


def links(text: str) -> Iterator[Reference]:
    """Yield the links of a folded text, bare domains and mail addresses among them; the key has no scheme."""
    for match in _LINK.finditer(text):
        shown = match[0].rstrip(".,;:!?'*_")
        spelled = re.sub(rf"{_SPELLED_DOT}|\s?[.。·]\s?", ".", shown.lower())
        plain = re.sub(r"\s?(?:/|slash|斜杠)\s?", "/", spelled) if spelled != shown.lower() else spelled
        key = re.sub(r"^(?:[a-z][a-z0-9+.-]*://|mailto:)?(?:www\.)?", "", plain).rstrip("/")
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
        year, month, day = (_number(parts[part]) if part in parts else None for part in "ymd")
        yield Date(match[0], (year, month, day), match.start(), match.end())


def _number(part: str) -> int:
    if part.isdigit() and part.isascii():
        return int(part)
    return _MONTHS.index(part[:3].lower()) + 1 if part.isascii() else int(from_chinese(part))
