"""Which Telegram chats may use the bot, what is known of them, and who may change them."""

from __future__ import annotations

import logging
import time

from telegram import Bot
from telegram.error import TelegramError

from bot.chat import Chat
from bot.people import language_of
from bot.services import Services
from bot.telegram_send import insist
from bot.telegram_updates import Asked, chat_id, number_of

EVERYONE = "*"
ADMINS_FOR = 60.0  # seconds that a group's list of administrators is not asked for again
_CHATS_KNOWN = 10_000  # lists of administrators kept at most

_log = logging.getLogger(__name__)


class Chats:
    """The chats of one bot, kept in Redis by `people`."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._people, self._settings, self._bot = services.people, services.settings, bot
        self._allowed = set(self._settings.telegram_chats)
        self._admins: dict[int, tuple[float, frozenset[int]]] = {}

    def welcome(self, number: int) -> bool:
        """Tell whether a chat may use the bot: TELEGRAM_CHATS names it, or lets everyone in."""
        return EVERYONE in self._allowed or str(number) in self._allowed

    async def refused_before(self, number: int) -> bool:
        """Tell whether a stranger had its one refusal; if not, it has it now."""
        return not await self._people.refused(chat_id(number))

    async def presubscribe(self) -> None:
        """Subscribe the new chats of TELEGRAM_CHATS; known ones keep what they decided, moved ones are followed."""
        for number in self._allowed - {EVERYONE}:
            if now := await self._people.moved(chat_id(int(number))):
                self._follow(int(number), number_of(now))
            elif await self._people.chat(chat_id(int(number))) is None:
                kind = "group" if number.startswith("-") else "private"
                await self._people.save_chat(self._new(int(number)).model_copy(update={"kind": kind}))

    async def of(self, asked: Asked) -> Chat:
        """Return the chat of a question, as it is now: a new one is remembered, one that had left is back."""
        known = await self._people.chat(asked.chat_id)
        if known is None:
            language = language_of(asked.language_code, self._settings.brief_language)
            new = self._new(asked.place.chat).model_copy(
                update={"kind": asked.kind, "title": asked.title, "language": language}
            )
            await self._people.save_chat(new)
            return new
        now = {"kind": asked.kind, "title": asked.title, "stopped": None}
        if any(getattr(known, field) != value for field, value in now.items()):
            return await self._people.change(asked.chat_id, **now)
        return known

    async def may_change(self, asked: Asked) -> bool:
        """Tell whether who asked may change the chat: an administrator, except in private."""
        if asked.admin:
            return True
        listed = self._admins.get(asked.place.chat)
        if listed is None or listed[0] < time.monotonic():
            listed = (time.monotonic() + ADMINS_FOR, await self._ask_admins(asked.place.chat))
            if len(self._admins) >= _CHATS_KNOWN:
                self._admins.clear()
            self._admins[asked.place.chat] = listed
        return asked.person in listed[1]

    async def stopped(self, number: int, reason: str) -> None:
        """Note that nothing can be sent to a chat until it comes back; said once in the log."""
        known = await self._people.chat(chat_id(number))
        if known and known.stopped is None:
            await self._people.change(chat_id(number), stopped=reason)
            _log.info("chat %s takes no messages any more: %s", number, reason)

    async def back(self, number: int) -> None:
        """Note that a chat takes messages again."""
        known = await self._people.chat(chat_id(number))
        if known and known.stopped:
            await self._people.change(chat_id(number), stopped=None)

    async def moved(self, old: int, new: int) -> None:
        """Give everything of a chat to the id it has now."""
        await self._people.migrate(chat_id(old), chat_id(new))
        self._follow(old, new)

    def _follow(self, old: int, new: int) -> None:
        if str(old) in self._allowed and str(new) not in self._allowed:
            self._allowed.add(str(new))
            _log.warning("chat %s is now %s: please correct TELEGRAM_CHATS", old, new)

    def _new(self, number: int) -> Chat:
        settings = self._settings
        return Chat(
            id=chat_id(number),
            language=settings.brief_language,
            time=settings.brief_time,
            zone=settings.brief_timezone.key,
            subscribed=str(number) in self._allowed,
        )

    async def _ask_admins(self, number: int) -> frozenset[int]:
        try:
            members = await insist(lambda: self._bot.get_chat_administrators(number))
        except TelegramError as error:
            _log.info("the administrators of chat %s cannot be told: %s", number, error.message)
            return frozenset()
        return frozenset(member.user.id for member in members)
