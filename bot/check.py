"""What `paperboy check` looks at: this machine, the profile, Redis, and whether each site answers a small question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bot import check_chats, machine
from bot.findings import Finding
from bot.probes import Watch
from bot.wiring import now, open_probes, open_sources
from brief.embeddings import open_embeddings
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
from brief.store import Store, open_store, redis_errors
from brief.turns import turn
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
_EMBEDDINGS_FIXES = {trouble: fix.format(llm="EMBEDDINGS") for trouble, fix in _MODEL_FIXES.items()} | dict.fromkeys(
    (WritingTrouble.REJECTED, WritingTrouble.BAD_ANSWER),
    "a model for embeddings, not one that writes, at an endpoint with /embeddings: EMBEDDINGS_MODEL",
)


LIMIT = 30.0  # seconds for each answer


async def run(settings: Settings) -> list[Finding]:
    """Return a finding for everything that is configured; asks each site once, at its pace, and all of them at once."""
    findings = [_profile(settings), machine.folder(settings.paperboy_data_dir)]
    watch = Watch(now)
    async with (
        _store(settings, findings) as store,
        open_sources(settings, partial(turn, store.client) if store else None, watch.heard) as sources,
        open_probes(settings, watch.heard) as client,
    ):
        asked = {
            "PAPERBOY_LISTEN": machine.address(settings),
            "Telegram": check_chats.telegram(settings, client),
            "Slack": check_chats.slack(settings, client),
            "Slack, Socket Mode": check_chats.slack_socket(settings, client),
            **{row.name: _tried(row, source) for row, source in zip(SOURCES, sources, strict=True)},
            "language model": model_finding(settings, store),
            "embeddings model": embeddings_finding(settings, store),
        }
        answers = await asyncio.gather(*(_within(what, finding) for what, finding in asked.items()))
    return [*findings, *answers, machine.clock(watch.offsets.values())]


def as_json(findings: Sequence[Finding]) -> dict[str, object]:
    """Return findings as `--json` prints them; `state` is ok, warning, problem or off."""
    rows = [{"what": one.what, "state": one.state, "found": one.found, "fix": one.fix} for one in findings]
    return {"ok": fine(findings), "findings": rows}


def fine(findings: Sequence[Finding]) -> bool:
    """Tell whether all that is configured works."""
    return all(finding.ok is not False for finding in findings)


def unsettled(error: SettingsError) -> list[Finding]:
    """Return a finding for each setting that is wrong."""
    rows = (line.partition(": ") for line in str(error).splitlines())
    return [Finding(name, ok=False, found=wrong, fix=f"correct {name}") for name, _, wrong in rows]


async def _within(what: str, finding: Coroutine[None, None, Finding]) -> Finding:
    try:
        async with asyncio.timeout(LIMIT):
            return await finding
    except TimeoutError:
        return Finding(what, ok=False, found=f"no answer in {LIMIT:.0f} s", fix="is the network up, or very slow?")
    except StoreError as error:  # the pace of the sites is kept there
        return Finding(what, ok=False, found=f"not asked: {error}", fix="Redis first")


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
    async with AsyncExitStack() as stack:
        store = None
        try:
            store = await stack.enter_async_context(open_store(settings))
            days = len(await store.days())
            found = f"{where}; {days} day{'s' if days != 1 else ''} stored"
            findings.append(Finding("Redis", ok=True, found=found, fix=await _forgetful(store)))
        except StoreError as error:
            findings.append(Finding("Redis", ok=False, found=str(error), fix="REDIS_URL=redis://localhost:6379/0"))
        yield store


async def _forgetful(store: Store) -> str:
    """Return what to do about a Redis that forgets everything when it ends, empty for one that does not, or is silent.

    https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
    """
    try:
        with redis_errors():
            known = await store.client.info("persistence")
    except StoreError:  # as where a service does not allow the question
        return ""
    nodes = known.values() if all(isinstance(one, dict) for one in known.values()) else [known]
    lasting = all(node.get("aof_enabled", 1) for node in nodes)
    return "" if lasting else "what is due and was sent is lost when Redis ends: appendonly yes in its configuration"


async def _tried(row: Row, source: SiteSource) -> Finding:
    if not source.configured:
        keys = ", ".join(name for name in row.settings if not name.endswith("_URL"))
        return Finding(row.name, ok=None, found=f"optional: {keys}")
    try:
        await source.probe()
    except SourceError as error:
        return Finding(row.name, ok=False, found=str(error), fix=_fix(row, error))
    return Finding(row.name, ok=True, found="answers")


async def model_finding(settings: Settings, store: Store | None) -> Finding:
    """Tell whether the language model answers; without Redis it is not asked."""
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


async def embeddings_finding(settings: Settings, store: Store | None) -> Finding:
    """Tell whether the embeddings model answers; without Redis it is not asked."""
    what, name = "embeddings model", settings.embeddings_model
    if name is None:
        return Finding(what, ok=None, found="optional: EMBEDDINGS_MODEL")
    if store is None:
        return Finding(what, ok=False, found="not asked, as what it answers is kept in Redis", fix="Redis first")
    try:
        async with open_embeddings(settings, store, now) as model:
            components = await model.probe() if model else 0
    except WritingError as error:
        return Finding(what, ok=False, found=str(error), fix=_EMBEDDINGS_FIXES[error.trouble])
    return Finding(what, ok=True, found=f"{name} answers: vectors of {components} components")


def _fix(row: Row, error: SourceError) -> str:
    url, *keys = row.settings
    if error.trouble is Trouble.UNAUTHORIZED:
        return f"a key that works: {', '.join(key for key in keys if not key.endswith('_URL')) or url}"
    if error.trouble in (Trouble.UNREACHABLE, Trouble.REDIRECTED, Trouble.NOT_FOUND):
        return f"is the network up, and {url} right?"
    return "nothing here: the site has trouble of its own; the next collection asks again"
