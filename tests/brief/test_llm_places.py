"""Which model is asked where, with which key and at which price, as the settings say."""

import subprocess
import sys

import pytest

from brief.errors import SettingsError
from brief.settings import Settings, load_settings
from brief.store import Store
from brief.writing.configured import _places
from brief.writing.llm import Waits, open_model
from brief.writing.providers import Place, open_client, price_of, ways_to
from tests.brief.asking_models import Clock

HOME = "http://localhost:11434/v1"
AWAY = "https://api.deepseek.com"


def places(**given: str) -> list[tuple[str, str | None, str | None]]:
    return [(place.name, place.base_url, place.key) for place, _ in _places(load_settings(given))]


@pytest.mark.parametrize(
    ("given", "second"),
    [
        ({"LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "small:3b"}, ("small:3b", HOME, "sk-1")),
        ({"LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "s", "LLM_FALLBACK_API_KEY": "sk-2"}, ("s", HOME, "sk-2")),
        ({"LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "s", "LLM_FALLBACK_BASE_URL": HOME}, ("s", HOME, "sk-1")),
        ({"LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "s", "LLM_FALLBACK_BASE_URL": AWAY}, ("s", AWAY, None)),
        ({"LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "deepseek:chat"}, ("deepseek:chat", None, None)),
        ({"LLM_FALLBACK_MODEL": "gpt-small"}, ("gpt-small", None, "sk-1")),
        ({"LLM_MODEL": "deepseek:chat", "LLM_FALLBACK_MODEL": "gpt-small"}, ("gpt-small", None, None)),
    ],
)
def test_where_the_second_model_is(given: dict[str, str], second: tuple[str, str | None, str | None]) -> None:
    all_given = {"LLM_MODEL": "large", "LLM_API_KEY": "sk-1"} | given
    first, found = places(**all_given)
    assert first == (all_given["LLM_MODEL"], given.get("LLM_BASE_URL"), "sk-1")
    assert found == second


async def modes(place: Place) -> list[str]:
    async with open_client(1, 1) as client:
        return [way.mode for way in ways_to(place, client)]


async def test_how_models_are_asked() -> None:
    assert await modes(Place("LLM", "qwen3:8b", HOME, None)) == ["native", "prompted", "prompted"]
    assert await modes(Place("LLM", "gpt-4o-mini", None, "sk-1")) == ["native", "prompted"]
    assert await modes(Place("LLM", "deepseek:deepseek-chat", None, "sk-1")) == ["prompted"]


async def test_a_provider_is_handed_its_key_and_our_client() -> None:
    async with open_client(1, 1) as client:
        [way] = ways_to(Place("LLM", "deepseek:deepseek-chat", None, "sk-1"), client)
        assert way.model.client.api_key == "sk-1"
        assert way.model.client._client is client
        assert way.model.base_url.startswith(AWAY)


def test_a_key_does_not_show() -> None:
    assert "sk-1" not in repr(Place("LLM", "large", HOME, "sk-1"))


# -- prices ----------------------------------------------------------------------------------------------------------


async def cost(place: Place, price: tuple[float, float] | None = None) -> float | None:
    async with open_client(1, 1) as client:
        model = ways_to(place, client)[0].model
        return price_of(model, price, provider=place.base_url is None)(1_000_000, 1_000_000)


async def test_what_a_model_costs() -> None:
    assert await cost(Place("LLM", "deepseek:deepseek-chat", None, "sk-1"), (1, 2)) == 3
    assert await cost(Place("LLM", "deepseek-chat", AWAY, "sk-1"))
    assert await cost(Place("LLM", "gpt-4o-mini", None, "sk-1"))
    assert await cost(Place("LLM", "gpt-4o-mini", HOME, None)) is None  # served at home under another's name
    assert await cost(Place("LLM", "deepseek:unheard-of", None, "sk-1")) is None


# -- mistakes --------------------------------------------------------------------------------------------------------


async def mistake(settings: Settings, store: Store) -> str:
    with pytest.raises(SettingsError) as caught:
        async with open_model(settings, store, Clock(), Waits()):
            pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"LLM_MODEL": "nobody:model"}, "LLM_MODEL: wants LLM_BASE_URL, or provider:model"),
        ({"LLM_MODEL": "deepseek:deepseek-chat"}, "LLM_API_KEY for it"),
        ({"LLM_MODEL": "gpt-4o-mini"}, "LLM_API_KEY for it"),
        ({"LLM_MODEL": "anthropic:claude-haiku-4-5"}, 'pip install "pydantic-ai-slim[anthropic]"'),
        (
            {"LLM_MODEL": "m", "LLM_BASE_URL": HOME, "LLM_FALLBACK_MODEL": "groq:m"},
            'LLM_FALLBACK_MODEL: this provider needs another package: pip install "pydantic-ai-slim[groq]"',
        ),
        ({"LLM_MODEL": "m", "LLM_BASE_URL": HOME, "LLM_DAILY_USD": "1"}, "for example LLM_PRICE=0.28 0.42"),
        (
            {
                "LLM_MODEL": "m",
                "LLM_BASE_URL": HOME,
                "LLM_PRICE": "1 1",
                "LLM_FALLBACK_MODEL": "n",
                "LLM_DAILY_USD": "1",
            },
            "for example LLM_FALLBACK_PRICE=0.28 0.42",
        ),
    ],
)
async def test_a_model_that_cannot_be_had_says_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name in ("OPENAI_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert said in await mistake(load_settings(given), store)


def test_a_run_without_a_model_does_not_load_the_libraries_of_one() -> None:
    check = "import sys, brief.writing.llm; print([name for name in ('pydantic_ai', 'openai') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout == "[]\n"
