"""What each verb of the command line does."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import typer

from bot import check as checks
from bot import status as statuses
from bot import terminal, wiring
from bot.commands import CommandError, answer
from bot.feedback import read_votes
from bot.output import write_brief, write_explained, write_refusal, write_reply
from bot.services import Services, nothing_collected
from bot.status import Status
from brief.errors import NothingCollectedError, SettingsError
from brief.models import Brief, Day, Language, Ranked
from brief.profile import Profile, load_profile
from brief.settings import Settings, load_settings
from brief.store import open_store
from brief.window import FIRST_DAY
from formatting import screens
from sources import SOURCES

NOTHING = "no source delivered anything; `paperboy check` tells what answers"


def collect(date: dt.date | None, *, as_json: bool) -> None:
    """Collect a day and print the reports; raises NothingCollectedError when no source delivered."""
    settings = load_settings()

    async def run() -> Day:
        async with _services(settings, None, settings.brief_language) as services:
            return await services.collect(_asked(date, services))

    day = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(_summary(day)))
    else:
        terminal.show(screens.collected(day, settings.brief_language))
    if nothing_collected(day):
        raise NothingCollectedError(NOTHING)


def brief(
    date: dt.date | None, profile: Path | None, lang: Language | None, form: str, *, sample: bool, explain: bool
) -> None:
    """Print the brief, or where its sentences come from.

    A first try without a network shows the packaged one, asked for a day the truth about it.
    """
    settings = load_settings()
    language = lang or settings.brief_language
    write = write_explained if explain else write_brief

    async def run() -> None:
        if not sample:
            made, day = await _made(settings, date, profile, language)
            if date is not None or form != "terminal" or day is None or not nothing_collected(day):
                return write(made, form)
            terminal.show(screens.collected(day, language))
        write(await wiring.sample_brief(settings, _profile(settings, profile), language), form)
        return None

    asyncio.run(run())


def rank(date: dt.date | None, profile: Path | None, feedback: Path | None, *, as_json: bool) -> None:
    """Print every paper, best first; raises NothingCollectedError when there is none because no source delivered."""
    settings = load_settings()
    votes = read_votes(feedback) if feedback else {}

    async def run() -> list[Ranked]:
        async with _services(settings, profile, settings.brief_language) as services:
            asked = _asked(date, services)
            if nothing_collected(await services.day(asked)):
                raise NothingCollectedError(NOTHING)
            return await services.ranked(asked, await _reader(services, asked), votes)

    ranked = asyncio.run(run())
    if as_json:
        for item in ranked:
            typer.echo(json.dumps({"id": item.paper.id, "score": item.score.total, "parts": item.score.parts}))
    else:
        terminal.show(screens.ranking(ranked, settings.brief_language))


def ask(text: str, date: dt.date | None, profile: Path | None, lang: Language | None, form: str) -> int:
    """Print the answer to one command; return 0, or 1 for what could not be done and 2 for what was typed wrongly."""
    settings = load_settings()

    async def run() -> int:
        async with _services(settings, profile, lang or settings.brief_language) as services:
            request = await terminal.request(services, _asked(date, services), lang)
            try:
                write_reply(await answer(text, request, services), form, request.date)
            except CommandError as error:
                write_refusal(error.document, form, request.date)
                return 2 if error.usage else 1
        return 0

    return asyncio.run(run())


def chat(date: dt.date | None, profile: Path | None, lang: Language | None) -> None:
    """Answer commands until the reader leaves."""
    settings = load_settings()

    async def run() -> None:
        async with _services(settings, profile, lang or settings.brief_language) as services:
            await terminal.chat(services, _asked(date, services), lang)

    asyncio.run(run())


def status(*, as_json: bool) -> None:
    """Print how the deliveries of these days went, what waits, and how the sources did."""
    settings = load_settings()

    async def run() -> Status:
        now = wiring.now()
        async with open_store(settings) as store:
            return await statuses.status(store, now, now.astimezone(settings.brief_timezone).date())

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(statuses.as_json(found)))
    else:
        terminal.show(statuses.as_document(found, settings.brief_language))


def check(*, as_json: bool) -> bool:
    """Print what was looked at; return whether all that is configured works."""
    try:
        with terminal.checking("en"):
            findings = asyncio.run(checks.run(load_settings()))
    except SettingsError as error:
        if not as_json:
            raise
        findings = checks.unsettled(error)
    if as_json:
        typer.echo(json.dumps(checks.as_json(findings)))
    else:
        # The findings name variables and sites: one language for all operators.
        terminal.show(screens.check([(f.what, f.ok, f.found, f.fix) for f in findings], "en"))
    return checks.fine(findings)


@asynccontextmanager
async def _services(settings: Settings, profile: Path | None, language: Language) -> AsyncIterator[Services]:
    asking = partial(terminal.progress, tuple(row.name for row in SOURCES), language)
    async with wiring.open_services(settings, _profile(settings, profile), asking) as services:
        writing, reading = (partial(terminal.steps, language, what) for what in ("writing", "reading"))
        yield replace(services, own_profiles=profile is None, writing=writing, reading=reading, patient=True)


async def _reader(services: Services, date: dt.date) -> Profile:
    """Return the profile of who sits at the terminal, which is a chat like the others."""
    return services.profile_of((await terminal.request(services, date, None)).chat, date)


async def _made(
    settings: Settings, date: dt.date | None, profile: Path | None, language: Language
) -> tuple[Brief, Day | None]:
    async with _services(settings, profile, language) as services:
        asked = _asked(date, services)
        made = await services.written(asked, language, await _reader(services, asked), fresh=True)
        return made, await services.store.day(asked)


def _asked(date: dt.date | None, services: Services) -> dt.date:
    today = services.today()
    if date and not FIRST_DAY <= date <= today:
        wrong = "has not begun yet" if date > today else f"is before arXiv began, on {FIRST_DAY}"
        raise typer.BadParameter(f"{date} {wrong}", param_hint="--date")
    return date or today


def _profile(settings: Settings, path: Path | None) -> Profile:
    return load_profile(path or settings.paperboy_profile)


def _summary(day: Day) -> dict[str, object]:
    return {
        "date": day.window.date.isoformat(),
        "collected": day.collected.isoformat(),
        "papers": len(day.papers),
        "repos": len(day.repos),
        "assets": len(day.assets),
        "reports": [report.model_dump(mode="json") for report in day.reports],
    }
