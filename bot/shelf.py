"""The papers of the newest stored days, kept in memory so that a search need not read them from Redis each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from brief.models import Paper
from brief.store import Store

DAYS = 30  # stored days, newest first; some 600 new papers each
_CHANGES_FOR = dt.timedelta(days=2)  # days younger than this may be collected again
_FRESH_FOR = dt.timedelta(minutes=10)


class Shelf:
    """Reads each day once, and the days that may still change again after ten minutes."""

    def __init__(self, store: Store, clock: Callable[[], dt.datetime]) -> None:
        self._store, self._clock = store, clock
        self._papers: dict[dt.date, tuple[Paper, ...]] = {}
        self._read: dict[dt.date, dt.datetime] = {}

    async def papers(self) -> dict[str, tuple[Paper, dt.date]]:
        """Return every paper by id with the newest day that had it. Raises StoreError."""
        days = (await self._store.days())[:DAYS]
        for date in self._papers.keys() - days:
            del self._papers[date], self._read[date]
        found: dict[str, tuple[Paper, dt.date]] = {}
        for date in days:
            if self._outdated(date):
                day = await self._store.day(date)
                # Listing days overlap: most papers of a day are in the next one too, and one copy is enough.
                self._papers[date] = tuple(p for p in day.papers if p.id not in found) if day else ()
                self._read[date] = self._clock()
            found |= {paper.id: (paper, date) for paper in self._papers[date] if paper.id not in found}
        return found

    def _outdated(self, date: dt.date) -> bool:
        now, read = self._clock(), self._read.get(date)
        return read is None or (now.date() - date < _CHANGES_FOR and now - read > _FRESH_FOR)
