"""The command about what a chat's papers are picked by: its directions, and what it learned from clicks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.chat import Chat, own_profile
from bot.chat_settings import change
from bot.request import CommandError, Reply, Request, refused
from bot.services import Services
from bot.why import learning_profile, lessons
from brief.models import Paper
from brief.own_profile import LENGTH, Unread, tidied
from brief.profile import Direction, Profile, load_profile
from brief.ranking.learning import CLICKS
from formatting import profile_screen as screen
from formatting.document import Document

_MORE = re.compile(r"[+＋]\s*|再加[上：:]?\s*")  # before what joins the words there are
_RESET = {"reset", "重置", "恢复"}
_WORDS_ONLY = {"default", "默认"}  # back to the operator's directions; clicks stay
_UNDO = {"undo", "撤销"}


async def profile(request: Request, services: Services) -> Reply:
    """What papers are picked by; in your words: `/profile RL; more like 2604.24927; no surveys`, or `/profile reset`.

    按什么为你挑选论文；可以自己写：`/profile 隐空间推理；更多类似 2604.24927；不要语音`，恢复：`/profile reset`。
    """
    text = tidied(request.text)
    if not text:
        return await _shown(request, services, request.chat)
    if text.casefold() in _RESET:
        return await _reset(request, services)
    if text.casefold() in _UNDO:
        return await _undo(request, services)
    words = "" if text.casefold() in _WORDS_ONLY else _added(request.chat.profile, text)
    if len(words) > LENGTH:
        raise refused(request, "long_profile", f"{len(words):,}", f"{LENGTH:,}", usage=True)
    if not words:
        chat = await change(request, services, profile="")
        return await _shown(request, services, chat, before=request.chat.profile)
    said, unread = own_profile(request.chat.model_copy(update={"profile": words}), services.profile)
    if said is None:
        raise _nothing_said(request, words, unread)
    nowhere = await services.seeds.ask(said.seeds)  # stored, to be learned from
    before = "" if _MORE.match(text) or words == request.chat.profile else request.chat.profile
    unsaid = await _unsaid(said, services)
    chat = await change(request, services, profile=words)
    return await _shown(request, services, chat, before=before, unsaid=unsaid, nowhere=nowhere)


def _nothing_said(request: Request, words: str, unread: Sequence[Unread]) -> CommandError:
    """Return the answer to words that say nothing; a lone name could be helped."""
    lone = [part.text for part in unread if part.reason == "lone_name"]
    if lone:
        return refused(request, "lone_name", lone[0], usage=True)
    return refused(request, "empty_profile", words, "/profile latent reasoning; LLM agents", usage=True)


def _added(words: str, text: str) -> str:
    """Return what a chat says after `text`, which takes the place of what it said unless it begins with a plus."""
    more = _MORE.match(text)
    return "\n".join(filter(None, (words, text[more.end() :]))) if more else text


async def _unsaid(own: Profile, services: Services) -> list[str]:
    """Return the directions of which no stored paper says a single word."""
    if not await services.store.days():
        return []
    return [one.en for one in own.directions if not await _is_said(one, services)]


async def _is_said(direction: Direction, services: Services) -> bool:
    """Tell whether a stored paper says a word of a direction; one search does not read all of its keywords."""
    for keyword in direction.keywords:
        if await services.search(keyword, 1):
            return True
    return False


async def _reset(request: Request, services: Services) -> Document:
    """Forget own words and clicks, and tell what was forgotten and how to have it back."""
    chat = request.chat
    words = len(chat.profile.splitlines())
    clicks = len((await services.tastes.of(chat.id)).taste().clicks)
    if not words and not clicks:
        return await _shown(request, services, chat)
    await services.tastes.reset(chat.id, chat.profile, chat.learns_since)
    chat = await change(request, services, profile="", learns_since=None)
    return await _shown(request, services, chat, screen.Forgotten(words=bool(words), clicks=clicks))


async def _undo(request: Request, services: Services) -> Document:
    """Bring back what the last reset forgot; words said since then stay."""
    taken = await services.tastes.undo(request.chat.id)
    if taken is None:
        raise refused(request, "nothing_reset")
    chat = request.chat
    fields: dict[str, Any] = {"learns_since": taken.since or chat.learns_since}
    if not chat.profile:
        fields["profile"] = taken.words
    return await _shown(request, services, await change(request, services, **fields))


async def _shown(
    request: Request,
    services: Services,
    chat: Chat,
    forgotten: screen.Forgotten | None = None,
    before: str | None = None,
    unsaid: Sequence[str] = (),
    nowhere: Sequence[str] = (),
) -> Document:
    """Return what the papers of a chat are picked by; `before` are words that were just replaced."""
    own, unread = own_profile(chat, services.profile) if services.own_profiles else (None, ())
    used, path = own or services.profile, services.settings.paperboy_profile
    day = await services.store.day(request.date)
    taste = await services.drafts.taste(learning_profile(chat, services, day))
    wanted = [paper_id for paper_id in used.seeds if paper_id not in nowhere]
    seeds = zip(wanted, await services.store.papers(wanted), strict=True)
    view = screen.ProfileView(
        directions=[(one.zh if request.language == "zh" else one.en, one.keywords) for one in used.directions],
        avoid=used.avoid,
        authors=used.authors,
        organizations=used.organizations,
        seeds=[paper or Paper(id=paper_id, title="") for paper_id, paper in seeds],
        unread=[*unread, *((paper_id, "nowhere") for paper_id in nowhere)],
        own_directions=used.directions != services.profile.directions,
        unsaid=unsaid,
        own=chat.profile if own else "",
        origin="" if used == load_profile() else path.name if path else used.name,
        lessons=await lessons(chat, services, day, taste, CLICKS),
    )
    return screen.profile(request.language, view, forgotten, before)
