"""How topics move: counted once, in halves with as many papers, and only what chance does not move."""

import datetime as dt

import pytest

from brief.models import Day, Paper, Repo, Window
from brief.store import Store, key_of
from brief.trends import NEEDED, Gist, gist_of, growth, trends

MONDAY = dt.date(2026, 4, 27)
NOON = dt.datetime(2026, 4, 27, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def gist(start: int, **counts: int) -> Gist:
    """A day whose papers have one category each, numbered from `start` on."""
    names = [name.replace("_", "-") for name, count in counts.items() for _ in range(count)]
    return Gist(topics={f"2604.{start + n:05}": (name,) for n, name in enumerate(names)})


def week(*days: dict[str, int]) -> dict[dt.date, Gist]:
    return {MONDAY + n * DAY: gist(1000 * n, **counts) for n, counts in enumerate(days)}


def test_topics_that_rose_and_fell_with_their_shares():
    even = {"robotics": 50, "vision": 40, "theory": 10}
    other = {"robotics": 50, "vision": 10, "theory": 40}
    found = trends(week(even, even, other, other), MONDAY + 3 * DAY, 7)
    assert [(one.id, one.before, one.after) for one in found.rose] == [("theory", 0.1, 0.4)]
    assert [(one.id, one.names["zh"], one.before) for one in found.fell] == [("vision", "视觉", 0.4)]
    assert found.rose[0].shares == (0.1, 0.1, 0.4, 0.4)
    assert (found.papers, found.turn, found.ready) == (400, 2, None)


def test_a_paper_counts_on_the_first_day_that_has_it_even_before_the_span():
    days = week({"robotics": 30}, {"robotics": 30}, {"vision": 30}, {"vision": 30})
    overlapping = {date: Gist(topics={**gist.topics, **days[MONDAY].topics}) for date, gist in days.items()}
    found = trends(overlapping, MONDAY + 3 * DAY, 3)
    assert (found.days, found.papers) == (tuple(MONDAY + n * DAY for n in (1, 2, 3)), 90)


def test_a_weekend_is_no_half_of_a_week():
    busy, late = {"robotics": 60, "vision": 40}, {"robotics": 40, "vision": 60}
    found = trends(week({"theory": 2}, {"theory": 1}, busy, late), MONDAY + 3 * DAY, 7)
    assert found.turn == 3
    assert [one.id for one in found.rose] == ["vision"]
    assert found.rose[0].shares[:2] == (None, None)  # of two papers there are no shares to speak of


def test_what_chance_moves_is_left_out():
    found = trends(
        week({"robotics": 51, "vision": 49}, {"robotics": 50, "vision": 50}, {"vision": 1}), MONDAY + DAY * 2, 7
    )
    assert found.moved == ()


def test_every_paper_of_one_topic_moves_nothing():
    assert trends(week(*[{"vision": 20}] * 3), MONDAY + 2 * DAY, 7).moved == ()


@pytest.mark.parametrize("stored", range(NEEDED))
def test_with_few_days_it_tells_when_there_can_be_enough(stored):
    found = trends(week(*[{"vision": 20}] * stored), MONDAY, 7)
    days = min(stored, 1)  # later ones than the day asked about do not count
    assert (len(found.days), found.ready) == (days, MONDAY + (NEEDED - days) * DAY)


def test_days_on_which_nothing_is_new_are_no_days_to_compare():
    same = gist(0, vision=20)
    assert len(trends({MONDAY + n * DAY: same for n in range(5)}, MONDAY + 4 * DAY, 7).days) == 1


def test_at_most_four_topics_rise_and_four_fall_those_furthest_beyond_chance_first():
    rising = {"robotics": 40, "vision": 50, "theory": 60, "nlp": 70, "evaluation": 80}
    falling = ["speech", "multimodal", "decoding", "memory", "code"]
    before = dict.fromkeys(rising, 10) | dict.fromkeys(falling, 60)
    after = rising | dict.fromkeys(falling, 5)
    found = trends(week(before, after, {"large_language_models": 1}), MONDAY + 2 * DAY, 7)
    assert [one.id for one in found.rose] == ["evaluation", "nlp", "theory", "vision"]
    assert len(found.fell) == 4


def test_a_category_that_this_version_does_not_know_is_left_out():
    found = trends(week(*[{"phlogiston": 40, "vision": 10}, {"phlogiston": 5, "vision": 45}] * 2), MONDAY + 3 * DAY, 7)
    assert "phlogiston" not in [one.id for one in found.moved]


def test_growth_is_between_the_first_and_the_last_day_that_know_the_stars():
    days = {
        MONDAY: Gist(stars={"a/up": 100, "a/down": 50, "a/once": 7}),
        MONDAY + DAY: Gist(stars={"a/more": 10}),
        MONDAY + 2 * DAY: Gist(stars={"a/up": 130, "a/down": 40, "a/more": 90}),
    }
    assert growth(days, ["a/up", "a/down", "a/once", "a/more", "a/unknown"]) == {"a/more": (10, 90), "a/up": (100, 130)}


# -- stored ------------------------------------------------------------------------------------------------------------


def day(date: dt.date) -> Day:
    papers = (
        Paper(id="2604.00001", title="Speculative decoding for robots"),
        Paper(id="2604.00002", title="Untitled", categories=("cs.CV",)),
        Paper(id="2604.00003", title="Nothing that is known"),
    )
    window = Window(date=date, days=(date,), since=NOON, until=NOON)
    repos = (Repo(id="a/b", name="A/b", stars=12), Repo(id="a/c", name="a/c"))
    return Day(window=window, collected=NOON, papers=papers, repos=repos)


def test_the_gist_of_a_day_has_the_categories_of_each_paper_and_the_stars_that_are_known():
    made = gist_of(day(MONDAY))
    assert list(made.topics) == ["2604.00001", "2604.00002", "2604.00003"]
    assert "decoding" in made.topics["2604.00001"]
    assert made.topics["2604.00002"]
    assert made.topics["2604.00003"] == ()
    assert made.stars == {"a/b": 12}


async def test_a_day_is_stored_with_its_gist(store: Store):
    await store.save_day(day(MONDAY))
    await store.client.delete(key_of("day", MONDAY))
    assert await store.gists(MONDAY - DAY, MONDAY + DAY) == {MONDAY: gist_of(day(MONDAY))}


@pytest.mark.parametrize("known", [None, b"of another version"])
async def test_days_from_before_are_counted_on_first_use(store: Store, known: bytes | None):
    await store.save_day(day(MONDAY))
    await store.client.delete(key_of("gist", MONDAY))
    if known:
        await store.client.set(key_of("gist", MONDAY), known)
    expected = {MONDAY: gist_of(day(MONDAY))}
    assert await store.gists(MONDAY, MONDAY) == expected
    await store.client.delete(key_of("day", MONDAY))
    assert await store.gists(MONDAY, MONDAY) == expected
