"""The methods of the fake Slack on a loopback address, and the real client to ask them with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes import slack_methods
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_world import World

TOKEN, APP_TOKEN = "xoxb-1", "xapp-1"


def small_world() -> World:
    """Return one workspace: a public channel with Ada and the bot, and one person outside of it."""
    world = World("client", "secret")
    team = world.team("T1", TOKEN)
    world.app(APP_TOKEN)
    world.user("U1", "T1", name="Ada", tz="Asia/Shanghai", locale="zh-CN")
    world.user("U2", "T1")
    world.channel("C1", "T1", name="papers", members={"U1", team.bot_user})
    world.limits.lifted = True
    return world


@asynccontextmanager
async def calling(world: World) -> AsyncIterator[AsyncWebClient]:
    async def answer(request: web.Request) -> web.Response:
        body = await (request.json() if request.content_type == "application/json" else request.post())
        header = request.headers.get("Authorization", "")
        token, arguments = slack_methods.credentials(header, {**request.query, **(body or {})})
        try:
            return web.json_response(await slack_methods.call(world, request.match_info["method"], token, arguments))
        except SlackRefusal as refusal:
            return web.json_response(refusal.json(), status=refusal.status, headers=refusal.headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield AsyncWebClient(TOKEN, base_url=f"{world.url}/api/", retry_handlers=[])
    finally:
        await runner.cleanup()


async def refused(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """Return the whole answer of a call that must be refused."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return dict(caught.value.response.data)


async def error(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    return str((await refused(client, method, **arguments))["error"])
