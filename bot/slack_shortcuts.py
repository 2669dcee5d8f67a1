"""Papers in other people's messages in Slack: kept by a message shortcut, found by a global one, shown under a link."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.chat import Chat
from bot.commands import CommandError, Request
from bot.keeping import keep
from bot.people import language_of
from bot.reading import find_paper
from bot.services import Services
from bot.slack_answers import while_slow
from bot.slack_attempt import attempt
from bot.slack_chats import Chats
from bot.slack_form import chosen
from bot.slack_home import Ack, Body
from bot.slack_screens import Screens
from bot.slack_send import Sender
from bot.slack_updates import Place, chat_id, who_asks
from brief.errors import SourceError
from brief.models import Language, Paper, find_arxiv_ids
from formatting import found, notes, press, slack, slack_views
from formatting.document import Document

KEPT = 10  # papers of one message
LINKS = 5  # of one message; Slack sends no more
PATIENCE = 2.0  # seconds; a submission is acknowledged within three: https://docs.slack.dev/surfaces/modals#handling_submissions
_READ = 40_000  # characters of a message; Slack's own limit
_DEPTH = 12  # of blocks within blocks
_WORDS = frozenset({"text", "url", "title", "title_link", "fallback", "pretext", "from_url", "original_url"})
_PARTS = ("text", "blocks", "attachments", "files")


class Shortcuts:
    """The two shortcuts and the previews of links."""

    def __init__(self, services: Services, screens: Screens, sender: Sender, chats: Chats) -> None:
        self._services, self._screens, self._sender, self._chats = services, screens, sender, chats

    async def save(self, body: Body) -> None:
        """Keep the papers of a message for who chose the shortcut, and tell only them."""
        who = who_asks(body)
        if who is None:
            return
        chat = await self._chats.of_person(*who)
        ids = list(islice((paper_id for paper_id, _ in find_arxiv_ids(words_of(body.get("message")))), KEPT))
        place, url, today = _place(*who, body), str(body.get("response_url") or ""), self._services.today()

        async def tell(note: Document) -> None:
            await self._sender.respond(url, note, today, replace=False, place=place, person=who[1])

        async with while_slow(lambda: tell(notes.working(chat.language))):
            kept, _ = await attempt(self._keep(chat, ids), chat.language)
        await tell(kept)

    async def find(self, body: Body) -> None:
        """Ask what to look for."""
        who = who_asks(body)
        if who:
            chat = await self._chats.of_person(*who)
            view = slack_views.find_modal(chat.language)
            await self._screens.open(who[0], str(body.get("trigger_id") or ""), view)

    async def found(self, ack: Ack, body: Body) -> None:
        """Show the card of an id or link, or what words find, in the modal that asked, at once or when it is there."""
        who, view = who_asks(body), body.get("view")
        if who is None or not isinstance(view, Mapping) or not view.get("id"):
            await ack()
            return
        chat = await self._chats.of_person(*who)
        date = await self._services.edition_date(chat)
        action, value = wanted(chosen(view, "find")[: slack_views.TYPED_CHARACTERS])
        shows = press.pack(action, value, date, limit=slack_views.METADATA_CHARACTERS)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(self._screens.page(chat, f"/{action} {value}", date))
            done, _ = await asyncio.wait([work], timeout=PATIENCE)
            if done:
                shown = slack_views.screen_modal(work.result(), date=date, shows=shows)
                await ack(response_action="update", view=shown)
                return
            await ack(response_action="update", view=slack_views.working_modal(chat.language))
        shown = slack_views.screen_modal(work.result(), date=date, shows=shows)
        await self._screens.update(who[0], str(view.get("id")), shown)

    async def unfurl(self, body: Body) -> None:
        """Show papers under the arXiv links of a message, or of one being written; others are left alone.

        https://docs.slack.dev/messaging/unfurling-links-in-messages
        """
        event, team = body.get("event"), str(body.get("team_id") or "")
        where = place_of_links(event) if isinstance(event, Mapping) else None
        if not isinstance(event, Mapping) or where is None:
            return
        language = await self._language(team, event)
        links = list(islice(_links(event), LINKS))
        previews = await asyncio.gather(*(self._preview(paper_id, language) for _, paper_id in links))
        date = self._services.today()
        unfurls = {
            url: {"blocks": slack.view_blocks(preview, date=date)}
            for (url, _), preview in zip(links, previews, strict=True)
            if preview
        }
        if unfurls:
            await self._screens.unfurl(team, where, unfurls)

    async def _keep(self, chat: Chat, ids: list[str]) -> Document:
        """Keep papers one after the other, in their order, and return what became of them."""
        if not ids:
            return found.nothing(chat.language)
        request = Request("", chat.language, self._services.today(), chat, owner=chat.id)
        papers: list[tuple[Paper, bool]] = []
        missing: list[str] = []
        for paper_id in ids:
            try:
                paper = await find_paper(paper_id, request, self._services)
            except CommandError:
                missing.append(paper_id)
            else:
                papers.append((paper, await keep(request, self._services, paper)))
        return found.kept(chat.language, papers, missing)

    async def _preview(self, paper_id: str, language: Language) -> Document | None:
        try:
            paper = await self._services.paper(paper_id)
        except SourceError:
            return None
        if paper is None:
            return None
        return found.preview(await self._services.pick(paper, None, language, self._services.profile), language)

    async def _language(self, team: str, event: Mapping[str, Any]) -> Language:
        """Return the language of a channel that is known, else of who wrote there; nobody is made known by a link."""
        known = await self._services.people.chat(chat_id(team, str(event.get("channel"))))
        written = str(event.get("user_locale") or "")
        return known.language if known else language_of(written, self._services.settings.brief_language)


def wanted(typed: str) -> tuple[str, str]:
    """Return the command for what was typed, and its value: the card of the first id or link, else a search."""
    paper_id = next((known for known, _ in find_arxiv_ids(typed)), None)
    return ("card", paper_id) if paper_id else ("search", typed)


def words_of(message: object) -> str:
    """Return everything readable in a message: its text, blocks and attachments, links included, within bounds."""
    parts = [message.get(name) for name in _PARTS] if isinstance(message, Mapping) else []
    said: list[str] = []
    left = _READ
    for text in _texts(parts, _DEPTH):
        said.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return " ".join(said)


def place_of_links(event: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the arguments that tell chat.unfurl which message; None where the event does not say.

    A message still being written has no channel and time stamp: https://docs.slack.dev/reference/events/link_shared
    """
    new = {"unfurl_id": event.get("unfurl_id"), "source": event.get("source")}
    old = {"channel": event.get("channel"), "ts": event.get("message_ts")}
    given = ({name: str(value) for name, value in way.items() if value} for way in (new, old))
    return next((way for way in given if len(way) == 2), None)


def _links(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield address and arXiv id of each link that leads to a paper."""
    links = event.get("links")
    for link in links if isinstance(links, list) else ():
        url = link.get("url") if isinstance(link, Mapping) else None
        if isinstance(url, str) and (paper_id := next((known for known, _ in find_arxiv_ids(url[:2000])), None)):
            yield url, paper_id


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        for part in value:
            yield from _texts(part, depth - 1)
    elif isinstance(value, Mapping) and depth:
        for name, part in value.items():
            if name in _WORDS or not isinstance(part, str):
                yield from _texts(part, depth - 1)


def _place(team: str, person: str, body: Body) -> Place:
    """Return where the note goes: the message's channel and thread, or, where Slack names none, the person."""
    channel, message = body.get("channel"), body.get("message")
    channel_id = channel.get("id") if isinstance(channel, Mapping) else None
    thread = message.get("thread_ts") if isinstance(message, Mapping) else None
    return Place(team, str(channel_id or person), thread if isinstance(thread, str) else None)
