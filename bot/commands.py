"""The commands, one table for every chat and the terminal: name -> (Request, Services) -> Reply.

Adding a command is a function and a row. The first line of its docstring is its help in English, the second
paragraph the same in Chinese.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import replace

from bot.request import Command, CommandError, File, Reply, Request, Row, refused
from bot.services import Services
from brief.errors import SourceError
from brief.models import Brief, Language, find_arxiv_ids
from formatting import screens

__all__ = ["COMMANDS", "CommandError", "File", "Reply", "Request", "Row", "answer", "help_rows"]


async def brief(request: Request, services: Services) -> Reply:
    """The whole brief of today, or of a day: /brief 2026-05-01.

    今天的完整简报，或某一天的：/brief 2026-05-01。
    """
    if request.text:
        request = replace(request, date=_day(request, services.today()))
    return screens.full(await _brief(request, services))


async def top(request: Request, services: Services) -> Reply:
    """The headline and the top five.

    一句话总览和前五篇。
    """
    return screens.push(await _brief(request, services))


async def paper(request: Request, services: Services) -> Reply:
    """One paper in full, by id or link: /paper 2604.26904.

    一篇论文的卡片，用编号或链接：/paper 2604.26904。
    """
    paper_id = next((known for known, _ in find_arxiv_ids(request.text)), None)
    if paper_id is None:
        raise refused(request, "not_an_id" if request.text else "no_id", request.text, usage=True)
    try:
        pick = await services.pick(paper_id, request.date, request.language)
    except SourceError as error:
        raise refused(request, "lookup_failed", paper_id, str(error)) from error
    if pick is None:
        raise refused(request, "no_paper", paper_id)
    return screens.card(pick, request.language)


async def more(request: Request, services: Services) -> Reply:
    """What else is worth scanning.

    其他值得扫读的论文。
    """
    return screens.more(await _brief(request, services))


async def must(request: Request, services: Services) -> Reply:
    """The three to read closely, and what to look at.

    最值得精读的三篇和读法重点。
    """
    return screens.must(await _brief(request, services))


async def repos(request: Request, services: Services) -> Reply:
    """Repositories, models and data sets to follow.

    值得跟进的仓库、模型和数据集。
    """
    return screens.repos(await _brief(request, services))


async def ideas(request: Request, services: Services) -> Reply:
    """Research ideas built from the day's papers.

    由当天论文生成的研究想法。
    """
    return screens.ideas(await _brief(request, services))


async def sources(request: Request, services: Services) -> Reply:
    """Which sources answered, and what is missing.

    各来源的访问情况和缺失说明。
    """
    return screens.sources(await _brief(request, services))


async def help_(request: Request, services: Services) -> Reply:  # noqa: ARG001  (every command takes both)
    """This list.

    显示本列表。
    """
    return screens.help(help_rows(request.language), request.language)


COMMANDS: dict[str, Row] = {
    "brief": Row(brief),
    "top": Row(top),
    "paper": Row(paper),
    "card": Row(paper, hidden=True),
    "more": Row(more),
    "must": Row(must),
    "repos": Row(repos),
    "ideas": Row(ideas),
    "sources": Row(sources),
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
            return await paper(replace(request, text=line), services)
        raise refused(request, "not_an_id", line, "/paper 2604.26904", usage=True)
    name, _, text = line[1:].partition(" ")
    row = COMMANDS.get(name.partition("@")[0].lower())
    if row is None:
        [close] = difflib.get_close_matches(name.lower(), COMMANDS, n=1) or ["help"]
        raise refused(request, "unknown_command", f"/{name}", f"/{close}", usage=True)
    return await row.run(replace(request, text=text.strip()), services)


async def _brief(request: Request, services: Services) -> Brief:
    return await services.brief(request.date, request.language)


def _day(request: Request, today: dt.date) -> dt.date:
    try:
        date = dt.date.fromisoformat(request.text)
    except ValueError as error:
        raise refused(request, "bad_date", request.text, f"/brief {today}", usage=True) from error
    if date > today:
        raise refused(request, "not_begun", request.text, usage=True)
    return date


def _help(command: Command, language: Language) -> str:
    english, _, chinese = (part.strip() for part in (command.__doc__ or "").partition("\n\n"))
    return chinese if language == "zh" else english
