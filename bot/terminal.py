"""Paperboy in the terminal: showing documents, progress while sources are asked, and the interactive chat."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console

from bot.commands import CommandError, Request, answer
from bot.services import Services
from brief.errors import StoreError
from brief.models import Language, SourceReport
from formatting.document import Button, Buttons, Document
from formatting.locales import Locale, load
from formatting.reports import source_name
from formatting.terminal import render

PIPE_WIDTH = 100  # columns where there is no terminal to ask


def show(document: Document, out: IO[str] | None = None) -> None:
    """Write a document as the terminal can take it: colours and hyperlinks on a terminal, plain text in a pipe."""
    out = out or sys.stdout
    terminal = out.isatty()
    width = shutil.get_terminal_size().columns if terminal else PIPE_WIDTH
    color = terminal and "NO_COLOR" not in os.environ
    out.write(render(document, width=width, color=color).rstrip("\n") + "\n\n")
    out.flush()


@contextmanager
def progress(names: tuple[str, ...], language: Language) -> Iterator[Callable[[SourceReport], None]]:
    """Show on stderr which sources are still being asked; silent unless both ends are a terminal."""
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield lambda _: None
        return
    locale = load(language)
    waiting = dict.fromkeys(names)
    with Console(stderr=True).status(_waiting(locale, waiting)) as status:

        def heard(report: SourceReport) -> None:
            waiting.pop(report.source, None)
            status.update(_waiting(locale, waiting or dict.fromkeys(names)))

        yield heard


async def chat(services: Services, language: Language, date: dt.date) -> None:
    """Answer commands typed line by line until the end of input or /quit; first of all show the top five."""
    request = Request(text="", language=language, date=date)
    shown = await _say("/top", request, services)
    while (line := _read()) is not None:
        if line in ("/quit", "/exit"):
            return
        if line:
            shown = await _say(_pressed(line, shown), request, services) or shown


async def _say(line: str, request: Request, services: Services) -> Document | None:
    """Answer one line; return what was shown when it has buttons to press next."""
    try:
        document = await answer(line, request, services)
    except CommandError as error:
        show(error.document)
        return None
    except StoreError as error:
        sys.stderr.write(f"paperboy: {error}\n")
        return None
    show(document)
    return document if any(isinstance(block, Buttons) for block in document.blocks) else None


def _pressed(line: str, shown: Document | None) -> str:
    """Return the command behind a button's label, so that typing `1` opens the first card; else the line itself."""
    buttons = [
        button
        for block in (shown.blocks if shown else ())
        if isinstance(block, Buttons)
        for row in block.rows
        for button in row
    ]
    return next((b.command for b in buttons if isinstance(b, Button) and b.label.casefold() == line.casefold()), line)


def _read() -> str | None:
    # asyncio's own handler would only ask the loop to stop, which waits for us: leave at once instead.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input("paperboy> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        return None
    finally:
        signal.signal(signal.SIGINT, before)


def _waiting(locale: Locale, names: dict[str, None]) -> str:
    return locale.text("progress.waiting", sources=locale.join(source_name(locale, name) for name in names))
