"""The commands that read: the day's brief and its parts, one paper, and what else is like it.

The docstrings of commands are their help texts, in English and, after an empty line, in Chinese.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

from bot.afterwards import put_off
from bot.learning import clicked
from bot.request import File, Reply, Request, refused, wanted_paper
from bot.services import Services
from brief.errors import SourceError
from brief.models import Brief, Paper, Pick, find_arxiv_ids
from brief.vocabulary import in_english
from formatting import markdown, screens
from formatting import people as people_screens
from formatting.document import without_pictures

FOUND = 10  # papers of a search that are shown; two rows of buttons
_FORMS = {
    "file": {"file", "md", "markdown", "document", "文件"},
    "text": {"text", "message", "messages", "文字", "消息"},
}


async def brief(request: Request, services: Services) -> Reply:
    """The whole brief of today, or of a day: `/brief 2026-05-01`; as a file: `/brief file`, in messages: `/brief text`.

    今天的完整简报，或某一天的：`/brief 2026-05-01`；要文件：`/brief file`，要分条消息：`/brief text`。
    """
    words = {word.casefold(): word for word in request.text.split()}
    forms = [form for form, names in _FORMS.items() if names & words.keys()]
    days = [word for name, word in words.items() if not any(name in names for names in _FORMS.values())]
    if days:
        date = _day(request, " ".join(days), services.today())
        made = await services.current(date, request.language, services.profile_of(request.chat, date))
    else:
        made = await edition(request, services)
    # A chat gets the document: half a dozen long messages nobody asked for would bury what was said before.
    form = forms[0] if forms else "text" if request.chat.kind == "terminal" else "file"
    return _file(made) if form == "file" else screens.full(made)


async def top(request: Request, services: Services) -> Reply:
    """The headline and the top five.

    一句话总览和前五篇。
    """
    return screens.push(await edition(request, services), request.chat.items)


async def more(request: Request, services: Services) -> Reply:
    """What else is worth scanning.

    其他值得扫读的论文。
    """
    return screens.more(await edition(request, services))


async def must(request: Request, services: Services) -> Reply:
    """The three to read closely, and what to look at.

    最值得精读的三篇和读法重点。
    """
    return screens.must(await edition(request, services))


async def repos(request: Request, services: Services) -> Reply:
    """Repositories, models and data sets to follow.

    值得跟进的仓库、模型和数据集。
    """
    return screens.repos(await edition(request, services))


async def ideas(request: Request, services: Services) -> Reply:
    """Research ideas built from the day's papers.

    由当天论文生成的研究想法。
    """
    return screens.ideas(await edition(request, services))


async def sources(request: Request, services: Services) -> Reply:
    """Which sources answered, and what is missing.

    各来源的访问情况和缺失说明。
    """
    return screens.sources(await edition(request, services))


async def paper(request: Request, services: Services) -> Reply:
    """One paper in full, by id or link: `/paper 2604.26904`.

    一篇论文的卡片，用编号或链接：`/paper 2604.26904`。
    """
    paper_id = wanted_paper(request, "paper")
    made = await edition_if_any(request, services)
    known = made.find(paper_id) if made else None
    found = known.paper if known else await find_paper(paper_id, request, services)
    if known is None or (made and _unwritten(made, known)):
        profile = services.profile_of(request.chat, request.date)
        known = await services.written_pick(found, made, request.language, profile)
    await put_off(partial(clicked, request, services, found, "opened"))
    marks = await services.people.marks(request.owner, paper_id)
    previous, following = _neighbours(paper_id, made)
    card = screens.card(
        known,
        request.language,
        saved=marks.waits,
        vote=marks.vote,
        previous=previous,
        next=following,
        named=list(find_arxiv_ids(request.text)),
    )
    return card if request.chat.pictures else without_pictures(card)


async def search(request: Request, services: Services) -> Reply:
    """Papers of the last 30 editions, by words; a phrase goes in quotes: `/search "world model" robot`.

    在最近 30 期的论文里搜索，词组加引号：`/search "world model" robot`。
    """
    if not request.text:
        raise refused(request, "no_words", usage=True)
    if next(find_arxiv_ids(request.text), None):
        return await paper(request, services)
    asked = in_english(request.text, services.profile)
    found = await services.search(asked.words, FOUND + 1)
    looked_for = people_screens.LookedFor(request.text, asked.words, asked.unknown)
    return people_screens.search_results(request.language, looked_for, found[:FOUND], more=len(found) > FOUND)


async def similar(request: Request, services: Services) -> Reply:
    """Papers like a given one: `/similar 2604.26904`.

    与某篇相近的论文：`/similar 2604.26904`。
    """
    wanted = await find_paper(wanted_paper(request, "similar"), request, services)
    return people_screens.similar(request.language, wanted, await services.similar(wanted))


async def edition(request: Request, services: Services) -> Brief:
    """Return the brief a request is about; raises CommandError for one that is no longer kept."""
    made = await edition_if_any(request, services)
    if made is None:
        raise refused(request, "expired", str(request.date))
    return made


async def find_paper(paper_id: str, request: Request, services: Services) -> Paper:
    """Return a paper from the store or the sites; raises CommandError when nobody has it or nobody answers."""
    try:
        found = await services.paper(paper_id)
    except SourceError as error:
        raise refused(request, "lookup_failed", paper_id, str(error)) from error
    if found is None:
        raise refused(request, "no_paper", paper_id)
    return found


async def edition_if_any(request: Request, services: Services) -> Brief | None:
    """Return the stored brief, None for one no longer kept; only what was never collected is collected now.

    In the terminal the day was named on purpose: it is collected however old it is.
    """
    profile = services.profile_of(request.chat, request.date)
    made = await services.stored_brief(request.date, request.language, profile)
    if made is None and (request.chat.kind == "terminal" or not await services.expired(request.date)):
        return await services.current(request.date, request.language, profile)
    return made


def _unwritten(made: Brief, pick: Pick) -> bool:
    """Tell whether a model wrote a brief, but not of this paper of it."""
    return made.author.kind == "model" and pick.card.byline is None


def _neighbours(paper_id: str, made: Brief | None) -> tuple[str | None, str | None]:
    """Return the ids before and after a paper in the order of the brief; none for a paper that is not in it."""
    ids = [None, *(pick.paper.id for pick in made.items), None] if made else []
    if paper_id not in ids:
        return None, None
    place = ids.index(paper_id)
    return ids[place - 1], ids[place + 1]


def _day(request: Request, text: str, today: dt.date) -> dt.date:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError as error:
        raise refused(request, "bad_date", text, f"/brief {today}", usage=True) from error
    if date > today:
        raise refused(request, "not_begun", text, usage=True)
    return date


def _file(made: Brief) -> File:
    """Return the brief as a Markdown file, its title as the caption."""
    whole = screens.full(made)
    content = markdown.render(whole).encode()
    return File(f"paperboy-{made.date}.md", "text/markdown", content, replace(whole, blocks=whole.blocks[:1]))
