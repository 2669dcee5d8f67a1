"""The only place that builds real clients; everything else is handed what it needs."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from importlib.metadata import version

import httpx

from bot.people import People
from bot.services import Heard, Services, silently
from brief import edition
from brief.collect import collect
from brief.embeddings import open_embeddings
from brief.models import Ask, Brief, Language
from brief.profile import Profile
from brief.settings import Settings
from brief.store import open_store
from brief.turns import turn
from brief.window import window_for
from brief.writing.llm import open_model
from sources import SOURCES, SiteSource
from sources._http import Http, Listener, Turn
from sources.sample_site import SAMPLE_DATE, SampleTransport

PROBE_LIMIT = 10.0  # seconds for an answer


def user_agent(settings: Settings) -> str:
    """Return how Paperboy names itself to the sites, with the operator's contact when one is set."""
    contact = f" ({settings.paperboy_contact})" if settings.paperboy_contact else ""
    return f"Paperboy/{version('paperboy-brief')}{contact}"


@asynccontextmanager
async def open_sources(
    settings: Settings, turn: Turn | None, heard: Listener | None = None
) -> AsyncIterator[list[SiteSource]]:
    """Yield every source, in the order of SOURCES; `turn` keeps the pace with other processes."""
    async with Http(user_agent=user_agent(settings), turn=turn, heard=heard) as http:
        yield [row.build(http, settings) for row in SOURCES]


@asynccontextmanager
async def open_probes(settings: Settings, heard: Listener | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client for the small questions of `bot/probes.py`."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL, and Telegram's carry the token
    agent = {"User-Agent": user_agent(settings)}
    hooks = {"response": [heard] if heard else []}
    async with httpx.AsyncClient(headers=agent, timeout=PROBE_LIMIT, event_hooks=hooks) as client:
        yield client


@asynccontextmanager
async def open_services(
    settings: Settings, profile: Profile, asking: Callable[[], AbstractContextManager[Heard]] = silently
) -> AsyncIterator[Services]:
    """Yield services on the real sites and the configured Redis. Raises StoreError when there is none."""
    async with (
        open_store(settings) as store,
        open_sources(settings, partial(turn, store.client)) as sources,
        open_model(settings, store, now) as model,
        open_embeddings(settings, store, now) as embeddings,
    ):
        yield Services(
            settings=settings,
            profile=profile,
            store=store,
            people=People(store.client, now),
            sources=sources,
            clock=now,
            asking=asking,
            model=model,
            embeddings=embeddings,
        )


async def sample_brief(settings: Settings, profile: Profile, language: Language) -> Brief:
    """Make the packaged edition through the same sources, over recorded answers; needs no network and no Redis."""
    until = dt.datetime.combine(SAMPLE_DATE, dt.time(8), dt.UTC)
    async with Http(user_agent=user_agent(settings), turn=_no_wait, transport=SampleTransport()) as http:
        ask = Ask(window=window_for(SAMPLE_DATE, until), categories=settings.arxiv_categories, searches=("agent",))
        day = await collect([row.build(http, settings) for row in SOURCES], ask, until)
    # A selection of papers tells nothing about when that day's announcement came.
    day = day.model_copy(update={"window": ask.window})
    brief = edition.build(day, profile, language, shown={}, now=until)
    return brief.model_copy(update={"sample": True})


def now() -> dt.datetime:
    """Return the time in UTC."""
    return dt.datetime.now(dt.UTC)


def _no_wait(_key: str, _gap: float) -> AbstractAsyncContextManager[None]:
    return nullcontext()
