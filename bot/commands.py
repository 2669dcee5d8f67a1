"""The commands, one table for every chat and the terminal: name -> (Request, Services) -> Reply.

Adding a command is a function and a row. The first line of its docstring is its help in English, the second
paragraph the same in Chinese; backticks stand around the commands they name.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from bot import chat_settings, keeping, looking_back, reading
from bot import profile as profiles
from bot import why as reasons
from bot.request import Command, CommandError, File, Reply, Request, Row, refused
from bot.services import Services
from brief.models import Language, find_arxiv_ids
from brief.vocabulary import in_english
from formatting import people as people_screens
from formatting import screens
from formatting.document import Spans
from formatting.locales import marked

__all__ = ["COMMANDS", "CommandError", "File", "Reply", "Request", "Row", "answer", "help_rows"]

# https://core.telegram.org/bots/features#deep-linking allows neither the dot nor the slash of an id.
_DEEP_LINK = re.compile(r"p_(\d{4}-\d{4,5}|[a-z]+(?:-[a-z]+)?-\d{7})", re.ASCII)


async def start(request: Request, services: Services) -> Reply:
    """What this is, and how to begin.

    这是什么，怎么开始。
    """
    linked = _DEEP_LINK.fullmatch(request.text)
    if linked:
        first, _, number = linked[1].rpartition("-")
        paper_id = f"{first}.{number}" if first.isdecimal() else f"{first}/{number}"
        return await reading.paper(replace(request, text=paper_id), services)
    return chat_settings.welcome(request)


async def help_(request: Request, services: Services) -> Reply:  # noqa: ARG001  (every command takes both)
    """This list.

    显示本列表。
    """
    return screens.help(help_rows(request.language), request.language)


COMMANDS: dict[str, Row] = {
    "start": Row(start, personal=True),
    "help": Row(help_, personal=True),
    "brief": Row(reading.brief),
    "top": Row(reading.top),
    "paper": Row(reading.paper),
    "card": Row(reading.paper, hidden=True),
    "more": Row(reading.more),
    "must": Row(reading.must),
    "repos": Row(reading.repos),
    "ideas": Row(reading.ideas),
    "sources": Row(reading.sources),
    "why": Row(reasons.why, personal=True),
    "search": Row(reading.search),
    "similar": Row(reading.similar),
    "trends": Row(looking_back.trends),
    "weekly": Row(looking_back.weekly, changes_chat=True, shows_bare=True, personal=True),
    "later": Row(keeping.later, personal=True),
    "save": Row(keeping.save, toast=True, personal=True),
    "done": Row(keeping.done, toast=True, personal=True),
    "remove": Row(keeping.remove, toast=True, hidden=True, personal=True),
    "export": Row(keeping.export, personal=True),
    "like": Row(keeping.like, toast=True, personal=True),
    "dislike": Row(keeping.dislike, toast=True, personal=True),
    "profile": Row(profiles.profile, changes_chat=True, shows_bare=True, personal=True),
    "settings": Row(chat_settings.settings, personal=True),
    "time": Row(chat_settings.time, changes_chat=True, shows_bare=True, personal=True),
    "zone": Row(chat_settings.time, changes_chat=True, hidden=True, personal=True),
    "lang": Row(chat_settings.lang, changes_chat=True, shows_bare=True, personal=True),
    "items": Row(chat_settings.items, changes_chat=True, shows_bare=True, hidden=True, personal=True),
    "weekdays": Row(chat_settings.weekdays, changes_chat=True, shows_bare=True, hidden=True, personal=True),
    "reminder": Row(chat_settings.reminder, changes_chat=True, shows_bare=True, hidden=True, personal=True),
    "pictures": Row(chat_settings.pictures, changes_chat=True, shows_bare=True, hidden=True, personal=True),
    "subscribe": Row(chat_settings.subscribe, changes_chat=True),
    "unsubscribe": Row(chat_settings.unsubscribe, changes_chat=True),
    "stop": Row(chat_settings.stop, changes_chat=True),
}


def help_rows(language: Language) -> list[tuple[str, Spans]]:
    """Return each command as it is typed, and its help text in a language, in which commands are code."""
    return [(f"/{name}", _help(row.run, language)) for name, row in COMMANDS.items() if not row.hidden]


async def answer(line: str, request: Request, services: Services) -> Reply:
    """Answer what a reader typed: a command, or a bare arXiv id or link, which means /paper.

    Nothing at all means /help; anything else in private, where it may be a first word to the bot, means /start, with
    the way to a search that finds something. Raises CommandError for what cannot be done, and for what is no command.
    """
    line = line.strip()
    if line in ("", "/"):
        return await help_(request, services)
    if not line.startswith("/"):
        if next(find_arxiv_ids(line), None):
            return await reading.paper(replace(request, text=line), services)
        if request.chat.kind == "private":
            found = await services.search(in_english(line, services.profile).words, 1)
            return chat_settings.welcome(request, line if found else "")
        raise refused(request, "not_an_id", line, "/paper 2604.26904", usage=True)
    name, text = (*re.split(r"\s", line[1:], maxsplit=1), "")[:2]
    text = text.strip()
    row = COMMANDS.get(name.partition("@")[0].lower())
    if row is None:
        menu = [known for known, row in COMMANDS.items() if not row.hidden]
        close = difflib.get_close_matches(name.lower(), menu, n=1)
        if not close:
            raise refused(request, "strange_command", f"/{name}", usage=True)
        raise refused(request, "unknown_command", f"/{name}", f"/{close[0]}", usage=True)
    if row.changes(text) and not request.admin:
        raise CommandError(people_screens.admins_only(request.language), usage=False)
    return await row.run(replace(request, text=text), services)


def _help(command: Command, language: Language) -> Spans:
    english, _, chinese = (part.strip() for part in (command.__doc__ or "").partition("\n\n"))
    return marked(chinese if language == "zh" else english)
