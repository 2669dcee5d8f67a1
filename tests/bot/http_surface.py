"""A whole process that answers both chats by HTTP, in front of the fakes: the fixtures of the tests of that surface."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

import pytest
from _pytest.logging import LogCaptureHandler
from cryptography.fernet import Fernet

from bot.serve import Role, _Process
from bot.telegram_webhook import SECRET_HEADER
from bot.workspaces import Installations, Workspace
from brief.settings import Settings, load_settings
from tests.bot import slack_serving, telegramming
from tests.bot.fuzzing import Line, request
from tests.bot.telegramming import GROUP, READER, open_services
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import signature
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

AT_ONCE = 8
SECRET = "opens-sesame"
HOOK, EVENTS_PATH = "/telegram", "/slack/events"


class Log(logging.Handler):
    """Everything that is logged in this process: how much on each level, and what tells of a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: Counter[str] = Counter()
        self.failures: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.levels[record.levelname] += 1
        if record.levelno >= logging.ERROR or record.exc_info:
            self.failures.append(self.format(record))


@pytest.fixture
def log(monkeypatch) -> Iterator[Log]:
    """What is logged, by whomever; there must be no error and no traceback in it."""
    log = Log()
    monkeypatch.setattr(logging.root, "handlers", [log])
    monkeypatch.setattr(logging.root, "level", logging.INFO)
    yield log
    gc.collect()  # a task whose failure nobody saw says so when it goes
    assert log.failures == []


@dataclass
class Surface:
    """A whole process that answers, its address, and everything it could do something to."""

    telegram: FakeTelegram
    slack: FakeSlack
    process: _Process
    host: str
    port: int

    def line(self) -> Line:
        return Line(self.host, self.port)

    async def asked(self, requests: Iterable[bytes]) -> Counter[int]:
        """Send requests over some connections at once and return how often each status came."""
        statuses: Counter[int] = Counter()
        waiting = iter(requests)

        async def one() -> None:
            async with self.line() as line:
                for raw in waiting:
                    async with asyncio.timeout(PATIENCE):
                        status, _ = await line.ask(raw)
                    statuses[status] += 1

        await asyncio.gather(*(one() for _ in range(AT_ONCE)))
        return statuses

    async def effects(self) -> tuple[int, int, dict[bytes, bytes]]:
        """Return what a request may not change without a secret: calls to the chats, and everything in Redis."""
        redis = self.process._services.store.client
        stored = {key: await redis.dump(key) for key in await redis.keys("*")}
        return len(self.telegram.calls), len(self.slack.calls), stored

    def blocks(self) -> int:
        """Return how many objects this process holds, without those that the fakes and pytest's logs remember."""
        self._forget()
        for handler in logging.root.handlers:
            if isinstance(handler, LogCaptureHandler):
                handler.reset()
        gc.collect()
        return sys.getallocatedblocks()

    async def is_well(self) -> None:
        """Fail unless good requests are answered at once."""
        async with asyncio.timeout(PATIENCE), self.line() as line:
            assert await line.ask(request("/healthz", method="GET")) == (200, b'{"ok": true}')
            assert (await line.ask(request("/readyz", method="GET")))[0] == 200
            update = b'{"update_id": 999999999}'
            assert (await line.ask(request(HOOK, update, **{SECRET_HEADER: SECRET})))[0] == 200
            event = b'{"type": "url_verification", "challenge": "well"}'
            status, body = await line.ask(request(EVENTS_PATH, event, **signed(self.slack, event)))
            assert (status, b"well" in body) == (200, True)

    def _forget(self) -> None:
        telegram, slack, world = self.telegram, self.slack, self.slack.world
        rooms = (*telegram.world.chats.values(), *world.channels.values())
        for kept in (
            *(telegram.calls, telegram.refusals, telegram.world.queries, telegram.limits.exceeded),
            *(slack.calls, slack.refusals, slack.responses.addresses, world.limits.exceeded, world.limits._times),
            *(world.whispers, world.modals, world.triggers, world.files, world.shared_links, world.unfurls),
            *(room.messages for room in rooms),
        ):
            kept.clear()


def signed(slack: FakeSlack, body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", **signature(slack.signing_secret, body)}


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
async def surface(log, settings, unused_port, monkeypatch) -> AsyncIterator[Surface]:
    """Both chats by HTTP in one process as it runs in production; only the pace of its messages is lifted."""
    monkeypatch.setattr("bot.telegram.Limiter", lambda *_: telegramming.hurried())
    monkeypatch.setattr("bot.slack_serve.Limits", lambda *_: slack_serving.unpaced())
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        telegram.chat(READER)
        slack.channel("C1", members=("U1",))
        key = Fernet.generate_key().decode()
        async with open_services(load_settings(environment(settings, telegram, slack, key, unused_port))) as services:
            bot = slack.team("T1")
            here = Workspace(team="T1", bot_id=bot.bot_id, bot_user=bot.bot_user, token=slack.token)
            await Installations(services.store, key).save(here)
            process = _Process(services, Role.BOT)
            task = asyncio.create_task(process.run())
            try:
                await telegram.until(lambda: telegram.delivery.hook and not process._readiness._apart, "a webhook")
                yield Surface(telegram, slack, process, "127.0.0.1", unused_port)
            finally:
                task.cancel()
                await asyncio.wait([task])
            assert task.cancelled()


def environment(base: Settings, telegram: FakeTelegram, slack: FakeSlack, key: str, port: int) -> dict[str, str]:
    assert base.redis_url
    return {
        "REDIS_URL": base.redis_url.get_secret_value(),
        "PAPERBOY_DATA_DIR": str(base.paperboy_data_dir),
        "PAPERBOY_LISTEN": f"127.0.0.1:{port}",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TELEGRAM_CHATS": f"{READER} {GROUP}",
        "TELEGRAM_WEBHOOK_URL": f"https://bot.example.org{HOOK}",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "SLACK_API_URL": slack.url,
        "SLACK_CLIENT_ID": slack.client_id,
        "SLACK_CLIENT_SECRET": slack.client_secret,
        "SLACK_ENCRYPTION_KEY": key,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
