"""How a source did, put together the same way for every source."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from brief.errors import SourceError, Trouble
from brief.models import Note, SourceReport, Status
from sources._http import Fetcher

Row = TypeVar("Row")


def note_of(error: SourceError) -> Note:
    """Return the note that tells a reader of `error`: its trouble, the site, the tries and the HTTP status if any."""
    status = {"status": error.status} if error.status is not None else {}
    return Note(code=error.trouble.value, params={"what": error.what, "tries": error.tries, **status})


def first(rows: Sequence[Row], most: int) -> tuple[Sequence[Row], list[Note]]:
    """Return the first `most` rows of an answer, and the note that there were more than asked for, if so."""
    more = [Note(code="more_than_asked", params={"got": most, "total": len(rows)})] if len(rows) > most else []
    return rows[:most], more


async def failure_of(work: Coroutine[Any, Any, None], fetcher: Fetcher, seconds: float) -> SourceError | None:
    """Do the work for at most so many seconds, and return how it failed, None when it did not.

    Work that is cut off keeps what it has stored so far. It is BUSY when it never got its turn at the site.
    """
    before = fetcher.requests
    try:
        async with asyncio.timeout(seconds):
            await work
    except SourceError as error:
        return error
    except TimeoutError:
        made = fetcher.requests - before
        return SourceError(Trouble.DEADLINE if made else Trouble.BUSY, fetcher.site.what, tries=made)
    return None


def report(
    name: str,
    fetchers: Sequence[Fetcher],
    started: float,
    *,
    errors: Sequence[SourceError] = (),
    notes: Sequence[Note] = (),
    skipped: int = 0,
    **counts: int,
) -> SourceReport:
    """Return the report of a collection begun at `started` (`time.monotonic()`).

    `counts` are papers, repos, assets and mentions. Every kind of error is a note once, however many requests were
    lost to it, and so are skipped rows. With an error the source is partial when it brought something, else failed;
    without one it is ok or empty.
    """
    found = any(counts.values())
    status = (Status.PARTIAL if found else Status.FAILED) if errors else (Status.OK if found else Status.EMPTY)
    kinds = {(error.what, error.trouble, error.status): error for error in errors}
    lost = [Note(code="rows_skipped", params={"count": skipped, "what": fetchers[0].site.what})] if skipped else []
    return SourceReport(
        source=name,
        status=status,
        **counts,
        skipped=skipped,
        requests=sum(fetcher.requests for fetcher in fetchers),
        seconds=round(time.monotonic() - started, 3),
        notes=(*map(note_of, kinds.values()), *notes, *lost),
    )
