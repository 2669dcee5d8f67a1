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
# Seasons, quarters and halves of a year by the numbers that the Extended Date/Time Format has in place of a month:
# https://www.loc.gov/standards/datetime/
_SEASON = r"spring|summer|autumn|fall|winter"
_SEASONS = {"spr": 21, "sum": 22, "aut": 23, "fal": 23, "win": 24, "春": 21, "夏": 22, "秋": 23, "冬": 24}
_QUARTERS = {"1": 33, "一": 33, "f": 33, "2": 34, "二": 34, "s": 34, "3": 35, "三": 35, "t": 35, "4": 36, "四": 36}
_HALVES = {"上": 40, "first": 40, "1": 40, "下": 41, "second": 41, "2": 41}
_NTH = "first|second|third|fourth"
_MONTHS_OF = {
    **{21 + i: [(2 + 3 * i) % 12 + 1, (3 + 3 * i) % 12 + 1, (4 + 3 * i) % 12 + 1] for i in range(4)},
    **{33 + i: [3 * i + 1, 3 * i + 2, 3 * i + 3] for i in range(4)},
    40: list(range(1, 7)),
    41: list(range(7, 13)),
}
_DATE = re.compile(
    rf"""
    (?<![\d.-])(?<!\d,)(?P<y1>(?:19|20)\d\d)(?:(?P<s>[-/.])(?P<m1>0?[1-9]|1[0-2])(?P=s)(?P<d1>0?[1-9]|[12]\d|3[01]))(?!\d|\.\d)
    |(?<![\d./-])(?<!\d,)(?P<y2>(?:19|20)\d\d)-(?P<m2>0[1-9]|1[0-2])(?![\d-]|\.\d)
    |(?P<y13>(?:19|20)\d\d)\s?年?\s?(?:第?(?P<q13>[一二三四1-4])\s?季度|(?P<s13>[春夏秋冬])(?:[季天初末]|(?=[^\u4e00-\u9fff]|$))|(?P<h13>[上下])半年)
    |\b(?P<s14>{_SEASON})(?:\sof)?,?\s(?P<y14>(?:19|20)\d\d)\b|\b(?P<y15>(?:19|20)\d\d)(?:\s|-)?(?:Q(?P<q15>[1-4])|H(?P<h15>[12])|(?P<s15>{_SEASON}))\b
    |\b(?:Q(?P<q16>[1-4])|H(?P<h16>[12]))(?:\sof)?,?[\s/]?(?P<y16>(?:19|20)\d\d)\b
    |\b(?:(?P<q17>{_NTH})\squarter|(?P<h17>first|second)\shalf)(?:\sof)?\s(?P<y17>(?:19|20)\d\d)\b
    |\b(?:in|this|last|next|since|during)\s(?:the\s)?(?P<s18>{_SEASON})\b(?!(?:\sof)?,?\s(?:19|20)\d\d)|[今去明]年(?:第?(?P<q19>[一二三四])季度|(?P<s19>[春夏秋冬])[季天]?|(?P<h19>[上下])半年)
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
        month = month or _part_of_year(parts)
        yield Date(match[0], (year, month, day), match.start(), match.end())


def covers(date: Date, known: tuple[int | None, int | None, int | None]) -> bool:
    """Whether a text with the date `known` has this one, which may say less: of its day the month or the season."""
    year, month, day = date.parts
    same = month is None or month == known[1] or (known[1] in _MONTHS_OF.get(month, ()))
    return same and year in (None, known[0]) and day in (None, known[2])


def _part_of_year(parts: dict[str, str]) -> int | None:
    if "s" in parts:
        return _SEASONS[parts["s"].lower()[:3]]
    if "q" in parts:
        return _QUARTERS[parts["q"].lower()[0]]
    return _HALVES[parts["h"].lower()] if "h" in parts else None


def _number(part: str) -> int:
    if part.isdigit() and part.isascii():
        return int(part)
    return _MONTHS.index(part[:3].lower()) + 1 if part.isascii() else int(from_chinese(part))
