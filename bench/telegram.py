"""What a message costs, and how soon an answer comes: our Telegram side beside its peers, against the same server.

Messages per second and milliseconds of CPU time a message, sending one push to many chats: our send path (a push
rendered and sent through our transport and limiter, limits lifted), aiogram 3 and raw aiohttp, with the same text and
buttons. Then the time from the delivery of `/paper` to the arrival of its answer, against an application of
python-telegram-bot that echoes; both get the same updates at the same pace. Rounds alternate; figures are medians.

    python bench/telegram.py [--rounds 5] [--messages 500] [--updates 100] [--json]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.pop(0)  # in this folder, `telegram` is this file
sys.path.insert(0, str(Path(__file__).parent / "shared"))

import aiohttp
from measuring import AT_ONCE, Send, Sent, cost_of_sending, figure, parser, sample_services, server, show
from peers import PEERS, TELEGRAM_TOKEN, Sending
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.limits import Limit
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_limits import Limiter
from bot.telegram_poll import Inbox, Poller, PollingBot
from bot.telegram_send import Sender
from bot.telegram_transport import AiohttpRequest
from bot.telegram_updates import Place
from formatting import screens
from formatting.document import Document
from sources.sample_site import SAMPLE_DATE

CHATS = 50  # that ask in turn: each after two seconds, a private chat may have a message a second

Answering = Callable[[str, Services], AbstractAsyncContextManager[None]]


# -- who sends --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def ours(url: str, push: Document) -> AsyncIterator[Send]:
    """Send as the bot does, as fast as it can."""
    none = Limit(AT_ONCE, 0)
    async with AiohttpRequest(AT_ONCE) as request:
        limiter = Limiter(overall=none, chat=none, group=none)
        sender = Sender(
            PollingBot(TELEGRAM_TOKEN, base_url=f"{url}/bot", request=request, rate_limiter=limiter), _stays
        )
        yield lambda chat: sender.send(Place(chat), push, SAMPLE_DATE)


async def _stays(_old: int, _new: int) -> None:
    """No chat moves here."""


SENDERS: dict[str, Sending] = {"ours": ours, **PEERS["telegram"]}


async def measure_sending(sending: Sending, url: str, push: Document, messages: int) -> Sent:
    """Send so many messages, each to another chat."""
    async with sending(url, push) as send:
        return await cost_of_sending(send, messages)


# -- who answers ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def paperboy(url: str, services: Services) -> AsyncIterator[None]:
    """Run the bot as it is run for readers, limits and all."""
    settings = services.settings.model_copy(update={"telegram_api_url": url})
    bot = TelegramBot(replace(services, settings=settings), TELEGRAM_TOKEN)
    async with bot.running():
        polling = asyncio.create_task(Poller(bot.bot, Inbox(bot.bot, bot.handle)).run())
        yield
        polling.cancel()
        await asyncio.wait([polling])


@asynccontextmanager
async def echo(url: str, _services: Services) -> AsyncIterator[None]:
    """Run the shortest application of python-telegram-bot, with everything as it comes."""
    app = Application.builder().token(TELEGRAM_TOKEN).base_url(f"{url}/bot").build()

    async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        await update.message.reply_text(update.message.text)

    app.add_handler(MessageHandler(filters.ALL, handle))
    async with app:
        await app.start()
        await app.updater.start_polling()
        yield
        await app.updater.stop()
        await app.stop()


ANSWERERS: dict[str, Answering] = {"ours": paperboy, "echo": echo}


async def measure_answering(answering: Answering, url: str, services: Services, text: str, updates: int) -> list[float]:
    """Return the milliseconds each answer took; the first of each chat is not counted."""
    query = {"updates": updates + CHATS, "warm": CHATS, "chats": CHATS, "text": text}
    asked = aiohttp.request("GET", f"{url}/measure", params=query)
    async with answering(url, services), asked as answer:
        return [1000 * seconds for seconds in (await answer.json())["result"]]


# -- the measurement --------------------------------------------------------------------------------------------------


async def measure(rounds: int, messages: int, updates: int) -> dict[str, Any]:
    """Return the figures of all rounds."""
    sent: dict[str, list[Sent]] = {name: [] for name in SENDERS}
    answered: dict[str, list[list[float]]] = {name: [] for name in ANSWERERS}
    with server("bot_api.py") as url:
        async with sample_services(TELEGRAM_CHATS="*") as services:
            brief = await services.brief(SAMPLE_DATE, "en", services.profile)
            text = f"/paper {brief.items[0].paper.id}"
            for _ in range(rounds):
                for name, sending in SENDERS.items():
                    sent[name].append(await measure_sending(sending, url, screens.push(brief), messages))
                for name, answering in ANSWERERS.items():
                    answered[name].append(await measure_answering(answering, url, services, text, updates))
    return report(sent, answered)


def report(sent: dict[str, list[Sent]], answered: dict[str, list[list[float]]]) -> dict[str, Any]:
    """Return figure name -> value, target, ok, peers."""
    rate, cpu = ({who: statistics.median(s[n] for s in all_) for who, all_ in sent.items()} for n in range(2))
    p50, p99 = (
        {who: statistics.median(statistics.quantiles(r, n=100)[n] for r in runs) for who, runs in answered.items()}
        for n in (49, 98)
    )
    return {
        "messages/s": figure(rate, rate["aiogram"], floor=True),
        "cpu ms per message": figure(cpu, cpu["aiogram"]),
        "/paper p50 ms": figure(p50, 1.5 * p50["echo"]),
        "/paper p99 ms": figure(p99),
    }


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    options = parser(__doc__)
    options.add_argument("--updates", type=int, default=100, help="a round and application")
    chosen = options.parse_args()
    figures = asyncio.run(measure(chosen.rounds, chosen.messages, chosen.updates))
    return show(figures, ("aiogram", "aiohttp", "echo"), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
