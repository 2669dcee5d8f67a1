"""Slack as the program serves it, on a fake Slack: what the tests of whole deliveries share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.limits import Limit
from bot.server import serving
from bot.services import Services
from bot.slack_limits import Limits
from bot.slack_serve import SlackSurface
from bot.surface import Courier
from brief.settings import Settings, load_settings
from tests.fakes.slack import FakeSlack

PATH = "/slack/events"


def unpaced() -> Limits:
    """Limits that never wait: the pace has tests of its own."""
    return Limits(channel=Limit(1, 0), workspace=Limit(1000, 0))


def configured(base: Settings, fake: FakeSlack, **more: str) -> Settings:
    """Return settings for the fake; Redis and data folder are those of `base`, the HTTP server takes any free port."""
    assert base.redis_url
    known = {"REDIS_URL": base.redis_url.get_secret_value(), "PAPERBOY_DATA_DIR": str(base.paperboy_data_dir)}
    return load_settings({**known, "SLACK_API_URL": fake.url, "PAPERBOY_LISTEN": "127.0.0.1:0", **more})


@asynccontextmanager
async def served(services: Services, fake: FakeSlack) -> AsyncIterator[SlackSurface]:
    """Yield the surface while it takes what the fake delivers: by HTTP where there is a signing secret for it."""
    surface, ready = SlackSurface(services, unpaced()), asyncio.Event()

    @asynccontextmanager
    async def joined(_: Courier) -> AsyncIterator[None]:
        ready.set()
        yield

    async with AsyncExitStack() as stack:
        if services.settings.slack_signing_secret:
            host, port = await stack.enter_async_context(serving(services.settings, surface.routes))
            fake.events_url = f"http://{host}:{port}{PATH}"
        task = asyncio.create_task(surface.serve(joined))
        stack.push_async_callback(_stopped, task)
        begun = asyncio.create_task(ready.wait())
        await asyncio.wait([task, begun], return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        if services.settings.slack_app_token:
            await fake.connected()
        yield surface
        await fake.idle()


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
