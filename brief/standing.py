"""Where a paper stands for a reader, and what the reader's clicks have moved. Pure, like the ranking it looks into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from brief.edition import Reader, unseen
from brief.models import Day, Paper, Ranked
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.examples import common
from brief.ranking.learning import Taste, documents, moved
from brief.ranking.relevance import paper_document, relevance
from brief.ranking.score import Laid, rank

_KNOWN = 2  # papers that say a word, the clicked ones included: the name of a single method tells a reader nothing


class Standing(NamedTuple):
    """A paper with its score, and its place (from 1) among so many papers of the day that are new to the reader.

    `listed` tells whether it is of the day, `seen` whether the reader was shown it before; `common` are words that it
    has in common with the example its score names, the most telling first.
    """

    item: Ranked
    place: int
    of: int
    listed: bool
    seen: bool
    common: Sequence[str] = ()


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
    item, seen = order[place - 1], not unseen(paper, reader.shown)
    return Standing(item, place, len(order), listed, seen, _common(item, reader.taste, laid.corpus))


def _common(item: Ranked, taste: Taste, corpus: Corpus) -> Sequence[str]:
    """Return the words that a paper has in common with the example that it is like."""
    example = item.score.example
    said = [(click.title, click.opening) for click in taste.clicks if example and click.paper == example.paper][:1]
    return common(Corpus([*said, paper_document(item.paper)], corpus), corpus.size, corpus.size + 1) if said else ()


def moved_words(corpus: Corpus, profile: Profile, taste: Taste, last: int, now: dt.datetime) -> Moved:
    """Return what the `last` clicks of a taste moved, nothing for one without clicks."""
    if not taste.clicks:
        return Moved()
    larger = Corpus(documents(taste), corpus)
    found = moved(taste, larger, relevance(larger, profile), now, last)
    found = [(word, by) for word, by in found if np.count_nonzero(larger.frequency((word,))) >= _KNOWN]
    return Moved(tuple(word for word, by in found if by > 0), tuple(word for word, by in found if by < 0))
