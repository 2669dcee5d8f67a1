"""The commands, one table for every chat and the terminal: name -> (Request, Services) -> Reply.

Adding a command is a function and a row. The first line of its docstring is its help in English, the second
paragraph the same in Chinese.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot import reading
from bot.request import Command, CommandError, File, Reply, Request, Row, refused
from bot.services import Services
from brief.models import Language, find_arxiv_ids
from formatting import screens

__all__ = ["COMMANDS", "CommandError", "File", "Reply", "Request", "Row", "answer", "help_rows"]


async def help_(request: Request, services: Services) -> Reply:  # noqa: ARG001  (every command takes both)
    """This list.

    显示本列表。
    """
    return screens.help(help_rows(request.language), request.language)


COMMANDS: dict[str, Row] = {
    "brief": Row(reading.brief),
    "top": Row(reading.top),
    "paper": Row(reading.paper),
    "card": Row(reading.paper, hidden=True),
    "more": Row(reading.more),
    "must": Row(reading.must),
    "repos": Row(reading.repos),
    "ideas": Row(reading.ideas),
    "sources": Row(reading.sources),
    "help": Row(help_),
}


def help_rows(language: Language) -> list[tuple[str, str]]:
    """Return each command as it is typed, and its help text in a language."""
    return [(f"/{name}", _help(row.run, language)) for name, row in COMMANDS.items() if not row.hidden]


async def answer(line: str, request: Request, services: Services) -> Reply:
    """Answer what a reader typed: a command, or a bare arXiv id or link, which means /paper.

    Raises CommandError for what cannot be done, and for what is no command.
    """
    line = line.strip()
    if not line.startswith("/"):
        if next(find_arxiv_ids(line), None):
            return await reading.paper(replace(request, text=line), services)
        raise refused(request, "not_an_id", line, "/paper 2604.26904", usage=True)
    name, _, text = line[1:].partition(" ")
    row = COMMANDS.get(name.partition("@")[0].lower())
    if row is None:
        [close] = difflib.get_close_matches(name.lower(), COMMANDS, n=1) or ["help"]
        raise refused(request, "unknown_command", f"/{name}", f"/{close}", usage=True)
    return await row.run(replace(request, text=text.strip()), services)


def _help(command: Command, language: Language) -> str:
    english, _, chinese = (part.strip() for part in (command.__doc__ or "").partition("\n\n"))
    return chinese if language == "zh" else english
