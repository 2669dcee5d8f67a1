"""Pictures, drawn in a thread and kept in Redis for a day. All its keys.

{paperboy}:1:picture:{digest}   a PNG; the digest is of all that it was drawn from      1 day
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
from typing import Any

from redis.asyncio import Redis

from brief.errors import StoreError
from brief.models import Language, Trends
from brief.store import key_of, redis_errors
from formatting.trends_picture import draw

LIMIT = 10.0  # seconds that an answer waits for its picture
_KEEP = dt.timedelta(days=1)

_log = logging.getLogger(__name__)


class Pictures:
    """Draws one picture at a time: the library that does is not made for several. Raises StoreError."""

    def __init__(self, redis: Redis) -> None:
        self._redis, self._drawing = redis, asyncio.Lock()

    async def trends(self, trends: Trends, language: Language) -> bytes | None:
        """Return a PNG of how topics moved; None when it cannot be drawn in time, which is logged."""
        digest = hashlib.sha256(f"{language} {trends.model_dump_json()}".encode()).hexdigest()[:32]
        with redis_errors():
            known: Any = await self._redis.get(key_of("picture", digest))
        if known:
            return bytes(known)
        try:
            # A thread cannot be ended: it keeps the lock, so that slow ones do not pile up.
            return await asyncio.wait_for(asyncio.shield(self._draw(digest, trends, language)), LIMIT)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - the answer says the same in words
            _log.warning("a picture could not be drawn: %r", error)
            return None

    async def _draw(self, digest: str, trends: Trends, language: Language) -> bytes:
        async with self._drawing:
            content = await asyncio.to_thread(draw, trends, language)
        with redis_errors():
            await self._redis.set(key_of("picture", digest), content, ex=_KEEP)
        return content
