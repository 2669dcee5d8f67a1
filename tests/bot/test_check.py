"""What `paperboy check` says of chats, Redis and the machine, against the strict fakes."""

import datetime as dt
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import check, machine
from bot.findings import Finding
from bot.server import serving
from brief.errors import StoreError
from brief.settings import Settings, load_settings
from tests.fakes.sites import serve
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")


@pytest.fixture
def sites() -> Iterator[dict[str, str]]:
    with serve() as (_, urls):
        yield urls


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


async def found(base: Settings, sites: dict[str, str], **environ: str) -> dict[str, Finding]:
    assert base.redis_url
    known = {"REDIS_URL": base.redis_url.get_secret_value(), "PAPERBOY_DATA_DIR": str(base.paperboy_data_dir)}
    settings = load_settings({**known, "PAPERBOY_LISTEN": "127.0.0.1:0", **sites, **environ})
    return {finding.what: finding for finding in await check.run(settings)}


def at(telegram: FakeTelegram, **more: str) -> dict[str, str]:
    token = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_CHATS": "7"}
    return {**token, **more}


def app(slack: FakeSlack, **more: str) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
    return {**tokens, **more}


async def test_what_answers_is_fine(settings, sites, telegram, slack) -> None:
    rows = await found(settings, sites, **at(telegram), **app(slack))
    assert [what for what, row in rows.items() if row.state == "problem"] == []
    assert rows["Telegram"].found == "@paperboy_bot answers"
    assert "answers" in rows["Slack"].found
    assert (rows["Slack"].state, rows["Slack, Socket Mode"].state, rows["clock"].state) == ("ok", "ok", "ok")
    assert telegram.calls
    assert not telegram.sent("getUpdates")


async def test_without_chats_nothing_is_wrong(settings, sites) -> None:
    rows = await found(settings, sites)
    assert {rows[what].state for what in ("Telegram", "Slack", "Slack, Socket Mode", "language model")} == {"off"}


async def test_wrong_tokens_are_told_with_what_to_do(settings, sites, telegram, slack) -> None:
    wrong = {"TELEGRAM_BOT_TOKEN": "123:wrong-token", "SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": slack.token}
    wrong["SLACK_APP_TOKEN"] = "xapp-wrong"
    rows = await found(settings, sites, **{**at(telegram), **app(slack), **wrong})
    for what, name in (
        ("Telegram", "TELEGRAM_BOT_TOKEN"),
        ("Slack", "SLACK_BOT_TOKEN"),
        ("Slack, Socket Mode", "SLACK_APP_TOKEN"),
    ):
        assert rows[what].state == "problem"
        assert name in rows[what].fix
    assert not any(secret in repr(rows) for secret in wrong.values())


async def test_what_cannot_be_reached_names_its_address(settings, sites, telegram, slack) -> None:
    closed = "http://127.0.0.1:9"
    rows = await found(settings, sites, **at(telegram, TELEGRAM_API_URL=closed), **app(slack, SLACK_API_URL=closed))
    assert "TELEGRAM_API_URL" in rows["Telegram"].fix
    assert "SLACK_API_URL" in rows["Slack"].fix
    assert telegram.token not in repr(rows)


@pytest.mark.parametrize("fault", ["gateway", "reset"])
async def test_what_answers_nonsense_is_a_finding(settings, sites, telegram, fault: Any) -> None:
    telegram.fail("getMe", fault)
    assert (await found(settings, sites, **at(telegram)))["Telegram"].state == "problem"


async def test_a_service_that_is_silent_costs_its_own_line_only(settings, sites, telegram, monkeypatch) -> None:
    monkeypatch.setattr(check, "LIMIT", 2.0)
    telegram.fail("getMe", "timeout")
    rows = await found(settings, sites, **at(telegram))
    assert "no answer" in rows["Telegram"].found
    assert rows["github"].state == "ok"


async def test_a_webhook_elsewhere_takes_what_people_write(settings, sites, telegram) -> None:
    telegram.delivery.hook = {"url": "https://old.example.org/hook", "most": 1, "error": ""}
    row = (await found(settings, sites, **at(telegram)))["Telegram"]
    assert (row.state, "old.example.org" in row.found) == ("problem", True)
    own = {"TELEGRAM_WEBHOOK_URL": "https://old.example.org/hook", "TELEGRAM_WEBHOOK_SECRET": "s"}
    assert (await found(settings, sites, **at(telegram, **own)))["Telegram"].state == "ok"
    telegram.delivery.hook["error"] = "Connection refused"
    row = (await found(settings, sites, **at(telegram, **own)))["Telegram"]
    assert (row.state, "Connection refused" in row.found) == ("warning", True)
    telegram.delivery.hook = {}


async def test_missing_scopes_are_named(settings, sites, slack) -> None:
    token = slack.world.tokens[slack.token]
    token.scopes = token.scopes - {"files:write"}
    row = (await found(settings, sites, **app(slack)))["Slack"]
    assert (row.state, "files:write" in row.found, "manifest" in row.fix) == ("problem", True, True)


async def test_a_redis_that_forgets_is_a_warning(settings, store, sites) -> None:
    assert "appendonly yes" in (await found(settings, sites))["Redis"].fix
    await store.client.config_set("appendonly", "yes")
    try:
        assert (await found(settings, sites))["Redis"].state == "ok"
    finally:
        await store.client.config_set("appendonly", "no")


async def listens(settings: Settings, address: str, **more: str) -> Finding:
    return await machine.address(settings.model_copy(update={"paperboy_listen": address, **more}))


async def test_an_address_that_is_taken_is_a_problem_unless_a_paperboy_has_it(settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken.listen()
        row = await listens(settings, f"127.0.0.1:{taken.getsockname()[1]}")
    assert (row.state, "PAPERBOY_LISTEN" in row.fix) == ("problem", True)
    async with serving(settings.model_copy(update={"paperboy_listen": "127.0.0.1:0"}), []) as (host, port):
        assert (await listens(settings, f"{host}:{port}")).state == "ok"
    assert (await listens(settings, "no.such.host.invalid:80")).state == "problem"
    assert (await listens(settings, "127.0.0.1:70000")).state == "problem"


async def test_an_address_for_everyone_is_warned_of_unless_a_proxy_stands_before_it(settings, monkeypatch) -> None:
    monkeypatch.delenv("container", raising=False)
    row = await listens(settings, "0.0.0.0:0")
    assert (row.state, "TLS" in row.fix) == ("warning", True)
    async with serving(settings.model_copy(update={"paperboy_listen": "0.0.0.0:0"}), []) as (_, port):
        assert (await listens(settings, f"0.0.0.0:{port}")).state == "warning"
    behind = {"telegram_webhook_url": "https://bot.example.org/telegram"}
    assert (await listens(settings, "0.0.0.0:0", **behind)).state == "ok"
    assert (await listens(settings, "localhost:0")).state == "ok"


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert machine.folder(tmp_path / "new" / "folder").state == "ok"
    assert not (tmp_path / "new").exists()
    row = machine.folder(tmp_path / "file" / "below")
    assert (row.state, "PAPERBOY_DATA_DIR" in row.fix) == ("problem", True)


@pytest.mark.parametrize(("free", "state"), [(1 << 40, "ok"), (150_000_000, "warning"), (4096, "problem")])
def test_a_disk_that_is_full_is_named(tmp_path: Path, monkeypatch, free: int, state: str) -> None:
    disk = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: disk)
    row = machine.folder(tmp_path)
    assert row.state == state
    assert state == "ok" or "are free on its disk" in row.found


async def test_a_redis_that_dies_while_it_is_asked_is_a_finding(settings, sites, monkeypatch) -> None:
    """As on a full disk, on which the server ends with the first write."""

    @asynccontextmanager
    async def dead(*_: object) -> AsyncIterator[None]:
        raise StoreError("Redis does not answer (gone): start it, or correct REDIS_URL")
        yield

    monkeypatch.setattr(check, "turn", dead)
    rows = await found(settings, sites)
    assert rows["Redis"].state != "problem"
    assert {(row.state, row.fix) for row in rows.values() if "Redis does not answer" in row.found} == {
        ("problem", "Redis first")
    }


@pytest.mark.parametrize(
    ("minutes", "state"),
    [((0, 0, 1), "ok"), ((-6,), "problem"), ((7, 7, 0), "problem"), ((0, 0, 9), "ok"), ((), "off")],
)
def test_the_clock_is_held_against_what_most_sites_say(minutes: tuple[int, ...], state: str) -> None:
    assert machine.clock([dt.timedelta(minutes=n) for n in minutes]).state == state


async def test_a_clock_that_is_off_is_noticed(settings) -> None:
    class Early(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", "Fri, 01 May 2026 08:00:00 GMT")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Early) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        closed = dict.fromkeys(("ARXIV_API_URL", "HUGGINGFACE_URL", "GITHUB_API_URL"), "http://127.0.0.1:9")
        rows = await found(settings, closed, TELEGRAM_BOT_TOKEN="1:a", TELEGRAM_API_URL=url)
        server.shutdown()
    assert rows["clock"].state == "problem"
    assert "ahead" in rows["clock"].found


# -- the verb ---------------------------------------------------------------------------------------------------------


def paperboy(tmp_path: Path, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    system = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PAPERBOY_LISTEN": "127.0.0.1:0"}
    command = [str(PAPERBOY), "check", "--json"]
    return subprocess.run(
        command, env=system | environ, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_json_says_the_same(tmp_path: Path, sites: dict[str, str]) -> None:
    done = paperboy(tmp_path, sites)
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (0, True)
    assert {row["state"] for row in said["findings"]} == {"ok", "off"}
    done = paperboy(tmp_path, {**sites, "GITHUB_API_URL": "http://127.0.0.1:9"})
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (1, False)
    assert [row["what"] for row in said["findings"] if row["state"] == "problem"] == ["github"]


def test_settings_that_are_wrong_are_findings_too(tmp_path: Path) -> None:
    done = paperboy(tmp_path, {"BRIEF_TIME": "8am", "TELEGRAM_BOT_TOKEN": "my secret"})
    assert done.returncode == 1
    assert {row["what"] for row in json.loads(done.stdout)["findings"]} == {"BRIEF_TIME", "TELEGRAM_BOT_TOKEN"}
    assert not re.search("my secret", done.stdout + done.stderr)
