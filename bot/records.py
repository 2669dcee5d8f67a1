"""What became of deliveries, written down until it is, over all troubles of Redis."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable

from bot.deliveries import Deliveries, Result
from brief.errors import StoreError

_REDIS_PAUSE = 0.5  # seconds before a record is tried again

_log = logging.getLogger(__name__)


class Records:
    """Writes results: those of the same moment together, and one writing at a time.

    `note` is called before, as nobody comes back to what is recorded; `over` is told the members.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        clock: Callable[[], dt.datetime],
        note: Callable[[], Awaitable[None]],
        over: Callable[[str], None],
    ) -> None:
        self._deliveries, self._clock, self._note, self._over = deliveries, clock, note, over
        self._waiting: list[Result] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, result: Result) -> None:
        """Have a result written soon."""
        self._waiting.append(result)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def written(self) -> None:
        """Return when all that was added is written."""
        if self._writing:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        """Write until nothing waits, however long Redis does not answer: what was sent must not be sent again."""
        await asyncio.sleep(0)  # what else ends at this moment
        while self._waiting:
            results, self._waiting = self._waiting, []
            try:
                await self._note()
                await self._deliveries.done(results, self._clock())
            except StoreError as error:
                _log.warning("%d results cannot be recorded yet: %s", len(results), error)
                self._waiting = results + self._waiting
                await asyncio.sleep(_REDIS_PAUSE)
            else:
                for result in results:
                    if result.outcome != "missed":  # that tells of a day before
                        self._over(result.member)
