"""What `paperboy check` says of a language model, against an endpoint on loopback."""

import pytest

from bot import check
from brief.errors import WritingTrouble
from brief.settings import Settings, load_settings
from brief.store import Store
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_replies import error, refused


def configured(settings: Settings, llm: FakeLLM, **changes: str) -> Settings:
    access = {"LLM_MODEL": llm.model, "LLM_BASE_URL": llm.url, "LLM_API_KEY": llm.key, **changes}
    read = load_settings({"PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir), **access})
    return settings.model_copy(update={name.lower(): getattr(read, name.lower()) for name in access})


async def test_a_model_that_answers_is_fine(settings: Settings, store: Store) -> None:
    async with FakeLLM({"ok": True}) as llm:
        found = await check.model_finding(configured(settings, llm), store)
    assert (found.ok, found.found, found.fix) == (True, f"{llm.model} answers", "")


@pytest.mark.parametrize(
    ("reply", "trouble", "fix"),
    [
        (error(401, "no"), "unauthorized", "a key that works: LLM_API_KEY"),
        (error(404, "no"), "not_found", "LLM_MODEL; is LLM_BASE_URL right?"),
        (refused(), "refused", "a model that can answer in JSON: LLM_MODEL"),
    ],
)
async def test_a_model_that_fails_is_told_with_what_to_do(
    settings: Settings, store: Store, reply: object, trouble: str, fix: str
) -> None:
    async with FakeLLM(reply) as llm:
        found = await check.model_finding(configured(settings, llm), store)
    assert (found.ok, found.found) == (False, f"{llm.model}: {trouble}")
    assert found.fix.endswith(fix)
    assert llm.key not in repr(found)


async def test_the_second_models_trouble_names_its_own_settings(settings: Settings, store: Store) -> None:
    async with FakeLLM({"ok": True}) as llm, FakeLLM(error(401, "no")) as second:
        second.model = "second-model"
        beside = {
            "LLM_FALLBACK_MODEL": second.model,
            "LLM_FALLBACK_BASE_URL": second.url,
            "LLM_FALLBACK_API_KEY": second.key,
        }
        found = await check.model_finding(configured(settings, llm, **beside), store)
    assert (found.ok, found.found) == (False, "second-model: unauthorized")
    assert found.fix == "a key that works: LLM_FALLBACK_API_KEY"


async def test_a_model_that_cannot_be_had_as_configured_is_a_finding(settings: Settings, store: Store) -> None:
    async with FakeLLM() as llm:
        found = await check.model_finding(configured(settings, llm, LLM_DAILY_USD="1"), store)
    assert found.ok is False
    assert "LLM_PRICE" in found.found


async def test_without_a_model_or_redis_nothing_is_asked(settings: Settings, store: Store) -> None:
    assert await check.model_finding(settings, store) == check.Finding(
        "language model", ok=None, found="optional: LLM_MODEL"
    )
    async with FakeLLM({"ok": True}) as llm:
        found = await check.model_finding(configured(settings, llm), None)
        assert (found.ok, llm.asked) == (False, [])


def test_every_trouble_has_a_fix() -> None:
    assert set(check._MODEL_FIXES) == set(WritingTrouble)
