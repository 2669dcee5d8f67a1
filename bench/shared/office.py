"""A scheduler and a worker in one process, and chats that are due: what the measurements of deliveries share."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from measuring import AT_ONCE, NOON
from peers import SLACK_TOKEN, TELEGRAM_TOKEN

from bot.chat import Chat
from bot.deliveries import Deliveries
from bot.delivery import Deliverer
from bot.limits import Limit
from bot.metrics import Metrics
from bot.people import People
from bot.queue import Queue
from bot.scheduler import Scheduler
from bot.services import Services
from bot.slack_limits import Limits
from bot.slack_serve import SlackSurface
from bot.surface import Courier
from bot.telegram import TelegramBot
from bot.telegram_limits import Limiter

_SEVEN = NOON - dt.timedelta(hours=5)


def environment(surface: str, url: str) -> dict[str, str]:
    """Return the settings of a chat service at an address."""
    if surface == "telegram":
        return {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_URL": url}
    return {"SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_APP_TOKEN": "xapp-nobody", "SLACK_API_URL": url}


async def subscribe(services: Services, surface: str, chats: int) -> None:
    """Have so many chats wait for the brief of 8:00."""
    people = People(services.store.client, lambda: _SEVEN)
    for number in range(1, chats + 1):
        name = f"telegram:{number}" if surface == "telegram" else f"slack:T1:C{number}"
        await people.save_chat(Chat(id=name, subscribed=True, reminder=False))


class Office:
    """Hands out what is due at noon and delivers it, as fast as it can."""

    def __init__(self, services: Services, surface: str, couriers: dict[str, Courier]) -> None:
        self._services, self._surface = services, surface
        deliveries, self._queue, metrics = Deliveries(services.store.client), Queue(services.store.client), Metrics()
        self._scheduler = Scheduler(services, deliveries, self._queue, [surface], metrics)
        self._deliverer = Deliverer(services, deliveries, couriers, metrics)
        self._left, self._done = 0, asyncio.Event()

    def delivering(self) -> AbstractAsyncContextManager[None]:
        """Deliver what is handed out."""
        return self._queue.delivering(self._surface, self._deliver, self._deliverer.give_up)

    async def push(self, chats: int) -> None:
        """Hand out what is due, to so many chats, and return when all of it is recorded."""
        self._left = chats
        self._done.clear()
        await self._scheduler.tick()
        await self._done.wait()

    async def _deliver(self, members: list[str]) -> None:
        await self._deliverer.batch(members)
        self._left -= len(members)
        if not self._left:
            self._done.set()


@asynccontextmanager
async def office(services: Services, surface: str) -> AsyncIterator[Office]:
    """Yield one that delivers without limits."""
    none = Limit(AT_ONCE, 0)
    if surface == "telegram":
        bot = TelegramBot(services, TELEGRAM_TOKEN, Limiter(overall=none, chat=none, group=none))
        opened = Office(services, surface, {surface: bot})
        async with bot.sending(), opened.delivering():
            yield opened
        return
    async with _slack(services, Limits(channel=none, workspace=none)) as courier:
        opened = Office(services, surface, {surface: courier})
        async with opened.delivering():
            yield opened


@asynccontextmanager
async def _slack(services: Services, limits: Limits) -> AsyncIterator[Courier]:
    found: asyncio.Future[Courier] = asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def joined(courier: Courier) -> AsyncIterator[None]:
        found.set_result(courier)
        yield

    task = asyncio.create_task(SlackSurface(services, limits).deliver(joined))
    yield await found
    task.cancel()
    await asyncio.wait([task])
