"""Small apps of bolt on the fake Slack: the fixtures of the tests that try the fake itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        server.user("U1", name="Ada", tz="Asia/Shanghai", locale="zh-CN")
        server.channel("C1", name="papers", members=("U1", "U2"))
        yield server


@pytest.fixture
async def client(fake: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(fake.token, base_url=f"{fake.url}/api/", session=session, retry_handlers=[])


@pytest.fixture
def app(fake: FakeSlack, client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, signing_secret=fake.signing_secret)


@asynccontextmanager
async def connected(app: AsyncApp, fake: FakeSlack, times: int = 1) -> AsyncIterator[None]:
    handlers = [AsyncSocketModeHandler(app, fake.app_token, ping_interval=1) for _ in range(times)]
    try:
        for handler in handlers:
            await handler.connect_async()
        await fake.connected(times)
        yield
    finally:
        for handler in handlers:
            await handler.close_async()


@asynccontextmanager
async def served(app: AsyncApp, fake: FakeSlack) -> AsyncIterator[None]:
    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


def buttons(*labels: str, text: str = "Hello") -> list[dict[str, Any]]:
    """One section, a row of buttons and a menu with the last two labels again."""
    plain = lambda words: {"type": "plain_text", "text": words}  # noqa: E731
    row = [{"type": "button", "text": plain(x), "value": f"v-{x}", "action_id": f"b.{x}"} for x in labels]
    options = [{"text": plain(f"Menu {x}"), "value": f"m-{x}"} for x in labels[-2:]]
    menu = {"type": "overflow", "action_id": "menu", "options": options}
    return [{"type": "section", "text": plain(text)}, {"type": "actions", "block_id": "row", "elements": [*row, menu]}]


def modal(*labels: str, **more: Any) -> dict[str, Any]:
    """A modal with one text field for each label."""
    plain = lambda words: {"type": "plain_text", "text": words}  # noqa: E731
    field = {"type": "plain_text_input", "action_id": "typed", "max_length": 20}
    inputs = [{"type": "input", "block_id": name, "label": plain(name), "element": field} for name in labels]
    return {"type": "modal", "title": plain("A form"), "submit": plain("Send"), "blocks": inputs, **more}


@pytest.fixture(params=["socket", "http"])
async def running(request: pytest.FixtureRequest, app: AsyncApp, fake: FakeSlack) -> AsyncIterator[AsyncApp]:
    """The app with Slack's payloads coming in, once over each way."""
    async with connected(app, fake) if request.param == "socket" else served(app, fake):
        yield app
