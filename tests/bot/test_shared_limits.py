"""The pace in Redis. Moments are read from there, for Redis decides them: how busy this machine is plays no part."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.limits import Lanes, Limit, PausedError
from bot.shared_limits import MARGIN, SharedPace
from brief.settings import Settings
from brief.store import Store, open_store
from tests.patience import PATIENCE

TOKEN = "123456:AAE-s3cret"
OVERALL, CHAT, NONE = Limit(10, 0.2), Limit(1, 0.2), Limit(30, 0)


@pytest.fixture
async def processes(settings: Settings) -> AsyncIterator[list[SharedPace]]:
    """What three processes of one bot have: connections of their own."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(settings)) for _ in range(3)]
        yield [pace(store.client) for store in stores]


def pace(redis: Redis, token: str = TOKEN) -> SharedPace:
    return SharedPace(redis, "telegram", token)


class Moments:
    """Collects the moments as Redis gave them out, by key; there old ones leave, and late ones move."""

    def __init__(self, redis: Redis):
        self.redis, self.known = redis, defaultdict(dict)

    async def look(self):
        async for key in self.redis.scan_iter("{paperboy}:1:sends:*", _type="zset"):
            kept = dict(await self.redis.zrange(key, 0, -1, withscores=True))
            self.known[key.decode()] = kept | self.known[key.decode()]

    def of(self, colons):
        """Return the moments of all keys with so many colons: 4 of a bot, 5 of a lane."""
        return [sorted(moments.values()) for key, moments in self.known.items() if key.count(":") == colons]


async def test_all_processes_together_stay_below_the_limit(processes, store: Store):
    moments = Moments(store.client)

    async def send(number, shared):
        for n in range(20):
            assert await shared.turn(f"chat {number} {n}", (CHAT,), OVERALL) == 0
            await moments.look()

    await asyncio.gather(*(send(*each) for each in enumerate(processes)))
    [given] = moments.of(4)
    assert len(given) == 60
    assert all(later - first >= 0.2 + MARGIN - 1e-6 for first, later in zip(given, given[10:], strict=False))
    assert all(later - first >= 0.9 * 0.2 / 10 - 1e-6 for first, later in pairwise(given))


async def test_a_chat_gets_its_pace_whoever_sends(processes, store: Store):
    moments = Moments(store.client)
    lanes = [Lanes(OVERALL, shared) for shared in processes]
    await asyncio.gather(*(one.run("chat", (CHAT,), moments.look) for one in lanes for _ in range(3)))
    [given] = moments.of(5)
    assert len(given) == 9
    assert all(later - first >= 0.2 + MARGIN - 1e-6 for first, later in pairwise(given))


async def test_a_chat_that_must_wait_takes_no_place_from_others(processes):
    chat = Limit(1, 30.0)
    assert await processes[0].turn("a", (chat,), OVERALL) == 0
    assert 25 < await processes[1].turn("a", (chat,), OVERALL) <= 30 + MARGIN
    assert await processes[1].turn("b", (chat,), OVERALL) == 0


async def test_a_refusal_pauses_the_chat_in_every_process(processes):
    async def refused():
        raise PausedError(1000)

    async def sent():
        return "sent"

    one, other = (Lanes(OVERALL, shared) for shared in processes[:2])
    with pytest.raises(PausedError):
        await one.run("a", (CHAT,), refused, retries=0)
    with pytest.raises(PausedError) as paused:
        await other.run("a", (CHAT,), sent)
    assert 900 < paused.value.seconds <= 1000
    assert await other.run("b", (CHAT,), sent) == "sent"


async def test_bots_do_not_wait_for_each_other(store: Store):
    for token in ("1:a", "2:b"):
        assert await pace(store.client, token).turn("a", (Limit(1, 60.0),), OVERALL) == 0


async def test_nothing_stays_and_no_token_is_written(processes, store: Store):
    await processes[0].turn("a", (CHAT, Limit(20, 60.0)), OVERALL)
    await processes[0].pause("a", 5)
    keys = await store.client.keys("{paperboy}:1:*")
    assert len(keys) == 3
    assert all([0 < await store.client.pttl(key) < 61_000 for key in keys])
    assert not [key for key in keys if TOKEN[-8:].encode() in key]


async def test_a_limit_of_no_seconds_costs_no_question(processes, store: Store):
    async def call():
        return 1

    assert await Lanes(NONE, processes[0]).run("a", (NONE,), call) == 1
    assert await store.client.keys("{paperboy}:1:*") == []
    await Lanes(NONE, processes[0]).run("a", (CHAT,), call)
    assert [key.count(b":") for key in await store.client.keys("{paperboy}:1:*")] == [5]


async def test_a_call_that_starts_late_moves_its_moment(processes, store: Store):
    one, slow = processes[0], Limit(2, 1.0)
    await one.turn("a", (CHAT,), slow)
    [sends] = [key for key in await store.client.keys("{paperboy}:1:*") if key.count(b":") == 4]
    second = asyncio.create_task(one.turn("b", (CHAT,), slow))
    while len(kept := await store.client.zrange(sends, 0, -1, withscores=True)) < 2:
        pass  # until its place is reserved: then the process is busy
    time.sleep(0.7)  # noqa: ASYNC251 - meant
    await second
    await one.turn("c", (CHAT,), slow)
    member, moment = kept[1]
    assert await store.client.zscore(sends, member) > moment + 0.1


async def test_a_clock_that_went_back_stops_nobody(processes, store: Store):
    one = processes[0]
    await one.turn("a", (CHAT,), OVERALL)
    for key in await store.client.keys("{paperboy}:1:*"):
        [(member, moment)] = await store.client.zrange(key, 0, -1, withscores=True)
        await store.client.zadd(key, {member: moment + 3600})
    async with asyncio.timeout(PATIENCE):
        assert await one.turn("a", (CHAT,), OVERALL) == 0


async def test_without_redis_a_process_keeps_the_pace_by_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async def call():
        return asyncio.get_running_loop().time()

    async with Redis(unix_socket_path=str(tmp_path / "none.sock")) as nowhere:
        lanes = Lanes(OVERALL, pace(nowhere))
        times = sorted(await asyncio.gather(*(lanes.run(str(n), (CHAT,), call) for n in range(11))))
    assert times[10] - times[0] >= 0.2
    assert caplog.text.count("keeps the pace alone") == 1
