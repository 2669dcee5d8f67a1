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

from brief.models import Language, Trends
from brief.store import key_of, redis_errors

LIMIT = 10.0  # seconds that an answer waits for its picture
_KEEP = dt.timedelta(days=1)

_log = logging.getLogger(__name__)


async def trends_picture(redis: Redis, trends: Trends, language: Language) -> bytes | None:
    """Return a PNG of how topics moved; None when it cannot be drawn in time, which is logged. Raises StoreError."""
    digest = hashlib.sha256(f"{language} {trends.model_dump_json()}".encode()).hexdigest()[:32]
    with redis_errors():
        known: Any = await redis.get(key_of("picture", digest))
    if known:
        return bytes(known)
    try:
        async with asyncio.timeout(LIMIT):
            content = await asyncio.to_thread(_draw, trends, language)
    except Exception as error:  # noqa: BLE001 - the answer says the same in words
        _log.warning("a picture could not be drawn: %r", error)
        return None
    with redis_errors():
        await redis.set(key_of("picture", digest), content, ex=_KEEP)
    return content


def _draw(trends: Trends, language: Language) -> bytes:
    from formatting.trends_picture import draw  # noqa: PLC0415 - 10 MB that most processes never need

    return draw(trends, language)
