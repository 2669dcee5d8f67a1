"""What a message costs, and how soon an answer comes: our Telegram side beside its peers, against the same server.

Messages per second and milliseconds of CPU time a message, sending one push to many chats: our send path (a push
rendered and sent through our transport and limiter, limits lifted), aiogram 3 and raw aiohttp, with the same text and
buttons. Then the time from the delivery of `/paper` to the arrival of its answer, against an application of
python-telegram-bot that echoes; both get the same updates at the same pace. Rounds alternate; figures are medians.

    python bench/telegram.py [--rounds 5] [--messages 500] [--updates 100] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

sys.path.pop(0)  # in this folder, `telegram` is this file

import aiogram
import aiohttp
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions
from rich.console import Console
from rich.table import Table
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.limits import Limit
from bot.people import People
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_limits import Limiter
from bot.telegram_poll import Inbox, Poller, PollingBot
from bot.telegram_send import Sender
from bot.telegram_transport import AiohttpRequest
from bot.telegram_updates import Place
from brief.models import Brief
from brief.profile import load_profile
from brief.settings import load_settings
from brief.store import open_store
from formatting import screens
from formatting.telegram import parameters, render
from sources import SOURCES
from sources._http import Http
from sources.sample_site import SAMPLE_DATE, SampleTransport

HERE = Path(__file__).parent
TOKEN = "123456789:a-token-of-nobody-0123456789abcdefg"  # noqa: S105  (it opens nothing)
AT_ONCE = 32  # messages under way, and connections
CHATS = 50  # that ask in turn: each after two seconds, a private chat may have a message a second
NOON = dt.datetime.combine(SAMPLE_DATE, dt.time(12), dt.UTC)

Send = Callable[[int], Awaitable[object]]  # one push to a chat
Sending = Callable[[str, Brief], AbstractAsyncContextManager[Send]]
Answering = Callable[[str, Services], AbstractAsyncContextManager[None]]


# -- who sends --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def ours(url: str, brief: Brief) -> AsyncIterator[Send]:
    """Send as the bot does, as fast as it can."""
    none = Limit(AT_ONCE, 0)
    async with AiohttpRequest(AT_ONCE) as request:
        limiter = Limiter(overall=none, chat=none, group=none)
        sender = Sender(PollingBot(TOKEN, base_url=f"{url}/bot", request=request, rate_limiter=limiter), _stays)
        push = screens.push(brief)
        yield lambda chat: sender.send(Place(chat), push, brief.date)


async def _stays(_old: int, _new: int) -> None:
    """No chat moves here."""


@asynccontextmanager
async def with_aiogram(url: str, brief: Brief) -> AsyncIterator[Send]:
    """Send with aiogram what is rendered already."""
    push = parameters(render(screens.push(brief), date=brief.date))
    keys = InlineKeyboardMarkup.model_validate(push["reply_markup"])
    preview = LinkPreviewOptions(is_disabled=True)
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=AT_ONCE)
    async with aiogram.Bot(TOKEN, session=session) as bot:
        yield lambda chat: bot.send_message(
            chat, push["text"], parse_mode="HTML", link_preview_options=preview, reply_markup=keys
        )


@asynccontextmanager
async def with_aiohttp(url: str, brief: Brief) -> AsyncIterator[Send]:
    """Post the same form without any library for Telegram."""
    push = parameters(render(screens.push(brief), date=brief.date))
    form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in push.items()}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def send(chat: int) -> object:
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", data={**form, "chat_id": str(chat)}) as answer:
                return await answer.json()

        yield send


SENDERS: dict[str, Sending] = {"ours": ours, "aiogram": with_aiogram, "aiohttp": with_aiohttp}


class Sent(NamedTuple):
    """What sending cost."""

    per_second: float
    cpu_ms: float


async def measure_sending(sending: Sending, url: str, brief: Brief, messages: int) -> Sent:
    """Send so many messages, each to another chat, after a tenth as many that are not counted."""
    async with sending(url, brief) as send:
        await _send_all(send, messages // 10)
        wall, cpu = time.perf_counter(), time.process_time()
        await _send_all(send, messages)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Sent(messages / wall, 1000 * cpu / messages)


async def _send_all(send: Send, messages: int) -> None:
    chats = iter(range(1, messages + 1))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


# -- who answers ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def paperboy(url: str, services: Services) -> AsyncIterator[None]:
    """Run the bot as it is run for readers, limits and all."""
    settings = services.settings.model_copy(update={"telegram_api_url": url})
    bot = TelegramBot(Services(**{**vars(services), "settings": settings}), TOKEN)
    async with bot.running():
        polling = asyncio.create_task(Poller(bot.bot, Inbox(bot.bot, bot.handle)).run())
        yield
        polling.cancel()
        await asyncio.wait([polling])


@asynccontextmanager
async def echo(url: str, _services: Services) -> AsyncIterator[None]:
    """Run the shortest application of python-telegram-bot, with everything as it comes."""
    app = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()

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


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a Bot API in a process of its own."""
    command = [sys.executable, HERE / "servers" / "bot_api.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


@asynccontextmanager
async def sample_services() -> AsyncIterator[Services]:
    """Yield services on the packaged edition, and on a Redis of their own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"PAPERBOY_DATA_DIR": folder, "TELEGRAM_CHATS": "*"})
        http = Http(user_agent="", turn=lambda *_: nullcontext(), transport=SampleTransport())
        async with open_store(settings) as store, http:
            sources = [row.build(http, settings) for row in SOURCES]
            people = People(store.client, lambda: NOON)
            yield Services(settings, load_profile(), store, people, sources, clock=lambda: NOON)


async def measure(rounds: int, messages: int, updates: int) -> dict[str, Any]:
    """Return the figures of all rounds."""
    sent: dict[str, list[Sent]] = {name: [] for name in SENDERS}
    answered: dict[str, list[list[float]]] = {name: [] for name in ANSWERERS}
    with server() as url:
        async with sample_services() as services:
            brief = await services.brief(SAMPLE_DATE, "en", services.profile)
            text = f"/paper {brief.items[0].paper.id}"
            for _ in range(rounds):
                for name, sending in SENDERS.items():
                    sent[name].append(await measure_sending(sending, url, brief, messages))
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
        "messages/s": _figure(rate, rate["aiogram"], floor=True),
        "cpu ms per message": _figure(cpu, cpu["aiogram"]),
        "/paper p50 ms": _figure(p50, 1.5 * p50["echo"]),
        "/paper p99 ms": _figure(p99),
    }


def _figure(values: dict[str, float], target: float | None = None, *, floor: bool = False) -> dict[str, Any]:
    rounded = {who: round(value, 3) for who, value in values.items()}
    value = rounded.pop("ours")
    target = None if target is None else round(target, 3)
    ok = target is None or (value >= target if floor else value <= target)
    return {"value": value, "target": target, "ok": ok, "peers": rounded}


def table(figures: dict[str, Any]) -> Table:
    """Lay the figures out, a row each."""
    result = Table(*("figure", "ours", "aiogram", "aiohttp", "echo", "target", "ok"))
    for name, figure in figures.items():
        values = (figure["value"], *(figure["peers"].get(p) for p in ("aiogram", "aiohttp", "echo")), figure["target"])
        cells = ["" if v is None else f"{v:.2f}" if v < 100 else f"{v:.0f}" for v in values]
        result.add_row(name, *cells, "" if figure["target"] is None else "yes" if figure["ok"] else "NO")
    return result


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=500, help="a round and sender")
    parser.add_argument("--updates", type=int, default=100, help="a round and application")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.rounds, options.messages, options.updates))
    if options.json:
        print(json.dumps(figures))
    else:
        Console(width=110).print(table(figures))
    return 0 if all(figure["ok"] for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
