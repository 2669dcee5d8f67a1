"""When a chat is due: its own time of day, in its own zone, on the days it wants. Pure.

What is due is named by a member, see bot/deliveries.py.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from bot.chat import Chat

_DAY = dt.timedelta(days=1)
_Kind = tuple[
    Callable[[Chat], bool],
    Callable[[Chat, dt.datetime], dt.date | None],
    Callable[[Chat, dt.datetime], dt.datetime | None],
    str,
]
_EVERY_DAY, _WEEKDAYS, _REMINDER_DAYS = range(7), range(5), (5,)  # Monday is 0; reminders come on Saturdays


def next_due(chat: Chat, now: dt.datetime) -> dt.datetime:
    """Return the first moment after `now` (aware) at which a push of this chat is due, in UTC."""
    return _next(chat, now, _days(chat))


def due(chat: Chat, now: dt.datetime) -> dt.date | None:
    """Return the date of the push that a chat is owed at `now` (aware), sent before or not; None when there is none.

    A push is owed from its moment until that local day ends, never later. Whether the chat subscribed is not asked.
    """
    return _owed(chat, now, _days(chat))


def next_reminder(chat: Chat, now: dt.datetime) -> dt.datetime:
    """Return the first moment after `now` (aware) at which the weekly reminder of this chat is due, in UTC."""
    return _next(chat, now, _REMINDER_DAYS)


def reminder_due(chat: Chat, now: dt.datetime) -> dt.date | None:
    """Return the date of the weekly reminder that a chat is owed at `now` (aware), until that local day ends."""
    return _owed(chat, now, _REMINDER_DAYS)


def next_weekly(chat: Chat, now: dt.datetime) -> dt.datetime | None:
    """Return the first moment after `now` (aware) at which the weekly digest is due, in UTC; None for never."""
    return None if chat.weekly is None else _next(chat, now, (chat.weekly,))


def weekly_due(chat: Chat, now: dt.datetime) -> dt.date | None:
    """Return the date of the weekly digest that a chat is owed at `now` (aware), until that local day ends."""
    return None if chat.weekly is None else _owed(chat, now, (chat.weekly,))


def replanned(before: Chat | None, chat: Chat, now: dt.datetime) -> list[str | float]:
    """Return the members of a changed chat that the change moves and when each is due next, by turns.

    "" is for never, as a script takes it. Who subscribed after today's brief gets it by no change of the digest.
    """
    was = _schedule(before) if before else {}
    kept = {chat.id + kind for kind, plan in _schedule(chat).items() if was.get(kind) == plan}
    planned = moments(chat, now, waited=before)
    return [value for member, moment in planned if member not in kept for value in (member, moment or "")]


def moments(chat: Chat, now: dt.datetime, *, waited: Chat | None) -> Iterator[tuple[str, float | None]]:
    """Yield the members of a chat and when each is due next, in epoch seconds, None for never.

    What a chat that `waited` for it is owed already is due at once, so that a change of its time loses nothing; who
    comes (back) is due from the next time on.
    """
    kinds: tuple[_Kind, ...] = (
        (_wants_brief, due, next_due, ""),
        (_wants_reminder, reminder_due, next_reminder, "#reminder"),
        (_wants_weekly, weekly_due, next_weekly, "#weekly"),
    )
    for wants, owed, following, suffix in kinds:
        moment = None
        if wants(chat):
            at_once = waited is not None and wants(waited) and owed(chat, now)
            moment = now if at_once else following(chat, now)
        yield chat.id + suffix, moment.timestamp() if moment else None


def _schedule(chat: Chat) -> dict[str, tuple[object, ...]]:
    """Return what decides when each kind of a chat's members is due."""
    return {
        "": (_wants_brief(chat), chat.time, chat.zone, chat.weekdays_only),
        "#reminder": (_wants_reminder(chat), chat.time, chat.zone),
        "#weekly": (_wants_weekly(chat), chat.time, chat.zone, chat.weekly),
    }


def _wants_brief(chat: Chat) -> bool:
    return chat.subscribed and chat.stopped is None


def _wants_reminder(chat: Chat) -> bool:
    # The weekly digest tells of the later list too.
    return _wants_brief(chat) and chat.reminder and chat.kind == "private" and chat.weekly is None


def _wants_weekly(chat: Chat) -> bool:
    return _wants_brief(chat) and chat.weekly is not None


def _days(chat: Chat) -> Collection[int]:
    return _WEEKDAYS if chat.weekdays_only else _EVERY_DAY


def _next(chat: Chat, now: dt.datetime, days: Collection[int]) -> dt.datetime:
    yesterday = now.astimezone(ZoneInfo(chat.zone)).date() - _DAY
    dates = (yesterday + n * _DAY for n in count())
    moments = (_moment(chat.time, chat.zone, date) for date in dates if date.weekday() in days)
    return next(moment for moment in moments if moment and moment > now)


def _owed(chat: Chat, now: dt.datetime, days: Collection[int]) -> dt.date | None:
    zone = ZoneInfo(chat.zone)
    today = now.astimezone(zone).date()
    for date in (today, today - _DAY):  # where clocks skip 23:00 to midnight, a push of 23:30 is due the day after
        moment = _moment(chat.time, chat.zone, date) if date.weekday() in days else None
        if moment and moment <= now and moment.astimezone(zone).date() == today:
            return date
    return None


@lru_cache(maxsize=20_000)  # a hundred thousand chats share few times and zones
def _moment(time: dt.time, zone_name: str, date: dt.date) -> dt.datetime | None:
    """Return when a push of a date is due, in UTC; None for a day the zone skips."""
    zone = ZoneInfo(zone_name)
    begins = _first_moment(dt.datetime.combine(date, dt.time()), zone)
    if begins.astimezone(zone).date() > date:  # Samoa had no 30 December 2011
        return None
    return _first_moment(dt.datetime.combine(date, time), zone)


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
