"""Pictures, drawn by a process of their own and kept in Redis for a day. All its keys.

{paperboy}:1:picture:{digest}   a PNG; the digest is of all that it was drawn from      1 day
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import sys
from asyncio.subprocess import PIPE
from typing import Any

from redis.asyncio import Redis

from brief.errors import StoreError
from brief.models import Language, Trends
from brief.store import key_of, redis_errors

LIMIT = 15.0  # seconds that drawing may take
_KEEP = dt.timedelta(days=1)

_log = logging.getLogger(__name__)


class Pictures:
    """Draws one picture at a time. Raises StoreError."""

    def __init__(self, redis: Redis) -> None:
        self._redis, self._drawing = redis, asyncio.Lock()

    async def trends(self, trends: Trends, language: Language) -> bytes | None:
        """Return a PNG of how topics moved; None when it cannot be drawn in time, which is logged."""
        digest = hashlib.sha256(f"{language} {trends.model_dump_json()}".encode()).hexdigest()[:32]
        try:
            async with self._drawing:
                return await self._known(digest) or await self._draw(digest, trends, language)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - the answer says the same in words
            _log.warning("a picture could not be drawn: %r", error)
            return None

    async def _known(self, digest: str) -> bytes | None:
        with redis_errors():
            content: Any = await self._redis.get(key_of("picture", digest))
        return content or None

    async def _draw(self, digest: str, trends: Trends, language: Language) -> bytes:
        content = await _drawn(trends, language)
        with redis_errors():
            await self._redis.set(key_of("picture", digest), content, ex=_KEEP)
        return content


async def _drawn(trends: Trends, language: Language) -> bytes:
    """Return the picture; a process can be ended when it is late, and takes with it the 50 MB that drawing needs."""
    command = (sys.executable, "-m", "formatting.trends_picture", language)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(LIMIT):
            content, said = await process.communicate(trends.model_dump_json().encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace")[-300:])
    return content
