"""How often an answer asks Redis, as Redis itself hears it: each question is a round trip that a reader waits for."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.chat import Chat
from bot.commands import Request, answer
from bot.services import Services
from brief.settings import Settings
from brief.store import key_of
from sources.sample_site import SAMPLE_DATE
from tests.bot.telegramming import MORNING, open_services
from tests.patience import PATIENCE

ANNA = Chat(id="telegram:101", title="Anna")
DAY = dt.timedelta(days=1)
LINES = [
    "/top",
    "/paper ID",
    "/paper OTHER",
    "/why ID",
    "/similar ID",
    "/search agents",
    "/ideas",
    "/later",
    "/profile",
]
LINES += ["/trends", "/weekly", "/save ID", "/like ID", "/settings", "/help"]


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """A reader who clicked and keeps papers, on an edition that is made."""
    async with open_services(settings) as opened:
        await opened.people.save_chat(ANNA)
        for paper in (await opened.store.day(SAMPLE_DATE)).papers[:20]:
            await opened.people.keep(ANNA.id, paper, MORNING)
            await opened.tastes.learn(ANNA.id, paper, "later", MORNING)
        await opened.people.change(ANNA.id, learns_since=SAMPLE_DATE)
        await opened.edition(await opened.people.chat(ANNA.id), SAMPLE_DATE)
        yield opened


async def asked(services: Services, line: str) -> list[str]:
    """Return the commands that Redis hears, those of scripts left out, while a line is answered for the second time."""
    chat = await services.people.chat(ANNA.id)
    brief = await services.edition(chat, SAMPLE_DATE)
    known = {pick.paper.id for pick in brief.items}
    other = next(one.id for one in (await services.store.day(SAMPLE_DATE)).papers if one.id not in known)
    line = line.replace("ID", brief.items[0].paper.id).replace("OTHER", other)
    request = Request("", chat.language, await services.edition_date(chat), chat, owner=chat.id)
    await answer(line, request, services)
    url = services.settings.redis_url
    assert url
    async with asyncio.timeout(PATIENCE), Redis.from_url(url.get_secret_value()) as client, client.monitor() as monitor:
        await answer(line, request, services)
        await services.store.client.echo("answered")
        heard = []
        async for one in monitor.listen():
            if one["command"] == "ECHO answered":
                return heard
            heard += [one["command"]] if one["client_type"] != "lua" else []
    raise AssertionError


async def test_nothing_is_asked_twice_for_one_answer(services):
    for line in LINES:
        heard = await asked(services, line)
        assert [command for command, times in Counter(heard).items() if times > 1] == [], line


@pytest.mark.parametrize(("line", "most"), [("/top", 1), ("/paper ID", 4), ("/search agents", 1 + 11), ("/later", 1)])
async def test_an_answer_asks_for_no_more_than_it_shows(services, line, most):
    heard = await asked(services, line)
    assert 0 < len(heard) <= most, heard


async def test_which_edition_is_meant_is_one_question_after_years(services):
    client = services.store.client
    await client.sadd(key_of("days"), *(str(SAMPLE_DATE - n * DAY) for n in range(1, 800)))
    before = await client.info("commandstats")
    assert await services.edition_date(ANNA) == SAMPLE_DATE
    after = await client.info("commandstats")
    calls = {name: told["calls"] - before.get(name, {"calls": 0})["calls"] for name, told in after.items()}
    assert {name: times for name, times in calls.items() if times} == {"cmdstat_exists": 1, "cmdstat_info": 1}
