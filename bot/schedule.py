"""When a chat is due: its own time of day, in its own zone, on the days it wants."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from itertools import count
from zoneinfo import ZoneInfo

from bot.chat import Chat

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


def next_due(chat: Chat, now: dt.datetime) -> dt.datetime:
    """Return the first moment after `now` (aware) at which a push of this chat is due, in UTC."""
    yesterday = now.astimezone(ZoneInfo(chat.zone)).date() - _DAY
    moments = (_moment(chat, yesterday + n * _DAY) for n in count())
    return next(moment for moment in moments if moment and moment > now)


def due(chat: Chat, now: dt.datetime) -> dt.date | None:
    """Return the date of the push that a chat is owed at `now` (aware), sent before or not; None when there is none.

    A push is owed from its moment until that local day ends, never later. Whether the chat subscribed is not asked.
    """
    zone = ZoneInfo(chat.zone)
    today = now.astimezone(zone).date()
    for date in (today, today - _DAY):  # where clocks skip 23:00 to midnight, a push of 23:30 is due the day after
        moment = _moment(chat, date)
        if moment and moment <= now and moment.astimezone(zone).date() == today:
            return date
    return None


def _moment(chat: Chat, date: dt.date) -> dt.datetime | None:
    """Return when the push of a date is due, in UTC; None for a day the chat does not want or its zone skips."""
    if chat.weekdays_only and date.weekday() >= _SATURDAY:
        return None
    zone = ZoneInfo(chat.zone)
    begins = _first_moment(dt.datetime.combine(date, dt.time()), zone)
    if begins.astimezone(zone).date() > date:  # Samoa had no 30 December 2011
        return None
    return _first_moment(dt.datetime.combine(date, chat.time), zone)


def _first_moment(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the first moment, in UTC, at which clocks in a zone show `wall`, or more if they skip it.

    For a time that clocks skip, `fold` 1 and 0 mean moments before and after the skip, in that order; for one they
    show twice, 0 is the earlier (https://peps.python.org/pep-0495/).
    """
    second, first = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    if second >= first:
        return first

    def shown(seconds: int) -> dt.datetime:
        return (second + dt.timedelta(seconds=seconds)).astimezone(zone).replace(tzinfo=None)

    skipped = range(int((first - second).total_seconds()) + 1)
    return second + dt.timedelta(seconds=bisect_left(skipped, wall, key=shown))
