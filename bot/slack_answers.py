"""Questions from Slack -> answers, where they belong: for one person, in a thread, in place of what was pressed."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.chat import Chat
from bot.commands import COMMANDS, CommandError, Request, answer
from bot.request import File, Picture, Reply, Row
from bot.services import Services
from bot.slack_attempt import attempt, handed_over
from bot.slack_chats import Chats, Member
from bot.slack_send import ChannelGoneError, Sender
from bot.slack_updates import Asked, Place, Pressed, chat_id, name_of
from brief.models import Language
from formatting import notes, press, screens
from formatting.document import Buttons, Document
from formatting.slack import messages

WORKING_AFTER = 0.7  # seconds of work before it is shown
_INTRODUCE = frozenset({"start", "help"})
_SHOW_THE_CHAT = frozenset({"start", "settings", "profile"})  # what these say is about the channel they are asked in

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """A question with what its answer needs: for which chat, in which language, about which edition, for whose eyes."""

    asked: Asked
    row: Row | None
    chat: Chat
    language: Language
    date: dt.date
    everyone: bool

    @property
    def in_channel(self) -> bool:
        """Whether the answer stands in a channel itself, not in a thread or a direct message."""
        return self.everyone and not self.asked.place.private and self.asked.place.thread is None


class Answers:
    """Answers what is asked in Slack."""

    def __init__(self, services: Services, chats: Chats, sender: Sender) -> None:
        self._services, self._chats, self._sender = services, chats, sender

    async def say(self, asked: Asked) -> None:
        """Answer a slash command, a mention or a direct message."""
        row = COMMANDS.get(name_of(asked.line))
        personal = row is not None and row.personal
        # A direct message is a conversation, and so is a mention, except about what is nobody else's business.
        everyone = (asked.shown and not personal) or (asked.place.private and not asked.url)
        await self._play(await self._stage(asked, row, everyone=everyone, channel=not asked.url))

    async def press(self, pressed: Pressed) -> None:
        """Answer a press of a button under a message."""
        wanted = press.unpack(pressed.data)
        row = COMMANDS.get(wanted.action) if wanted else None
        line = f"/{wanted.action} {wanted.value}".strip() if wanted else ""
        asked = replace(pressed.asked, line=line)
        if wanted and wanted.action == "share":
            asked = replace(asked, line=wanted.value, shown=True)
            row = COMMANDS.get(name_of(asked.line))
        date = wanted.date if wanted else None
        stage = await self._stage(asked, row, everyone=asked.shown, channel=not pressed.turns_the_page, date=date)
        if wanted is None or row is None:
            await self._tell(stage, screens.message("old_button", stage.language))
            return
        turns = pressed.turns_the_page and not row.toast and not asked.shown
        await (self._turn(stage) if turns else self._play(stage))

    # -- what is answered ---------------------------------------------------------------------------------------------

    async def _stage(
        self, asked: Asked, row: Row | None, *, everyone: bool, channel: bool, date: dt.date | None = None
    ) -> Stage:
        """Return the stage of a question; `channel` tells that it is about the channel's brief, not one's own.

        Without a `date` it is about the edition that is current.
        """
        place = asked.place
        own = await self._chats.of_person(place.team, asked.person)
        about_channel = channel or (row is not None and row.changes_chat) or name_of(asked.line) in _SHOW_THE_CHAT
        chat = await self._chats.of_channel(place, asked.title) if about_channel and not place.private else own
        language = chat.language if everyone else own.language
        return Stage(asked, row, chat, language, date or await self._services.edition_date(chat), everyone)

    async def _answer(self, stage: Stage) -> Reply:
        """Return the answer. Raises CommandError for what cannot be done."""
        asked = stage.asked
        member = await self._chats.member(asked.place.team, asked.person)
        if stage.chat.kind == "channel":
            await self._check(stage, member)
        # What a channel is shown bears nobody's own marks.
        shown = stage.everyone and not asked.place.private
        request = Request(
            text="",
            language=stage.language,
            date=stage.date,
            chat=stage.chat,
            owner=chat_id(asked.place.team, asked.place.channel) if shown else asked.owner,
            name=member.name if member else "",
        )
        reply = await answer(asked.line, request, self._services)
        if name_of(asked.line) in _INTRODUCE and isinstance(reply, Document):
            return notes.with_threads(reply)
        return reply

    async def _check(self, stage: Stage, member: Member | None) -> None:
        """Raise CommandError for what cannot be done in a channel, or not by this person."""
        line = stage.asked.line
        changes = stage.row is not None and stage.row.changes("".join(line.split(maxsplit=1)[1:]))
        if changes and (member is None or member.guest):
            refusal = notes.members_only if member else notes.member_unknown
            raise CommandError(refusal(stage.language), usage=False)
        if name_of(line) == "subscribe" and not await self._chats.reachable(stage.asked.place):
            raise CommandError(notes.invite_first(stage.language), usage=False)

    # -- where it is shown --------------------------------------------------------------------------------------------

    async def _play(self, stage: Stage) -> None:
        """Answer beside the question; slow work is shown, and replaced where Slack can."""
        posted: list[str] = []

        async def show_work() -> None:
            working = notes.working(stage.language)
            if stage.everyone:
                posted.append(await self._sender.post(stage.asked.place, working, stage.date))
            else:
                await self._tell(stage, working)

        async with while_slow(show_work):
            reply, fine = await attempt(self._answer(stage), stage.language)
        if stage.everyone and (fine or posted or not stage.asked.url):  # what was typed wrongly is not shared
            await self._quietly(stage, lambda: self._post(stage, reply, posted))
        else:
            shown = _shareable(stage, reply) if fine and isinstance(reply, Document) else reply
            await self._tell(stage, shown)

    async def _turn(self, stage: Stage) -> None:
        """Answer in place of the message that was pressed, which stays as it is when there is no answer."""
        covered = False

        async def cover() -> None:
            nonlocal covered
            covered = True
            await self._respond(stage, notes.working(stage.language), over=True)

        async with while_slow(cover):
            reply, fine = await attempt(self._answer(stage), stage.language)
        if isinstance(reply, File):
            await self._tell(stage, reply, over=covered or isinstance(reply, Picture))
        elif fine:
            await self._respond(stage, _shareable(stage, reply), over=True)
        elif covered:
            await self._respond(stage, notes.with_way_back(stage.language, reply), over=True)
        else:
            await self._respond(stage, reply)

    async def _post(self, stage: Stage, reply: Reply, posted: list[str]) -> None:
        """Show an answer to everyone, in place of the note that said it was being worked on if there is one."""
        place = stage.asked.place
        document = reply.caption if isinstance(reply, File) else reply
        single = isinstance(reply, Document) and len(messages(document, date=stage.date)) == 1
        if not posted:
            await self._sender.post(place, reply, stage.date, in_channel=stage.in_channel)
        elif single and not stage.in_channel:
            await self._sender.edit(place, posted[0], document, stage.date)
        else:  # what is long goes into the thread of its title
            await self._sender.edit(place, posted[0], replace(document, blocks=document.blocks[:1]), stage.date)
            thread = place.thread or (None if place.private else posted[0])
            await self._sender.post(replace(place, thread=thread), reply, stage.date)

    async def _tell(self, stage: Stage, reply: Reply, *, over: bool = False) -> None:
        """Show an answer to the person only; a file goes to their direct messages."""
        if isinstance(reply, File):
            person = Place(stage.asked.place.team, stage.asked.person)
            reply = await handed_over(self._sender, person, reply, stage.language)
        await self._respond(stage, reply, over=over)

    async def _respond(self, stage: Stage, document: Document, *, over: bool = False) -> None:
        asked = stage.asked
        if asked.url:
            await self._sender.respond(
                asked.url, document, stage.date, replace=over, place=asked.place, person=asked.person
            )
        else:
            await self._sender.whisper(asked.place, asked.person, document, stage.date)

    async def _quietly(self, stage: Stage, show: Callable[[], Awaitable[None]]) -> None:
        """Show something to everyone; where the bot cannot, say so to the person, or note that the chat is gone."""
        try:
            await show()
        except ChannelGoneError as error:
            if stage.asked.url:
                await self._respond(stage, notes.invite_first(stage.language))
            else:
                await self._chats.stopped(stage.asked.place, str(error))


@asynccontextmanager
async def while_slow(show: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Show once that there is work when it takes a while; whoever leaves waits until that has been shown."""
    done = asyncio.Event()

    async def watch() -> None:
        try:
            async with asyncio.timeout(WORKING_AFTER):
                await done.wait()
        except TimeoutError:
            try:
                await show()
            except Exception as error:  # noqa: BLE001 - a courtesy must not cost the answer
                _log.warning("work in progress could not be shown: %s", type(error).__name__)

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        watching.cancel()
        raise
    finally:
        done.set()
        await watching


def _shareable(stage: Stage, document: Document) -> Document:
    """Return the answer with a button that shows it to everyone, where there is anyone and it is their business."""
    row = stage.row
    if stage.asked.place.private or row is None or row.personal or row.changes_chat:
        return document
    if len(messages(document, date=stage.date)) > 1:  # with a button it would be one screen, and shortened
        return document
    button = notes.share(stage.language, stage.asked.line)
    return replace(document, blocks=(*document.blocks, Buttons(((button,),))))
