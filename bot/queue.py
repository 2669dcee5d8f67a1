"""Carries batches of members to the workers: one stream of Redis for each surface, spread by taskiq over processes.

{paperboy}:1:deliveries:{surface}   stream of taskiq's messages, about the newest 1,000
autoclaim:paperboy:{that key}     taskiq's lock while unacknowledged messages are looked for                  10 s

The queue may lose or repeat a batch: what members are owed is kept in `bot/deliveries.py`, whose leases bring back what
was lost and whose claims stop what is repeated.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import RedisClusterException, RedisError, ResponseError
from taskiq import AsyncBroker, TaskiqError
from taskiq.acks import AcknowledgeType
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker, RedisStreamClusterBroker

from bot.deliveries import LEASE
from brief.errors import StoreError
from brief.store import key_of

BATCHES = 8  # a worker delivers at once: 400 chats, of which the pace of the surface lets some through at a time
STOP_LIMIT = 6.0  # seconds for what is being sent when the program is told to stop
_GIVE_UP_LIMIT = 1.0  # seconds to hear of what is on its way; then, to record what was not sent
_GROUP, _TASK = "paperboy", "deliver"
_PAUSE = 1.0  # seconds before Redis is asked again after an error
_OPTIONS: dict[str, Any] = {
    "consumer_group_name": _GROUP,
    "consumer_id": "0",  # what was enqueued before the first worker ever came is read too
    "maxlen": 1000,  # messages; 1,500 members under way are 30 batches, the rest is read and acknowledged
    "xread_block": 2000,  # milliseconds, below the connection's time limit for an answer
}

_REDIS_ERRORS = (RedisError, RedisClusterException)  # the second is no kind of the first

_log = logging.getLogger(__name__)

Deliver = Callable[[list[str]], Awaitable[None]]


class Queue:
    """The streams of all surfaces, on the connections of `redis`."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._brokers: dict[str, AsyncBroker] = {}

    async def put(self, surface: str, members: Sequence[str]) -> None:
        """Hand members to whoever delivers to a surface. Raises StoreError when Redis does not answer."""
        try:
            kicker: AsyncKicker[[list[str]], None] = AsyncKicker(_TASK, self._broker(surface), {})
            await kicker.kiq(list(members))
        except (TaskiqError, *_REDIS_ERRORS) as error:
            raise StoreError(f"Redis does not answer ({error.__cause__ or error}): start it") from error

    @asynccontextmanager
    async def delivering(self, surface: str, deliver: Deliver, give_up: Callable[[str], None]) -> AsyncIterator[None]:
        """Call `deliver` with batches of a surface, several at once; at the end, none is begun any more.

        What has begun may take 6 s more; then `give_up` is called with the surface, and again
        a second later, which must end it.
        """

        async def task(members: list[str]) -> None:
            try:
                await deliver(members)
            except StoreError as error:  # the members come back when their leases run out
                _log.warning("%s", error)

        broker, stop = self._broker(surface), asyncio.Event()
        broker.is_worker_process = True
        broker.register_task(task, _TASK)
        listening = asyncio.create_task(_listen(broker, stop))
        try:
            yield
        finally:
            stop.set()
            _, late = await asyncio.wait([listening], timeout=STOP_LIMIT)
            for _ in range(2):
                if late:
                    give_up(surface)
                    _, late = await asyncio.wait([listening], timeout=_GIVE_UP_LIMIT)
            listening.cancel()
            await asyncio.wait([listening])

    async def forget_idle(self, surface: str, milliseconds: int) -> None:
        """Remove the consumers of processes that are gone; each start of a worker leaves one. Raises StoreError."""
        stream = _stream(surface)
        try:
            for consumer in await self._redis.xinfo_consumers(stream, _GROUP):
                if consumer["idle"] > milliseconds:
                    await self._redis.xgroup_delconsumer(stream, _GROUP, consumer["name"])
        except ResponseError:  # no worker ever came
            return
        except _REDIS_ERRORS as error:
            raise StoreError(f"the queue of {surface} cannot be cleaned: {error}") from error

    def _broker(self, surface: str) -> AsyncBroker:
        if surface not in self._brokers:
            self._brokers[surface] = _broker(self._redis, _stream(surface))
        return self._brokers[surface]


def _stream(surface: str) -> str:
    return key_of("deliveries", surface)


def _broker(redis: Any, stream: str) -> AsyncBroker:
    """Return a broker on the connections there are: they know sentinels, sockets and passwords already.

    One message is read at a time, so that workers share what waits. taskiq's broker for a cluster reads all there is
    and never looks for what a dead worker held; the leases do.
    """
    if isinstance(redis, RedisCluster):
        spread = RedisStreamClusterBroker("redis://unused", queue_name=stream, **_OPTIONS)
        spread.redis = redis
        return spread
    single = RedisStreamBroker(
        "redis://unused",
        queue_name=stream,
        xread_count=1,
        idle_timeout=2 * LEASE * 1000,  # milliseconds; the leases have brought the members back by then
        unacknowledged_lock_timeout=10,
        **_OPTIONS,
    )
    single.connection_pool = redis.connection_pool
    return single


async def _listen(broker: AsyncBroker, stop: asyncio.Event) -> None:
    """Run batches until `stop`, over all troubles of Redis, and return when those that run have ended.

    `taskiq.api.run_receiver_task` would ask a Redis that is down again without a pause, and cannot end what runs.
    """
    while not stop.is_set():
        receiver = Receiver(broker, run_startup=True, max_async_tasks=BATCHES, ack_type=AcknowledgeType.WHEN_EXECUTED)
        try:
            await receiver.listen(stop)
        except* (*_REDIS_ERRORS, OSError) as errors:
            _log.warning("the queue cannot be read (%s); trying again", errors.exceptions[0])
            await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_PAUSE):
            await stop.wait()
    except TimeoutError:
        return
