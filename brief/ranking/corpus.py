"""Documents laid out for counting phrases in all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.ranking.text import term, words
from brief.ranking.vectors import Vectors, weighed

Floats = NDArray[np.float64]
Document = tuple[str, str]  # a title and a body

TITLE_WEIGHT = 4.0  # a phrase in the title counts like four in the abstract
BACKGROUND = 100  # documents that keep rarity steady where few are compared
LENGTH_SHARE = 0.3  # BM25's b: abstracts are of one length, short notes should not win by it

_BREAK, _SKIP = 0, -1
_END = "\0"  # between two fields; no word of a text is that


class _Numbering(dict[str, int]):
    """Word to the number of its term, made on first sight; `terms` is term to number, `_END` comes first."""

    def __init__(self) -> None:
        super().__init__({_END: _BREAK})
        self.terms: dict[str, int] = {_END: _BREAK}

    def __missing__(self, word: str) -> int:
        found = term(word)
        self[word] = self.terms.setdefault(found, len(self.terms)) if found else _SKIP
        return self[word]

    def copy(self) -> _Numbering:
        """Return a numbering that goes on where this one is, and leaves it as it is."""
        other = _Numbering()
        other.update(self)
        other.terms = dict(self.terms)
        return other


class _Flat(NamedTuple):
    """All terms of all fields in one row, with a break after each field: what they are and where they stand."""

    term: NDArray[np.int32]
    document: NDArray[np.int32]
    weight: NDArray[np.float16]  # 1 or TITLE_WEIGHT

    def followed_by(self, other: _Flat) -> _Flat:
        """Return this and another row as one."""
        return _Flat(
            np.concatenate((self.term, other.term)),
            np.concatenate((self.document, other.document)),
            np.concatenate((self.weight, other.weight)),
        )


class Counts(NamedTuple):
    """How often documents say phrases, where they do: number of the phrase, of the document, weighted frequency."""

    phrase: NDArray[np.intp]
    document: NDArray[np.int32]
    frequency: Floats


class Corpus:
    """Documents, laid out for counting phrases; those of `earlier` come first and stay as they are.

    All terms stand in one flat array with a break after each field; `_places` sorts their positions by term, so that
    a phrase is looked for only where its first word stands. 1,000 abstracts take about 4 MB and 40 ms; adding to an
    earlier corpus takes the time of what is added and some 5 ms.
    """

    def __init__(self, documents: Sequence[Document], earlier: Corpus | None = None) -> None:
        self.numbering: _Numbering = earlier.numbering.copy() if earlier else _Numbering()
        first = earlier.size if earlier else 0
        self.size: int = first + len(documents)
        self.new = slice(first, self.size)
        own = _flat(_fields(documents), self.numbering, first)
        self.flat: _Flat = earlier.flat.followed_by(own) if earlier else own
        lengths = np.bincount(self.flat.document, minlength=self.size)
        self._stretch = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths * self.size / max(1, len(self.flat.term))

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        small = len(self.numbering.terms) < 1 << 16  # numpy sorts such numbers by radix, ten times as fast
        places = np.argsort(self.flat.term.astype(np.uint16) if small else self.flat.term, kind="stable")
        return places.astype(np.int32)

    @cached_property
    def _first(self) -> NDArray[np.intp]:
        counts = np.bincount(self.flat.term, minlength=len(self.numbering.terms))
        return np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def vectors(self) -> Vectors:
        """The terms of each document weighted by tf-idf, a vector of length 1 each."""
        real = self.flat.term != _BREAK
        numbers, documents, weights = (part[real] for part in self.flat)
        return weighed(numbers, documents, weights, (self.size, len(self.numbering.terms)))

    @cached_property
    def usual(self) -> Floats:
        """The mean of all vectors: what any two documents have in common."""
        return self.vectors.mean(np.arange(self.size), np.ones(self.size))

    def number(self, word: str) -> int | None:
        """Return the number of a term, its column in `vectors`; None for one that no document says."""
        return self.numbering.terms.get(word)

    def names(self) -> list[str]:
        """Return the terms by their numbers."""
        return list(self.numbering.terms)

    def counted(self, phrases: Sequence[Sequence[str]]) -> Counts:
        """Return how often each document says some phrases (terms in a row), weighted by field and length."""
        found = [self._said(phrase) for phrase in phrases]
        places = np.concatenate([*found, np.zeros(0, dtype=np.int32)])
        rows = np.repeat(np.arange(len(found)), [len(places) for places in found])
        documents = self.flat.document[places]
        pairs = rows * self.size + documents
        first = np.flatnonzero(np.concatenate((pairs[:1] == pairs[:1], pairs[1:] != pairs[:-1])))
        sums = np.add.reduceat(self.flat.weight[places], first, dtype=np.float32) if len(places) else np.zeros(0)
        said = documents[first]
        return Counts(rows[first], said, np.asarray(sums / self._stretch[said], dtype=np.float64))

    def frequency(self, phrase: Sequence[str]) -> Floats:
        """Return how often each document says a phrase, weighted by field and length."""
        counts = self.counted([phrase])
        return self.total(counts, counts.frequency)

    def total(self, counts: Counts, values: NDArray[np.float64] | NDArray[np.bool_]) -> Floats:
        """Return the sum of the values of each document; `values` has one for each of the `counts`."""
        return np.asarray(np.bincount(counts.document, values, minlength=self.size), dtype=np.float64)

    def rarity(self, documents: NDArray[np.intp]) -> Floats:
        """Return the `rarity` of terms that so many of these documents say."""
        return rarity(self.size, documents)

    def _said(self, phrase: Sequence[str]) -> NDArray[np.int32]:
        """Return where a phrase begins, in the order of the documents."""
        numbers = [number for word in phrase if (number := self.number(word)) is not None]
        if not numbers or len(numbers) < len(phrase):
            return np.zeros(0, dtype=np.int32)
        first, *rest = numbers
        places = self._places[self._first[first] : self._first[first + 1]]
        for offset, number in enumerate(rest, 1):
            places = places[self.flat.term[np.minimum(places + offset, len(self.flat.term) - 1)] == number]
        return places


def rarity(size: int, documents: NDArray[np.intp]) -> Floats:
    """Return BM25's inverse document frequency of terms that so many of `size` documents say, above 0 and at most 1.

    The documents are counted together with BACKGROUND unseen ones of which one in a hundred has the term: a dozen
    repositories that all speak of agents do not make the word a common one. 1 is what a term nobody says has.
    """
    all_, said = size + BACKGROUND, documents + BACKGROUND / 100
    never = np.log1p((all_ - BACKGROUND / 100 + 0.5) / (BACKGROUND / 100 + 0.5))
    return np.asarray(np.log1p((all_ - said + 0.5) / (said + 0.5)) / never, dtype=np.float64)


def _fields(documents: Sequence[Document]) -> Iterable[str]:
    return (field for document in documents for field in document)


def _flat(fields: Iterable[str], numbering: _Numbering, first: int) -> _Flat:
    """Lay out fields, two a document; the documents are counted from `first`."""
    said = chain.from_iterable((*words(field), _END) for field in fields)  # as a list, 60 bytes a word
    numbers = np.fromiter(map(numbering.__getitem__, said), dtype=np.int32)
    numbers = numbers[numbers != _SKIP]
    breaks = numbers == _BREAK
    field = np.cumsum(breaks, dtype=np.int32) - breaks
    weight = np.where(field % 2, 1.0, TITLE_WEIGHT).astype(np.float16)
    return _Flat(numbers, np.asarray(field // 2 + first, dtype=np.int32), weight)
