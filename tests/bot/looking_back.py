"""Days before the packaged edition whose topics move: what tests of trends and of the weekly digest share."""

from __future__ import annotations

import datetime as dt

from bot.services import Services
from brief.models import Day, Paper, Repo, Window
from sources.sample_site import SAMPLE_DATE

RISING, FALLING = "robot manipulation", "speech recognition"
DAYS = 6


async def store_days(services: Services, days: int = DAYS) -> None:
    """Store the days before SAMPLE_DATE, of which the later ones have more of one topic and less of another."""
    for ago in range(days, 0, -1):
        await services.store.save_day(_day(SAMPLE_DATE - dt.timedelta(ago), later=2 * ago <= days))


def _day(date: dt.date, *, later: bool) -> Day:
    many, few = (RISING, FALLING) if later else (FALLING, RISING)
    titles = [many] * 30 + [few] * 10
    papers = tuple(Paper(id=f"{date:%y%m}.{date.day:02}{n:03}", title=title) for n, title in enumerate(titles))
    noon = dt.datetime.combine(date, dt.time(12), dt.UTC)
    window = Window(date=date, days=(date,), since=noon, until=noon)
    return Day(window=window, collected=noon, papers=papers, repos=(Repo(id="a/b", name="A/b", stars=100 + date.day),))
