"""The papers of the newest stored days as an index in memory, so that a search need not read them from Redis."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable

from brief.models import Paper
from brief.search import Leaf, leaf, search, similar
from brief.store import Store

DAYS = 30  # stored days, newest first; some 600 new papers each, half a megabyte
_CHANGES_FOR = dt.timedelta(days=2)  # days younger than this may be collected again
_FRESH_FOR = dt.timedelta(minutes=10)


class Shelf:
    """Reads each day once, and the days that may still change again after ten minutes.

    Only numbers stay in memory: what is found is read from the store. Every method raises StoreError.
    """

    def __init__(self, store: Store, clock: Callable[[], dt.datetime]) -> None:
        self._store, self._clock = store, clock
        self._leaves: dict[dt.date, Leaf] = {}
        self._read: dict[dt.date, dt.datetime] = {}
        self._laying = asyncio.Lock()  # who comes meanwhile waits, and finds the days laid out

    async def search(self, words: str, limit: int) -> list[tuple[Paper, dt.date]]:
        """Return the papers that fit the words, best first, with the newest day that had each."""
        leaves = await self._upright()
        found = await asyncio.to_thread(search, words, list(leaves.values()), limit)
        dates = [next(date for date, one in leaves.items() if paper_id in one.ids) for paper_id in found]
        papers = await self._store.papers(found)
        return [(paper, date) for paper, date in zip(papers, dates, strict=True) if paper]

    async def similar(self, paper: Paper) -> list[Paper]:
        """Return the five papers most like another one."""
        leaves = await self._upright()
        found = await asyncio.to_thread(similar, paper, list(leaves.values()))
        return [other for other in await self._store.papers(found) if other]

    async def _upright(self) -> dict[dt.date, Leaf]:
        """Return the days as they are, newest first."""
        async with self._laying:
            days = (await self._store.days())[:DAYS]
            for date in self._leaves.keys() - days:
                del self._leaves[date], self._read[date]
            for n, date in enumerate(days):
                if self._outdated(date):
                    self._leaves[date] = await self._lay(date, (self._leaves[newer] for newer in days[:n]))
                    self._read[date] = self._clock()
            return {date: self._leaves[date] for date in days}

    async def _lay(self, date: dt.date, newer: Iterable[Leaf]) -> Leaf:
        """Return a day without what newer days have: listing days overlap, and one copy is enough."""
        day = await self._store.passing_day(date)
        known = {paper_id for one in newer for paper_id in one.ids}
        papers = [paper for paper in day.papers if paper.id not in known] if day else []
        return await asyncio.to_thread(leaf, papers)

    def _outdated(self, date: dt.date) -> bool:
        now, read = self._clock(), self._read.get(date)
        return read is None or (now.date() - date < _CHANGES_FOR and now - read > _FRESH_FOR)
