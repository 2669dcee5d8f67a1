"""What to follow: relevance first, then growth and recency, size last; one thing an owner, new ones first."""

import datetime as dt

from brief.models import HubAsset, Repo
from brief.profile import load_profile
from brief.ranking.follow import rank_follow

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
PROFILE = load_profile()
FITTING = "Agentic reinforcement learning for LLM agents"


def repo(name: str, description: str = "", **more) -> Repo:
    return Repo(id=name.lower(), name=name, description=description, **more)


def order(*items) -> list[str]:
    return [found.item.id for found in rank_follow(items, PROFILE, NOW)]


def test_what_fits_no_direction_is_not_to_follow_however_famous():
    [found] = rank_follow(
        [
            repo("big/server", "A fast web server", stars=200_000, pushed=NOW),
            repo("small/latent", "Latent reasoning for language models", stars=3, pushed=NOW - dt.timedelta(days=6)),
        ],
        PROFILE,
        NOW,
    )
    assert found.item.id == "small/latent"
    assert found.score.directions == ("latent-reasoning",)


def test_recency_then_stars_decide_between_equals():
    old, new = (
        repo("a/old", FITTING, pushed=NOW - dt.timedelta(days=30), stars=10),
        repo("b/new", FITTING, pushed=NOW, stars=10),
    )
    assert order(old, new) == ["b/new", "a/old"]
    few, many = repo("a/few", FITTING, pushed=NOW, stars=1), repo("b/many", FITTING, pushed=NOW, stars=5000)
    assert order(few, many) == ["b/many", "a/few"]


def test_what_grows_stands_before_what_is_large():
    large, small = (
        repo("a/large", FITTING, pushed=NOW, stars=60_000),
        repo("b/small", FITTING, pushed=NOW, stars=900),
    )
    assert order(large, small) == ["a/large", "b/small"]  # nothing is known of before
    week_ago = NOW.date() - dt.timedelta(days=7)
    known = {"a/large": (59_990, week_ago), "b/small": (200, week_ago)}
    found = rank_follow([large, small], PROFILE, NOW, known=known)
    assert [r.item.id for r in found] == ["b/small", "a/large"]
    assert all(r.score.total <= 1.8 * r.score.parts["relevance"] for r in found)


def test_the_age_of_a_repository_tells_of_its_growth_where_no_earlier_day_does():
    old, young = (
        repo(f"{name}/x", FITTING, stars=500, pushed=NOW, created=NOW - dt.timedelta(days=days))
        for name, days in (("a", 900), ("b", 9))
    )
    assert order(old, young) == ["b/x", "a/x"]
    shrunk = rank_follow([young], PROFILE, NOW, known={"b/x": (700, NOW.date())})
    assert "growing" not in shrunk[0].score.parts


def test_a_model_does_not_grow_by_the_stars_of_a_repository_of_its_name():
    model = HubAsset(id="lab/agent", kind="model", description=FITTING, likes=5000)
    [found] = rank_follow([model], PROFILE, NOW, known={"lab/agent": (100, NOW.date() - dt.timedelta(days=3))})
    assert "growing" not in found.score.parts


def test_a_link_from_a_paper_of_the_day_and_the_hubs_trend_count():
    plain, linked = repo("a/a", FITTING), repo("b/b", FITTING, papers=("2604.00001",))
    found = rank_follow([plain, linked], PROFILE, NOW, papers={"2604.00001"})
    assert [r.item.id for r in found] == ["b/b", "a/a"]
    calm, hot = (HubAsset(id=f"{c}/m", kind="model", description=FITTING, trending=t) for c, t in (("c", 0), ("d", 80)))
    assert order(calm, hot) == ["d/m", "c/m"]


def test_what_was_shown_comes_last_and_gives_way_to_its_owners_new_one():
    items = [repo("a/seen", FITTING, pushed=NOW, stars=9000), repo("b/new", FITTING), repo("a/new", FITTING)]
    found = rank_follow(items, PROFILE, NOW, shown={"a/seen"})
    assert [r.item.id for r in found] == ["a/new", "b/new"]


def test_topics_speak_for_a_repository():
    plain, tagged = repo("a/a", "Training code"), repo("b/b", "Training code", topics=("agentic-rl", "llm", "rlvr"))
    assert order(plain, tagged) == ["b/b"]


def test_equals_stand_by_id_and_parts_sum_up():
    found = rank_follow([repo(f"{c}/x", "RLVR for LLM agents", stars=5) for c in "cab"], PROFILE, NOW)
    assert [r.item.id for r in found] == ["a/x", "b/x", "c/x"]
    assert all(r.score.total == sum(r.score.parts.values()) for r in found)


def test_a_project_its_model_and_its_data_set_are_one_thing_to_follow():
    items = [
        repo("Lab/agent", FITTING, stars=100, pushed=NOW),
        HubAsset(id="lab/agent-data", kind="dataset", description=FITTING, likes=4),
        HubAsset(id="other/agent", kind="model", description=FITTING, likes=2),
    ]
    assert order(*items) == ["lab/agent", "other/agent"]


def test_models_and_data_sets_are_ranked_alike():
    items = [
        HubAsset(id="lab/cats", kind="model", description="Cat pictures", likes=9000),
        HubAsset(id="lab/traces", kind="dataset", description="Agent trajectories of a coding agent", likes=4),
        HubAsset(id="lab/bare", kind="dataset"),
    ]
    [found] = rank_follow(items, PROFILE, NOW)
    assert found.item.id == "lab/traces"
    assert "code-agents" in found.score.directions


def test_nothing_to_follow_is_nothing():
    assert rank_follow([], PROFILE, NOW) == []
