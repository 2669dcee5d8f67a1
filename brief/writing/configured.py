"""The models that the settings name, ready to be asked. Loads pydantic-ai: import it when a model is configured."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from pydantic import SecretStr

from brief.errors import SettingsError
from brief.setting_types import Price
from brief.settings import Settings
from brief.writing.breaker import Breaker
from brief.writing.budget import Budget
from brief.writing.endpoint import Endpoint
from brief.writing.llm import Waits
from brief.writing.providers import Place, has_provider, open_client, price_of, ways_to

AT_ONCE: Final = 4  # requests of one process


@asynccontextmanager
async def open_endpoints(
    settings: Settings, budget: Budget, clock: Callable[[], dt.datetime], waits: Waits
) -> AsyncIterator[list[Endpoint]]:
    """Yield the models in the order they are to be asked. Raises SettingsError; see `open_model`."""
    for name in ("httpx2", "httpcore2", "openai"):  # they log addresses, headers, and what is asked
        logging.getLogger(name).setLevel(logging.WARNING)
    slots = asyncio.Semaphore(AT_ONCE)
    async with open_client(waits.connect, waits.whole) as client:
        endpoints = []
        for place, price in _places(settings):
            ways = ways_to(place, client)
            costs = price_of(ways[0].model, price, provider=place.base_url is None)
            if settings.llm_daily_usd is not None and costs(1, 1) is None:
                raise SettingsError(f"LLM_DAILY_USD: needs a known price, for example {place.prefix}_PRICE=0.28 0.42")
            breaker = Breaker(clock)
            endpoints.append(
                Endpoint(place.name, ways, price=costs, budget=budget, slots=slots, breaker=breaker, waits=waits)
            )
        yield endpoints


def _places(settings: Settings) -> list[tuple[Place, Price | None]]:
    """Return where the models are. A key is never sent to another place than the one that it was given for."""
    url = settings.llm_base_url
    first = Place("LLM", settings.llm_model or "", url, _shown(settings.llm_api_key))
    places = [(first, settings.llm_price)]
    if name := settings.llm_fallback_model:
        own_url, key = settings.llm_fallback_base_url, _shown(settings.llm_fallback_api_key)
        at_home = own_url in (None, url) and not has_provider(name) and (url or not has_provider(first.name))
        second = Place("LLM_FALLBACK", name, url if at_home else own_url, key or (first.key if at_home else None))
        places.append((second, settings.llm_fallback_price))
    return places


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
