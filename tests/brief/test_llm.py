import asyncio
import dataclasses
import datetime as dt

import pytest
from redis.asyncio import Redis

from brief.errors import WritingError, WritingTrouble
from brief.settings import load_settings
from brief.store import Store
from brief.writing.llm import Meter, open_model
from tests.brief.asking_models import GOOD, NOW, TASK, Card, Clock, opened
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_replies import error, no_such_format, said


async def test_without_a_model_there_is_none(store: Store) -> None:
    async with open_model(load_settings({}), store, Clock()) as model:
        assert model is None


async def test_an_answer_tells_who_gave_it_and_when_and_what_it_took(store: Store) -> None:
    meter = Meter()
    async with FakeLLM(GOOD) as llm, opened(llm, store, LLM_PRICE="1 10") as model:
        answer = await model.ask(TASK, "A paper.", meter)
    [asked] = llm.asked
    assert (answer.value, answer.model, answer.date) == (Card(**GOOD), llm.model, NOW.date())
    assert (asked.system, asked.user, asked.name, asked.max_tokens) == ("Write a card.", "A paper.", "card", 200)
    assert (meter.calls, meter.remembered, meter.fell_back) == (1, 0, 0)
    assert (meter.tokens_in, meter.tokens_out) == (asked.tokens, 15)
    assert meter.cost == pytest.approx((asked.tokens + 150) / 1_000_000)


async def test_the_date_is_that_of_the_brief(store: Store) -> None:
    clock = Clock()
    clock.now = dt.datetime(2026, 5, 1, 20, tzinfo=dt.UTC)
    async with (
        FakeLLM(GOOD) as llm,
        opened(llm, store, clock=clock, BRIEF_TIMEZONE="Asia/Shanghai") as model,
    ):
        assert (await model.ask(TASK, "A paper.", Meter())).date == dt.date(2026, 5, 2)


async def test_a_price_nobody_knows_is_no_price(store: Store) -> None:
    meter = Meter()
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", meter)
    assert meter.cost is None


# -- remembered ------------------------------------------------------------------------------------------------------


async def test_the_same_question_is_asked_once(store: Store) -> None:
    clock, first, second = Clock(), Meter(), Meter()
    async with FakeLLM(GOOD) as llm:
        async with opened(llm, store, clock=clock) as model:
            before = await model.ask(TASK, "A paper.", first)
        clock.now += dt.timedelta(days=3)
        async with opened(llm, store, clock=clock) as model:
            assert await model.ask(TASK, "A paper.", second) == before
    assert len(llm.asked) == 1
    assert second == Meter(remembered=1)


async def test_whatever_changes_the_answer_is_another_question(store: Store) -> None:
    class Longer(Card):
        why: str = ""

    others = [
        dataclasses.replace(TASK, instructions="Write a longer card."),
        dataclasses.replace(TASK, answer=Longer),
    ]
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
        await model.ask(TASK, "Another.", Meter())
        for task in others:
            await model.ask(task, "A paper.", Meter())
    assert len(llm.asked) == 4


async def test_another_model_answers_for_itself(store: Store) -> None:
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
    async with FakeLLM({"contribution": "Other."}) as other:
        other.model = "other-model"
        async with opened(other, store) as model:
            answer = await model.ask(TASK, "A paper.", Meter())
    assert (answer.value.contribution, answer.model) == ("Other.", "other-model")


async def test_answers_are_kept_for_120_days(store: Store, redis_url: str) -> None:
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
    async with Redis.from_url(redis_url) as raw:
        [key] = await raw.keys("*answer*")
        assert await raw.ttl(key) == pytest.approx(120 * 86_400, abs=60)
        await raw.set(key, b"not ours")
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
    assert len(llm.asked) == 1  # what does not parse counts as absent


async def test_an_answer_that_the_rules_no_longer_allow_is_asked_for_again(store: Store) -> None:
    async with FakeLLM(script=[said({"contribution": "bad", "focus": ""}), said(GOOD)]) as llm:
        allowed = ["bad"]

        class Strict(Card):
            def model_post_init(self, context: object) -> None:
                if self.contribution not in allowed:
                    raise ValueError("not allowed")

        task = dataclasses.replace(TASK, answer=Strict)
        async with opened(llm, store) as model:
            await model.ask(task, "A paper.", Meter())
            allowed[:] = [GOOD["contribution"]]
            assert (await model.ask(task, "A paper.", Meter())).value.contribution == GOOD["contribution"]


async def test_the_same_question_at_the_same_time_is_asked_once(store: Store) -> None:
    meters = [Meter() for _ in range(10)]
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        answers = await asyncio.gather(*(model.ask(TASK, "A paper.", meter) for meter in meters))
    assert len(llm.asked) == 1
    assert {answer.value.contribution for answer in answers} == {GOOD["contribution"]}
    assert sum(meter.calls for meter in meters) == 1
    assert sum(meter.remembered for meter in meters) == 9


async def test_four_questions_at_once(store: Store) -> None:
    async with FakeLLM(GOOD) as llm, opened(llm, store) as model:
        await asyncio.gather(*(model.ask(TASK, f"Paper {n}.", Meter()) for n in range(20)))
    assert len(llm.asked) == 20
    assert llm.most_open <= 4


# -- the form of an answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formats", "requests"),
    [(("json_schema",), 0), (("json_object", "text"), 1), (("text",), 2)],
)
async def test_an_endpoint_is_asked_in_the_most_exact_form_it_takes(
    store: Store, formats: tuple[str, ...], requests: int
) -> None:
    meter = Meter()
    async with FakeLLM(GOOD, formats=formats) as llm, opened(llm, store) as model:
        for n in range(3):
            await model.ask(TASK, f"Paper {n}.", meter)
    assert [asked.format for asked in llm.asked] == [formats[0]] * 3
    assert all(set(asked.schema["properties"]) == {"contribution", "focus"} for asked in llm.asked)
    assert len(llm.refused) == requests  # what it refused once it is not asked again
    assert meter.calls == 3 + requests


async def test_other_refusals_are_not_taken_for_one_of_the_form(store: Store) -> None:
    async with FakeLLM(script=[error(400, "Your text is too long for me")]) as llm, opened(llm, store) as model:
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", Meter())
    assert caught.value.trouble == WritingTrouble.REJECTED


async def test_an_endpoint_that_takes_no_form_at_all_rejects(store: Store) -> None:
    async with FakeLLM(script=[no_such_format()] * 3) as llm, opened(llm, store) as model:
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", Meter())
    assert caught.value.trouble == WritingTrouble.REJECTED


async def test_an_endpoint_that_does_not_look_at_the_schema_finds_it_in_the_prompt_from_then_on(store: Store) -> None:
    careless = said("Sure! It is a tree search.")
    async with FakeLLM(GOOD, script=[careless]) as llm, opened(llm, store) as model:
        await model.ask(TASK, "A paper.", Meter())
        await model.ask(TASK, "Another.", Meter())
    assert [asked.format for asked in llm.asked] == ["json_schema", "json_object", "json_object"]


@pytest.mark.parametrize(
    "text",
    [
        "<think>First {braces}, then more.</think>\n{json}",
        "I think {braces} first.</think>{json}",  # a template that opens the thought itself
        "Here you are:\n```json\n{json}\n```\nAnything else?",
    ],
)
@pytest.mark.parametrize("formats", [("json_schema",), ("text",)])
async def test_what_models_put_around_an_answer(store: Store, text: str, formats: tuple[str, ...]) -> None:
    whole = text.replace("{json}", said(GOOD).text or "")
    async with FakeLLM(whole, formats=formats) as llm, opened(llm, store) as model:
        assert (await model.ask(TASK, "A paper.", Meter())).value == Card(**GOOD)


async def test_thoughts_beside_the_answer_are_no_part_of_it(store: Store) -> None:
    async with FakeLLM(script=[said(GOOD, reasoning="Let me see.")]) as llm, opened(llm, store) as model:
        assert (await model.ask(TASK, "A paper.", Meter())).value == Card(**GOOD)


async def test_models_that_think_are_told_not_to_and_bounded_in_the_field_they_know(store: Store) -> None:
    async with FakeLLM(GOOD) as llm:
        llm.model = "gpt-5"
        async with opened(llm, store) as model:
            await model.ask(TASK, "A paper.", Meter())
    [asked] = llm.asked
    assert (asked.body["max_completion_tokens"], asked.body["reasoning_effort"]) == (TASK.max_tokens, "minimal")


# -- sent back -------------------------------------------------------------------------------------------------------


async def test_an_answer_that_does_not_fit_is_sent_back_once_with_the_reason(store: Store) -> None:
    meter = Meter()
    too_long = {"contribution": "x" * 101, "focus": ""}
    async with FakeLLM(script=[too_long, GOOD]) as llm, opened(llm, store) as model:
        assert (await model.ask(TASK, "A paper.", meter)).value == Card(**GOOD)
    first, second = llm.asked
    assert second.user.startswith(f"{first.user}\n\n")
    assert "mend: contribution: String should have at most 100 characters" in second.user
    assert "xxx" not in second.user
    assert [asked.format for asked in llm.asked] == ["json_schema"] * 2  # it did look at the schema
    assert meter.calls == 2
    assert meter.tokens_in == first.tokens + second.tokens


@pytest.mark.parametrize("bad", [{"contribution": 1, "focus": []}, "[]", "", '{"contribution": "cut o', "{" * 5_000])
async def test_two_answers_that_do_not_fit_are_enough(store: Store, bad: object) -> None:
    meter = Meter()
    async with FakeLLM(script=[said(bad, usage=False)] * 2) as llm, opened(llm, store) as model:
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", meter)
        assert caught.value.trouble == WritingTrouble.BAD_ANSWER
    assert meter.calls == 2
