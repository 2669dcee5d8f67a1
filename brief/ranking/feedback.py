"""Pseudo-relevance feedback: the day's best papers of a direction tell which other words it uses.

A profile names a subject by a dozen phrases; the papers that say them share many more words. The mean of the best
papers less the mean of all is a direction in the space of words (Rocchio, https://doi.org/10.5555/106765.106782), and
how far a paper points there joins what the phrases say. No paper of a later day is ever looked at.
"""

from __future__ import annotations

import numpy as np

from brief.ranking.corpus import Corpus, Floats

SHARE = 0.6  # of the fit that feedback decides
BEST = 0.02  # the share of the documents that are taken as examples, weighted by the square of their fit
FEWEST = 8  # and at least so many
ENOUGH = 100  # documents below which nothing can be told of the words of a direction


def widened(fit: Floats, corpus: Corpus) -> Floats:
    """Return the fit of documents to a direction, changed by the words of those that fit best; on the same scale.

    With fewer than ENOUGH documents, or none that fits, the fit stays as it is.
    """
    if len(fit) < ENOUGH or not fit.any():
        return fit
    best = np.argsort(-fit, kind="stable")[: max(FEWEST, int(BEST * len(fit)))]
    weights = fit[best] ** 2 / (fit[best] ** 2).sum()
    likeness = corpus.vectors.dot(corpus.vectors.mean(best, weights) - corpus.usual)
    typical = float(weights @ likeness[best])
    if typical <= 0:
        return fit
    return (1 - SHARE) * fit + SHARE * float(weights @ fit[best]) * np.maximum(likeness, 0.0) / typical
