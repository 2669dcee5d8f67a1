"""Paperboy in a fake Slack with the packaged edition: what the tests of views and shortcuts share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient
from telegramming import open_services

from bot.limits import Limit
from bot.services import Services
from bot.slack import SlackBot
from bot.slack_app import build_app
from bot.slack_install import Access
from bot.slack_limits import Limits
from bot.slack_send import Sender
from brief.settings import Settings, load_settings
from tests.fakes.slack import FakeSlack


class Installed:
    """The one workspace, which the app was never removed from."""

    def __init__(self, fake: FakeSlack) -> None:
        team = fake.team("T1")
        self._access = Access(team.id, fake.token, team.bot_id, team.bot_user)

    async def access(self, team: str) -> Access:
        return self._access

    async def forget(self, team: str) -> bool:
        return False


@asynccontextmanager
async def paperboy_in(fake: FakeSlack, base: Settings, *, stored: bool = True) -> AsyncIterator[Services]:
    """Yield the services of a bot that is connected to the fake by Socket Mode; Ada (U1) reads Chinese in Shanghai."""
    assert base.redis_url
    known = {"REDIS_URL": base.redis_url.get_secret_value(), "PAPERBOY_DATA_DIR": str(base.paperboy_data_dir)}
    tokens = {"SLACK_BOT_TOKEN": fake.token, "SLACK_APP_TOKEN": fake.app_token, "SLACK_API_URL": fake.url}
    fake.channel("C1", members=("U1", "U2"))
    fake.user("U1", tz="Asia/Shanghai", locale="zh-CN", name="Ada")
    fake.user("U2", tz="Europe/Berlin", locale="en-US", name="Bo")
    settings = load_settings({**known, **tokens})
    async with open_services(settings, stored=stored) as services, aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=f"{fake.url}/api/", session=session, retry_handlers=[])
        workspaces = Installed(fake)
        limits = Limits(channel=Limit(1, 0), workspace=Limit(1000, 0))
        app = build_app(settings, client, workspaces, None)
        bot = SlackBot(services, app, workspaces, Sender(client, workspaces, limits))
        handler = AsyncSocketModeHandler(app, fake.app_token, web_client=client)
        async with bot.running():
            await handler.connect_async()
            await fake.connected()
            try:
                yield services
                await fake.idle()
            finally:
                await handler.close_async()
