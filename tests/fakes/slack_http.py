"""Requests as Slack sends them to an app over HTTP, and as somebody else would.

https://docs.slack.dev/authentication/verifying-requests-from-slack ; https://docs.slack.dev/apis/events-api/#retries
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

Forgery = Literal["wrong", "stale", "missing"]
_STALE = 5 * 60 + 10  # seconds; Slack's guide refuses what is older than five minutes


class HttpCarrier:
    """Posts payloads to `url`, signed with the app's secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.url = ""
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, delivery: Any, within: float) -> Any:
        """Return the body of a 2xx answer; see Carrier."""
        headers = {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": delivery.reason}
        status, text = await self.post(delivery.payload, within, headers if delivery.attempt else {})
        if not 200 <= status < 300:
            raise ConnectionError(f"HTTP {status}: {text[:200]}")
        return _parsed(text)

    async def post(
        self, payload: dict[str, Any], within: float, more: dict[str, str], forgery: Forgery | None = None
    ) -> tuple[int, str]:
        """Post a payload and return status and text; `forgery` makes its signature one to refuse."""
        content_type, body = encoded(payload)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= more | signature(self.secret, body, forgery)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with asyncio.timeout(within), self._session.post(self.url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def encoded(payload: dict[str, Any]) -> tuple[str, bytes]:
    """Return content type and body: events are JSON, slash commands a form, interactions JSON inside a form."""
    if "command" in payload:
        return "application/x-www-form-urlencoded", urlencode(payload).encode()
    if payload.get("type") in {"event_callback", "url_verification"}:
        return "application/json", json.dumps(payload).encode()
    return "application/x-www-form-urlencoded", urlencode({"payload": json.dumps(payload)}).encode()


def signature(secret: str, body: bytes, forgery: Forgery | None = None) -> dict[str, str]:
    """Return the headers that prove who sent a body, or fail to."""
    if forgery == "missing":
        return {}
    stamp = str(int(time.time()) - (_STALE if forgery == "stale" else 0))
    key = "not the secret" if forgery == "wrong" else secret
    digest = hmac.new(key.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
