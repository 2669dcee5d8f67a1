"""Slack over HTTP, and the program as a process: what is taken, what is refused, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import slack_app
from bot.services import Services
from brief.settings import Settings
from tests.bot.slack_serving import PATH, configured, served
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import encoded
from tests.fakes.slack_payloads import event_callback
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")
ANOTHER = "xoxb-another-token-with-a-secret", "xapp-another-token-with-a-secret"


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        server.channel("C1", members=("U1", "U2"))
        yield server


@pytest.fixture
async def services(settings: Settings, fake: FakeSlack) -> AsyncIterator[Services]:
    """The packaged edition, with an app that takes deliveries by HTTP alone."""
    tokens = {"SLACK_BOT_TOKEN": fake.token, "SLACK_SIGNING_SECRET": fake.signing_secret}
    async with open_services(configured(settings, fake, **tokens)) as opened, served(opened, fake):
        yield opened


def signed(secret: str, body: bytes, moment: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{moment}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


async def post(url: str, kind: str, body: bytes, headers: dict[str, str]) -> int:
    headers = {"Content-Type": kind, **headers}
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(body), headers=headers) as answer:
        return answer.status


def mention(fake: FakeSlack) -> dict[str, Any]:
    message = fake.write("U1", "<@UBOT1> must", "C1")
    return event_callback(fake.world, "T1", {**message.json(), "type": "app_mention", "channel": "C1"})


# -- what is taken ----------------------------------------------------------------------------------------------------


async def test_the_address_is_confirmed(fake, services):
    assert await fake.verify_url() == {"challenge": "fake"}


async def test_commands_presses_mentions_and_messages_are_answered(fake, services):
    await fake.slash("/paper", "2604.26904")
    card = await fake.next_whisper("U1")
    assert "2604.26904" in card.text
    await fake.press(card, next(label for label, value in card.buttons.items() if "|save|" in value))
    await fake.idle()
    assert [one.paper.id for one in await services.people.kept("slack:T1:U1")] == ["2604.26904"]
    await fake.mention("must")
    assert "Must-reads" in (await fake.next_message("C1")).text
    await fake.say("U2", "repos")
    assert "Repositories" in (await fake.next_message("U2")).text
    await fake.open_home("U1")
    assert (await fake.next_view("U1")).content["type"] == "home"
    assert fake.refusals == []


async def test_an_event_that_comes_again_is_answered_once(fake, services):
    delivery = await fake.deliver(mention(fake))
    for _ in range(3):
        delivery = await fake.redeliver(delivery)
    await fake.idle()
    assert len(fake.messages("C1")) == 1


async def test_slacks_look_at_the_certificate_is_answered_and_opens_no_other_door(fake, services):
    kind, body = encoded({"ssl_check": "1", "token": "x"})
    assert await post(fake.events_url, kind, body, {}) == 200
    url = fake.responses.issue(fake.room("C1"), "U1")
    command = {"command": "/paperboy", "text": "must", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    kind, body = encoded({**command, "response_url": url, "ssl_check": "1"})
    await post(fake.events_url, kind, body, {})
    await fake.idle()
    assert fake.whispers("U1") == []


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-310, 310, -math.inf, math.inf])
async def test_what_was_signed_at_another_time_is_refused(fake, services, seconds):
    kind, body = encoded(mention(fake))
    moment = "0" if seconds == -math.inf else "9" * 30 if seconds == math.inf else str(int(time.time() + seconds))
    assert await post(fake.events_url, kind, body, signed(fake.signing_secret, body, moment)) == 401
    await fake.idle()
    assert fake.messages("C1") == []


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=0"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "today"},
        {"X-Slack-Request-Timestamp": "²"},
        {"X-Slack-Request-Timestamp": "1e9"},
    ],
)
async def test_what_slack_did_not_sign_is_refused_without_a_word_in_the_log(fake, services, change, caplog):
    kind, body = encoded(mention(fake))
    headers = {**signed(fake.signing_secret, body, str(int(time.time()))), **change}
    assert await post(fake.events_url, kind, body, headers) == 401
    for missing in headers:
        rest = {name: value for name, value in headers.items() if name != missing}
        assert await post(fake.events_url, kind, body, rest) == 401
    await fake.idle()
    assert fake.messages("C1") == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_signature_is_good_for_its_body_only(fake, services):
    kind, body = encoded(mention(fake))
    headers = signed(fake.signing_secret, body, str(int(time.time())))
    assert await post(fake.events_url, kind, body.replace(b"U1", b"U2"), headers) == 401
    await fake.idle()
    assert fake.messages("C1") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b"{", 400),
        (b"[1]", 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"type": "event_callback", "event": {"type": "app_mention"}, "team_id": "T1"}', 200),
        (b'{"type": "event_callback", "event": {"type": "message", "channel": []}, "team_id": "T1"}', 400),
        (b'{"type": "event_callback", "event": {"type": "link_shared", "links": 5}, "team_id": "T1"}', 200),
        (b'{"type": "event_callback", "event": {"type": "channel_rename", "channel": {}}, "team_id": "T1"}', 200),
        (b'{"type": "event_callback", "event": {"type": "app_home_opened", "tab": 1}, "team_id": "T1"}', 200),
        (b" " * (1 << 21), 413),
    ],
)
async def test_garbage_with_a_signature_hurts_nobody(fake, services, body, status, caplog):
    headers = signed(fake.signing_secret, body, str(int(time.time()))) if b"\xff" not in body else {}
    assert await post(fake.events_url, "application/json", body, headers) == status
    await fake.idle()
    assert fake.messages("C1") == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_body_that_does_not_come_is_not_waited_for(fake, services, monkeypatch):
    monkeypatch.setattr(slack_app, "READ_LIMIT", 0.05)  # ten seconds are too long for a test

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with aiohttp.ClientSession() as session, session.post(fake.events_url, data=slowly()) as answer:
        assert answer.status == 408


async def test_events_are_posted(fake, services):
    async with aiohttp.ClientSession() as session, session.get(fake.events_url) as answer:
        assert answer.status == 405


# -- the program as a process -----------------------------------------------------------------------------------------


@pytest.fixture
def environ(settings: Settings, fake: FakeSlack) -> dict[str, str]:
    assert settings.redis_url
    return {
        "PATH": os.environ["PATH"],
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir),
        "SLACK_BOT_TOKEN": fake.token,
        "SLACK_APP_TOKEN": fake.app_token,
        "SLACK_API_URL": fake.url,
    }


async def start(environ: dict[str, str], verb: str = "bot") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(PAPERBOY, verb, env=environ, stderr=subprocess.PIPE)


async def stopped(process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> str:
    """Stop a process as an operator does and return its log; it must end well."""
    process.send_signal(how)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log
    return log.decode()


async def ended(process: asyncio.subprocess.Process) -> str:
    """Return the log of a process that must end by itself because it cannot work as set."""
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1, log
    assert not any(secret in log.decode() for secret in ANOTHER)
    return log.decode()


@pytest.mark.parametrize(("verb", "how"), [("bot", signal.SIGTERM), ("run", signal.SIGINT)])
async def test_the_process_answers_by_socket_mode_until_it_is_stopped(fake, environ, settings, verb, how):
    async with open_services(settings):
        process = await start(environ, verb)
        await fake.connected()
        await fake.slash("/paperboy", "must")
        assert "Must-reads" in (await fake.next_whisper("U1")).text
        await fake.idle()
        log = await stopped(process, how)
    assert fake.refusals == []
    assert fake.token not in log
    assert fake.app_token not in log


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def test_the_process_answers_by_http(fake, environ, settings, unused_port):
    del environ["SLACK_APP_TOKEN"]
    listen = f"127.0.0.1:{unused_port}"
    async with open_services(settings):
        http = {"SLACK_SIGNING_SECRET": fake.signing_secret, "PAPERBOY_LISTEN": listen}
        process = await start({**environ, **http})
        assert process.stderr
        assert b"serving in Slack" in await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        fake.events_url = f"http://{listen}{PATH}"
        await fake.slash("/paperboy", "must")
        assert "Must-reads" in (await fake.next_whisper("U1")).text
        await fake.idle()
        await stopped(process)


async def test_the_process_serves_both_chats(fake, environ, settings):
    async with open_services(settings), FakeTelegram() as telegram:
        telegram.chat(101)
        both = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_CHATS": "*"}
        process = await start({**environ, **both}, "run")
        await telegram.send_text(101, 101, "/must")
        await fake.connected()
        await fake.slash("/paperboy", "must")
        assert "Must-reads" in (await fake.next_whisper("U1")).text
        assert "Must-reads" in (await telegram.next_message(101)).text
        await fake.idle()
        await stopped(process)
    assert fake.refusals == []


async def test_one_chat_that_cannot_work_ends_both_with_a_sentence(fake, environ, settings):
    async with FakeTelegram() as telegram:
        both = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_CHATS": "*"}
        log = await ended(await start({**environ, **both, "SLACK_BOT_TOKEN": ANOTHER[0]}))
    assert log.splitlines()[-1].startswith("paperboy: SLACK_BOT_TOKEN: ")
    assert "Traceback" not in log


@pytest.mark.parametrize(("name", "token"), [("SLACK_BOT_TOKEN", ANOTHER[0]), ("SLACK_APP_TOKEN", ANOTHER[1])])
async def test_a_wrong_token_ends_in_a_sentence(fake, environ, name, token):
    log = await ended(await start({**environ, name: token}))
    assert log.splitlines()[-1].startswith(f"paperboy: {name}: Slack says invalid_auth")
    assert "Traceback" not in log


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_it_stops_while_slack_is_down(fake, environ, method):
    fake.fail_http(method, 500, times=math.inf)
    process = await start(environ)
    await fake.until(lambda: len(fake.sent(method)) >= 2, "a second try")
    log = await stopped(process)
    assert fake.token not in log
    fake.mend()


async def test_a_start_that_slack_finds_too_soon_waits_as_long_as_it_is_told_to(fake, environ):
    for method in ("auth.test", "apps.connections.open"):
        fake.fail(method, "ratelimited", retry_after=1)
    process = await start(environ)
    await fake.connected()
    await stopped(process)


async def test_a_killed_process_loses_no_event(fake, environ, settings):
    async with open_services(settings):
        first = await start(environ)
        await fake.connected()
        first.kill()
        await first.communicate()
        second = await start(environ)
        await fake.mention("must")  # waits for a connection, as Slack repeats what nobody acknowledged
        assert "Must-reads" in (await fake.next_message("C1")).text
        await fake.idle()
        await stopped(second)
