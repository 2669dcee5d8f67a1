"""The commands about one's own papers: the later list, likes and dislikes, and taking the list elsewhere.

The docstrings of commands are their help texts, in English and, after an empty line, in Chinese.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.learning import clicked, taken_back
from bot.reading import find_paper
from bot.request import File, Reply, Request, refused, wanted_paper
from bot.services import Services
from brief.models import Paper
from formatting import people as screens
from formatting.export import FORMATS

PAGE = 8  # papers; a message has room for 12 or so, a phone's screen for less


async def later(request: Request, services: Services) -> Reply:
    """Your later list, newest first, by pages: `/later`, `/later 2`.

    你的稍后读清单，新的在前，分页显示：`/later`，`/later 2`。
    """
    saved = await services.people.kept(request.owner)
    pages = max(1, -(-len(saved) // PAGE))
    number = int(request.text) if re.fullmatch(r"\d{1,6}", request.text, re.ASCII) else 0 if request.text else 1
    if not number:
        raise refused(request, "bad_page", request.text, "/later 2", usage=True)
    page = min(number, pages)  # the last page may have emptied since its button was shown
    rows = [(one.paper, one.saved, one.done) for one in saved[(page - 1) * PAGE : page * PAGE]]
    return screens.later(request.language, rows, page, pages)


async def save(request: Request, services: Services) -> Reply:
    """Keep a paper for later: `/save 2604.26904`.

    把一篇论文放进稍后读：`/save 2604.26904`。
    """
    paper = await find_paper(wanted_paper(request, "save"), request, services)
    return screens.saved_note(request.language, paper, await keep(request, services, paper))


async def done(request: Request, services: Services) -> Reply:
    """Mark a paper of your later list as read: `/done 2604.26904`.

    把稍后读里的一篇标为已读：`/done 2604.26904`。
    """
    paper_id = wanted_paper(request, "done")
    finished = await services.people.finish(request.owner, paper_id, services.clock())
    if finished is None:
        raise refused(request, "not_saved", paper_id, f"/save {paper_id}")
    await clicked(request, services, finished, "done")
    return screens.done_note(request.language, finished)


async def remove(request: Request, services: Services) -> Reply:
    """Take a paper off your later list: `/remove 2604.26904`.

    把一篇论文从稍后读里移除：`/remove 2604.26904`。
    """
    paper_id = wanted_paper(request, "remove")
    dropped = next((one.paper for one in await services.people.kept(request.owner) if one.paper.id == paper_id), None)
    if dropped is None or not await services.people.drop(request.owner, paper_id):
        raise refused(request, "not_saved", paper_id, f"/save {paper_id}")
    await taken_back(request, services, paper_id, "later", "done")
    return screens.dropped_note(request.language, dropped)


async def like(request: Request, services: Services) -> Reply:
    """More papers like this one; once more takes it back: `/like 2604.26904`.

    想看更多类似的论文，再发一次则撤销：`/like 2604.26904`。
    """
    return await _vote(request, services, "like", 1)


async def dislike(request: Request, services: Services) -> Reply:
    """Fewer papers like this one; once more takes it back: `/dislike 2604.26904`.

    少来这样的论文，再发一次则撤销：`/dislike 2604.26904`。
    """
    return await _vote(request, services, "dislike", -1)


async def export(request: Request, services: Services) -> Reply:
    """Your later list as a file: `/export bibtex`, ris, markdown or csv.

    把稍后读导出为文件：`/export bibtex`、ris、markdown 或 csv。
    """
    kind = request.text.casefold()
    if not kind:
        return screens.export_choice(request.language)
    if kind not in FORMATS:
        raise refused(request, "bad_kind", request.text, usage=True)
    saved = await services.people.kept(request.owner)
    if not saved:
        raise refused(request, "nothing_kept")
    form = FORMATS[kind]
    content = form.write([(one.paper, one.saved, one.done) for one in saved])
    caption = screens.export_caption(request.language, len(saved), kind)
    return File(f"paperboy-later.{form.extension}", form.media_type, content, caption)


async def keep(request: Request, services: Services, paper: Paper) -> bool:
    """Put a paper on who asks's later list; False when it waits there already."""
    fresh = await services.people.keep(request.owner, paper, services.clock())
    await clicked(request, services, paper, "later")
    return fresh


async def _vote(request: Request, services: Services, name: Literal["like", "dislike"], vote: int) -> Reply:
    paper = await find_paper(wanted_paper(request, name), request, services)
    before = (await services.people.marks(request.owner, paper.id)).vote
    in_force = await services.people.vote(request.owner, paper.id, vote)
    if in_force:
        await clicked(request, services, paper, name)
    else:
        await taken_back(request, services, paper.id, "like", "dislike")
    return screens.vote_note(request.language, paper.id, in_force, before)
