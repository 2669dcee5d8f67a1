"""Telegram as a service: from the first update to the signal that ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import InvalidToken, TelegramError

from bot.services import Services
from bot.surface import Joined
from bot.telegram import TelegramBot
from bot.telegram_poll import Inbox, Poller
from bot.telegram_send import patiently
from bot.telegram_updates import ALLOWED_UPDATES
from bot.telegram_webhook import routes
from brief.errors import SettingsError

_WEBHOOK_CONNECTIONS = 100  # Telegram's most; it sends one update of a chat at a time

_log = logging.getLogger(__name__)


class TelegramSurface:
    """The bot of TELEGRAM_BOT_TOKEN."""

    name = "telegram"

    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        token = self._settings.telegram_bot_token
        self._bot = TelegramBot(services, token.get_secret_value() if token else "")
        self._inbox = Inbox(self._bot.bot, self._bot.handle)
        self.routes = routes(services.settings, self._inbox)

    async def serve(self, joined: Joined) -> None:
        """Answer until cancelled. Raises SettingsError when Telegram does not know the token or takes no webhook."""
        with _settings_errors():
            async with self._bot.running(), joined(self._bot):
                _log.info("serving as @%s", self._bot.bot.username)
                await self._receive()

    async def deliver(self, joined: Joined) -> None:
        """Only send until cancelled. Raises SettingsError when Telegram does not know the token."""
        with _settings_errors():
            async with self._bot.sending(), joined(self._bot):
                _log.info("delivering as @%s", self._bot.bot.username)
                await asyncio.Event().wait()

    async def _receive(self) -> None:
        """Take updates until cancelled, by webhook where one is set up, else by asking."""
        if not self.routes:
            await patiently(self._bot.bot.delete_webhook)
            await Poller(self._bot.bot, self._inbox).run()
            return
        await self._set_webhook()
        try:
            await asyncio.Event().wait()
        finally:
            await self._inbox.drain()

    async def _set_webhook(self) -> None:
        """Tell Telegram where updates go. It stays told: what comes while the bot is down is kept and sent again."""
        secret = self._settings.telegram_webhook_secret
        await patiently(
            lambda: self._bot.bot.set_webhook(
                self._settings.telegram_webhook_url or "",
                allowed_updates=ALLOWED_UPDATES,
                max_connections=_WEBHOOK_CONNECTIONS,
                secret_token=secret.get_secret_value() if secret else None,
            )
        )


@contextmanager
def _settings_errors() -> Iterator[None]:
    """Raise SettingsError for what Telegram says of a wrong token or webhook."""
    try:
        yield
    except InvalidToken as error:  # its message repeats the token
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN: Telegram does not know it; https://t.me/BotFather gives one"
        ) from error
    except TelegramError as error:
        raise SettingsError(f"TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_URL: Telegram says {error.message}") from error
