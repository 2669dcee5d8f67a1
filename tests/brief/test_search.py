"""Search over the stored days: what is found, in which order, and what is like a paper."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Day, Paper, Window
from brief.search import leaf, search, similar
from brief.store import Store

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def paper(number: int, title: str, abstract: str = "", *, age: int = 0, **fields: object) -> Paper:
    fields = {"published": NOON - age * DAY, **fields}
    return Paper(id=f"2605.{number:05}", title=title, abstract=abstract, **fields)


PAPERS = [
    paper(1, "Protein folding by diffusion", "A model of residues."),
    paper(2, "Traffic lights", "Policies for intersections, learned by agents.", authors=("Ada Protein-Lund",)),
    paper(3, "Agents that repair code", "Reinforcement learning of a coding policy.", keywords=("program repair",)),
    paper(4, "World models", "A world in which many models of agents are compared."),
    paper(5, "Old style", "Nothing of note.", published=None),
]


def found(words: str, papers: list[Paper] = PAPERS, **options: int) -> list[int]:
    return [int(one[5:]) for one in search(words, [leaf(papers)], **options)]


# -- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("diffusion", [1]),  # the title
        ("RESIDUES", [1]),  # the abstract, whatever the case
        ("ada", [2]),  # the authors
        ("program", [3]),  # the keywords
        ("policy", [2, 3]),  # and its plural
        ("policies", [2, 3]),
        ("folding lights", [1, 2]),  # any word
        ("agen", []),  # but whole words
        ("quantum", []),
        ("", []),
        ("the of", []),
        ('" " ""', []),
    ],
)
def test_words_are_found_in_every_field(words: str, expected: list[int]) -> None:
    assert sorted(found(words)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('"world models"', [4]),
        ("“world models”", [4]),
        ('"models of agents"', [4]),
        ('"agents models"', []),
        ('"coding policy" agents', [3]),  # what is in quotes has to be there, whatever else is
        ('"coding policy" traffic', [3]),
        ('"coding policy" "world models"', []),
        ('"agents coding', [3]),  # a quote without end is none
    ],
)
def test_what_is_in_quotes_is_said_word_for_word(words: str, expected: list[int]) -> None:
    assert sorted(found(words)) == expected


def test_papers_that_say_the_commonest_word_alone_are_left_out() -> None:
    papers = [paper(n, f"System {n}") for n in range(1, 9)]
    papers += [paper(9, "A recommender system"), paper(10, "Recommender of news")]
    assert found("recommender system", papers) == [9, 10]
    assert found("system of unheard-of words", papers) != []  # what nobody says is not missed


def test_a_phrase_does_not_reach_from_one_field_into_another() -> None:
    assert found('"diffusion model"') == []


# -- in which order ---------------------------------------------------------------------------------------------------


def test_the_title_counts_more_than_the_abstract() -> None:
    papers = [paper(1, "Short notes", "On planning."), paper(2, "Planning notes", "On short things.", age=9)]
    assert found("planning", papers) == [2, 1]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common = [paper(n, f"Agents number {n}") for n in range(2, 30)]
    assert found("agents yodelling", [*common, paper(1, "Yodelling number 1", age=9)])[0] == 1


def test_the_newest_first_of_equals_and_one_without_a_date_last() -> None:
    papers = [paper(n, "Same title", age=age) for n, age in ((1, 3), (2, 1), (3, 2))]
    assert found("same", [paper(4, "Same title", published=None), *papers]) == [2, 3, 1, 4]


def test_at_most_as_many_as_asked_for() -> None:
    papers = [paper(n, "Same title", age=n) for n in range(50)]
    assert found("same", papers) == list(range(20))
    assert found("same", papers, limit=3) == [0, 1, 2]


def test_a_paper_of_two_days_is_found_once() -> None:
    days = [leaf([paper(1, "Same title"), paper(2, "Same title", age=1)]), leaf([paper(1, "Same title", age=2)])]
    assert search("same", days) == ["2605.00001", "2605.00002"]
    assert search("same", days, limit=1) == ["2605.00001"]


@given(st.lists(st.integers(0, 4), max_size=4), st.sampled_from(["agents", '"world models"', "of a policy", "protein"]))
def test_it_does_not_matter_how_papers_are_shared_out_among_days(cuts: list[int], words: str) -> None:
    edges = [0, *sorted(cuts), len(PAPERS)]
    days = [leaf(PAPERS[start:end]) for start, end in pairwise(edges)]
    assert search(words, days) == search(words, [leaf(PAPERS)])
    assert similar(PAPERS[0], days) == similar(PAPERS[0], [leaf(PAPERS)])


def test_of_thousands_the_one_with_the_rarest_words_is_found() -> None:
    papers = [paper(n, "Agents and models", f"Agents and models, number {n}", age=n % 30) for n in range(3_000)]
    needle = paper(99_999, "A title", "Somewhere is said yodelling", age=99)
    days = [leaf(papers), leaf([needle])]
    assert search("agents models yodelling", days)[0] == needle.id
    assert search('"said yodelling" agents', days) == [needle.id]


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=4))
def test_any_words_over_any_texts(words: str, texts: list[str]) -> None:
    papers = [paper(n, text, text, authors=(text,), keywords=(text,)) for n, text in enumerate(texts)]
    ids = search(words, [leaf(papers), leaf([])])
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {one.id for one in papers}


@given(st.sampled_from(PAPERS), st.integers(0, 3))
def test_every_title_finds_its_paper(wanted: Paper, start: int) -> None:
    assert search(wanted.title, [leaf(PAPERS[start:]), leaf(PAPERS[:start])])[0] == wanted.id
    assert search(f'"{wanted.title}"', [leaf(PAPERS)])[0] == wanted.id


# -- what is like a paper ---------------------------------------------------------------------------------------------

_TOPICS = {
    "protein": ("Protein folding", "structure of a protein by diffusion over residues"),
    "traffic": ("Traffic control", "signals at city intersections by graph networks"),
    "agents": ("Coding agents", "repair of software repositories with tests as reward"),
}
TOPICAL = [
    paper(10 * row + n, title, f"We study the {abstract}, part{row}{n}.")
    for row, (title, abstract) in enumerate(_TOPICS.values())
    for n in range(5)
]


@pytest.mark.parametrize("number", [2, 12, 24])
def test_papers_of_its_topic_are_like_a_paper_and_it_is_not_among_them(number: int) -> None:
    [wanted] = [one for one in TOPICAL if int(one.id[5:]) == number]
    alike = similar(wanted, [leaf(TOPICAL)])
    assert {int(one[5:]) for one in alike} == {number // 10 * 10 + n for n in range(5)} - {number}


def test_the_most_like_come_first_and_at_most_as_many_as_asked_for() -> None:
    wanted = TOPICAL[0]
    copy = wanted.model_copy(update={"id": "2605.77777"})
    found = similar(wanted, [leaf([*TOPICAL, copy])], limit=2)
    assert found[0] == copy.id
    assert len(found) == 2


def test_a_paper_of_no_stored_day_is_compared_too() -> None:
    stranger = paper(900, "Protein design", "Residues of a protein, by diffusion.")
    assert {int(one[5:]) for one in similar(stranger, [leaf(TOPICAL)])} == set(range(5))


def test_those_who_wrote_it_do_not_make_papers_alike() -> None:
    wanted, other = (paper(n, title, authors=("Ada Protein-Lund",)) for n, title in ((900, "Yodelling"), (901, "Alps")))
    assert similar(wanted, [leaf([other, *TOPICAL])]) == []


def test_nothing_is_like_a_paper_that_stands_alone() -> None:
    assert similar(paper(900, "Yodelling", "In the Alps."), [leaf(TOPICAL)]) == []
    assert similar(paper(900, "", ""), [leaf(TOPICAL)]) == []
    assert similar(TOPICAL[0], []) == similar(TOPICAL[0], [leaf([])]) == []


# -- the stored days --------------------------------------------------------------------------------------------------


async def test_recent_days_newest_first_without_gaps_and_later_ones(store: Store) -> None:
    date = NOON.date()
    for back in (-1, 0, 1, 3, 4):
        day = date - back * DAY
        window = Window(date=day, days=(day,), since=NOON, until=NOON)
        await store.save_day(Day(window=window, collected=NOON, papers=(paper(10 + back, "A title"),)))
    recent = [day async for day in store.recent(4, date + DAY)]
    assert [day.window.date for day in recent] == [date, date - DAY, date - 3 * DAY]
    assert [one.id for day in recent for one in day.papers] == ["2605.00010", "2605.00011", "2605.00013"]
    assert not [day async for day in store.recent(2, date - 10 * DAY)]
