"""A gateway that answers for a chat with a page of HTML costs one line of the log."""

import logging
import subprocess
import sys

import pytest

from bot.retry import until_answered

ANSWERED = """
import sys
from telegram.error import TelegramError
from telegram.request import BaseRequest
from bot.logs import log_to_stderr
from brief.settings import Settings

log_to_stderr(Settings(paperboy_data_dir="/"))
try:
    BaseRequest.parse_json_payload(b"<html>Bad Gateway</html>")
except TelegramError as error:
    print(type(error).__name__)
"""


def test_a_page_in_place_of_json_is_raised_and_not_logged_as_well() -> None:
    done = subprocess.run([sys.executable, "-c", ANSWERED], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("TelegramError\n", "")


async def test_what_does_not_answer_is_told_in_a_line_that_is_short(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([OSError("<!DOCTYPE HTML>\n" * 99), None])

    async def call() -> str:
        if error := next(answers):
            raise error
        return "answered"

    with caplog.at_level(logging.WARNING):
        assert await until_answered(call, str, "Telegram") == "answered"
    assert len(caplog.messages) == 1
    assert "\n" not in caplog.messages[0]
    assert len(caplog.messages[0]) < 250
