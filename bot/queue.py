"""Carries batches of members to the workers: one stream of Redis for each surface, spread by taskiq over processes.

{paperboy}:1:deliveries:{surface}   stream of taskiq's messages, about the newest 1,000

The queue may lose or repeat a batch: what members are owed is kept in `bot/deliveries.py`, whose leases bring back what
was lost and whose claims stop what is repeated.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from redis.exceptions import RedisClusterException, RedisError, ResponseError
from taskiq import AckableMessage, AsyncBroker, BrokerMessage, TaskiqError
from taskiq.acks import AcknowledgeType
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

from brief.errors import StoreError
from brief.store import key_of

BATCHES = 8  # a worker delivers at once: 400 chats, of which the pace of the surface lets some through at a time
STOP_LIMIT = 6.0  # seconds for what is being sent when the program is told to stop
_GIVE_UP_LIMIT = 1.0  # seconds to hear of what is on its way; then, to record what was not sent
_GROUP, _TASK = "paperboy", "deliver"
_PAUSE = 1.0  # seconds before Redis is asked again after an error
_MOST = 1000  # messages in a stream; 1,500 members under way are 30 batches, the rest is read and acknowledged
_BLOCK = 2000  # milliseconds that Redis waits for a message, below the connection's time limit for an answer

_REDIS_ERRORS = (RedisError, RedisClusterException)  # the second is no kind of the first

_log = logging.getLogger(__name__)

Deliver = Callable[[list[str]], Awaitable[None]]


class Queue:
    """The streams of all surfaces, on the connections of `redis`."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    async def put(self, surface: str, members: Sequence[str]) -> None:
        """Hand members to whoever delivers to a surface. Raises StoreError when Redis does not answer."""
        try:
            kicker: AsyncKicker[[list[str]], None] = AsyncKicker(_TASK, _Stream(self._redis, surface), {})
            await kicker.kiq(list(members))
        except (TaskiqError, *_REDIS_ERRORS) as error:
            raise StoreError(f"Redis does not answer ({error.__cause__ or error}): start it") from error

    @asynccontextmanager
    async def delivering(self, surface: str, deliver: Deliver, give_up: Callable[[str], None]) -> AsyncIterator[None]:
        """Call `deliver` with batches of a surface, several at once; at the end, none is begun any more.

        What has begun may take 6 s more; then `give_up` is called with the surface, and again
        a second later, which must end it.
        """
        running: set[asyncio.Task[Any]] = set()

        async def task(members: list[str]) -> None:
            if own := asyncio.current_task():
                running.add(own)
                own.add_done_callback(running.discard)
            try:
                await deliver(members)
            except StoreError as error:  # the members come back when their leases run out
                _log.warning("%s", error)

        stream = _Stream(self._redis, surface)
        stream.is_worker_process = True
        stream.register_task(task, _TASK)
        listening = asyncio.create_task(_listen(stream))
        try:
            yield
        finally:
            stream.stop.set()
            work = {listening, *running}  # what listened before an error of Redis left its batches to nobody
            _, late = await asyncio.wait(work, timeout=STOP_LIMIT)
            for _ in range(2):
                if late:
                    give_up(surface)
                    _, late = await asyncio.wait(work, timeout=_GIVE_UP_LIMIT)
            listening.cancel()
            await asyncio.wait([listening])

    async def forget_idle(self, surface: str, milliseconds: int) -> None:
        """Remove the consumers of processes that are gone; each start of a worker leaves one. Raises StoreError."""
        stream = _key(surface)
        try:
            for consumer in await self._redis.xinfo_consumers(stream, _GROUP):
                if consumer["idle"] > milliseconds:
                    await self._redis.xgroup_delconsumer(stream, _GROUP, consumer["name"])
        except ResponseError:  # no worker ever came
            return
        except _REDIS_ERRORS as error:
            raise StoreError(f"the queue of {surface} cannot be cleaned: {error}") from error


class _Stream(AsyncBroker):
    """A stream of a Redis of any kind, as taskiq writes and reads it, until `stop`.

    taskiq-redis has such brokers, which we cannot use. They listen for ever, and before Python 3.12 being cancelled may
    go unnoticed (https://github.com/python/cpython/issues/86296). They look for what dead workers held, though the
    leases bring that back, and fail where Redis before 7 answers with nothing for a message that the stream dropped.
    """

    def __init__(self, redis: Any, surface: str) -> None:
        super().__init__()
        self.stop = asyncio.Event()
        self._redis, self._key, self._consumer = redis, _key(surface), secrets.token_hex(8)

    async def startup(self) -> None:
        """Have a group of consumers, which also reads what was enqueued before the first worker ever came."""
        await super().startup()
        with suppress(ResponseError):  # there is one
            await self._redis.xgroup_create(self._key, _GROUP, id="0", mkstream=True)

    async def kick(self, message: BrokerMessage) -> None:
        """Enqueue a message."""
        await self._redis.xadd(self._key, {"data": message.message}, maxlen=_MOST, approximate=True)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield messages, read one at a time, so that workers share what waits."""
        while not self.stop.is_set():
            unread = {self._key: ">"}
            for _, messages in (
                await self._redis.xreadgroup(_GROUP, self._consumer, unread, count=1, block=_BLOCK) or ()
            ):
                for number, fields in messages:
                    yield AckableMessage(data=fields.get(b"data", b""), ack=partial(self._acknowledge, number))

    async def _acknowledge(self, number: bytes) -> None:
        """Say that a message is done with. Nobody reads it again in any case; `forget_idle` ends what stays pending."""
        with suppress(*_REDIS_ERRORS):
            await self._redis.xack(self._key, _GROUP, number)


async def _listen(stream: _Stream) -> None:
    """Run batches until the stream's `stop`, whatever goes wrong, and return when the last receiver's have ended.

    `taskiq.api.run_receiver_task` would ask a Redis that is down again without a pause, and cannot end what runs.
    """
    while not stream.stop.is_set():
        receiver = Receiver(stream, run_startup=True, max_async_tasks=BATCHES, ack_type=AcknowledgeType.WHEN_EXECUTED)
        try:
            await receiver.listen(stream.stop)
        except* Exception as errors:  # noqa: BLE001 - a worker that no longer listens would tell nobody
            _log.warning("the queue cannot be read (%r); trying again", errors.exceptions[0])
            await _pause(stream.stop)


def _key(surface: str) -> str:
    return key_of("deliveries", surface)


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_PAUSE):
            await stop.wait()
    except TimeoutError:
        return
