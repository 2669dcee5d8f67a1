"""Turns at a site, over all processes: one at a time, a gap apart, and none for ever."""

import asyncio
import contextlib
import itertools
import multiprocessing
import os

import pytest

from brief.settings import load_settings
from brief.store import Store, open_store
from brief.turns import turn
from tests.patience import PATIENCE


async def _take_turns(url: str, turns: int, results: "multiprocessing.Queue[tuple[int, int, int, int]]") -> None:
    async with open_store(load_settings({"REDIS_URL": url})) as store:
        for _ in range(turns):
            async with turn(store.client, "arxiv", 0.1):
                begun, left = await _clock(store), await store.client.pttl("{paperboy}:1:pace:arxiv:gap")
                await asyncio.sleep(0.02)
                results.put((begun, begun + max(left, 0), await _clock(store), os.getpid()))


async def _clock(store: Store) -> int:
    """Return the milliseconds of Redis' own clock, the one that rules."""
    seconds, microseconds = await store.client.time()
    return int(seconds) * 1000 + int(microseconds) // 1000


def _taker(url: str, turns: int, results: "multiprocessing.Queue[tuple[int, int, int, int]]") -> None:
    asyncio.run(_take_turns(url, turns, results))


async def test_turns_of_two_processes_never_overlap_and_keep_the_gap(store: Store, redis_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[int, int, int, int]] = spawn.Queue()
    takers = [spawn.Process(target=_taker, args=(redis_url, 4, results)) for _ in range(2)]
    for taker in takers:
        taker.start()
    held = sorted([await asyncio.to_thread(results.get, timeout=PATIENCE) for _ in range(8)])
    for taker in takers:
        taker.join()
    assert {pid for *_, pid in held} == {taker.pid for taker in takers}
    for (_, not_before, ended, _), (begun, *_) in itertools.pairwise(held):
        assert begun >= ended
        assert begun >= not_before


async def test_the_gap_is_counted_from_the_start_of_a_turn(store: Store) -> None:
    async with turn(store.client, "arxiv", 60):
        pass
    assert 0 < await store.client.pttl("{paperboy}:1:pace:arxiv:gap") <= 60_000
    waiting = asyncio.create_task(_one_turn(store, "arxiv"))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    waiting.cancel()
    await asyncio.wait([waiting])


async def test_turns_of_one_process_and_of_other_sites(store: Store) -> None:
    async with turn(store.client, "arxiv", 0), turn(store.client, "github", 0):
        waiting = asyncio.create_task(_one_turn(store, "arxiv"))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
    await waiting


async def _one_turn(store: Store, key: str) -> None:
    async with turn(store.client, key, 0):
        pass


async def test_a_cancelled_holder_and_a_cancelled_waiter_leave_the_turn_free(store: Store) -> None:
    entered = asyncio.Event()

    async def hold() -> None:
        async with turn(store.client, "arxiv", 0):
            entered.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await entered.wait()
    waiter = asyncio.create_task(_one_turn(store, "arxiv"))
    await asyncio.wait([waiter], timeout=0.1)
    for task in (waiter, holder):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert await store.client.keys("{paperboy}:1:pace:*") == []
    await _one_turn(store, "arxiv")


async def test_an_error_inside_a_turn_ends_it(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with turn(store.client, "arxiv", 0):
            raise ZeroDivisionError
    assert await store.client.keys("{paperboy}:1:pace:*") == []


async def test_a_crashed_holder_is_overcome_when_its_lease_ends(store: Store) -> None:
    lease = "{paperboy}:1:pace:arxiv:lease"
    async with turn(store.client, "arxiv", 0):
        assert 20_000 < await store.client.pttl(lease) <= 30_000
    await store.client.set(lease, "somebody who crashed", px=150)
    await _one_turn(store, "arxiv")
    assert await store.client.get(lease) is None


async def test_a_holder_that_overstayed_does_not_end_the_turn_of_the_next(store: Store) -> None:
    async with turn(store.client, "arxiv", 0):
        await store.client.set("{paperboy}:1:pace:arxiv:lease", "the next", px=60_000)
    assert await store.client.get("{paperboy}:1:pace:arxiv:lease") == b"the next"
