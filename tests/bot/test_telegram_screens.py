"""Everything fifteen real days have to show, in both languages, sent to a strict Telegram."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import pytest

from bot.chat import Chat
from bot.commands import Request, answer
from bot.people import People
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_send import Sender
from bot.telegram_updates import Place
from brief.models import Language
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import open_store
from formatting import screens
from sources import SOURCES
from sources._http import Http
from tests.bot.telegramming import READER, configured, hurried
from tests.fakes.telegram import FakeTelegram
from tests.test_replay import DAYS, URLS, replay

WEEKDAYS = [day for day in DAYS if day.weekday() < 5]
LINES = ("/top", "/more", "/must", "/repos", "/ideas", "/sources", "/brief", "/brief text")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@asynccontextmanager
async def replayed(settings: Settings, fake: FakeTelegram, base: str) -> AsyncIterator[Services]:
    urls = {name: f"{base}/{site}" for name, site in URLS.items()}
    configuration = configured(settings, fake, **urls)
    no_wait = lambda _key, _gap: nullcontext()  # noqa: E731
    async with open_store(configuration) as store, Http(user_agent="tests", turn=no_wait) as http:
        found = [row.build(http, configuration) for row in SOURCES]
        clock = lambda: dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)  # noqa: E731
        yield Services(configuration, load_profile(None), store, People(store.client, clock), found, clock)


async def show_all(services: Services, sender: Sender, day: dt.date, language: Language) -> int:
    """Send every screen of a day and the card of every paper in it; return how many."""
    chat = Chat(id=f"telegram:{READER}", language=language)
    brief = await services.brief(day, language, services.profile)
    request = Request(text="", language=language, date=day, chat=chat, owner=chat.id)
    cards = [f"/paper {pick.paper.id}" for pick in brief.items]
    cards.append(f"/paper {brief.items[0].paper.id}v9 {brief.items[1].paper.id} cond-mat/0001001")
    for line in (*LINES, *cards):
        await sender.send(Place(READER), await answer(line, request, services), day)
    for items in (3, 10):
        await sender.send(Place(READER), screens.push(brief, items), day)
    return len(LINES) + len(cards)


async def nowhere(_old: int, _new: int) -> None:
    pytest.fail("nothing moved")


async def test_every_screen_of_every_day_is_accepted(settings: Settings, shared: Path) -> None:
    async with FakeTelegram() as fake, replay(shared) as base, replayed(settings, fake, base) as services:
        fake.chat(READER)
        bot = TelegramBot(services, fake.token, hurried())
        async with bot.running():
            sender = Sender(bot.bot, nowhere)
            shown = [await show_all(services, sender, day, language) for day in WEEKDAYS for language in LANGUAGES]
        assert len(WEEKDAYS) == 15
        assert min(shown) > len(LINES) + 5
        assert fake.refusals == []
        assert not [call for call in fake.calls if call.error]
