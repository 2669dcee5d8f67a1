"""How well documents fit a reader's directions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.models import Paper
from brief.profile import Direction, Profile
from brief.ranking.corpus import Corpus, Floats
from brief.ranking.text import names, spoken, terms

SATURATION = 3.0  # BM25's k1: the weighted count at which a phrase gives half of what it can
LAST_KEYWORD = 0.5  # what the last keyword of a direction counts for; the first counts 1
OFF_CONTEXT = 0.4  # the share a paper keeps that names none of a direction's context
WORDS = 3.0  # what using all words of a direction counts for beside its whole keywords
NORM = 6.0  # how directions add up: 1 would be their sum, infinity the best one alone
MATCHED = 0.2  # from here on a direction is said to match


class Relevance(NamedTuple):
    """`score` (documents) is in 0..1; `fit` (directions x documents) is in 0..1; `matched` has fit's shape."""

    score: Floats
    fit: Floats
    matched: NDArray[np.bool_]

    def of(self, documents: slice) -> Relevance:
        """Return the relevance of some of the documents."""
        return Relevance(self.score[documents], self.fit[:, documents], self.matched[:, documents])

    def directions(self, profile: Profile, document: int) -> tuple[str, ...]:
        """Return the ids of the directions a document matched, best first."""
        matched = self.matched[:, document].nonzero()[0]
        return tuple(profile.directions[n].id for n in sorted(matched, key=lambda n: -self.fit[n, document]))


def paper_document(paper: Paper) -> tuple[str, str]:
    """Return what relevance reads of a paper: its title, and its abstract with the keywords."""
    return paper.title, " . ".join((paper.abstract, *paper.keywords))


def relevance(corpus: Corpus, profile: Profile) -> Relevance:
    """Score all documents of a corpus against each direction of a profile.

    A document need fit one direction well, and fitting several adds a little. Rare words weigh more (BM25,
    https://doi.org/10.1561/1500000019), but every fit is a share of the best possible one, so scores of different days
    can be compared. A direction matches when a keyword occurs word for word and the fit is clear.
    """
    results = [_fit(corpus, direction) for direction in profile.directions]
    fit = np.array([fit for fit, _ in results])
    matched = np.array([(fit >= MATCHED) & (phrases > 0) for fit, phrases in results])
    return Relevance(together(fit), fit, matched)


def together(fit: Floats) -> Floats:
    """Return how relevant documents are, in 0..1, that fit directions so well (directions x documents, from 0 up)."""
    return np.asarray(np.tanh((fit**NORM).sum(axis=0) ** (1 / NORM)))


def matches(paper: Paper, direction: Direction) -> tuple[str, ...]:
    """Return the keywords of a direction, as the profile spells them, that a paper's text contains."""
    fields = [spoken(field) for field in paper_document(paper)]
    return tuple(keyword for keyword in direction.keywords if any(names(said, keyword) for said in fields))


def _fit(corpus: Corpus, direction: Direction) -> tuple[Floats, Floats]:
    """Return the fit of each document, in 0..1, and the part of it that whole keywords gave.

    Half comes from whole keywords, weighted by their order; half from their words, where a word that many keywords
    share counts most (the sum of their weights) and a rare one more than a common one, as in BM25.
    """
    weights = np.linspace(1, LAST_KEYWORD, len(direction.keywords))
    phrases: dict[tuple[str, ...], float] = {}
    shares: dict[tuple[str, ...], float] = defaultdict(float)
    for keyword, weight in zip(direction.keywords, weights.tolist(), strict=True):
        phrases.setdefault(tuple(terms(keyword)), weight)
    for phrase, weight in phrases.items():
        for word in phrase:
            shares[word,] += weight
    whole = _said(corpus, phrases, rare=False) / np.sqrt(weights.sum())
    words = _said(corpus, shares, rare=True)
    return np.tanh((whole + WORDS * words) / 2 * _context(corpus, direction.context)), whole


def _said(corpus: Corpus, phrases: dict[tuple[str, ...], float], *, rare: bool) -> Floats:
    """Return how much each document says of some phrases, by their weights.

    With `rare` their rarity counts too, and the result is the share of what could be said, in 0..1.
    """
    counts = corpus.counted(list(phrases))
    weights = np.fromiter(phrases.values(), dtype=np.float64)
    if rare:
        weights *= corpus.rarity(np.bincount(counts.phrase, minlength=len(phrases)))
        weights /= weights.sum() or 1.0
    return corpus.total(counts, weights[counts.phrase] * saturated(counts.frequency))


def _context(corpus: Corpus, context: Sequence[str]) -> Floats:
    """Return the share each document keeps: 1 where the context is named at least once, or none is asked for."""
    if not context:
        return np.ones(corpus.size)
    counts = corpus.counted([terms(phrase) for phrase in context])
    named = corpus.total(counts, counts.frequency)
    return np.asarray(OFF_CONTEXT + (1 - OFF_CONTEXT) * np.minimum(1, named))


def saturated(frequency: Floats) -> Floats:
    """Return what an ever higher frequency counts for: in 0..1, the less the higher it is already."""
    return frequency / (frequency + SATURATION)
