"""What measurements share: a server beside them, the packaged edition, what sending costs, how figures are told."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from bot.people import People
from bot.services import Services
from brief.profile import load_profile
from brief.settings import load_settings
from brief.store import open_store
from sources import SOURCES
from sources._http import Http
from sources.sample_site import SAMPLE_DATE, SampleTransport

SERVERS = Path(__file__).parents[1] / "servers"
AT_ONCE = 32  # messages under way, and connections
NOON = dt.datetime.combine(SAMPLE_DATE, dt.time(12), dt.UTC)


def noon() -> dt.datetime:
    """Return the time at which measurements stand."""
    return NOON


Send = Callable[[int], Awaitable[object]]  # one push to a chat


class Sent(NamedTuple):
    """What sending cost."""

    per_second: float
    cpu_ms: float


@contextmanager
def server(script: str) -> Iterator[str]:
    """Yield the address of a server in a process of its own."""
    command = [sys.executable, SERVERS / script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


@asynccontextmanager
async def sample_services(**environment: str) -> AsyncIterator[Services]:
    """Yield services on the packaged edition, and on a Redis of their own."""
    with tempfile.TemporaryDirectory() as folder:
        async with services_in(folder, **environment) as services:
            yield services


@asynccontextmanager
async def services_in(folder: str, **environment: str) -> AsyncIterator[Services]:
    """Yield services on the packaged edition, and on the Redis of a data folder, which processes may share."""
    settings = load_settings({"PAPERBOY_DATA_DIR": folder, **environment})
    http = Http(user_agent="", turn=lambda *_: nullcontext(), transport=SampleTransport())
    async with open_store(settings) as store, http:
        sources = [row.build(http, settings) for row in SOURCES]
        yield Services(settings, load_profile(), store, People(store.client, noon), sources, clock=noon)


async def send_all(send: Send, messages: int) -> None:
    """Send so many messages, each to another chat."""
    chats = iter(range(1, messages + 1))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def cost_of_sending(send: Send, messages: int) -> Sent:
    """Return what so many messages cost, each to another chat, after a tenth as many that are not counted."""
    await send_all(send, messages // 10)
    return await cost_of(send_all(send, messages), messages)


async def cost_of(work: Awaitable[object], messages: int) -> Sent:
    """Return what some work costs for each message that it sends."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Sent(messages / wall, 1000 * cpu / messages)


def figure(values: dict[str, float], target: float | None = None, *, floor: bool = False) -> dict[str, Any]:
    """Return a figure of ours beside its peers'; the target is a ceiling unless it is a `floor`."""
    rounded = {who: round(value, 3) for who, value in values.items()}
    value = rounded.pop("ours")
    target = None if target is None else round(target, 3)
    ok = target is None or (value >= target if floor else value <= target)
    return {"value": value, "target": target, "ok": ok, "peers": rounded}


def options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the option of every measurement."""
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return result


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of every measurement of chats."""
    result = options(description)
    result.add_argument("--rounds", type=int, default=5)
    result.add_argument("--messages", type=int, default=500, help="a round and sender")
    return result


def show(figures: dict[str, Any], peers: Sequence[str], *, as_json: bool) -> int:
    """Print the figures beside those of their peers; see `tell`."""
    return tell(figures, _table(figures, peers), as_json=as_json)


def tell(figures: dict[str, Any], table: Table, *, as_json: bool) -> int:
    """Print the figures or their table, and return an exit status that tells whether every target is met."""
    if as_json:
        print(json.dumps(figures))
    else:
        Console(width=120).print(table)
    return 0 if all(figure["ok"] for figure in figures.values()) else 1


def _table(figures: dict[str, Any], peers: Sequence[str]) -> Table:
    result = Table("figure", "ours", *peers, "target", "ok")
    for name, told in figures.items():
        values = (told["value"], *(told["peers"].get(peer) for peer in peers), told["target"])
        cells = ["" if v is None else f"{v:.2f}" if v < 100 and v % 1 else f"{v:.0f}" for v in values]
        result.add_row(name, *cells, "" if told["target"] is None else "yes" if told["ok"] else "NO")
    return result
