"""How much is owed to chats right now; reads the keys of `bot/deliveries.py`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from brief.store import key_of, redis_errors

OVERDUE = dt.timedelta(minutes=15)  # at Telegram's 30 a second, 27,000 chats of the same minute are through by then


@dataclass(frozen=True)
class Backlog:
    """What waits; reminders and follow-ups count as well.

    `under_way` are with a worker, `overdue` were due 15 minutes ago and are not delivered, `next` is due first (UTC).
    """

    subscribed: int  # chats
    under_way: int
    overdue: int
    next: dt.datetime | None


async def backlog(redis: Redis, now: dt.datetime) -> Backlog:
    """Return what waits at `now`; takes as long as much is overdue or to be tried again. Raises StoreError."""
    before = (now - OVERDUE).timestamp()
    due = key_of("due")
    with redis_errors():
        async with redis.pipeline(transaction=False) as pipe:
            pipe.scard(key_of("subscribed"))
            pipe.zcard(key_of("leased"))
            pipe.hgetall(key_of("since"))
            pipe.zrangebyscore(due, "-inf", f"({before!r}")
            pipe.zrange(due, 0, 0, withscores=True)
            found: list[Any] = await pipe.execute()
    subscribed, under_way, since, untaken, first = found
    overdue = {member for member, moment in since.items() if float(moment) < before} | set(untaken)
    moment = dt.datetime.fromtimestamp(first[0][1], dt.UTC) if first else None
    return Backlog(subscribed, under_way, len(overdue), moment)
