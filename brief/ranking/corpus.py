"""Documents laid out for counting phrases in all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from brief.ranking.text import terms

Floats = NDArray[np.float64]

TITLE_WEIGHT = 4.0  # a phrase in the title counts like four in the abstract
LENGTH_SHARE = 0.3  # BM25's b: abstracts are of one length, short notes should not win by it

_BREAK = -1


class Corpus:
    """Documents, each a title and a body, laid out for counting phrases.

    All terms stand in one flat array; `_places` sorts their positions by term, so that a phrase is looked for only
    where its first word stands. 1,000 abstracts take about 2 MB.
    """

    def __init__(self, documents: Sequence[tuple[str, str]]) -> None:
        self.size = len(documents)
        self._numbers: dict[str, int] = {}
        fields = [self._number(field) for document in documents for field in document]
        lengths = np.fromiter(map(len, fields), dtype=np.int64, count=2 * self.size)
        whole = lengths.reshape(-1, 2).sum(axis=1)
        self._terms = np.fromiter(chain.from_iterable(fields), dtype=np.int32, count=int(lengths.sum()))
        self._document = np.repeat(np.arange(self.size), whole)
        self._weight = np.repeat(np.tile([TITLE_WEIGHT, 1.0], self.size), lengths)
        self._places = np.argsort(self._terms, kind="stable")
        self._first = np.searchsorted(self._terms[self._places], np.arange(len(self._numbers) + 1))
        self._stretch = 1 - LENGTH_SHARE + LENGTH_SHARE * whole / max(1.0, whole.sum() / max(1, self.size))

    def _number(self, text: str) -> list[int]:
        """Return the numbers of a text's terms and a break, over which no phrase reaches."""
        numbers = self._numbers
        return [*[numbers.setdefault(term, len(numbers)) for term in terms(text)], _BREAK]

    def frequency(self, phrase: Sequence[str]) -> Floats:
        """Return how often each document says a phrase (terms in a row), weighted by field and length."""
        numbers = [self._numbers.get(term) for term in phrase]
        if not numbers or None in numbers:
            return np.zeros(self.size)
        first, *rest = (n for n in numbers if n is not None)
        places = self._places[self._first[first] : self._first[first + 1]]
        for offset, number in enumerate(rest, 1):
            places = places[self._terms[np.minimum(places + offset, len(self._terms) - 1)] == number]
        counts = np.bincount(self._document[places], self._weight[places], minlength=self.size)
        return np.asarray(counts / self._stretch, dtype=np.float64)

    def rarity(self, frequency: Floats) -> float:
        """Return BM25's inverse document frequency of a term with this `frequency` per document, above 0."""
        documents = int(np.count_nonzero(frequency))
        return float(np.log1p((self.size - documents + 0.5) / (documents + 0.5)))
