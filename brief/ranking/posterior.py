"""Bayesian linear regression on words and directions, solved exactly among the few observations.

The model: what a reader thinks of a paper is what the profile says, plus a weight for each direction the paper fits,
plus a weight for each word, plus a share of what the profile says (how hard this reader is to please by it), plus
noise. All weights have mean 0 before the first observation. The share is no reason to prefer one paper to another and
is left out of what is predicted; it is there so that five disliked papers of a profile's best say little about any of
them, while a liked one of which the profile expected nothing says much. The posterior mean is found in the space of the
observations, at most a hundred, instead of the words, some ten thousands
(https://gaussianprocess.org/gpml/chapters/RW2.pdf, 2.1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.ranking.vectors import Floats, Vectors

WORDS = 0.3  # standard deviation of what a paper's words, together, can add
CONSTANT = 0.3  # of what all judgements have in common
TRUST = 1.0  # of the share of the expectation that comes true
NOISE = 0.5  # of one observation


class Lessons(NamedTuple):
    """Observations: rows of the vectors, the judgement expected, how far the real one lies from it, weights above 0."""

    rows: NDArray[np.intp]
    expected: Floats
    surprise: Floats
    weights: Floats


class Posterior(NamedTuple):
    """What is known after the observations.

    `words` and `directions` are the means of their weights; `doubt` (directions x directions) is the covariance of the
    latter, for which words are noise.
    """

    words: Floats
    directions: Floats
    doubt: Floats


def posterior(vectors: Vectors, usual: Floats, fit: Floats, lessons: Lessons, spread: float) -> Posterior:
    """Return what the observations teach; `fit` is directions x documents, `spread` the deviation of its weights.

    `usual` is the mean of all vectors, so that words every paper uses teach nothing.
    """
    fits = fit[:, lessons.rows].T
    terms, said = vectors.full(lessons.rows)
    said -= usual[terms]
    covariance = (
        WORDS**2 * said @ said.T
        + spread**2 * fits @ fits.T
        + TRUST**2 * np.outer(lessons.expected, lessons.expected)
        + CONSTANT**2
    )
    noise = NOISE**2 / np.maximum(lessons.weights, 1e-9)
    pull = np.linalg.solve(covariance + np.diag(noise), lessons.surprise)
    words = np.zeros(vectors.width)
    words[terms] = WORDS**2 * pull @ said
    precision = np.eye(len(fit)) / spread**2 + (fits.T / (noise + WORDS**2)) @ fits
    return Posterior(words, spread**2 * pull @ fits, np.asarray(np.linalg.inv(precision), dtype=np.float64))
