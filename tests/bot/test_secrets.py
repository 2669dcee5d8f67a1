"""A whole `paperboy run`, at its most talkative, with every secret configured: none of them is in what it prints."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from pydantic import SecretStr

from brief.settings import Settings, load_settings
from tests.bot.telegramming import said
from tests.brief.test_store_kinds import master  # noqa: F401 - a fixture
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_good import good
from tests.fakes.sites import serve
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import SERVER_ERROR
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")
SECRETS = {
    "HF_TOKEN": "hf_0123456789abcdefSECRET",
    "GITHUB_TOKEN": "github_pat_0123456789SECRET",
    "X_BEARER_TOKEN": "AAAA%2F0123456789SECRET",
    "GOOGLE_API_KEY": "AIza+0123456789/SECRET",
    "GOOGLE_CSE_ID": "0123456789abcdef0",
    "SLACK_SIGNING_SECRET": "0123456789abcdef-SECRET",
    "LLM_FALLBACK_API_KEY": "sk-second-0123456789SECRET",
    "EMBEDDINGS_API_KEY": "sk-third-0123456789SECRET",
}
PASSWORD = "p@ss:w/rd"


@pytest.fixture
def redis_at(master) -> str:  # noqa: F811
    with redis.Redis(port=master.port, password=PASSWORD) as client:
        client.flushall()
    return f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{master.port}/3"


def secrets(settings: Settings) -> Iterator[str]:
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            yield from (value.get_secret_value(), quote(value.get_secret_value(), safe=""))
    yield from (PASSWORD, quote(PASSWORD, safe=""))


def environment(telegram: FakeTelegram, slack: FakeSlack, llm: FakeLLM) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TELEGRAM_CHATS": "*",
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.url,
        "LLM_MODEL": llm.model,
        "LLM_BASE_URL": llm.url,
        "LLM_API_KEY": llm.key,
        "LLM_FALLBACK_MODEL": "second",
        "LLM_FALLBACK_BASE_URL": llm.url,
        "EMBEDDINGS_MODEL": "third",
        "EMBEDDINGS_BASE_URL": llm.url,
        "PAPERBOY_LISTEN": "127.0.0.1:0",
        "LOG_LEVEL": "debug",
        **SECRETS,
    }


async def talk(telegram: FakeTelegram, slack: FakeSlack) -> None:
    """Ask for what makes a run ask its sites, its model and its chats, also when one of them fails."""
    await said(telegram, "/top")
    telegram.fail("sendMessage", SERVER_ERROR)
    await said(telegram, f"/search {telegram.token}")
    await said(telegram, "/paper 2604.26904")
    slack.user("U1")
    slack.channel("C1", members=("U1",))
    await slack.connected()
    await slack.slash("/paperboy", "top", user="U1")
    await slack.idle()
    await telegram.idle()


async def test_no_secret_is_printed_by_a_whole_run_at_debug_level(redis_at: str, tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    async with FakeTelegram() as telegram, FakeSlack() as slack, FakeLLM(good) as llm:
        with serve() as (_, urls), printed.open("wb") as out:
            environ = {"REDIS_URL": redis_at, "PAPERBOY_DATA_DIR": str(tmp_path), **environment(telegram, slack, llm)}
            system = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
            process = await asyncio.create_subprocess_exec(
                PAPERBOY, "run", env=system | urls | environ, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
            )
            try:
                await talk(telegram, slack)
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    log = printed.read_text()
    assert log.count(" DEBUG ") > 50
    assert llm.asked
    assert not {secret for secret in secrets(load_settings(environ)) if secret in log}


def test_the_error_that_ends_a_service_is_printed_without_secrets(tmp_path: Path) -> None:
    token = "123456789:AAE-SECRET-of-the-bot-0123456789abc"
    program = (
        "from bot.logs import log_to_stderr; from brief.settings import load_settings; s = load_settings();"
        "log_to_stderr(s); raise RuntimeError(s.telegram_bot_token.get_secret_value())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"TELEGRAM_BOT_TOKEN": token, "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    assert "RuntimeError: [secret]" in ended.stderr
    assert token not in ended.stderr
