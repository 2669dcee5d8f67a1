"""`paperboy status`: what was counted for yesterday and today, what waits, and how the sources did."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.people import People
from bot.status import as_document, as_json, status
from brief.models import Day, Note, SourceReport, Window
from brief.models import Status as Outcome
from formatting import markdown
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock

PAPERBOY = Path(sys.executable).with_name("paperboy")
TODAY, DAY = EIGHT.date(), dt.timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT - DAY / 2)


@pytest.fixture
async def deliveries(store, clock) -> AsyncIterator[Deliveries]:
    """Six chats, of which five are due at eight and one at nine."""
    people = People(store.client, clock)
    for n in range(6):
        time = dt.time(9) if n == 5 else dt.time(8)
        await people.save_chat(Chat(id=f"telegram:{n}", kind="group", subscribed=True, time=time))
    return Deliveries(store.client)


async def deliver(deliveries: Deliveries, now: dt.datetime, date: dt.date, *results: Result) -> None:
    members = await deliveries.take(now, 100)
    assert len(members) == len(results) == sum(await deliveries.claim([(member, date) for member in members], now))
    await deliveries.done(results, now)


async def test_it_tells_what_was_counted_and_what_waits(store, deliveries, clock):
    now = EIGHT + 6 * MINUTE
    tomorrow = (EIGHT + DAY).timestamp()
    await deliver(
        deliveries,
        now,
        TODAY,
        Result("telegram:0", TODAY, "sent", message="1", next=tomorrow),
        Result("telegram:1", TODAY, "sent", message="2", next=tomorrow),
        Result("telegram:2", TODAY, "failed", reason="too_long", next=tomorrow),
        Result("telegram:3", TODAY, "again", reason="timeout", next=(EIGHT + 30 * MINUTE).timestamp()),
        Result("telegram:4", TODAY, "failed", reason="gone"),
    )
    found = as_json(await status(store, EIGHT + 16 * MINUTE, TODAY))
    yesterday, today = found["days"]
    assert (yesterday["date"], yesterday["due"], yesterday["lag_mean"]) == ("2026-04-30", 0, None)
    counts = {"due": 5, "sent": 2, "late": 2, "retried": 1, "missed": 0, "lag_mean": 360.0, "lag_max": 360}
    assert today == {"date": "2026-05-01", **counts, "failed": {"too_long": 1, "gone": 1}}
    assert (found["subscribed"], found["under_way"], found["overdue"]) == (6, 0, 1)
    assert found["next"] == "2026-05-01T08:30:00+00:00"
    assert found["sources"] == {"date": None, "collected": None, "reports": []}


async def test_what_nobody_takes_is_overdue_after_a_quarter_of_an_hour_and_what_is_taken_under_way(store, deliveries):
    assert (await status(store, EIGHT + 15 * MINUTE, TODAY)).backlog.overdue == 0
    assert (await status(store, EIGHT + 16 * MINUTE, TODAY)).backlog.overdue == 5
    await deliveries.take(EIGHT + 16 * MINUTE, 2)
    waiting = (await status(store, EIGHT + 16 * MINUTE, TODAY)).backlog
    assert (waiting.overdue, waiting.under_way) == (5, 2)


async def test_tomorrow_shows_once_it_has_begun_for_a_chat(store, deliveries):
    await deliver(deliveries, EIGHT, TODAY + DAY, *(Result(f"telegram:{n}", TODAY + DAY, "sent") for n in range(5)))
    found = await status(store, EIGHT, TODAY)
    assert [date for date, _ in found.days] == [TODAY - DAY, TODAY, TODAY + DAY]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["5 sent", "1 failed for good: too_long 1", "6 chats subscribed", "Next: 2026-05-01 09:00 UTC", "arXiv"],
        ),
        ("zh", ["已发 5", "失败且不再重试 1：too_long 1", "订阅 6 个会话", "下一次：2026-05-01 09:00 UTC", "arXiv"]),
    ],
)
async def test_it_can_be_read_in_both_languages(store, deliveries, language, words):
    results = [Result(f"telegram:{n}", TODAY, "sent", message=str(n)) for n in range(5)]
    await deliver(deliveries, EIGHT, TODAY, *results)
    await deliveries.done([Result("telegram:7", TODAY, "failed", reason="too_long")], EIGHT)
    report = SourceReport(source="arxiv", status=Outcome.FAILED, requests=3, notes=(Note(code="timeout"),))
    window = Window(date=TODAY, days=(TODAY,), since=EIGHT - DAY, until=EIGHT)
    await store.save_day(Day(window=window, collected=EIGHT, reports=(report,)))
    text = markdown.render(as_document(await status(store, EIGHT, TODAY), language))
    for word in words:
        assert word in text.replace("\\", ""), text


def test_the_verb_prints_one_object_and_needs_no_chat(settings):
    environ = {
        "PATH": os.environ["PATH"],
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir),
    }
    ran = subprocess.run([PAPERBOY, "status", "--json"], check=True, env=environ, capture_output=True, text=True)
    assert ran.stderr == ""
    assert [set(day) >= {"date", "sent", "failed"} for day in json.loads(ran.stdout)["days"]] == [True, True]
    shown = subprocess.run([PAPERBOY, "status"], check=True, env=environ, capture_output=True, text=True)
    assert "0 chats subscribed" in shown.stdout
