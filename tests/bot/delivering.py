"""Real processes on a Redis that can be killed, and 500 chats of strict fakes that count what they get."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis

from bot.chat import Chat
from bot.deliveries import LEASE, Deliveries, Figures
from brief.redis_server import find_server
from brief.settings import load_settings
from sources.sample_site import SAMPLE_DATE
from tests.bot.clock_file import ClockFile
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

CHATS = 500
IN_SLACK = 0.12  # of them; Slack takes 5 a second in one workspace where Telegram takes 30
EIGHT = dt.datetime.combine(SAMPLE_DATE, dt.time(8), dt.UTC)
TEAM = "T1"
_POLL = 0.01
_ROOT = Path(__file__).parents[2]


class RedisServer:
    """A redis-server that keeps what it acknowledged, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._socket = folder, folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        options = ("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "warning")
        command = [find_server(), "--port", "0", "--unixsocket", self._socket, "--dir", self._folder, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with redis.Redis(unix_socket_path=str(self._socket)) as client:  # which insists
            client.ping()

    def kill(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


class Process:
    """A role of Paperboy in a process of its own, which begins its work when told to `go`."""

    def __init__(self, role: str, clock: ClockFile, environment: dict[str, str], log: Path) -> None:
        command = [sys.executable, "-m", "tests.bot.delivery_process", role, clock.path]
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr, env=environment, cwd=_ROOT)

    def go(self) -> Process:
        """Begin."""
        if self._process.stdin:
            self._process.stdin.close()
        return self

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Return the exit status, once there is one."""
        return await asyncio.to_thread(self._process.wait, PATIENCE)

    def kill(self) -> None:
        """End it at once, whatever it is doing; does nothing when it has ended."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


@dataclass
class Morning:
    """Chats that want their brief of SAMPLE_DATE at 8:00, and what becomes of it. See `morning`."""

    redis_server: RedisServer
    clock: ClockFile
    telegram: FakeTelegram
    slack: FakeSlack
    deliveries: Deliveries
    log: Path
    environment: dict[str, str]
    members: list[str]
    in_flight: set[str] = field(default_factory=set)  # messages that were not recorded when their worker was killed
    _processes: list[Process] = field(default_factory=list)

    def spawn(self, role: str) -> Process:
        """Return a process that waits to be told to begin."""
        process = Process(role, self.clock, self.environment, self.log)
        self._processes.append(process)
        return process

    def start(self, *roles: str) -> list[Process]:
        """Return processes that have begun."""
        return [self.spawn(role).go() for role in roles]

    def messages(self) -> dict[str, list[str]]:
        """Return the ids of the messages that each chat has got."""
        found = {}
        for member in self.members:
            surface, _, number = member.partition(":")
            if surface == "telegram":
                found[member] = [str(message.id) for message in self.telegram.messages(int(number))]
            else:
                channel = number.partition(":")[2]
                found[member] = [message.ts for message in self.slack.messages(channel, TEAM)]
        return found

    def received(self) -> int:
        """Return how many messages there are in all."""
        return sum(map(len, self.messages().values()))

    def served(self) -> int:
        """Return how many chats have got one at least."""
        return sum(map(bool, self.messages().values()))

    def repeated(self) -> set[str]:
        """Return the messages, each with its chat, that are not the last of their chat."""
        return {f"{member} {one}" for member, ids in self.messages().items() for one in ids[:-1]}

    async def more(self, messages: int) -> None:
        """Return when so many more messages have come, or none is missing; fails when that takes too long."""
        wanted = self.received() + messages
        if not await reached(lambda: self.received() >= wanted or self.served() == len(self.members), PATIENCE):
            pytest.fail(f"{wanted - self.received()} messages did not come; {self.words()}")

    async def everyone(self) -> None:
        """Return when every chat has got its brief; fails when that takes too long."""
        if not await reached(lambda: self.served() == len(self.members), PATIENCE):
            pytest.fail(f"{len(self.members) - self.served()} of {len(self.members)} chats got nothing; {self.words()}")

    async def settled(self) -> Figures:
        """Return the figures of the day once all chats are done with; fails when that takes too long."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while (figures := await self.deliveries.figures(SAMPLE_DATE)).sent < len(self.members):
            if asyncio.get_running_loop().time() > end:
                pytest.fail(f"{figures.sent} of {len(self.members)} were recorded; {self.words()}")
            await asyncio.sleep(_POLL)
        return figures

    async def kill_worker(self, worker: Process) -> None:
        """Kill the only worker there is, note what was in flight, and let the leases it held run out."""
        worker.kill()
        await reached(lambda: not (_connections(self.telegram) or _connections(self.slack)), PATIENCE)
        self.in_flight |= await self._unrecorded()
        self.clock.skip(LEASE + 1)

    async def quiet(self, seconds: float = 1.5) -> None:
        """Return when nothing has come for so long."""
        before = -1
        while before != self.received():
            before = self.received()
            await asyncio.sleep(seconds)

    async def said(self, words: str) -> None:
        """Return when a process has logged some words; fails when that takes too long."""
        if not await reached(lambda: words in self.log.read_text(), PATIENCE):
            pytest.fail(f"nobody said {words!r}; {self.words()}")

    async def _unrecorded(self) -> set[str]:
        found = {member: ids for member, ids in self.messages().items() if ids}
        kept = {member: await self.deliveries.message(member, SAMPLE_DATE) for member in found}
        return {f"{member} {one}" for member, ids in found.items() if kept[member] is None for one in ids}

    def words(self) -> str:
        """Return the last things that the processes said."""
        lines = [line for line in self.log.read_text().splitlines() if "outcome=sent" not in line]
        return "the last words were:\n" + "\n".join(lines[-20:])

    def end(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.kill()


async def reached(true: Callable[[], object], seconds: float) -> bool:
    """Return whether something that other processes do became true within so many seconds."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(_POLL)
    return True


def _connections(fake: FakeTelegram | FakeSlack) -> int:
    server = fake._runner.server
    return len(server.connections) if server else 0


@asynccontextmanager
async def morning(
    tmp_path: Path, chats: int = CHATS, begins: dt.datetime = EIGHT - dt.timedelta(seconds=1)
) -> AsyncIterator[Morning]:
    """Yield chats that are due at 8:00, on a clock that begins a second before; what was started is ended."""
    clock = ClockFile(tmp_path / "clock")
    clock.set(begins - dt.timedelta(hours=1))
    async with AsyncExitStack() as stack:
        server = stack.enter_context(_redis_server())
        telegram, slack = await stack.enter_async_context(FakeTelegram()), await stack.enter_async_context(FakeSlack())
        environment = {
            "REDIS_URL": server.url,
            "PAPERBOY_DATA_DIR": str(tmp_path / "data"),
            "PAPERBOY_LISTEN": "127.0.0.1:0",
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "TELEGRAM_CHATS": "*",
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.url,
        }
        client = await stack.enter_async_context(Redis.from_url(server.url))
        members = _chats(telegram, slack, chats)
        await _subscribe(members, environment, clock)
        path = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        log = tmp_path / "log"
        log.touch()
        result = Morning(server, clock, telegram, slack, Deliveries(client), log, path | environment, members)
        stack.callback(result.end)
        clock.set(begins)
        yield result
        assert not telegram.refusals
        assert not slack.refusals


@contextmanager
def _redis_server() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="paperboy-test-", dir="/tmp"))  # short: a socket's path is limited
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _chats(telegram: FakeTelegram, slack: FakeSlack, how_many: int) -> list[str]:
    """Make the chats where they are, and return their ids."""
    in_slack = int(how_many * IN_SLACK)
    for number in range(how_many - in_slack):
        telegram.chat(number + 1)
    for number in range(in_slack):
        slack.channel(f"C{number:04}", TEAM)
    here = [f"telegram:{number + 1}" for number in range(how_many - in_slack)]
    return [*here, *(f"slack:{TEAM}:C{number:04}" for number in range(in_slack))]


async def _subscribe(members: list[str], environment: dict[str, str], clock: ClockFile) -> None:
    """Have chats wait for the brief, and its day stored."""
    async with open_services(load_settings(environment), clock=clock) as services:
        for member in members:
            kind = "private" if member.startswith("telegram") else "channel"
            await services.people.save_chat(Chat(id=member, kind=kind, subscribed=True, reminder=False))
