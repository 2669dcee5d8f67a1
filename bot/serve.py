"""The bot as a service: the roles a process can have, from its start to the signal that ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Any

from bot.alarms import Alarms
from bot.deliveries import Deliveries
from bot.delivery import Deliverer
from bot.health import Readiness, observed
from bot.lean import without
from bot.metrics import Metrics
from bot.queue import Queue
from bot.scheduler import Scheduler
from bot.services import Services
from bot.surface import Courier, Surface
from brief.errors import SettingsError
from brief.settings import Settings


class Role(Enum):
    """What a process does: whether it keeps the clock, delivers, and answers."""

    RUN = (True, True, True)
    COLLECTOR = (True, False, False)
    WORKER = (False, True, False)
    BOT = (False, False, True)

    def __init__(self, schedules: bool, delivers: bool, answers: bool) -> None:  # noqa: FBT001 - read from the table
        self.schedules, self.delivers, self.answers = schedules, delivers, answers


async def serve(services: Services, role: Role) -> None:
    """Do what a role does until SIGINT or SIGTERM. Raises SettingsError for what cannot work as set."""
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(_Process(services, role).run())
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


class _Process:
    """What runs in one process."""

    def __init__(self, services: Services, role: Role) -> None:
        self._metrics = Metrics()
        services = replace(services, wrote=self._metrics.written)
        self._services, self._role = services, role
        self._names = list(_configured(services.settings))
        if not self._names:
            raise SettingsError(
                "TELEGRAM_BOT_TOKEN, SLACK_BOT_TOKEN: one of them is needed here, for example\n"
                "TELEGRAM_BOT_TOKEN=123456789:AAE-your-token"
            )
        redis = services.store.client
        self._queue, self._deliveries = Queue(redis), Deliveries(redis)
        self._couriers: dict[str, Courier] = {}
        self._deliverer = Deliverer(services, self._deliveries, self._couriers, self._metrics)
        connected = self._names if role.delivers or role.answers else []
        self._surfaces = [_surface(name, services) for name in connected]
        self._readiness = Readiness(redis, services.clock, connected, schedules=role.schedules)

    async def run(self) -> None:
        """Run until cancelled: nothing is begun any more, what is being sent and answered is finished."""
        paths = [route for surface in self._surfaces for route in surface.routes] if self._role.answers else []
        async with observed(self._services.settings, paths, self._readiness, self._metrics):
            try:
                async with asyncio.TaskGroup() as group:
                    for work in self._work():
                        group.create_task(work)
            except ExceptionGroup as errors:  # Python before 3.11.4 wraps again what is raised in an `except*`
                settings, others = errors.split(SettingsError)
                if settings is None or others:
                    raise
                raise SettingsError("\n".join(str(error) for error in settings.exceptions)) from errors

    def _work(self) -> Iterator[Coroutine[Any, Any, None]]:
        if self._role.schedules:
            scheduler = Scheduler(
                self._services, self._deliveries, self._queue, self._names, self._metrics, self._ticked
            )
            yield scheduler.run()
        if self._surfaces:
            yield Alarms(self._services, self._deliveries, self._couriers).watch()
        for surface in self._surfaces:
            joined = partial(self._joined, surface.name)
            yield surface.serve(joined) if self._role.answers else surface.deliver(joined)

    def _ticked(self) -> None:
        self._readiness.ticked()
        self._metrics.ticked()

    @asynccontextmanager
    async def _joined(self, surface: str, courier: Courier) -> AsyncIterator[None]:
        """Deliver to a surface while messages can be sent there, if that is this process's role."""
        with self._readiness.joined(surface):
            self._couriers[surface] = courier
            if not self._role.delivers:
                yield
                return
            async with self._queue.delivering(surface, self._deliverer.batch, self._deliverer.give_up):
                yield


def _configured(settings: Settings) -> Iterator[str]:
    """Yield the names of the services that are set up."""
    if settings.telegram_bot_token:
        yield "telegram"
    if settings.slack_bot_token or settings.slack_client_id:
        yield "slack"


def _surface(name: str, services: Services) -> Surface:
    """Return a service that is set up; the libraries of others are not loaded."""
    if name == "telegram":
        with without("cryptography.hazmat"):  # python-telegram-bot opens passports with it, which nobody sends: 8 MB
            from bot.telegram_serve import TelegramSurface  # noqa: PLC0415 - see above

        return TelegramSurface(services)
    from bot.slack_serve import SlackSurface  # noqa: PLC0415 - see above

    return SlackSurface(services)
