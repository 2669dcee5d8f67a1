"""The pace of messages Telegram accepts: 30 a second in all, one a second in a chat, 20 a minute in a group or channel.

Edits count as sends. Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
(the FAQ mentions short bursts without saying how short, so there are none here), edits: tdlib/td#2592, #3034.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Coroutine
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.limits import RETRIES, Lanes, Limit, PausedError
from bot.shared_limits import SharedPace

os.environ["PTB_TIMEDELTA"] = "1"  # RetryAfter.retry_after is a timedelta; without it every 429 is a DeprecationWarning

COUNTED: Final = ("send", "edit", "forward", "copy")
FREE: Final = "sendChatAction"  # shows "typing", sends no message
OVERALL: Final = Limit(30, 1.0)
CHAT: Final = Limit(1, 1.0)
GROUP: Final = Limit(20, 60.0)


class Limiter(BaseRateLimiter[int]):
    """Delays messages until Telegram accepts them; everything else passes at once."""

    def __init__(
        self, shared: SharedPace | None = None, *, overall: Limit = OVERALL, chat: Limit = CHAT, group: Limit = GROUP
    ) -> None:
        self._private, self._group = (chat,), (chat, group)
        self._lanes = Lanes(overall, shared)

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: what waits belongs to the callers."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Return what the call returns, made when its chat and all chats together have room for it.

        A 429 pauses its own chat for as long as Telegram asks, then the call is made again; `rate_limit_args` are the
        tries in all, by default 4 (the library leaves out a 0). RetryAfter is raised when the last try fails too or the
        chat is paused for more than 5 minutes; any other error of the call passes through.
        """
        chat = data.get("chat_id", data.get("inline_message_id"))
        if chat is None or endpoint == FREE or not endpoint.startswith(COUNTED):
            return await callback(*args, **kwargs)

        async def call() -> Any:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refused:
                raise PausedError(seconds_of(refused)) from refused

        name, retries = str(chat), RETRIES if rate_limit_args is None else rate_limit_args - 1
        try:
            return await self._lanes.run(name, self._private if name.isdecimal() else self._group, call, retries)
        except PausedError as paused:
            raise RetryAfter(math.ceil(paused.seconds)) from paused


def seconds_of(refused: RetryAfter) -> float:
    """Return the seconds that Telegram asks to wait."""
    after = refused.retry_after
    return after.total_seconds() if isinstance(after, dt.timedelta) else after
