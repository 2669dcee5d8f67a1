"""What votes on papers say about other papers: nearer to the liked, farther from the disliked.

Rocchio's method on words: the mean of the liked papers less the mean of the disliked ones is a direction, and a paper
gains by how much it points there.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from brief.models import Paper
from brief.ranking.relevance import paper_document
from brief.ranking.text import terms

LEARNED = 0.3  # the most a paper can gain or lose
_STEADY = 3  # votes at which half of that is reached: one wrong click moves little

Vector = dict[str, float]


def learned(papers: Sequence[Paper], votes: Sequence[tuple[Paper, int]]) -> list[float]:
    """Return what each paper gains, in -LEARNED..LEARNED, from votes: (paper, 1 for a like or -1 for a dislike)."""
    vectors = word_vectors([paper for paper, _ in votes], papers)
    wanted: defaultdict[str, float] = defaultdict(float)
    for sign in (1, -1):
        chosen = [vectors[paper.id] for paper, vote in votes if vote == sign]
        for term, value in (pair for vector in chosen for pair in vector.items()):
            wanted[term] += sign * value / len(chosen)
    strength = LEARNED * len(votes) / (len(votes) + _STEADY)
    norm = math.sqrt(sum(value * value for value in wanted.values())) or 1.0
    return [strength * dot(vectors[paper.id], wanted) / norm for paper in papers]


def word_vectors(papers: Sequence[Paper], among: Sequence[Paper]) -> dict[str, Vector]:
    """Return the words of papers weighted by tf-idf, as vectors of length 1 by paper id, those of `among` included.

    A word is the rarer the fewer papers of `among` say it.
    """
    counts = {paper.id: Counter(terms(" ".join(paper_document(paper)))) for paper in (*among, *papers)}
    spread = Counter(term for paper in among for term in counts[paper.id])
    return {paper_id: _weighted(words, spread, len(among)) for paper_id, words in counts.items()}


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the scalar product of two vectors; of two of length 1, their cosine."""
    return sum(value * other[term] for term, value in one.items() if term in other)


def _weighted(words: Mapping[str, int], spread: Mapping[str, int], documents: int) -> Vector:
    """Return a document's words weighted by tf-idf, as a vector of length 1."""
    vector = {t: (1 + math.log(n)) * math.log((2 + documents) / (1 + spread[t])) for t, n in words.items()}
    norm = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {term: value / norm for term, value in vector.items()}
