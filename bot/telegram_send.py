"""A reply -> Telegram messages. What Telegram refuses is told apart: gone for good, moved, or worth another try."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.request import File, Picture, Reply
from bot.retry import until_answered
from bot.telegram_limits import seconds_of
from bot.telegram_poll import PollingBot
from bot.telegram_updates import Place
from brief.errors import DeliveryError
from formatting import telegram as renderer
from formatting.document import Document
from formatting.text import shorten

CAPTION_UNITS = 1024
TYPING_AFTER = 0.7  # seconds of work before "typing" is shown
_TYPING_LASTS = 4.5  # seconds; Telegram shows it for five

# What Telegram says of chats that will not take a message again, however often it is tried: literal parts of its texts.
_GONE = {
    "blocked by the user": "blocked",
    "can't initiate conversation": "blocked",
    "user is deactivated": "deactivated",
    "kicked": "kicked",
    "not a member": "kicked",
    "was deleted": "deactivated",
    "chat not found": "unknown",
    "peer_id_invalid": "unknown",
}
# What it says of messages that are wrong by themselves: so would be the same one an hour later.
_UNFIT = ("can't parse entities", "message is too long", "text is empty", "button_", "reply markup")
_CANNOT_EDIT = ("message to edit not found", "can't be edited", "no text in the message", "message_id_invalid")

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ChatGoneError(Exception):
    """A chat takes no messages any more; the message is why, in the words of `Chat.stopped`."""


def gone(error: TelegramError) -> str | None:
    """Return why a chat is gone for good, None when the error does not say that."""
    said = error.message.lower()
    return next((reason for words, reason in _GONE.items() if words in said), None)


async def insist(call: Callable[[], Awaitable[_T]]) -> _T:
    """Return what a call returns, made again for as long as Telegram does not answer or has an error of its own.

    The caller sets the time limit. A message may so be sent twice, when only the answer was lost.
    """
    return await until_answered(call, _silence, "Telegram")


async def patiently(call: Callable[[], Awaitable[_T]]) -> _T:
    """Return what a call returns that is no message, as `insist` does and after the pauses that Telegram asks for."""
    while True:
        try:
            return await insist(call)
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))


def _silence(error: Exception) -> str | None:
    return str(error) if isinstance(error, NetworkError) and not isinstance(error, BadRequest) else None


class Sender:
    """Sends and edits. `moved` is told when a group turns out to have a new id (old, new)."""

    def __init__(self, bot: PollingBot, moved: Callable[[int, int], Awaitable[None]]) -> None:
        self._bot, self._moved = bot, moved

    async def send(self, place: Place, reply: Reply, date: dt.date) -> int:
        """Send a reply and return the id of its last message. Raises ChatGoneError, TelegramError."""
        if isinstance(reply, File):
            return await self._file(place, reply, date)
        for message in renderer.messages(reply, date=date):
            sent = await self._text(place, message)
        return sent

    async def push(self, place: Place, document: Document, date: dt.date) -> int:
        """Send what nobody waits for as one message and return its id.

        Raises ChatGoneError, and DeliveryError also for a pause that Telegram asks for.
        """
        try:
            return await self._text(place, renderer.render(document, date=date), tries=1)
        except RetryAfter as error:
            raise DeliveryError("rate_limited", retry_after=seconds_of(error)) from error
        except TelegramError as error:
            said = error.message.lower()
            raise DeliveryError(_reason(said), permanent=any(words in said for words in _UNFIT)) from error

    async def edit(self, place: Place, message_id: int, document: Document, date: dt.date) -> None:
        """Show a document in place of a message; or anew. Raises ChatGoneError, TelegramError."""
        message = renderer.render(document, date=date)
        try:
            await insist(
                lambda: self._bot.edit_message_text(
                    message.html,
                    place.chat,
                    message_id,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=LinkPreviewOptions(**renderer.preview(message)),
                    reply_markup=_keyboard(message),
                )
            )
        except BadRequest as error:
            said = error.message.lower()
            if "not modified" in said:  # pressed twice
                return
            if not any(words in said for words in _CANNOT_EDIT):
                raise
            await self._text(place, message)
        except Forbidden as error:
            raise ChatGoneError(gone(error) or "blocked") from error

    async def mark(self, place: Place, message_id: int, keyboard: InlineKeyboardMarkup | None) -> None:
        """Show other buttons under a message, if any are given; what cannot be changed stays."""
        if keyboard is None:
            return
        try:
            await self._bot.edit_message_reply_markup(place.chat, message_id, reply_markup=keyboard)
        except TelegramError as error:
            _log.info("buttons could not be marked: %s", error.message)

    async def toast(self, query_id: str, text: str = "") -> None:
        """Answer a press, with words or without; one that is too old to be answered is let go."""
        try:
            await self._bot.answer_callback_query(query_id, shorten(text, renderer.TOAST_CHARACTERS) or None)
        except TelegramError as error:
            _log.info("a press could not be answered: %s", error.message)

    @asynccontextmanager
    async def typing(self, place: Place) -> AsyncIterator[None]:
        """Show that an answer is being written, once that takes a while."""
        task = asyncio.create_task(self._type(place))
        try:
            yield
        finally:
            task.cancel()

    async def _type(self, place: Place) -> None:
        pause = TYPING_AFTER
        while True:
            await asyncio.sleep(pause)
            pause = _TYPING_LASTS
            try:
                await self._bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.thread)
            except TelegramError:  # a courtesy
                return

    async def _text(self, place: Place, message: renderer.Message, tries: int | None = None) -> int:
        return await self._reach(place, lambda where: self._bot.post_message({**_encoded(message), **where}, tries))

    async def _file(self, place: Place, file: File, date: dt.date) -> int:
        caption = renderer.render(file.caption, date=date, limit=CAPTION_UNITS)

        async def call(where: dict[str, Any]) -> int:
            content = InputFile(file.content, filename=file.name)
            said = {"caption": caption.html, "parse_mode": ParseMode.HTML, "reply_markup": _keyboard(caption), **where}
            if isinstance(file, Picture):  # the caption is all there is for those who do not see it
                return (await self._bot.send_photo(photo=content, **said)).message_id
            return (await self._bot.send_document(document=content, **said)).message_id

        return await self._reach(place, call)

    async def _reach(self, place: Place, call: Callable[[dict[str, Any]], Awaitable[int]]) -> int:
        """Make a call for a place, and once more where the place has changed. Raises ChatGoneError, TelegramError."""
        try:
            return await insist(lambda: call(_where(place)))
        except ChatMigrated as error:
            await self._moved(place.chat, error.new_chat_id)
            return await self._reach(Place(error.new_chat_id), call)
        except (BadRequest, Forbidden) as error:
            if place.thread is not None and "thread not found" in error.message.lower():
                return await self._reach(replace(place, thread=None), call)
            if reason := gone(error):
                raise ChatGoneError(reason) from error
            raise


def _reason(said: str) -> str:
    """Return what Telegram says as one word: "Bad Request: message is too long" is `message_is_too_long`."""
    return re.sub(r"\W+", "_", said.rpartition(":")[2].strip())[:40] or "refused"


@lru_cache(maxsize=64)  # a morning's push goes to many chats
def _encoded(message: renderer.Message) -> dict[str, str]:
    """Return exactly what `--format telegram` prints, as it is sent: keyboard objects would cost a third of a send."""
    parameters = renderer.parameters(message)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}


def _where(place: Place) -> dict[str, Any]:
    reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
    return {"chat_id": place.chat, "message_thread_id": place.thread, "reply_parameters": reply}


def _keyboard(message: renderer.Message) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(k.text, url=k.url, callback_data=k.data) for k in row] for row in message.buttons]
    return InlineKeyboardMarkup(rows) if rows else None
