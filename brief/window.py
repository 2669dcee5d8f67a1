"""Which days an edition covers, after arXiv's calendar, and why a day is quiet.

Rules: https://info.arxiv.org/help/availability.html (announced at 20:00 Eastern, Sunday to Thursday; what came in
before 14:00 Eastern is announced that evening, Friday 14:00 to Monday 14:00 on Monday) and
https://info.arxiv.org/help/api/user-manual.html (the API has the papers from the midnight after). The day after the
evening is the listing day. Holidays are published year by year and moved now and then, so they only explain a quiet
day; they never narrow what is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from brief.models import Paper, Quiet, Window

EASTERN = ZoneInfo("America/New_York")
LOOKBACK = 3  # listing days: votes gather for about that long, and moderation delays a paper about that long

FIRST_DAY = dt.date(1991, 8, 14)  # arXiv's; no edition is older

_CUT_OFF_AT = dt.time(14, 0)
_DAY = dt.timedelta(days=1)
_MONDAY, _SATURDAY = 0, 5


def window_for(day: dt.date, until: dt.datetime) -> Window:
    """Return what the edition of `day` covers when it is made at `until` (aware).

    Three listing days back: an edition takes what no earlier one has shown, so that a reader who was away, or a paper
    that was listed late, loses nothing. The end is open: arXiv's search does not show what is not announced.
    """
    listings = list(islice(_listings(until), LOOKBACK + 1))
    return Window(
        date=day,
        days=tuple(reversed(listings[:LOOKBACK])),
        since=_cut_off(listings[LOOKBACK]).astimezone(dt.UTC),
        until=until.astimezone(dt.UTC),
        quiet=_quiet(listings[0], until),
    )


def edition_time(day: dt.date, at: dt.time, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the moment the edition of `day` is made as of: its hour in the past, `now` for today.

    Raises ValueError for a day that has not begun in `zone`, or before there was an arXiv.
    """
    today = now.astimezone(zone).date()
    if day > today:
        raise ValueError(f"{day} has not begun in {zone.key}")
    if day < FIRST_DAY:
        raise ValueError(f"{day} is before arXiv began, on {FIRST_DAY}")
    return now if day == today else min(now, dt.datetime.combine(day, at, zone))


def with_late(window: Window, papers: Iterable[Paper]) -> Window:
    """Mark a window whose newest listing was due but brought nothing new."""
    if window.quiet is not None:
        return window
    previous = list(islice(_listings(window.until), 2))[1]
    arrived = any(paper.published and paper.published > _cut_off(previous) for paper in papers)
    return window if arrived else window.model_copy(update={"quiet": Quiet.LATE})


def _listings(until: dt.datetime) -> Iterator[dt.date]:
    """Yield the listing days whose papers can be had at `until`, newest first, without end."""
    day = until.astimezone(EASTERN).date()  # begun there, so its papers are in the API
    while True:
        if _listed(day):
            yield day
        day -= _DAY


def _listed(day: dt.date) -> bool:
    """Tell whether papers are listed on a day: announced the evening before, Sunday to Thursday, no holiday."""
    return day.weekday() < _SATURDAY and not _holiday(day - _DAY)


def _cut_off(listing: dt.date) -> dt.datetime:
    """Return until when a paper had to be submitted to be in this listing."""
    back = 3 if listing.weekday() == _MONDAY else 1
    return dt.datetime.combine(listing - back * _DAY, _CUT_OFF_AT, EASTERN)


def _quiet(newest: dt.date, until: dt.datetime) -> Quiet | None:
    """Return why nothing was listed in the day before `until`, None when something was."""
    if dt.datetime.combine(newest, dt.time.min, EASTERN) > until - _DAY:
        return None
    day, today = newest + _DAY, until.astimezone(EASTERN).date()
    missed = [day + n * _DAY for n in range((today - day).days + 1)]
    return Quiet.HOLIDAY if any(_holiday(d - _DAY) and d.weekday() < _SATURDAY for d in missed) else Quiet.WEEKEND


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
