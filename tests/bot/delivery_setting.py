"""A scheduler and a worker on a real Redis, with a clock that tests set: what the delivery tests share."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.chat import Chat
from bot.deliveries import Deliveries
from bot.delivery import Deliverer
from bot.metrics import Metrics
from bot.queue import Queue
from bot.scheduler import Scheduler
from bot.services import Services
from bot.surface import Courier
from brief.store import key_of
from tests.patience import PATIENCE

MINUTE = dt.timedelta(minutes=1)
EIGHT = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)  # a Friday


class Clock:
    """A clock that tests set."""

    def __init__(self, now: dt.datetime = EIGHT - MINUTE) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Office:
    """One process that schedules and delivers, without its clockwork."""

    services: Services
    deliveries: Deliveries
    scheduler: Scheduler
    deliverer: Deliverer
    metrics: Metrics

    async def tick(self) -> None:
        """Tick, and return when nothing that was taken is under way any more."""
        await self.scheduler.tick()
        await self.idle()

    async def idle(self) -> None:
        """Return when nothing is leased; when that takes too long, say what is, and where it might be."""
        redis = self.services.store.client
        try:
            async with asyncio.timeout(PATIENCE):
                while await redis.zcard(key_of("leased")):  # noqa: ASYNC110 - Redis tells nobody
                    await asyncio.sleep(0.005)
        except TimeoutError:
            leased = await redis.zrange(key_of("leased"), 0, -1)
            streams = {key: await redis.xinfo_groups(key) async for key in redis.scan_iter(key_of("deliveries", "*"))}
            raise AssertionError(f"{leased} are still leased; {streams}; {asyncio.all_tasks()}") from None


@asynccontextmanager
async def office(services: Services, **couriers: Courier) -> AsyncIterator[Office]:
    """Yield a process that delivers by these couriers."""
    redis = services.store.client
    deliveries, queue, metrics = Deliveries(redis), Queue(redis), Metrics()
    deliverer = Deliverer(services, deliveries, couriers, metrics)
    scheduler = Scheduler(services, deliveries, queue, list(couriers), metrics)
    async with asyncio.TaskGroup() as group:
        stop = asyncio.Event()
        for surface in couriers:
            group.create_task(_deliver(queue, surface, deliverer, stop))
        yield Office(services, deliveries, scheduler, deliverer, metrics)
        stop.set()


async def _deliver(queue: Queue, surface: str, deliverer: Deliverer, stop: asyncio.Event) -> None:
    async with queue.delivering(surface, deliverer.batch, deliverer.give_up):
        await stop.wait()


async def subscribe(services: Services, chat_id: str, **fields: object) -> Chat:
    return await services.people.change(chat_id, subscribed=True, **fields)


class Pushing:
    """A process that schedules, and delivers by the courier that joins it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._office: Office | None = None

    @asynccontextmanager
    async def joined(self, surface: str, courier: Courier) -> AsyncIterator[None]:
        async with office(self._services, **{surface: courier}) as self._office:
            yield

    async def tick(self) -> None:
        """Send what is due, and return when it is recorded."""
        assert self._office
        await self._office.tick()
