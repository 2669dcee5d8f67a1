"""What a reader does with papers, as clicks that the next edition learns from."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from bot.request import Request
from bot.services import Services
from brief.models import Paper
from brief.ranking.learning import Kind


async def clicked(request: Request, services: Services, paper: Paper, kind: Kind) -> None:
    """Have the chat learn from a click; its first one begins editions of its own.

    Where a profile was named for this run, nothing is learned: the papers were not picked for the chat.
    """
    if not services.own_profiles:
        return
    await services.tastes.learn(request.chat.id, paper, kind, services.clock(), _person(request))
    if request.chat.learns_since is None:
        await _begin(request, services)


async def _begin(request: Request, services: Services) -> None:
    """Have the clicks of a chat count from its next edition on, unless they do since the request came in."""
    chat = await services.people.chat(request.chat.id)
    if chat is None:
        await services.people.save_chat(request.chat)
    if chat is None or chat.learns_since is None:
        await services.people.change(request.chat.id, learns_since=await _next_edition(request, services))


async def taken_back(request: Request, services: Services, paper_id: str, *kinds: Kind) -> None:
    """Have the chat forget what a person clicked on a paper."""
    await services.tastes.unlearn(request.chat.id, paper_id, kinds, _person(request))


async def _next_edition(request: Request, services: Services) -> dt.date:
    """Return the first date of which the chat has seen no edition, so that none changes under its readers."""
    local = services.clock().astimezone(ZoneInfo(request.chat.zone)).date()
    return max(local, await services.edition_date(request.chat)) + dt.timedelta(days=1)


def _person(request: Request) -> str:
    """Return who clicked, among the people of a chat: nobody in particular where it has one, or as a whole."""
    whole = request.chat.id
    return request.owner.removeprefix(whole).removeprefix("/") if request.owner.startswith(whole) else request.owner
