"""The lanes on a loop whose clock jumps: minutes of calls, in no time."""

import asyncio
import random

import pytest

from bot.limits import PATIENCE, Lanes, Limit, PausedError
from tests.bot.jumping import most_within, run

SECOND, MINUTE = Limit(1, 1.0), Limit(20, 60.0)


class Service:
    """What the lanes call: notes when each call arrives, somewhere between its start and its end."""

    def __init__(self, latency: float = 0.0):
        self.latency = latency
        self.chance = random.Random(7)  # noqa: S311  (the same every time)
        self.errors = {}  # lane -> what its next calls raise
        self.arrivals = []  # (time, lane, text)

    def call(self, lane, text=""):
        async def called():
            await asyncio.sleep(self.chance.uniform(0, self.latency))
            if self.errors.get(lane):
                raise self.errors[lane].pop(0)
            self.arrivals.append((asyncio.get_running_loop().time(), lane, text))
            await asyncio.sleep(self.chance.uniform(0, self.latency))
            return text

        return called

    def times(self, *lanes):
        return [time for time, lane, _ in self.arrivals if lane in lanes]


@pytest.mark.parametrize("latency", [0.0, 0.05, 2.0])
def test_a_service_never_sees_more_than_its_limits_whatever_the_network_does(latency):
    async def main():
        lanes, service = Lanes(Limit(10, 1.0)), Service(latency)
        names = [str(n) for n in range(12)]
        await asyncio.gather(
            *(lanes.run(name, (SECOND, MINUTE), service.call(name)) for name in names for _ in range(25))
        )
        assert len(service.arrivals) == 12 * 25
        assert most_within(service.times(*names), 1 - 1e-6) <= 10
        for name in names:
            assert most_within(service.times(name), 1 - 1e-6) == 1
            assert most_within(service.times(name), 60 - 1e-6) <= 20

    run(main())


def test_calls_of_a_lane_keep_their_order_and_return_what_they_return():
    async def main():
        lanes, service = Lanes(Limit(30, 1.0)), Service(latency=5.0)
        texts = [str(n) for n in range(20)]
        answers = await asyncio.gather(*(lanes.run("a", (SECOND,), service.call("a", text)) for text in texts))
        assert answers == texts
        assert [text for _, _, text in service.arrivals] == texts

    run(main())


def test_a_refusal_pauses_its_own_lane_only():
    async def main():
        lanes, service = Lanes(Limit(30, 1.0)), Service()
        service.errors["a"] = [PausedError(40)]
        await asyncio.gather(*(lanes.run(name, (SECOND,), service.call(name)) for name in "aabb"))
        assert service.times("b") == pytest.approx([0, 1])
        assert service.times("a") == pytest.approx([40, 41])

    run(main())


@pytest.mark.parametrize(("retries", "tries"), [(3, 4), (1, 2), (0, 1)])
def test_who_is_refused_every_time_hears_how_long_to_wait(retries, tries):
    async def main():
        lanes, service = Lanes(Limit(30, 1.0)), Service()
        service.errors["a"] = [PausedError(7) for _ in range(tries)]
        with pytest.raises(PausedError, match="for 7 seconds") as paused:
            await lanes.run("a", (SECOND,), service.call("a"), retries)
        assert paused.value.seconds == 7
        assert service.errors["a"] == []
        await lanes.run("a", (SECOND,), service.call("a"))  # the last refusal is respected by the next call
        assert service.times("a") == pytest.approx([7 * tries])

    run(main())


def test_nobody_waits_for_longer_than_patience():
    async def main():
        lanes, service = Lanes(Limit(30, 1.0)), Service()
        service.errors["a"] = [PausedError(3600)]
        for _ in range(2):  # the second call is not even made
            with pytest.raises(PausedError) as paused:
                await lanes.run("a", (SECOND,), service.call("a"))
            assert paused.value.seconds == pytest.approx(3600)
        await asyncio.sleep(3600 - PATIENCE)
        await lanes.run("a", (SECOND,), service.call("a"))
        assert service.times("a") == pytest.approx([3600])

    run(main())


def test_other_errors_pass_through_and_count():
    async def main():
        lanes, service = Lanes(Limit(30, 1.0)), Service()
        service.errors["a"] = [ValueError("no")]
        with pytest.raises(ValueError, match="no"):
            await lanes.run("a", (SECOND,), service.call("a"))
        await lanes.run("a", (SECOND,), service.call("a"))
        assert service.times("a") == pytest.approx([1])

    run(main())


def test_a_caller_that_gives_up_leaves_no_gap():
    async def main():
        lanes, service = Lanes(Limit(1, 1.0)), Service(latency=1.0)
        tasks = [asyncio.create_task(lanes.run("a", (SECOND,), service.call("a", str(n)))) for n in range(4)]
        tasks.append(asyncio.create_task(lanes.run("b", (SECOND,), service.call("b", "b"))))
        await asyncio.sleep(0)
        for n in (0, 1, 2):  # one that runs and two that wait
            tasks[n].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(result, asyncio.CancelledError) for result in done] == [True, True, True, False, False]
        assert sorted(text for _, _, text in service.arrivals) == ["3", "b"]

    run(main())


def test_quiet_lanes_are_forgotten_and_paused_ones_are_not():
    async def main():
        lanes, service = Lanes(Limit(2000, 1.0)), Service()
        service.errors["paused"] = [PausedError(500)]
        with pytest.raises(PausedError):
            await lanes.run("paused", (SECOND, MINUTE), service.call("paused"))
        await asyncio.gather(*(lanes.run(str(n), (SECOND, MINUTE), service.call(str(n))) for n in range(1000)))
        assert len(lanes._lanes) == 1001
        await asyncio.sleep(61)
        assert list(lanes._lanes) == ["paused"]
        await asyncio.sleep(500)
        assert not lanes._lanes

    run(main())
