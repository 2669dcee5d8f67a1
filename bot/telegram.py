"""Paperboy in Telegram: updates become commands, answers become messages, and the push goes out.

Nothing about papers is decided here: commands answer with documents, `formatting.telegram` makes them fit.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from telegram import BotCommand, Update
from telegram.constants import BotCommandLimit, ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.afterwards import answering
from bot.chat import Chat
from bot.commands import COMMANDS, CommandError, Request, answer, help_rows
from bot.people import language_of
from bot.request import Reply, Row
from bot.services import Services
from bot.shared_limits import SharedPace
from bot.telegram_chats import Chats
from bot.telegram_inline import find
from bot.telegram_limits import Limiter
from bot.telegram_marks import marked
from bot.telegram_order import OrderedByChat
from bot.telegram_poll import PollingBot
from bot.telegram_send import ChatGoneError, Sender, patiently
from bot.telegram_transport import POLLING_CONNECTIONS, AiohttpRequest
from bot.telegram_updates import Asked, Place, asked_by_message, asked_by_press, number_of
from brief.models import Language
from formatting import people, screens
from formatting.document import Document, plain
from formatting.press import Press, unpack

CONNECTIONS = 64  # more than the 30 messages a second that Telegram takes can use
_KNOWN = frozenset(COMMANDS)
_MENUS: Final[dict[Language, str | None]] = {"en": None, "zh": "zh"}  # without a code: for all other languages

_log = logging.getLogger(__name__)
_Context = CallbackContext[Any, Any, Any, Any]


class TelegramBot:
    """The bot on one token. Use `running()` around everything else."""

    def __init__(self, services: Services, token: str, limiter: Limiter | None = None) -> None:
        api = services.settings.telegram_api_url
        self._services = services
        self.bot = PollingBot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=AiohttpRequest(CONNECTIONS),
            get_updates_request=AiohttpRequest(POLLING_CONNECTIONS),
            rate_limiter=limiter or Limiter(SharedPace(services.store.client, "telegram", token)),
        )
        self.chats = Chats(services, self.bot)
        self._sender = Sender(self.bot, self.chats.moved)
        builder = Application.builder().bot(self.bot).updater(None).job_queue(None)
        self._app = builder.concurrent_updates(OrderedByChat()).build()
        said = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
        self._app.add_handlers(
            [
                MessageHandler(filters.StatusUpdate.MIGRATE, self._migrated),
                MessageHandler(said & (filters.TEXT | filters.CAPTION), self._said),
                CallbackQueryHandler(self._pressed),
                InlineQueryHandler(self._searched),
                ChatMemberHandler(self._came_or_went, ChatMemberHandler.MY_CHAT_MEMBER),
            ]
        )
        self._app.add_error_handler(self._failed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be ready for updates and pushes; waits for Telegram if need be. Raises TelegramError for a wrong token."""
        try:
            await patiently(self._app.initialize)
            async with self._app:
                await self._set_menus()
                await self.chats.presubscribe()
                yield
        finally:
            await self.bot.shutdown()  # what had begun to open when it was told to stop

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Be ready for pushes alone: another process takes the updates. Raises TelegramError for a wrong token."""
        try:
            await patiently(self.bot.initialize)
            yield
        finally:
            await self.bot.shutdown()

    async def handle(self, update: Update) -> None:
        """Do what an update asks, after those of its chat that came before; a press is acknowledged at once."""
        processing = self._app.update_processor.process_update(update, answering(self._app.process_update(update)))
        await asyncio.gather(self._acknowledge(update), processing)

    async def push(self, chat: Chat, date: dt.date) -> str | None:
        """Send a chat the push of a date and return the message's id; None when the chat takes no messages."""
        return await self._deliver(chat, await self._services.editions.push(chat, date), date)

    async def tell(self, chat: Chat, document: Document) -> str | None:
        """Send a chat something that is not an answer, and return the message's id."""
        return await self._deliver(chat, document, self._services.today())

    async def _deliver(self, chat: Chat, document: Document, date: dt.date) -> str | None:
        number = number_of(chat.id)
        try:
            return str(await self._sender.push(Place(number, chat.thread), document, date))
        except ChatGoneError as error:
            await self.chats.stopped(number, str(error))
            return None

    # -- updates ------------------------------------------------------------------------------------------------------

    async def _said(self, update: Update, _: _Context) -> None:
        message = update.effective_message
        asked = asked_by_message(message, self.bot.username, _KNOWN) if message else None
        if asked is None:
            return
        if not self.chats.welcome(asked.place.chat):
            await self._refuse(asked)
            return
        chat = await self.chats.of(asked)
        date = await self._services.edition_date(chat)
        try:
            async with self._sender.typing(asked.place):
                reply = await self._answer(asked, chat, date)
        except CommandError as error:
            reply = error.document
        await self._show(asked, reply, date)

    async def _pressed(self, update: Update, _: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        press, row = _press(query.data)
        asked = asked_by_press(query, f"/{press.action} {press.value}".strip()) if press else None
        if press is None or row is None or asked is None:
            await self._sender.toast(query.id, screens.message("old_button", self._language(update)).summary)
            return
        if not self.chats.welcome(asked.place.chat):
            await self._sender.toast(query.id)
            return
        chat = await self.chats.of(asked)
        try:
            async with self._sender.typing(asked.place):
                reply, failed = await self._answer(asked, chat, press.date), False
        except CommandError as error:
            reply, failed = error.document, True
        if row.toast and isinstance(reply, Document):
            await self._sender.toast(query.id, reply.summary)
            if asked.kind == "private" and query.message:  # in groups the buttons are everybody's
                keyboard = await marked(query, press, asked.owner, chat.language, self._services)
                await self._sender.mark(asked.place, query.message.message_id, keyboard)
        elif failed:  # what was pressed stays as it is
            await self._show(asked, reply, press.date)
        elif _turns_the_page(asked, row, press) and isinstance(reply, Document) and query.message:
            await self._edit(asked, query.message.message_id, reply, press.date)
        else:
            await self._show(asked, reply, press.date)

    async def _acknowledge(self, update: Update) -> None:
        """Take the waiting sign off a button, unless the answer itself will be shown on it."""
        query = update.callback_query
        press, row = _press(query.data) if query else (None, None)
        if query and press and row and not row.toast and query.message and self.chats.welcome(query.message.chat.id):
            await self._sender.toast(query.id)

    async def _searched(self, update: Update, _: _Context) -> None:
        query = update.inline_query
        if query and self.chats.welcome(query.from_user.id):
            await find(query, self._services, self._language(update))

    async def _came_or_went(self, update: Update, _: _Context) -> None:
        change = update.my_chat_member
        if change is None:
            return
        gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
        private = change.chat.id > 0
        if gone:
            await self.chats.stopped(change.chat.id, "blocked" if private else "kicked")
        elif not private:  # a person who unblocked the bot starts it again when ready
            await self.chats.back(change.chat.id)

    async def _migrated(self, update: Update, _: _Context) -> None:
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            await self.chats.moved(message.chat.id, message.migrate_to_chat_id)
        elif message and message.migrate_from_chat_id:
            await self.chats.moved(message.migrate_from_chat_id, message.chat.id)

    # -- answers ------------------------------------------------------------------------------------------------------

    async def _answer(self, asked: Asked, chat: Chat, date: dt.date) -> Reply:
        """Return the answer to a line or press. Raises CommandError for what cannot be done."""
        row = COMMANDS.get(_name(asked.line))
        admin = await self.chats.may_change(asked) if row and row.changes(_text(asked.line)) else asked.admin
        request = Request("", chat.language, date, chat, asked.owner, admin=admin, name=asked.name)
        reply = await answer(asked.line, request, self._services)
        if _name(asked.line) == "subscribe" and chat.thread != asked.place.thread:
            await self._services.people.change(chat.id, thread=asked.place.thread)
        return reply

    async def _show(self, asked: Asked, reply: Reply, date: dt.date) -> None:
        try:
            await self._sender.send(asked.place, reply, date)
        except ChatGoneError as error:
            await self.chats.stopped(asked.place.chat, str(error))

    async def _edit(self, asked: Asked, message_id: int, document: Document, date: dt.date) -> None:
        try:
            await self._sender.edit(asked.place, message_id, document, date)
        except ChatGoneError as error:
            await self.chats.stopped(asked.place.chat, str(error))

    async def _refuse(self, asked: Asked) -> None:
        """Tell a stranger once; never again, and nothing else."""
        if not await self.chats.refused_before(asked.place.chat):
            language = self._services.settings.brief_language
            note = people.refusal(language, asked.place.chat)
            await self._show(asked, note, self._services.today())

    async def _failed(self, update: object, context: _Context) -> None:
        """Log what went wrong, and tell who waits for the answer, with a word that finds the log line."""
        reference = secrets.token_hex(4)
        _log.error("[%s] an update failed", reference, exc_info=context.error)
        if not isinstance(update, Update) or update.effective_chat is None or update.inline_query:
            return
        note = people.failed(self._language(update), reference)
        try:
            if update.callback_query:
                await self._sender.toast(update.callback_query.id, note.summary)
            await self._sender.send(Place(update.effective_chat.id), note, self._services.today())
        except (TelegramError, ChatGoneError) as error:
            _log.warning("[%s] and that could not be told: %s", reference, error)

    def _language(self, update: Update) -> Language:
        user, otherwise = update.effective_user, self._services.settings.brief_language
        return language_of(user.language_code if user else None, otherwise)

    async def _set_menus(self) -> None:
        try:
            for language, code in _MENUS.items():
                await self.bot.set_my_commands(_menu(language), language_code=code)
        except TelegramError as error:
            _log.warning("the menu of commands could not be set: %s", error)


def _press(data: object) -> tuple[Press | None, Row | None]:
    """Return what a button asks for and the command that does it; None for what this version does not know."""
    press = unpack(data) if isinstance(data, str) else None
    return press, COMMANDS.get(press.action) if press else None


def _turns_the_page(asked: Asked, row: Row, press: Press) -> bool:
    """Tell whether an answer takes the place of the message that was pressed.

    Not in groups, where others are reading it; settings are everyone's and change there too.
    """
    return asked.kind == "private" or row.changes(press.value)


def _name(line: str) -> str:
    return line.split(maxsplit=1)[0].removeprefix("/").lower()


def _text(line: str) -> str:
    return "".join(line.split(maxsplit=1)[1:])


def _menu(language: Language) -> list[BotCommand]:
    limit = int(BotCommandLimit.MAX_DESCRIPTION)
    return [BotCommand(command.removeprefix("/"), plain(said)[:limit]) for command, said in help_rows(language)]
