"""When a model writes: ahead of time and once, behind nobody's back, and never in the way of who asks in a chat."""

# ruff: noqa: F811 - fixtures come by their names

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest

from bot.chat import Chat
from bot.commands import answer
from bot.deliveries import Deliveries
from bot.metrics import Metrics
from bot.queue import Queue
from bot.request import Request
from bot.scheduler import Scheduler
from bot.services import Services
from brief.models import Author
from formatting import markdown
from sources.sample_site import SAMPLE_DATE
from tests.bot.test_commands import PAPER, Clock, clock, services  # noqa: F401
from tests.brief.asking_models import opened
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_good import good
from tests.fakes.llm_replies import failed

CHAT = Chat(id="telegram:7")


@asynccontextmanager
async def with_model(services: Services, llm: FakeLLM, **more: object):
    async with opened(llm, services.store) as model:
        yield replace(services, model=model, **more)


def asked_by(services: Services, line: str, chat: Chat = CHAT):
    return answer(line, Request("", "en", SAMPLE_DATE, chat, chat.id), services)


async def stored(services: Services):
    return await services.store.brief(SAMPLE_DATE, services.profile.name, "en")


async def outside(services: Services) -> str:
    """Return a paper of the day that is not in the brief."""
    brief = await services.brief(SAMPLE_DATE, "en", services.profile)
    return next(paper.id for paper in (await services.store.day(SAMPLE_DATE)).papers if not brief.find(paper.id))


async def test_a_chat_does_not_wait_and_has_the_model_s_brief_afterwards(services):
    gate, over = asyncio.Event(), asyncio.Event()
    async with FakeLLM(good) as llm, with_model(services, llm, wrote=lambda _: over.set()) as at_work:
        original = at_work.model.ask

        async def slow(*args):
            await gate.wait()
            return await original(*args)

        at_work.model.ask = slow
        at_once = await asked_by(at_work, "/top")
        assert (await stored(at_work)).author == Author()
        gate.set()
        await over.wait()
        brief = await stored(at_work)
        later = await asked_by(at_work, "/top")
    assert markdown.render(at_once) != markdown.render(later)
    assert {s.origin for s in brief.overview} == {"model"}


async def test_whoever_is_patient_waits(services):
    async with FakeLLM(good) as llm, with_model(services, llm, patient=True) as at_work:
        await asked_by(at_work, "/top")
        assert (await stored(at_work)).author.kind == "model"


async def test_an_edition_is_written_once_and_told_once(services):
    authors: list[Author] = []
    async with FakeLLM(good) as llm, with_model(services, llm, wrote=authors.append) as at_work:
        both = await asyncio.gather(*(at_work.written(SAMPLE_DATE, "en", at_work.profile) for _ in range(3)))
        calls = len(llm.asked)
        again = await at_work.written(SAMPLE_DATE, "en", at_work.profile)
        assert len(llm.asked) == calls
    assert len(authors) == 1
    assert authors[0].calls == calls
    assert sum(brief.author.kind == "model" for brief in both) == 1
    assert again.author.kind == "model"


async def test_a_model_that_was_down_is_asked_again_by_the_next_making(services):
    up = False

    async with FakeLLM(lambda asked: good(asked) if up else failed()) as llm:
        async with with_model(services, llm) as at_work:
            brief = await at_work.written(SAMPLE_DATE, "en", at_work.profile)
            assert brief.author.kind == "extractive"
            assert [note.code for note in brief.author.notes] == ["model_server_error"]
            requests = len(llm.asked)
            await asked_by(at_work, "/top")  # what was tried in vain is not tried by each who asks
            assert len(llm.asked) == requests
        up = True
        async with with_model(services, llm) as at_work:
            assert (await at_work.written(SAMPLE_DATE, "en", at_work.profile)).author.kind == "model"


async def test_what_a_model_wrote_outlives_a_later_collection(services):
    up = True
    async with FakeLLM(lambda asked: good(asked) if up else failed()) as llm, with_model(services, llm) as at_work:
        first = await at_work.written(SAMPLE_DATE, "en", at_work.profile)
        at_work.clock.now += (await at_work.store.day(SAMPLE_DATE)).window.until - first.window.since
        day = await at_work.collect(SAMPLE_DATE)
        assert day.collected != first.collected
        assert await at_work.brief(SAMPLE_DATE, "en", at_work.profile) == first
        up = False
        papers = tuple(p.model_copy(update={"title": f"{p.title}, again"}) for p in day.papers)
        await at_work.store.save_day(day.model_copy(update={"papers": papers}))
        assert await at_work.written(SAMPLE_DATE, "en", at_work.profile) == first
        assert (await at_work.brief(SAMPLE_DATE, "en", at_work.profile)) == first


async def test_another_profile_of_a_chat_is_written_too(services):
    async with FakeLLM(good) as llm, with_model(services, llm, patient=True) as at_work:
        chat = CHAT.model_copy(update={"profile": "latent reasoning\nagentic RL"})
        await asked_by(at_work, "/top", chat)
        profile = at_work.profile_of(chat, SAMPLE_DATE)
        brief = await at_work.store.brief(SAMPLE_DATE, profile.name, "en")
    assert brief.author.kind == "model"


@pytest.mark.parametrize("works", [True, False])
async def test_a_paper_outside_the_brief_gets_a_card_on_demand(services, works):
    async with FakeLLM(lambda asked: good(asked) if works else failed()) as llm, with_model(services, llm) as at_work:
        text = markdown.render(await asked_by(at_work, f"/paper {await outside(services)}"))
    assert (llm.model in text) is works
    assert "Abstract" in text


async def test_who_waits_for_a_card_is_told_how_far_it_is(services):
    shown: list[str] = []

    @contextmanager
    def writing():
        yield lambda done, total: shown.append(f"{done}/{total}")
        shown.append("over")

    async with FakeLLM(good) as llm, with_model(services, llm, writing=writing) as at_work:
        await asked_by(at_work, f"/paper {await outside(services)}")
    assert shown == ["0/2", "1/2", "2/2", "over"]


async def test_the_scheduler_writes_editions_before_they_are_due(services, clock):
    clock.now = clock.now.replace(hour=7, minute=50)
    await services.people.save_chat(CHAT.model_copy(update={"subscribed": True}))
    metrics = Metrics()
    async with FakeLLM(good) as llm, with_model(services, llm, wrote=metrics.written) as at_work:
        redis = at_work.store.client
        scheduler = Scheduler(at_work, Deliveries(redis), Queue(redis), ["telegram"], metrics)
        await scheduler.prepare()
        brief = await stored(at_work)
    assert brief.author.kind == "model"
    assert f'paperboy_model_calls_total{{model="{llm.model}"}} {float(len(llm.asked))}' in metrics.text().decode()


async def test_a_card_names_its_model(services):
    async with FakeLLM(good) as llm, with_model(services, llm, patient=True) as at_work:
        await at_work.written(SAMPLE_DATE, "en", at_work.profile)
        text = markdown.render(await asked_by(at_work, f"/paper {PAPER}"))
        sources = markdown.render(await asked_by(at_work, "/sources"))
    assert f"Written by {llm.model}" in text.replace("*", "")
    assert llm.model in sources


def test_the_clock_of_the_sample():
    assert Clock()().date() == SAMPLE_DATE
