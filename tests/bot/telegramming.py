"""A bot on the packaged edition, a fake Telegram and a real Redis: what the Telegram tests share."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from bot.limits import Limit
from bot.people import People
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_limits import Limiter
from bot.telegram_poll import Inbox, Poller
from brief.models import Day
from brief.profile import load_profile
from brief.settings import Settings, load_settings
from brief.store import open_store
from sources import SOURCES
from sources._http import Http
from sources.sample_site import SAMPLE_DATE, SampleTransport
from tests.fakes.telegram import FakeTelegram

READER, OTHER, STRANGER = 101, 102, 666
GROUP, CHANNEL, FORUM = -1001, -1002, -1003
ADMIN, TOPIC = 201, 7
WELCOME = f"{READER} {OTHER} {GROUP} {CHANNEL} {FORUM}"
MORNING = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)

_days: dict[str, Day] = {}


def hurried() -> Limiter:
    """A limiter that never waits: the pace has tests of its own."""
    return Limiter(overall=Limit(1000, 0), chat=Limit(1, 0), group=Limit(1000, 0))


def configured(base: Settings, fake: FakeTelegram, chats: str = WELCOME, **more: str) -> Settings:
    """Return settings with a bot on the fake; Redis and data folder are those of `base`."""
    assert base.redis_url
    known = {"REDIS_URL": base.redis_url.get_secret_value(), "PAPERBOY_DATA_DIR": str(base.paperboy_data_dir)}
    token = {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.url, "TELEGRAM_CHATS": chats}
    return load_settings({**known, **token, **more})


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Callable[[], dt.datetime] = lambda: MORNING, stored: bool = True
) -> AsyncIterator[Services]:
    """Yield services on the packaged edition, its day in the store unless `stored` is False."""
    no_wait = lambda _key, _gap: nullcontext()  # noqa: E731
    async with (
        open_store(settings) as store,
        Http(user_agent="tests", turn=no_wait, transport=SampleTransport()) as http,
    ):
        sources = [row.build(http, settings) for row in SOURCES]
        services = Services(settings, load_profile(None), store, People(store.client, clock), sources, clock)
        if stored:
            await store.save_day(await _sample_day(services))
        yield services


async def _sample_day(services: Services) -> Day:
    if "day" not in _days:
        _days["day"] = await services.collect(SAMPLE_DATE)
    return _days["day"]


@asynccontextmanager
async def polling(services: Services, limiter: Limiter | None = None) -> AsyncIterator[TelegramBot]:
    """Yield a bot that takes updates by polling, and stop it as a signal would."""
    token = services.settings.telegram_bot_token
    assert token
    bot = TelegramBot(services, token.get_secret_value(), limiter or hurried())
    async with bot.running():
        task = asyncio.create_task(Poller(bot.bot, Inbox(bot.bot, bot.handle)).run())
        try:
            yield bot
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()


async def said(fake: FakeTelegram, text: str, chat: int = READER, user: int | None = None, **extra: Any) -> Any:
    """Write to the bot and return its next message in the chat."""
    await fake.send_text(chat, user or (chat if chat > 0 else ADMIN), text, **extra)
    return await fake.next_message(chat)
