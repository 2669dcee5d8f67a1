import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Chat
from bot.schedule import due, next_due, next_reminder, reminder_due, replanned

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def chat(time: str = "08:00", zone: str = "UTC", *, weekdays_only: bool = False) -> Chat:
    return Chat(id="telegram:1", time=dt.time.fromisoformat(time), zone=zone, weekdays_only=weekdays_only)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("time", "zone", "now", "expected"),
    [
        ("08:00", "UTC", "2026-05-01T07:59", "2026-05-01T08:00"),
        ("08:00", "UTC", "2026-05-01T08:00", "2026-05-02T08:00"),
        ("08:00", "Asia/Shanghai", "2026-05-01T07:00", "2026-05-02T00:00"),
        ("08:00", "Pacific/Kiritimati", "2026-05-01T12:00", "2026-05-01T18:00"),  # there the 2nd of May
        ("08:00", "America/New_York", "2026-03-08T00:00", "2026-03-08T12:00"),  # summer time since 2:00
        ("08:00", "America/New_York", "2026-11-01T00:00", "2026-11-01T13:00"),  # winter time since 2:00
        ("02:30", "America/New_York", "2026-03-08T00:00", "2026-03-08T07:00"),  # 2:00 is 3:00: no 2:30
        ("03:00", "America/New_York", "2026-03-08T00:00", "2026-03-08T07:00"),
        ("01:30", "America/New_York", "2026-11-01T00:00", "2026-11-01T05:30"),  # shown twice
        ("01:30", "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),  # and sent once
        ("02:15", "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:30"),  # clocks skip half an hour
        ("00:00", "Asia/Beirut", "2026-03-28T12:00", "2026-03-28T22:00"),  # the day begins at 1:00
        ("23:30", "America/Nuuk", "2026-03-28T12:00", "2026-03-29T01:00"),  # 23:00 is midnight
        ("08:00", "Pacific/Apia", "2011-12-29T20:00", "2011-12-30T18:00"),  # from the 29th to the 31st
    ],
)
def test_the_next_push(time: str, zone: str, now: str, expected: str) -> None:
    assert next_due(chat(time, zone), utc(now)) == utc(expected)


def test_weekdays_are_those_of_the_chat_not_of_london() -> None:
    friday_evening, monday = utc("2026-05-01T20:00"), utc("2026-05-03T20:00")  # 8:00 in Auckland on the day after
    auckland = chat("08:00", "Pacific/Auckland", weekdays_only=True)
    assert next_due(auckland, friday_evening - DAY) == monday
    assert due(auckland, friday_evening) is None
    assert due(auckland, monday) == dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-05-01T07:59:59", None),  # also not yesterday's
        ("2026-05-01T08:00", dt.date(2026, 5, 1)),
        ("2026-05-01T23:59:59", dt.date(2026, 5, 1)),
        ("2026-05-02T00:00", None),
    ],
)
def test_a_missed_push_is_owed_until_the_day_ends(now: str, expected: dt.date | None) -> None:
    assert due(chat(), utc(now)) == expected


def test_a_time_skipped_at_the_end_of_a_day_is_owed_after_midnight() -> None:
    nuuk = chat("23:30", "America/Nuuk")
    assert due(nuuk, utc("2026-03-29T00:59")) is None
    assert due(nuuk, utc("2026-03-29T01:00")) == dt.date(2026, 3, 28)
    assert due(nuuk, utc("2026-03-30T00:30")) == dt.date(2026, 3, 29)


def test_a_day_that_a_zone_skipped_is_owed_nothing() -> None:
    apia = chat("08:00", "Pacific/Apia")
    assert due(apia, utc("2011-12-30T09:59")) == dt.date(2011, 12, 29)
    assert due(apia, utc("2011-12-30T10:00")) is None
    assert due(apia, utc("2011-12-30T18:00")) == dt.date(2011, 12, 31)


def test_reminders_come_on_saturdays_whatever_the_days_of_the_brief() -> None:
    auckland = chat("08:00", "Pacific/Auckland", weekdays_only=True)
    saturday = utc("2026-05-01T20:00")
    assert next_reminder(auckland, utc("2026-04-25T20:00")) == saturday
    assert next_reminder(auckland, saturday) == saturday + 7 * DAY
    assert reminder_due(auckland, saturday - MINUTE) is None
    assert reminder_due(auckland, saturday) == dt.date(2026, 5, 2)
    assert reminder_due(auckland, saturday + 16 * 60 * MINUTE) is None


# -- every zone, every year -------------------------------------------------------------------------------------------

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
chats = st.builds(
    chat,
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.sampled_from(ZONES),
    weekdays_only=st.booleans(),
)
moments = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2037, 1, 1), timezones=st.just(dt.UTC))


def transitions(zone: str, year: int) -> list[dt.datetime]:
    """The hours of a year after which the clocks of a zone have changed."""
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    days = [start + n * DAY for n in range(366)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]


@given(chats, moments)
def test_it_is_owed_from_the_moment_it_is_due(chat: Chat, now: dt.datetime) -> None:
    moment = next_due(chat, now)
    local = moment.astimezone(ZoneInfo(chat.zone))
    assert moment > now
    date = due(chat, moment)
    assert date in (local.date(), local.date() - DAY)
    assert due(chat, moment - dt.timedelta(seconds=1)) != date
    assert not (chat.weekdays_only and date.weekday() >= 5)


@given(chats, moments)
def test_it_is_the_first_moment_of_its_day_that_is_not_too_early(chat: Chat, now: dt.datetime) -> None:
    moment = next_due(chat, now)
    date = due(chat, moment)
    zone = ZoneInfo(chat.zone)
    wanted = dt.datetime.combine(date, chat.time)
    assert moment.astimezone(zone).replace(tzinfo=None) >= wanted
    for minutes in (1, 10, 30, 60):
        earlier = (moment - minutes * MINUTE).astimezone(zone).replace(tzinfo=None)
        assert earlier < wanted


@settings(deadline=None)  # some zones changed their clocks four times a year
@given(st.sampled_from(ZONES), st.integers(1990, 2036), st.times())
def test_around_every_change_of_the_clocks_each_date_is_due_once(zone: str, year: int, time: dt.time) -> None:
    for change in transitions(zone, year):
        subject = chat(f"{time:%H:%M}", zone)
        now, dates = change - 3 * DAY, []
        while now < change + 3 * DAY:
            now = next_due(subject, now)
            dates.append(due(subject, now))
        assert dates == sorted(set(dates))
        missing = {dates[0] + n * DAY for n in range((dates[-1] - dates[0]).days)} - set(dates)
        assert all(_skipped(date, zone) for date in missing)


def _skipped(date: dt.date, zone: str) -> bool:
    """Whether no moment near a date falls on it there: a zone that moved across the date line."""
    around = dt.datetime.combine(date, dt.time(), dt.UTC)
    return all((around + n * MINUTE).astimezone(ZoneInfo(zone)).date() != date for n in range(-1440, 2880, 10))


@given(chats, moments, st.timedeltas(dt.timedelta(0), DAY))
def test_what_is_missed_is_owed_on_its_local_day_and_never_the_next(
    chat: Chat, now: dt.datetime, late: dt.timedelta
) -> None:
    moment = next_due(chat, now)
    date, owed = due(chat, moment), due(chat, moment + late)
    day, later = (m.astimezone(ZoneInfo(chat.zone)).date() for m in (moment, moment + late))
    if later == day:
        assert owed is not None
        assert owed >= date
    elif later > day:  # clocks put back over midnight may make it the day before for an hour
        assert owed != date


@pytest.mark.parametrize(
    ("field", "value", "moved"),
    [
        ("weekly", 5, {"#reminder", "#weekly"}),  # the brief of today is not brought to who subscribed after its time
        ("reminder", False, {"#reminder"}),
        ("weekdays_only", True, {""}),
        ("time", dt.time(9), {"", "#reminder", "#weekly"}),
        ("zone", "Asia/Tokyo", {"", "#reminder", "#weekly"}),
        ("items", 8, set()),
    ],
)
def test_a_change_moves_only_what_it_is_about(field: str, value: object, moved: set[str]) -> None:
    before = chat().model_copy(update={"kind": "private", "subscribed": True, "reminder": True, "weekly": None})
    after = before.model_copy(update={field: value})
    assert set(replanned(before, after, utc("2026-05-01T09:00"))[::2]) == {before.id + kind for kind in moved}
    assert len(replanned(None, after, utc("2026-05-01T09:00"))) == 6
