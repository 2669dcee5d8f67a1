"""Delays calls until an outside service takes them: so many of a lane (a chat, a channel), and so many of all lanes.

A call holds its place from its start until a while after its *end*. The service sees it somewhere between the two, so
whatever the network does to the distances between calls, the service never sees more than the limit.

All processes of a bot share a pace in Redis where Lanes are given one (`bot/shared_limits.py`); the order of a lane is
kept within a process. Each process keeps the pace by itself while Redis does not answer.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from bot.shared_limits import SharedPace  # which needs Limit

RETRIES: Final = 3
PATIENCE: Final = 300.0  # seconds; who is told to wait longer hears so at once instead of holding a handler

_T = TypeVar("_T")
_calling: set[asyncio.Task[Any] | None] = set()


@dataclass(frozen=True)
class Limit:
    """At most `count` calls within any `seconds`; 0 seconds lift the limit."""

    count: int
    seconds: float


class PausedError(Exception):
    """A lane takes no calls for so many `seconds`: raised by a call that was refused, and to who will not wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"nothing is taken for {math.ceil(seconds)} seconds")
        self.seconds = seconds


class Lanes:
    """Lanes that share one overall limit.

    Calls of one lane go one after another, in the order they were asked for; lanes take turns. Time is the event
    loop's, so a loop with a clock of its own needs no waiting. A lane costs memory while it waits and for its longest
    limit after.
    """

    def __init__(self, overall: Limit, shared: SharedPace | None = None) -> None:
        self._overall, self._shared = overall, shared
        self._slots = asyncio.Semaphore(overall.count)
        self._lanes: dict[str, _Lane] = {}

    async def run(
        self, name: str, limits: tuple[Limit, ...], call: Callable[[], Awaitable[_T]], retries: int = RETRIES
    ) -> _T:
        """Return what the call returns, made when its lane and all lanes together have room for it.

        A PausedError of the call pauses its own lane, then the call is made again, at most `retries` times. It is
        raised when the last try is refused too or the lane is paused for more than 5 minutes; any other error of the
        call passes through. `limits` belong to the name: always the same.
        """
        async with self._lane(name, limits) as lane:
            while True:
                await lane.turn()
                try:
                    return await self._call(name, lane, call)
                except PausedError as refused:
                    lane.pause(refused.seconds)
                    if self._shared:
                        await self._shared.pause(name, refused.seconds)
                    if not retries:
                        raise
                    retries -= 1

    async def _call(self, name: str, lane: _Lane, call: Callable[[], Awaitable[_T]]) -> _T:
        shared = await self._share(name, lane)
        if not shared:
            await self._slots.acquire()
        task = asyncio.current_task()
        _calling.add(task)
        try:
            return await call()
        finally:
            _calling.discard(task)
            lane.ended()
            if not shared:
                asyncio.get_running_loop().call_later(self._overall.seconds, self._slots.release)

    async def _share(self, name: str, lane: _Lane) -> bool:
        """Wait until no process stands in the way of a call; False when nobody can tell."""
        if not self._shared or not any(limit.seconds for limit in (self._overall, *lane.limits)):
            return False
        while busy := await self._shared.turn(name, lane.limits, self._overall):
            lane.pause(busy)
            await lane.turn()
        return busy is not None

    @asynccontextmanager
    async def _lane(self, name: str, limits: tuple[Limit, ...]) -> AsyncIterator[_Lane]:
        """Yield a lane when those before have left it; forget it once its limits no longer matter."""
        if name not in self._lanes:
            self._lanes[name] = _Lane(limits)
        lane = self._lanes[name]
        lane.users += 1
        if lane.expiry:
            lane.expiry.cancel()
        try:
            async with lane.lock:
                yield lane
        finally:
            lane.users -= 1
            if not lane.users:
                lane.expiry = asyncio.get_running_loop().call_later(lane.memory(), self._lanes.pop, name, None)


class _Lane:
    """What the calls of one name are waiting for."""

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        self.lock = asyncio.Lock()
        self.users = 0  # calls that wait or run
        self.expiry: asyncio.TimerHandle | None = None
        self.limits = limits
        self._ends: deque[float] = deque(maxlen=max(limit.count for limit in limits))
        self._paused_until = -math.inf

    async def turn(self) -> None:
        """Wait until the lane may have a call; raise PausedError when that takes longer than anybody waits."""
        delay = self._delay()
        if delay > PATIENCE:
            raise PausedError(delay)
        if delay > 0:
            await asyncio.sleep(delay)

    def ended(self) -> None:
        """Note that a call has ended now."""
        self._ends.append(_now())

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._paused_until = _now() + seconds

    def memory(self) -> float:
        """Return the seconds after which the lane is as good as new."""
        return max(self._delay(), *(limit.seconds for limit in self.limits))

    def _delay(self) -> float:
        ends = self._ends
        free = (ends[-limit.count] + limit.seconds for limit in self.limits if len(ends) >= limit.count)
        return max((self._paused_until, *free)) - _now()


def calling(task: asyncio.Task[Any]) -> bool:
    """Tell whether a call of a task has begun: who ends it now does not learn what the service made of it."""
    return task in _calling


def _now() -> float:
    return asyncio.get_running_loop().time()
