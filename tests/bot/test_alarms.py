"""The operator's chat, told by a real bot in a strict Telegram: once, in its language, and when it is over."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from bot.alarms import Alarms
from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.services import Services
from bot.telegram import TelegramBot
from brief.errors import StoreError
from brief.models import Day, Note, SourceReport, Status, Window
from brief.store import key_of
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock, subscribe
from tests.bot.telegramming import OTHER, READER, configured, hurried, open_services
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_faults import BLOCKED
from tests.patience import PATIENCE

OPERATOR, DAY = f"telegram:{OTHER}", dt.timedelta(days=1)
TODAY = EIGHT.date()
TOLD = "Paperboy needs a look"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.chat(OTHER)
        yield server
    assert not server.refusals


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT + MINUTE)


@pytest.fixture
async def services(settings, fake, clock) -> AsyncIterator[Services]:
    chosen = configured(settings, fake, str(READER), OPERATOR_CHAT=OPERATOR)
    async with open_services(chosen, clock=clock, stored=False) as opened:
        yield opened


@pytest.fixture
async def bot(services, fake) -> AsyncIterator[TelegramBot]:
    running = TelegramBot(services, fake.token, hurried())
    async with running.sending():
        yield running


@pytest.fixture
def deliveries(services) -> Deliveries:
    return Deliveries(services.store.client)


@pytest.fixture
def alarms(services, deliveries, bot) -> Alarms:
    return Alarms(services, deliveries, {"telegram": bot})


async def collected(services: Services, date: dt.date, **statuses: Status) -> None:
    """Store an edition in which the sources did so."""
    until = dt.datetime.combine(date, dt.time(8), dt.UTC)
    window = Window(date=date, days=(date,), since=until - DAY, until=until)
    notes = (Note(code="timeout", params={"what": "arXiv API", "tries": 3}),)
    reports = [SourceReport(source=name, status=status, notes=notes) for name, status in statuses.items()]
    await services.store.save_day(Day(window=window, collected=until, reports=reports))


def texts(fake: FakeTelegram) -> list[str]:
    return [message.text for message in fake.messages(OTHER)]


# -- sources ----------------------------------------------------------------------------------------------------------


async def test_a_source_that_failed_in_two_editions_is_told_once_a_day_and_so_is_its_return(
    fake, services, alarms, clock
):
    await collected(services, TODAY - DAY, arxiv=Status.FAILED, github=Status.OK)
    await alarms.look()
    assert texts(fake) == []
    await collected(services, TODAY, arxiv=Status.FAILED, github=Status.FAILED)
    for _ in range(2):
        await alarms.look()
    [told] = texts(fake)
    assert told.startswith(TOLD)
    assert "arXiv has failed for two editions in a row. arXiv API: timed out three times" in told
    assert "GitHub" not in told
    clock.now += DAY
    await alarms.look()
    assert len(texts(fake)) == 2
    await collected(services, TODAY + DAY, arxiv=Status.PARTIAL)
    for _ in range(2):
        await alarms.look()
    assert len(texts(fake)) == 3
    assert "arXiv answers again." in texts(fake)[-1]


async def test_what_comes_and_goes_is_told_once_on_a_day(fake, services, alarms):
    await collected(services, TODAY - DAY, arxiv=Status.FAILED)
    for status in (Status.FAILED, Status.OK, Status.FAILED, Status.OK):
        await collected(services, TODAY, arxiv=status)
        await alarms.look()
    assert len(texts(fake)) == 2


# -- deliveries -------------------------------------------------------------------------------------------------------


async def test_deliveries_that_are_late_are_told_and_so_is_that_they_are_not_any_more(
    fake, services, deliveries, alarms, clock
):
    clock.now = EIGHT - MINUTE
    for number in range(3):
        await subscribe(services, f"telegram:{1000 + number}", kind="group")
    for minutes in (15, 16, 17):
        clock.now = EIGHT + minutes * MINUTE
        await alarms.look()
        assert len(texts(fake)) == (minutes > 15)
    assert "3 deliveries are more than 15 minutes late." in texts(fake)[0]
    members = await deliveries.take(clock.now, 10)
    await deliveries.claim([(member, TODAY) for member in members], clock.now)
    tomorrow = (EIGHT + DAY).timestamp()
    await deliveries.done([Result(m, TODAY, "sent", message="1", next=tomorrow) for m in members], clock.now)
    await alarms.look()
    assert "No delivery is late any more." in texts(fake)[1]


async def test_what_missed_its_day_or_failed_for_good_is_told_for_its_date_but_not_who_left(
    fake, deliveries, alarms, clock
):
    await deliveries.done([Result("telegram:1", TODAY, "failed", reason="gone")], EIGHT)
    await alarms.look()
    assert texts(fake) == []
    yesterday = TODAY - DAY
    await deliveries.done([Result("telegram:2", TODAY, "failed", reason="message_is_too_long")], EIGHT)
    await deliveries.done([Result("telegram:3", yesterday, "missed")], EIGHT)
    await alarms.look()
    clock.now += DAY
    await alarms.look()
    [told] = texts(fake)
    assert "1 chat did not get the brief of 2026-04-30 before that day was over." in told
    assert "1 delivery of 2026-05-01 failed for good: message_is_too_long" in told


# -- the operator's chat ----------------------------------------------------------------------------------------------


async def test_it_speaks_the_language_of_the_operators_chat(fake, services, deliveries, alarms):
    await services.people.save_chat(Chat(id=OPERATOR, language="zh"))
    await deliveries.done([Result("telegram:3", TODAY, "missed")], EIGHT)
    await alarms.look()
    [told] = texts(fake)
    assert "2026-05-01 的早报有 1 个会话当天没有收到。" in told


async def test_of_many_processes_one_tells(fake, services, deliveries, bot):
    await collected(services, TODAY - DAY, arxiv=Status.FAILED)
    await collected(services, TODAY, arxiv=Status.FAILED)
    watching = [Alarms(services, deliveries, {"telegram": bot}) for _ in range(5)]
    await asyncio.gather(*(each.look() for each in watching))
    assert len(texts(fake)) == 1
    await collected(services, TODAY, arxiv=Status.OK)
    await asyncio.gather(*(each.look() for each in watching))
    assert len(texts(fake)) == 2


async def test_a_process_that_cannot_send_there_leaves_it_to_the_others(fake, services, deliveries, alarms):
    await deliveries.done([Result("telegram:3", TODAY, "missed")], EIGHT)
    await Alarms(services, deliveries, {}).look()
    assert texts(fake) == []
    await alarms.look()
    assert len(texts(fake)) == 1


async def test_what_could_not_be_sent_is_told_by_the_next_look(fake, services, alarms):
    await collected(services, TODAY - DAY, arxiv=Status.FAILED)
    await collected(services, TODAY, arxiv=Status.FAILED)
    for last in (False, True):
        fake.fail("sendMessage", ApiError(400, "Bad Request: something new"), chat_id=OTHER)
        with pytest.raises(Exception, match="something"):
            await alarms.look()
        await alarms.look()
        assert len(texts(fake)) == 1 + last
        await collected(services, TODAY, arxiv=Status.OK)


async def test_an_operators_chat_that_is_gone_is_not_tried_again(fake, services, deliveries, alarms, caplog, clock):
    await services.people.save_chat(Chat(id=OPERATOR))
    fake.fail("sendMessage", BLOCKED, chat_id=OTHER)
    for day in range(3):
        await deliveries.done([Result("telegram:3", TODAY + day * DAY, "missed")], EIGHT)
        await alarms.look()
        clock.now += DAY
    assert len(fake.sent("sendMessage")) == 1
    assert "1 chat did not get the brief of 2026-05-03" in caplog.text


async def test_without_an_operators_chat_nobody_watches(settings, fake, deliveries, bot):
    async with open_services(configured(settings, fake), stored=False) as services, asyncio.timeout(PATIENCE):
        await Alarms(services, deliveries, {"telegram": bot}).watch()
        assert not fake.sent("sendMessage")


async def test_what_nobody_was_told_for_redis_failed_is_told_by_the_next_look(fake, services, alarms):
    await collected(services, TODAY - DAY, arxiv=Status.FAILED)
    redis, key = services.store.client, key_of("chat", OPERATOR)
    for status in (Status.FAILED, Status.OK):
        await collected(services, TODAY, arxiv=status)
        before = len(texts(fake))
        await redis.rpush(key, "no chat, and an error to read")
        with pytest.raises(StoreError):
            await alarms.look()
        await redis.delete(key)
        await alarms.look()
        assert len(texts(fake)) == before + 1
