"""Deliveries through a real queue to strict fakes: once, at their time, and what happens when something fails."""

import asyncio
import datetime as dt
import logging
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.deliveries import Deliveries, Result
from bot.delivery import Deliverer
from bot.followups import Followups
from bot.limits import Limit
from bot.metrics import Metrics
from bot.services import Services
from bot.slack import SlackBot
from bot.slack_app import build_app
from bot.slack_limits import Limits
from bot.slack_send import Sender
from bot.telegram import TelegramBot
from brief.models import Quiet, Status
from brief.store import key_of
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock, Office, office, subscribe
from tests.bot.slack_personal import Installed
from tests.bot.telegramming import OTHER, READER, configured, hurried, open_services
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram, flood
from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_faults import BLOCKED

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
CHAT = f"telegram:{READER}"
KNOWN = "2604.26904"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        for chat in (READER, OTHER):
            server.chat(chat)
        yield server
    assert not server.refusals


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        server.channel("C1", members=("U1",))
        yield server
    assert not server.refusals


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def services(settings, fake, clock) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake, f"{READER} {OTHER}"), clock=clock) as opened:
        yield opened


@pytest.fixture
async def bot(services, fake) -> AsyncIterator[TelegramBot]:
    running = TelegramBot(services, fake.token, hurried())
    async with running.running():
        yield running


@pytest.fixture
async def at_work(services, bot) -> AsyncIterator[Office]:
    async with office(services, telegram=bot) as running:
        yield running


@pytest.fixture
async def in_both(services, bot, slack) -> AsyncIterator[Office]:
    """Deliveries to Telegram and Slack."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=f"{slack.url}/api/", session=session, retry_handlers=[])
        workspaces, limits = Installed(slack), Limits(channel=Limit(1, 0), workspace=Limit(1000, 0))
        app = build_app(services.settings, client, workspaces, None)
        courier = SlackBot(services, app, workspaces, Sender(client, workspaces, limits))
        async with office(services, telegram=bot, slack=courier) as running:
            yield running


def texts(fake: FakeTelegram, chat: int = READER) -> list[str]:
    return [message.text for message in fake.messages(chat)]


# -- once, at its time ------------------------------------------------------------------------------------------------


async def test_the_brief_comes_at_its_time_once(fake, at_work, clock):
    await at_work.tick()
    assert fake.sent("sendMessage") == []
    clock.now = EIGHT
    await asyncio.gather(at_work.tick(), at_work.tick())
    for _ in range(3):
        await at_work.tick()
        clock.now += 3 * HOUR
    for chat in (READER, OTHER):
        [text] = texts(fake, chat)
        assert text.startswith("AI papers this morning")
    assert (await at_work.deliveries.figures(EIGHT.date())).sent == 2


async def test_telegram_and_slack_get_theirs_from_one_queue_each(fake, slack, services, in_both, clock):
    await subscribe(services, "slack:T1:C1", kind="channel", language="zh")
    clock.now = EIGHT
    await in_both.tick()
    assert len(fake.messages(READER)) == 1
    [message] = slack.messages("C1")
    assert "论文" in message.text


async def test_two_schedulers_and_two_workers_deliver_once(fake, services, bot, clock):
    for number in range(1000, 1060):
        fake.chat(number)
        await subscribe(services, f"telegram:{number}")
    async with AsyncExitStack() as stack:
        offices = [await stack.enter_async_context(office(services, telegram=bot)) for _ in range(2)]
        clock.now = EIGHT
        await asyncio.gather(*(each.tick() for each in offices))
    assert all(len(fake.messages(number)) == 1 for number in (READER, OTHER, *range(1000, 1060)))


async def test_asleep_until_eleven_it_sends_on_waking_and_asleep_until_the_next_day_only_that_days(
    fake, at_work, clock
):
    clock.now = EIGHT + 3 * HOUR
    await at_work.tick()
    [friday] = texts(fake)
    clock.now += 3 * DAY - HOUR
    await at_work.tick()
    await at_work.tick()
    assert len(texts(fake)) == 2
    assert texts(fake)[0] == friday
    saturday, sunday, monday = [await at_work.deliveries.figures(EIGHT.date() + n * DAY) for n in (1, 2, 3)]
    assert (saturday.missed, saturday.sent) == (2, 0)
    assert (sunday.missed, sunday.sent) == (2, 0)
    assert (monday.missed, monday.sent) == (0, 2)


async def test_who_subscribes_at_nine_gets_the_next_days(fake, services, at_work, clock):
    clock.now = EIGHT + HOUR
    fake.chat(1000)
    await subscribe(services, "telegram:1000")
    await at_work.tick()
    assert texts(fake, 1000) == []
    clock.now = EIGHT + DAY
    await at_work.tick()
    assert len(texts(fake, 1000)) == 1


async def test_a_worker_that_takes_members_and_dies_costs_them_two_minutes(fake, at_work, clock):
    clock.now = EIGHT
    assert len(await at_work.deliveries.take(clock.now, 10)) == 2  # and nobody hears of them again
    clock.now += MINUTE
    await at_work.scheduler.tick()
    assert texts(fake) == []
    clock.now += MINUTE
    await at_work.tick()
    assert len(texts(fake)) == len(texts(fake, OTHER)) == 1


async def test_chats_of_a_service_that_is_not_set_up_hold_nobody_up(fake, services, at_work, clock):
    await subscribe(services, "slack:T1:C1")
    clock.now = EIGHT
    await at_work.tick()
    assert len(texts(fake)) == 1


# -- when it fails ----------------------------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_later_and_later_and_costs_the_others_nothing(fake, at_work, clock, caplog):
    fake.fail("sendMessage", ApiError(400, "Bad Request: something new"), chat_id=READER, times=3)
    with caplog.at_level(logging.INFO, "bot"):
        for minutes in (0, 1, 3, 7):
            clock.now = EIGHT + minutes * MINUTE - dt.timedelta(seconds=1)
            await at_work.tick()
            assert texts(fake) == []
            clock.now = EIGHT + minutes * MINUTE
            await at_work.tick()
    assert len(texts(fake)) == len(texts(fake, OTHER)) == 1
    figures = await at_work.deliveries.figures(EIGHT.date())
    assert (figures.due, figures.sent, figures.retried, figures.late) == (2, 2, 3, 1)
    assert f'chat={CHAT} date=2026-05-01 outcome=again lag=0.0 attempt=1 message="" reason=something_new' in caplog.text
    assert f"chat={CHAT} date=2026-05-01 outcome=sent lag=420.0 attempt=4" in caplog.text


async def test_what_failed_all_day_is_missed_and_the_next_day_begins_anew(fake, at_work, clock):
    fake.fail("sendMessage", ApiError(400, "Bad Request: something new"), chat_id=READER, times=math.inf)
    for hours in range(16):
        clock.now = EIGHT + hours * HOUR
        await at_work.tick()
    fake.mend()
    for hours in (16, 17, 24):
        clock.now = EIGHT + hours * HOUR
        await at_work.tick()
    assert len(texts(fake)) == 1
    assert (await at_work.deliveries.figures(EIGHT.date())).missed == 1
    assert (await at_work.deliveries.figures(EIGHT.date() + DAY)).sent == 2


async def test_a_pause_moves_only_its_chat_and_by_what_was_asked(fake, at_work, clock):
    fake.fail("sendMessage", flood(200), chat_id=READER)
    clock.now = EIGHT
    await at_work.tick()
    assert (len(texts(fake)), len(texts(fake, OTHER))) == (0, 1)
    [moment] = [await at_work.services.store.client.zscore(key_of("due"), CHAT)]
    assert moment == EIGHT.timestamp() + 200


async def test_a_message_that_cannot_be_sent_is_given_up_and_the_next_day_is_another_try(fake, at_work, clock):
    fake.fail("sendMessage", ApiError(400, "Bad Request: message is too long"), chat_id=READER)
    for moment in (EIGHT, EIGHT + HOUR, EIGHT + DAY):
        clock.now = moment
        await at_work.tick()
    assert len(texts(fake)) == 1
    assert (await at_work.deliveries.figures(EIGHT.date())).failed == {"message_is_too_long": 1}


async def test_what_no_script_can_read_of_a_failure_keeps_nobody_from_being_recorded(
    fake, slack, services, in_both, clock
):
    await subscribe(services, "slack:T1:C1", kind="channel")
    slack.fail("chat.postMessage", "half a \ud800, and more")
    clock.now = EIGHT
    await in_both.tick()
    figures = await in_both.deliveries.figures(EIGHT.date())
    assert (figures.sent, figures.retried) == (2, 1)


async def test_who_blocks_the_bot_is_not_asked_again(fake, at_work, clock):
    fake.fail("sendMessage", BLOCKED, chat_id=READER)
    for moment in (EIGHT, EIGHT + HOUR, EIGHT + DAY):
        clock.now = moment
        await at_work.tick()
    assert texts(fake) == []
    assert (await at_work.deliveries.figures(EIGHT.date())).failed == {"gone": 1}
    assert len([call for call in fake.sent("sendMessage") if int(call.parameters["chat_id"]) == READER]) == 1


async def test_what_does_not_end_when_told_to_stop_is_due_again_at_once(fake, services, bot, clock):
    fake.fail("sendMessage", "timeout", chat_id=READER)
    clock.now = EIGHT
    async with office(services, telegram=bot) as stopping:
        await stopping.scheduler.tick()
        await fake.until(lambda: len(fake.sent("sendMessage")) == 2, "both to be sent")
        while (await stopping.deliveries.figures(EIGHT.date())).sent == 0:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
        for _ in range(2):
            stopping.deliverer.give_up("telegram")
    async with office(services, telegram=bot) as next_one:
        await next_one.tick()
    assert len(texts(fake)) == len(texts(fake, OTHER)) == 1


async def test_a_time_moved_over_midnight_of_the_editions_brings_none_of_them_twice(fake, services, at_work, clock):
    """8:00 in Shanghai is midnight in UTC, where the editions have their days."""
    clock.now = EIGHT - 12 * HOUR
    await services.people.change(CHAT, zone="Asia/Shanghai")
    clock.now = EIGHT - 8 * HOUR
    await at_work.tick()
    await services.people.change(CHAT, time=dt.time(7, 30))
    clock.now += DAY - HOUR / 2
    await at_work.tick()
    brief, said = texts(fake)
    assert brief.startswith("AI papers this morning · Friday, 1 May 2026")
    assert "still that of Friday, 1 May 2026, which you have" in said
    assert await at_work.deliveries.message(CHAT, EIGHT.date() + DAY)
    clock.now += DAY
    await at_work.tick()
    assert "· Saturday, 2 May 2026" in texts(fake)[-1]


async def test_who_is_ahead_of_the_editions_gets_each_of_them(fake, services, at_work, clock):
    clock.now = EIGHT - 12 * HOUR
    await services.people.change(CHAT, zone="Asia/Tokyo")
    for _ in range(3):
        clock.now = clock.now.replace(hour=23)
        await at_work.tick()
        clock.now += DAY
    dates = [text.partition("· ")[2].partition("\n")[0] for text in texts(fake)]
    assert dates == ["Thursday, 30 April 2026", "Friday, 1 May 2026", "Saturday, 2 May 2026"]


# -- beside the brief -------------------------------------------------------------------------------------------------


async def test_saturday_reminds_of_what_waits_on_the_later_list(fake, services, at_work, clock):
    paper = await services.paper(KNOWN)
    assert paper
    await services.people.keep(CHAT, paper, clock.now)
    for moment in (EIGHT, EIGHT + DAY, EIGHT + DAY + HOUR, EIGHT + 2 * DAY):
        clock.now = moment
        await at_work.tick()
    [reminder] = [text for text in texts(fake) if text.startswith("Still waiting")]
    assert "ClawGym" in reminder
    assert not any("Still waiting" in text for text in texts(fake, OTHER))


async def _complete(services: Services) -> None:
    """Store the day as if all that it lacks had come, with nothing in it that is recommended instead."""
    day = await services.store.day(EIGHT.date())
    assert day
    assert day.window.quiet is Quiet.LATE
    reports = tuple(report.model_copy(update={"status": Status.OK}) for report in day.reports)
    window = day.window.model_copy(update={"quiet": None})
    now = services.clock()
    await services.store.save_day(day.model_copy(update={"window": window, "reports": reports, "collected": now}))


async def _with_missing_source(services: Services) -> None:
    """Store the day as if one source had failed, with only the papers that the others would have brought."""
    day = await services.store.day(EIGHT.date())
    assert day
    reports = tuple(
        report.model_copy(update={"status": Status.FAILED}) if report.source == "huggingface" else report
        for report in day.reports
    )
    few = tuple(paper for paper in day.papers if paper.id != KNOWN)[:8]
    await services.store.save_day(day.model_copy(update={"papers": few, "reports": reports}))


async def test_a_follow_up_tells_once_of_what_a_late_source_changed(fake, services, at_work, clock):
    await _with_missing_source(services)
    clock.now = EIGHT
    await at_work.tick()
    clock.now += 10 * MINUTE
    for _ in range(2):
        await at_work.scheduler.refresh()
        clock.now += 2 * MINUTE
        await at_work.tick()
    [brief, followup] = texts(fake)
    assert brief.startswith("AI papers this morning")
    assert followup.startswith("Since this morning")
    before = (await services.store.day(EIGHT.date())).papers
    assert len(before) > 8
    figures = await at_work.deliveries.figures(EIGHT.date())
    assert (figures.due, figures.sent) == (2, 2)


async def test_a_follow_up_that_fails_is_tried_again_and_one_that_was_sent_is_asked_about_no_more(
    fake, services, at_work, clock
):
    await _with_missing_source(services)
    clock.now = EIGHT
    await at_work.tick()
    clock.now += 10 * MINUTE
    await at_work.scheduler.refresh()
    fake.fail("sendMessage", flood(5), chat_id=READER)
    for _ in range(2):
        clock.now += 2 * MINUTE
        await at_work.tick()
    assert len(texts(fake)) == len(texts(fake, OTHER)) == 2
    clock.now += 10 * MINUTE
    await at_work.scheduler.refresh()
    assert await Followups(services.store.client).all(EIGHT.date()) == {}


async def test_a_follow_up_that_is_refused_for_good_is_asked_about_no_more(fake, services, at_work, clock):
    await _with_missing_source(services)
    clock.now = EIGHT
    await at_work.tick()
    fake.fail("sendMessage", ApiError(400, "Bad Request: message is too long"), chat_id=READER)
    for _ in range(3):
        clock.now += 10 * MINUTE
        await at_work.scheduler.refresh()
        clock.now += 2 * MINUTE
        await at_work.tick()
    assert len(texts(fake)) == 1
    assert len(texts(fake, OTHER)) == 2
    assert await Followups(services.store.client).all(EIGHT.date()) == {}


async def test_no_follow_up_when_the_recommendations_stay(fake, services, at_work, clock):
    clock.now = EIGHT
    await at_work.tick()
    followups = Followups(services.store.client)
    assert set(await followups.all(EIGHT.date())) == {CHAT, f"telegram:{OTHER}"}
    clock.now += 10 * MINUTE
    await at_work.scheduler.refresh()
    clock.now += 2 * MINUTE
    await at_work.tick()
    assert len(texts(fake)) == 1


class Witness(Deliveries):
    """Deliveries that look who is noted for a follow-up whenever something is recorded."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.store.client)
        self._followups = Followups(services.store.client)
        self.unnoted: set[str] = set()

    async def done(self, results: Sequence[Result], now: dt.datetime) -> None:
        noted = await self._followups.all(EIGHT.date())
        self.unnoted |= {result.member for result in results} - set(noted)
        await super().done(results, now)


async def test_who_is_to_hear_more_is_noted_before_the_delivery_is_recorded(services, bot, clock):
    clock.now = EIGHT
    witness = Witness(services)
    members = await witness.take(clock.now, 10)
    assert len(members) == 2
    await Deliverer(services, witness, {"telegram": bot}, Metrics()).batch(members)
    assert (await witness.figures(EIGHT.date())).sent == 2
    assert witness.unnoted == set()


async def test_what_is_complete_is_not_asked_about_again(services, at_work, clock):
    clock.now = EIGHT
    await at_work.tick()
    await _complete(services)
    clock.now += 10 * MINUTE
    await at_work.scheduler.refresh()
    assert await Followups(services.store.client).all(EIGHT.date()) == {}
