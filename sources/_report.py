"""How a source did, put together the same way for every source."""

from __future__ import annotations

import time
from collections.abc import Sequence

from brief.errors import SourceError
from brief.models import Note, SourceReport, Status
from sources._http import Fetcher


def note_of(error: SourceError) -> Note:
    """Return the note that tells a reader of `error`: its trouble, the site, the tries and the HTTP status if any."""
    status = {"status": error.status} if error.status is not None else {}
    return Note(code=error.trouble.value, params={"what": error.what, "tries": error.tries, **status})


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

    `counts` are papers, repos, assets and mentions. Every error is a note, and so are skipped rows. With an error
    the source is partial when it brought something, else failed; without one it is ok or empty.
    """
    found = any(counts.values())
    status = (Status.PARTIAL if found else Status.FAILED) if errors else (Status.OK if found else Status.EMPTY)
    lost = [Note(code="rows_skipped", params={"count": skipped, "what": fetchers[0].site.what})] if skipped else []
    return SourceReport(
        source=name,
        status=status,
        **counts,
        skipped=skipped,
        requests=sum(fetcher.requests for fetcher in fetchers),
        seconds=round(time.monotonic() - started, 3),
        notes=(*map(note_of, errors), *notes, *lost),
    )
