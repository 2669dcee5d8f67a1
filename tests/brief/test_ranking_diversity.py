"""A choice of papers is varied, never padded, and takes the best first."""

import datetime as dt
from itertools import pairwise

from brief.models import Paper, Ranked, Score
from brief.profile import load_profile
from brief.ranking.diversity import missed, select
from brief.ranking.score import rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def ranked(n: int, title: str, total: float, *directions: str) -> Ranked:
    score = Score(total=total, parts={"relevance": total}, directions=directions)
    return Ranked(paper=Paper(id=f"2604.{n:05}", title=title), score=score)


def ids(chosen) -> list[str]:
    return [r.paper.id for r in chosen]


def test_five_near_identical_papers_do_not_fill_the_top_five():
    twin = "Verifiable rewards for agentic reinforcement learning with GRPO rollouts in language models"
    others = [
        ("Latent reasoning with continuous thought in a language model", "Each latent thought is a hidden state."),
        ("A terminal agent for the command line", "The coding agent of a language model works in a sandbox."),
        ("Deduplication of pretraining data", "Data quality of a pretraining corpus for a language model."),
        ("A world model of web pages", "State transitions let an LLM agent plan."),
    ]
    body = "RLVR post-training: policy optimization with verifiable rewards, credit assignment and RL training."
    items = [Paper(id=f"2604.{n:05}", title=f"{twin}, part {n}", abstract=body, published=NOW) for n in range(5)]
    items += [Paper(id=f"2604.1{n:04}", title=t, abstract=a, published=NOW) for n, (t, a) in enumerate(others)]
    order = rank(items, load_profile(), NOW)
    assert sum(i < "2604.1" for i in ids(order[:5])) >= 3  # the order alone would repeat itself
    chosen = ids(select(order, 5))
    assert sum(i < "2604.1" for i in chosen) <= 2
    assert len(chosen) == 5


def test_papers_that_differ_keep_their_order():
    items = [ranked(n, f"word{n}", 1 - n / 10, f"d{n}") for n in range(6)]
    assert ids(select(items, 4)) == ids(items[:4])


def test_a_direction_already_served_gives_way_to_a_near_equal():
    items = [ranked(1, "one", 0.9, "a"), ranked(2, "two", 0.88, "a"), ranked(3, "three", 0.86, "b")]
    assert ids(select(items, 2)) == ["2604.00001", "2604.00003"]


def test_what_was_chosen_before_is_neither_repeated_nor_imitated():
    first = ranked(1, "speculative decoding of rollouts", 0.9, "a")
    copy = ranked(2, "speculative decoding of rollouts", 0.9, "a")
    other = ranked(3, "pretraining data", 0.6, "b")
    assert ids(select([first, copy, other], 2, chosen=[first])) == ["2604.00003", "2604.00002"]


def test_the_scanning_tier_continues_the_recommendations():
    items = [ranked(n, f"word{n}", 1 - n / 100, f"d{n % 3}") for n in range(40)]
    top = select(items, 5)
    rest = select(items, 13, chosen=top)
    assert len(rest) == 13
    assert not set(ids(top)) & set(ids(rest))


def test_fewer_are_chosen_rather_than_papers_off_topic_or_avoided():
    items = [ranked(1, "one", 0.9, "a"), ranked(2, "two", 0.8), ranked(3, "three", -4.2, "a")]
    assert ids(select(items, 5)) == ["2604.00001"]
    assert select([], 5) == []
    assert select(items, 0) == []


def test_equals_are_taken_in_the_order_given():
    items = [ranked(n, f"word{n}", 0.5, f"d{n}") for n in range(5)]
    assert all(a < b for a, b in pairwise(ids(select(items, 5))))


def test_no_more_than_three_of_five_lead_with_one_direction_while_another_has_a_paper():
    many = [ranked(n, f"alpha{n} beta{n} gamma{n}", 0.9 - n / 100, "a") for n in range(6)]
    other = ranked(9, "delta epsilon zeta", 0.55, "b")
    chosen = ids(select([*many, other], 5))
    assert chosen[3] == other.paper.id
    assert len(chosen) == 5  # then the first direction may go on: nothing else was there


def test_the_second_tier_takes_what_comes_near_without_naming_a_direction():
    near, far = ranked(1, "alpha beta gamma", 0.5), ranked(2, "delta epsilon zeta", 0.1)
    assert select([near, far], 5) == []
    assert select([near, far], 5, named=False) == [near]


def test_a_followed_authors_paper_is_always_in_the_brief():
    score = Score(total=0.31, parts={"relevance": 0.01, "author": 0.3})
    followed = Ranked(paper=Paper(id="2604.99999", title="about gardens"), score=score)
    items = [ranked(n, f"word{n}", 1 - n / 100, f"d{n % 3}") for n in range(40)]
    top = select([*items, followed], 5)
    scanned = select([*items, followed], 13, chosen=top, named=False)
    assert followed not in top
    assert scanned[0] == followed
    assert len(scanned) == 13


def test_no_dislikes_keep_a_followed_authors_paper_out_and_an_avoided_word_does():
    def gardens(**parts):
        score = Score(total=sum(parts.values()), parts={"relevance": 0.0, "author": 0.3, **parts})
        return Ranked(paper=Paper(id="2604.99999", title="about gardens"), score=score)

    items = [ranked(n, f"word{n}", 1 - n / 100, f"d{n % 3}") for n in range(40)]
    disliked, avoided = gardens(learned=-0.5), gardens(avoided=-5.0)
    assert disliked in select([*items, disliked], 13, named=False)
    assert avoided not in select([*items, avoided], 13, named=False)


def test_what_nobody_knows_the_reader_to_like_is_tried_once_in_a_choice():
    known = [ranked(n, f"word{n} more{n}", 0.9 - n / 100, f"a{n}") for n in range(5)]
    doubtful = [
        ranked(n, f"other{n} text{n}", 0.7, "b").model_copy(
            update={"score": Score(total=0.7, parts={"relevance": 0.7}, directions=("b",), doubt=1.0)}
        )
        for n in (10, 11)
    ]
    chosen = ids(select([*known, *doubtful], 5))
    assert "2604.00010" in chosen
    assert "2604.00011" not in chosen


def test_a_strong_paper_that_was_not_shown_is_missed_once():
    order = [ranked(n, f"word{n}", 1 - n / 100, "a") for n in range(20)]
    shown = {r.paper.id for r in order[:8]}
    assert ids(missed(order, shown)) == ["2604.00008", "2604.00009"]
    assert ids(missed(order, shown, returned={"2604.00008"})) == ["2604.00009"]
    avoided, aimless = ranked(1, "one", -4.0, "a"), ranked(2, "two", 0.9)
    assert missed([avoided, aimless], set()) == []
