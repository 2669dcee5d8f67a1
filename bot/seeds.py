"""The papers that profiles name to see more of: had from the sites, a few while the reader waits, others afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.background import Background
from brief.errors import SourceError
from brief.models import Paper
from brief.store import Store

AT_ONCE = 5  # papers asked for while the reader waits
PATIENCE = 5.0  # seconds for all of them together


class Seeds:
    """Has named papers stored. `look_up` stores and returns one, None when no site knows it; raises SourceError."""

    def __init__(self, store: Store, look_up: Callable[[str], Awaitable[Paper | None]], later: Background) -> None:
        self._store, self._look_up, self._later = store, look_up, later

    async def ask(self, ids: Sequence[str]) -> list[str]:
        """Have papers stored and return those that no site knows, as far as a few seconds tell.

        At most five are waited for; the others are asked for in the background, and so are those that take longer.
        """
        missing = await self._missing(ids)
        asked = {paper_id: self._later.add(self._nowhere(paper_id)) for paper_id in missing[:AT_ONCE]}
        self._later.add(self._fetch(missing[AT_ONCE:]))
        if asked:
            await asyncio.wait(asked.values(), timeout=PATIENCE)
        return [paper_id for paper_id, task in asked.items() if task.done() and task.result()]

    async def fetch(self, ids: Sequence[str]) -> None:
        """Have papers stored, one after the other, as far as the sites have them now."""
        await self._fetch(await self._missing(ids))

    async def _fetch(self, ids: Sequence[str]) -> None:
        for paper_id in ids:
            await self._nowhere(paper_id)

    async def _missing(self, ids: Sequence[str]) -> list[str]:
        return [paper_id for paper_id, paper in zip(ids, await self._store.papers(ids), strict=True) if paper is None]

    async def _nowhere(self, paper_id: str) -> bool:
        """Ask for a paper and tell whether every site said that it has none."""
        try:
            return await self._look_up(paper_id) is None
        except SourceError:
            return False
