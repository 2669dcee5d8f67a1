import asyncio
import datetime as dt
import itertools
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis

from brief import store as store_module
from brief.errors import StoreError
from brief.models import Brief, Day, HubAsset, Paper, Repo, SourceReport, Status, Window
from brief.settings import Settings, load_settings
from brief.store import Store, key_of, open_store

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
DATE = dt.date(2026, 5, 1)
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
FOREVER, DAYS_120 = -1, 120 * 86_400


def window(date: dt.date = DATE) -> Window:
    return Window(date=date, days=(date,), since=NOON, until=NOON)


def day(mark: str, *, papers: int = 3, date: dt.date = DATE) -> Day:
    """A day whose every paper carries the mark."""
    return Day(
        window=window(date),
        collected=NOON,
        papers=tuple(Paper(id=f"2605.{n:05}", title=mark, votes=n) for n in range(papers)),
        repos=(Repo(id="a/b", name="A/b", description=mark),),
        assets=(HubAsset(id="A/c", kind="model"),),
        reports=(SourceReport(source="huggingface", status=Status.OK, papers=papers),),
    )


def brief(**fields: object) -> Brief:
    base = Brief(
        date=DATE, language="en", profile="me", window=window(), made=NOON, collected=NOON, considered=3, unseen=2
    )
    return base.model_copy(update=fields)


@pytest.fixture
async def raw(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


# -- what goes in comes out -------------------------------------------------------------------------------------------


async def test_a_day_comes_back_whole(store: Store) -> None:
    assert await store.day(DATE) is None
    await store.save_day(day("first", papers=1_200))
    assert await store.day(DATE) == day("first", papers=1_200)


async def test_a_later_collection_takes_the_place_of_the_day_and_no_other(store: Store) -> None:
    await store.save_day(day("monday", date=DATE - dt.timedelta(days=1)))
    await store.save_day(day("tuesday"))
    await store.save_day(day("tuesday again", papers=1))
    assert await store.day(DATE) == day("tuesday again", papers=1)
    assert await store.day(DATE - dt.timedelta(days=1)) == day("monday", date=DATE - dt.timedelta(days=1))


async def test_the_papers_of_a_day_can_be_read_alone_as_last_collected(store: Store) -> None:
    await store.save_day(day("first"))
    await store.save_day(day("second"))
    assert await store.paper("2605.00001") == Paper(id="2605.00001", title="second", votes=1)
    assert await store.paper("2605.99999") is None


async def test_a_paper_of_no_day(store: Store) -> None:
    paper = Paper(id="hep-ex/0406020", title="Old style")
    await store.save_paper(paper)
    assert await store.paper("hep-ex/0406020") == paper
    assert await store.days() == []


async def test_several_papers_come_in_the_order_of_their_ids_also_those_that_are_not_there(store: Store) -> None:
    await store.save_day(day("x"))
    first, last = Paper(id="2605.00000", title="x", votes=0), Paper(id="2605.00002", title="x", votes=2)
    assert await store.papers([last.id, "2605.99999", first.id]) == [last, None, first]
    assert await store.papers([]) == []


async def test_only_lasting_papers_stay_longer_for_being_read(store: Store, raw: Redis) -> None:
    await store.save_day(day("x"))
    keys = [f"{{paperboy}}:1:paper:2605.0000{n}" for n in range(2)]
    for key in keys:
        await raw.expire(key, 60)
    await store.papers(["2605.00000"])
    await store.papers(["2605.00001"], lasting=True)
    read, lasting = [await raw.ttl(key) for key in keys]
    assert read <= 60
    assert lasting > DAYS_120 - 60


async def test_days_newest_first_without_those_that_expired(store: Store, raw: Redis) -> None:
    for back in (1, 0, 2):
        await store.save_day(day("x", date=DATE - dt.timedelta(days=back)))
    await raw.delete("{paperboy}:1:day:2026-04-30")
    assert await store.days() == [DATE, DATE - dt.timedelta(days=2)]
    assert [await store.has_day(DATE - dt.timedelta(days=back)) for back in range(3)] == [True, False, True]


async def test_briefs_are_told_apart_by_date_profile_and_language(store: Store) -> None:
    await store.save_brief(brief())
    await store.save_brief(brief(language="zh"))
    await store.save_brief(brief(profile="you:en"))
    await store.save_brief(brief(considered=9))
    assert await store.brief(DATE, "me", "en") == brief(considered=9)
    assert await store.brief(DATE, "me", "zh") == brief(language="zh")
    assert await store.brief(DATE, "you:en", "en") == brief(profile="you:en")
    assert await store.brief(DATE, "you", "en") is None
    assert await store.brief(DATE + dt.timedelta(days=1), "me", "en") is None
    tomorrow = brief(date=DATE + dt.timedelta(days=1), profile="you:en")
    await store.save_brief(tomorrow)
    wanted = {DATE - dt.timedelta(days=1): "me", DATE: "me", tomorrow.date: "you:en"}
    assert await store.briefs(wanted, "en") == [brief(considered=9), tomorrow]


async def test_items_stay_120_days_and_briefs_for_good(store: Store, raw: Redis) -> None:
    await store.save_day(day("x"))
    await store.save_brief(brief())
    await store.save_shown("me", DATE, {"2605.00001": 1}, NOW)
    ttl = {key.decode(): await raw.ttl(key) async for key in raw.scan_iter()}
    assert ttl.pop("{paperboy}:layout") == FOREVER
    assert ttl.pop("{paperboy}:1:days") == ttl.pop("{paperboy}:1:brief:2026-05-01:me:en") == FOREVER
    assert len(ttl) == 6
    assert all(DAYS_120 - 60 < seconds <= DAYS_120 for seconds in ttl.values())


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"[1]"])
async def test_what_does_not_parse_counts_as_absent(store: Store, raw: Redis, rubbish: bytes) -> None:
    for key in ("day:2026-05-01", "paper:2605.00001", "brief:2026-05-01:me:en", "shown:me:2026-04-30"):
        await raw.set(f"{{paperboy}}:1:{key}", rubbish)
    await store.save_shown("me", DATE - dt.timedelta(days=2), {"2605.00002": None}, NOW)
    assert await store.day(DATE) is None
    assert await store.paper("2605.00001") is None
    assert await store.brief(DATE, "me", "en") is None
    assert await store.shown("me", DATE, NOW) == {"2605.00002": None}


async def test_the_schema_of_another_version_counts_as_absent(store: Store, raw: Redis) -> None:
    await raw.set("{paperboy}:1:day:2026-05-01", store_module.pack(Paper(id="1", title="not a day")))
    assert await store.day(DATE) is None


# -- what was shown ---------------------------------------------------------------------------------------------------


async def test_shown_before_a_date_is_the_union_with_the_newest_version(store: Store) -> None:
    for back, shown in ((3, {"a": 2, "b": None}), (2, {"a": 1, "b": 1, "c": None}), (1, {"c": None, "d": 4})):
        await store.save_shown("me", DATE - dt.timedelta(days=back), shown, NOW)
    assert await store.shown("me", DATE, NOW) == {"a": 2, "b": 1, "c": None, "d": 4}


async def test_making_a_date_again_does_not_see_what_it_or_a_later_one_showed(store: Store) -> None:
    await store.save_shown("me", DATE, {"today": 1}, NOW)
    await store.save_shown("me", DATE + dt.timedelta(days=1), {"tomorrow": 1}, NOW)
    await store.save_shown("you", DATE - dt.timedelta(days=1), {"of another": 1}, NOW)
    assert await store.shown("me", DATE, NOW) == {}


async def test_a_date_made_twice_showed_what_both_showed(store: Store) -> None:
    await store.save_shown("me", DATE, {"morning": 1, "revised": 1}, NOW)
    await store.save_shown("me", DATE, {"noon": None, "revised": 2}, NOW + dt.timedelta(hours=4))
    after = await store.shown("me", DATE + dt.timedelta(days=1), NOW + dt.timedelta(days=1))
    assert after == {"morning": 1, "noon": None, "revised": 2}


async def test_looking_at_an_old_day_afterwards_changes_nothing(store: Store) -> None:
    await store.save_shown("me", DATE, {"today": 1}, NOW)
    await store.save_shown("me", DATE - dt.timedelta(days=1), {"looked back": 1}, NOW + dt.timedelta(hours=1))
    assert await store.shown("me", DATE, NOW + dt.timedelta(hours=2)) == {}
    tomorrow = DATE + dt.timedelta(days=1)
    assert await store.shown("me", tomorrow, NOW + dt.timedelta(days=1)) == {"today": 1, "looked back": 1}


# -- all or nothing ---------------------------------------------------------------------------------------------------


async def test_a_reader_sees_the_old_day_or_the_new_one_while_days_are_rewritten(settings: Settings) -> None:
    seen = set()
    async with open_store(settings) as reading, open_store(settings) as writing:
        await writing.save_day(day("0", papers=800))

        async def write() -> None:
            for n in range(1, 8):
                await writing.save_day(day(str(n), papers=800 - n))

        writer = asyncio.create_task(write())
        while not writer.done():
            found = await reading.day(DATE)
            assert found
            seen.add(found.papers[0].title)
            assert found == day(found.papers[0].title, papers=800 - int(found.papers[0].title))
        await writer
    assert len(seen) > 1


WRITER = """
import asyncio, datetime, sys
from brief.settings import load_settings
from brief.store import open_store

async def main():
    async with open_store(load_settings({"REDIS_URL": sys.argv[1]})) as store:
        base = await store.day(datetime.date(2026, 5, 1))
        for n in range(100_000):
            papers = tuple(p.model_copy(update={"title": str(n)}) for p in base.papers)
            await store.save_day(base.model_copy(update={"papers": papers}))
            print(n, flush=True)
asyncio.run(main())
"""


def _killed_writer(url: str, pause: float) -> int:
    """Let a process write the day again and again, kill it, and return the last mark it had acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        acknowledged = int(writer.stdout.readline())
        time.sleep(pause)  # into the next write: any moment of it will do
        writer.kill()
    return acknowledged


async def test_a_writer_killed_in_the_middle_leaves_a_whole_day(store: Store, redis_url: str) -> None:
    await store.save_day(day("before", papers=600))
    for pause in (0.0, 0.01, 0.02, 0.03):
        acknowledged = await asyncio.to_thread(_killed_writer, redis_url, pause)
        found = await store.day(DATE)
        assert found
        assert len(found.papers) == 600
        (mark,) = {paper.title for paper in found.papers}
        assert int(mark) >= acknowledged


async def test_a_redis_killed_and_restarted_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    async with open_store(load_settings({"PAPERBOY_DATA_DIR": str(tmp_path)})) as store:
        await store.save_day(day("kept", papers=700))
        await store.save_brief(brief())
        for round_ in range(3):
            killer = asyncio.create_task(asyncio.to_thread(_kill_server, tmp_path))
            while not killer.done() or acknowledged % 10:
                await store.save_shown("me", DATE - dt.timedelta(days=1), {"n": acknowledged + 1}, NOW)
                acknowledged += 1
            await killer
            assert await store.shown("me", DATE, NOW) == {"n": acknowledged}, round_
        assert await store.day(DATE) == day("kept", papers=700)
    async with open_store(load_settings({"PAPERBOY_DATA_DIR": str(tmp_path)})) as store:
        assert await store.brief(DATE, "me", "en") == brief()
        assert await store.shown("me", DATE, NOW) == {"n": acknowledged}


def _kill_server(data_dir: Path) -> None:
    with redis.Redis(unix_socket_path=str(data_dir / "redis/redis.sock")) as client:
        os.kill(client.info("server")["process_id"], signal.SIGKILL)


async def test_what_has_its_default_takes_no_room(store: Store, raw: Redis) -> None:
    kept = Paper(id="2605.00001", title="A paper", votes=0)
    await store.save_paper(kept)
    packed = await raw.get(key_of("paper", kept.id))
    assert zlib.decompress(packed) == b'{"id":"2605.00001","title":"A paper","votes":0}'
    assert await store.paper(kept.id) == kept


# -- no Redis ---------------------------------------------------------------------------------------------------------


async def test_a_redis_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    url = f"unix://:s3cret@{tmp_path}/none.sock"
    with pytest.raises(StoreError, match=r"Redis does not answer.*REDIS_URL") as caught:
        async with open_store(load_settings({"REDIS_URL": url})):
            pytest.fail("no such Redis")
    assert "s3cret" not in str(caught.value)


async def test_without_a_sentinel_no_connection_is_described_at_length() -> None:
    with pytest.raises(StoreError, match=r"Redis does not answer \(No master found for 'papers'\): ") as caught:
        async with open_store(load_settings({"REDIS_URL": "redis+sentinel://127.0.0.1:1/papers"})):
            pytest.fail("no such sentinel")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "url", ["redis://host:port", "redis://localhost/0?no_such_option=1", "redis://localhost/?db=x"]
)
async def test_a_url_that_redis_py_refuses_is_one_clear_error(url: str) -> None:
    with pytest.raises(StoreError, match="REDIS_URL"):
        async with open_store(load_settings({"REDIS_URL": url})):
            pytest.fail("no such Redis")


async def test_whoever_is_cancelled_at_redis_goes_no_further(store: Store) -> None:
    """Also before Python 3.12, where a cancellation that comes as something was sent is lost on the way."""
    went_on = asyncio.Event()

    async def work() -> None:
        await store.day(DATE)
        went_on.set()
        await asyncio.Event().wait()

    for steps in itertools.count():
        task = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        if went_on.is_set():
            break
        task.cancel()
        await asyncio.wait([task, asyncio.create_task(went_on.wait())], return_when=asyncio.FIRST_COMPLETED)
        assert task.cancelled(), f"not after {steps} steps of the loop"
    task.cancel()
    assert steps > 2
