"""What one person is shown in Slack's views: their Home tab and modals, which no channel is told of."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Chat
from bot.commands import Request, answer
from bot.request import File
from bot.services import Services
from bot.slack_attempt import attempt, handed_over
from bot.slack_errors import code, patiently
from bot.slack_install import Workspaces
from bot.slack_send import Sender
from bot.slack_updates import place_of
from formatting import notes
from formatting.document import Buttons, Document

# https://docs.slack.dev/reference/methods/views.open#errors: a trigger_id is good for one view within three seconds.
_TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_exchanged"})
_CLOSED = frozenset({"not_found", "view_not_found"})
_CONFLICT = "hash_conflict"

_log = logging.getLogger(__name__)


class Screens:
    """Answers as documents, and the calls that show views: made again while Slack does not answer or asks to wait."""

    def __init__(self, services: Services, client: AsyncWebClient, workspaces: Workspaces, sender: Sender) -> None:
        self._services, self._client, self._workspaces, self._sender = services, client, workspaces, sender

    async def answer(self, chat: Chat, line: str, date: dt.date) -> Document:
        """Return what a person's line is answered with, in any case; a file goes to their direct messages."""
        shown, _ = await attempt(self._answer(chat, line, date), chat.language)
        return shown

    async def page(self, chat: Chat, line: str, date: dt.date) -> Document:
        """Return the same for a modal of its own: one that has nothing to press leads back to the day's top."""
        shown = await self.answer(chat, line, date)
        pressed = any(isinstance(block, Buttons) for block in shown.blocks)
        return shown if pressed else notes.with_way_back(chat.language, shown)

    async def open(self, team: str, trigger: str, view: dict[str, Any]) -> str | None:
        """Open a modal and return its id; None when the press was too long ago."""
        access = await self._workspaces.access(team)
        try:
            opened = await patiently(lambda: self._client.views_open(trigger_id=trigger, view=view, token=access.token))
        except SlackApiError as error:
            if code(error) in _TOO_LATE:
                return None
            raise
        return str((opened.get("view") or {}).get("id") or "") or None

    async def update(self, team: str, view_id: str, view: dict[str, Any], seen: str | None = None) -> None:
        """Show something else in a modal, unless it was closed; with `seen` (a hash), unless it has changed since."""
        access = await self._workspaces.access(team)
        try:
            await patiently(
                lambda: self._client.views_update(view_id=view_id, view=view, hash=seen, token=access.token)
            )
        except SlackApiError as error:
            if code(error) not in {*_CLOSED, _CONFLICT}:
                raise

    async def publish(self, team: str, person: str, view: dict[str, Any], seen: str | None = None) -> bool:
        """Show a person their Home tab; False, with `seen` (a hash), when it has changed since."""
        access = await self._workspaces.access(team)
        try:
            await patiently(
                lambda: self._client.views_publish(user_id=person, view=view, hash=seen, token=access.token)
            )
        except SlackApiError as error:
            if code(error) != _CONFLICT:
                raise
            return False
        return True

    async def unfurl(self, team: str, where: Mapping[str, Any], unfurls: dict[str, Any]) -> None:
        """Show previews under the links of a message, `where` as chat.unfurl takes it; a refusal is only noted."""
        access = await self._workspaces.access(team)
        try:
            await patiently(lambda: self._client.chat_unfurl(**where, unfurls=unfurls, token=access.token))
        except SlackApiError as error:  # deleted meanwhile, or a conversation that shows no previews
            _log.info("links in %s were not shown: %s", team, code(error))

    async def _answer(self, chat: Chat, line: str, date: dt.date) -> Document:
        request = Request("", chat.language, date, chat, owner=chat.id)
        reply = await answer(line, request, self._services)
        if isinstance(reply, File):
            return await handed_over(self._sender, place_of(chat.id), reply, chat.language)
        return reply
