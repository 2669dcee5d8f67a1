"""Telegram's webhook: updates come to the one HTTP server."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.server import READ_LIMIT
from bot.telegram_poll import Inbox
from brief.settings import Settings

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


def routes(settings: Settings, inbox: Inbox) -> list[web.RouteDef]:
    """Return the webhook at the path of TELEGRAM_WEBHOOK_URL; nothing when none is set up."""
    url, secret = settings.telegram_webhook_url, settings.telegram_webhook_secret
    if url is None or secret is None:
        return []
    return [web.post(urlsplit(url).path or "/", Webhook(inbox, secret.get_secret_value()).receive)]


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
            update = json.loads(await request.read())  # always UTF-8, whatever the header says
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise web.HTTPBadRequest
    return update
