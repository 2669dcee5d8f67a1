"""What the papers of a day mean for readers, where an embeddings model is configured."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TypeVar

import numpy as np

from brief.embeddings import Embeddings
from brief.models import Day
from brief.profile import Profile
from brief.ranking.meaning import Floats32, Meaning, centred, directions_of, keywords, paper_text

_DAYS = 2  # days whose vectors are kept: 1,250 papers of 1,536 components take 8 MB


_T = TypeVar("_T")
State = tuple[dt.date, dt.datetime, int]  # of a day: its date, its collection, its papers


def state_of(day: Day) -> State:
    """Return what changes with the papers of a day."""
    return day.window.date, day.collected, hash(tuple((paper.id, paper.version) for paper in day.papers))


def beside(state: State, kept: dict[State, _T], most: int) -> dict[State, _T]:
    """Return what of `kept` stays beside a new state, `most` with it: the newest, no earlier collection of its day."""
    others = [(other, value) for other, value in kept.items() if other[0] != state[0]]
    return dict(others[max(0, len(others) + 1 - most) :])


class Meanings:
    """Asks for the papers of a day once, for all readers; what fails is asked for again by the next one."""

    def __init__(self, embeddings: Embeddings | None) -> None:
        self._embeddings, self._papers = embeddings, dict[State, Floats32]()
        self._lock = asyncio.Lock()

    @property
    def configured(self) -> bool:
        """Whether there is a model to ask."""
        return self._embeddings is not None

    async def of(self, day: Day, profile: Profile) -> Meaning | None:
        """Return what the papers mean for a profile; None without a model, and when it does not answer soon.

        Raises StoreError.
        """
        if self._embeddings is None or not day.papers:
            return None
        words = keywords(profile)
        async with self._lock:
            papers = await self._of_papers(self._embeddings, day)
        found = await self._embeddings.of(words) if papers is not None else None
        if papers is None or found is None:
            return None
        directions = directions_of(profile, found)
        if directions.shape[1] == papers.shape[1]:
            return Meaning(papers, directions)
        self._papers.clear()  # the model behind the name is another one now
        await self._embeddings.forget([*words, *map(paper_text, day.papers)])
        return None

    async def _of_papers(self, embeddings: Embeddings, day: Day) -> Floats32 | None:
        state = state_of(day)
        if state not in self._papers:
            texts = [paper_text(paper) for paper in day.papers]
            found = await embeddings.of(texts)
            if found is None:
                return None
            self._papers = beside(state, self._papers, _DAYS)
            self._papers[state] = await asyncio.to_thread(lambda: centred(np.array([found[text] for text in texts])))
        return self._papers[state]
