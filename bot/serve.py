"""The bot as a service: every chat that is configured, from the first question to the signal that ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, nullcontext
from functools import partial

from bot.pushes import Pushes
from bot.server import serving
from bot.services import Services
from bot.surface import Surface
from brief.errors import SettingsError


async def serve(services: Services, *, pushes: bool) -> None:
    """Answer, and push when asked to, until SIGINT or SIGTERM. Raises SettingsError for what cannot work as set."""
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(_work(services, pushes=pushes))
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


async def _work(services: Services, *, pushes: bool) -> None:
    surfaces = list(_surfaces(services))
    if not surfaces:
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN, SLACK_BOT_TOKEN: one of them is needed here, for example\n"
            "TELEGRAM_BOT_TOKEN=123456789:AAE-your-token"
        )
    clock = Pushes(services)
    paths = [route for surface in surfaces for route in surface.routes]
    async with AsyncExitStack() as stack:
        if paths:
            await stack.enter_async_context(serving(services.settings, paths))
        if pushes:
            await stack.enter_async_context(clock.running())
        try:
            async with asyncio.TaskGroup() as group:
                for surface in surfaces:
                    group.create_task(surface.serve(partial(clock.joined, surface.name) if pushes else nullcontext))
        except* SettingsError as errors:
            raise SettingsError("\n".join(str(error) for error in errors.exceptions)) from errors


def _surfaces(services: Services) -> Iterator[Surface]:
    """Yield the chats that are configured; the libraries of others are not loaded."""
    settings = services.settings
    if settings.telegram_bot_token:
        from bot.telegram_serve import TelegramSurface  # noqa: PLC0415 - see above

        yield TelegramSurface(services, settings.telegram_bot_token.get_secret_value())
    if settings.slack_bot_token or settings.slack_client_id:
        from bot.slack_serve import SlackSurface  # noqa: PLC0415 - see above

        yield SlackSurface(services)
