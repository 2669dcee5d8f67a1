"""Whose turn it is, over all processes: at an outside site, and at work that is to be done once. All the keys of that.

{paperboy}:1:pace:{key}:lease    who has the turn at an outside site: a random token          30 s
{paperboy}:1:pace:{key}:gap      there until the next turn may start                          the gap
{paperboy}:1:alone:{work}        who does something that must not be done twice at once       its limit
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncIterator

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisClusterException, RedisError

from brief.store import key_of, redis_errors

LEASE = 30.0  # seconds; longer than any one request takes, and all a killed holder costs the next
_HELD_POLL = 0.05  # seconds between looks at a turn that another process holds

# Answers 0 when the turn is ours, else the milliseconds to wait, -1 when somebody holds it. Redis measures the gap.
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then return 0 end
if holder then return -1 end
local left = redis.call('PTTL', KEYS[2])
if left ~= -2 then return math.max(left, 1) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], '', 'PX', ARGV[3]) end
return 0
"""
_END = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@contextlib.asynccontextmanager
async def turn(redis: Redis, key: str, gap: float) -> AsyncIterator[None]:
    """Hold the only turn at `key`, over all processes; turns start at least `gap` seconds apart.

    A holder that crashed is overcome after 30 s, so do not hold a turn longer. Raises StoreError when Redis does not
    answer.
    """
    keys = [key_of("pace", key, "lease"), key_of("pace", key, "gap")]
    token = secrets.token_hex(8)
    take = redis.register_script(_TAKE)
    try:
        while wait := await _ask(take, keys, token, gap):  # noqa: ASYNC110 - other processes end it
            await asyncio.sleep(wait)
        yield
    finally:
        with contextlib.suppress(RedisError, RedisClusterException):  # the lease runs out by itself
            await redis.register_script(_END)(keys=keys[:1], args=[token])


async def _ask(take: AsyncScript, keys: list[str], token: str, gap: float) -> float:
    """Return for how many seconds to wait before the next try; 0 when the turn is taken."""
    with redis_errors():
        answer = int(await take(keys=keys, args=[token, math.ceil(LEASE * 1000), math.ceil(gap * 1000)]))
    return _HELD_POLL if answer < 0 else answer / 1000


@contextlib.asynccontextmanager
async def alone(redis: Redis, work: str, seconds: float) -> AsyncIterator[bool]:
    """Tell whether this process, and no other, is to do some work now; it has so many seconds for it.

    Raises TimeoutError in the work when they are over, since then another process may begin, and StoreError when Redis
    does not answer.
    """
    lock = redis.lock(key_of("alone", work), timeout=seconds, blocking=False, raise_on_release_error=False)
    with redis_errors():
        ours = await lock.acquire()
    try:
        async with asyncio.timeout(seconds):
            yield ours
    finally:
        if ours:
            with redis_errors():
                await lock.release()
