"""Paperboy in Slack: events and interactions become commands, answers become messages, and the push goes out.

Nothing about papers is decided here: commands answer with documents, `formatting.slack` makes them fit.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.app.async_app import AsyncApp

from bot.afterwards import answering
from bot.chat import Chat
from bot.commands import COMMANDS
from bot.services import Services
from bot.slack_answers import Answers
from bot.slack_chats import UNINSTALLED, Chats
from bot.slack_home import Home
from bot.slack_install import NotInstalledError, Workspaces
from bot.slack_screens import Screens
from bot.slack_send import ChannelGoneError, Sender
from bot.slack_shortcuts import Shortcuts
from bot.slack_updates import (
    Asked,
    Place,
    asked_by_invitation,
    asked_by_message,
    asked_by_press,
    asked_by_slash,
    loses_access,
    place_of,
    who_opened_home,
)
from formatting.document import Document

STOP_LIMIT = 6.0  # seconds for what is being answered when the program is told to stop
HANDLING_LIMIT = 300.0  # seconds for one question, an outage of Slack included; its turn begins before
_ANYTHING = re.compile("")
_KNOWN = frozenset(COMMANDS)
# Why a channel takes no messages any more. https://docs.slack.dev/reference/events?APIs=Events
_CHANNEL_GONE = {
    **dict.fromkeys(("channel_archive", "group_archive"), "archived"),
    **dict.fromkeys(("channel_deleted", "group_deleted"), "unknown"),
    **dict.fromkeys(("channel_left", "group_left"), "removed"),
}

_log = logging.getLogger(__name__)
_Ack = Callable[..., Awaitable[Any]]
_Body = dict[str, Any]


class SlackBot:
    """The bot of one Slack app, in one workspace or many. Use `running()` around everything else."""

    def __init__(self, services: Services, app: AsyncApp, workspaces: Workspaces, sender: Sender) -> None:
        self._services, self._workspaces = services, workspaces
        self.app, self._sender = app, sender
        self.chats = Chats(services, app.client, workspaces)
        self._answers = Answers(services, self.chats, sender)
        views = Screens(services, app.client, workspaces, sender)
        self._home = Home(services, views, sender, self.chats)
        self._shortcuts = Shortcuts(services, views, sender, self.chats)
        self._open: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listen()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be ready for pushes and events; at the end, what is being answered is finished if it can be."""
        try:
            yield
        finally:
            if self._open:
                _, late = await asyncio.wait(list(self._open), timeout=STOP_LIMIT)
                for task in late:
                    task.cancel()

    async def push(self, chat: Chat, date: dt.date) -> str | None:
        """Send a chat the push of a date and return the message's timestamp; None when the chat takes no messages."""
        return await self._deliver(chat, await self._services.editions.push(chat, date), date)

    async def tell(self, chat: Chat, document: Document) -> str | None:
        """Send a chat something that is not an answer, and return the message's timestamp."""
        return await self._deliver(chat, document, self._services.today())

    async def _deliver(self, chat: Chat, document: Document, date: dt.date) -> str | None:
        place = place_of(chat.id)
        try:
            return await self._sender.push(place, document, date)
        except ChannelGoneError as error:
            await self.chats.stopped(place, str(error))
            if str(error) == UNINSTALLED:
                await self._workspaces.forget(place.team)
        return None

    # -- what Slack delivers ------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        app = self.app
        app.command(_ANYTHING)(self._slashed)
        app.action(_ANYTHING)(self._pressed)
        app.event("app_mention")(self._said)
        app.event("message")(self._said)
        app.event("app_home_opened")(self._home_opened)
        app.event("link_shared")(self._link_shared)
        app.shortcut("save_paper")(self._save_wanted)
        app.shortcut("find")(self._find_wanted)
        app.view("settings")(self._settings_submitted)
        app.view("find")(self._find_submitted)
        for name in ("app_uninstalled", "tokens_revoked"):
            app.event(name)(self._uninstalled)
        for name in _CHANNEL_GONE:
            app.event(name)(self._channel_gone)
        for name in ("channel_unarchive", "group_unarchive"):
            app.event(name)(self._channel_back)
        for name in ("channel_rename", "group_rename"):
            app.event(name)(self._channel_renamed)
        app.event("channel_id_changed")(self._channel_moved)
        app.event("member_joined_channel")(self._joined)

    async def _slashed(self, ack: _Ack, body: _Body) -> None:
        await ack()
        await self._answer(asked_by_slash(body, _KNOWN))

    async def _said(self, body: _Body) -> None:
        access = await self._workspaces.access(str(body.get("team_id")))
        asked = asked_by_message(body, access.bot_user, _KNOWN)
        if asked:
            await self._in_turn(asked.owner, self._say_once(body, asked))

    async def _say_once(self, body: _Body, asked: Asked) -> None:
        """Answer what is delivered for the first time; Redis is asked in turn, or what came later could come first."""
        if await self._is_new(body):
            await self._answers.say(asked)

    async def _answer(self, asked: Asked | None) -> None:
        if asked:
            await self._in_turn(asked.owner, self._answers.say(asked))

    async def _pressed(self, ack: _Ack, body: _Body) -> None:
        await ack()
        pressed = asked_by_press(body)
        if pressed:
            await self._in_turn(pressed.asked.owner, self._answers.press(pressed))
        elif (body.get("container") or {}).get("type") == "view":
            await self._at_once(self._home.pressed(body))

    async def _home_opened(self, body: _Body) -> None:
        if who := who_opened_home(body):
            await self._at_once(self._home.publish(*who))

    async def _link_shared(self, body: _Body) -> None:
        if await self._is_new(body):
            await self._at_once(self._shortcuts.unfurl(body))

    async def _save_wanted(self, ack: _Ack, body: _Body) -> None:
        await ack()
        await self._at_once(self._shortcuts.save(body))

    async def _find_wanted(self, ack: _Ack, body: _Body) -> None:
        await ack()
        await self._at_once(self._shortcuts.find(body))

    async def _settings_submitted(self, ack: _Ack, body: _Body) -> None:
        await self._at_once(self._home.submitted(ack, body))

    async def _find_submitted(self, ack: _Ack, body: _Body) -> None:
        await self._at_once(self._shortcuts.found(ack, body))

    async def _uninstalled(self, body: _Body) -> None:
        if loses_access(body["event"]):
            await self._workspaces.forget(str(body.get("team_id")))

    async def _channel_gone(self, body: _Body) -> None:
        await self.chats.stopped(_channel(body), _CHANNEL_GONE[body["event"]["type"]])

    async def _channel_back(self, body: _Body) -> None:
        await self.chats.back(_channel(body))

    async def _channel_renamed(self, body: _Body) -> None:
        channel = body["event"].get("channel")
        name = channel.get("name") if isinstance(channel, Mapping) else None
        if name:
            await self.chats.renamed(_channel(body), str(name))

    async def _channel_moved(self, body: _Body) -> None:
        event = body["event"]
        await self.chats.moved(_channel(body).team, str(event.get("old_channel_id")), str(event.get("new_channel_id")))

    async def _joined(self, body: _Body) -> None:
        """Note that the bot is in a channel, and greet who invited it; others who join are none of its business."""
        place = _channel(body)
        if body["event"].get("user") == (await self._workspaces.access(place.team)).bot_user:
            await self.chats.back(place)
            if await self._is_new(body):
                await self._answer(asked_by_invitation(body))

    # -- how it is handled --------------------------------------------------------------------------------------------

    async def _is_new(self, body: _Body) -> bool:
        """Tell whether an event is delivered for the first time: Slack repeats one whose acknowledgement it missed."""
        event_id = body.get("event_id")
        return not event_id or await self._services.people.heard(str(event_id)[:64])

    async def _in_turn(self, owner: str, work: Coroutine[Any, Any, None]) -> None:
        """Answer what a person asked after what they asked before."""

        async def alone() -> None:
            try:
                async with self._turns.setdefault(owner, asyncio.Lock()):
                    await _in_time(work)
            finally:
                work.close()

        await self._alongside(alone())

    async def _at_once(self, work: Coroutine[Any, Any, None]) -> None:
        """Answer now: in a view, what Slack hands out for an answer is good for three seconds."""
        await self._alongside(_in_time(work))

    async def _alongside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        await asyncio.wait([task])


def _channel(body: _Body) -> Place:
    """Return the channel an event is about, named by its id or, renamed, as an object."""
    channel = body["event"].get("channel")
    named = channel.get("id") if isinstance(channel, Mapping) else channel
    return Place(str(body.get("team_id")), str(named))


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """Do one thing that was asked for; its failure must not end the bot."""
    try:
        await work
    except (NotInstalledError, ChannelGoneError) as error:
        _log.info("who asked cannot be answered any more: %s %.40r", type(error).__name__, str(error))
    except Exception:  # noqa: BLE001 - the next question is another matter
        _log.exception("a question from Slack could not be answered")
    finally:
        work.close()


async def _in_time(work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(HANDLING_LIMIT):
        await answering(work)
