"""What failed requests mean, and whether and when a site is asked again."""

from __future__ import annotations

import datetime as dt
import email.utils
import random
from collections.abc import Mapping
from typing import Final

import httpx

from brief.errors import SourceError, Trouble

LONGEST_PAUSE: Final = 10.0  # seconds; a site that asks for more is given up at once, a brief does not wait for it
_PASSING: Final = frozenset(
    {
        Trouble.UNREACHABLE,
        Trouble.TIMEOUT,
        Trouble.RATE_LIMITED,
        Trouble.SERVER_ERROR,
        Trouble.BAD_ANSWER,  # here: a body that broke off
        Trouble.EMPTY_ANSWER,
    }
)


def pause_before_repeat(error: Exception) -> bool | float:
    """Return whether a repeat may help, or in how many seconds the site wants it.

    A hanging or unreachable site is asked twice only, so that being offline is quick.
    """
    if not isinstance(error, SourceError) or error.trouble not in _PASSING:
        return False
    absent = error.trouble == Trouble.TIMEOUT or isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
    if absent and error.tries > 1:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after <= LONGEST_PAUSE and error.retry_after + random.uniform(0, 0.5)  # noqa: S311 - jitter


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds a site asks to be left alone, None when it does not say.

    Retry-After holds seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). X and GitHub
    send the epoch at which the next request is allowed, x-rate-limit-reset and x-ratelimit-reset.
    """
    if asked := headers.get("retry-after"):
        return float(asked) if _is_count(asked) else _seconds_until(asked, now)
    for name in ("x-rate-limit", "x-ratelimit"):
        reset = headers.get(f"{name}-reset", "")
        if _is_count(reset) and headers.get(f"{name}-remaining", "0") == "0":
            return max(0.0, float(reset) - now)
    return None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _seconds_until(date: str, now: float) -> float | None:
    try:
        when = email.utils.parsedate_to_datetime(date)
        return max(0.0, (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def trouble_of_break(error: Exception, *, answered: bool) -> Trouble:
    """Return what it is when a request ends in an exception, before or after the answer began."""
    if isinstance(error, httpx.ConnectTimeout):
        return Trouble.UNREACHABLE
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Trouble.TIMEOUT
    return Trouble.BAD_ANSWER if answered else Trouble.UNREACHABLE


def trouble_of_status(response: httpx.Response) -> Trouble:
    """Return what a status other than the wanted ones means."""
    status, headers = response.status_code, response.headers
    limited = "retry-after" in headers or "0" in (
        headers.get("x-ratelimit-remaining"),
        headers.get("x-rate-limit-remaining"),
    )
    if status == httpx.codes.TOO_MANY_REQUESTS or (status == httpx.codes.FORBIDDEN and limited):
        return Trouble.RATE_LIMITED
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Trouble.UNAUTHORIZED
    if status == httpx.codes.NOT_FOUND:
        return Trouble.NOT_FOUND
    return Trouble.SERVER_ERROR if status >= httpx.codes.INTERNAL_SERVER_ERROR else Trouble.REFUSED
