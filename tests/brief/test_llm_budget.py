"""One budget a day, over all processes, in tokens and in money, that is never exceeded."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from brief.errors import WritingError, WritingTrouble
from brief.settings import Settings
from brief.store import Store, open_store
from brief.writing.budget import NOTHING, Budget, Spending
from brief.writing.llm import Meter
from tests.brief.asking_models import GOOD, TASK, Clock, opened, spent
from tests.fakes.llm import Asked, FakeLLM, tokens
from tests.fakes.llm_replies import Reply, said

DAY = dt.date(2026, 5, 1)


@pytest.fixture
async def raw(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


def budget(store: Store, *, tokens: int = 1_000, usd: float | None = None, day: dt.date = DAY) -> Budget:
    return Budget(store, tokens=tokens, usd=usd, today=lambda: day)


async def test_what_is_reserved_counts_until_it_is_settled(store: Store, raw: Redis) -> None:
    day = budget(store)
    held = await day.reserve(Spending(600, 0.5))
    assert held
    assert await day.reserve(Spending(600, 0.5)) is None
    assert await spent(raw) == (600, 500_000_000)
    await held.settle(Spending(100, 0.1))
    assert await spent(raw) == (100, 100_000_000)
    other = await day.reserve(Spending(900, 0.5))
    assert other
    await other.settle(NOTHING)
    assert await spent(raw) == (100, 100_000_000)
    assert 7 * 86_400 < await raw.ttl("{paperboy}:1:spent:2026-05-01") <= 8 * 86_400


async def test_the_limit_itself_may_be_reached(store: Store) -> None:
    day = budget(store, usd=0.3)
    assert await day.reserve(Spending(1_000, 0.3))
    assert await day.reserve(Spending(1, 0.0)) is None


@pytest.mark.parametrize("usd", [0.0, 0.000_000_001, 0.1])
async def test_money_alone_is_a_limit(store: Store, usd: float) -> None:
    day = budget(store, usd=usd)
    assert await day.reserve(Spending(1, usd + 0.000_000_001)) is None
    assert await day.reserve(Spending(1, usd))


async def test_a_reservation_is_settled_on_the_day_it_was_made(store: Store, raw: Redis) -> None:
    days = [DAY]
    crossing = Budget(store, tokens=1_000, usd=None, today=lambda: days[-1])
    held = await crossing.reserve(Spending(1_000, 0.0))
    days.append(DAY + dt.timedelta(days=1))
    assert held
    assert await crossing.reserve(Spending(1_000, 0.0))  # a new day, a new budget
    await held.settle(Spending(10, 0.0))
    assert (await spent(raw))[0] == 10
    assert (await spent(raw, "2026-05-02"))[0] == 1_000


# -- while asking ----------------------------------------------------------------------------------------------------


async def ask_many(llm: FakeLLM, store: Store, count: int, **more: str) -> tuple[Meter, list[object]]:
    meter = Meter()
    async with opened(llm, store, **more) as model:
        asking = [model.ask(TASK, f"Paper {n}.", meter) for n in range(count)]
        return meter, await asyncio.gather(*asking, return_exceptions=True)


class Counting:
    """Answers well, and counts what that takes."""

    taken = 0

    def __call__(self, asked: Asked) -> Reply:
        self.taken += asked.tokens + tokens(said(GOOD).text or "")
        return said(GOOD)


@pytest.mark.parametrize(
    "limit",
    [
        {"LLM_DAILY_TOKENS": "3000"},
        {"LLM_DAILY_USD": "0.003", "LLM_PRICE": "1 1"},
        {"LLM_DAILY_USD": "0.02", "LLM_PRICE": "0 50"},
    ],
)
async def test_twenty_questions_at_once_do_not_exceed_the_day(store: Store, raw: Redis, limit: dict[str, str]) -> None:
    counting = Counting()
    async with FakeLLM(counting) as llm:
        meter, outcomes = await ask_many(llm, store, 20, **limit)
    over = [one for one in outcomes if isinstance(one, WritingError)]
    used, nanos = await spent(raw)
    assert {one.trouble for one in over} == {WritingTrouble.OVER_BUDGET}
    assert 0 < len(llm.asked) == 20 - len(over) == meter.calls
    assert used == counting.taken == meter.tokens_in + meter.tokens_out
    assert used <= int(limit.get("LLM_DAILY_TOKENS", "1000000"))
    assert nanos <= float(limit.get("LLM_DAILY_USD", "1")) * 1_000_000_000
    if meter.cost is not None:
        assert nanos == pytest.approx(meter.cost * 1_000_000_000, abs=20)


async def test_two_processes_share_the_day(settings: Settings, store: Store, raw: Redis) -> None:
    async with open_store(settings) as another, FakeLLM(GOOD) as llm:
        (one, _), (other, _) = await asyncio.gather(
            ask_many(llm, store, 10, LLM_DAILY_TOKENS="3000"),
            ask_many(llm, another, 10, LLM_DAILY_TOKENS="3000"),
        )
    assert one.calls + other.calls < 20
    assert (await spent(raw))[0] <= 3_000


async def test_nothing_is_sent_that_was_not_reserved_for(store: Store, raw: Redis) -> None:
    reserved: list[int] = []
    async with FakeLLM(Reply(fault="hang")) as llm, opened(llm, store) as model:
        texts = ["Ein Text. " * 50, "一篇关于智能体的论文。" * 50, "<|im_start|>" * 50, "🦆" * 50]
        for n, text in enumerate(texts):
            asking = asyncio.create_task(model.ask(TASK, text, Meter()))
            await llm.reached(n + 1)
            reserved.append((await spent(raw))[0] - sum(reserved))
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
    for asked, most in zip(llm.asked, reserved, strict=True):
        sent = sum(len(message["content"].encode()) for message in asked.body["messages"])
        assert sent + len(str(asked.schema).encode()) + TASK.max_tokens <= most
    assert (await spent(raw))[0] == sum(reserved)  # a question given up in flight may have been billed


async def test_an_answer_without_a_report_counts_as_the_most_it_can_have_taken(store: Store, raw: Redis) -> None:
    async with FakeLLM(script=[said(GOOD, usage=False)]) as llm:
        meter, _ = await ask_many(llm, store, 1, LLM_PRICE="1 1")
    used, nanos = await spent(raw)
    assert used == meter.tokens_in + meter.tokens_out > 1_000
    assert meter.tokens_out == TASK.max_tokens
    assert nanos == pytest.approx(used * 1_000)


@pytest.mark.parametrize("reported", [10**30, 5_000_000])
async def test_an_endpoint_that_takes_more_than_it_may_ends_the_day(store: Store, raw: Redis, reported: int) -> None:
    greedy = said(GOOD, usage={"prompt_tokens": 10, "completion_tokens": reported, "total_tokens": 10 + reported})
    async with FakeLLM(script=[greedy]) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
        with pytest.raises(WritingError, match="over_budget"):
            await model.ask(TASK, "Another.", Meter())
    assert (await spent(raw))[0] <= 10 + 10_000_000


@pytest.mark.parametrize("reported", [-1, 0])
async def test_a_report_of_nothing_is_none(store: Store, raw: Redis, reported: int) -> None:
    usage = {"prompt_tokens": reported, "completion_tokens": reported, "total_tokens": 0}
    async with FakeLLM(script=[said(GOOD, usage=usage)]) as llm:
        await ask_many(llm, store, 1)
    assert (await spent(raw))[0] > 1_000


async def test_the_day_is_that_of_the_brief(store: Store, raw: Redis) -> None:
    clock = Clock()
    clock.now = dt.datetime(2026, 5, 1, 20, tzinfo=dt.UTC)
    async with FakeLLM(GOOD) as llm, opened(llm, store, clock=clock, BRIEF_TIMEZONE="Asia/Shanghai") as model:
        await model.ask(TASK, "A paper.", Meter())
    assert (await spent(raw))[0] == 0
    assert (await spent(raw, "2026-05-02"))[0] > 0


async def test_a_spent_day_still_remembers(store: Store) -> None:
    async with FakeLLM(GOOD) as llm:
        async with opened(llm, store) as model:
            await model.ask(TASK, "A paper.", Meter())
        async with opened(llm, store, LLM_DAILY_TOKENS="1") as model:
            assert (await model.ask(TASK, "A paper.", Meter())).model == llm.model
