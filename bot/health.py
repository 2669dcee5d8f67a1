"""What an operator's machines may ask over HTTP: alive (/healthz), ready (/readyz), and how it goes (/metrics)."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from redis.asyncio import Redis

from bot.metrics import Metrics
from bot.server import serving
from brief.errors import SettingsError, StoreError
from brief.settings import Settings
from brief.store import redis_errors

TICK = dt.timedelta(minutes=1)  # a scheduler that was silent for longer is not at work
REDIS_LIMIT = 2.0  # seconds for an answer; who asks for readiness gives up soon

_log = logging.getLogger(__name__)


class Readiness:
    """Which parts of this process work: Redis, the surfaces it brings messages to, and its scheduler if it has one."""

    def __init__(
        self, redis: Redis, clock: Callable[[], dt.datetime], surfaces: Collection[str], *, schedules: bool
    ) -> None:
        self._redis, self._clock = redis, clock
        self._apart = set(surfaces)
        self._schedules, self._last_tick = schedules, dt.datetime.min.replace(tzinfo=dt.UTC)

    def ticked(self) -> None:
        """Take note that the scheduler ticked."""
        self._last_tick = self._clock()

    @contextmanager
    def joined(self, surface: str) -> Iterator[None]:
        """Count a surface as connected."""
        self._apart.discard(surface)
        try:
            yield
        finally:
            self._apart.add(surface)

    async def missing(self) -> dict[str, str]:
        """Return what does not work, part -> why; empty when all does."""
        missing = dict.fromkeys(sorted(self._apart), "is not connected")
        if self._schedules and self._clock() - self._last_tick > TICK:
            missing["scheduler"] = "has not ticked in the last minute"
        if not await self._redis_answers():
            missing["redis"] = "does not answer"
        return missing

    async def _redis_answers(self) -> bool:
        try:
            with redis_errors():
                async with asyncio.timeout(REDIS_LIMIT):
                    await self._redis.ping()
        except (StoreError, TimeoutError):
            return False
        return True


@asynccontextmanager
async def observed(
    settings: Settings, received: Sequence[web.RouteDef], readiness: Readiness, metrics: Metrics
) -> AsyncIterator[None]:
    """Serve at PAPERBOY_LISTEN what chats send by HTTP (`received`), with the operator's view beside it.

    Where nothing is received, an address that another process has is no reason to stop: it is logged, and there is no
    view of this process. Raises SettingsError where something is.
    """
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serving(settings, [*received, *views(readiness, metrics)]))
        except SettingsError as error:
            if received:
                raise
            _log.warning("%s; this process has no /healthz and /metrics: give it an address of its own", error)
        yield


def views(readiness: Readiness, metrics: Metrics) -> list[web.RouteDef]:
    """Return /readyz, which answers 200, or 503 and what is missing, and /metrics in Prometheus' text format."""

    async def ready(_: web.Request) -> web.Response:
        missing = await readiness.missing()
        return web.json_response({"ready": not missing, "missing": missing}, status=503 if missing else 200)

    async def counted(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/readyz", ready), web.get("/metrics", counted)]
