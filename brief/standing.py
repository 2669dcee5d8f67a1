"""Where a paper stands for a reader, and what the reader's clicks have moved. Pure, like the ranking it looks into."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np

from brief.edition import Reader, unseen
from brief.models import Day, Paper, Ranked
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.learning import Taste, documents, moved
from brief.ranking.relevance import relevance
from brief.ranking.score import Laid, rank

_KNOWN = 2  # papers that say a word, the clicked ones included: the name of a single method tells a reader nothing


class Standing(NamedTuple):
    """A paper with its score, and its place (from 1) among so many papers of the day that are new to the reader.

    `listed` tells whether it is of the day, `seen` whether the reader was shown it before.
    """

    item: Ranked
    place: int
    of: int
    listed: bool
    seen: bool


class Moved(NamedTuple):
    """Words that clicks moved most, the most moved first: towards them, and away from them."""

    towards: tuple[str, ...] = ()
    away: tuple[str, ...] = ()


def standing(paper: Paper, day: Day, profile: Profile, *, reader: Reader, laid: Laid) -> Standing:
    """Return where a paper, of any day, stands among the papers of a day, which `laid` was made of.

    One of another day is compared by words alone.
    """
    papers, now = day.papers, day.window.until
    listed = any(other.id == paper.id for other in papers)
    if listed:
        order = rank(papers, profile, now, laid=laid, taste=reader.taste, meaning=reader.meaning)
    else:
        order = rank([*papers, paper], profile, now, taste=reader.taste)
    order = [item for item in order if item.paper.id == paper.id or unseen(item.paper, reader.shown)]
    place = next(n for n, item in enumerate(order, 1) if item.paper.id == paper.id)
    return Standing(order[place - 1], place, len(order), listed, not unseen(paper, reader.shown))


def moved_words(corpus: Corpus, profile: Profile, taste: Taste, last: int, now: dt.datetime) -> Moved:
    """Return what the `last` clicks of a taste moved, nothing for one without clicks."""
    if not taste.clicks:
        return Moved()
    larger = Corpus(documents(taste), corpus)
    found = moved(taste, larger, relevance(larger, profile), now, last)
    found = [(word, by) for word, by in found if np.count_nonzero(larger.frequency((word,))) >= _KNOWN]
    return Moved(tuple(word for word, by in found if by > 0), tuple(word for word, by in found if by < 0))
