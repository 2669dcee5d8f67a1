"""What `paperboy check` looks at: the profile, Redis, and whether each configured site answers a small question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.wiring import now, open_sources
from brief.errors import (
    ProfileError,
    SettingsError,
    SourceError,
    StoreError,
    Trouble,
    WritingError,
    WritingTrouble,
)
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import Store, open_store
from sources import SOURCES, Row, SiteSource

_MODEL = "a model that can answer in JSON: {llm}_MODEL"
_LATER = "nothing here: its endpoint has trouble of its own; the next brief asks again"
_MODEL_FIXES = {
    WritingTrouble.UNREACHABLE: "is the network up, and {llm}_BASE_URL right?",
    WritingTrouble.TIMEOUT: "a faster model: {llm}_MODEL",
    WritingTrouble.RATE_LIMITED: _LATER,
    WritingTrouble.SERVER_ERROR: _LATER,
    WritingTrouble.UNAUTHORIZED: "a key that works: {llm}_API_KEY",
    WritingTrouble.NOT_FOUND: "the model's name as its endpoint knows it: {llm}_MODEL; is {llm}_BASE_URL right?",
    WritingTrouble.REJECTED: _MODEL,
    WritingTrouble.REFUSED: _MODEL,
    WritingTrouble.BAD_ANSWER: _MODEL,
    WritingTrouble.TRUNCATED: _MODEL,
    WritingTrouble.OVER_BUDGET: "more a day: LLM_DAILY_TOKENS, LLM_DAILY_USD",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report: `ok` is None for what is switched off on purpose."""

    what: str
    ok: bool | None
    found: str
    fix: str = ""


async def run(settings: Settings) -> list[Finding]:
    """Return a finding for everything that is configured; asks each site once, at its pace."""
    findings = [_profile(settings)]
    async with _store(settings, findings) as store, open_sources(settings, store.turn if store else None) as sources:
        tried = (_tried(row, source) for row, source in zip(SOURCES, sources, strict=True))
        return [*findings, *await asyncio.gather(*tried, _model(settings, store))]


def _profile(settings: Settings) -> Finding:
    try:
        profile = load_profile(settings.paperboy_profile)
    except ProfileError as error:
        return Finding("profile", ok=False, found=str(error), fix="PAPERBOY_PROFILE=/path/to/profile.toml")
    source = settings.paperboy_profile or "packaged; PAPERBOY_PROFILE names your own"
    return Finding("profile", ok=True, found=f"{profile.name}, {len(profile.directions)} directions ({source})")


@asynccontextmanager
async def _store(settings: Settings, findings: list[Finding]) -> AsyncIterator[Store | None]:
    """Yield the store, or None when there is none, and add a finding about it."""
    where = "REDIS_URL" if settings.redis_url else f"embedded, in {settings.paperboy_data_dir}"
    try:
        async with open_store(settings) as store:
            days = len(await store.days())
            findings.append(Finding("Redis", ok=True, found=f"{where}; {days} day{'s' if days != 1 else ''} stored"))
            yield store
    except StoreError as error:
        findings.append(Finding("Redis", ok=False, found=str(error), fix="REDIS_URL=redis://localhost:6379/0"))
        yield None


async def _tried(row: Row, source: SiteSource) -> Finding:
    if not source.configured:
        keys = ", ".join(name for name in row.settings if not name.endswith("_URL"))
        return Finding(row.name, ok=None, found=f"optional: {keys}")
    try:
        await source.probe()
    except SourceError as error:
        return Finding(row.name, ok=False, found=str(error), fix=_fix(row, error))
    return Finding(row.name, ok=True, found="answers")


async def _model(settings: Settings, store: Store | None) -> Finding:
    from brief.writing.llm import open_model  # noqa: PLC0415 - only here, where a model is asked

    what = "language model"
    if settings.llm_model is None:
        return Finding(what, ok=None, found="optional: LLM_MODEL")
    if store is None:
        return Finding(what, ok=False, found="not asked, as its budget is in Redis", fix="Redis first")
    try:
        async with open_model(settings, store, now) as model:
            if model:
                await model.probe()
    except SettingsError as error:
        return Finding(what, ok=False, found=str(error))
    except WritingError as error:
        llm = "LLM" if error.model == settings.llm_model else "LLM_FALLBACK"
        return Finding(what, ok=False, found=str(error), fix=_MODEL_FIXES[error.trouble].format(llm=llm))
    return Finding(what, ok=True, found=f"{settings.llm_model} answers")


def _fix(row: Row, error: SourceError) -> str:
    url, *keys = row.settings
    if error.trouble is Trouble.UNAUTHORIZED:
        return f"a key that works: {', '.join(key for key in keys if not key.endswith('_URL')) or url}"
    if error.trouble in (Trouble.UNREACHABLE, Trouble.REDIRECTED, Trouble.NOT_FOUND):
        return f"is the network up, and {url} right?"
    return "nothing here: the site has trouble of its own; the next collection asks again"
