"""A queue whose Redis fails, or holds what nobody can read: no batch is lost by it, and workers go on listening."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.queue import Queue
from brief.errors import StoreError
from brief.store import Store, key_of
from tests.patience import PATIENCE

STREAM = key_of("deliveries", "telegram")


class Worker:
    """Delivers by noting what it is given; those it has to wait for are held until `go` is set."""

    def __init__(self, *held: str) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.go = asyncio.Event()
        self._held = held

    async def deliver(self, members: list[str]) -> None:
        self.begun += members
        if set(members) & set(self._held):
            await self.go.wait()
        self.done += members

    async def until(self, member: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while member not in self.begun:  # noqa: ASYNC110 - what it is given is looked at
                await asyncio.sleep(0.01)


def nobody(_: str) -> None:
    """Give nothing up."""


# -- a cluster that cannot be reached: its errors are no RedisErrors --------------------------------------------------


@pytest.fixture
async def queue() -> AsyncIterator[Queue]:
    with socket.socket() as nobody:  # bound, so that no one else takes the port, and refusing connections
        nobody.bind(("127.0.0.1", 0))
        yield Queue(RedisCluster(host="127.0.0.1", port=nobody.getsockname()[1], retry=Retry(NoBackoff(), 0)))


async def test_who_puts_and_who_cleans_hears_that_redis_does_not_answer(queue):
    with pytest.raises(StoreError):
        await queue.put("telegram", ["telegram:1"])
    with pytest.raises(StoreError):
        await queue.forget_idle("telegram", 0)


async def test_a_worker_asks_again(queue, caplog):
    async def nothing(_: list[str]) -> None: ...

    def refused() -> int:
        return sum("the queue cannot be read" in record.message for record in caplog.records)

    async with asyncio.timeout(PATIENCE), queue.delivering("telegram", nothing, nobody):
        while refused() < 2:  # noqa: ASYNC110 - what it says is looked at
            await asyncio.sleep(0.01)


# -- what nobody can read ---------------------------------------------------------------------------------------------


async def test_a_message_that_is_none_of_ours_makes_no_worker_deaf(store: Store) -> None:
    queue, worker = Queue(store.client), Worker()
    async with queue.delivering("telegram", worker.deliver, nobody):
        await queue.put("telegram", ["telegram:1"])
        await worker.until("telegram:1")
        await store.client.xadd(STREAM, {"of": "another program"})
        await queue.put("telegram", ["telegram:2"])
        await worker.until("telegram:2")


async def test_a_message_that_was_removed_under_a_killed_worker_makes_no_other_deaf(store: Store) -> None:
    """As `paperboy forget` removes one, and the stream its oldest."""
    queue, worker, redis = Queue(store.client), Worker(), store.client
    await redis.xgroup_create(STREAM, "paperboy", id="0", mkstream=True)
    await queue.put("telegram", ["telegram:1"])
    [[_, [(message, _)]]] = await redis.xreadgroup("paperboy", "killed", {STREAM: ">"})
    await redis.xclaim(STREAM, "paperboy", "killed", 0, [message], idle=3_600_000)
    await redis.xdel(STREAM, message)
    async with queue.delivering("telegram", worker.deliver, nobody):
        for member in ("telegram:2", "telegram:3"):
            await queue.put("telegram", [member])
            await worker.until(member)


async def test_what_cannot_be_acknowledged_is_no_error(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    queue, worker = Queue(store.client), Worker("telegram:1")
    async with queue.delivering("telegram", worker.deliver, nobody):
        await queue.put("telegram", ["telegram:1"])
        await worker.until("telegram:1")
        await store.client.set(STREAM, "no stream")
        worker.go.set()
    gc.collect()  # of an exception that nobody looked at is told then
    assert worker.done == ["telegram:1"]
    assert "never retrieved" not in caplog.text


async def test_what_was_begun_before_redis_failed_is_waited_for_at_the_end(store: Store) -> None:
    queue, worker = Queue(store.client), Worker("telegram:1")
    async with queue.delivering("telegram", worker.deliver, nobody):
        await queue.put("telegram", ["telegram:1"])
        await worker.until("telegram:1")
        await store.client.delete(STREAM)  # as by a Redis that came back empty
        await queue.put("telegram", ["telegram:2"])
        await worker.until("telegram:2")
        asyncio.get_running_loop().call_later(0.2, worker.go.set)
    assert worker.done == ["telegram:2", "telegram:1"]


async def test_a_worker_that_is_stopped_at_any_moment_ends(store: Store) -> None:
    """Before Python 3.12 a cancellation is lost that comes as something was just sent to Redis."""
    for moment in range(12):
        queue, worker = Queue(store.client), Worker()
        async with asyncio.timeout(PATIENCE), queue.delivering("telegram", worker.deliver, nobody):
            await queue.put("telegram", ["telegram:1"])
            await worker.until("telegram:1")
            for _ in range(moment):
                await asyncio.sleep(0)
