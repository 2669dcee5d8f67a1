"""A second model, asked when the first fails; and the probe, which asks both."""

from collections.abc import AsyncIterator

import pytest

from brief.errors import WritingError, WritingTrouble
from brief.store import Store
from brief.writing.llm import Meter
from tests.brief.asking_models import GOOD, TASK, opened
from tests.fakes.llm import Asked, FakeLLM
from tests.fakes.llm_replies import error

NO = error(400, "no")


@pytest.fixture
async def second() -> AsyncIterator[FakeLLM]:
    async with FakeLLM(said_by_the_second, key="sk-second") as llm:
        llm.model = "second-model"
        yield llm


def said_by_the_second(asked: Asked) -> dict[str, object]:
    return {"ok": True} if asked.name == "probe" else {"contribution": "From the second."}


def beside(llm: FakeLLM) -> dict[str, str]:
    return {
        "LLM_FALLBACK_MODEL": llm.model,
        "LLM_FALLBACK_BASE_URL": llm.url,
        "LLM_FALLBACK_API_KEY": llm.key,
        "LLM_FALLBACK_PRICE": "1 1",
        "LLM_PRICE": "1 1",
    }


async def test_the_second_model_is_asked_when_the_first_fails(store: Store, second: FakeLLM) -> None:
    meter, again = Meter(), Meter()
    async with FakeLLM(script=[NO]) as first, opened(first, store, **beside(second)) as model:
        assert model.name == first.model
        answer = await model.ask(TASK, "A paper.", meter)
        assert await model.ask(TASK, "A paper.", again) == answer  # remembered as the second's, found without a call
    assert (answer.value.contribution, answer.model) == ("From the second.", second.model)
    assert (meter.calls, meter.fell_back) == (2, 1)
    assert meter.cost is not None
    assert again == Meter(remembered=1)
    assert len(second.asked) == 1


async def test_the_second_models_answer_stays_while_the_first_is_back(store: Store, second: FakeLLM) -> None:
    meter = Meter()
    async with FakeLLM(GOOD, script=[NO]) as first, opened(first, store, **beside(second)) as model:
        await model.ask(TASK, "A paper.", Meter())
        assert (await model.ask(TASK, "Another.", meter)).model == first.model
    assert meter.fell_back == 0


async def test_when_both_fail_the_second_tells_why(store: Store) -> None:
    async with (
        FakeLLM(script=[NO]) as first,
        FakeLLM(script=[error(401, "no")]) as second,
        opened(first, store, **beside(second)) as model,
    ):
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", Meter())
    assert caught.value.trouble == WritingTrouble.UNAUTHORIZED


async def test_a_spent_budget_is_spent_for_both(store: Store, second: FakeLLM) -> None:
    meter = Meter()
    async with FakeLLM() as first, opened(first, store, LLM_DAILY_TOKENS="10", **beside(second)) as model:
        with pytest.raises(WritingError) as caught:
            await model.ask(TASK, "A paper.", meter)
    assert caught.value.trouble == WritingTrouble.OVER_BUDGET
    assert meter == Meter()
    assert not second.asked


# -- a probe ---------------------------------------------------------------------------------------------------------


async def test_a_probe_is_a_call_each_time_to_each_model(store: Store, second: FakeLLM) -> None:
    async with FakeLLM({"ok": True}) as first, opened(first, store, **beside(second)) as model:
        await model.probe()
        await model.probe()
    assert (len(first.asked), len(second.asked)) == (2, 2)


async def test_a_probe_tells_which_model_fails(store: Store) -> None:
    async with FakeLLM(script=[error(401, "no")]) as llm, opened(llm, store) as model:
        with pytest.raises(WritingError, match=f"^{llm.model}: unauthorized$"):
            await model.probe()
