"""The order of repositories, models and data sets to follow: by what fits, and by growth rather than size."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from brief.models import HubAsset, Repo, Score, Value
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.relevance import relevance

# The most each part can add, as a share of the relevance. How large something has become counts least.
GROWING, TRENDING, RECENT, LINKED, POPULAR = 0.3, 0.15, 0.15, 0.15, 0.05
_HALF_LIFE = 7.0  # days in which recency halves
_FULL = 10_000  # stars or likes from which popularity counts in full
_FAST = 100.0  # stars a day from which growth counts in full
_HOT = 100.0  # the hub's trending score from which it counts in full

Known = Mapping[str, tuple[int, dt.date]]  # a repository's id -> the stars an earlier day knew of, and that day


class RankedFollow(Value):
    """A repository, model or data set and its score."""

    item: Repo | HubAsset
    score: Score


def rank_follow(
    items: Sequence[Repo | HubAsset],
    profile: Profile,
    now: dt.datetime,
    *,
    known: Known = MappingProxyType({}),
    papers: Collection[str] = (),
    shown: Collection[str] = (),
) -> list[RankedFollow]:
    """Return what fits a direction, best first and all that was `shown` before last; ties by id.

    Relevance, and as a share of it: stars gained a day since an earlier day (`known`), the hub's trending score, the
    last push, a link from one of the day's `papers` (ids), and size. A description and topics are a line that names its
    subject, so they are read as a title. Of one owner only the best is kept: a project, its model and its data set are
    one thing to follow. `now` is aware.
    """
    corpus = Corpus([(" . ".join((item.name, item.description, *item.topics)), "") for item in items])
    found = relevance(corpus, profile)
    ranked = []
    for n, item in enumerate(items):
        text = float(found.score[n])
        shares = _shares(item, now, known, papers)
        parts = {"relevance": text} | {name: text * share for name, share in shares.items() if share}
        score = Score(total=sum(parts.values()), parts=parts, directions=found.directions(profile, n))
        ranked.append(RankedFollow(item=item, score=score))
    ranked.sort(key=lambda r: (r.item.id in shown, -r.score.total, r.item.id))
    best: dict[str, RankedFollow] = {}
    for one in ranked:
        if one.score.directions:
            best.setdefault(one.item.name.partition("/")[0].casefold(), one)
    return list(best.values())


def _shares(item: Repo | HubAsset, now: dt.datetime, known: Known, papers: Collection[str]) -> dict[str, float]:
    linked = isinstance(item, Repo) and any(paper in papers for paper in item.papers)
    trending = item.trending or 0.0 if isinstance(item, HubAsset) else 0.0
    return {
        "growing": GROWING * _logarithm(_gained_a_day(item, now, known), _FAST),
        "trending": TRENDING * _logarithm(trending, _HOT),
        "recent": RECENT * _recency(item, now),
        "linked": LINKED * linked,
        "popular": POPULAR * _logarithm(_count(item) or 0, _FULL),
    }


def _gained_a_day(item: Repo | HubAsset, now: dt.datetime, known: Known) -> float:
    """Return the stars a repository gained a day since the day that knew them, or since it was made.

    0 where neither is known, and for models and data sets: nothing is told of growth then.
    """
    if not isinstance(item, Repo) or item.stars is None:
        return 0.0
    before, day = known.get(item.id) or (0, item.created and item.created.date())
    return max(0, item.stars - before) / max(1, (now.date() - day).days) if day else 0.0


def _recency(item: Repo | HubAsset, now: dt.datetime) -> float:
    """Return 1 for this moment, half after a week, 0 for an unknown one."""
    moment = item.pushed if isinstance(item, Repo) else item.updated
    days = max(0.0, (now - moment).total_seconds() / 86_400) if moment else math.inf
    return float(0.5 ** (days / _HALF_LIFE))


def _count(item: Repo | HubAsset) -> int | None:
    return item.stars if isinstance(item, Repo) else item.likes


def _logarithm(value: float, full: float) -> float:
    """Return 0 for nothing and 1 from `full` on, by the logarithm."""
    return min(1.0, math.log1p(max(0.0, value)) / math.log1p(full))
