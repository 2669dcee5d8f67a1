"""Deliveries through a real queue to strict fakes: once, at their time, and what happens when something fails."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from bot.services import Services
from bot.telegram import TelegramBot
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock, Office, office, subscribe
from tests.bot.telegramming import GROUP, OTHER, READER, configured, hurried, open_services, said
from tests.fakes.telegram import FakeTelegram, flood
from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_faults import BLOCKED

HOUR = dt.timedelta(hours=1)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        for chat in (READER, OTHER):
            server.chat(chat)
        yield server
    assert not server.refusals


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def services(settings, fake, clock) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake, f"{READER} {OTHER}"), clock=clock) as opened:
        yield opened


@pytest.fixture
async def at_work(services, fake) -> AsyncIterator[Office]:
    bot = TelegramBot(services, fake.token, hurried())
    async with bot.running(), office(services, telegram=bot) as running:
        yield running


async def test_the_brief_comes_at_its_time_once(fake, at_work, clock):
    await at_work.tick()
    assert fake.sent("sendMessage") == []
    clock.now = EIGHT
    await asyncio.gather(at_work.tick(), at_work.tick())
    for _ in range(3):
        await at_work.tick()
        clock.now += 3 * HOUR
    for chat in (READER, OTHER):
        [message] = fake.messages(chat)
        assert message.text.startswith("AI papers this morning")
    assert (await at_work.deliveries.figures(EIGHT.date())).sent == 2
