"""What texts mean, as vectors of an embeddings model: how near papers are to a reader's directions.

Nothing here knows a model: vectors come in as they are, and only how the papers of one day differ counts, since one
model's cosines lie between 0.1 and 0.6 and another's between 0.7 and 0.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.models import Paper
from brief.profile import Direction, Profile
from brief.ranking.relevance import LAST_KEYWORD
from brief.ranking.vectors import Floats

Floats32 = NDArray[np.float32]

A_DEVIATION = 0.04  # what the fit of a paper gains that is nearer to a direction than usual by one standard deviation
MOST = 0.2  # the most it gains or loses


class Meaning(NamedTuple):
    """What a day's papers mean and what a reader's directions do: papers and directions x dimensions."""

    papers: Floats32
    directions: Floats32

    def nearness(self) -> Floats:
        """Return how much nearer than usual each paper is to each direction (directions x papers), in -MOST..MOST."""
        cosines = (_unit(self.directions) @ self.papers.T).astype(np.float64)
        spread = cosines.std(axis=1, keepdims=True)
        deviations = (cosines - cosines.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
        return np.asarray(np.clip(A_DEVIATION * deviations, -MOST, MOST))


def centred(vectors: Floats32) -> Floats32:
    """Return vectors of the papers of a day as `Meaning` wants them: of length 1, seen from their mean.

    One of length 0, of a paper that means nothing to the model, stays so: it is near to nothing and far from nothing.
    """
    known = vectors.any(axis=1, keepdims=True)
    mean = vectors.sum(axis=0) / max(1, np.count_nonzero(known))
    return _unit(np.where(known, vectors - mean, 0.0))


def paper_text(paper: Paper) -> str:
    """Return what a model reads of a paper."""
    return f"{paper.title}. {paper.abstract}"


def keywords(profile: Profile) -> list[str]:
    """Return what a model reads of a profile, each keyword once."""
    return list(dict.fromkeys(keyword for direction in profile.directions for keyword in direction.keywords))


def directions_of(profile: Profile, vectors: Mapping[str, Floats32]) -> Floats32:
    """Return what directions mean (directions x dimensions): what their keywords do, the first counting most."""
    return np.array([_direction(direction, vectors) for direction in profile.directions])


def _direction(direction: Direction, vectors: Mapping[str, Floats32]) -> Floats32:
    weights = np.linspace(1, LAST_KEYWORD, len(direction.keywords), dtype=np.float32)
    return np.asarray(weights @ np.array([vectors[keyword] for keyword in direction.keywords]))


def _unit(vectors: Floats32) -> Floats32:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
