"""What chats were sent while sources were missing, in Redis, so that they hear of what the sources bring afterwards.

{paperboy}:1:incomplete:{date}   hash, chat -> an Incomplete, as JSON                                         1 day

The date is that of the chat's own day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from brief.models import Brief, Quiet, Status, Value
from brief.store import key_of, parsed, redis_errors

_KEEP = dt.timedelta(days=1)


class Incomplete(Value):
    """What a chat was sent: when, and which papers were recommended."""

    at: dt.datetime
    papers: tuple[str, ...]


class Followups:
    """Who was sent an incomplete edition. Every method raises StoreError when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def note(self, date: dt.date, sent: Mapping[str, Brief], now: dt.datetime) -> None:
        """Remember what chats, by their ids, are sent."""
        notes: dict[Any, str] = {
            chat: Incomplete(at=now, papers=recommended(brief)).model_dump_json() for chat, brief in sent.items()
        }
        key = key_of("incomplete", date)
        with redis_errors():
            await self._redis.hset(key, mapping=notes)
            await self._redis.expire(key, _KEEP)

    async def of(self, chat_id: str, date: dt.date) -> Incomplete | None:
        """Return what a chat was sent, None when nothing was missing from it."""
        key = key_of("incomplete", date)
        with redis_errors():
            value: Any = await self._redis.hget(key, chat_id)
        return parsed(key, value, Incomplete.model_validate_json)

    async def all(self, date: dt.date) -> dict[str, Incomplete]:
        """Return what chats were sent, by their ids."""
        key = key_of("incomplete", date)
        with redis_errors():
            found: Any = await self._redis.hgetall(key)
        sent = ((chat.decode(), parsed(key, value, Incomplete.model_validate_json)) for chat, value in found.items())
        return {chat: one for chat, one in sent if one}

    async def forget(self, chat_id: str, date: dt.date) -> None:
        """Forget what a chat was sent: nothing more will come."""
        with redis_errors():
            await self._redis.hdel(key_of("incomplete", date), chat_id)


def incomplete(brief: Brief) -> bool:
    """Tell whether sources may still bring something to an edition."""
    missing = (Status.FAILED, Status.PARTIAL)
    return brief.window.quiet is Quiet.LATE or any(report.status in missing for report in brief.reports)


def recommended(brief: Brief) -> tuple[str, ...]:
    """Return the ids of the papers an edition recommends, best first."""
    return tuple(pick.paper.id for pick in brief.picks)
