"""The editions that go out this morning, each looked up and laid out once for all the chats that get it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from bot.chat import Chat, reads_own
from brief.models import Brief
from formatting import screens
from formatting.document import Document

KEPT = dt.timedelta(minutes=1)  # after which an edition is looked up again
_NO_TIME = dt.timedelta()
_MOST = 256  # editions and pushes kept; own profiles may be many

_T = TypeVar("_T")

Make = Callable[[Chat, dt.date], Awaitable[Brief]]


class Editions:
    """Briefs and their pushes. `make` finds or makes the brief of a date that a chat reads."""

    def __init__(self, make: Make, clock: Callable[[], dt.datetime]) -> None:
        self._make = make
        self._briefs: _Recent[Brief] = _Recent(clock)
        self._pushes: _Recent[Document] = _Recent(clock)

    async def brief(self, chat: Chat, date: dt.date) -> Brief:
        """Return the brief of a date as a chat reads it, at most a minute old. Raises what `make` raises."""
        return await self._briefs.get(_edition(chat, date), lambda: self._make(chat, date))

    async def push(self, chat: Chat, date: dt.date) -> Document:
        """Return the push of a date as a chat reads it."""

        async def lay_out() -> Document:
            return screens.push(await self.brief(chat, date), chat.items)

        return await self._pushes.get((*_edition(chat, date), chat.items), lay_out)


def _edition(chat: Chat, date: dt.date) -> tuple[Hashable, ...]:
    return date, chat.language, (chat.id, chat.profile) if chat.profile or reads_own(chat, date) else None


class _Recent(Generic[_T]):
    """Values made at most once a minute; who asks meanwhile waits for the one that is being made.

    With each one that is made, those that are too old go: a brief takes 400 kB.
    """

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._known: dict[Hashable, tuple[dt.datetime, asyncio.Task[_T]]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[_T]]) -> _T:
        """Return the value of a key, made now if there is none; an error is for those who wait, and not kept."""
        now = self._clock()
        made, task = self._known.get(key, (now, None))
        if task is None or not _fresh(now - made) or _failed(task):
            self._known = {other: one for other, one in self._known.items() if _fresh(now - one[0])}
            if len(self._known) >= _MOST:
                self._known.clear()
            task = asyncio.ensure_future(make())
            self._known[key] = now, task
        return task.result() if task.done() else await asyncio.shield(task)


def _fresh(age: dt.timedelta) -> bool:
    return _NO_TIME <= age < KEPT


def _failed(task: asyncio.Task[_T]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
