"""What a generated sentence states and the texts it was given do not.

Numbers, dates, ids, links, names, strong claims and comparisons are looked up, in Chinese and English alike; whether
the sentence makes sense is not. The lists behind it are names.toml and claims.toml beside this file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from brief.writing.claims import ClaimIndex
from brief.writing.folding import folded
from brief.writing.names import Name, NameIndex
from brief.writing.numbers import Quantity, quantities
from brief.writing.references import Date, Reference, dates, ids, links

TEXT_LIMIT = 20_000  # characters read of a text
SENTENCE_LIMIT = 1_000

Kind = Literal["number", "date", "id", "link", "name", "claim", "comparison"]

# What a text may have for a sentence's reading; a share is no count, and a factor is neither.
_BEARS_OUT = {"plain": ("plain", "score"), "pp": ("pp", "score", "percent"), "score": ("score", "pp", "plain")}
_SIZE_IN_NAME = re.compile(r"(?<=[A-Za-z0-9][-_])\d+(?:\.\d+)?[BMK](?![A-Za-z0-9])", re.ASCII)
# Digits that belong to a name: H100, GPT-4o, CIFAR-10.
_NUMBERED = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]+\d[\w.]*(?<!\.)(?:-[A-Za-z0-9.]+(?<!\.))*|(?=[a-z]*[A-Z])[A-Za-z]+(?:-[A-Za-z]+)*-\d[\w.]*(?<!\.))"
    r"(?![A-Za-z0-9])",
    re.ASCII,
)
_LIST_ITEM = re.compile(r"(?:(?!,| and |、|和|与).)+")


class Problem(NamedTuple):
    """Something a sentence states without support; `text` is as the sentence has it, widths and dashes folded."""

    kind: Kind
    text: str


class _Facts(NamedTuple):
    links: list[Reference]
    ids: list[Reference]
    dates: list[Date]
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
        self.names = NameIndex(plain)
        self.claims = ClaimIndex(plain)
        self._quantities: dict[tuple[Decimal, str], list[frozenset[str]]] = defaultdict(list)
        for fact in facts:
            self._add_quantities(fact.rest)

    def _add_quantities(self, text: str) -> None:
        blank = _blanked(text, _numbered_names(text))
        for quantity in (*quantities(blank), *(q for m in _SIZE_IN_NAME.finditer(text) for q in quantities(m[0]))):
            for value, kind in (*quantity.readings, *_parts(quantity)):
                self._quantities[value, kind].append(quantity.things)

    def has_date(self, date: Date) -> bool:
        """Whether a text has the date, or one that says more."""
        return any(all(b is None or a == b for a, b in zip(known, date.parts, strict=True)) for known in self.dates)

    def has_year(self, value: Decimal) -> bool:
        """Whether a date of the texts has this year."""
        return any(known[0] == value for known in self.dates)

    def has_quantity(self, quantity: Quantity) -> bool:
        """Whether a text has this number with this unit, of this kind of thing where both name it."""
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
    return tuple(
        dict.fromkeys(Problem(kind, text) for _, kind, text, good in _looked_up(sentence, evidence) if not good)
    )


def checked(sentence: str, evidence: Evidence) -> tuple[str, ...]:
    """Return the numbers, ids, dates, links and names of a sentence that the texts have, as written, in order."""
    return tuple(dict.fromkeys(text for _, _, text, good in _looked_up(sentence, evidence) if good))


def _looked_up(sentence: str, evidence: Evidence) -> list[tuple[int, Kind, str, bool]]:
    text = folded(sentence, SENTENCE_LIMIT)
    facts = _facts(text)
    found_names = list(evidence.names.look_up(facts.rest))
    found: list[tuple[int, Kind, str, bool]] = [
        *((link.start, "link", link.text, link.key in evidence.links) for link in facts.links),
        *((ref.start, "id", ref.text, ref.key in evidence.ids) for ref in facts.ids),
        *((date.start, "date", date.text, evidence.has_date(date)) for date in facts.dates),
        *((name.start, "name", name.text, known) for name, known in found_names),
        *_numbers(facts.rest, [name for name, _ in found_names], evidence),
        *((claim.start, claim.kind, claim.text, False) for claim in evidence.claims.problems(facts.rest)),
    ]
    return sorted(found, key=lambda item: item[0])


def _numbers(text: str, names: Iterable[Name], evidence: Evidence) -> Iterator[tuple[int, Kind, str, bool]]:
    spans = [(n.start, n.end) for n in names if any(c.isdigit() for c in n.text)]
    blank = _blanked(text, [*spans, *_numbered_names(text)])
    for quantity in quantities(blank):
        known = evidence.has_quantity(quantity)
        year = quantity.readings[0][1] == "plain" and evidence.has_year(quantity.readings[0][0])
        if known or year or not (quantity.free or _counts_own_list(quantity, text)):
            yield quantity.start, "number", quantity.text, known or year


def _parts(quantity: Quantity) -> Iterator[tuple[Decimal, str]]:
    """Yield the two numbers of a text's 3/5; a sentence may speak of either."""
    if quantity.readings[0][1].startswith("of ") and quantity.text[0].isdigit():
        yield quantity.readings[0][0], "plain"
        yield Decimal(quantity.readings[0][1][3:]), "plain"


def _counts_own_list(quantity: Quantity, text: str) -> bool:
    """Whether a small number counts a list that the same sentence spells out after a colon."""
    value, kind = quantity.readings[0]
    _, colon, listed = text[quantity.end :].partition(":")
    items = _LIST_ITEM.findall(re.split(r"[;。.!?]", listed)[0])
    return kind == "plain" and 3 <= value <= 9 and bool(colon) and len(items) == value


def _facts(text: str) -> _Facts:
    found_links = list(links(text))
    rest = _blanked(text, [(link.start, link.end) for link in found_links])
    found_ids = list(ids(rest))
    rest = _blanked(rest, [(ref.start, ref.end) for ref in found_ids])
    found_dates = list(dates(rest))
    return _Facts(found_links, found_ids, found_dates, _blanked(rest, [(d.start, d.end) for d in found_dates]))


def _numbered_names(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _NUMBERED.finditer(text)]


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
