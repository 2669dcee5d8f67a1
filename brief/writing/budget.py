"""What language models may take a day, over all processes: reserved before a call, settled after it.

{paperboy}:1:spent:{date}               hash: `tokens`, and `nanos`, billionths of a US dollar    8 days
{paperboy}:1:spent:{date}:embeddings    the same of the embeddings model                         8 days
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from brief.store import Store, key_of, redis_errors

_KEEP = dt.timedelta(days=8)
_NANOS = 1_000_000_000

# Answers 1 and adds when both sums stay within their limits; -1 is no limit.
_RESERVE = """
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens') or 0) + ARGV[1]
local nanos = tonumber(redis.call('HGET', KEYS[1], 'nanos') or 0) + ARGV[2]
if tokens > tonumber(ARGV[3]) then return 0 end
if tonumber(ARGV[4]) >= 0 and nanos > tonumber(ARGV[4]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'nanos', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class Spending(NamedTuple):
    """What a call takes: tokens, read and written together, and US dollars (0 when the price is not known)."""

    tokens: int
    usd: float

    @property
    def nanos(self) -> int:
        """Billionths of a US dollar, rounded up."""
        return math.ceil(self.usd * _NANOS)


NOTHING = Spending(0, 0.0)


class Budget:
    """So many tokens and US dollars a day; `today` tells which day it is. Raises StoreError without Redis.

    What has an `account` of its own is counted apart.
    """

    def __init__(
        self, store: Store, *, tokens: int, usd: float | None, today: Callable[[], dt.date], account: str = ""
    ) -> None:
        self._redis = store.client
        self._reserve = self._redis.register_script(_RESERVE)
        self._tokens, self._nanos = tokens, -1 if usd is None else math.floor(usd * _NANOS)
        self._today, self._account = today, [account] if account else []

    async def reserve(self, most: Spending) -> Reservation | None:
        """Set aside the most that a call can take; None, and nothing set aside, when the day has not that much left.

        What is never settled stays spent: a process that dies in a call may have been billed for it.
        """
        key = key_of("spent", self._today(), *self._account)
        args = [most.tokens, most.nanos, self._tokens, self._nanos, int(_KEEP.total_seconds())]
        with redis_errors():
            held = await self._reserve(keys=[key], args=args)
        return Reservation(self._redis, key, most) if held else None


class Reservation:
    """What was set aside for one call, on the day it was."""

    def __init__(self, redis: Any, key: str, most: Spending) -> None:
        self._redis, self._key, self._most = redis, key, most

    async def settle(self, spent: Spending) -> None:
        """Put what was really spent in the place of what was set aside."""
        with redis_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hincrby(self._key, "tokens", spent.tokens - self._most.tokens)
                pipe.hincrby(self._key, "nanos", spent.nanos - self._most.nanos)
                await pipe.execute()
