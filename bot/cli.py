"""The command line: one subcommand a verb. Exit status: 0 done, 1 failed and said why on stderr, 2 wrong usage."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import check as checks
from bot import terminal, wiring
from bot.commands import CommandError, answer
from bot.feedback import read_votes
from bot.logs import log_to_stderr
from bot.output import AnswerFormat, Format, write_brief, write_reply
from bot.serve import serve
from bot.services import Services
from brief.errors import FeedbackError, NothingCollectedError, ProfileError, SettingsError, StoreError
from brief.models import Brief, Day, Language, Ranked, Status
from brief.profile import Profile, load_profile
from brief.settings import Settings, load_settings
from formatting import screens
from sources import SOURCES

app = typer.Typer(
    help="The day's AI papers, ranked and explained for your own directions.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class Lang(StrEnum):
    """The languages there are."""

    ZH = "zh"
    EN = "en"


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-05-01") from error


DateOption = Annotated[
    dt.date | None, typer.Option("--date", parser=_date, metavar="D", help="Behave as on that day, e.g. 2026-05-01.")
]
ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="F", help="The reader's profile, a TOML file.")
]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="The language to write in.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@app.command()
def collect(date: DateOption = None, as_json: JsonOption = False) -> None:
    """Ask the sources once, cache the items, and print how it went."""
    settings = load_settings()

    async def run() -> Day:
        async with _services(settings, None, settings.brief_language) as services:
            return await services.collect(_asked(date, services))

    day = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(_summary(day)))
    else:
        terminal.show(screens.collected(day, settings.brief_language))
    if _nothing(day):
        raise NothingCollectedError("no source delivered anything; `paperboy check` tells what answers")


@app.command()
def brief(
    date: DateOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TERMINAL,
    sample: Annotated[bool, typer.Option("--sample", help="Show the packaged edition of 2026-05-01.")] = False,
) -> None:
    """Print the morning push and the full brief."""
    settings = load_settings()
    language = _language(lang, settings)

    async def run() -> None:
        if not sample:
            made, day = await _made(settings, date, profile, language)
            # A first try without a network shows what a brief is; asked for a day, the truth about that day.
            if date is not None or form is not Format.TERMINAL or not _nothing(day):
                return write_brief(made, form)
            terminal.show(screens.collected(day, language))
        write_brief(await wiring.sample_brief(settings, _profile(settings, profile), language), form)
        return None

    asyncio.run(run())


@app.command()
def rank(
    date: DateOption = None,
    profile: ProfileOption = None,
    feedback: Annotated[
        Path | None, typer.Option("--feedback", metavar="F", help='Votes, one a line: {"id": "2604.26904", "vote": 1}.')
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print every paper of the day, best first, with the parts of its score."""
    settings = load_settings()
    votes = read_votes(feedback) if feedback else {}

    async def run() -> list[Ranked]:
        async with _services(settings, profile, settings.brief_language) as services:
            return await services.ranked(_asked(date, services), votes)

    ranked = asyncio.run(run())
    if as_json:
        for item in ranked:
            typer.echo(json.dumps({"id": item.paper.id, "score": item.score.total, "parts": item.score.parts}))
    else:
        terminal.show(screens.ranking(ranked, settings.brief_language))


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help='A chat command, e.g. "/paper 2604.26904".')],
    date: DateOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
    form: Annotated[AnswerFormat, typer.Option("--format", help="How to write it.")] = AnswerFormat.TERMINAL,
) -> None:
    """Answer one chat command on stdout."""
    settings = load_settings()
    language = _language(lang, settings)

    async def run() -> None:
        async with _services(settings, profile, language) as services:
            request = await terminal.request(services, _asked(date, services), lang.value if lang else None)
            try:
                write_reply(await answer(text, request, services), form, request.date)
            except CommandError as error:
                write_reply(error.document, form, request.date)
                raise typer.Exit(2 if error.usage else 1) from error

    asyncio.run(run())


@app.command()
def chat(date: DateOption = None, profile: ProfileOption = None, lang: LangOption = None) -> None:
    """Answer the chat's commands interactively; /quit or the end of input leaves."""
    settings = load_settings()
    language = _language(lang, settings)

    async def run() -> None:
        async with _services(settings, profile, language) as services:
            await terminal.chat(services, _asked(date, services), lang.value if lang else None)

    asyncio.run(run())


@app.command()
def check() -> None:
    """Tell what is configured, what answers, and what to fix next."""
    settings = load_settings()
    findings = asyncio.run(checks.run(settings))
    terminal.show(screens.check([(f.what, f.ok, f.found, f.fix) for f in findings], "en"))
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


@app.command()
def bot() -> None:
    """Answer in Telegram; pushes nothing by itself."""
    _serve(pushes=False)


@app.command()
def run() -> None:
    """Everything in one process: collect, push at each chat's time, answer."""
    _serve(pushes=True)


def main() -> None:
    """Run the command line; every expected failure ends in a sentence on stderr, not in a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("stamina").setLevel(logging.ERROR)  # the reports tell of tries
    try:
        app()
    except (SettingsError, ProfileError, StoreError, FeedbackError, NothingCollectedError) as error:
        typer.echo(f"paperboy: {error}", err=True)
        sys.exit(1)


def _serve(*, pushes: bool) -> None:
    settings = load_settings()
    log_to_stderr(settings)

    async def work() -> None:
        async with wiring.open_services(settings, load_profile(settings.paperboy_profile)) as services:
            await serve(services, pushes=pushes)

    asyncio.run(work())


@asynccontextmanager
async def _services(settings: Settings, profile: Path | None, language: Language) -> AsyncIterator[Services]:
    names = tuple(row.name for row in SOURCES)
    with terminal.progress(names, language) as heard:
        async with wiring.open_services(settings, _profile(settings, profile), heard) as services:
            yield services


async def _made(
    settings: Settings, date: dt.date | None, profile: Path | None, language: Language
) -> tuple[Brief, Day]:
    async with _services(settings, profile, language) as services:
        asked = _asked(date, services)
        made = await services.brief(asked, language, fresh=True)
        return made, await services.day(asked)


def _asked(date: dt.date | None, services: Services) -> dt.date:
    if date and date > services.today():
        raise typer.BadParameter(f"{date} has not begun yet", param_hint="--date")
    return date or services.today()


def _profile(settings: Settings, path: Path | None) -> Profile:
    return load_profile(path or settings.paperboy_profile)


def _language(lang: Lang | None, settings: Settings) -> Language:
    return lang.value if lang else settings.brief_language


def _nothing(day: Day) -> bool:
    failed = (Status.FAILED, Status.DISABLED)
    return not (day.papers or day.repos or day.assets) and all(r.status in failed for r in day.reports)


def _summary(day: Day) -> dict[str, object]:
    return {
        "date": day.window.date.isoformat(),
        "collected": day.collected.isoformat(),
        "papers": len(day.papers),
        "repos": len(day.repos),
        "assets": len(day.assets),
        "reports": [report.model_dump(mode="json") for report in day.reports],
    }
