"""What a process that serves does not load, and that it is there for others."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from bot.lean import without
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

UNUSED = {"rich.console", "pygments.lexers", "cryptography.hazmat.primitives", "cryptography.fernet"}


def test_a_library_counts_as_missing_and_is_there_again():
    with without("wave"), pytest.raises(ImportError):
        import wave  # noqa: PLC0415
    import wave  # noqa: PLC0415

    assert wave.open


def test_what_is_loaded_already_stays():
    with without("json"):
        import json  # noqa: PLC0415
    assert sys.modules["json"] is json


async def test_a_process_that_serves_loads_nothing_for_terminals_and_passports(settings):
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        told = {"TELEGRAM_BOT_TOKEN": "1:unknown", "TELEGRAM_API_URL": telegram.url}  # it ends when that is refused
        told |= {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        told |= {"REDIS_URL": settings.redis_url.get_secret_value(), "PAPERBOY_LISTEN": "127.0.0.1:0"}
        told |= {"PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "importtime", "-c", "from bot.cli import main; main()", "run"),
            env={name: value for name, value in os.environ.items() if name.startswith("PYTHON")} | told,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE):
            _, said = await process.communicate()
    loaded = {line.rpartition("|")[2].strip() for line in said.decode().splitlines() if line.startswith("import time")}
    assert process.returncode == 1
    assert {"bot.telegram_serve", "bot.slack_serve"} <= loaded
    assert not loaded & UNUSED
