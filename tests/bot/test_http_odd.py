"""What is no ordinary request to the HTTP server: odd ones, large ones, slow clients, and who may connect at all."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import socket
import sys
from pathlib import Path

import pytest

from bot import server, slack_app, telegram_webhook
from bot.telegram_webhook import SECRET_HEADER
from brief.settings import load_settings
from tests.bot.fuzzing import request
from tests.bot.http_surface import EVENTS_PATH, HOOK, SECRET, log, signed, surface, unused_port
from tests.patience import PATIENCE

__all__ = ["log", "surface", "unused_port"]  # the fixtures

SHORT = 0.3  # seconds; the limits of production are too long for a test
FEW = 10_000  # small objects that may be left of a body; of a large one there would be more

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


async def test_odd_requests_get_an_answer_that_is_not_5xx_and_change_nothing(surface, log):
    before = await surface.effects()
    for raw in ODD_REQUESTS:
        async with asyncio.timeout(PATIENCE), surface.line() as line:
            assert (await line.ask(raw))[0] < 500, raw[:80]
    async with surface.line() as line:
        for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
            for path in PATHS:
                async with asyncio.timeout(PATIENCE):
                    status, body = await line.ask(request(path, method=method))
                assert status < 500, (method, path)
                assert b"<script>" not in body
    assert await surface.effects() == before
    assert log.levels.keys() <= {"WARNING", "INFO"}
    await surface.is_well()


async def test_bodies_that_are_too_large_or_compressed_are_refused(surface):
    bomb = gzip.compress(bytes(200 << 20))
    blocks = sys.getallocatedblocks()
    async with asyncio.timeout(PATIENCE), surface.line() as line:
        for coding in ("gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip", "no-such"):
            event = {**signed(surface.slack, bomb), "Content-Encoding": coding}
            assert (await line.ask(request(EVENTS_PATH, bomb, **event)))[0] == 415
            update = {SECRET_HEADER: SECRET, "Content-Encoding": coding}
            assert (await line.ask(request(HOOK, bomb, **update)))[0] == 415
        large = b" " * (server.BODY_LIMIT + 1)
        assert (await line.ask(request(HOOK, large, **{SECRET_HEADER: SECRET})))[0] == 413
        line.hang_up()
        assert (await line.ask(request(EVENTS_PATH, large, **signed(surface.slack, large))))[0] == 413
    assert sys.getallocatedblocks() - blocks < FEW
    await surface.is_well()


async def test_many_requests_in_one_go_are_answered_in_order(surface):
    reader, writer = await asyncio.open_connection(surface.host, surface.port)
    writer.write(request("/healthz", method="GET") * 500 + request("/nowhere", method="GET", Connection="close"))
    async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
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
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionError):
                await loop.sock_sendall(client, request("/metrics", method="GET") * 200_000)
    await surface.is_well()


async def test_connections_that_are_left_open_keep_nobody_out_and_are_closed(impatient, surface):
    left = [await asyncio.open_connection(surface.host, surface.port) for _ in range(300)]
    await surface.is_well()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(reader.read(-1) for reader, _ in left))
    assert all(reader.at_eof() for reader, _ in left)
    for _, writer in left:
        writer.close()


# -- whom it listens to -----------------------------------------------------------------------------------------------


async def test_without_a_word_it_listens_to_this_machine_alone(log):
    host, _, _ = load_settings({}).paperboy_listen.rpartition(":")
    assert ipaddress.ip_address(host).is_loopback
    async with server.serving(load_settings({"PAPERBOY_LISTEN": f"{host}:0"}), []) as (listening, _):
        assert ipaddress.ip_address(listening).is_loopback
    assert log.levels["WARNING"] == 0


@pytest.mark.parametrize(
    ("more", "warnings"),
    [({}, 1), ({"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram", "TELEGRAM_WEBHOOK_SECRET": SECRET}, 0)],
)
async def test_listening_to_everyone_is_warned_of_unless_a_proxy_stands_before_it(log, monkeypatch, more, warnings):
    monkeypatch.delenv("container", raising=False)
    token = {"TELEGRAM_BOT_TOKEN": "1:a", "PAPERBOY_LISTEN": "0.0.0.0:0"}
    async with server.serving(load_settings(token | more), []):
        assert log.levels["WARNING"] == warnings


def test_the_settings_warn_of_an_address_for_everyone():
    example = Path(__file__).parents[2] / ".env.example"
    before, _, _ = example.read_text(encoding="utf-8").partition("PAPERBOY_LISTEN=127.0.0.1")
    assert "0.0.0.0 lets the network in" in before.splitlines()[-1]
