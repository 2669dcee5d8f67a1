"""The order of papers: the text decides, signals refine, whom the reader follows and avoids counts."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Paper
from brief.profile import Direction, Profile
from brief.ranking.relevance import matches
from brief.ranking.score import rank
from brief.ranking.signals import REVISED, typical_votes, venue

NOW = dt.datetime(2026, 5, 1, 0, tzinfo=dt.UTC)
DAY = NOW.date()

LATENT = Direction(
    id="latent",
    zh="隐空间推理",
    en="latent reasoning",
    keywords=("latent reasoning", "continuous thought", "latent thought", "hidden state"),
    context=("language model",),
)
CODE = Direction(id="code", zh="代码", en="coding agents", keywords=("coding agent", "program repair", "SWE-bench"))
READER = Profile(name="reader", directions=(LATENT, CODE))

ON = [
    ("Latent reasoning in language models", "A language model keeps each continuous thought in a hidden state."),
    ("Coding agents that test themselves", "Our coding agent does program repair on SWE-bench."),
    ("Continuous thought for small language models", "Latent reasoning replaces words; a latent thought is short."),
    ("Program repair by many coding agents", "Each coding agent proposes a patch for SWE-bench."),
    ("Hidden states carry latent thoughts", "We read latent reasoning from a hidden state of a language model."),
    ("A coding agent with memory", "The coding agent remembers each program repair."),
]
OFF = [
    ("Counting sheep from satellites", "We segment pastures in aerial images."),
    ("Weather over the sea", "A regression of wind speeds."),
    ("Folding proteins on a phone", "Molecules are drawn quickly."),
    ("Old violins sound alike", "Listeners could not tell them apart."),
]


def paper(n: int, title: str, abstract: str = "", **more) -> Paper:
    return Paper(id=f"2604.{n:05}", title=title, abstract=abstract, published=NOW - dt.timedelta(days=1), **more)


def papers(**more) -> list[Paper]:
    return [paper(n, *text, **more) for n, text in enumerate(ON + OFF)]


def order(items, profile=READER, **options) -> list[str]:
    return [r.paper.id for r in rank(items, profile, NOW, **options)]


def place(items, paper_id, profile=READER) -> int:
    return order(items, profile).index(paper_id)


def test_what_the_reader_works_on_stands_first():
    assert set(order(papers())[: len(ON)]) == {p.id for p in papers()[: len(ON)]}


def test_no_papers_make_an_empty_order():
    assert rank([], READER, NOW) == []


def test_the_order_does_not_depend_on_the_order_given():
    items = [*papers(), paper(50, "Counting sheep from satellites"), paper(49, "Counting sheep from satellites")]
    expected = order(items)
    for seed in range(5):
        random.Random(seed).shuffle(items)  # noqa: S311
        assert order(items) == expected
    assert expected.index("2604.00049") < expected.index("2604.00050")  # equals by id


def test_the_total_is_the_sum_of_the_parts():
    liked = papers(votes=40, listed=DAY, comments=3, mentions=2, code="a/b", code_stars=9, comment="Accepted at ICLR")
    for ranked in rank(liked, READER, NOW):
        assert ranked.score.total == pytest.approx(sum(ranked.score.parts.values()))
    assert {"relevance", "votes", "talk", "code", "venue", "fresh"} <= set(rank(liked, READER, NOW)[0].score.parts)


def test_without_signals_only_the_text_counts():
    assert all(set(r.score.parts) == {"relevance"} for r in rank(papers(votes=9), READER, NOW, signals=False))


def test_directions_are_those_that_matched():
    found = {r.paper.id: r.score.directions for r in rank(papers(), READER, NOW)}
    assert found["2604.00000"] == ("latent",)
    assert found["2604.00001"] == ("code",)
    assert all(found[p.id] == () for p in papers()[len(ON) :])


def test_a_paper_of_two_directions_names_both_and_stands_above_its_halves():
    both = paper(80, "Latent reasoning for a coding agent", "A language model's continuous thought; program repair.")
    latent = paper(60, "Latent reasoning for a garden party", "A language model's continuous thought; weeding by hand.")
    code = paper(61, "Gardens and hedges for a coding agent", "A language model's long afternoon; program repair.")
    [first, *_] = rank([both, latent, code, *papers()[len(ON) :]], READER, NOW, signals=False)
    assert first.paper.id == both.id
    assert set(first.score.directions) == {"latent", "code"}


def test_a_paper_without_the_context_counts_for_less():
    inside = paper(81, "Latent reasoning", "In a language model.")
    outside = paper(70, "Latent reasoning", "In a slime mould.")
    assert place([*papers(), inside, outside], inside.id) < place([*papers(), inside, outside], outside.id)


def test_case_plural_and_hyphen_do_not_matter():
    said = paper(82, "CODING-AGENTS", "program\nrepairs")
    assert matches(said, CODE) == ("coding agent", "program repair")
    assert matches(paper(83, "Coding without agents"), CODE) == ()


def test_votes_alone_lift_no_paper_from_elsewhere_into_the_top_five():
    loud = paper(
        90, "Sheep, counted again", "Pastures.", votes=5000, listed=DAY, comments=400, mentions=900, code="a/b",
        code_stars=10**6, comment="Accepted at NeurIPS (oral)",
    )  # fmt: skip
    quiet = [p.model_copy(update={"published": NOW - dt.timedelta(days=400)}) for p in papers()]
    assert place([*quiet, loud], loud.id) >= len(ON)
    near = loud.model_copy(update={"abstract": "Pastures, and one hidden state."})
    for one in (loud, near):  # however little the others have
        [alone] = rank([one], READER, NOW)
        assert alone.score.total < alone.score.parts["relevance"] + 0.1


def test_votes_decide_between_papers_that_fit_alike():
    listed = [paper(n, *ON[0], votes=n, listed=DAY) for n in (2, 60, 9, 30, 4)]
    assert order(listed)[0] == "2604.00060"


def test_votes_are_compared_within_the_day_of_listing():
    today = [paper(n, *ON[0], votes=4, listed=DAY) for n in range(4)]
    earlier = [paper(n, *ON[0], votes=40, listed=DAY - dt.timedelta(days=2)) for n in range(10, 14)]
    usual = typical_votes([*today, *earlier])
    assert (usual[DAY], usual[DAY - dt.timedelta(days=2)]) == (4, 40)
    parts = {r.paper.id: r.score.parts["votes"] for r in rank([*today, *earlier], READER, NOW)}
    assert parts["2604.00000"] == pytest.approx(parts["2604.00010"])


def test_a_newer_paper_stands_before_an_older_one_that_fits_alike():
    old = paper(1, *ON[0]).model_copy(update={"published": NOW - dt.timedelta(days=90)})
    assert order([old, paper(2, *ON[0])]) == ["2604.00002", "2604.00001"]


def test_a_revision_counts_a_little_and_less_than_being_new():
    old = paper(1, *ON[0]).model_copy(update={"published": NOW - dt.timedelta(days=90)})
    revised = old.model_copy(update={"id": "2604.00002", "version": 2, "updated": NOW})
    new = old.model_copy(update={"id": "2604.00003", "published": NOW})
    ranked = rank([old, revised, new], READER, NOW)
    assert [r.paper.id for r in ranked] == ["2604.00003", "2604.00002", "2604.00001"]
    assert 0 < ranked[1].score.parts["revised"] <= REVISED


def test_a_followed_author_or_organization_is_lifted():
    late = paper(99, *ON[0], authors=("Ada Lovelace", "B. Babbage"), organization="Analytical Engines")
    items = [*(paper(n, *ON[0]) for n in range(8)), late]
    assert place(items, late.id) == 8
    for wanted in ({"authors": ("ada lovelace",)}, {"organizations": ("ANALYTICAL ENGINES",)}):
        assert place(items, late.id, READER.model_copy(update=wanted)) == 0


def test_an_avoided_keyword_never_reaches_the_top_five():
    spoiled = paper(91, *ON[0], votes=900, listed=DAY, authors=("Ada Lovelace",), keywords=("Medical-Imaging",))
    reader = READER.model_copy(update={"avoid": ("medical imaging",), "authors": ("Ada Lovelace",)})
    assert place([*papers(), spoiled], spoiled.id) == 0
    assert place([*papers(), spoiled], spoiled.id, reader) == len(papers())


def test_papers_without_abstracts_are_ranked_by_their_titles():
    bare = [paper(n, title) for n, (title, _) in enumerate(ON + OFF)]
    assert set(order(bare)[: len(ON)]) == {p.id for p in bare[: len(ON)]}


def test_a_paper_scores_alike_alone_and_among_others():
    alone = rank([paper(1, *ON[0])], READER, NOW)[0].score
    assert alone.directions == ("latent",)
    assert 0 < alone.parts["relevance"] <= 1


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("Accepted to ICLR 2026", "ICLR"),
        ("ACL 2026 main, 12 pages", "ACL"),
        ("Submitted to NeurIPS", None),
        ("Under review at ICML", None),
        ("Submitted and accepted at CVPR", "CVPR"),
        ("A miracle", None),
        (None, None),
    ],
)
def test_a_venue_is_named_when_it_took_the_paper(comment, expected):
    assert venue(paper(1, "x", comment=comment)) == expected


@given(
    st.lists(
        st.builds(
            Paper,
            id=st.uuids().map(str),
            title=st.text(max_size=60),
            abstract=st.text(max_size=200),
            comment=st.none() | st.text(max_size=40),
            votes=st.none() | st.integers(),
            comments=st.none() | st.integers(),
            code_stars=st.none() | st.integers(),
            code=st.none() | st.just("a/b"),
            published=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
            keywords=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        ),
        max_size=6,
    )
)
def test_hostile_papers_are_ranked_with_bounded_parts(items):
    ranked = rank(items, READER, NOW)
    assert sorted(r.paper.id for r in ranked) == sorted(p.id for p in items)
    assert all(0 <= value <= 1 for r in ranked for value in r.score.parts.values())


def test_a_profile_of_filler_words_matches_nothing():
    empty = Profile(name="empty", directions=(Direction(id="x", zh="的", en="of", keywords=("of the", "!?")),))
    assert {r.score.total for r in rank(papers(), empty, NOW, signals=False)} == {0}
    assert matches(papers()[0], empty.directions[0]) == ()


def test_a_very_long_abstract_is_cut():
    endless = paper(92, "Sheep", "wool " * 100_000 + "latent reasoning")
    assert matches(endless, LATENT) == ()
    assert place([*papers(), endless], endless.id) >= len(ON)
