"""Everything fifteen real days have to show, in both languages, and hostile text, sent to a strict Slack."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import aiohttp
import hypothesis
import pytest
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Chat
from bot.chat_settings import view_of
from bot.commands import Request, answer
from bot.people import People
from bot.request import File, Reply
from bot.services import Services
from bot.slack_send import Sender
from bot.slack_updates import Place
from brief.models import Brief, Language
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import open_store
from formatting import found, people, screens, slack_views
from formatting.document import Document
from formatting.home import home
from sources import SOURCES
from sources._http import Http
from tests.bot.slack_personal import Installed
from tests.bot.slack_serving import configured, unpaced
from tests.bot.test_telegram_screens import LANGUAGES, LINES, WEEKDAYS
from tests.fakes.slack import FakeSlack
from tests.formatting import hostile
from tests.test_replay import URLS, replay

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
ALONE = ("/help", "/start", "/settings", "/profile")


class Stage:
    """Everywhere a screen may be shown, in the words of the real sender."""

    def __init__(self, fake: FakeSlack, client: AsyncWebClient) -> None:
        self.fake, self.client = fake, client
        self.sender = Sender(client, Installed(fake), unpaced())

    async def show(self, reply: Reply, date: dt.date) -> None:
        """Show an answer in a direct message, a channel and its threads, to one person there, and in a modal."""
        await self.sender.post(Place("T1", "U1"), reply, date)
        await self.sender.post(Place("T1", "C1"), reply, date, in_channel=True)
        if isinstance(reply, Document):
            await self.sender.whisper(Place("T1", "C1"), "U1", reply, date)
            await self.open(slack_views.screen_modal(reply, date=date))

    async def push(self, document: Document, date: dt.date) -> None:
        """Show a push in a channel and to a person, as one message each."""
        for channel in ("C1", "U1"):
            await self.sender.push(Place("T1", channel), document, date)

    async def open(self, view: slack_views.View) -> None:
        trigger = self.fake.world.trigger("T1", "U1")
        self.fake.world.triggers[trigger].expires = math.inf  # what is tried is the view, not the machine
        await self.client.views_open(trigger_id=trigger, view=view, token=self.fake.token)

    async def publish(self, document: Document, date: dt.date) -> None:
        view = slack_views.home(document, date=date)
        await self.client.views_publish(user_id="U1", view=view, token=self.fake.token)


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Yield a stage in front of a Slack that must not have refused anything when it ends."""
    async with FakeSlack() as fake, aiohttp.ClientSession() as session:
        fake.channel("C1", members=("U1",))
        yield Stage(fake, AsyncWebClient(base_url=f"{fake.url}/api/", session=session, retry_handlers=[]))
        assert fake.refusals == []
        assert [call for call in fake.calls if call.error] == []


# -- fifteen days -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def replayed(settings: Settings, fake: FakeSlack, base: str) -> AsyncIterator[Services]:
    configuration = configured(settings, fake, **{name: f"{base}/{site}" for name, site in URLS.items()})
    no_wait = lambda _key, _gap: nullcontext()  # noqa: E731
    async with open_store(configuration) as store, Http(user_agent="tests", turn=no_wait) as http:
        sources = [row.build(http, configuration) for row in SOURCES]
        clock = lambda: NOW  # noqa: E731
        yield Services(configuration, load_profile(None), store, People(store.client, clock), sources, clock)


async def show_all(services: Services, stage: Stage, day: dt.date, language: Language) -> int:
    """Show every screen of a day and the card of every paper in it; return how many."""
    chat = Chat(id="slack:T1:U1", language=language)
    brief = await services.brief(day, language, services.profile)
    request = Request(text="", language=language, date=day, chat=chat, owner=chat.id)
    cards = [f"/paper {pick.paper.id}" for pick in brief.items]
    for line in (*LINES, *ALONE, *cards):
        await stage.show(await answer(line, request, services), day)
    for items in (3, 5, 10):
        await stage.push(screens.push(brief, items), day)
    kept = [(pick.paper, NOW, None) for pick in brief.items]
    await stage.show(people.later(language, kept), day)
    await stage.publish(home(language, brief, kept, view_of(chat)), day)
    await stage.show(found.kept(language, [(pick.paper, True) for pick in brief.items[:10]], ()), day)
    return len(cards)


async def test_every_screen_of_every_day_is_accepted(settings: Settings, shared: Path) -> None:
    async with staged() as stage, replay(shared) as base, replayed(settings, stage.fake, base) as services:
        shown = [await show_all(services, stage, day, language) for day in WEEKDAYS for language in LANGUAGES]
        assert len(WEEKDAYS) == 15
        assert min(shown) > 5


# -- hostile text -----------------------------------------------------------------------------------------------------


def screens_of(brief: Brief) -> Iterator[Document]:
    """Yield every screen of an edition, and what else shows its papers."""
    language, pick = brief.language, brief.picks[0]
    for screen in (screens.more, screens.must, screens.repos, screens.ideas, screens.sources, screens.full):
        yield screen(brief)
    yield screens.card(pick, language)
    yield screens.card(pick, language, named=[(pick.paper.id, 9), ("cond-mat/0001001", None), ("2604.11111", 2)])
    yield people.similar(language, pick.paper, [pick.paper])
    yield people.reminder(language, 1, [pick.paper])
    yield found.kept(language, [(pick.paper, True)], [pick.paper.title])
    yield found.preview(pick, language)


def read_by(language: Language, profile: str) -> Chat:
    said = profile.encode(errors="ignore").decode()  # half a character is no profile
    return Chat(id="slack:T1:U1", language=language, profile=said[: slack_views.PROFILE_CHARACTERS])


@hypothesis.settings(max_examples=10, deadline=None)
@hypothesis.given(hostile.briefs(), hostile.texts)
async def test_hostile_editions_are_accepted(brief: Brief, typed: str) -> None:
    async with staged() as stage:
        for document in screens_of(brief):
            await stage.show(document, brief.date)
        await stage.push(screens.push(brief), brief.date)
        kept = [(pick.paper, NOW, None) for pick in brief.picks] * 12
        chat = read_by(brief.language, typed)
        await stage.show(people.later(brief.language, kept), brief.date)
        await stage.publish(home(brief.language, brief, kept, view_of(chat)), brief.date)


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(hostile.documents, st.binary(min_size=1, max_size=100))
async def test_hostile_documents_and_files_are_accepted(document: Document, content: bytes) -> None:
    async with staged() as stage:
        await stage.show(document, NOW.date())
        await stage.push(document, NOW.date())
        await stage.show(File("paperboy.md", "text/markdown", content, document), NOW.date())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", ["", "<!channel> & \u202e" * 300, "图" * 2000])
async def test_forms_are_accepted(language: Language, profile: str) -> None:
    chat = read_by(language, profile)
    async with staged() as stage:
        await stage.open(slack_views.settings_modal(language, view_of(chat), chat.profile))
        await stage.open(slack_views.find_modal(language))
        await stage.open(slack_views.working_modal(language))
