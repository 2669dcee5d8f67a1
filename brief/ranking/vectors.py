"""Documents as vectors of weighted words, kept sparse: only the words a document says take room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEEN_ONCE = 0.5  # added to every document frequency, so that new words are rare but not infinitely


class Vectors(NamedTuple):
    """A row a document in compressed sparse rows: `terms` and `values` from `starts[n]` to `starts[n + 1]` are row n.

    Rows have length 1, or 0 for a document without words. 1,000 abstracts take about 1.3 MB.
    """

    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    values: Floats
    width: int  # number of different terms

    def dot(self, direction: Floats) -> Floats:
        """Return the scalar product of every row with a direction (one value a term)."""
        products = np.concatenate((self.values * direction[self.terms], [0.0]))
        sums = np.add.reduceat(products, self.starts[:-1]) if len(self.starts) > 1 else np.zeros(0)
        return np.where(np.diff(self.starts) > 0, sums, 0.0)

    def mean(self, rows: NDArray[np.intp], weights: Floats) -> Floats:
        """Return the weighted mean of some rows as a direction; the weights' sum is not 0."""
        places, counts = self._places(rows)
        spread = np.repeat(weights / weights.sum(), counts)
        return np.asarray(np.bincount(self.terms[places], self.values[places] * spread, minlength=self.width))

    def full(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.int32], Floats]:
        """Return the terms that some rows say, and the rows in full, restricted to these: rows x terms."""
        places, counts = self._places(rows)
        terms, columns = np.unique(self.terms[places], return_inverse=True)
        said = np.zeros((len(rows), len(terms)))
        said[np.repeat(np.arange(len(rows)), counts), columns] = self.values[places]
        return terms, said

    def _places(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return where the entries of some rows stand, row after row, and how many each has."""
        counts = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(counts)
        return np.arange(counts.sum()) + np.repeat(self.starts[rows] - ends + counts, counts), counts


def weighed(
    terms: NDArray[np.int32], documents: NDArray[np.int32], weights: NDArray[np.float16], shape: tuple[int, int]
) -> Vectors:
    """Return tf-idf vectors of terms that stand in documents with a weight each; `shape` is documents x terms.

    The logarithm of one more than the weighted count times that of the inverse document frequency, after SMART's `ltc`
    (https://nlp.stanford.edu/IR-book/html/htmledition/document-and-query-weighting-schemes-1.html).
    """
    size, width = shape
    pairs, inverse = np.unique(documents.astype(np.int64) * width + terms, return_inverse=True)
    rows, columns = pairs // width, (pairs % width).astype(np.int32)
    said = np.bincount(columns, minlength=width)
    rarity = np.log((1 + size) / (_SEEN_ONCE + said))
    values = np.log1p(np.bincount(inverse, weights)) * np.maximum(rarity, 0.0)[columns]
    norms = np.sqrt(np.bincount(rows, values**2, minlength=size))
    values /= np.where(norms > 0, norms, 1.0)[rows]
    starts = np.searchsorted(rows, np.arange(size + 1))
    return Vectors(starts, columns, values, width)
