"""Models of pydantic-ai from settings: an OpenAI-compatible endpoint, or a provider of pydantic-ai's by its prefix."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
from genai_prices import Usage, calc_price
from openai import AsyncOpenAI
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from brief.errors import SettingsError
from brief.setting_types import Price
from brief.writing.failures import AnswerTooLargeError

MOST_BYTES = 2**20  # of one answer
PriceOf = Callable[[int, int], float | None]
"""(tokens read, tokens written) -> US dollars, None when the price is not known."""


@dataclass(frozen=True)
class Way:
    """One way to ask for an answer that fits a schema, most exact first.

    `native`: the endpoint is handed the schema. `prompted`: the schema stands in the prompt.
    """

    model: Model
    mode: Literal["native", "prompted"]


@dataclass(frozen=True)
class Place:
    """Where a model is: at `base_url`, else at the provider its name begins with.

    `prefix` is what the variables that configure it begin with.
    """

    prefix: str
    name: str
    base_url: str | None
    key: str | None = field(repr=False)


def open_client(connect: float, whole: float) -> httpx2.AsyncClient:
    """Return an HTTP client that reads no more of an answer than a megabyte. Time limits are in seconds."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(whole, connect=connect),
        headers={"Accept-Encoding": "identity"},  # what is not compressed can be measured before it is read
        event_hooks={"response": [_bound]},
    )


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise AnswerTooLargeError
    response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise AnswerTooLargeError
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def ways_to(place: Place, client: httpx2.AsyncClient) -> tuple[Way, ...]:
    """Return how a model can be asked. Raises SettingsError with what to do when it cannot be had at all."""
    if place.base_url is not None:
        return _endpoint(place, place.base_url, client)
    model = _of_provider(place, client)
    native = [Way(model, "native")] if model.profile.get("supports_json_schema_output") else []
    return (*native, Way(model, "prompted"))


def has_provider(name: str) -> bool:
    """Whether a model's name begins with a provider that pydantic-ai knows; `qwen3:8b` does not."""
    prefix, colon, _ = name.partition(":")
    try:
        return bool(colon and infer_provider_class(prefix))
    except ValueError:
        return False
    except ImportError:  # it knows the provider, and misses a package
        return True


def _endpoint(place: Place, base_url: str, client: httpx2.AsyncClient) -> tuple[Way, ...]:
    """Only models of OpenAI's own that think want the newer max_completion_tokens; DeepSeek ignores it silently."""
    openai = AsyncOpenAI(base_url=base_url, api_key=place.key or "none", http_client=client, max_retries=0)
    provider = OpenAICompatibleProvider("endpoint", openai_client=openai)
    thinks = bool((provider.model_profile(place.name) or {}).get("supports_thinking"))

    def model(*, json_object: bool) -> Model:
        profile = OpenAIModelProfile(
            supports_json_schema_output=True,
            supports_json_object_output=json_object,
            openai_chat_supports_max_completion_tokens=thinks,
        )
        return OpenAIChatModel(place.name, provider=provider, profile=profile)

    best = model(json_object=True)
    return Way(best, "native"), Way(best, "prompted"), Way(model(json_object=False), "prompted")


def _of_provider(place: Place, client: httpx2.AsyncClient) -> Model:
    name = place.name if ":" in place.name else f"openai-chat:{place.name}"
    try:
        return infer_model(name, lambda prefix: _provider(prefix, place.key, client))
    except ImportError as error:
        wanted = re.search(r'pip install "[^"]+"', str(error))
        advice = wanted[0] if wanted else 'pip install "pydantic-ai-slim[all]"'
        raise SettingsError(f"{place.prefix}_MODEL: this provider needs another package: {advice}") from None
    except (UserError, ValueError):
        raise SettingsError(
            f"{place.prefix}_MODEL: wants {place.prefix}_BASE_URL, or provider:model with a provider that pydantic-ai "
            f"knows and {place.prefix}_API_KEY for it, for example {place.prefix}_MODEL=deepseek:deepseek-chat"
        ) from None


def _provider(prefix: str, key: str | None, client: httpx2.AsyncClient) -> Provider[Any]:
    if prefix.startswith("gateway/"):
        return infer_provider(prefix)
    kind = infer_provider_class(prefix)
    taken = inspect.signature(kind).parameters
    given = {"api_key": key, "http_client": client}
    return kind(**{name: value for name, value in given.items() if value is not None and name in taken})


def price_of(model: Model, price: Price | None, *, provider: bool) -> PriceOf:
    """Return what a model costs: by the setting, else by the list that came with genai-prices, which is not renewed.

    An endpoint is looked up by its address only: the same model at home costs nothing there.
    """
    if price is not None:
        dear, dearer = price
        return lambda read, written: (read * dear + written * dearer) / 1_000_000

    def listed(read: int, written: int) -> float | None:
        usage = Usage(input_tokens=read, output_tokens=written)
        where = {"provider_id": model.system} if provider else {"provider_api_url": model.base_url}
        try:
            return float(calc_price(usage, model.model_name, **where).total_price)
        except (LookupError, ValueError):
            return None

    return listed
