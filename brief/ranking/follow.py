"""The order of repositories, models and data sets to follow."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from brief.models import HubAsset, Repo, Score, Value
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.relevance import relevance

RECENT, POPULAR = 0.15, 0.15  # the most each can add, as a share of the relevance
_HALF_LIFE = 7.0  # days in which recency halves
_FULL = 10_000  # stars or likes from which popularity counts in full


class RankedFollow(Value):
    """A repository, model or data set and its score."""

    item: Repo | HubAsset
    score: Score


def rank_follow(items: Sequence[Repo | HubAsset], profile: Profile, now: dt.datetime) -> list[RankedFollow]:
    """Return what fits a direction, best first: relevance, then recency and popularity; ties by id.

    A description and topics are a line that names its subject, so they are read as a title. Of one owner only the
    best is kept: a project, its model and its data set are one thing to follow. `now` is aware.
    """
    corpus = Corpus([(" . ".join((_name(item), item.description, *_tags(item))), "") for item in items])
    found = relevance(corpus, profile)
    ranked = []
    for n, item in enumerate(items):
        text = float(found.score[n])
        parts = {"relevance": text, "recent": text * RECENT * _recency(item, now), "popular": text * _popularity(item)}
        score = Score(total=sum(parts.values()), parts=parts, directions=found.directions(profile, n))
        ranked.append(RankedFollow(item=item, score=score))
    ranked.sort(key=lambda r: (-r.score.total, r.item.id))
    best = {_name(r.item).partition("/")[0].casefold(): r for r in reversed(ranked) if r.score.directions}
    return sorted(best.values(), key=ranked.index)


def _name(item: Repo | HubAsset) -> str:
    return item.name if isinstance(item, Repo) else item.id


def _tags(item: Repo | HubAsset) -> tuple[str, ...]:
    return item.topics if isinstance(item, Repo) else item.tags


def _recency(item: Repo | HubAsset, now: dt.datetime) -> float:
    """Return 1 for this moment, half after a week, 0 for an unknown one."""
    moment = item.pushed if isinstance(item, Repo) else item.updated
    days = max(0.0, (now - moment).total_seconds() / 86_400) if moment else math.inf
    return float(0.5 ** (days / _HALF_LIFE))


def _popularity(item: Repo | HubAsset) -> float:
    count = item.stars if isinstance(item, Repo) else item.likes
    return POPULAR * min(1.0, math.log1p(max(0, count or 0)) / math.log1p(_FULL))
