"""A push to 500 chats while processes, Redis and the chat services come and go: everyone has the brief, once.

Only what was in flight when a worker was killed may come twice: sent, and not yet recorded. `make soak` takes longer.
"""

import asyncio
import datetime as dt
import math
import os
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deliveries import LEASE
from tests.bot.delivering import EIGHT, Morning, morning
from tests.fakes.telegram_faults import SERVER_ERROR, flood

SOAK = bool(os.environ.get("PAPERBOY_SOAK"))
KILLS = 200 if SOAK else 30
OUTAGE = 60.0 if SOAK else 12.0  # seconds
WORK = 0.2  # seconds after a message within which a kill comes
FEW = 500 if SOAK else 150  # chats, where kills are fewer
HOUR = 3600

_random = random.SystemRandom()


@pytest.fixture
async def push(tmp_path: Path) -> AsyncIterator[Morning]:
    async with morning(tmp_path) as opened:
        yield opened


@pytest.fixture
async def small_push(tmp_path: Path) -> AsyncIterator[Morning]:
    async with morning(tmp_path, FEW) as opened:
        yield opened


async def comes_once(push: Morning) -> None:
    """Everyone gets the brief, nobody twice, and the figures say so."""
    await push.everyone()
    figures = await push.settled()
    everyone = len(push.members)
    assert (figures.due, figures.sent, figures.missed, figures.failed) == (everyone, everyone, 0, {})
    assert not push.repeated()


async def test_several_schedulers_and_workers_at_once_deliver_once(push):
    push.start("collector", "collector", "worker", "worker", "worker")
    await comes_once(push)


async def test_a_worker_that_is_killed_again_and_again_repeats_only_what_was_in_flight(push):
    push.start("collector")
    worker, spare = push.start("worker")[0], push.spawn("worker")
    for kill in range(KILLS):
        left = len(push.members) - push.served()
        await push.more(_random.randint(0, 2 * left // (KILLS - kill + 1)))
        await asyncio.sleep(_random.uniform(0, WORK))
        await push.kill_worker(worker)
        worker, spare = spare.go(), push.spawn("worker")
    await push.everyone()
    figures = await push.settled()
    assert figures.sent == len(push.members)
    assert push.repeated() <= push.in_flight


async def test_a_worker_that_is_told_to_stop_finishes_and_leaves_the_rest_to_the_next(push):
    push.start("collector")
    for _ in range(2):
        [worker] = push.start("worker")
        await push.more(50)
        worker.signal(signal.SIGTERM)
        assert await worker.ended() == 0
    push.start("worker")
    await comes_once(push)


async def test_a_scheduler_that_is_killed_again_and_again_loses_nobody(small_push):
    small_push.start("worker")
    for _ in range(5):
        [scheduler] = small_push.start("collector")
        await asyncio.sleep(_random.uniform(1, 3))
        scheduler.kill()
    small_push.start("collector")
    await small_push.quiet()
    small_push.clock.skip(LEASE + 1)  # the leases of whom a killed scheduler had taken and told nobody of
    await comes_once(small_push)


async def test_redis_that_is_killed_loses_nothing_and_repeats_nothing(small_push):
    small_push.start("collector", "worker", "worker")
    for _ in range(3):
        await small_push.more(FEW // 5)
        small_push.redis_server.kill()
        await asyncio.sleep(_random.uniform(0, 1))
        small_push.redis_server.start()
    await comes_once(small_push)


async def test_chat_services_that_fail_for_a_while_delay_the_brief_and_repeat_nothing(small_push):
    small_push.start("collector", "worker")
    await small_push.more(FEW // 10)
    for telegram, slack in (("timeout", "timeout"), ("reset", "reset"), (flood(2), "ratelimited"), (SERVER_ERROR, "")):
        small_push.telegram.fail("sendMessage", telegram, times=math.inf)
        if slack:
            small_push.slack.fail("chat.postMessage", slack, times=math.inf, retry_after=2)
        else:
            small_push.slack.fail_http("chat.postMessage", 503, times=math.inf)
        await asyncio.sleep(OUTAGE / 4)
        small_push.telegram.mend()
        small_push.slack.mend()
    await comes_once(small_push)


async def test_a_clock_that_jumps_an_hour_repeats_nothing(small_push):
    small_push.start("run")
    for hours in (1, -1, 1):
        await small_push.more(FEW // 5)
        small_push.clock.skip(hours * HOUR)
    await comes_once(small_push)


async def test_a_machine_asleep_from_seven_to_eleven_sends_on_waking(tmp_path):
    async with morning(tmp_path, FEW, EIGHT - dt.timedelta(hours=1, seconds=5)) as push:
        await asleep(push, EIGHT + dt.timedelta(hours=3))
        await comes_once(push)
        figures = await push.settled()
        assert figures.late == FEW


async def test_a_machine_asleep_until_the_next_day_sends_only_that_day_s(tmp_path):
    async with morning(tmp_path, FEW, EIGHT - dt.timedelta(hours=25, seconds=5)) as push:
        await asleep(push, EIGHT + dt.timedelta(hours=3))
        await comes_once(push)
        yesterday = await push.deliveries.figures(EIGHT.date() - dt.timedelta(days=1))
        assert (yesterday.due, yesterday.sent, yesterday.missed) == (FEW, 0, FEW)


async def asleep(push: Morning, until: dt.datetime) -> None:
    """Have a machine on which everything runs sleep for some seconds, which are hours by the clock."""
    [process] = push.start("run")
    await push.said("serving in Slack")
    process.signal(signal.SIGSTOP)
    await asyncio.sleep(2)
    push.clock.set(until)
    process.signal(signal.SIGCONT)
