"""A reader who judges the papers that are shown, day after day, by a list nobody shows to the ranking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from shared.labelled import Figures, LabelledDay, judge

from brief.models import Ranked
from brief.profile import Profile
from brief.ranking.anyone import anyone
from brief.ranking.diversity import select
from brief.ranking.learning import UNKNOWN, WRITTEN, Taste, learn
from brief.ranking.score import rank

SHOWN = 5  # papers a day, each liked if the list holds it and disliked if not


class Course(NamedTuple):
    """nDCG@20 of each day: with the profile alone, with the profile and clicks, with clicks alone."""

    fixed: list[float]
    learning: list[float]
    from_nothing: list[float]


def course(days: Sequence[LabelledDay], profile: Profile) -> Course:
    """Return how the ranking does over the days, each ranked before anything of it is judged."""
    return Course(
        [judge(_ids(_ranked(day, profile, Taste())), day.relevant).ndcg20 for day in days],
        [figures.ndcg20 for figures in follow(days, profile, Taste(spread=WRITTEN))],
        [figures.ndcg20 for figures in follow(days, anyone(), Taste(spread=UNKNOWN))],
    )


def follow(days: Sequence[LabelledDay], profile: Profile, taste: Taste) -> list[Figures]:
    """Return the figures of each day for a reader who clicks."""
    figures = []
    for day in days:
        order = _ranked(day, profile, taste)
        figures.append(judge(_ids(order), day.relevant))
        for item in _shown(order):
            kind = "like" if item.paper.id in day.relevant else "dislike"
            taste = learn(taste, item.paper, kind, _morning(day) + dt.timedelta(hours=1))
    return figures


def _ranked(day: LabelledDay, profile: Profile, taste: Taste) -> list[Ranked]:
    return rank(day.papers, profile, _morning(day), signals=False, laid=day.laid, taste=taste)


def _shown(order: list[Ranked]) -> list[Ranked]:
    """Return what the brief recommends, filled up from the order where that is fewer."""
    chosen = select(order, SHOWN)
    return [*chosen, *(item for item in order if item not in chosen)][:SHOWN]


def _morning(day: LabelledDay) -> dt.datetime:
    return dt.datetime.combine(day.date, dt.time(8), dt.UTC)


def _ids(order: Sequence[Ranked]) -> list[str]:
    return [item.paper.id for item in order]
