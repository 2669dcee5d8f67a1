"""Every way an endpoint can fail, and what it comes to: the trouble, the requests made, what stays reserved."""

import asyncio
import dataclasses
import datetime as dt
import email.utils
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from brief.errors import WritingError, WritingTrouble
from brief.store import Store
from brief.writing import failures
from brief.writing.breaker import PAUSE
from brief.writing.llm import Meter, Waits
from tests.brief.asking_models import GOOD, QUICK, TASK, Clock, opened, spent
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_replies import (
    Reply,
    error,
    failed,
    filtered,
    huge,
    no_credit,
    page,
    rate_limited,
    refused,
    said,
    truncated,
)

HANG, DRIBBLE, RESET = Reply(fault="hang"), Reply(fault="dribble"), Reply(fault="reset")
IMPATIENT = dataclasses.replace(QUICK, whole=0.1)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def raw(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


def waits_for(answer: object) -> Waits:
    """Only what never ends is given up soon: a busy machine may take its time for all else."""
    return IMPATIENT if answer in (HANG, DRIBBLE) else QUICK


async def trouble_of(
    llm: FakeLLM, store: Store, meter: Meter | None = None, waits: Waits = QUICK, **more: str
) -> WritingTrouble:
    async with opened(llm, store, waits=waits, **more) as model:
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", meter or Meter())
    assert str(caught.value) == f"{llm.model}: {caught.value.trouble.value}"
    return caught.value.trouble


KEPT, RELEASED = "kept", "released"


@pytest.mark.parametrize(
    ("trouble", "kept", "script"),
    [
        ("truncated", RELEASED, [truncated(GOOD)]),
        ("refused", RELEASED, [refused()]),
        ("refused", RELEASED, [filtered()]),
        ("refused", RELEASED, [error(400, "Content Exists Risk")]),
        ("refused", RELEASED, [error(400, "Inappropriate content", code="data_inspection_failed")]),
        ("rejected", RELEASED, [error(400, "Invalid 'messages'")]),
        ("rejected", RELEASED, [error(413, "too much")]),
        ("unauthorized", RELEASED, [error(401, "Incorrect API key")]),
        ("unauthorized", RELEASED, [error(403, "no")]),
        ("not_found", RELEASED, [error(404, "no", code="model_not_found")]),
        ("not_found", RELEASED, [error(400, "Model Not Exist")]),
        ("rate_limited", RELEASED, [no_credit()]),
        ("rate_limited", RELEASED, [error(402, "Insufficient Balance")]),
        ("rate_limited", RELEASED, [rate_limited()] * 3),
        ("rate_limited", RELEASED, [rate_limited("3600")]),
        ("server_error", KEPT, [failed()] * 3),
        ("server_error", KEPT, [page(503)] * 3),
        ("bad_answer", KEPT, [page(200)]),
        ("bad_answer", KEPT, [Reply(body=b"", headers=JSON)]),
        ("bad_answer", KEPT, [Reply(body=b"{}", headers=JSON)]),
        ("bad_answer", KEPT, [Reply(body=b'{"choices": [], "created": 1e99}', headers=JSON)]),
        ("bad_answer", KEPT, [said(GOOD, usage={"prompt_tokens": "many", "completion_tokens": None})]),
        ("bad_answer", KEPT, [Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})]),
        ("bad_answer", KEPT, [huge()]),
        ("timeout", KEPT, [HANG]),
        ("timeout", KEPT, [DRIBBLE]),
        ("unreachable", KEPT, [RESET] * 3),
    ],
)
async def test_what_a_fault_comes_to(store: Store, raw: Redis, trouble: str, kept: str, script: list[Reply]) -> None:
    meter = Meter()
    async with FakeLLM(script=script) as llm:
        assert await trouble_of(llm, store, meter, waits_for(script[0])) == trouble
    assert meter.calls == len(script)
    used, _ = await spent(raw)
    if kept == KEPT:
        assert used > 1_000 * len(script)
    else:
        assert used == meter.tokens_in + meter.tokens_out


async def test_what_is_longer_than_allowed_is_cut_off_and_not_asked_for_again(store: Store) -> None:
    async with FakeLLM(script=[{"contribution": "x" * 2_000}]) as llm:
        assert await trouble_of(llm, store) == WritingTrouble.TRUNCATED


async def test_a_closed_port_is_unreachable_and_costs_nothing(store: Store, raw: Redis) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    llm, meter = FakeLLM(), Meter()
    llm.url = url
    assert await trouble_of(llm, store, meter) == WritingTrouble.UNREACHABLE
    assert (meter.calls, await spent(raw)) == (3, (0, 0))


async def test_a_wrong_key_and_a_wrong_name_are_told_by_the_endpoint(store: Store) -> None:
    async with FakeLLM() as llm:
        assert await trouble_of(llm, store, LLM_API_KEY="sk-wrong") == WritingTrouble.UNAUTHORIZED
        async with opened(llm, store, LLM_MODEL="another") as model:
            with pytest.raises(WritingError, match=r"^another: not_found$"):
                await model.ask(TASK, "A paper.", Meter())


# -- what passes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [failed(), failed(502), page(), rate_limited(), rate_limited("0"), RESET])
async def test_what_passes_is_repeated_twice(store: Store, fault: Reply) -> None:
    meter = Meter()
    async with FakeLLM(script=[fault, fault, GOOD]) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", meter)
    assert meter.calls == 3


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_pause_may_be_a_date(store: Store, days: int) -> None:
    date = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(days=days), usegmt=True)
    over = days < 0
    async with FakeLLM(script=[rate_limited(date), *([GOOD] if over else [])]) as llm, opened(llm, store) as model:
        if over:
            await model.ask(TASK, "A paper.", Meter())
        else:
            with pytest.raises(WritingError, match="rate_limited"):
                await model.ask(TASK, "A paper.", Meter())


def test_pauses_are_bounded_in_all() -> None:
    from brief.writing.endpoint import _Patience  # noqa: PLC0415 - it loads pydantic-ai

    patience = _Patience()
    limited = failures.Failure(WritingTrouble.RATE_LIMITED, passing=True, pause=failures.LONGEST_PAUSE / 2)
    assert patience.pause_before_repeat(limited) == failures.LONGEST_PAUSE / 2
    assert patience.pause_before_repeat(limited)
    assert not patience.pause_before_repeat(limited)


# -- left alone ------------------------------------------------------------------------------------------------------


async def test_a_dead_model_is_left_alone_for_five_minutes(store: Store) -> None:
    clock, meter = Clock(), Meter()
    async with (
        FakeLLM(GOOD, script=[error(401, "no")]) as llm,
        opened(llm, store, clock=clock) as model,
    ):
        for n in range(20):
            with pytest.raises(WritingError, match="unauthorized"):
                await model.ask(TASK, f"Paper {n}.", meter)
        assert meter.calls == 1
        clock.now += PAUSE
        await model.ask(TASK, "Paper 0.", meter)
        await model.ask(TASK, "Paper 1.", meter)
    assert meter.calls == 3


@pytest.mark.parametrize(("fault", "requests"), [(HANG, 1), (failed(), 3), (rate_limited(), 3)])
async def test_a_model_in_trouble_is_asked_twice_before_it_is_left_alone(
    store: Store, fault: Reply, requests: int
) -> None:
    clock, meter = Clock(), Meter()
    async with FakeLLM(fault) as llm, opened(llm, store, waits=waits_for(fault), clock=clock) as model:
        for n in range(5):
            with pytest.raises(WritingError):
                await model.ask(TASK, f"Paper {n}.", meter)
        assert meter.calls == 2 * requests
        clock.now += PAUSE  # it may show that it lives, once
        for n in range(5):
            with pytest.raises(WritingError):
                await model.ask(TASK, f"Paper {n}.", meter)
    assert meter.calls == 3 * requests


async def test_an_answer_between_two_troubles_shows_that_a_model_lives(store: Store) -> None:
    meter = Meter()
    script = [*[failed()] * 3, GOOD, *[failed()] * 3, said(GOOD)]
    async with FakeLLM(script=script) as llm, opened(llm, store) as model:
        for n, well in enumerate([False, True, False, True]):
            if well:
                await model.ask(TASK, f"Paper {n}.", meter)
            else:
                with pytest.raises(WritingError):
                    await model.ask(TASK, f"Paper {n}.", meter)
    assert meter.calls == 8


async def test_many_questions_to_a_dead_endpoint_cost_one_time_limit(store: Store) -> None:
    async with FakeLLM(HANG) as llm, opened(llm, store, waits=IMPATIENT) as model:
        asking = [model.ask(TASK, f"Paper {n}.", Meter()) for n in range(20)]
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert {str(outcome) for outcome in outcomes} == {f"{llm.model}: timeout"}
    assert len(llm.asked) <= 8  # two rounds of four at once, at the most


# -- secrets ---------------------------------------------------------------------------------------------------------


def chained(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("answer", [error(401, "Incorrect API key provided: sk-fake-s3cret"), GOOD, "words", HANG])
async def test_neither_the_key_nor_what_a_model_says_is_told(
    store: Store, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    caplog.set_level(logging.DEBUG)
    outside, words = "text " * 3, "model " * 3
    async with (
        FakeLLM(words if answer == "words" else answer) as llm,
        opened(llm, store, waits=waits_for(answer)) as model,
    ):
        try:
            told = repr(vars(await model.ask(TASK, outside, Meter())) | {"value": None})
        except WritingError as caught:
            told = "".join(traceback.format_exception(caught)) + "".join(map(repr, chained(caught)))
        told += repr(model) + repr(vars(model)) + caplog.text
    for secret in (llm.key, words, outside, "Incorrect API key"):
        assert secret not in told
    assert GOOD["contribution"] not in caplog.text
