"""Readers for development who want more of a subject that their profile does not have, and say so by papers.

The profile is the packaged one; a subject is a phrase of `cross_lists.toml` that a few dozen of the recorded papers
clearly say. Of these the first ones are named in the profile, or liked, and the later ones are to be seen: among the
five that a brief recommends, and among all that it shows.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from shared.development import clearly_said, cross_lists
from shared.labelled import days_of, laid_out_of, papers_of

from brief.edition import PICKS, SCAN
from brief.models import Paper, Ranked
from brief.profile import load_profile
from brief.ranking.diversity import select
from brief.ranking.learning import Kind, Taste, learn
from brief.ranking.score import rank

FEW, MANY = 15, 70  # papers that say a subject

NOTHING = "nothing"
WAYS: dict[str, tuple[int, Kind]] = {  # how many papers a reader gives as examples, and by which click
    NOTHING: (0, "named"),
    "one seed": (1, "named"),
    "three seeds": (3, "named"),
    "five likes": (5, "like"),
}
_GIVEN = max(count for count, _ in WAYS.values())  # papers of a subject before the days that count


class Seen(NamedTuple):
    """Papers of a subject a day: how many there are, among the recommendations, and among all that is shown."""

    papers: float
    five: float
    shown: float


def seen(shared: Path) -> Iterator[tuple[str, dict[str, Seen]]]:
    """Yield each subject with what its readers see a day, by the way they tell that they want it."""
    for subject, said in _subjects(shared):
        given, last = said[:_GIVEN], said[_GIVEN - 1][0]
        days = sorted({day for day, _ in said if day > last})
        wanted = {paper.id for _, paper in said}
        if days:
            yield subject, {way: _mean(shared, days, wanted, _taste(way, given)) for way in WAYS}


def _subjects(shared: Path) -> Iterator[tuple[str, list[tuple[str, Paper]]]]:
    """Yield phrases with the papers that clearly say them and their days, oldest first."""
    own = {keyword for direction in load_profile().directions for keyword in direction.keywords}
    everything = [(day, paper) for day in days_of(shared) for paper in papers_of(shared, day)]
    for phrase in dict.fromkeys(phrase for row in cross_lists().values() for phrase in row["keywords"]):
        said = [(day, paper) for day, paper in everything if clearly_said(paper, phrase)]
        if phrase not in own and FEW <= len(said) <= MANY:
            yield phrase, said


def _taste(way: str, given: Sequence[tuple[str, Paper]]) -> Taste:
    count, kind = WAYS[way]
    taste = Taste()
    for day, paper in given[:count]:
        taste = learn(taste, paper, kind, _morning(day))
    return taste


def _mean(shared: Path, days: Sequence[str], wanted: set[str], taste: Taste) -> Seen:
    counts = []
    for day in days:
        papers = papers_of(shared, day)
        order = rank(papers, load_profile(), _morning(day), signals=False, laid=laid_out_of(shared, day), taste=taste)
        five = select(order, PICKS)
        shown = [*five, *select(order, SCAN, chosen=five, named=False)]
        counts.append((sum(p.id in wanted for p in papers), _of(five, wanted), _of(shown, wanted)))
    return Seen(*map(statistics.mean, zip(*counts, strict=True)))


def _of(items: Sequence[Ranked], wanted: set[str]) -> int:
    return sum(item.paper.id in wanted for item in items)


def _morning(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(8), dt.UTC)
