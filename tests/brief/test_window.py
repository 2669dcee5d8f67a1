import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Paper, Quiet
from brief.window import edition_time, window_for, with_late

UTC = dt.UTC
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: str, hour: int = 8, zone: dt.tzinfo = UTC) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), zone)


def window(day: str, hour: int = 8, zone: dt.tzinfo = UTC):
    return window_for(dt.date.fromisoformat(day), at(day, hour, zone))


def days(day: str, **kwargs) -> list[str]:
    return [d.isoformat() for d in window(day, **kwargs).days]


def test_a_friday_covers_the_three_last_listings():
    friday = window("2026-05-01")
    assert [d.isoformat() for d in friday.days] == ["2026-04-29", "2026-04-30", "2026-05-01"]
    assert friday.since == dt.datetime(2026, 4, 27, 18, 0, tzinfo=UTC)  # Monday 14:00 Eastern
    assert friday.quiet is None


def test_a_monday_reaches_back_over_the_weekend():
    monday = window("2026-04-20")
    assert [d.isoformat() for d in monday.days] == ["2026-04-16", "2026-04-17", "2026-04-20"]
    assert monday.quiet is None
    assert dt.date(2026, 4, 18) in monday.calendar_days


@pytest.mark.parametrize("day", ["2026-04-18", "2026-04-19"])
def test_a_weekend_is_quiet_and_reaches_back(day):
    assert window(day).quiet is Quiet.WEEKEND
    assert days(day) == ["2026-04-15", "2026-04-16", "2026-04-17"]


def test_thanksgiving_is_quiet_and_the_next_listing_takes_both_days():
    assert window("2026-11-27").quiet is Quiet.HOLIDAY  # nothing on Thursday evening
    assert days("2026-11-30") == ["2026-11-25", "2026-11-26", "2026-11-30"]


def test_christmas_on_a_friday_is_a_weekend_not_a_holiday():
    assert window("2026-12-26").quiet is Quiet.WEEKEND


def test_at_eight_in_shanghai_the_listing_of_the_day_before_is_the_newest():
    for day, newest in (("2026-05-01", "2026-04-30"), ("2026-01-15", "2026-01-14")):  # summer, winter
        assert days(day, zone=SHANGHAI)[-1] == newest
        assert window(day, zone=SHANGHAI).quiet is None


@pytest.mark.parametrize("monday", ["2026-01-12", "2026-05-04"])
def test_in_shanghai_sunday_and_monday_are_quiet_and_saturday_is_not(monday):
    day = dt.date.fromisoformat(monday)
    assert window(monday, zone=SHANGHAI).quiet is Quiet.WEEKEND
    assert window(str(day - dt.timedelta(days=1)), zone=SHANGHAI).quiet is Quiet.WEEKEND
    assert window(str(day - dt.timedelta(days=2)), zone=SHANGHAI).quiet is None


def test_days_end_at_the_last_day_that_has_begun_in_utc():
    early = window("2026-05-01", hour=5, zone=SHANGHAI)  # still 30 April in UTC
    assert early.calendar_days[-1] == dt.date(2026, 4, 30)


@given(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_every_window_has_three_listing_days_in_order(moment):
    made = window_for(moment.date(), moment)
    assert len(made.days) == 3
    assert list(made.days) == sorted(set(made.days))
    assert made.days[-1] <= moment.date()
    assert all(day.weekday() < 5 for day in made.days)
    assert made.since < made.until
    assert made.calendar_days[0] == made.days[0]


def test_the_edition_of_today_is_made_now_and_of_the_past_at_its_hour():
    now = at("2026-05-03", 15)
    eight, utc = dt.time(8), ZoneInfo("UTC")
    assert edition_time(dt.date(2026, 5, 3), eight, utc, now) == now
    assert edition_time(dt.date(2026, 5, 1), eight, utc, now) == at("2026-05-01", 8)
    with pytest.raises(ValueError, match="has not begun in UTC"):
        edition_time(dt.date(2026, 5, 4), eight, utc, now)
    with pytest.raises(ValueError, match="before arXiv"):
        edition_time(dt.date(1, 1, 1), eight, utc, now)


def test_a_listing_that_brought_nothing_is_late():
    friday = window("2026-05-01")
    old = Paper(id="2604.00001", title="Old", published=at("2026-04-28", 12))
    new = Paper(id="2604.00002", title="New", published=at("2026-04-30", 12))
    assert with_late(friday, [old]).quiet is Quiet.LATE
    assert with_late(friday, [old, new]).quiet is None
    assert with_late(window("2026-05-02"), [old]).quiet is Quiet.WEEKEND
