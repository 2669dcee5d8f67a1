"""What Slack's errors say. https://docs.slack.dev/apis/web-api/#responses, and each method's page."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.retry import until_answered

PAUSE = 30.0  # seconds, where Slack asks for a pause without saying how long

# Codes every method may answer with when it is Slack that has the trouble.
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
_LIMITED = frozenset({"ratelimited", "rate_limited"})

_T = TypeVar("_T")


async def insist(call: Callable[[], Awaitable[_T]], tries: int | None = None) -> _T:
    """Return what a call returns, made again for as long as Slack does not answer or has an error of its own.

    The caller sets the time limit, or how many `tries` there are. A message may so be sent twice, when only the answer
    was lost.
    """
    return await until_answered(call, _silence, "Slack", tries)


async def patiently(call: Callable[[], Awaitable[_T]]) -> _T:
    """Return what a call returns that is no message, as `insist` does and after the pauses that Slack asks for."""
    while True:
        try:
            return await insist(call)
        except SlackApiError as error:
            seconds = pause(error)
            if seconds is None:
                raise
        await asyncio.sleep(seconds)


def code(error: SlackApiError) -> str:
    """Return the literal error code, such as `channel_not_found`; empty where the answer is not one of Slack's."""
    response = error.response
    data = response.data if isinstance(response, AsyncSlackResponse) else None
    return str(data.get("error") or "")[:80] if isinstance(data, dict) else ""


def pause(error: SlackApiError) -> float | None:
    """Return the seconds Slack asks to wait, None where it does not.

    https://docs.slack.dev/apis/web-api/rate-limits: HTTP 429 with Retry-After in whole seconds.
    """
    if _status(error) != 429 and code(error) not in _LIMITED:
        return None
    try:
        seconds = float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return PAUSE
    return max(seconds, 0.0) if math.isfinite(seconds) else PAUSE


def _silence(error: Exception) -> str | None:
    """Return words for an error that means that Slack may answer the next time; no address is among them."""
    if isinstance(error, SlackApiError):
        said, status = code(error), _status(error)
        unreadable = status == 200 and not said  # a page of something between Slack and us
        return said or f"HTTP {status}" if status >= 500 or said in _PASSING or unreadable else None
    silent = isinstance(error, aiohttp.ClientError | OSError) and not isinstance(error, aiohttp.InvalidURL)
    return type(error).__name__ if silent else None


def _status(error: SlackApiError) -> int:
    """Return the HTTP status; the library gives aiohttp's own response where it could not read the body."""
    response = error.response
    return int(response.status_code if isinstance(response, AsyncSlackResponse) else response.status)
