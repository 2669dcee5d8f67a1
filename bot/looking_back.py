"""The commands that look back over several days: how topics moved, and the week.

The docstrings of commands are their help texts, in English and, after an empty line, in Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot import chat_settings
from bot.chat import Chat
from bot.pictures import trends_picture
from bot.request import Picture, Reply, Request, refused
from bot.services import Services
from brief.models import Brief, Language, Pick, Repo
from brief.trends import OVERLAP, Gist, growth
from brief.trends import trends as count
from formatting import trends as screen
from formatting import weekly as digest
from formatting.weekly import Week

_WEEK = 7  # days
_BEST = 5  # papers of a week
_GROWN = 3  # repositories


async def trends(request: Request, services: Services) -> Reply:
    """Which topics rose and fell over the last days: `/trends`, `/trends 30`.

    最近上升和下降的话题：`/trends`，`/trends 30`。
    """
    days = next((span for span in screen.SPANS if request.text in ("", str(span))), None)
    if days is None:
        raise refused(request, "bad_span", request.text, usage=True)
    found = count(await _gists(services, request.date, days), request.date, days)
    shows = found.moved and request.chat.pictures and request.chat.kind != "terminal"
    content = await trends_picture(services.store.client, found, request.language) if shows else None
    if content is None:
        return screen.screen(found, request.language)
    said = screen.screen(found, request.language, drawn=True)
    name = f"paperboy-trends-{request.date}.png"
    return Picture(name, "image/png", content, said, screen.alt(found, request.language))


async def weekly(request: Request, services: Services) -> Reply:
    """The week: its best papers, what waits to be read, what moved. By itself every week: `/weekly saturday`, or off.

    一周回顾：最好的论文、还没读的、变化的话题。每周自动发送：`/weekly 周六`，或 off。
    """
    if request.text:
        return await chat_settings.weekly_day(request, services)
    week = await week_of(services, request.chat, request.language, request.owner, request.date)
    return digest.screen(week, request.language)


async def week_of(services: Services, chat: Chat, language: Language, owner: str, date: dt.date) -> Week:
    """Return what the seven days up to a date brought a chat and the `owner` of a later list, as far as stored."""
    profile = services.profile_of(chat, date)
    dates = [date - dt.timedelta(n) for n in reversed(range(_WEEK))]
    newest = await services.stored_brief(date, language, profile)  # made now, if nobody has asked for it yet
    earlier = await services.store.briefs({day: services.profile_of(chat, day).name for day in dates[:-1]}, language)
    briefs = [brief for brief in (*earlier, newest) if brief and brief.profile_digest == profile.digest]
    gists = await _gists(services, date, _WEEK)
    return Week(
        since=dates[0],
        until=date,
        editions=len(briefs),
        picks=_best(briefs),
        kept=[saved.paper for saved in await services.people.kept(owner) if not saved.done],
        trends=count(gists, date, _WEEK),
        grown=_grown(briefs, {day: gist for day, gist in gists.items() if day in dates}),
    )


async def _gists(services: Services, date: dt.date, days: int) -> dict[dt.date, Gist]:
    """Return what there is to count of so many days up to a date, and of those whose papers they may repeat."""
    return await services.store.gists(date - dt.timedelta(days + OVERLAP - 1), date)


def _best(briefs: list[Brief]) -> list[Pick]:
    """Return the recommendations of the week with the highest scores, each paper once."""
    picks = {pick.paper.id: pick for brief in briefs for pick in brief.picks}  # the newest version
    return sorted(picks.values(), key=lambda pick: -pick.score.total)[:_BEST]


def _grown(briefs: list[Brief], gists: Mapping[dt.date, Gist]) -> list[tuple[Repo, int, int]]:
    """Return the repositories to follow of these editions that gained most stars within the week, with both counts."""
    follow = [follow for brief in briefs for follow in (*brief.follow, *brief.more_follow)]
    repos = {found.repo.id: found.repo for found in follow if found.repo}
    stars = growth(gists, repos)
    return [(repos[repo], *counts) for repo, counts in list(stars.items())[:_GROWN]]
