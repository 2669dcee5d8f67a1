"""What an embeddings model adds to the ranking."""

import datetime as dt

import numpy as np
import pytest

from brief.models import Paper
from brief.profile import Direction, Profile
from brief.ranking.meaning import MOST, Meaning, centred, directions_of, keywords
from brief.ranking.score import laid_out, rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
RL = Direction(id="rl", zh="强化学习", en="RL", keywords=("policy gradient", "reward shaping"))
SOIL = Direction(id="soil", zh="土壤", en="soil", keywords=("soil moisture",))
READER = Profile(name="reader", directions=(RL, SOIL))
NEAR, FAR = "learning from trial and error", "grammars of dead languages"


def paper(number: int, title: str) -> Paper:
    return Paper(id=f"2604.{number:05}", title=title, abstract=f"We study {title}.", sources=("arxiv",))


def meaning_of(papers: list[Paper], near: set[str]) -> Meaning:
    """Papers point anywhere, those that are near in the direction of the first one of the reader."""
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(len(papers), 64)).astype(np.float32)
    vectors[[p.title in near for p in papers], 0] += 30
    directions = np.eye(2, 64, dtype=np.float32)
    return Meaning(centred(vectors), directions)


def test_a_paper_near_in_meaning_rises_above_its_equals() -> None:
    papers = [paper(n, f"{FAR} {n}") for n in range(30)] + [paper(90, NEAR)]
    by_words = rank(papers, READER, NOW)
    assert by_words[0].paper.title != NEAR
    best, *_, last = rank(papers, READER, NOW, meaning=meaning_of(papers, {NEAR}))
    assert best.paper.title == NEAR
    assert best.score.parts["meaning"] == pytest.approx(best.score.total)
    assert 0.9 * MOST < best.score.total <= MOST
    assert last.score.parts["meaning"] >= 0  # what no words speak for cannot fall


def test_meaning_alone_does_not_put_a_paper_among_those_of_a_direction() -> None:
    papers = [paper(n, f"{FAR} {n}") for n in range(30)] + [paper(90, NEAR)]
    assert rank(papers, READER, NOW, meaning=meaning_of(papers, {NEAR}))[0].score.directions == ()


def test_a_paper_that_says_the_words_stays_above_one_that_is_only_near() -> None:
    said = "policy gradient with reward shaping"
    papers = [paper(n, f"{FAR} {n}") for n in range(30)] + [paper(90, NEAR), paper(91, said)]
    best, second, *_ = rank(papers, READER, NOW, meaning=meaning_of(papers, {NEAR}))
    assert [best.paper.title, second.paper.title] == [said, NEAR]


def test_how_far_apart_a_models_vectors_lie_changes_nothing() -> None:
    papers = [paper(n, f"{FAR} {n}") for n in range(30)] + [paper(90, NEAR)]
    chance = np.random.default_rng(1)
    vectors, shift = chance.normal(size=(31, 16)), chance.normal(size=16) * 5
    directions = chance.normal(size=(2, 16)).astype(np.float32)
    orders = [
        rank(papers, READER, NOW, meaning=Meaning(centred((scale * vectors + move).astype(np.float32)), directions))
        for scale, move in ((1.0, 0.0), (0.01, shift))
    ]
    assert [[r.paper.id for r in order] for order in orders] == [[r.paper.id for r in orders[0]]] * 2


def test_no_meaning_is_no_part_of_a_score() -> None:
    papers = [paper(n, NEAR if n % 3 else FAR) for n in range(10)]
    assert all("meaning" not in item.score.parts for item in rank(papers, READER, NOW, laid=laid_out(papers, NOW)))


def test_papers_that_mean_the_same_gain_nothing() -> None:
    papers = [paper(n, FAR) for n in range(5)]
    same = Meaning(centred(np.ones((5, 8), dtype=np.float32)), np.eye(2, 8, dtype=np.float32))
    assert all(item.score.parts["meaning"] == 0 for item in rank(papers, READER, NOW, meaning=same))


def test_a_direction_means_what_its_keywords_do_the_first_most() -> None:
    assert keywords(READER) == ["policy gradient", "reward shaping", "soil moisture"]
    vectors = dict(zip(keywords(READER), np.eye(3, dtype=np.float32), strict=True))
    np.testing.assert_allclose(directions_of(READER, vectors), [[1, 0.5, 0], [0, 0, 1]])
