"""What to follow: relevance first, then recency and popularity."""

import datetime as dt

from brief.models import HubAsset, Repo
from brief.profile import load_profile
from brief.ranking.follow import rank_assets, rank_repos

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
PROFILE = load_profile()


def repo(name: str, description: str = "", **more) -> Repo:
    return Repo(id=name.lower(), name=name, description=description, **more)


def test_a_relevant_repository_stands_before_a_famous_one():
    items = [
        repo("big/server", "A fast web server", stars=200_000, pushed=NOW),
        repo("small/latent", "Latent reasoning for language models", stars=3, pushed=NOW - dt.timedelta(days=6)),
    ]
    first, second = rank_repos(items, PROFILE, NOW)
    assert first.repo.id == "small/latent"
    assert first.score.directions == ("latent-reasoning",)
    assert second.score.directions == ()


def test_recency_then_stars_decide_between_equals():
    same = "Agentic reinforcement learning for LLM agents"
    fresh = {"pushed": NOW, "stars": 10}
    items = [repo("a/old", same, pushed=NOW - dt.timedelta(days=30), stars=10), repo("b/new", same, **fresh)]
    assert [r.repo.id for r in rank_repos(items, PROFILE, NOW)] == ["b/new", "a/old"]
    items = [repo("a/few", same, pushed=NOW, stars=1), repo("b/many", same, pushed=NOW, stars=5000)]
    assert [r.repo.id for r in rank_repos(items, PROFILE, NOW)] == ["b/many", "a/few"]


def test_topics_speak_for_a_repository():
    items = [repo("a/a", "A library"), repo("b/b", "A library", topics=("agentic-rl", "grpo"))]
    first, _ = rank_repos(items, PROFILE, NOW)
    assert first.repo.id == "b/b"
    assert first.score.total > 0


def test_equals_stand_by_id_and_parts_sum_up():
    items = [repo(f"{c}/x", "RLVR for LLM agents", stars=5) for c in "cab"]
    found = rank_repos(items, PROFILE, NOW)
    assert [r.repo.id for r in found] == ["a/x", "b/x", "c/x"]
    assert all(r.score.total == sum(r.score.parts.values()) for r in found)


def test_models_and_data_sets_are_ranked_alike():
    items = [
        HubAsset(id="lab/cats", kind="model", description="Cat pictures", likes=9000),
        HubAsset(id="lab/traces", kind="dataset", description="Agent trajectories of a coding agent", likes=4),
        HubAsset(id="lab/bare", kind="dataset"),
    ]
    found = rank_assets(items, PROFILE, NOW)
    assert found[0].asset.id == "lab/traces"
    assert "code-agents" in found[0].score.directions


def test_nothing_to_follow_is_nothing():
    assert rank_repos([], PROFILE, NOW) == []
    assert rank_assets([], PROFILE, NOW) == []
