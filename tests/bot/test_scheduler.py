"""The clockwork: what is collected ahead, by whom, and which roles a process may have."""

import asyncio
import datetime as dt
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import scheduler as scheduling
from bot.deliveries import Deliveries
from bot.metrics import Metrics
from bot.queue import Queue
from bot.scheduler import Scheduler
from bot.services import Services
from brief.store import key_of
from sources.sample_site import SAMPLE_DATE
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock, subscribe
from tests.bot.telegramming import READER, configured, open_services
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.chat(READER)
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT - 30 * MINUTE)


@pytest.fixture
async def services(settings, fake, clock) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake), clock=clock, stored=False) as opened:
        yield opened


def scheduler(services: Services, ticks: list[dt.datetime] | None = None) -> Scheduler:
    redis = services.store.client
    seen = [] if ticks is None else ticks
    return Scheduler(
        services, Deliveries(redis), Queue(redis), ["telegram"], Metrics(), lambda: seen.append(services.clock())
    )


async def test_an_edition_is_made_before_the_first_chat_is_due(services, clock):
    await subscribe(services, f"telegram:{READER}", language="zh")
    ahead = scheduler(services)
    await ahead.prepare()
    assert await services.store.days() == []
    clock.now = EIGHT - 15 * MINUTE
    await ahead.prepare()
    assert await services.store.brief(SAMPLE_DATE, services.profile.name, "zh")
    assert await services.store.brief(SAMPLE_DATE, services.profile.name, "en") is None


async def test_a_scheduler_that_begins_late_prepares_for_those_that_are_due_already(services, clock):
    await subscribe(services, f"telegram:{READER}")
    clock.now = EIGHT + 15 * MINUTE
    await scheduler(services).prepare()
    assert await services.store.brief(SAMPLE_DATE, services.profile.name, "en")


async def test_two_schedulers_collect_once(services, clock):
    await subscribe(services, f"telegram:{READER}")
    clock.now = EIGHT - 15 * MINUTE
    collections = 0
    collect = services.collect

    async def counted(*args, **kwargs):
        nonlocal collections
        collections += 1
        return await collect(*args, **kwargs)

    object.__setattr__(services, "collect", counted)
    await asyncio.gather(scheduler(services).prepare(), scheduler(services).prepare())
    assert collections == 1


async def test_the_day_is_collected_again_when_its_page_has_filled(services, clock):
    await services.collect(SAMPLE_DATE)
    clock.now = dt.datetime.combine(SAMPLE_DATE, dt.time(20), dt.UTC)
    await scheduler(services).settle()
    day = await services.store.day(SAMPLE_DATE)
    assert day
    assert day.collected == clock.now


async def test_it_ticks_by_itself_and_ends_when_told(services):
    ticks: list[dt.datetime] = []
    running = asyncio.create_task(scheduler(services, ticks).run())
    async with asyncio.timeout(PATIENCE):
        while len(ticks) < 2:  # noqa: ASYNC110 - its ticks are what is looked at
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def test_chats_of_before_the_queue_are_planned_when_it_starts(services, clock):
    await subscribe(services, f"telegram:{READER}")
    redis = services.store.client
    await redis.delete(key_of("due"))
    await scheduler(services).clean()
    assert await Deliveries(redis).soon(EIGHT, EIGHT + MINUTE) == [f"telegram:{READER}"]


async def test_what_a_wrong_clock_planned_is_planned_anew_when_it_is_set(services, clock, monkeypatch):
    member = f"telegram:{READER}"
    await subscribe(services, member)
    ticks: list[dt.datetime] = []
    off = [400 * 86_400.0]
    wrong = SimpleNamespace(time=lambda: time.time() + off[0], monotonic=time.monotonic, perf_counter=time.perf_counter)
    monkeypatch.setattr(scheduling, "time", wrong)
    running = asyncio.create_task(scheduler(services, ticks).run())
    redis, planned = services.store.client, (EIGHT + dt.timedelta(days=400)).timestamp()
    async with asyncio.timeout(PATIENCE):
        while not ticks:  # noqa: ASYNC110 - its ticks are what is looked at
            await asyncio.sleep(0.01)
        await redis.zadd(key_of("due"), {member: planned})
        off[0] = 0.0
        while await redis.zscore(key_of("due"), member) != EIGHT.timestamp():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])


# -- real processes ---------------------------------------------------------------------------------------------------


async def start(settings, fake: FakeTelegram, verb: str) -> asyncio.subprocess.Process:
    environment = {
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir),
        "TELEGRAM_BOT_TOKEN": fake.token,
        "TELEGRAM_API_URL": fake.url,
        "TELEGRAM_CHATS": "*",
        "PAPERBOY_LISTEN": "127.0.0.1:0",
    }
    return await asyncio.create_subprocess_exec(PAPERBOY, verb, env=environment, stderr=subprocess.PIPE)


async def stopped(process: asyncio.subprocess.Process) -> bytes:
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log
    return log


async def test_each_role_does_its_own_part(settings, fake):
    """What one process owes, another one hands over and a third one sends; none of these takes updates."""
    today = dt.datetime.now(dt.UTC)
    async with open_services(configured(settings, fake), clock=lambda: today) as services:
        day = await services.store.day(SAMPLE_DATE)
        assert day
        window = day.window.model_copy(update={"date": today.date()})
        await services.store.save_day(day.model_copy(update={"window": window, "collected": today}))
        await subscribe(services, f"telegram:{READER}", time=dt.time(), reminder=False)
        await services.store.client.zadd(key_of("due"), {f"telegram:{READER}": today.timestamp()})
        processes = [await start(settings, fake, "worker") for _ in range(2)]
        await fake.until(lambda: len(fake.sent("getMe")) == 2, "two workers")
        processes.append(await start(settings, fake, "collector"))
        await fake.until(lambda: fake.messages(READER), "the brief")
        logs = [await stopped(process) for process in processes]
    assert len(fake.messages(READER)) == 1
    assert fake.sent("getUpdates") == []
    assert sum(b"outcome=sent" in log for log in logs) == 1
    assert not any(fake.token.encode() in log for log in logs)
