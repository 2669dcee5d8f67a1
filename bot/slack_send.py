"""A reply -> Slack messages. What Slack refuses is told apart: gone for good, gone from a thread, worth another try."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.limits import RETRIES, PausedError
from bot.request import File, Picture, Reply
from bot.slack_errors import code, insist
from bot.slack_install import NotInstalledError, Workspaces
from bot.slack_limits import Limits
from bot.slack_updates import Place
from brief.errors import DeliveryError
from formatting import slack as renderer
from formatting.document import Document, Paragraph, Run
from formatting.text import shorten

LONG = 800  # characters; an answer of more goes into the thread of its headline instead of flooding a channel
ALT_CHARACTERS = 1000  # https://docs.slack.dev/reference/methods/files.getUploadURLExternal
CAPTION_CHARACTERS = 500  # the library sends a caption in the address, whose length is limited
RESPONSE_TRIES = 3  # of a response_url that cannot be reached; there is another way to answer
_DMS_KNOWN = 10_000  # direct messages whose channel is remembered

# Codes that stay however often it is tried, with the reasons of `Chat.stopped`. `invalid_auth` and `not_authed` are not
# among them: a wrong setting, or an address that may not call, must not silence every channel. `token_expired` is for
# whoever rotates the tokens.
_GONE = {
    "is_archived": "archived",
    "is_inactive": "archived",
    "channel_not_found": "unknown",
    "invalid_channel": "unknown",
    "not_in_channel": "removed",
    "restricted_action": "removed",  # the bot may not post there any more
    "restricted_action_read_only_channel": "removed",
    "restricted_action_thread_only_channel": "removed",
    "user_disabled": "deactivated",
    "user_not_found": "deactivated",
    "cannot_dm_bot": "deactivated",
    "token_revoked": "uninstalled",
    "account_inactive": "uninstalled",
}
_NO_THREAD = frozenset(
    {"thread_not_found", "cannot_reply_to_message", "message_not_found", "restricted_action_non_threadable_channel"}
)
# Messages that are wrong by themselves: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_UNFIT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"})
_CANNOT_EDIT = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})

# While its logger has no level of its own, the library writes every request and answer out for debugging, and throws
# that away: a third of what a message costs.
_sdk_log = logging.getLogger(f"{__name__}.sdk")
_sdk_log.setLevel(logging.INFO)

_Call = Callable[[Place, str], Awaitable[AsyncSlackResponse]]
_Show = Callable[[Place, str, renderer.Message], Awaitable[AsyncSlackResponse]]


class ChannelGoneError(Exception):
    """A channel or person takes no messages any more; the message is why, in the words of `Chat.stopped`."""


def web_client(api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client of Slack's Web API on a session; each call brings the token of its workspace."""
    return AsyncWebClient(base_url=f"{api_url}/api/", session=session, retry_handlers=[], logger=_sdk_log)


def gone(error: SlackApiError) -> str | None:
    """Return why a channel is gone for good, None when the error does not say that."""
    return _GONE.get(code(error))


class Sender:
    """Sends and edits, with the token of the workspace and at the pace Slack accepts.

    Every method raises ChannelGoneError, PausedError when Slack asks to wait for long, and SlackApiError for what else
    Slack refuses; while Slack does not answer at all it is tried again, and the caller sets the time limit. `client`
    has a session of its own for as long as this is used.
    """

    def __init__(self, client: AsyncWebClient, workspaces: Workspaces, limits: Limits) -> None:
        self._client, self._workspaces, self._limits = client, workspaces, limits
        self._dms: dict[Place, str] = {}

    async def post(self, place: Place, reply: Reply, date: dt.date, *, in_channel: bool = False) -> str:
        """Send a reply and return the time stamp of its first message; empty for a file, Slack does not tell.

        What is said of a picture follows it, since the message of a file has no buttons. With `in_channel`, what is
        long goes into the thread of a headline.
        """
        if isinstance(reply, File):
            await self.upload(place, reply)
            if not isinstance(reply, Picture):
                return ""
            reply = reply.caption
        messages = renderer.messages(reply, date=date)
        first, *rest = messages
        if in_channel and place.thread is None and (rest or len(first.text) > LONG):
            first, rest = renderer.render(_headline(reply), date=date), messages
        ts = await self._post(place, first)
        if in_channel and place.thread is None:
            place = replace(place, thread=ts)
        for message in rest:
            await self._post(place, message)
        return ts

    async def push(self, place: Place, document: Document, date: dt.date) -> str:
        """Send what nobody waits for as exactly one message and return its time stamp.

        Raises ChannelGoneError, and DeliveryError also for a pause that Slack asks for.
        """
        try:
            return await self._post(place, renderer.render(document, date=date), retries=0)
        except PausedError as paused:
            raise DeliveryError("rate_limited", retry_after=paused.seconds) from paused
        except SlackApiError as error:
            raise DeliveryError(code(error) or "refused", permanent=code(error) in _UNFIT) from error

    async def whisper(self, place: Place, person: str, document: Document, date: dt.date) -> None:
        """Show a document to one person in a channel, until they reload Slack."""
        await self._whisper(place, person, renderer.render(document, date=date))

    async def edit(self, place: Place, ts: str, document: Document, date: dt.date) -> None:
        """Show a document in place of a message; or anew, where that cannot be edited any more."""
        message = renderer.render(document, date=date)
        where = replace(await self._conversation(place), thread=None)
        try:
            await self._shown(
                where,
                message,
                lambda where, token, shown: self._client.chat_update(
                    channel=where.channel, ts=ts, text=shown.text, blocks=list(shown.blocks), token=token
                ),
            )
        except SlackApiError as error:
            if code(error) not in _CANNOT_EDIT:
                raise
            await self._post(place, message)

    async def respond(
        self, url: str, document: Document, date: dt.date, *, replace: bool, place: Place, person: str
    ) -> None:
        """Answer one person by a response_url, or `replace` what they pressed.

        It works five times within 30 minutes (https://docs.slack.dev/interactivity/handling-user-interaction); after
        that, where Slack refuses, or where it cannot be reached, the answer is shown to the person anew: in the
        channel, or where the bot is not in it, in their direct messages.
        """
        kind = {"response_type": "ephemeral"}
        thread = {"thread_ts": place.thread} if place.thread else {}
        for number, message in enumerate(renderer.messages(document, date=date)):
            said = {**kind, **thread, "replace_original": replace and number == 0}
            if await self._taken_at_all(url, message, said):
                continue
            try:
                await self._whisper(place, person, message)
            except ChannelGoneError:
                await self._post(Place(place.team, person), message)

    async def upload(self, place: Place, file: File) -> None:
        """Send a file with its caption, a picture without it, by three calls.

        https://docs.slack.dev/messaging/working-with-files#upload
        """
        comment = "" if isinstance(file, Picture) else shorten(renderer.text(file.caption), CAPTION_CHARACTERS)
        alt = shorten(file.alt, ALT_CHARACTERS) if isinstance(file, Picture) else None
        await self._reach(
            await self._conversation(place),
            lambda where, token: self._client.files_upload_v2(
                filename=file.name,
                content=file.content,
                channel=where.channel,
                title=file.caption.title if alt else None,
                alt_txt=alt,
                initial_comment=comment or None,
                thread_ts=where.thread,
                token=token,
            ),
        )

    async def dm(self, team: str, person: str) -> str:
        """Return the channel of the direct messages with a person, opened when there is none yet."""
        place = Place(team, person)
        if place not in self._dms:
            answer = await self._reach(
                place, lambda where, token: self._client.conversations_open(users=where.channel, token=token)
            )
            if len(self._dms) >= _DMS_KNOWN:
                self._dms.clear()
            self._dms[place] = str(answer["channel"]["id"])
        return self._dms[place]

    async def _conversation(self, place: Place) -> Place:
        """Return a place whose channel is one: messages may be sent to a person's id, edits and files may not."""
        person = place.channel.startswith(("U", "W"))
        return replace(place, channel=await self.dm(place.team, place.channel)) if person else place

    async def _post(self, place: Place, message: renderer.Message, retries: int = RETRIES) -> str:
        answer = await self._shown(
            place,
            message,
            lambda where, token, shown: self._client.chat_postMessage(
                channel=where.channel, thread_ts=where.thread, token=token, **renderer.parameters(shown)
            ),
            retries,
        )
        return str(answer["ts"])

    async def _whisper(self, place: Place, person: str, message: renderer.Message) -> None:
        await self._shown(
            place,
            message,
            lambda where, token, shown: self._client.chat_postEphemeral(
                channel=where.channel,
                user=person,
                thread_ts=where.thread,
                text=shown.text,
                blocks=list(shown.blocks),
                token=token,
            ),
        )

    async def _shown(
        self, place: Place, message: renderer.Message, call: _Show, retries: int = RETRIES
    ) -> AsyncSlackResponse:
        """Make a call that shows a message, and once more without its pictures where Slack cannot fetch one.

        It says no more than that the blocks are invalid: https://github.com/slackapi/python-slack-sdk/issues/1782
        """
        try:
            return await self._reach(place, lambda where, token: call(where, token, message), retries)
        except SlackApiError as error:
            bare = renderer.bare(message)
            if code(error) != "invalid_blocks" or bare == message:
                raise
            return await self._reach(place, lambda where, token: call(where, token, bare), retries)

    async def _taken_at_all(self, url: str, message: renderer.Message, said: dict[str, Any]) -> bool:
        """Tell whether Slack took an answer for a response_url, with its pictures or without."""
        bare = renderer.bare(message)
        try:
            return await self._taken(url, message, said) or (bare != message and await self._taken(url, bare, said))
        except (aiohttp.ClientError, OSError):  # nothing answers there, or Slack gave no address
            return False

    async def _taken(self, url: str, message: renderer.Message, said: dict[str, Any]) -> bool:
        """Tell whether Slack took a message for a response_url; raises what aiohttp does where nothing answers."""
        client = AsyncWebhookClient(
            url, proxy=self._client.proxy, session=self._client.session, retry_handlers=[], logger=_sdk_log
        )
        body = {**renderer.parameters(message), **said}
        answer = await insist(lambda: client.send_dict(body), RESPONSE_TRIES)
        return answer.status_code == 200 and _fine(answer.body)

    async def _reach(self, place: Place, call: _Call, retries: int = RETRIES) -> AsyncSlackResponse:
        """Make a call for a place, and once more without its thread where that is gone."""

        async def once() -> AsyncSlackResponse:
            access = await self._workspaces.access(place.team)
            return await call(place, access.token)

        try:
            return await insist(lambda: self._limits.run(place.team, place.channel, once, retries))
        except NotInstalledError as error:
            raise ChannelGoneError("uninstalled") from error
        except SlackApiError as error:
            if place.thread is not None and code(error) in _NO_THREAD:
                return await self._reach(replace(place, thread=None), call, retries)
            if reason := gone(error):
                raise ChannelGoneError(reason) from error
            raise


def _headline(document: Document) -> Document:
    """Return a document's title and its one line."""
    first = document.blocks[:1]
    said = document.summary.removeprefix(document.title).removeprefix(" — ")
    line = (Paragraph((Run(said),)),) if said else ()
    return replace(document, blocks=(*first, *line))


def _fine(body: str) -> bool:
    """Tell whether a response_url's answer is "ok", plain or as JSON."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body.strip() == "ok"
    return isinstance(answer, dict) and answer.get("ok") is True
