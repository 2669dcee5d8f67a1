"""The one HTTP server: what each chat wants to receive by HTTP, and a health check."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from brief.errors import SettingsError
from brief.settings import Settings, in_container

BODY_LIMIT = 1 << 20  # bytes; an update is a few kilobytes, a Slack view at most 250
READ_LIMIT = 10.0  # seconds for the body to arrive, and for what nobody reads to be drained
WRITE_LIMIT = 10.0  # seconds for an answer to be taken
IDLE_LIMIT = 75.0  # seconds for a request's headers, and between requests; proxies keep connections for 60
OPEN = "other machines can reach it, and in the clear"
PROTECT = "a proxy with TLS in front should be all that does, and pass on the chats' paths alone"


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a failure is one of this program: what is no HTTP was answered with 400 and is its sender's."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_log = logging.getLogger(__name__)
_log.addFilter(_is_ours)


@asynccontextmanager
async def serving(settings: Settings, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[tuple[str, int]]:
    """Serve at PAPERBOY_LISTEN and yield the address. Raises SettingsError when it cannot be listened at."""
    runner = web.AppRunner(
        application(routes),
        access_log=None,
        logger=_log,
        shutdown_timeout=6.0,
        keepalive_timeout=IDLE_LIMIT,
        lingering_time=READ_LIMIT,
        auto_decompress=False,
    )
    await runner.setup()
    host, _, port = settings.paperboy_listen.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except (OSError, OverflowError) as error:
        await runner.cleanup()
        raise SettingsError(f"PAPERBOY_LISTEN: cannot listen at {settings.paperboy_listen}: {error}") from error
    listening = runner.addresses[0][:2]
    if unprotected(settings, listening[0]):
        _log.warning("PAPERBOY_LISTEN=%s: %s; %s", settings.paperboy_listen, OPEN, PROTECT)
    try:
        yield listening
    finally:
        await runner.cleanup()


def unprotected(settings: Settings, address: str) -> bool:
    """Tell whether other machines reach the server at an IP address and nothing says that a proxy does TLS for it.

    An https TELEGRAM_WEBHOOK_URL says so, for the server does none itself. In a container any address is right: what
    reaches it is decided by whoever publishes its port.
    """
    proxied = (settings.telegram_webhook_url or "").startswith("https://")
    return not proxied and not in_container() and not ipaddress.ip_address(address).is_loopback


def application(routes: Iterable[web.AbstractRouteDef]) -> web.Application:
    """Return the server's paths: the routes, and /healthz."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_bounded])
    app.router.add_get("/healthz", _health)
    app.router.add_routes(routes)
    return app


@web.middleware
async def _bounded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse compressed bodies, which neither chat sends, and hang up on who does not take the answer."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    answer = await handler(request)
    try:
        async with asyncio.timeout(WRITE_LIMIT):
            await answer.prepare(request)
            await answer.write_eof()
    except TimeoutError:
        if request.transport:
            request.transport.abort()
    return answer


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
