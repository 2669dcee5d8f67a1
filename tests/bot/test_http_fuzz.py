"""Load and garbage on the HTTP server, with the right secrets and without: it stays up, strangers change nothing."""

from __future__ import annotations

import asyncio
import gc
import gzip
import ipaddress
import logging
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import server, slack_app, telegram_webhook
from bot.serve import Role, _Process
from bot.telegram_webhook import SECRET_HEADER
from bot.workspaces import Installations, Workspace
from brief.settings import Settings, load_settings
from tests.bot import slack_serving, telegramming
from tests.bot.fuzzing import CONTENT_TYPES, Line, request, spoiled
from tests.bot.fuzzing_seeds import EVENTS, FORMS, UPDATES
from tests.bot.telegramming import GROUP, READER, open_services
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import signature
from tests.fakes.telegram import FakeTelegram

# slack_sdk 3.47 hands aiohttp the app's id and secret in a way that aiohttp 4 will not take.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BODIES = 100_000 if os.environ.get("PAPERBOY_SOAK") else 10_000
AT_ONCE = 8
SECRET = "opens-sesame"
HOOK, EVENTS_PATH = "/telegram", "/slack/events"
# Who tells the operator of an update with the right secret that could not be answered; others were to go on.
CONTAINED = {"bot.telegram", "bot.telegram_poll", "bot.slack", "bot.slack_app"}
SHORT = 0.3  # seconds; the limits of production are too long for a test


@dataclass
class Surface:
    """A whole process that answers, its address, and everything it could do something to."""

    telegram: FakeTelegram
    slack: FakeSlack
    process: _Process
    settings: Settings
    host: str
    port: int

    def line(self) -> Line:
        return Line(self.host, self.port)

    async def effects(self) -> tuple[int, int, dict[bytes, bytes]]:
        """Return what a request may not change without a secret: calls to the chats, and everything in Redis."""
        redis = self.process._services.store.client
        stored = {key: await redis.dump(key) for key in await redis.keys("*")}
        return len(self.telegram.calls), len(self.slack.calls), stored

    async def is_well(self) -> None:
        """Fail unless good requests are answered at once."""
        async with asyncio.timeout(5), self.line() as line:
            assert await line.ask(request("/healthz", method="GET")) == (200, b'{"ok": true}')
            assert (await line.ask(request("/readyz", method="GET")))[0] == 200
            update = b'{"update_id": 999999999}'
            assert (await line.ask(request(HOOK, update, **{SECRET_HEADER: SECRET})))[0] == 200
            event = b'{"type": "url_verification", "challenge": "well"}'
            status, body = await line.ask(request(EVENTS_PATH, event, **signed(self.slack, event)))
            assert (status, b"well" in body) == (200, True)


def signed(slack: FakeSlack, body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", **signature(slack.signing_secret, body)}


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
async def surface(settings, unused_port, monkeypatch) -> AsyncIterator[Surface]:
    """Both chats by HTTP in one process as it runs in production; only the pace of its messages is lifted."""
    monkeypatch.setattr("bot.telegram.Limiter", lambda *_: telegramming.hurried())
    monkeypatch.setattr("bot.slack_serve.Limits", lambda *_: slack_serving.unpaced())
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        telegram.chat(READER)
        slack.channel("C1", members=("U1",))
        key = Fernet.generate_key().decode()
        chosen = load_settings(environment(settings, telegram, slack, key, unused_port))
        async with open_services(chosen) as services:
            bot = slack.team("T1")
            here = Workspace(team="T1", bot_id=bot.bot_id, bot_user=bot.bot_user, token=slack.token)
            await Installations(services.store, key).save(here)
            process = _Process(services, Role.BOT)
            task = asyncio.create_task(process.run())
            try:
                await telegram.until(lambda: telegram.delivery.hook and not process._readiness._apart, "a webhook")
                yield Surface(telegram, slack, process, chosen, "127.0.0.1", unused_port)
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


@pytest.fixture(autouse=True)
def no_error_logged(caplog) -> Iterator[None]:
    """No handler of HTTP and no task failed; what is said of a delivery that was authentic and odd is in CONTAINED."""
    with caplog.at_level(logging.ERROR):
        yield
        gc.collect()  # a task whose failure nobody saw says so when it goes
    assert {record.name for record in caplog.get_records("call") if record.levelno >= logging.ERROR} <= CONTAINED


# -- bodies -----------------------------------------------------------------------------------------------------------


def bodies(seed: int, count: int, slack: FakeSlack, *, authentic: bool) -> Iterator[bytes]:
    """Yield requests with spoiled bodies for both chats; `authentic` tells whether they carry the right secrets."""
    rng = random.Random(seed)  # noqa: S311 - the same ones each time
    for number in range(count):
        kind = rng.choice(CONTENT_TYPES) if rng.random() < 0.1 else ""
        if number % 2:
            update = {**rng.choice(UPDATES), "update_id": number}
            secret = SECRET if authentic else rng.choice(("", SECRET[:-1], SECRET.upper(), "x" * 4000, "é"))
            headers = {SECRET_HEADER: secret, "Content-Type": kind or "application/json"}
            yield request(HOOK, spoiled(rng, update, as_form=False), **headers)
        else:
            as_form = rng.random() < 0.5
            event = rng.choice(FORMS if as_form else EVENTS)
            event = event | fresh(event, number, slack)
            body = spoiled(rng, event, as_form=as_form)
            forgery = None if authentic else rng.choice(("wrong", "stale", "missing"))
            sort = kind or ("application/x-www-form-urlencoded" if as_form else "application/json")
            yield request(EVENTS_PATH, body, Content_Type=sort, **signature(slack.signing_secret, body, forgery))


def fresh(event: dict[str, object], number: int, slack: FakeSlack) -> dict[str, str]:
    """Return what makes a payload another one than those before it."""
    url = slack.responses.issue(slack.room("C1"), "U1")
    return {key: new for key, new in {"event_id": f"Ev{number}", "response_url": url}.items() if key in event}


async def asked(surface: Surface, requests: Iterable[bytes]) -> dict[int, int]:
    """Send requests over some connections at once and return how often each status came."""
    statuses: dict[int, int] = {}
    waiting = iter(requests)

    async def one() -> None:
        async with surface.line() as line:
            for raw in waiting:
                async with asyncio.timeout(20):
                    status, _ = await line.ask(raw)
                statuses[status] = statuses.get(status, 0) + 1

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return statuses


async def test_forged_garbage_is_refused_and_changes_nothing(surface, caplog):
    await asked(surface, bodies(1, 600, surface.slack, authentic=False))  # until everything is loaded and cached
    before, blocks = await surface.effects(), sys.getallocatedblocks()
    statuses = await asked(surface, bodies(2, BODIES // 2, surface.slack, authentic=False))
    assert statuses.keys() <= {400, 401, 403}, statuses
    assert sum(statuses.values()) == BODIES // 2
    assert await surface.effects() == before
    assert caplog.records == []
    gc.collect()
    assert sys.getallocatedblocks() - blocks < BODIES  # not two small objects a request
    await surface.is_well()


async def test_garbage_with_the_right_secrets_ends_nothing(surface):
    statuses = await asked(surface, bodies(3, BODIES // 2, surface.slack, authentic=True))
    await surface.slack.idle()
    assert statuses.keys() <= {200, 400, 401, 404}, statuses
    assert statuses[200] > statuses[400] > 0
    await surface.is_well()


# -- what is no ordinary request --------------------------------------------------------------------------------------

PATHS = [
    *("/", "//", "/telegram/", "//telegram", "/TELEGRAM", "/telegram%00", "/%2e%2e/telegram", "/slack/../telegram"),
    *("/slack/events/..;/", "/slack/events%2f", "/metrics/../slack/events", "/" + "a" * 7000, "/%ff%fe", "/é", "*"),
    *("http://elsewhere/healthz", "/slack/oauth_redirect", "/slack/oauth_redirect?state=x&code=y"),
    "/slack/oauth_redirect?error=%3Cscript%3Ealert(1)%3C/script%3E%0d%0aSet-Cookie:%20x=y",
    *("/slack/install?team=%0d%0aX-Injected:%201", "/slack/install?team=" + "T" * 7000, "/healthz?" + "a=b&" * 1500),
]
ODD_REQUESTS = [
    b"GET /healthz HTTP/1.0\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\n\r\n",
    b"GET /healthz\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"\0" * 9000 + b"\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\rSet-Cookie: z\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost : a\r\n folded: b\r\n\r\n",
    b"POST /telegram HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /telegram HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    b"POST /telegram HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /telegram HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST /telegram HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nx",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: the-impossible\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"CONNECT /slack/events HTTP/1.1\r\nHost: a\r\n\r\n",
]


async def test_odd_requests_get_an_answer_that_is_not_5xx_and_change_nothing(surface, caplog):
    before = await surface.effects()
    for raw in ODD_REQUESTS:
        async with asyncio.timeout(5), surface.line() as line:
            assert (await line.ask(raw))[0] < 500, raw[:80]
    async with surface.line() as line:
        for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
            for path in PATHS:
                async with asyncio.timeout(5):
                    status, body = await line.ask(request(path, method=method))
                assert status < 500, (method, path)
                assert b"<script>" not in body
    assert await surface.effects() == before
    assert {record.levelname for record in caplog.records} <= {"WARNING"}
    await surface.is_well()


async def test_bodies_that_are_too_large_or_compressed_are_refused(surface):
    bomb = gzip.compress(bytes(200 << 20))
    blocks = sys.getallocatedblocks()
    async with asyncio.timeout(20), surface.line() as line:
        for coding in ("gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip", "no-such"):
            event = {**signed(surface.slack, bomb), "Content-Encoding": coding}
            assert (await line.ask(request(EVENTS_PATH, bomb, **event)))[0] == 415
            update = {SECRET_HEADER: SECRET, "Content-Encoding": coding}
            assert (await line.ask(request(HOOK, bomb, **update)))[0] == 415
        large = b" " * (server.BODY_LIMIT + 1)
        assert (await line.ask(request(HOOK, large, **{SECRET_HEADER: SECRET})))[0] == 413
        line.hang_up()
        assert (await line.ask(request(EVENTS_PATH, large, **signed(surface.slack, large))))[0] == 413
    assert sys.getallocatedblocks() - blocks < BODIES
    await surface.is_well()


async def test_many_requests_in_one_go_are_answered_in_order(surface):
    reader, writer = await asyncio.open_connection(surface.host, surface.port)
    writer.write(request("/healthz", method="GET") * 500 + request("/nowhere", method="GET", Connection="close"))
    async with asyncio.timeout(5):
        answers = await reader.read(-1)
    writer.close()
    assert answers.count(b"HTTP/1.1 200") == 500
    assert answers.rindex(b"HTTP/1.1 404") > answers.rindex(b"HTTP/1.1 200")


# -- slow clients -----------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch) -> None:
    """The limits of production are too long for a test. To be asked for before `surface`."""
    for module, names in ((server, ("READ_LIMIT", "WRITE_LIMIT", "IDLE_LIMIT")), (slack_app, ("READ_LIMIT",))):
        for name in names:
            monkeypatch.setattr(module, name, SHORT)
    monkeypatch.setattr(telegram_webhook, "READ_LIMIT", SHORT)


async def dribble(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, for as long as somebody takes it."""
    while not writer.is_closing():
        writer.write(b"a")
        await asyncio.sleep(SHORT / 10)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /telegram HTTP/1.1\r\nX: ",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nX: ",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
        b"POST /telegram HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
        b"POST /telegram HTTP/1.1\r\nX-Telegram-Bot-Api-Secret-Token: opens-sesame\r\nContent-Length: 9999\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
    ],
)
async def test_who_sends_slowly_is_cut(impatient, surface, begun):
    reader, writer = await asyncio.open_connection(surface.host, surface.port)
    writer.write(begun)
    slowly = asyncio.create_task(dribble(writer)) if begun else None
    async with asyncio.timeout(5):
        while await _more(reader):
            pass
    if slowly:
        slowly.cancel()
    writer.close()
    await surface.is_well()


async def _more(reader: asyncio.StreamReader) -> bool:
    try:
        return bool(await reader.read(4096))
    except ConnectionError:
        return False


async def test_who_asks_and_never_reads_is_cut(impatient, surface):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((surface.host, surface.port))
        client.setblocking(False)  # noqa: FBT003 - the standard library's
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionError):
                await loop.sock_sendall(client, request("/metrics", method="GET") * 200_000)
    await surface.is_well()


async def test_connections_that_are_left_open_keep_nobody_out_and_are_closed(impatient, surface):
    left = [await asyncio.open_connection(surface.host, surface.port) for _ in range(300)]
    await surface.is_well()
    async with asyncio.timeout(10):
        await asyncio.gather(*(reader.read(-1) for reader, _ in left))
    for _, writer in left:
        writer.close()


# -- whom it listens to -----------------------------------------------------------------------------------------------


async def test_without_a_word_it_listens_to_this_machine_alone():
    host, _, _ = load_settings({}).paperboy_listen.rpartition(":")
    assert ipaddress.ip_address(host).is_loopback
    async with server.serving(load_settings({"PAPERBOY_LISTEN": f"{host}:0"}), []) as (listening, _):
        assert ipaddress.ip_address(listening).is_loopback


def test_the_settings_warn_of_an_address_for_everyone():
    example = Path(__file__).parents[2] / ".env.example"
    before, _, _ = example.read_text(encoding="utf-8").partition("PAPERBOY_LISTEN=127.0.0.1")
    assert "0.0.0.0 lets the network in" in before.splitlines()[-1]
