"""What is asked of the sources, what they answer, and the day that comes of it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import Field

from brief.models.items import HubAsset, Mention, Paper, Repo
from brief.models.value import Value


class Quiet(StrEnum):
    """Why a day brings little from arXiv."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    LATE = "late"


class Window(Value):
    """What an edition covers.

    `days` are arXiv listing days, oldest first. `since` and `until` bound the submissions asked for (UTC).
    `quiet` is set when nothing new was announced for `date` itself.
    """

    date: dt.date
    days: tuple[dt.date, ...]
    since: dt.datetime
    until: dt.datetime
    quiet: Quiet | None = None

    @property
    def calendar_days(self) -> tuple[dt.date, ...]:
        """Every day from the first listing day to the last day that has begun in UTC, weekends included."""
        last = min(max(self.date, self.days[-1]), self.until.date())
        return tuple(self.days[0] + dt.timedelta(n) for n in range((last - self.days[0]).days + 1))


class Ask(Value):
    """What an edition asks of every source; `searches` are repository search phrases, most wanted first."""

    window: Window
    categories: tuple[str, ...]
    searches: tuple[str, ...] = ()


class Status(StrEnum):
    """How a source did."""

    OK = "ok"
    EMPTY = "empty"
    PARTIAL = "partial"
    FAILED = "failed"
    DISABLED = "disabled"


class Note(Value):
    """One fact about a source, in words a locale supplies: `code` is a key below `note` there."""

    code: str
    params: dict[str, str | int] = Field(default_factory=dict)


class SourceReport(Value):
    """How a source did, in numbers and notes. `requests` counts every try; `skipped` counts malformed rows."""

    source: str
    status: Status
    papers: int = 0
    repos: int = 0
    assets: int = 0
    mentions: int = 0
    skipped: int = 0
    requests: int = 0
    seconds: float = 0.0
    notes: tuple[Note, ...] = ()


class Harvest(Value):
    """What a source returned."""

    report: SourceReport
    papers: tuple[Paper, ...] = ()
    repos: tuple[Repo, ...] = ()
    assets: tuple[HubAsset, ...] = ()
    mentions: tuple[Mention, ...] = ()


class Day(Value):
    """Everything collected for an edition, merged by identity."""

    window: Window
    collected: dt.datetime
    papers: tuple[Paper, ...] = ()
    repos: tuple[Repo, ...] = ()
    assets: tuple[HubAsset, ...] = ()
    reports: tuple[SourceReport, ...] = ()
