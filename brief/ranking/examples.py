"""Papers as examples of what a reader wants more of, whatever the directions say, and how like them others are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.ranking.corpus import Corpus, Floats
from brief.ranking.relevance import saturated

TELLING = 40  # words of an example that are looked for, those that tell it most from other papers
USUAL = 0.05  # the share of these that any paper says
ALIKE = 0.09  # from here on a paper counts as like the examples; an example by itself has 0.95

_NAMED = 5  # words that two papers have in common, named at most


class Likeness(NamedTuple):
    """How like some examples documents are: `whole` (documents), and what each example adds (examples x documents)."""

    whole: Floats
    shares: Floats

    def of(self, documents: slice) -> Likeness:
        """Return the likeness of some of the documents."""
        return Likeness(self.whole[documents], self.shares[:, documents])


def likeness(corpus: Corpus, rows: NDArray[np.intp], weights: Floats) -> Likeness:
    """Return how like the examples in some rows of a corpus its documents are; weights are below 0 for the disliked.

    An example is a query of its most telling words, and what a document says of them is a share of what the example
    says itself, less what is usual. Shares add up: a paper that is a little like three examples is as like as one that
    is very like a single one.
    """
    if not weights.any():
        return Likeness(np.zeros(corpus.size), np.zeros((len(rows), corpus.size)))
    shares = _shares(corpus, rows[weights != 0])
    parts = np.zeros((len(rows), corpus.size))
    parts[weights != 0] = weights[weights != 0, None] * (shares - USUAL)
    return Likeness(parts.sum(axis=0), parts)


def common(corpus: Corpus, one: int, other: int) -> list[str]:
    """Return the words that two documents of a corpus have in common, the most telling first, at most five."""
    terms, said = corpus.vectors.full(np.array([one, other]))
    both = said.prod(axis=0)
    names = corpus.names()
    return [names[terms[n]] for n in np.argsort(-both, kind="stable")[:_NAMED] if both[n] > 0]


def _shares(corpus: Corpus, rows: NDArray[np.intp]) -> Floats:
    """Return what every document says of the most telling words of some, as a share of what these say themselves."""
    terms, values = corpus.vectors.full(rows)
    best = np.argsort(-values, axis=1, kind="stable")[:, :TELLING]
    examples, words = np.repeat(np.arange(len(rows)), best.shape[1]), best.ravel()
    names = corpus.names()
    counts = corpus.counted([(names[number],) for number in terms[words]])
    worth = values[examples, words][counts.phrase] * saturated(counts.frequency)
    cells = examples[counts.phrase] * corpus.size + counts.document
    said = np.bincount(cells, worth, minlength=len(rows) * corpus.size).reshape(len(rows), corpus.size)
    own = said[np.arange(len(rows)), rows]
    return np.asarray(said / np.where(own > 0, own, 1.0)[:, None], dtype=np.float64)
