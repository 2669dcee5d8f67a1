"""The quantities a text states, with their units, so that 13.5K, 13,500 and 1.35 万 are one number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from brief.writing import numerals
from brief.writing.numerals import CHINESE, DIGITS, ENGLISH
from brief.writing.things import things
from brief.writing.units import measures

MOST = 1_000  # quantities read of a text

# What a value may be: a count, a share, percentage points, points of a score, a factor, orders of magnitude, a ratio,
# a vague "thousands", a place in an order.
Reading = tuple[Decimal, str]


class Quantity(NamedTuple):
    """A quantity of a text: every way it may be read, the classes of what it counts, and where it stands.

    `free` is one that a writer may use about the writing itself ("two points", "first").
    """

    text: str
    readings: tuple[Reading, ...]
    things: frozenset[str]
    free: bool
    start: int
    end: int


_SCALE = r"(?:thousand|million|billion|trillion|hundred|dozen)\b"
_ORDINALS = ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_PARTS = {word: 3 + i for i, word in enumerate(_ORDINALS)} | {"quarter": 4, "twentieth": 20, "hundredth": 100}
_UP_TO_TEN = "one|two|three|four|five|six|seven|eight|nine|ten"
_FACTORS = {"twice": 2, "thrice": 3, "doubl": 2, "tripl": 3, "quadrupl": 4, "翻": 2, "加倍": 2}
_ZH_STEP = "万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百|十"
_EN_STEPS = {"dozen": 10, "ten": 10, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_LARGE = "hundred|thousand|million|billion"

# In order: the first alternative that fits at a place is taken.
_QUANTITY = re.compile(
    rf"""
    (?P<marker>\b(?:steps?|stage|phase|idea|option|question|reason|point)\s[1-9]\b(?=\s*[,:;.)]|$)|\bstep\s[1-9]\b|\([1-9]\)|(?:^\s*|(?<=[;,:。])|(?<=[;,:.]\s))[1-9]\)|^\s*[1-9]\.\s)
    |(?P<idiom>个?百分点|百度|百科|百般|百分比|千问|千瓦|千兆|千万(?=不|别|要|注)|千篇一律|千差万别|成千上万|万一|万能|万物|万维|万无一失
      |零一万物|五花八门|三言两语|举一反三|独一无二|接二连三|一石二鸟|再三|三思|三明治|四舍五入|四处|四周|五官|七夕|八卦
      |十分(?!之)|十足|一成不变|不三不四|说三道四|[张李]三|周[一二三四五六]|星期[一二三四五六])
    |百分之(?P<share>{DIGITS}|{CHINESE})|(?P<all>百分百)
    |(?P<below>{DIGITS}|{CHINESE})分之(?P<above>{DIGITS}|{CHINESE})
    |\b(?P<order>an\s+order\s+of\s+magnitude)\b
    |(?P<half>\bhal(?:f|ve[sd]?|ving)\b(?!\s+an?\s)|一半|减半|半数|过半|对半)
    |(?P<more>[一二两三四五六七八九])成(?P<hundredths>[一二三四五六七八九半])(?![个名步种条])
    |(?P<tenths>[一二两三四五六七八九]|[1-9](?:\.\d)?\s?)成(?![员为分立本就功熟果长效对])
    |\b(?P<some>a|{_UP_TO_TEN})[\s-](?P<part>{"|".join(_PARTS)})(?:s|(?=\s+(?:of|as|to|in|the|fewer|less|more|fail\w*|that)\b|[.,;:]|$))(?<!\ba\stenths)\b
    |\b(?P<hit>{_UP_TO_TEN})\s+(?:in|(?:out\s+)?of)\s+(?:every\s+)?(?P<try>{_UP_TO_TEN})\b
    |\b(?P<whole>{_UP_TO_TEN}|\d{{1,3}})\s+and\s+a\s+half\b|(?P<whole_zh>[一二两三四五六七八九十\d]{{1,3}})\s?个半(?=小时|月|星期|百分点)
    |\b(?P<single>single)(?=[\s-](?:[\w-]+\s){{0,2}}(?:GPU|TPU|node|machine|server)s?\b)|(?P<single_zh>单)(?=[卡机]|[张块台]\s?(?:GPU|显卡))
    |(?P<large>{DIGITS}\s?(?:亿|万))零?\s?(?P<rest>\d{{1,4}}\s?(?:千万|百万|万|千|百)?)(?![\d.])
    |\b(?P<factor>twice|thrice|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|quadrupl(?:e[sd]?|ing))\b
    |(?P<factor_zh>翻倍|翻了?一番|翻番|加倍)
    |(?:[数几上成](?P<vague_zh>{_ZH_STEP})|(?P<teens>十几))(?!字|分)
    |\b(?P<vague>(?:tens|dozens|hundreds|thousands|millions|billions)(?:\s+of\s+(?:{_LARGE})s?)?)\b(?=\s|-|$|[.,;:])
    |(?<![\d.,/])(?P<over>\d{{1,9}})/(?P<under>\d{{1,9}}(?:\.\d{{1,9}})?)(?![\d/]|\.\d)
    |(?<![\d.,])(?P<hits>\d{{1,9}})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<tries>\d{{1,9}})(?![\d.,]*\d)
    |(?<![\d:])(?P<ratio>\d{{1,9}}:\d{{1,9}})(?![\d:])
    |(?:(?P<mantissa>{DIGITS})\s*[x×*]\s*)?\b10\s?\^\s?(?P<power>[+-]?\d{{1,3}})(?!\d)
    |(?P<sci>\d{{1,18}}(?:\.\d{{1,18}})?)e(?P<exponent>[+-]?\d{{1,3}})(?!\w)
    |(?P<digits>{DIGITS})(?:[\s-]?(?P<scale>{_SCALE})|\s?(?P<letter>(?:[KMBT]|(?<=\d)(?:[kmbt]|mn|bn))(?![A-Za-z0-9]))
      |\s?(?P<scale_zh>万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?!瓦|兆|字|米|克)|百(?!分)))?
    |第(?P<nth>\d{{1,9}}|{CHINESE})
    |\b(?P<english>{ENGLISH})\b
    |\b(?P<ordinal>{"|".join(_ORDINALS)})\b(?!\s*,|[\s-]part)
    |(?P<chinese>{CHINESE})
    """,
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_TAIL = re.compile(
    r"""\s*(?:
    (?P<pp>-?\s?(?:percentage|percent|%)[\s-]points?\b|pp\b|ppts?\b|p\.p\.|个?百分点)
    |(?P<percent>%|-?percent\b|per\s?cent\b|pct\b)
    |(?P<magnitude>-?orders?[\s-]of[\s-]magnitude|个?数量级)
    |(?P<x>[x×](?![A-Za-z0-9])|倍)|(?P<times>-?fold\b|-?times\b|[x×](?=\s?[A-Z]))
    |(?P<score>(?:absolute\s)?points?\b|分(?![钟之别析布类为成层支组块段步阶词发解离])|个点)
    )""",
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_NTH_FREE = re.compile(r"\s*[,:、。方者篇条点步]")
_RANGE = re.compile(r"\s*(?:-{1,3}|~|to|至|到|->|→)\s*", re.ASCII)
_LIST = re.compile(r"\s*(?:-{1,3}|~|to|至|到|->|→|and|or|,|,\s*and|、|/|和|与|或|vs\.?|versus)\s*", re.ASCII)
_FACTOR_BEFORE = re.compile(
    r"(?:factors? of|multipl\w+ [^.;]{0,60}by)\s*(?:about|over|up to|~)?\s*$", re.ASCII | re.IGNORECASE
)
_MEASURE = re.compile(
    r"[\s-]?[个张块台]?\s?(?:\btokens?\b|词元|\bhours?\b|小时|\bminutes?\b|分钟|秒|\b(?:day|week|month|year)s?\b|[天周年]|月|"
    r"\bdollars?\b|美元|\b[GT]PUs?\b|显卡|卡|\bbits?\b|比特|[GT]B\b|\bnodes?\b|节点)",
    re.ASCII | re.IGNORECASE,
)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the first 1,000 quantities of a folded text in order."""
    found = [q for match in islice(_QUANTITY.finditer(text), MOST) if (q := _quantity(text, match))]
    return tuple(_spread(text, found))


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    if match["idiom"] or match["marker"]:
        return None
    tail = _TAIL.match(text, match.end())
    kind = tail.lastgroup if tail else None
    end = tail.end() if tail else match.end()
    readings = tuple(_readings(match, kind or "plain"))
    if kind is None and _FACTOR_BEFORE.search(text[max(match.start() - 80, 0) : match.start()]):
        readings += ((readings[0][0], "x"),)
    at = match.end("digits") if match["letter"] == "m" and " " in match[0] else end  # 5 m is no five million
    measured, unit = (
        measures(text, at, readings[0][0] if at == end else _value(match["digits"])) if kind is None else ((), None)
    )
    counted = things(text, match.start(), end)
    if unit:  # which says more than that it is one of time or memory
        counted = (counted - {"second", "byte"}) | {unit}
    word = match["english"] or match["chinese"]
    small = bool(word) and kind is None and readings[0][0] <= 2 and not _MEASURE.match(text, end)
    free = small or _free_place(text, match) or match["chinese"] in ("零", "〇")
    return Quantity(text[match.start() : end], (*readings, *measured), counted, free, match.start(), end)


def _free_place(text: str, match: re.Match[str]) -> bool:
    """Whether this is a first or second, or a place in the writer's own list."""
    return bool(match["nth"]) and (match["nth"] in "一二12" or bool(_NTH_FREE.match(text, match.end())))


def _readings(match: re.Match[str], kind: str) -> Iterator[Reading]:
    read = next((read for groups, read in _READERS if match.lastgroup in groups), None)
    yield from read(match, kind) if read else _of_fraction(match)


def _of_words(match: re.Match[str], kind: str) -> Iterator[Reading]:
    yield from _of_kind(_value(match[match.lastgroup or 0]), kind)


def _of_halves(match: re.Match[str], kind: str) -> Iterator[Reading]:
    yield from _of_kind(_value(match[match.lastgroup or 0]) + Decimal("0.5"), kind)


def _of_sum(match: re.Match[str], kind: str) -> Iterator[Reading]:
    yield from _of_kind(_scaled_value(match["large"]) + _scaled_value(match["rest"]), kind)


def _of_share(match: re.Match[str], _: str) -> Iterator[Reading]:
    tenths = _value(match["tenths"] or match["more"] or "0") * 10
    rest = match["hundredths"]
    part = Decimal(5) if rest == "半" else _value(rest or match["share"] or "0")
    yield Decimal(100) if match["all"] else tenths + part, "percent"


def _of_power(match: re.Match[str], kind: str) -> Iterator[Reading]:
    base = numerals.from_digits(match["mantissa"] or match["sci"] or "1")
    yield from _of_kind(base.scaleb(int(match["power"] or match["exponent"])), kind)


def _of_factor(match: re.Match[str], _: str) -> Iterator[Reading]:
    word = match[match.lastgroup or 0].lower()
    value = next(Decimal(n) for start, n in _FACTORS.items() if word.startswith(start))
    yield value, "x"
    if value > 2:  # a triple has three parts
        yield value, "plain"


def _of_ratio(match: re.Match[str], _: str) -> Iterator[Reading]:
    yield Decimal(match["ratio"].partition(":")[0]), f"ratio {match['ratio']}"


def _of_ordinal(match: re.Match[str], _: str) -> Iterator[Reading]:
    yield Decimal(3 + _ORDINALS.index(match["ordinal"].lower())), "plain"


def _of_digits(match: re.Match[str], kind: str) -> Iterator[Reading]:
    letter = match["letter"]
    value = numerals.from_digits(match["digits"], letter or match["scale"] or match["scale_zh"])
    yield from _of_kind(value, kind)
    if letter and letter.islower() and letter != "k":  # 20m may be minutes or metres
        yield numerals.from_digits(match["digits"]), "plain"


def _of_kind(value: Decimal, kind: str) -> Iterator[Reading]:
    if kind == "times":  # three times as fast, or three times in a row
        yield value, "plain"
    if kind == "magnitude" and value <= 9:
        yield Decimal(10) ** int(value), "x"
    yield value, "x" if kind == "times" else kind
    if kind == "x" and value == 1:  # 快一倍 is twice as fast
        yield Decimal(2), "x"
    if kind == "plain" and 0 < value < 1:
        yield value * 100, "percent"


def _of_fraction(match: re.Match[str]) -> Iterator[Reading]:
    """Yield a fraction as a share; its two numbers follow from the text alone."""
    if match["half"]:
        above, below = Decimal(1), Decimal(2)
    elif match["some"]:
        above = Decimal(1) if match["some"].lower() == "a" else numerals.from_english(match["some"])
        below = Decimal(_PARTS[match["part"].lower()])
    else:
        above, below = (
            _value(next(match[name] for name in groups if match[name]))
            for groups in (("above", "over", "hits", "hit"), ("below", "under", "tries", "try"))
        )
    yield above, f"of {below.normalize():f}"
    if 0 < above < below and 1000 * above % below == 0:  # a rounded share could be that of other numbers
        yield 100 * above / below, "percent"
        yield above / below, "plain"


def _scaled_value(text: str) -> Decimal:
    digits = text.rstrip("亿万千百 ")
    return numerals.from_digits(digits, text[len(digits) :].strip() or None)


def _value(text: str) -> Decimal:
    text = text.strip()
    if text[0] in "0123456789.":
        return numerals.from_digits(text)
    return numerals.from_english(text) if text.isascii() else numerals.from_chinese(text)


def _vague(match: re.Match[str]) -> int:
    if match["vague"]:
        value = 1
        for word in re.findall(r"[a-z]+?(?=s?\b)", match["vague"].lower()):
            value *= _EN_STEPS.get(word, 1)
        return value
    return int(numerals.from_chinese(match["vague_zh"] or "十"))


def _spread(text: str, found: list[Quantity]) -> Iterable[Quantity]:
    """Let "12 to 15%" and "3, 5 and 7B" lend the last one's unit to those before it."""
    for i in range(len(found) - 2, -1, -1):
        left, right = found[i], found[i + 1]
        value, kind = left.readings[0]
        between = text[left.end : right.start]
        tenths = right.text[-1:] == "成" and value <= 9
        if kind == "plain" and (tenths or left.text[-1:].isdigit()) and _LIST.fullmatch(between):
            units = {k for v, k in right.readings if v == right.readings[0][0]}  # 0.2 is no 20% to lend
            lent = tuple((value * 10 if tenths else value, k) for k in ("percent", "pp", "x", "score") if k in units)
            scaled = _scaled(value, right)
            own = () if _RANGE.fullmatch(between) and (lent or scaled) else left.readings
            found[i] = left._replace(readings=(*own, *lent, *scaled), things=left.things | right.things)
    return found


def _scaled(value: Decimal, right: Quantity) -> tuple[Reading, ...]:
    scale = re.search(r"(?<=\d)[\s-]?([KMBTkmb]|thousand|million|billion|trillion|[十百千万亿]+)", right.text)
    return ((value * numerals.SCALES.get(scale[1].lower(), 1), right.readings[0][1]),) if scale else ()


# How the groups of a match are read; those not here are fractions.
_READERS: list[tuple[tuple[str, ...], Callable[[re.Match[str], str], Iterator[Reading]]]] = [
    (("digits", "letter", "scale", "scale_zh"), _of_digits),
    (("english", "chinese", "nth"), _of_words),
    (("whole", "whole_zh"), _of_halves),
    (("rest",), _of_sum),
    (("share", "tenths", "hundredths", "all"), _of_share),
    (("power", "exponent"), _of_power),
    (("factor", "factor_zh"), _of_factor),
    (("ratio",), _of_ratio),
    (("ordinal",), _of_ordinal),
    (("vague", "vague_zh", "teens"), lambda match, _: iter([(Decimal(_vague(match)), "vague")])),
    (("single", "single_zh"), lambda *_: iter([(Decimal(1), "plain")])),
    (("order",), lambda *_: iter([(Decimal(10), "x")])),
]
