"""Documents laid out for counting phrases in all of them at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brief.ranking.text import MAX_CHARACTERS, term

Floats = NDArray[np.float64]

TITLE_WEIGHT = 4.0  # a phrase in the title counts like four in the abstract
BACKGROUND = 100  # documents that keep rarity steady where few are compared
LENGTH_SHARE = 0.3  # BM25's b: abstracts are of one length, short notes should not win by it

_BREAK, _SKIP = -1, -2
_WORD_OR_BREAK = re.compile(r"[^\W_]+|\0")


class _Numbering(dict[str, int]):
    """Word to the number of its term, made on first sight; `terms` is term to number."""

    def __init__(self) -> None:
        super().__init__({"\0": _BREAK})
        self.terms: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        found = term(word)
        self[word] = self.terms.setdefault(found, len(self.terms)) if found else _SKIP
        return self[word]


class Corpus:
    """Documents, each a title and a body, laid out for counting phrases.

    All terms stand in one flat array with a break after each field; `_places` sorts their positions by term, so
    that a phrase is looked for only where its first word stands. 1,000 abstracts take about 5 MB.
    """

    def __init__(self, documents: Sequence[tuple[str, str]]) -> None:
        self.size = len(documents)
        numbering = _Numbering()
        fields = [field[:MAX_CHARACTERS].replace("\0", " ") + "\0" for document in documents for field in document]
        words = _WORD_OR_BREAK.findall("".join(fields).lower())
        numbers = np.fromiter(map(numbering.__getitem__, words), dtype=np.int32, count=len(words))
        self._numbers, self._terms = numbering.terms, numbers[numbers != _SKIP]
        breaks = self._terms == _BREAK
        field = np.cumsum(breaks) - breaks
        self._document = field // 2
        self._weight = np.where(field % 2, 1.0, TITLE_WEIGHT)
        self._places = np.argsort(self._terms, kind="stable")
        self._first = np.searchsorted(self._terms[self._places], np.arange(len(self._numbers) + 1))
        lengths = np.bincount(self._document, minlength=self.size)
        self._stretch = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths * self.size / max(1, len(self._terms))

    def frequency(self, phrase: Sequence[str]) -> Floats:
        """Return how often each document says a phrase (terms in a row), weighted by field and length."""
        numbers = [self._numbers.get(word) for word in phrase]
        if not numbers or None in numbers:
            return np.zeros(self.size)
        first, *rest = (n for n in numbers if n is not None)
        places = self._places[self._first[first] : self._first[first + 1]]
        for offset, number in enumerate(rest, 1):
            places = places[self._terms[np.minimum(places + offset, len(self._terms) - 1)] == number]
        counts = np.bincount(self._document[places], self._weight[places], minlength=self.size)
        return np.asarray(counts / self._stretch, dtype=np.float64)

    def rarity(self, frequency: Floats) -> float:
        """Return BM25's inverse document frequency of a term with this `frequency` per document, above 0.

        The documents are counted together with BACKGROUND unseen ones of which one in a hundred has the term: a dozen
        repositories that all speak of agents do not make the word a common one.
        """
        documents = int(np.count_nonzero(frequency)) + BACKGROUND / 100
        return float(np.log1p((self.size + BACKGROUND - documents + 0.5) / (documents + 0.5)))
