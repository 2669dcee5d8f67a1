"""A queue in a cluster that cannot be reached: its errors are no RedisErrors, and end nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.queue import Queue
from brief.errors import StoreError
from tests.patience import PATIENCE


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

    async with asyncio.timeout(PATIENCE), queue.delivering("telegram", nothing, lambda: None):
        while refused() < 2:  # noqa: ASYNC110 - what it says is looked at
            await asyncio.sleep(0.01)
