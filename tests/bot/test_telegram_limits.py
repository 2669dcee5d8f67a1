"""The limiter on a loop whose clock jumps: minutes of messages, in no time."""

import asyncio
import random
from collections import defaultdict

import pytest
from telegram.error import BadRequest, RetryAfter

from bot.limits import PATIENCE, Limit
from bot.telegram_limits import Limiter
from tests.bot.jumping import most_within, run

ALICE, BOB, GROUP, CHANNEL = 11, 12, -100500, "@papers"


class Telegram:
    """What the limiter calls: notes when each call arrives, somewhere between its start and its end."""

    def __init__(self, latency: float = 0.0):
        self.latency = latency
        self.chance = random.Random(7)  # noqa: S311  (the same every time)
        self.errors = defaultdict(list)  # chat -> what its next calls raise
        self.arrivals = []  # (time, chat, text)

    async def __call__(self, endpoint, data):
        await asyncio.sleep(self.chance.uniform(0, self.latency))
        chat = data.get("chat_id")
        if self.errors[chat]:
            raise self.errors[chat].pop(0)
        self.arrivals.append((asyncio.get_running_loop().time(), chat, data.get("text")))
        await asyncio.sleep(self.chance.uniform(0, self.latency))
        return {"text": data.get("text")}

    def times(self, *chats):
        return [time for time, chat, _ in self.arrivals if chat in chats]

    def texts(self, chat):
        return [text for _, seen, text in self.arrivals if seen == chat]


def ask(limiter, telegram, chat, text="", endpoint="sendMessage", retries=None):
    data = {"chat_id": chat, "text": text}
    return limiter.process_request(telegram, (endpoint, data), {}, endpoint, data, retries)


@pytest.mark.parametrize("latency", [0.0, 0.05, 2.0])
def test_telegram_never_sees_more_than_its_limits_whatever_the_network_does(latency):
    async def main():
        limiter, telegram = Limiter(), Telegram(latency)
        private, groups = range(1, 101), range(-1010, -1000)
        messages = [(chat, str(n)) for n in range(3) for chat in private] + [(g, "") for g in groups for _ in range(45)]
        await asyncio.gather(*(ask(limiter, telegram, *message) for message in messages))
        assert len(telegram.arrivals) == len(messages)
        assert most_within(telegram.times(*private, *groups), 1 - 1e-6) <= 30
        for chat in (*private, *groups):
            assert most_within(telegram.times(chat), 1 - 1e-6) == 1
        for group in groups:
            assert most_within(telegram.times(group), 60 - 1e-6) <= 20

    run(main())


def test_the_limits_are_used_up():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        await asyncio.gather(*(ask(limiter, telegram, chat) for chat in range(1, 91)))
        assert telegram.times(*range(1, 91)) == pytest.approx([0] * 30 + [1] * 30 + [2] * 30)
        await asyncio.gather(*(ask(limiter, telegram, CHANNEL) for _ in range(21)))
        first, *_, last = telegram.times(CHANNEL)
        assert last - first == pytest.approx(60)

    run(main())


def test_messages_of_a_chat_keep_their_order():
    async def main():
        limiter, telegram = Limiter(), Telegram(latency=5.0)
        texts = [str(n) for n in range(20)]
        answers = await asyncio.gather(*(ask(limiter, telegram, chat, t) for t in texts for chat in (ALICE, BOB)))
        assert telegram.texts(ALICE) == telegram.texts(BOB) == texts
        assert [answer["text"] for answer in answers[::2]] == texts

    run(main())


@pytest.mark.parametrize("endpoint", ["editMessageText", "sendDocument", "forwardMessage", "copyMessage"])
def test_everything_that_puts_a_message_into_a_chat_counts(endpoint):
    async def main():
        limiter, telegram = Limiter(), Telegram()
        await ask(limiter, telegram, ALICE)
        await ask(limiter, telegram, str(ALICE), endpoint=endpoint)  # one chat, however its id is written
        assert [time for time, *_ in telegram.arrivals] == pytest.approx([0, 1])

    run(main())


def test_an_inline_message_is_a_chat_of_its_own():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        data = {"inline_message_id": "abc"}
        calls = [limiter.process_request(telegram, ("", data), {}, "editMessageText", data, None) for _ in range(2)]
        await asyncio.gather(*calls, ask(limiter, telegram, ALICE))
        assert sorted(time for time, *_ in telegram.arrivals) == pytest.approx([0, 0, 1])

    run(main())


@pytest.mark.parametrize(
    ("endpoint", "data"),
    [
        ("answerCallbackQuery", {"callback_query_id": "1"}),
        ("getUpdates", {}),
        ("getMe", {}),
        ("sendChatAction", {"chat_id": ALICE}),
        ("getChatMember", {"chat_id": ALICE}),
    ],
)
def test_what_sends_no_message_waits_for_nothing(endpoint, data):
    async def main():
        limiter, telegram = Limiter(), Telegram()
        telegram.errors[BOB] = [RetryAfter(30)]
        waiting = [asyncio.create_task(ask(limiter, telegram, chat)) for chat in (*range(100, 200), ALICE, ALICE, BOB)]
        await asyncio.sleep(0)
        await limiter.process_request(telegram, (endpoint, data), {}, endpoint, data, None)
        assert asyncio.get_running_loop().time() == 0
        await asyncio.gather(*waiting)

    run(main())


def test_a_429_pauses_its_own_chat_only():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        telegram.errors[ALICE] = [RetryAfter(40)]
        messages = [(ALICE, "first"), (ALICE, "second"), (BOB, "first"), (BOB, "second")]
        await asyncio.gather(*(ask(limiter, telegram, *message) for message in messages))
        assert telegram.times(BOB) == pytest.approx([0, 1])
        assert telegram.times(ALICE) == pytest.approx([40, 41])
        assert telegram.texts(ALICE) == ["first", "second"]

    run(main())


@pytest.mark.parametrize(("retries", "tries"), [(None, 4), (2, 2), (1, 1)])
def test_a_chat_that_stays_flooded_is_given_up(retries, tries):
    async def main():
        limiter, telegram = Limiter(), Telegram()
        telegram.errors[ALICE] = [RetryAfter(3) for _ in range(tries)]
        with pytest.raises(RetryAfter):
            await ask(limiter, telegram, ALICE, retries=retries)
        assert telegram.errors[ALICE] == []
        await ask(limiter, telegram, ALICE)  # the last refusal is respected by the next message
        assert telegram.times(ALICE) == pytest.approx([3 * tries])

    run(main())


def test_nobody_waits_for_a_pause_of_an_hour():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        telegram.errors[GROUP] = [RetryAfter(3600)]
        for _ in range(2):  # the second message does not even reach Telegram
            with pytest.raises(RetryAfter, match="1:00:00"):
                await ask(limiter, telegram, GROUP)
        assert asyncio.get_running_loop().time() == 0
        await asyncio.sleep(3600 - PATIENCE)
        await ask(limiter, telegram, GROUP)
        assert telegram.times(GROUP) == pytest.approx([3600])

    run(main())


def test_a_busy_chat_does_not_hold_up_the_others():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        flood = [ask(limiter, telegram, chat) for chat in range(100, 140) for _ in range(30)]
        await asyncio.gather(*flood, ask(limiter, telegram, BOB))
        [time] = telegram.times(BOB)
        assert time == pytest.approx(1)  # behind one message of each of the 40, not behind all 1,200

    run(main())


def test_other_errors_pass_through_and_stop_nothing():
    async def main():
        limiter, telegram = Limiter(), Telegram()
        telegram.errors[ALICE] = [BadRequest("Message is not modified"), ValueError("bug")]
        for error in (BadRequest, ValueError):
            with pytest.raises(error):
                await ask(limiter, telegram, ALICE)
        await ask(limiter, telegram, ALICE)
        assert telegram.times(ALICE) == pytest.approx([2])  # refused messages count too

    run(main())


def test_a_limit_of_no_seconds_is_none():
    async def main():
        limiter, telegram = Limiter(overall=Limit(30, 0), chat=Limit(1, 0), group=Limit(20, 0)), Telegram()
        await asyncio.gather(*(ask(limiter, telegram, chat) for chat in (ALICE, GROUP) for _ in range(500)))
        assert set(telegram.times(ALICE, GROUP)) == {0}

    run(main())
