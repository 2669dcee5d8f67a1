"""The bot as a service: from the first update to the signal that ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack

from telegram.error import InvalidToken, TelegramError

from bot.pushes import Pushes
from bot.server import serving
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_poll import Inbox, Poller
from bot.telegram_send import insist
from bot.telegram_updates import ALLOWED_UPDATES
from bot.telegram_webhook import routes
from brief.errors import SettingsError

_WEBHOOK_CONNECTIONS = 100  # Telegram's most; it sends one update of a chat at a time

_log = logging.getLogger(__name__)


async def serve(services: Services, *, pushes: bool) -> None:
    """Answer, and push when asked to, until SIGINT or SIGTERM. Raises SettingsError for what cannot work as set."""
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(_work(services, pushes=pushes))
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


async def _work(services: Services, *, pushes: bool) -> None:
    token = services.settings.telegram_bot_token
    if token is None:
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN: is needed here, for example TELEGRAM_BOT_TOKEN=123456789:AAE-your-token"
        )
    bot = TelegramBot(services, token.get_secret_value())
    try:
        async with bot.running(), AsyncExitStack() as stack:
            if pushes:
                await stack.enter_async_context(Pushes(services, bot).running())
            _log.info("serving as @%s", bot.bot.username)
            await _receive(services, bot)
    except InvalidToken as error:  # its message repeats the token
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN: Telegram does not know it; https://t.me/BotFather gives one"
        ) from error
    except TelegramError as error:
        raise SettingsError(f"TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_URL: Telegram says {error.message}") from error


async def _receive(services: Services, bot: TelegramBot) -> None:
    """Take updates until cancelled, by webhook where one is set up, else by asking."""
    inbox = Inbox(bot.bot, bot.handle)
    if services.settings.telegram_webhook_url is None:
        await insist(bot.bot.delete_webhook)
        await Poller(bot.bot, inbox).run()
        return
    async with serving(services.settings, routes(services.settings, inbox)):
        await _set_webhook(services, bot)
        try:
            await asyncio.Event().wait()
        finally:
            await inbox.drain()


async def _set_webhook(services: Services, bot: TelegramBot) -> None:
    """Tell Telegram where updates go. It stays told: what comes while the bot is down is kept and sent again."""
    settings = services.settings
    secret = settings.telegram_webhook_secret
    await insist(
        lambda: bot.bot.set_webhook(
            settings.telegram_webhook_url or "",
            allowed_updates=ALLOWED_UPDATES,
            max_connections=_WEBHOOK_CONNECTIONS,
            secret_token=secret.get_secret_value() if secret else None,
        )
    )
