"""What delivering costs, beyond sending: the whole path, the pace it keeps, and how it grows.

Messages per second and milliseconds of CPU time a message of the whole path (handed out, claimed, rendered, sent,
recorded; limits lifted), beside the bare send loops of aiogram, slack_sdk and aiohttp with the same text made before.
The share of Telegram's 30 a second that 1 and 3 workers reach together at a server that refuses the 31st, and what it
refused. The time of a tick, which hands out what is due, for 1k to 100k subscribed chats. The memory of 100k chats.
Each side has a process and a Redis of its own; rounds alternate; figures are medians, those of ticks the best.

    python bench/delivery.py [--rounds 5] [--messages 500] [--json]
"""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from itertools import product
from math import inf
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path.insert(0, str(Path(__file__).parent / "shared"))

import aiohttp
from measuring import NOON, Sent, cost_of, cost_of_sending, figure, parser, sample_services, server, services_in, show
from office import environment, office, subscribe
from peers import PEERS, Sending

from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.metrics import Metrics
from bot.queue import Queue
from bot.scheduler import Scheduler
from bot.serve import Role, serve
from bot.services import Services
from brief.store import key_of
from formatting import screens
from formatting.document import Document
from sources.sample_site import SAMPLE_DATE

SERVERS = {"telegram": "bot_api.py", "slack": "slack_api.py"}
CEILING = 30  # messages a second
PACED = 300  # messages
PATIENCE = 60.0  # seconds for them, three times as many as they need
SHARE = 0.97  # of the ceiling
SIZES = (1_000, 10_000, 100_000)  # subscribed chats
DUE = 0.01  # of them
FLAT, LINEAR = (
    1.5,
    1.2,
)  # how many times longer a tick may take for 100 times the chats; a due chat for 10 times as many
MEGABYTE = 1 << 20
_new = get_context("spawn")


# -- the whole path ---------------------------------------------------------------------------------------------------


async def measure_path(surface: str, url: str, _push: Document, messages: int) -> Sent:
    """Deliver to so many chats, after a tenth as many that are not counted."""
    async with sample_services(**environment(surface, url)) as services, office(services, surface) as opened:
        warm = messages // 10
        await subscribe(services, surface, warm)
        await opened.push(warm)
        await subscribe(services, surface, warm + messages)
        return await cost_of(opened.push(messages), messages)


async def measure_peer(sending: Sending, url: str, push: Document, messages: int) -> Sent:
    """Send so many messages, each to another chat, after a tenth as many that are not counted."""
    async with sending(url, push) as send:
        return await cost_of_sending(send, messages)


def paths(surface: str, push: Document, rounds: int, messages: int) -> dict[str, Any]:
    """Return the figures of the whole path to one chat service."""
    measured: dict[str, tuple[Callable[..., Any], Any]] = {"ours": (measure_path, surface)}
    measured |= {who: (measure_peer, sending) for who, sending in PEERS[surface].items()}
    sent: dict[str, list[Sent]] = {who: [] for who in measured}
    with server(SERVERS[surface]) as url, ExitStack() as stack:
        own = {who: stack.enter_context(ProcessPoolExecutor(1, _new)) for who in measured}
        for _ in range(rounds):
            for who, (measure, what) in measured.items():
                sent[who].append(own[who].submit(run, measure, what, url, push, messages).result())
    rate, cpu = ({who: statistics.median(s[n] for s in all_) for who, all_ in sent.items()} for n in range(2))
    return {
        f"{surface} messages/s": figure(rate, rate.get("aiogram"), floor=True),
        f"{surface} cpu ms per message": figure(cpu, cpu.get("aiogram")),
    }


# -- the pace ---------------------------------------------------------------------------------------------------------


def paced(workers: int) -> dict[str, Any]:
    """Return the figures of so many workers at a server that lets 30 messages a second through."""
    with server(SERVERS["telegram"]) as url, tempfile.TemporaryDirectory() as folder, working(folder, url, workers):
        counts = asyncio.run(measure_pace(folder, url))
    share = (counts["granted"] - 1) / counts["seconds"] / CEILING
    return {
        f"share of 30/s, {workers} workers": figure({"ours": share}, SHARE, floor=True),
        f"refused, {workers} workers": figure({"ours": counts["refused"]}, 0),
    }


@contextmanager
def working(folder: str, url: str, workers: int) -> Iterator[None]:
    """Have so many worker processes deliver from the Redis of a folder."""
    processes = [_new.Process(target=run, args=(work, folder, url)) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join()


async def work(folder: str, url: str) -> None:
    """Be a worker until told to stop."""
    async with services_in(folder, PAPERBOY_LISTEN="127.0.0.1:0", **environment("telegram", url)) as services:
        await serve(services, Role.WORKER)


async def measure_pace(folder: str, url: str) -> dict[str, float]:
    """Hand out messages and return what the server counted when all were delivered."""
    async with services_in(folder, **environment("telegram", url)) as services:
        await subscribe(services, "telegram", PACED)
        await asked(f"{url}/pace?count={CEILING}")
        await scheduler(services).tick()
        async with asyncio.timeout(PATIENCE):
            while (await Deliveries(services.store.client).figures(SAMPLE_DATE)).sent < PACED:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    return await asked(f"{url}/pace?count=0")


async def asked(url: str) -> Any:
    """Return what the server answers."""
    async with aiohttp.request("GET", url) as answer:
        return (await answer.json())["result"]


# -- growth -----------------------------------------------------------------------------------------------------------


def scheduler(services: Services) -> Scheduler:
    """Return a scheduler of a process that only schedules."""
    redis = services.store.client
    return Scheduler(services, Deliveries(redis), Queue(redis), ["telegram"], Metrics())


async def fill(folder: str, chats: int) -> float:
    """Have so many chats that are due in the afternoon; return the megabytes of Redis they take."""
    async with services_in(folder) as services:
        redis = services.store.client
        before = (await redis.info("memory"))["used_memory"]
        hours = [dt.time(13 + n % 10, n % 60) for n in range(60)]
        for start in range(0, chats, 1000):
            some = [
                Chat(id=f"telegram:{10**9 + n}", subscribed=True, time=hours[n % 60])
                for n in range(start, start + 1000)
            ]
            async with redis.pipeline(transaction=False) as pipe:
                pipe.sadd(key_of("subscribed"), *(chat.id for chat in some))
                for chat in some:
                    pipe.set(key_of("chat", chat.id), chat.model_dump_json(exclude={"id"}))
                await pipe.execute()
            await Deliveries(redis).adopt(some, NOON)
        return ((await redis.info("memory"))["used_memory"] - before) / MEGABYTE


async def measure_ticks(folders: list[str], dues: list[int], rounds: int) -> list[dict[int, float]]:
    """Return the milliseconds of a tick by how many are due, for each folder: the best, taking turns."""
    async with AsyncExitStack() as stack:
        all_ = [await stack.enter_async_context(services_in(folder)) for folder in folders]
        took: list[dict[int, float]] = [dict.fromkeys(dues, inf) for _ in folders]
        for _, due in product(range(5 * rounds), dues):
            for best, services in zip(took, all_, strict=True):
                best[due] = min(best[due], await tick(services, [f"telegram:{n}" for n in range(due)]))
    return took


async def tick(services: Services, members: list[str]) -> float:
    """Return the milliseconds of a tick at which members are due."""
    deliveries, ticking = Deliveries(services.store.client), scheduler(services)
    await deliveries.owe(members, NOON)
    begun = time.perf_counter()
    await ticking.tick()
    took = time.perf_counter() - begun
    await deliveries.done([Result(member, None, "nothing") for member in members], NOON)
    return 1000 * took


async def measure_memory(folder: str) -> float:
    """Return the megabytes of a process after all that a scheduler does for all chats."""
    async with services_in(folder) as services:
        scheduling = scheduler(services)
        for job in (scheduling.clean, scheduling.prepare, scheduling.tick):
            await job()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(rounds: int) -> dict[str, Any]:
    """Return how ticks and memory grow with the chats."""
    dues = [int(size * DUE) for size in SIZES]
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in SIZES]
        redis = [alone(fill, folder, size) for folder, size in zip(folders, SIZES, strict=True)]
        ticks = dict(zip(SIZES, alone(measure_ticks, folders, dues, rounds), strict=True))
        process = alone(measure_memory, folders[-1])
    few, some, many = dues
    flat = ticks[SIZES[-1]][few] / ticks[SIZES[0]][few]
    linear = (ticks[SIZES[-1]][many] / many) / (ticks[SIZES[-1]][some] / some)
    return {
        **{
            f"tick ms, {size} chats, {due} due": figure({"ours": ticks[size][due]})
            for size, due in zip(SIZES, dues, strict=True)
        },
        f"tick, {few} due, {SIZES[-1]} : {SIZES[0]} chats": figure({"ours": flat}, FLAT),
        f"tick a due chat, {many} : {some} due": figure({"ours": linear}, LINEAR),
        f"Redis MB, {SIZES[-1]} chats": figure({"ours": redis[-1]}),
        f"scheduler MB, {SIZES[-1]} chats": figure({"ours": process}),
    }


# -- the measurement --------------------------------------------------------------------------------------------------


def run(measured: Callable[..., Any], *arguments: Any) -> Any:
    """Run a coroutine function in this process."""
    return asyncio.run(measured(*arguments))


def alone(measured: Callable[..., Any], *arguments: Any) -> Any:
    """Run a coroutine function in a process of its own."""
    with ProcessPoolExecutor(1, _new) as process:
        return process.submit(run, measured, *arguments).result()


async def sample() -> Document:
    """Return the push of the packaged edition."""
    async with sample_services() as services:
        return screens.push(await services.brief(SAMPLE_DATE, "en", services.profile))


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    chosen = parser(__doc__).parse_args()
    push = asyncio.run(sample())
    figures = {}
    for surface in SERVERS:
        figures |= paths(surface, push, chosen.rounds, chosen.messages)
    for workers in (1, 3):
        figures |= paced(workers)
    figures |= growth(chosen.rounds)
    return show(figures, ("aiogram", "slack_sdk", "aiohttp"), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
