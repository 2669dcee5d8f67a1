"""How Slack says no. https://docs.slack.dev/apis/web-api/#responses ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SlackRefusal(Exception):  # noqa: N818  # Slack's word for it is "error", a string in the answer
    """An answer with `ok: false`; `messages` become `response_metadata.messages`, `more` the fields beside `error`."""

    status = 200

    def __init__(self, error: str, messages: Iterable[str] = (), **more: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.more = more

    @property
    def headers(self) -> dict[str, str]:
        return {}

    def json(self) -> dict[str, Any]:
        details = {"response_metadata": {"messages": self.messages}} if self.messages else {}
        return {"ok": False, "error": self.error, **self.more, **details}


class RateLimited(SlackRefusal):
    """HTTP 429 with a Retry-After header in whole seconds. https://docs.slack.dev/apis/web-api/rate-limits ."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}
