"""The stored days as they are searched: the newest, as they were last collected, each paper once."""

import asyncio
import datetime as dt
from collections import Counter

import pytest
from test_commands import MORNING, Clock

from bot.shelf import DAYS, Shelf
from brief.models import Day, Paper, Window
from brief.store import Store, open_store

TODAY = MORNING.date()


def paper(number: int, title: str = "Yodelling agents", **fields: object) -> Paper:
    return Paper(id=f"2605.{number:05}", title=title, published=MORNING - dt.timedelta(days=number), **fields)


class Stored:
    """A shelf, and a way to store days."""

    def __init__(self, store, clock: Clock) -> None:
        self.store, self.clock, self.shelf = store, clock, Shelf(store, clock)

    async def collect(self, back: int, *papers: Paper) -> None:
        date = TODAY - dt.timedelta(days=back)
        window = Window(date=date, days=(date,), since=MORNING, until=MORNING)
        await self.store.save_day(Day(window=window, collected=self.clock.now, papers=papers))

    async def found(self, words: str = "yodelling") -> list[tuple[str, int]]:
        return [(one.id[-1], (TODAY - date).days) for one, date in await self.shelf.search(words, 50)]


@pytest.fixture
def stored(store) -> Stored:
    return Stored(store, Clock())


async def test_papers_are_found_with_the_newest_day_that_had_them_as_they_were_last_collected(stored):
    await stored.collect(2, paper(1, version=1), paper(2))
    await stored.collect(1, paper(1, version=2, votes=3))
    assert await stored.found() == [("1", 1), ("2", 2)]
    [(first, _), _] = await stored.shelf.search("yodelling", 2)
    assert (first.version, first.votes) == (2, 3)
    assert [other.id for other in await stored.shelf.similar(first)] == ["2605.00002"]


async def test_a_day_that_may_still_change_is_read_again_after_ten_minutes_and_an_old_one_never(stored):
    await stored.collect(0, paper(1))
    await stored.collect(5, paper(3))
    assert await stored.found() == [("1", 0), ("3", 5)]
    await stored.collect(0, paper(1), paper(2), paper(3))
    await stored.collect(5, paper(3), paper(4))
    stored.clock.now += dt.timedelta(minutes=9)
    assert await stored.found() == [("1", 0), ("3", 5)]
    stored.clock.now += dt.timedelta(minutes=2)
    assert await stored.found() == [("1", 0), ("2", 0), ("3", 0)]


async def test_days_beyond_the_newest_thirty_are_searched_no_more(stored):
    for back in range(1, DAYS + 1):
        await stored.collect(back, paper(back, "Old agents" if back < DAYS else "Yodelling agents"))
    assert await stored.found() == [("0", DAYS)]
    await stored.collect(0, paper(90, "New agents"))
    assert await stored.found() == []
    assert len(await stored.found("agents")) == DAYS


async def test_a_paper_that_is_gone_from_the_store_is_left_out(stored):
    await stored.collect(0, paper(1), paper(2))
    assert len(await stored.found()) == 2
    [key] = [key async for key in stored.store.client.scan_iter("*:paper:2605.00001")]
    await stored.store.client.delete(key)
    assert await stored.found() == [("2", 0)]


class Counted(Store):
    """A store that counts how often each day is read."""

    reads: Counter[dt.date]

    async def passing_day(self, date: dt.date) -> Day | None:
        self.reads[date] += 1
        return await super().passing_day(date)


async def test_searches_at_once_read_each_day_once(settings):
    async with open_store(settings) as opened:
        store = Counted(opened.client)
        store.reads = Counter()
        stored = Stored(store, Clock())
        for back in range(3):
            await stored.collect(back, paper(back))
        await asyncio.gather(*(store.days() for _ in range(5)))  # a connection for each, or one search goes ahead
        found = await asyncio.gather(*(stored.found() for _ in range(5)))
        assert found == [[("0", 0), ("1", 1), ("2", 2)]] * 5
        assert sorted(store.reads.values()) == [1, 1, 1]


async def test_a_search_leaves_the_day_that_everybody_reads_at_hand(stored):
    for back in range(4):
        await stored.collect(back, paper(back))
    read = await stored.store.day(TODAY)
    assert len(await stored.found()) == 4
    assert await stored.store.day(TODAY) is read


async def test_nothing_stored_finds_nothing(stored):
    assert await stored.found() == []
    assert await stored.shelf.similar(paper(1)) == []
