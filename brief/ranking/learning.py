"""What a reader's clicks say about other papers.

The clicks themselves are the state: each keeps the opening words of its paper, so that it can be read again with the
words of today and the profile of today. Nothing that was learned outlives the click that taught it: a vote taken back
is forgotten exactly, a reset is an empty Taste.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import AwareDatetime, Field

from brief.models import Paper, Value
from brief.ranking.corpus import Corpus, Document, Floats
from brief.ranking.examples import Likeness, likeness
from brief.ranking.posterior import Lessons, Posterior, posterior
from brief.ranking.relevance import Relevance

LEARNED = 0.6  # the most a paper can gain or lose
CLICKS = 100  # that are kept, the newest: at most 90 kB as JSON
HALF_LIFE = 60.0  # days in which what a click says halves

WRITTEN, UNKNOWN = 0.3, 1.0  # the spread of a profile somebody wrote, and of `anyone()`

_OPENING = 600  # bytes of an abstract that are kept
_TITLE = 160

Kind = Literal["like", "dislike", "later", "done", "opened", "named"]

# What a click of each kind says: how the reader judges the paper, in -1..1, and how far that can be relied on, 1 being
# how far a like can; a paper that a profile names was chosen with more care.
_SAYS: dict[Kind, tuple[float, float]] = {
    "like": (1.0, 1.0),
    "dislike": (-1.0, 1.0),
    "later": (0.8, 0.5),
    "done": (0.6, 0.5),
    "opened": (0.4, 0.2),
    "named": (1.0, 4.0),
}


class Click(Value):
    """One judgement: of which paper, which kind, when, by whom; `share` is 1 / the number of people in the chat."""

    paper: str
    title: str
    opening: str
    kind: Kind
    when: AwareDatetime
    by: str = ""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0


class Taste(Value):
    """The clicks of a chat, oldest first. One without clicks changes nothing.

    `spread` is how far the reader's liking for a direction may lie from what the profile says, as a standard deviation.
    """

    clicks: tuple[Click, ...] = ()
    spread: Annotated[float, Field(gt=0)] = WRITTEN


class Learned(NamedTuple):
    """What the clicks make of the day's papers: `gain` in -LEARNED..LEARNED, `doubt` from 0 (well known) up."""

    gain: Floats
    doubt: Floats


def learn(taste: Taste, paper: Paper, kind: Kind, when: dt.datetime, *, by: str = "", share: float = 1.0) -> Taste:
    """Return the taste after a click: the newest judgement of a person on a paper counts, opening it judges least.

    `when` is aware. `by` tells the people of a group apart, whose clicks count `share` each.
    """
    old = next((c for c in taste.clicks if (c.paper, c.by) == (paper.id, by)), None)
    if old and kind == "opened":
        return taste
    click = Click(
        paper=paper.id,
        title=_cut(paper.title, _TITLE),
        opening=_cut(paper.abstract, _OPENING),
        kind=kind,
        when=when,
        by=by,
        share=share,
    )
    kept = (*unlearn(taste, paper.id, by=by).clicks, click)[-CLICKS:]
    return taste.model_copy(update={"clicks": kept})


def planted(taste: Taste, seeds: Sequence[Paper], when: dt.datetime) -> Taste:
    """Return the taste of a reader whose profile names some papers to see more of, each as if named just now.

    They stand before what was clicked, so that the last clicks are clicks.
    """
    clicked, named = {click.paper for click in taste.clicks}, Taste()
    for paper in seeds:
        if paper.id not in clicked:
            named = learn(named, paper, "named", when)
    return taste.model_copy(update={"clicks": (*named.clicks, *taste.clicks)})


def unlearn(taste: Taste, paper_id: str, *, by: str = "") -> Taste:
    """Return the taste without what a person said of a paper."""
    kept = tuple(c for c in taste.clicks if (c.paper, c.by) != (paper_id, by))
    return taste.model_copy(update={"clicks": kept})


def documents(taste: Taste) -> list[Document]:
    """Return what is read of the clicked papers."""
    return [(click.title, click.opening) for click in taste.clicks]


def learned(taste: Taste, corpus: Corpus, found: Relevance, now: dt.datetime) -> Learned:
    """Return what the clicks make of every document of a corpus whose newest documents are `documents(taste)`.

    `found` is the relevance of all its documents. A paper gains the less the nearer it is to LEARNED, so that no click
    decides alone.
    """
    known = _posterior(taste, corpus, found, now)
    raw = corpus.vectors.dot(known.words) - corpus.usual @ known.words + known.directions @ found.fit
    doubt = np.sqrt(np.einsum("dn,de,en->n", found.fit, known.doubt, found.fit))
    return Learned(LEARNED * np.tanh(raw / LEARNED), doubt)


def like_examples(taste: Taste, corpus: Corpus, found: Relevance, now: dt.datetime) -> Likeness:
    """Return how like the reader's examples, which are the clicks, every document is; the arguments are `learned`'s.

    Examples are the papers that the profile names and, by a quarter, those that are judged although no direction
    matches: what the directions say is left to them.
    """
    of_none = np.count_nonzero(found.matched[:, corpus.new], axis=0) == 0
    certain = _SAYS["named"][1]
    weights = [
        _SAYS[click.kind][0] * _reliance(click, now) / certain if click.kind == "named" or beside else 0.0
        for click, beside in zip(taste.clicks, of_none.tolist(), strict=True)
    ]
    return likeness(corpus, np.arange(corpus.new.start, corpus.size), np.array(weights))


def moved(taste: Taste, corpus: Corpus, found: Relevance, now: dt.datetime, last: int) -> list[tuple[str, float]]:
    """Return the words that the `last` clicks moved most, with how much: above 0 towards, below away from.

    The arguments are those of `learned`. At most 12 words, the most moved first.
    """
    after = _posterior(taste, corpus, found, now).words
    before = _posterior(taste.model_copy(update={"clicks": taste.clicks[:-last]}), corpus, found, now).words
    change = after - before
    best = np.argsort(-np.abs(change), kind="stable")[:12]
    terms = corpus.names()
    return [(terms[n], float(change[n])) for n in best if change[n]]


def _posterior(taste: Taste, corpus: Corpus, found: Relevance, now: dt.datetime) -> Posterior:
    rows = np.arange(corpus.new.start, corpus.new.start + len(taste.clicks))
    wanted = np.array([_SAYS[click.kind][0] for click in taste.clicks])
    weights = np.array([_reliance(click, now) for click in taste.clicks])
    expected = found.score[rows]
    lessons = Lessons(rows, expected, wanted - expected, weights)
    return posterior(corpus.vectors, corpus.usual, found.fit, lessons, taste.spread)


def _reliance(click: Click, now: dt.datetime) -> float:
    """Return how far a click can be relied on, 1 being how far a like of a moment ago can."""
    return _SAYS[click.kind][1] * click.share * _memory(click, now)


def _memory(click: Click, now: dt.datetime) -> float:
    """Return the share of a click that is left."""
    days = max(0.0, (now - click.when).total_seconds() / 86_400)
    return max(1e-6, float(0.5 ** (days / HALF_LIFE)))


def _cut(text: str, length: int) -> str:
    """Return the beginning of a text: at most so many bytes of UTF-8."""
    return text[:length].encode()[:length].decode(errors="ignore")
