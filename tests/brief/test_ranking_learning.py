"""Votes on papers: what is like the liked rises, what is like the disliked sinks, and no click decides alone."""

import datetime as dt

from brief.models import Paper
from brief.profile import load_profile
from brief.ranking.learning import LEARNED, learned
from brief.ranking.score import rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TOPICS = {
    "protein": "protein folding structure prediction with diffusion over residues",
    "traffic": "traffic signal control for city intersections by graph networks",
    "agents": "coding agents repair software repositories with reinforcement learning",
}


def paper(number: int, topic: str) -> Paper:
    return Paper(id=f"2604.{number:05}", title=f"Study {number}", abstract=f"We study {TOPICS[topic]}.")


DAY = [paper(n, topic) for n, topic in enumerate(TOPICS)]


def test_a_like_lifts_what_is_like_it_and_a_dislike_sinks_it():
    up = learned(DAY, [(paper(90, "protein"), 1)])
    assert up[0] > 0.01
    assert up[0] > 5 * max(abs(up[1]), abs(up[2]))
    down = learned(DAY, [(paper(90, "protein"), -1)])
    assert down[0] == -up[0]


def test_more_votes_say_more_and_stay_bounded():
    few = learned(DAY, [(paper(90, "protein"), 1)])[0]
    many = learned(DAY, [(paper(90 + n, "protein"), 1) for n in range(30)])[0]
    assert few < many <= LEARNED


def test_likes_of_a_niche_lift_it_visibly_and_the_parts_still_add_up():
    profile = load_profile()
    before = [r.paper.id for r in rank(DAY, profile, NOW)]
    niche = before[-1]
    liked = next(p for p in DAY if p.id == niche).model_copy(update={"id": "2604.90000"})
    after = rank(DAY, profile, NOW, votes=[(liked, 1)])
    assert [r.paper.id for r in after].index(niche) < before.index(niche)
    assert all(abs(sum(r.score.parts.values()) - r.score.total) < 1e-9 for r in after)
    assert next(r for r in after if r.paper.id == niche).score.parts["learned"] > 0.05


def test_votes_on_texts_without_words_teach_nothing():
    blank = Paper(id="2604.99999", title="", abstract="")
    assert learned([blank, *DAY], [(blank, 1)]) == [0.0] * 4
