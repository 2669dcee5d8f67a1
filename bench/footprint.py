"""What Paperboy takes of a machine: memory, time to start, idle CPU, disk, and Redis memory for 120 days.

`paperboy run` with its private Redis, over a collected day and the four before it, in front of the strict Bot API of
the tests: the resident memory of both processes after the first answered command, the seconds from the start to that
answer, and the CPU they use when nobody asks. Then the same memory over a month, also with a strict Slack connected,
after /search, /trends and /weekly, which look back. An installation without development extras is made as `make brief`
makes it, and used once. Then days are stored as they are collected and Redis is asked what it holds; 120 days are
reckoned from the last of them, or stored with --full: days come again under other dates, their papers under other ids.

Days come from a replay of the sites where there is one (a brief's day has some 1,500 papers), else from the sample.

    python bench/footprint.py [--seconds 60] [--days 12] [--earlier 4] [--full]
        [--only run month disk redis] [--shared ../shared] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path[:0] = [str(HERE.parent), str(HERE / "shared")]  # the fakes of the tests, and what measurements share

from measuring import figure, options, sample_services, show  # noqa: E402
from replaying import SITES, collected, replay  # noqa: E402

from brief.models import Day  # noqa: E402
from brief.settings import load_settings  # noqa: E402
from brief.store import KEEP_DAYS, Store, open_store  # noqa: E402
from sources.sample_site import SAMPLE_DATE  # noqa: E402
from tests.fakes.slack import FakeSlack  # noqa: E402
from tests.fakes.telegram import FakeTelegram  # noqa: E402

PAPERBOY = Path(sys.executable).with_name("paperboy")
LAST = dt.date(2026, 5, 1)  # of the replayed days
READER = 101
NOWHERE = dict.fromkeys(SITES, "http://127.0.0.1:9")  # nobody is to be asked while it idles
MB = 1e6
MONTH = 30  # days before the last
PARTS = ("run", "month", "disk", "redis")
MEMORY_MB, START_SECONDS, IDLE_PERCENT, DISK_MB = 160, 3, 1, 250


# -- the days --------------------------------------------------------------------------------------------------------


async def days(shared: Path, count: int) -> list[Day]:
    """Return so many days in a row, the last one 2026-05-01; of the sample there is one."""
    if not (shared / "replay" / "serve.py").exists():
        async with sample_services() as services:
            return [await services.day(SAMPLE_DATE)]
    async with replay(shared) as urls:
        settings = load_settings(urls)
        return [await collected(settings, LAST - dt.timedelta(n)) for n in reversed(range(count))]


def dated(found: Sequence[Day], date: dt.date, number: int) -> Day:
    """Return one of the days, which come again in turn, under a date."""
    return as_of(found[number % len(found)], date, number // len(found))


def as_of(day: Day, date: dt.date, times: int) -> Day:
    """Return a day under another date; its papers have other ids for each of the times it was stored before."""
    papers = [p.model_copy(update={"id": f"{times:02}{p.id[2:]}" if times else p.id}) for p in day.papers]
    window = day.window.model_copy(update={"date": date})
    return day.model_copy(update={"papers": tuple(papers), "window": window})


# -- one process and its Redis ---------------------------------------------------------------------------------------


@asynccontextmanager
async def running(folder: str, telegram: FakeTelegram, **more: str) -> AsyncIterator[int]:
    """Run everything in one process, with more settings if any; yields its id."""
    environ = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_CHATS": "*"}
    environ |= {"PAPERBOY_DATA_DIR": folder, "PAPERBOY_LISTEN": "127.0.0.1:0", "PATH": os.environ["PATH"]}
    environ |= more | {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    process = await asyncio.create_subprocess_exec(PAPERBOY, "run", env=NOWHERE | environ, cwd=folder)
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def measure_run(found: Sequence[Day], seconds: float) -> dict[str, Any]:
    """Return the figures of `paperboy run` over these days, asked about the last."""
    with tempfile.TemporaryDirectory() as folder:
        await stored(folder, found)
        async with FakeTelegram() as telegram:
            await telegram.send_text(READER, READER, "/top")
            begun = time.perf_counter()
            async with running(folder, telegram) as pid:
                answer = await telegram.next_message(READER)
                answered = time.perf_counter() - begun
                pids = [pid, redis_of(folder)]
                memory = [resident(one) for one in pids]
                used, begun = cpu(pids), time.perf_counter()
                await asyncio.sleep(seconds)
                idle = (cpu(pids) - used) / (time.perf_counter() - begun)
    assert any("|card|" in data for data in answer.data), answer.text  # noqa: S101 - else it measured something else
    return {
        "papers of the day": figure({"ours": len(found[-1].papers)}),
        "MB, process and Redis": figure({"ours": sum(memory)}, MEMORY_MB),
        "MB, process": figure({"ours": memory[0]}),
        "s, start to first answer": figure({"ours": answered}, START_SECONDS),
        f"% CPU, idle for {seconds:.0f} s": figure({"ours": 100 * idle}, IDLE_PERCENT),
    }


async def measure_month(found: Sequence[Day]) -> dict[str, Any]:
    """Return the memory of `paperboy run` over a month of days, by Telegram alone and with Slack."""
    month = [dated(found, LAST - dt.timedelta(back), back) for back in range(MONTH + 1)]
    figures = {}
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        for chats, more in (("Telegram", {}), ("Telegram and Slack", tokens)):
            with tempfile.TemporaryDirectory() as folder:
                await stored(folder, month)
                memory = await looked_back(folder, telegram, more)
            figures[f"MB, {MONTH} days before, {chats}"] = figure({"ours": sum(memory)})
            figures[f"MB, process, {MONTH} days before, {chats}"] = figure({"ours": memory[0]})
        assert slack.sent("apps.connections.open")  # noqa: S101 - else it measured something else
    return figures


async def looked_back(folder: str, telegram: FakeTelegram, more: dict[str, str]) -> list[float]:
    """Return the memory of a process and its Redis after commands that read all that is stored."""
    async with running(folder, telegram, **more) as pid:
        for text in ("/top", "/search latent reasoning", "/trends 30", "/weekly"):
            await telegram.send_text(READER, READER, text)
            await telegram.next_message(READER)
        return [resident(one) for one in (pid, redis_of(folder))]


async def stored(folder: str, found: Sequence[Day]) -> None:
    """Store days in a data folder."""
    async with open_store(load_settings({"PAPERBOY_DATA_DIR": folder})) as store:
        for day in found:
            await store.save_day(day)


def redis_of(folder: str) -> int:
    """Return the process id of a data folder's Redis."""
    return int(next(Path(folder).rglob("redis.pid")).read_text())


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB


def cpu(pids: Sequence[int]) -> float:
    """Return the seconds of CPU time that processes have used (proc_pid_stat(5): utime, stime)."""
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


# -- the disk --------------------------------------------------------------------------------------------------------


def measure_disk() -> dict[str, Any]:
    """Return the size of an installation, made of the last commit and used once."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "paperboy"
        subprocess.run(["git", "clone", "--quiet", HERE.parent, clone], check=True)  # noqa: S607 - the developer's git
        begun = time.perf_counter()
        make = ["make", "brief", f"PYTHON={sys._base_executable}"]  # noqa: SLF001 - not the one of this environment
        data = {"PAPERBOY_DATA_DIR": str(Path(folder) / "data")}
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | NOWHERE | data
        subprocess.run(make, cwd=clone, env=environ, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        size = on_disk(clone / ".venv")
    return {
        "MB on disk, installation": figure({"ours": size}, DISK_MB),
        "s, `make brief` in a fresh clone": figure({"ours": seconds}, 90),
    }


def on_disk(folder: Path) -> float:
    """Return what `du` says of a folder, in MB."""
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) * 512 / MB


# -- Redis -----------------------------------------------------------------------------------------------------------


async def measure_redis(found: Sequence[Day], *, full: bool) -> dict[str, Any]:
    """Return what days take in Redis: reckoned, and stored."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(load_settings({"PAPERBOY_DATA_DIR": folder})) as store:
            held = [await used(store)]
            for n in range(KEEP_DAYS if full else len(found)):
                await store.save_day(dated(found, found[0].window.date + dt.timedelta(n), n))
                held.append(await used(store))
    later = held[1 + len(found) // 3 : 1 + len(found)]  # by then a day's papers are mostly there already
    a_day = (later[-1] - later[0]) / (len(later) - 1) if len(later) > 1 else held[1] - held[0]
    figures = {
        "papers a day": figure({"ours": sum(len(day.papers) for day in found) / len(found)}),
        "Redis MB a day": figure({"ours": a_day}),
        f"Redis MB, {KEEP_DAYS} days, reckoned": figure({"ours": held[0] + KEEP_DAYS * a_day}),
    }
    return figures | ({f"Redis MB, {KEEP_DAYS} days, stored": figure({"ours": held[-1]})} if full else {})


async def used(store: Store) -> float:
    """Return what Redis holds, in MB."""
    return float((await store.client.info("memory"))["used_memory"]) / MB


# -- the measurement -------------------------------------------------------------------------------------------------


async def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the chosen figures."""
    figures = {}
    many = {"month", "redis"} & set(chosen.only)
    found = await days(chosen.shared, chosen.days if many else chosen.earlier + 1)
    if "run" in chosen.only:
        figures |= await measure_run(found[-chosen.earlier - 1 :], chosen.seconds)
    if "month" in chosen.only:
        figures |= await measure_month(found[::-1])
    if "disk" in chosen.only:
        figures |= measure_disk()
    if "redis" in chosen.only:
        figures |= await measure_redis(found, full=chosen.full)
    return figures


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long it is left idle")
    parser.add_argument("--earlier", type=int, default=4, help="days before it that are stored; ranking reads four")
    parser.add_argument("--days", type=int, default=12, help="collected and stored; a replay has 17 in a row")
    parser.add_argument("--full", action="store_true", help="store 120 days")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared", help="where replay/serve.py is")
    chosen = parser.parse_args()
    return show(asyncio.run(measure(chosen)), (), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
