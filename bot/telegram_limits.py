"""The pace of messages Telegram accepts: 30 a second in all, one a second in a chat, 20 a minute in a group or channel.

Edits count as sends. Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
(the FAQ mentions short bursts without saying how short, so there are none here), edits: tdlib/td#2592, #3034.

A call holds its place from its start until a while after its *end*. Telegram sees it somewhere between the two, so
whatever the network does to the distances between calls, Telegram never sees more than the limit.

Per process: nothing is shared between replicas.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

os.environ["PTB_TIMEDELTA"] = "1"  # RetryAfter.retry_after is a timedelta; without it every 429 is a DeprecationWarning

COUNTED: Final = ("send", "edit", "forward", "copy")
FREE: Final = "sendChatAction"  # shows "typing", sends no message


@dataclass(frozen=True)
class Limit:
    """At most `count` messages within any `seconds`; 0 seconds lift the limit."""

    count: int
    seconds: float


OVERALL: Final = Limit(30, 1.0)
CHAT: Final = Limit(1, 1.0)
GROUP: Final = Limit(20, 60.0)
RETRIES: Final = 3
PATIENCE: Final = 300.0  # seconds; who is told to wait longer hears so at once instead of holding a handler


class Limiter(BaseRateLimiter[int]):
    """Delays messages until Telegram accepts them; everything else passes at once.

    Messages of one chat go one after another, in the order they were asked for; chats take turns. Time is the event
    loop's, so a loop with a clock of its own needs no waiting. A chat costs memory while it waits and for its longest
    limit after.
    """

    def __init__(self, *, overall: Limit = OVERALL, chat: Limit = CHAT, group: Limit = GROUP) -> None:
        self._overall = overall
        self._private, self._group = (chat,), (chat, group)
        self._slots = asyncio.Semaphore(overall.count)
        self._lanes: dict[str, _Lane] = {}

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

        A 429 pauses its own chat for as long as Telegram asks, then the call is made again, at most 3 times or
        `rate_limit_args` times. RetryAfter is raised when the last try fails too or the chat is paused for more than
        5 minutes; any other error of the call passes through.
        """
        chat = data.get("chat_id", data.get("inline_message_id"))
        if chat is None or endpoint == FREE or not endpoint.startswith(COUNTED):
            return await callback(*args, **kwargs)
        retries = RETRIES if rate_limit_args is None else rate_limit_args
        async with self._lane(str(chat)) as lane:
            while True:
                await lane.turn()
                try:
                    return await self._call(lane, callback, args, kwargs)
                except RetryAfter as refused:
                    lane.pause(_seconds(refused))
                    if not retries:
                        raise
                    retries -= 1

    async def _call(self, lane: _Lane, callback: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        await self._slots.acquire()
        try:
            return await callback(*args, **kwargs)
        finally:
            lane.ended()
            asyncio.get_running_loop().call_later(self._overall.seconds, self._slots.release)

    @asynccontextmanager
    async def _lane(self, chat: str) -> AsyncIterator[_Lane]:
        """Yield a chat's lane when those before have left it; forget it once its limits no longer matter."""
        if chat not in self._lanes:
            self._lanes[chat] = _Lane(self._private if chat.isdecimal() else self._group)
        lane = self._lanes[chat]
        lane.users += 1
        if lane.expiry:
            lane.expiry.cancel()
        try:
            async with lane.lock:
                yield lane
        finally:
            lane.users -= 1
            if not lane.users:
                lane.expiry = asyncio.get_running_loop().call_later(lane.memory(), self._lanes.pop, chat, None)


class _Lane:
    """What one chat is waiting for."""

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        self.lock = asyncio.Lock()
        self.users = 0  # calls that wait or run
        self.expiry: asyncio.TimerHandle | None = None
        self._limits = limits
        self._ends: deque[float] = deque(maxlen=max(limit.count for limit in limits))
        self._paused_until = -math.inf

    async def turn(self) -> None:
        """Wait until the chat may get a message; raise RetryAfter when that takes longer than anybody waits."""
        delay = self._delay()
        if delay > PATIENCE:
            raise RetryAfter(math.ceil(delay))
        if delay > 0:
            await asyncio.sleep(delay)

    def ended(self) -> None:
        """Note that a call has ended now."""
        self._ends.append(_now())

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._paused_until = _now() + seconds

    def memory(self) -> float:
        """Return the seconds after which the lane is as good as new."""
        return max(self._delay(), *(limit.seconds for limit in self._limits))

    def _delay(self) -> float:
        ends = self._ends
        free = (ends[-limit.count] + limit.seconds for limit in self._limits if len(ends) >= limit.count)
        return max((self._paused_until, *free)) - _now()


def _seconds(refused: RetryAfter) -> float:
    after = refused.retry_after
    return after.total_seconds() if isinstance(after, dt.timedelta) else after


def _now() -> float:
    return asyncio.get_running_loop().time()
