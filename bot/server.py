"""The one HTTP server: Telegram's webhook and a health check."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.telegram_poll import Inbox
from brief.errors import SettingsError
from brief.settings import Settings

BODY_LIMIT = 1 << 20  # bytes; an update is a few kilobytes
READ_LIMIT = 10.0  # seconds for the body to arrive
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

_log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(settings: Settings, inbox: Inbox) -> AsyncIterator[tuple[str, int]]:
    """Serve at PAPERBOY_LISTEN and yield the address. Raises SettingsError when it cannot be listened at."""
    runner = web.AppRunner(application(settings, inbox), access_log=None, shutdown_timeout=6.0, keepalive_timeout=75.0)
    await runner.setup()
    host, _, port = settings.paperboy_listen.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except (OSError, OverflowError) as error:
        await runner.cleanup()
        raise SettingsError(f"PAPERBOY_LISTEN: cannot listen at {settings.paperboy_listen}: {error}") from error
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def application(settings: Settings, inbox: Inbox) -> web.Application:
    """Return the server's paths: the webhook's own, when there is one, and /healthz."""
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_get("/healthz", _health)
    if settings.telegram_webhook_url and settings.telegram_webhook_secret:
        hook = Webhook(inbox, settings.telegram_webhook_secret.get_secret_value())
        app.router.add_post(urlsplit(settings.telegram_webhook_url).path or "/", hook.receive)
    return app


class Webhook:
    """Takes updates from whoever knows the secret (https://core.telegram.org/bots/api#setwebhook)."""

    def __init__(self, inbox: Inbox, secret: str) -> None:
        self._inbox, self._secret = inbox, secret.encode()

    async def receive(self, request: web.Request) -> web.Response:
        """Answer when the update was handled: Telegram sends again what was not answered with 200."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            raise web.HTTPForbidden
        update = await _read(request)
        task = self._inbox.take(update)
        await asyncio.wait([task])  # if Telegram hangs up meanwhile, the work goes on
        if task.cancelled():
            raise web.HTTPServiceUnavailable
        return web.Response()


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        async with asyncio.timeout(READ_LIMIT):
            update = await request.json()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise web.HTTPBadRequest
    return update


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
