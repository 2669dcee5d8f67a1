import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.afterwards import answering, put_off
from brief.settings import Settings
from sources.sample_site import SAMPLE_DATE
from tests.bot.telegramming import READER, configured, open_services, polling, said
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


class Day:
    """Notes what is done, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def note(self, what: str) -> None:
        self.done.append(what)

    async def answer(self, name: str, pause: asyncio.Event | None = None) -> None:
        await put_off(lambda: self.note(f"{name}, afterwards"))
        if pause:
            await pause.wait()
        await self.note(name)


async def test_what_is_put_off_is_done_after_the_answer_in_order():
    day = Day()

    async def two() -> None:
        await day.answer("one")
        await asyncio.gather(day.answer("two"))  # a task of its own

    await answering(two())
    assert day.done == ["one", "two", "one, afterwards", "two, afterwards"]


async def test_where_nothing_is_shown_afterwards_it_is_done_at_once():
    day = Day()
    await answering(day.note("an answer"))
    await day.answer("in the terminal")
    assert day.done == ["an answer", "in the terminal, afterwards", "in the terminal"]


async def test_answers_at_the_same_time_wait_for_nothing_of_each_other():
    day, pause = Day(), asyncio.Event()
    slow = asyncio.create_task(answering(day.answer("slow", pause)))
    await asyncio.sleep(0)
    await answering(day.answer("quick"))
    assert day.done == ["quick", "quick, afterwards"]
    pause.set()
    await slow
    assert day.done[2:] == ["slow", "slow, afterwards"]


async def test_nothing_is_done_after_an_answer_that_failed():
    day = Day()

    async def fail() -> None:
        await day.answer("half")
        raise LookupError

    with pytest.raises(LookupError):
        await answering(fail())
    assert day.done == ["half"]


async def test_a_card_is_there_before_its_opening_is_written_down(fake: FakeTelegram, settings: Settings):
    async with open_services(configured(settings, fake)) as services, polling(services):
        brief = await services.brief(SAMPLE_DATE, "en", services.profile)
        await said(fake, "/start")
        redis, paper = services.store.client, brief.items[0].paper
        await redis.client_pause(60_000, all=False)  # what writes waits
        card = await said(fake, f"/paper {paper.id}")
        await redis.client_unpause()
        assert paper.title in card.text
        await fake.idle()
        clicks = await services.tastes.of(f"telegram:{READER}")
        assert [(click.paper, click.kind) for click in clicks.facts] == [(paper.id, "opened")]
