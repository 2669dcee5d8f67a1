"""The one HTTP server: what each chat wants to receive by HTTP, and a health check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from brief.errors import SettingsError
from brief.settings import Settings

BODY_LIMIT = 1 << 20  # bytes; an update is a few kilobytes, a Slack view at most 250
READ_LIMIT = 10.0  # seconds for the body to arrive


@asynccontextmanager
async def serving(settings: Settings, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[tuple[str, int]]:
    """Serve at PAPERBOY_LISTEN and yield the address. Raises SettingsError when it cannot be listened at."""
    runner = web.AppRunner(application(routes), access_log=None, shutdown_timeout=6.0, keepalive_timeout=75.0)
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


def application(routes: Iterable[web.AbstractRouteDef]) -> web.Application:
    """Return the server's paths: the routes, and /healthz."""
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_get("/healthz", _health)
    app.router.add_routes(routes)
    return app


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
