"""The order of repositories, models and data sets to follow."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from brief.models import HubAsset, Repo, Score, Value
from brief.profile import Profile
from brief.ranking.relevance import Relevance, relevance

RECENT, POPULAR = 0.15, 0.15  # the most each can add to the relevance
_HALF_LIFE = 7.0  # days in which recency halves
_FULL = 10_000  # stars or likes from which popularity counts in full


class RankedRepo(Value):
    """A repository and its score."""

    repo: Repo
    score: Score


class RankedAsset(Value):
    """A model or data set and its score."""

    asset: HubAsset
    score: Score


def rank_repos(repos: Sequence[Repo], profile: Profile, now: dt.datetime) -> list[RankedRepo]:
    """Return the repositories best first: relevance, then recency of the last push and stars; ties by id.

    A description is one line that names its subject, so it is read as a title.
    Recency and stars count as much as a repository is relevant. `now` is aware.
    """
    found = relevance([(f"{r.name} . {r.description}", " . ".join(r.topics)) for r in repos], profile)
    ranked = []
    for n, repo in enumerate(repos):
        extra = {"recent": RECENT * _recency(repo.pushed, now), "popular": POPULAR * _popularity(repo.stars)}
        ranked.append(RankedRepo(repo=repo, score=_score(found, n, profile, extra)))
    return sorted(ranked, key=lambda r: (-r.score.total, r.repo.id))


def rank_assets(assets: Sequence[HubAsset], profile: Profile, now: dt.datetime) -> list[RankedAsset]:
    """Return the models and data sets best first, as `rank_repos` does, by their update and likes."""
    found = relevance([(f"{a.id} . {a.description}", " . ".join(a.tags)) for a in assets], profile)
    ranked = []
    for n, asset in enumerate(assets):
        extra = {"recent": RECENT * _recency(asset.updated, now), "popular": POPULAR * _popularity(asset.likes)}
        ranked.append(RankedAsset(asset=asset, score=_score(found, n, profile, extra)))
    return sorted(ranked, key=lambda r: (-r.score.total, r.asset.id))


def _score(found: Relevance, n: int, profile: Profile, extra: dict[str, float]) -> Score:
    text = float(found.score[n])
    parts = {"relevance": text} | {name: text * value for name, value in extra.items()}
    return Score(total=sum(parts.values()), parts=parts, directions=found.directions(profile, n))


def _recency(moment: dt.datetime | None, now: dt.datetime) -> float:
    """Return 1 for this moment, half after a week, 0 for an unknown one."""
    days = max(0.0, (now - moment).total_seconds() / 86_400) if moment else math.inf
    return float(0.5 ** (days / _HALF_LIFE))


def _popularity(count: int | None) -> float:
    return min(1.0, math.log1p(max(0, count or 0)) / math.log1p(_FULL))
