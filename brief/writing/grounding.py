"""What a generated sentence states and the texts it was given do not.

Numbers, dates, ids, links, names, strong claims and comparisons are looked up, in Chinese and English alike; whether
the sentence makes sense is not. The lists behind it are names.toml and claims.toml beside this file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from brief.writing import advice, lists, units
from brief.writing.claims import ClaimIndex
from brief.writing.folding import folded
from brief.writing.names import Name, NameIndex, is_method
from brief.writing.numbers import Quantity, quantities
from brief.writing.references import Date, Reference, covers, dates, ids, links, moments

TEXT_LIMIT = 20_000  # characters read of a text
SENTENCE_LIMIT = 1_000

Kind = Literal["number", "date", "id", "link", "name", "claim", "comparison"]

# What a text may have for a sentence's reading; a share is no count, and a factor is neither.
_BEARS_OUT = {"plain": ("plain", "score"), "pp": ("pp", "score", "percent"), "score": ("score", "pp", "bare")}
_SIZE_IN_NAME = re.compile(r"(?<=[A-Za-z0-9][-_])\d+(?:\.\d+)?[BMK](?![A-Za-z0-9])", re.ASCII)
# Digits that belong to a name: H100, GPT-4o, CIFAR-10.
_NUMBERED = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]+\d[\w.]*(?<!\.)(?:-[A-Za-z0-9.]+(?<!\.))*|(?=[a-z]*[A-Z])[A-Za-z]+(?:-[A-Za-z]+)*-\d[\w.]*(?<!\.))"
    r"(?![A-Za-z0-9])",
    re.ASCII,
)
_HARDWARE = re.compile(
    r"(?<![A-Za-z0-9-])(?:[AHBV][1-9]00|[AH]800|GB200|L40S?|RTX\s?\d{4}|[TG]PU\sv\d\w?)(?![A-Za-z0-9])", re.ASCII
)
_A_GPU = re.compile(r"\ban?\s(?:[\w-]+\s){0,2}[GT]PU\b", re.ASCII)
# A number that stands for itself, as scores do; one before a noun counts something.
_COUNTS = re.compile(
    r"\s?-?(?!(?:to|on|in|for|and|over|at|with|vs|versus|against|compared|by|from|than|under|after|when|while|is|are|of)\b)[a-z]{2,}"
    r"|\s?[个种类项条步层级篇份次组套轮名位张块天年月周小秒字亿万]",
    re.ASCII,
)
# Things a writer counts of the own text.
_OWN_POINTS = re.compile(
    r"(?![^。;.]*:)(?:\s(?:more\s|other\s|open\s)?(?:things|reasons|ideas|takeaways|lessons|caveats|doubts)\b"
    r"|件事|个(?:理由|疑问|想法|角度|看点|启发)|点(?=[,。:值启理疑建])|条(?:建议|启发))"
)
_MOST_TO_TRY = 1_000
_MOST_OF_A_LIST = 9
_MOST_COUNTED = 12  # in words; digits are figures
_NEAR = Decimal("0.03")
_TITLE_LIMIT = 300  # characters; a longer line is prose


class Problem(NamedTuple):
    """Something a sentence states without support; `text` is as the sentence has it, widths and dashes folded."""

    kind: Kind
    text: str


class _Found(NamedTuple):
    start: int
    kind: Kind
    text: str
    good: bool
    free: bool = False  # no claim, even where the texts have it


class _Facts(NamedTuple):
    links: list[Reference]
    ids: list[Reference]
    dates: list[Date]
    moments: list[Reference]
    rest: str  # the text with all of these blanked out


class Evidence:
    """The texts that sentences are checked against; of each the first 20,000 characters are read. Never raises."""

    def __init__(self, texts: Sequence[str]) -> None:
        plain = [folded(text, TEXT_LIMIT) for text in texts]
        facts = [_facts(text) for text in plain]
        self.links = {link.key for fact in facts for link in fact.links}
        self.links |= {link.partition("/")[0] for link in self.links}
        self.ids = {form for fact in facts for ref in fact.ids for form in (ref.key, _unversioned(ref.key))}
        self.ids |= {form for fact in facts for link in fact.links for form in _ids_in(link.key)}
        self.dates = [date.parts for fact in facts for date in fact.dates]
        self.moments = {moment.key for fact in facts for moment in fact.moments}
        self.names = NameIndex(plain)
        self.titles = _titles(plain)
        self.listed = frozenset().union(*(lists.lengths(text) for text in plain))
        self.claims = ClaimIndex(plain)
        self._quantities: dict[tuple[Decimal, str], list[frozenset[str]]] = defaultdict(list)
        self._pairs: set[tuple[Decimal, Decimal]] = set()  # of numbers that stand beside each other
        for fact in facts:
            self._add_quantities(fact.rest)

    def _add_quantities(self, text: str) -> None:
        blank = _with_hardware(text, _blanked(text, _numbered_names(text)))
        found = quantities(blank)
        self._pairs |= {(a.readings[0][0], b.readings[0][0]) for pair in pairwise(found) for a, b in (pair, pair[::-1])}
        if _A_GPU.search(blank):
            self._quantities[Decimal(1), "plain"].append(frozenset({"gpu"}))
        for quantity in (*found, *(q for m in _SIZE_IN_NAME.finditer(text) for q in quantities(m[0]))):
            for value, kind in (*quantity.readings, *_parts(quantity)):
                self._quantities[value, kind].append(frozenset() if kind in units.KINDS else quantity.things)
            if quantity.readings[0][1] == "plain" and not _COUNTS.match(blank, quantity.end):
                self._quantities[quantity.readings[0][0], "bare"].append(quantity.things)

    def has_date(self, date: Date) -> bool:
        """Whether a text has the date, or one that says more."""
        return any(covers(date, known) for known in self.dates)

    def has_year(self, value: Decimal) -> bool:
        """Whether a date of the texts has this year."""
        return any(known[0] == value for known in self.dates)

    def has_quantity(self, quantity: Quantity) -> bool:
        """Whether a text has this number with this unit, of this kind of thing where both name it."""
        if any(
            kind.startswith("of ") and (value, Decimal(kind[3:])) in self._pairs for value, kind in quantity.readings
        ):
            return True
        return any(
            not things or not quantity.things or things & quantity.things
            for reading in quantity.readings
            for things in self._counted(*reading)
        )

    def _counted(self, value: Decimal, kind: str) -> Iterator[frozenset[str]]:
        if kind == "vague":  # thousands: at least one, less than ten (in English a thousand) of them
            for (known, unit), things in self._quantities.items():
                if (unit == "vague" and known == value) or (unit == "plain" and value <= known < value * 10):
                    yield from things
        for unit in _BEARS_OUT.get(kind, (kind,)):
            yield from self._quantities.get((value, unit), ())


def problems(sentence: str, evidence: Evidence) -> tuple[Problem, ...]:
    """Return what the first 1,000 characters of a sentence state and the texts do not, in order. Never raises."""
    text = folded(sentence, SENTENCE_LIMIT)
    return tuple(dict.fromkeys(Problem(it.kind, it.text) for it in _looked_up(text, evidence) if not it.good))


def checked(sentence: str, evidence: Evidence) -> tuple[str, ...]:
    """Return the numbers, ids, dates, links and names of a sentence that the texts have, as written, in order.

    A title is named whole and not word by word; "one" and "first" say nothing to look up.
    """
    text = folded(sentence, SENTENCE_LIMIT)
    titles = [m.span() for m in evidence.titles.finditer(text)]
    found = [(start, text[start:end]) for start, end in titles]
    found += [
        (it.start, it.text)
        for it in _looked_up(text, evidence)
        if it.good and not it.free and not any(start <= it.start < end for start, end in titles)
    ]
    return tuple(dict.fromkeys(words for _, words in sorted(found)))


def _looked_up(text: str, evidence: Evidence) -> list[_Found]:
    facts = _facts(text)
    found_names = list(evidence.names.look_up(facts.rest))
    found = [
        *(_Found(link.start, "link", link.text, link.key in evidence.links) for link in facts.links),
        *(_Found(ref.start, "id", ref.text, ref.key in evidence.ids) for ref in facts.ids),
        *(_Found(date.start, "date", date.text, evidence.has_date(date)) for date in facts.dates),
        *(_Found(moment.start, "date", moment.text, moment.key in evidence.moments) for moment in facts.moments),
        *(
            _Found(name.start, "name", name.text, known)
            for name, known in found_names
            if known or not (is_method(name.text) and advice.suggests(text, name.start, name.end))
        ),
        *_numbers(facts.rest, [name for name, _ in found_names], evidence),
        *(_Found(claim.start, claim.kind, claim.text, good=False) for claim in evidence.claims.problems(facts.rest)),
    ]
    return sorted(found, key=lambda it: it.start)


def _numbers(text: str, names: Iterable[Name], evidence: Evidence) -> Iterator[_Found]:
    spans = [(n.start, n.end) for n in names if any(c.isdigit() for c in n.text)]
    blank = _with_hardware(text, _blanked(text, [*spans, *_numbered_names(text)]))
    found = [(quantity, _has(quantity, evidence)) for quantity in quantities(blank)]
    figures = [quantity for quantity, known in found if known and quantity.text[0].isdigit()]
    for quantity, known in found:
        good = known or _ratio_of(quantity, figures)
        if good or not (quantity.free or _of_the_writer(quantity, text, evidence)):
            yield _Found(quantity.start, "number", quantity.text, good, quantity.free)


def _has(quantity: Quantity, evidence: Evidence) -> bool:
    value, kind = quantity.readings[0]
    return evidence.has_quantity(quantity) or (kind == "plain" and evidence.has_year(value))


def _parts(quantity: Quantity) -> Iterator[tuple[Decimal, str]]:
    """Yield the two numbers of a text's 3/5; a sentence may speak of either."""
    for value, kind in quantity.readings:
        if kind == "x" and value > 2:  # 5x less is a fifth
            yield Decimal(1), f"of {value.normalize():f}"
    value, kind = quantity.readings[0]
    if kind.startswith("of ") and value == 1 and kind != "of 2":
        yield Decimal(kind[3:]), "x"
    if kind.startswith("of ") and quantity.text[0].isdigit():
        yield quantity.readings[0][0], "plain"
        yield Decimal(quantity.readings[0][1][3:]), "plain"


def _of_the_writer(quantity: Quantity, text: str, evidence: Evidence) -> bool:
    """Whether a number counts what is listed, or the writer's own points, or is one the reader is told to try."""
    value, kind = quantity.readings[0]
    if kind != "plain":
        return False
    if value <= _MOST_TO_TRY and advice.spends(text, quantity.start):
        return True
    if 3 <= value <= _MOST_OF_A_LIST and lists.spelled_out(text, quantity.end, int(value)):
        return True
    small = 3 <= value <= _MOST_COUNTED and not quantity.text[0].isdigit() and len(quantity.readings) == 1
    return small and (value in evidence.listed or bool(_OWN_POINTS.match(text, quantity.end)))


def _ratio_of(quantity: Quantity, figures: Sequence[Quantity]) -> bool:
    """Whether a ratio in words is that of two figures of the same sentence, or a share of it in other words."""
    value, kind = next(
        ((v, k) for v, k in quantity.readings if k in ("x", "percent") or k[:3] == "of "), (Decimal(0), "")
    )
    if quantity.text[0].isdigit() or value <= 0:
        return False
    share = {"x": 1 / value, "percent": value / 100}.get(kind) or value / Decimal(kind[3:])
    known = [figure.readings[0] for figure in figures if figure.readings[0][0] > 0]
    if kind != "x" and any(unit == "percent" and abs(percent / 100 - share) <= _NEAR for percent, unit in known):
        return True
    ratios = [min(a, b) / max(a, b) for (a, one), (b, other) in combinations(known, 2) if one == other]
    return any(
        abs(ratio - share) <= (share / 10 if kind == "x" else _NEAR)
        or (kind != "x" and abs(1 - ratio - share) <= _NEAR)
        for ratio in ratios
    )


def _titles(texts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds a whole line of the texts, or one up to its colon, of two words at least."""
    lines = {line.strip() for text in texts for line in text.splitlines() if len(line) <= _TITLE_LIMIT}
    heads = {line.partition(":")[0] for line in lines}
    titles = sorted((line for line in lines | heads if " " in line), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, titles)) or '(?!)'})(?!\w)", re.IGNORECASE | re.ASCII)


def _facts(text: str) -> _Facts:
    found_links = list(links(text))
    rest = _blanked(text, [(link.start, link.end) for link in found_links])
    found_ids = list(ids(rest))
    rest = _blanked(rest, [(ref.start, ref.end) for ref in found_ids])
    found_dates = list(dates(rest))
    rest = _blanked(rest, [(date.start, date.end) for date in found_dates])
    found_moments = list(moments(rest))
    rest = _blanked(rest, [(moment.start, moment.end) for moment in found_moments])
    return _Facts(found_links, found_ids, found_dates, found_moments, rest)


def _numbered_names(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _NUMBERED.finditer(text)]


def _with_hardware(text: str, blank: str) -> str:
    """Write GPU again where the name of one was blanked out, for what a number counts."""
    for match in _HARDWARE.finditer(text):
        blank = blank[: match.start()] + "GPU".ljust(len(match[0])) + blank[match.end() :]
    return blank


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Put a bar in place of each span, so that nothing reads across it."""
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text


def _unversioned(key: str) -> str:
    return re.sub(r"v\d+$", "", key)


def _ids_in(link: str) -> Iterator[str]:
    for match in re.finditer(r"(?<![\d.])\d{4}\.\d{4,5}(?:v\d+)?", link):
        yield from (match[0], _unversioned(match[0]))
