"""Paperboy in the terminal: showing documents, progress while sources are asked, and the interactive chat.

The terminal is one chat like the others, with a later list and settings of its own.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO

from rich.console import Console

from bot.chat import Chat
from bot.commands import CommandError, File, Request, answer
from bot.services import Services
from brief.errors import StoreError
from brief.models import Language, SourceReport
from formatting.document import Button, Buttons, Document, Paragraph, Run
from formatting.locales import Locale, load
from formatting.reports import source_name
from formatting.terminal import render

PIPE_WIDTH = 100  # columns where there is no terminal to ask
CHAT_ID = "terminal:local"
_LEAVING = ("quit", "exit")
_ABOUT_A_PAPER = ("/paper", "/save", "/done", "/remove", "/like", "/dislike", "/why", "/similar")


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
    locale = load(language)
    waiting = dict.fromkeys(names)
    with _status() as show:
        show(_waiting(locale, waiting))

        def heard(report: SourceReport) -> None:
            waiting.pop(report.source, None)
            show(_waiting(locale, waiting or dict.fromkeys(names)))

        yield heard


@contextmanager
def steps(language: Language, what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how far something is, "writing" or "reading", as it is told; silent where `progress` is."""
    with _status() as show:
        yield lambda done, total: show(load(language).text(f"progress.{what}", done=done, total=total))


@contextmanager
def counting(language: Language) -> Iterator[Callable[[int], None]]:
    """Show on stderr how many keys are done, as it is told; silent where `progress` is."""
    with _status() as show:
        yield lambda done: None if done % 500 else show(load(language).text("progress.counting", n=done))


@contextmanager
def checking(language: Language) -> Iterator[None]:
    """Show on stderr that everything is being asked; silent where `progress` is."""
    with _status() as show:
        show(load(language).text("progress.checking"))
        yield


@contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Show a line on stderr, from the first one told until the end; silent unless both ends are a terminal."""
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield lambda _: None
        return
    status = Console(stderr=True).status("")

    def show(text: str) -> None:
        status.update(text)
        status.start()

    try:
        yield show
    finally:
        status.stop()


async def request(services: Services, date: dt.date, language: Language | None) -> Request:
    """Return an empty request from the terminal, in the language asked for, else in that of its settings."""
    settings = services.settings
    chat = await services.people.chat(CHAT_ID) or Chat(
        id=CHAT_ID,
        kind="terminal",
        language=settings.brief_language,
        time=settings.brief_time,
        zone=settings.brief_timezone.key,
    )
    return Request(text="", language=language or chat.language, date=date, chat=chat, owner=CHAT_ID)


async def chat(services: Services, date: dt.date, language: Language | None) -> None:
    """Answer commands typed line by line until the end of input or `quit`; first of all show the top five."""
    asked = await request(services, date, language)
    labels = _labels(await _say("/top", asked, services), {})
    if sys.stdin.isatty():
        how = load(asked.language).spans("progress.chat")
        show(Document("", asked.language, (Paragraph(how),)))
    while (line := _read()) is not None:
        if line.removeprefix("/") in _LEAVING:
            return
        if line:
            labels = _labels(await _say(_command(line, labels), asked, services), labels)
            asked = _followed(asked, await request(services, date, language))


def save(file: File) -> Path:
    """Write a file into the current directory, under another name where its own is taken; return where it is."""
    name = Path(file.name)
    paths = (Path(f"{name.stem}-{n}{name.suffix}" if n > 1 else name) for n in count(1))
    path = next(path for path in paths if not path.exists())
    path.write_bytes(file.content)
    return path.absolute()


def _followed(before: Request, now: Request) -> Request:
    """Return the request with the chat as it is now; a language just set outweighs the program's option."""
    changed = now.chat.language != before.chat.language
    return replace(now, language=now.chat.language if changed else before.language)


def _command(line: str, labels: dict[str, str]) -> str:
    """Return what a line means: the command of a label, `/save 2` for paper 2 of the list, else what was typed."""
    name, _, number = line.partition(" ")
    opens, _, paper = labels.get(number.strip(), "").partition(" ")
    if number and opens == "/paper" and name in _ABOUT_A_PAPER:
        return f"{name} {paper}"
    return labels.get(line.casefold(), line)


async def _say(line: str, request: Request, services: Services) -> Document | None:
    """Answer one line; return what was shown, None for a refusal."""
    try:
        reply = await answer(line, request, services)
    except CommandError as error:
        show(error.document)
        return None
    except StoreError as error:
        sys.stderr.write(f"paperboy: {error}\n")
        return None
    document = _saved(reply, request.language) if isinstance(reply, File) else reply
    show(document)
    return document


def _saved(file: File, language: Language) -> Document:
    line = load(language).text("progress.saved", path=save(file))
    return replace(file.caption, blocks=(*file.caption.blocks, Paragraph((Run(line),))))


def _labels(shown: Document | None, before: dict[str, str]) -> dict[str, str]:
    """Return the command behind each label that may be typed, so that `1` opens the first card.

    The numbers of a list count until the next list, that one card after the other can be opened.
    """
    blocks = [block for block in (shown.blocks if shown else ()) if isinstance(block, Buttons)]
    buttons = [button for block in blocks for row in block.rows for button in row if isinstance(button, Button)]
    if not buttons:
        return before
    now = {button.label.casefold(): button.command for button in reversed(buttons)}
    numbers = {} if "1" in now else {label: command for label, command in before.items() if label.isdigit()}
    return numbers | now


def _read() -> str | None:
    """Return the next line, None at the end of input or on Ctrl-C, which then counts no more: the chat is left."""
    line = None
    try:
        # asyncio's own handler would only ask the loop to stop, which waits for us: leave at once instead.
        before = signal.signal(signal.SIGINT, _leave)
        with suppress(EOFError):
            line = input("paperboy> " if sys.stdin.isatty() else "").strip()
        signal.signal(signal.SIGINT, before)
    except KeyboardInterrupt:
        return None
    return line


def _leave(*_: object) -> None:
    """Leave on Ctrl-C, and let no second one disturb what is put away, or kill the interpreter as it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _waiting(locale: Locale, names: dict[str, None]) -> str:
    return locale.text("progress.waiting", sources=locale.join(source_name(locale, name) for name in names))
