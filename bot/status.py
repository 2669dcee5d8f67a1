"""What `paperboy status` tells: how the deliveries of these days went, what waits, and how the sources did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.backlog import Backlog, backlog
from bot.deliveries import Deliveries, Figures
from brief.models import Day, Language
from brief.store import Store
from formatting import operator as screens
from formatting.document import Document

_DAY = dt.timedelta(days=1)
_COUNTS = ("due", "sent", "late", "retried", "missed")


@dataclass(frozen=True)
class Status:
    """The figures by date, what waits, and the newest collection that is stored."""

    days: Sequence[tuple[dt.date, Figures]]
    backlog: Backlog
    newest: Day | None


async def status(store: Store, now: dt.datetime, today: dt.date) -> Status:
    """Return yesterday's and today's, and tomorrow's once it has begun for a chat. Raises StoreError."""
    deliveries = Deliveries(store.client)
    dates = (today - _DAY, today, today + _DAY)
    days = [(date, await deliveries.figures(date)) for date in dates]
    newest = next(iter(await store.days()), None)
    return Status(
        days=[(date, figures) for date, figures in days if date <= today or figures.due],
        backlog=await backlog(store.client, now),
        newest=await store.day(newest) if newest else None,
    )


def as_json(found: Status) -> dict[str, Any]:
    """Return a status as `--json` prints it; moments are ISO 8601, lags are seconds, null while nothing was sent."""
    waiting, newest = found.backlog, found.newest
    return {
        "days": [{"date": date.isoformat(), **_counts(one), "failed": one.failed} for date, one in found.days],
        **_waiting(waiting),
        "next": waiting.next.isoformat() if waiting.next else None,
        "sources": {
            "date": newest.window.date.isoformat() if newest else None,
            "collected": newest.collected.isoformat() if newest else None,
            "reports": [report.model_dump(mode="json") for report in newest.reports] if newest else [],
        },
    }


def as_document(found: Status, language: Language) -> Document:
    """Return a status in words."""
    days = [(date, _counts(figures), figures.failed) for date, figures in found.days]
    edition = (found.newest.collected, found.newest.reports) if found.newest else None
    return screens.status(language, days, _waiting(found.backlog), found.backlog.next, edition)


def _counts(figures: Figures) -> dict[str, float | None]:
    """Return the counts, and the lag that an average and the worst delivery had, in seconds."""
    mean, most = (round(figures.lag / figures.sent, 1), figures.lag_max) if figures.sent else (None, None)
    return {**{name: getattr(figures, name) for name in _COUNTS}, "lag_mean": mean, "lag_max": most}


def _waiting(waiting: Backlog) -> dict[str, int]:
    return {"subscribed": waiting.subscribed, "under_way": waiting.under_way, "overdue": waiting.overdue}
