"""A year of 5,000 chats: schedule, queue and records run for real on a simulated clock; sending is only counted."""

import asyncio
import datetime as dt
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from bot.chat import Chat
from bot.deliveries import UNDER_WAY, Deliveries, Result
from bot.people import People
from bot.schedule import due, next_due
from brief.store import Store, key_of

CHATS, CHANGING, CHANGES = 5_000, 300, 1_500
BATCH = 500
DAY, STEP = dt.timedelta(days=1), dt.timedelta(minutes=15)  # all clocks change at quarters, all chats wake at quarters
START = dt.datetime(2027, 12, 31, 12, 34, 56, tzinfo=dt.UTC)
END = START + 366 * DAY  # 2028 has a 29 February
ZONES = (
    *("Pacific/Kiritimati", "Pacific/Auckland", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Tokyo"),
    *("Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Beirut", "Africa/Cairo"),
    *("Africa/Nairobi", "Europe/Berlin", "Europe/London", "UTC", "Africa/Casablanca", "Atlantic/Azores"),
    *("America/Nuuk", "America/St_Johns", "America/New_York", "America/Santiago", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Pago_Pago"),
)
TIMES = (dt.time(8), dt.time(7), dt.time(2, 30), dt.time(0), dt.time(23, 30))  # the last three are skipped on some days


@dataclass(frozen=True)
class Span:
    """What a chat had set from a moment on; `fresh` when it was not subscribed until then."""

    since: dt.datetime
    chat: Chat
    fresh: bool = True


@dataclass
class World:
    """The chats, what they were sent, and the time."""

    deliveries: Deliveries
    now: dt.datetime = START
    chats: dict[str, Chat] = field(default_factory=dict)
    sent: dict[str, Counter[dt.date]] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=dict)

    async def live(self, store: Store, until: dt.datetime) -> None:
        """Deliver all that comes due until a moment, going from one due moment to the next."""
        while True:
            next_one = await store.client.zrange(key_of("due"), 0, 0, withscores=True)
            moment = dt.datetime.fromtimestamp(next_one[0][1], dt.UTC)
            self.now = max(self.now, min(moment, until))
            if moment > until:
                return
            members = await self.deliveries.take(self.now, UNDER_WAY)
            await asyncio.gather(*(self.deliver(members[n : n + BATCH]) for n in range(0, len(members), BATCH)))

    async def deliver(self, members: list[str]) -> None:
        """Do what a worker does, but send nothing."""
        dates = [due(self.chats[member], self.now) for member in members]
        wanted = [(member, date) for member, date in zip(members, dates, strict=True) if date]
        attempts = dict(zip(wanted, await self.deliveries.claim(wanted, self.now), strict=True))
        results = []
        for member, date in zip(members, dates, strict=True):
            send = attempts.get((member, date), 0) > 0
            if send:
                self.sent[member][date] += 1
            following = next_due(self.chats[member], self.now).timestamp()
            results.append(Result(member, date, "sent" if send else "nothing", message="1", next=following))
        await self.deliveries.done(results, self.now)

    def changed(self, chat: Chat) -> None:
        before = self.chats.get(chat.id)
        self.chats[chat.id] = chat
        if before is None or schedule_of(before) != schedule_of(chat):
            fresh = before is None or not before.subscribed
            self.spans.setdefault(chat.id, []).append(Span(self.now, chat, fresh))


def schedule_of(chat: Chat) -> tuple[object, ...]:
    return chat.time, chat.zone, chat.weekdays_only, chat.subscribed


def changes(rng: random.Random) -> list[tuple[dt.datetime, str, dict[str, object]]]:
    """Return what chats change when, in the order of time; a fifth of it near a change of Europe's clocks."""
    spring = dt.datetime(2028, 3, 25, 12, tzinfo=dt.UTC)
    moments = [
        START + rng.random() * (END - START) if n % 5 else spring + rng.random() * 2 * DAY for n in range(CHANGES)
    ]
    kinds = (
        lambda: {"time": rng.choice(TIMES)},
        lambda: {"zone": rng.choice(ZONES)},
        lambda: {"weekdays_only": rng.random() < 0.5},
        lambda: {"subscribed": rng.random() < 0.5},
        lambda: {"title": "a change that moves nothing"},
    )
    return [(moment, f"telegram:{rng.randrange(CHANGING)}", rng.choice(kinds)()) for moment in sorted(moments)]


async def test_each_chat_gets_one_brief_on_each_day_of_a_year(store: Store) -> None:
    rng = random.Random(5)  # noqa: S311 - the same year each time
    world = World(Deliveries(store.client))
    people = People(store.client, lambda: world.now)
    for n in range(CHATS):
        chat = Chat(id=f"telegram:{n}", kind="group", subscribed=n % 10 > 0 or n > CHANGING, zone=rng.choice(ZONES))
        chat = chat.model_copy(update={"time": rng.choice(TIMES), "weekdays_only": rng.random() < 0.2})
        await people.save_chat(chat)
        world.changed(chat)
        world.sent[chat.id] = Counter()
    for moment, chat_id, fields in changes(rng):
        await world.live(store, moment)
        world.changed(await people.change(chat_id, **fields))
    await world.live(store, END)

    for chat_id, spans in world.spans.items():
        assert world.sent[chat_id] == Counter(owed(spans)), spans
    total = sum(map(Counter.total, world.sent.values()))
    figures = [await world.deliveries.figures(START.date() + n * DAY) for n in range(-1, 369)]
    assert total > 300 * CHATS
    assert [sum(one.due for one in figures), sum(one.sent for one in figures)] == [total, total]


# -- what should have been sent, read off the clocks of each zone, quarter by quarter ---------------------------------


def owed(spans: list[Span]) -> set[dt.date]:
    """Return the dates of which some moment, by what was set then, was at or after the chat's time of that day.

    The day on which a chat subscribes counts only if its time was still to come.
    """
    ends = (span.since for span in (*spans[1:], Span(END, spans[0].chat)))
    return {date for span, end in zip(spans, ends, strict=True) if span.chat.subscribed for date in within(span, end)}


def within(span: Span, end: dt.datetime) -> Iterator[dt.date]:
    for date, moment, over in days(span.chat.zone, span.chat.time):
        wanted = not (span.chat.weekdays_only and date.isoweekday() > 5)
        if wanted and moment <= end and (moment if span.fresh else over) > span.since:
            yield date


@cache
def days(zone: str, time: dt.time) -> list[tuple[dt.date, dt.datetime, dt.datetime]]:
    """Return each date of the year, the moment a clock first shows a time of it or later, and when that day is over."""
    moments, shown = clock_of(zone)
    dates = [START.date() + n * DAY for n in range(-2, 370)]
    found = [bisect_left(shown, dt.datetime.combine(date, time)) for date in dates]
    ends = [bisect_left(shown, dt.datetime.combine(shown[at].date() + DAY, dt.time())) for at in found]
    return [(date, moments[at], moments[end]) for date, at, end in zip(dates, found, ends, strict=True)]


@cache
def clock_of(zone: str) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """Return all quarters of the year, and the latest that a clock on the wall has shown by each."""
    first = dt.datetime(2027, 12, 27, tzinfo=dt.UTC)
    moments = [first + n * STEP for n in range(96 * 380)]
    local = ZoneInfo(zone)
    shown = [moment.astimezone(local).replace(tzinfo=None) for moment in moments]
    assert any(after - before != STEP for before, after in pairwise(shown)) == (zone not in STEADY)
    return moments, list(accumulate(shown, max))


STEADY = {
    *("Pacific/Kiritimati", "Asia/Tokyo", "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran"),
    *("Africa/Nairobi", "UTC", "Pacific/Pago_Pago"),
}
