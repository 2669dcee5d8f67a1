"""Log lines of a service, without secrets."""

from __future__ import annotations

import logging

from pydantic import SecretStr

from brief.settings import Settings


def log_to_stderr(settings: Settings) -> None:
    """Log what happens to stderr. No secret shows: an error of a library may hold a URL with the token in it."""
    handler = logging.StreamHandler()
    values = [getattr(settings, name) for name in Settings.model_fields]
    handler.setFormatter(_Redacting([value.get_secret_value() for value in values if isinstance(value, SecretStr)]))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # a line each minute


class _Redacting(logging.Formatter):
    """Replaces secrets in whole lines, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line, its traceback below."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text
