"""Log lines of a service, without secrets."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from brief.settings import Settings

_log = logging.getLogger(__name__)

# Tokens that no setting holds: those of the workspaces that installed the Slack app.
_SLACK_TOKEN = re.compile(r"\bxox[a-z]{1,2}[.-][\w.-]+")


def log_to_stderr(settings: Settings) -> None:
    """Log what happens to stderr, as LOG_LEVEL has it.

    No secret shows, nor in the error that ends the process: a library's may hold a URL with the token in it, and at
    `debug` they tell everything.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting(set(_secrets(settings))))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # a line each minute
    # A page and a traceback for each answer of a gateway that is no JSON; it is raised as well, and told in a line.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
    sys.excepthook = lambda *error: _log.critical("ended by an error nobody expected", exc_info=error)


def _secrets(settings: Settings) -> Iterator[str]:
    """Yield every secret of the settings, also as a URL has it, and the password within that of Redis."""
    values = [getattr(settings, name) for name in Settings.model_fields]
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    for secret in found:
        yield from (secret, quote(secret, safe=""))
    url = urlsplit(settings.redis_url.get_secret_value() if settings.redis_url else "")
    login, at, _ = url.netloc.rpartition("@")  # of many hosts, urlsplit finds no password
    if at and (password := login.partition(":")[2]):
        yield from (password, unquote(password))


def log_delivery(  # noqa: PLR0913 - one argument a key of the line
    logger: logging.Logger,
    chat: str,
    date: dt.date,
    outcome: str,
    *,
    lag: float,
    attempt: int,
    message: str = "",
    reason: str = "",
) -> None:
    """Log what became of a delivery in one line of always the same keys, as https://brandur.org/logfmt has it.

    `lag` is in seconds since it was due, `attempt` counts from 1, `message` is the id that the chat gave it.
    """
    logger.info(
        "delivery chat=%s date=%s outcome=%s lag=%.1f attempt=%d message=%s reason=%s",
        *(_value(chat), date, _value(outcome), lag, attempt, _value(message), _value(reason)),
    )


def _value(text: str) -> str:
    """Return a value that ends where it should; what chats say is quoted, and cut."""
    return text if re.fullmatch(r"[\w.:#@/+-]+", text, re.ASCII) else json.dumps(text[:200])


class _Redacting(logging.Formatter):
    """Replaces secrets in whole lines, tracebacks included."""

    def __init__(self, secrets: set[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line, its traceback below."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return _SLACK_TOKEN.sub("[secret]", text)
