"""Fixtures of all tests: a real redis-server for the run, a store that begins empty, and the shared data if present."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from brief.redis_server import find_server
from brief.settings import Settings, load_settings
from brief.store import Store, open_store
from tests.patience import PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes a minute: with several processes the rest is done meanwhile."""
    items.sort(key=lambda item: item.path.name != "test_newcomer.py")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="paperboy-test-", dir="/tmp"))  # short: a socket's path is limited
    socket = folder / "redis.sock"
    command: list[str | Path] = [
        find_server(),
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--dir",
        folder,
        "--save",
        "",
        "--loglevel",
        "warning",
    ]
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log) as server:
        try:
            _wait_for(socket, server)
            yield f"unix://{socket}"
        finally:
            server.terminate()
    shutil.rmtree(folder)


def _wait_for(socket: Path, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    with redis.Redis(unix_socket_path=str(socket)) as client:
        while server.poll() is None and time.monotonic() < end:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
    pytest.fail("the redis-server of the tests does not answer")


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    """Settings with a Redis that begins empty and a data folder of its own; every site is the real one."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    return load_settings({"REDIS_URL": redis_url, "PAPERBOY_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no note come before an answer in Slack that says it takes a while, however busy the machine.

    Tests of the note ask for `hurried`.
    """
    if answers := sys.modules.get("bot.slack_answers"):
        monkeypatch.setattr(answers, "WORKING_AFTER", 2 * PATIENCE)


@pytest.fixture
def hurried(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a note come before almost every answer in Slack."""
    monkeypatch.setattr("bot.slack_answers.WORKING_AFTER", 0.01)


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    async with open_store(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real days beside the repository, or the one PAPERBOY_SHARED names; skips without."""
    default = Path(__file__).resolve().parents[2] / "shared"
    found = Path(os.environ.get("PAPERBOY_SHARED") or default)
    if not found.is_dir():
        pytest.skip("no folder of real days beside the repository")
    return found
