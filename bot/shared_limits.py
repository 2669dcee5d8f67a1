"""The pace that all processes of one bot share, in Redis. All its keys; {bot} is a service and a token's fingerprint.

{paperboy}:1:sends:{bot}          sorted set, a send -> its moment: the newest, as many as the limit counts   the limit
{paperboy}:1:sends:{bot}:{lane}   the same of one lane                                                        the limit
{paperboy}:1:paused:{bot}:{lane}  there while the lane takes nothing                                          the pause

A send is given the moment at which every limit has room for it, and waits for that moment. Moments are read from the
clock of Redis, and callers are told how long to wait: clocks of machines differ by more than the margin kept here.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from itertools import count
from typing import Final

from redis.asyncio import Redis

from bot.limits import Limit
from brief.errors import StoreError
from brief.store import key_of, redis_errors

# The service counts when calls arrive, not when they start. A window lasts longer here by what two calls may differ in
# their way: 20 ms cost 2 % of 30 a second. What a process itself is late by is told to Redis and needs no margin.
MARGIN: Final = 0.02  # seconds
_TOLERATED: Final = 0.01  # seconds a call may start late, out of that margin
# Sends follow each other at almost even distances, so that no part of a window sees a burst; a little closer than even,
# so that what a busy process left unused is made up for.
_DISTANCE: Final = 0.9  # of a window divided by its count
_ANSWER_LIMIT: Final = 1.0  # seconds to wait for Redis
_SILENCE: Final = 5.0  # seconds for which Redis is not asked again

# Answers {1, microseconds} when the lane takes nothing for so long, and keeps no place then: other lanes would wait for
# nothing. Else {0, microseconds until the send}. What lies minutes ahead is of a clock that went back, as it may when
# another server takes over.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local member, before, late, distance = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function moment(key, rank)
  return tonumber(redis.call('ZREVRANGE', key, rank, rank, 'WITHSCORES')[2])
end
local function free(key, limits)
  local at = now
  for i = 1, #limits, 2 do
    local first = moment(key, limits[i] - 1)
    if first then at = math.max(at, first + limits[i + 1]) end
  end
  return at
end
local function note(key, limits, at)
  local most, seconds = 0, 0
  for i = 1, #limits, 2 do most, seconds = math.max(most, limits[i]), math.max(seconds, limits[i + 1]) end
  if most == 0 then return end
  redis.call('ZADD', key, at, member)
  redis.call('ZREMRANGEBYRANK', key, 0, -most - 1)
  redis.call('PEXPIRE', key, math.ceil((at - now + seconds) * 1000))
end
local overall, own = cjson.decode(ARGV[5]), cjson.decode(ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 120, '+inf')
redis.call('ZREMRANGEBYSCORE', KEYS[2], now + 120, '+inf')
if late > 0 then redis.call('ZADD', KEYS[1], 'XX', 'INCR', late, before) end
local paused = redis.call('PTTL', KEYS[3])
if paused > 0 then return {1, paused * 1000} end
local at = free(KEYS[1], overall)
local last = moment(KEYS[1], 0)
if last then at = math.max(at, last + distance) end
local lane = free(KEYS[2], own)
if lane > at then return {1, math.ceil((lane - now) * 1000000)} end
note(KEYS[1], overall, at)
note(KEYS[2], own, at)
return {0, math.ceil((at - now) * 1000000)}
"""

_log = logging.getLogger(__name__)


class SharedPace:
    """The pace of one bot. A process holds one place ahead at most, so that processes take turns."""

    def __init__(self, redis: Redis, service: str, identity: str) -> None:
        """`identity` tells bots of a service apart; it may be a secret, of which Redis sees a hash."""
        self._redis = redis
        self._bot = f"{service}:{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        self._reserve = redis.register_script(_RESERVE)
        self._turns = asyncio.Lock()
        self._process, self._numbers = secrets.token_hex(4), count()
        self._last, self._late = "", 0.0  # the newest send, and the seconds it started late
        self._silent_until = 0.0

    async def turn(self, lane: str, limits: tuple[Limit, ...], overall: Limit) -> float | None:
        """Return 0 when a call may be made, after waiting for that; else the seconds its lane takes none.

        Returns None when Redis does not answer.
        """
        async with self._turns:
            asked = _now()
            answer = await self._ask(lane, limits, overall) if asked >= self._silent_until else None
            if answer is None:
                return None
            busy, wait = answer
            if busy:
                return wait
            await asyncio.sleep(wait)
            late = _now() - asked - wait
            self._late = late if late > _TOLERATED else 0.0
            return 0.0

    async def pause(self, lane: str, seconds: float) -> None:
        """Let nothing of a lane through for so long, in no process; does nothing when Redis does not answer."""
        try:
            async with asyncio.timeout(_ANSWER_LIMIT):
                with redis_errors():
                    await self._redis.set(key_of("paused", self._bot, lane), "", px=max(1, round(seconds * 1000)))
        except (StoreError, TimeoutError) as error:
            self._missed(error)

    async def _ask(self, lane: str, limits: tuple[Limit, ...], overall: Limit) -> tuple[bool, float] | None:
        """Return whether the lane takes nothing, and for how long to wait."""
        sends = key_of("sends", self._bot)
        keys = [sends, f"{sends}:{lane}", key_of("paused", self._bot, lane)]
        before, self._last = self._last, f"{self._process}:{next(self._numbers)}"
        distance = _DISTANCE * overall.seconds / overall.count
        args: list[str | float] = [self._last, before, self._late, distance, _written(overall), _written(*limits)]
        try:
            async with asyncio.timeout(_ANSWER_LIMIT):
                with redis_errors():
                    busy, microseconds = await self._reserve(keys=keys, args=args)
        except (StoreError, TimeoutError) as error:
            self._missed(error)
            return None
        self._late = 0.0
        return bool(busy), int(microseconds) / 1e6

    def _missed(self, error: Exception) -> None:
        self._silent_until = _now() + _SILENCE
        _log.warning("this process keeps the pace alone for %d s: %s", _SILENCE, error or "Redis is slow")


def _written(*limits: Limit) -> str:
    """Return limits as a JSON list of counts and seconds in turn; those of 0 seconds are none."""
    numbers = (f"{limit.count},{limit.seconds + MARGIN}" for limit in limits if limit.seconds)
    return f"[{','.join(numbers)}]"


def _now() -> float:
    return asyncio.get_running_loop().time()
