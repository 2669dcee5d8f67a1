"""The command line: one subcommand a verb. Exit status: 0 done, 1 failed and said why on stderr, 2 wrong usage.

What a verb does is in `bot/verbs.py` and `bot/roles.py`, imported only when one runs: `--help` and a typing mistake
answer at once.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import signal
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from brief.errors import (
    BackupError,
    FeedbackError,
    NothingCollectedError,
    ProfileError,
    SettingsError,
    StoreError,
)


class _Verbs(TyperGroup):
    """The verbs. Who types a command of the chats as one is told how it is asked here."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # the types differ between releases of typer
        if args[0] not in self.commands:
            from bot.commands import COMMANDS

            name = args[0].removeprefix("/").lower()
            if name in COMMANDS:
                typed = " ".join((f"/{name}", *args[1:]))
                ctx.fail(f'{args[0]!r} is a command of the chats; here it is: paperboy ask "{typed}"')
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Verbs,
    help="The day's AI papers, ranked and explained for your own directions.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How a brief is written; `telegram` and `slack` are the API's calls as a JSON array of {method, parameters}."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    TELEGRAM = "telegram"
    SLACK = "slack"


class AnswerFormat(StrEnum):
    """How one answer is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    TELEGRAM = "telegram"
    SLACK = "slack"


class Lang(StrEnum):
    """The languages there are."""

    ZH = "zh"
    EN = "en"


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-05-01") from error


def _chat(text: str) -> str:
    from bot.forget import CHAT_ID

    if not CHAT_ID.fullmatch(text):
        raise typer.BadParameter(
            f"{text!r} is no chat; write it like telegram:123456789 or slack:T0123456789:U0123456789"
        )
    return text


def _start(role: str) -> None:
    from bot.lean import without

    with without("httpx._main"):  # its command line, and with it rich and pygments: 4 MB
        from bot import roles
    roles.start(role)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paperboy {version('paperboy-brief')}")
        raise typer.Exit


DateOption = Annotated[
    dt.date | None, typer.Option("--date", parser=_date, metavar="D", help="Behave as on that day, e.g. 2026-05-01.")
]
ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="F", help="The reader's profile, a TOML file.")
]
LangOption = Annotated[Lang | None, typer.Option("--lang", case_sensitive=False, help="The language to write in.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """The day's AI papers, ranked and explained for your own directions."""


@app.command()
def collect(date: DateOption = None, as_json: JsonOption = False) -> None:
    """Ask the sources once, cache the items, and print how it went."""
    from bot import verbs

    verbs.collect(date, as_json=as_json)


@app.command()
def brief(
    date: DateOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TERMINAL,
    sample: Annotated[bool, typer.Option("--sample", help="Show the packaged edition of 2026-05-01.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell of each sentence where it comes from.")] = False,
) -> None:
    """Print the morning push and the full brief."""
    from bot import verbs

    if explain and form not in (Format.TERMINAL, Format.MARKDOWN):
        wrong = "--explain is for the terminal and Markdown: paperboy brief --explain --format markdown"
        raise typer.BadParameter(wrong, param_hint="--format")
    verbs.brief(date, profile, lang.value if lang else None, form.value, sample=sample, explain=explain)


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
    from bot import verbs

    verbs.rank(date, profile, feedback, as_json=as_json)


@app.command()
def ask(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help='A chat command, e.g. "/paper 2604.26904".')],
    date: DateOption = None,
    profile: ProfileOption = None,
    lang: LangOption = None,
    form: Annotated[AnswerFormat, typer.Option("--format", help="How to write it.")] = AnswerFormat.TERMINAL,
) -> None:
    """Answer one chat command on stdout."""
    from bot import verbs

    status = verbs.ask(" ".join(text), date, profile, lang.value if lang else None, form.value)
    if status:
        raise typer.Exit(status)


@app.command()
def chat(date: DateOption = None, profile: ProfileOption = None, lang: LangOption = None) -> None:
    """Answer the chat's commands interactively; quit or the end of input leaves."""
    from bot import verbs

    verbs.chat(date, profile, lang.value if lang else None)


@app.command()
def init() -> None:
    """Ask for what is missing, try each answer out, and write .env and a profile."""
    from bot import init as asking

    asking.init()


@app.command()
def check(as_json: JsonOption = False) -> None:
    """Tell what is configured, what answers, and what to fix next."""
    from bot import verbs

    if not verbs.check(as_json=as_json):
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]) -> None:
    """Write chats, settings, lists, votes, days and briefs into a file that only you can read."""
    from bot import upkeep

    upkeep.save(file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Remove what is stored before.")] = False,
) -> None:
    """Put a backup back; end all processes of Paperboy first."""
    from bot import upkeep

    upkeep.restore(file, replace=replace)


@app.command()
def forget(
    chat: Annotated[
        str, typer.Argument(metavar="CHAT", parser=_chat, help="telegram:123456789, slack:T0123456789:U0123456789.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove everything that is kept about a chat or a person."""
    from bot import upkeep

    upkeep.forget_chat(chat, yes=yes)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Tell how yesterday's and today's deliveries went, what waits, and how the sources did."""
    from bot import verbs

    verbs.status(as_json=as_json)


@app.command()
def run() -> None:
    """Everything in one process: collect, deliver to each chat at its time, answer."""
    _start("run")


@app.command()
def collector() -> None:
    """Collect, write the editions ahead, and hand what is due to the workers."""
    _start("collector")


@app.command()
def worker() -> None:
    """Deliver what a collector hands over; answers nobody."""
    _start("worker")


@app.command()
def bot() -> None:
    """Answer in Telegram and Slack; delivers nothing by itself."""
    _start("bot")


def main() -> None:
    """Run the command line; every expected failure ends in a sentence on stderr, not in a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # As on Ctrl-C: the tasks are cancelled in order, and what they hold is given back.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese letters is no reason to fail
    try:
        app()
    except (SettingsError, ProfileError, StoreError, FeedbackError, BackupError, NothingCollectedError) as error:
        typer.echo(f"paperboy: {error}", err=True)
        sys.exit(1)
