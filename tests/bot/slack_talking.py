"""People who talk to Paperboy in a fake Slack: what the tests of whole conversations share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from bot.services import Services
from bot.slack import SlackBot
from bot.slack_serve import SlackSurface
from brief.settings import Settings
from formatting.press import unpack
from tests.bot import slack_serving
from tests.bot.delivery_setting import Pushing
from tests.fakes.slack import FakeSlack, Message, View

ADA, BO, CHANNEL = "slack:T1:U1", "slack:T1:U2", "slack:T1:C1"
KNOWN, KNOWN_TITLE = "2604.26904", "ClawGym"


def settled(fake: FakeSlack) -> None:
    """Let Ada, who reads English in Shanghai, and Bo, who reads Chinese in Berlin, be in C1 with the bot."""
    fake.channel("C1", name="papers", members=("U1", "U2"))
    fake.user("U1", tz="Asia/Shanghai", locale="en-US", name="Ada")
    fake.user("U2", tz="Europe/Berlin", locale="zh-CN", name="Bo")


def tokens(fake: FakeSlack) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": fake.token, "SLACK_APP_TOKEN": fake.app_token, "SLACK_API_URL": fake.url}


def configured(base: Settings, fake: FakeSlack, **more: str) -> Settings:
    """Return settings of the app in one workspace; Redis and data folder are those of `base`."""
    return slack_serving.configured(base, fake, **{**tokens(fake), **more})


@asynccontextmanager
async def serving(services: Services, fake: FakeSlack, pushes: Pushing | None = None) -> AsyncIterator[SlackBot]:
    """Yield the bot, connected by Socket Mode, with these pushes if any; it is stopped as a signal would."""
    surface = SlackSurface(services, slack_serving.unpaced())
    task = asyncio.create_task(surface.serve(partial(pushes.joined, "slack") if pushes else nullcontext))
    try:
        await fake.connected()
        yield surface.bot
        await fake.idle()
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


def offered(shown: Message | View) -> dict[tuple[str, str], str]:
    """Return the data of everything that can be pressed, by what it does and to what."""
    return {(press.action, press.value): data for data in data_of(shown.blocks) if (press := unpack(data))}


def data_of(blocks: Any) -> Iterator[str]:
    """Yield the data (or, where a button opens a page, the address) of everything that can be pressed, in order."""
    if isinstance(blocks, dict) and blocks.get("type") == "button":
        yield blocks.get("value") or blocks["url"]
    elif isinstance(blocks, dict) and blocks.get("type") == "overflow":
        yield from (option["value"] for option in blocks["options"])
    else:
        for part in blocks.values() if isinstance(blocks, dict) else blocks if isinstance(blocks, list) else ():
            yield from data_of(part)
