"""Which days an edition covers, after arXiv's calendar, and why a day is quiet.

Rules: https://info.arxiv.org/help/availability.html (announced at 20:00 Eastern, Sunday to Thursday; what came in
before 14:00 Eastern is announced that evening, Friday 14:00 to Monday 14:00 on Monday). Holidays are published year
by year and moved now and then, so they only explain a quiet day; they never narrow what is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from brief.models import Paper, Quiet, Window

EASTERN = ZoneInfo("America/New_York")
LOOKBACK = 3  # listing days: votes gather for about that long, and moderation delays a paper about that long

_ANNOUNCED_AT = dt.time(20, 0)
_CUT_OFF_AT = dt.time(14, 0)
_DAY = dt.timedelta(days=1)
_SUNDAY, _FRIDAY, _SATURDAY = 6, 4, 5


def window_for(day: dt.date, until: dt.datetime) -> Window:
    """Return what the edition of `day` covers when it is made at `until` (aware).

    Three listing days back: an edition takes what no earlier one has shown, so that a reader who was away, or a paper
    that was listed late, loses nothing. The end is open: arXiv's search does not show what is not announced.
    """
    evenings = list(islice(_evenings(until), LOOKBACK + 1))
    return Window(
        date=day,
        days=tuple(evening.date() + _DAY for evening in reversed(evenings[:LOOKBACK])),
        since=_cut_off(evenings[LOOKBACK]).astimezone(dt.UTC),
        until=until.astimezone(dt.UTC),
        quiet=_quiet(evenings[0], until),
    )


def edition_time(day: dt.date, at: dt.time, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the moment the edition of `day` is made as of: its hour in the past, `now` for today.

    Raises ValueError for a day that has not begun in `zone`.
    """
    today = now.astimezone(zone).date()
    if day > today:
        raise ValueError(f"{day} has not begun in {zone.key}")
    return now if day == today else min(now, dt.datetime.combine(day, at, zone))


def with_late(window: Window, papers: Iterable[Paper]) -> Window:
    """Mark a window whose newest announcement was due but brought nothing new."""
    if window.quiet is not None:
        return window
    previous = list(islice(_evenings(window.until), 2))[1]
    arrived = any(paper.published and paper.published > _cut_off(previous) for paper in papers)
    return window if arrived else window.model_copy(update={"quiet": Quiet.LATE})


def _evenings(until: dt.datetime) -> Iterator[dt.datetime]:
    """Yield arXiv's announcements up to `until`, newest first, without end."""
    day = until.astimezone(EASTERN).date()
    while True:
        announced = dt.datetime.combine(day, _ANNOUNCED_AT, EASTERN)
        if announced <= until and day.weekday() not in (_FRIDAY, _SATURDAY) and not _holiday(day):
            yield announced
        day -= _DAY


def _cut_off(announced: dt.datetime) -> dt.datetime:
    """Return until when a paper had to be submitted to be in this announcement."""
    day = announced.date() - (2 * _DAY if announced.weekday() == _SUNDAY else 0 * _DAY)
    return dt.datetime.combine(day, _CUT_OFF_AT, EASTERN)


def _quiet(newest: dt.datetime, until: dt.datetime) -> Quiet | None:
    if newest > until - _DAY:
        return None
    skipped = newest.date() + _DAY
    while skipped <= until.astimezone(EASTERN).date():
        if _holiday(skipped) and skipped.weekday() not in (_FRIDAY, _SATURDAY):
            return Quiet.HOLIDAY
        skipped += _DAY
    return Quiet.WEEKEND


def _holiday(day: dt.date) -> bool:
    """Tell whether arXiv usually skips this evening (the holidays it listed every year from 2023 on)."""
    fixed = {(1, 1), (6, 19), (7, 4), (12, 25)}
    nth_monday = {(1, 3), (9, 1)}  # Martin Luther King Day, Labor Day
    nth = (day.day - 1) // 7 + 1
    return (
        (day.month, day.day) in fixed
        or (day.weekday() == 0 and (day.month, nth) in nth_monday)
        or (day.month == 11 and day.weekday() == 3 and nth == 4)  # Thanksgiving
    )
