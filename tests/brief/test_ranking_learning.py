"""Clicks: what is like the liked rises, what is like the disliked sinks, and no click decides alone."""

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.models import Paper
from brief.profile import Direction, Profile
from brief.ranking.anyone import anyone
from brief.ranking.learning import CLICKS, LEARNED, UNKNOWN, Taste, documents, learn, moved, planted, unlearn
from brief.ranking.relevance import relevance
from brief.ranking.score import laid_out, rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TOPICS = {
    "protein": "protein folding structure prediction by diffusion over residues of molecules",
    "traffic": "traffic signal control for city intersections by graph networks of roads",
    "agents": "coding agents that repair software repositories with tests and patches",
    "latent": "latent reasoning where a language model keeps continuous thoughts in hidden states",
    "sheep": "counting sheep on pastures in aerial images taken from satellites",
}
READER = Profile(
    name="reader",
    directions=(
        Direction(
            id="code", zh="代码", en="coding agents", keywords=("coding agent", "software repositories", "patch")
        ),
        Direction(id="latent", zh="隐空间", en="latent reasoning", keywords=("latent reasoning", "continuous thought")),
        Direction(id="science", zh="科学", en="science", keywords=("protein folding", "drug discovery", "molecules")),
    ),
)


NOTHING = Taste()


def paper(number: int, topic: str, **more) -> Paper:
    said = TOPICS[topic].split()
    random.Random(number).shuffle(said)  # noqa: S311
    abstract = f"We study {TOPICS[topic]}. Further: {' '.join(said[:6])} {number}."
    return Paper(id=f"2604.{number:05}", title=f"Study of {' '.join(said[:3])}", abstract=abstract, **more)


DAY = [paper(10 * n + k, topic) for n, topic in enumerate(TOPICS) for k in range(6)]
OF = {p.id: list(TOPICS)[n // 6] for n, p in enumerate(DAY)}


def taught(*clicks, start=NOTHING, when=NOW) -> Taste:
    for n, (topic, kind) in enumerate(clicks):
        start = learn(start, paper(900 + n, topic), kind, when)
    return start


def order(taste=NOTHING, profile=READER):
    return rank(DAY, profile, NOW, signals=False, taste=taste)


def mean_place(topic, taste=NOTHING, profile=READER) -> float:
    places = [n for n, r in enumerate(order(taste, profile)) if OF[r.paper.id] == topic]
    return sum(places) / len(places)


def gains(taste, profile=READER) -> dict[str, float]:
    """Return the mean gain of each topic."""
    found = {r.paper.id: r.score.parts.get("learned", 0.0) for r in order(taste, profile)}
    return {topic: sum(found[i] for i in OF if OF[i] == topic) / 6 for topic in TOPICS}


def test_no_clicks_change_nothing():
    assert all(set(r.score.parts) == {"relevance"} and r.score.doubt == 0 for r in order(Taste()))


def test_what_is_like_the_liked_rises_and_what_is_like_the_disliked_sinks():
    after = gains(taught(("traffic", "like"), ("sheep", "dislike")))
    assert after["traffic"] > 0.02
    assert after["sheep"] < -0.02
    assert abs(after["latent"]) < after["traffic"] / 2


def test_five_likes_of_a_niche_lift_it_visibly():
    before = mean_place("traffic")
    assert before > 12
    likes = gains(taught(*[("traffic", "like")] * 5))
    assert likes["traffic"] > 0.1
    assert likes["traffic"] - max(likes[topic] for topic in TOPICS if topic != "traffic") > 0.2
    with_contrast = taught(*[("traffic", "like")] * 5, *[("agents", "dislike")] * 5)
    assert mean_place("traffic", with_contrast) <= before - 5


def test_one_wrong_click_changes_little():
    settled = taught(*[("latent", "like"), ("sheep", "dislike")] * 6)
    wrong = learn(settled, paper(950, "latent"), "dislike", NOW)
    assert mean_place("latent", wrong) < mean_place("latent") + 1
    assert gains(wrong)["latent"] > gains(settled)["latent"] / 2
    hasty = taught(("latent", "dislike"))  # against a profile, one click is no verdict
    assert mean_place("latent", hasty) < min(mean_place(topic, hasty) for topic in ("traffic", "sheep"))


def test_a_direction_the_reader_dislikes_steps_back_for_the_others():
    taste = taught(*[("agents", "dislike"), ("latent", "like")] * 8)
    assert mean_place("latent", taste) < mean_place("agents", taste)


def test_clicks_are_forgotten_slowly():
    clicks = [("traffic", "like"), ("sheep", "dislike")] * 3
    fresh, old = (gains(taught(*clicks, when=NOW - dt.timedelta(days=days)))["traffic"] for days in (0, 240))
    assert 0 < old < fresh / 2
    assert gains(taught(*clicks, when=NOW - dt.timedelta(days=2)))["traffic"] > 0.9 * fresh


def test_a_click_taken_back_leaves_no_trace():
    taste = taught(("traffic", "like"))
    changed = learn(taste, paper(960, "sheep"), "dislike", NOW)
    assert unlearn(changed, "2604.00960") == taste
    assert unlearn(taste, "2604.77777") == taste


def test_the_newest_judgement_counts_and_opening_judges_least():
    liked = learn(Taste(), DAY[0], "like", NOW)
    assert [c.kind for c in learn(liked, DAY[0], "dislike", NOW).clicks] == ["dislike"]
    assert learn(liked, DAY[0], "opened", NOW) == liked
    assert [c.kind for c in learn(learn(Taste(), DAY[0], "opened", NOW), DAY[0], "like", NOW).clicks] == ["like"]
    strength = [
        gains(taught(("traffic", kind), ("sheep", "dislike")))["traffic"] for kind in ("like", "later", "opened")
    ]
    assert strength == sorted(strength, reverse=True)


def test_in_a_group_each_click_counts_a_little():
    def voted(share):
        taste = Taste()
        for topic, kind in (("traffic", "like"), ("sheep", "dislike")):
            taste = learn(taste, paper(970, topic), kind, NOW, by=topic, share=share)
        return gains(taste)["traffic"]

    assert 0 < voted(0.1) < voted(1.0) / 2
    both = learn(learn(Taste(), DAY[0], "like", NOW, by="a", share=0.5), DAY[0], "dislike", NOW, by="b", share=0.5)
    assert len(both.clicks) == 2


def test_the_state_is_small_and_survives_being_stored():
    long = "reasoning and 思考 " * 300
    taste = Taste()
    for n in range(CLICKS + 20):
        taste = learn(taste, Paper(id=f"2604.{n:05}", title=long, abstract=long), "like", NOW)
    assert len(taste.clicks) == CLICKS
    assert taste.clicks[0].paper == "2604.00020"
    assert len(taste.model_dump_json().encode()) < 100_000
    assert Taste.model_validate_json(taste.model_dump_json()) == taste


def test_the_words_that_the_last_clicks_moved_are_named():
    taste = taught(("agents", "like"), ("latent", "like"), ("traffic", "like"), ("sheep", "dislike"))
    corpus = laid_out(DAY, NOW).corpus
    larger = type(corpus)(documents(taste), corpus)
    words = dict(moved(taste, larger, relevance(larger, READER), NOW, last=2))
    assert len(words) <= 12
    assert any(change > 0 for word, change in words.items() if word in TOPICS["traffic"])
    assert any(change < 0 for word, change in words.items() if word in TOPICS["sheep"])
    assert not {"residue", "thought"} & set(words)


def test_seeds_count_more_than_likes_and_only_once():
    taste = planted(Taste(), [paper(980, "traffic")], NOW)
    assert planted(taste, [paper(980, "traffic")], NOW) == taste
    liked = learn(learn(Taste(), paper(980, "traffic"), "like", NOW), paper(981, "sheep"), "dislike", NOW)
    assert gains(learn(taste, paper(981, "sheep"), "dislike", NOW))["traffic"] > 1.2 * gains(liked)["traffic"] > 0
    assert [click.kind for click in planted(liked, [paper(982, "latent")], NOW).clicks] == ["named", "like", "dislike"]
    with_contrast = learn(taste, paper(981, "sheep"), "dislike", NOW)
    assert gains(with_contrast)["traffic"] > 0


def test_a_reader_nobody_knows_is_known_after_some_clicks():
    empty = Taste(spread=UNKNOWN)
    taste = taught(*[("latent", "like"), ("agents", "dislike"), ("sheep", "dislike")] * 4, start=empty)
    assert mean_place("latent", taste, anyone()) < 6
    doubts = {OF[r.paper.id]: r.score.doubt for r in order(taught(("agents", "dislike"), start=empty), anyone())}
    assert doubts["latent"] > doubts["agents"] * 0.9


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(TOPICS)),
            st.sampled_from(["like", "dislike", "later", "done", "opened"]),
            st.datetimes(timezones=st.just(dt.UTC)),
        ),
        max_size=8,
    )
)
def test_no_clicks_move_a_paper_further_than_the_limit(clicks):
    taste = Taste()
    for n, (topic, kind, when) in enumerate(clicks):
        taste = learn(taste, paper(700 + n, topic), kind, when)
    for r in order(taste):
        assert abs(r.score.parts.get("learned", 0.0)) <= LEARNED
        assert r.score.total == pytest.approx(sum(r.score.parts.values()))


def test_a_paper_without_words_teaches_and_learns_nothing():
    blank = Paper(id="2604.99999", title="", abstract="")
    taste = learn(Taste(), blank, "like", NOW)
    found = rank([blank, *DAY], READER, NOW, signals=False, taste=taste)
    assert all(r.score.parts["learned"] == pytest.approx(0, abs=1e-9) for r in found)
