"""The push in Slack: once a day at its time, for as long as the channel takes it, and again when it is back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from bot.services import Services
from bot.slack import SlackBot
from bot.slack_chats import UNINSTALLED
from formatting.press import unpack
from tests.bot.delivery_setting import Pushing
from tests.bot.slack_talking import ADA, BO, CHANNEL, KNOWN, KNOWN_TITLE, configured, data_of, serving, settled
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack

PUBLIC, PERSON = "C0123456789", "U0123456789"
SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
ENGLISH, CHINESE = "AI papers this morning", "AI 论文早报"


class Clock:
    """A clock that tests set; it begins a minute before eight in London, when a push is due in C1."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 5, 1, 7, 59, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        settled(server)
        server.channel("C2", name="other", members=("U1",))
        yield server


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def services(settings, fake, clock) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake), clock=clock) as opened:
        yield opened


@pytest.fixture
async def pushes(services) -> Pushing:
    return Pushing(services)


@pytest.fixture
async def bot(services, fake, pushes) -> AsyncIterator[SlackBot]:
    async with serving(services, fake, pushes) as running:
        yield running


@pytest.fixture
async def pushed(bot, pushes, clock) -> tuple[Pushing, Clock]:
    """What sends, while the bot runs, and the clock it goes by."""
    return pushes, clock


async def subscribed(fake: FakeSlack, *channels: str) -> None:
    for channel in channels:
        await fake.slash("/paperboy", "subscribe", channel=channel)
        await fake.idle()
    fake.calls.clear()


async def stopped(services: Services, chat_id: str = CHANNEL) -> str | None:
    chat = await services.people.chat(chat_id)
    assert chat
    return chat.stopped


def morning(fake: FakeSlack, channel: str) -> list[str]:
    """Return the pushes in a conversation."""
    return [m.plain for m in fake.messages(channel) if m.plain.startswith((ENGLISH, CHINESE))]


# -- when -------------------------------------------------------------------------------------------------------------


async def test_the_push_comes_to_a_channel_at_its_time_once(fake, bot, pushes, clock):
    await subscribed(fake, "C1")
    await pushes.tick()
    assert fake.calls == []
    clock.now += MINUTE
    await asyncio.gather(pushes.tick(), pushes.tick())
    await pushes.tick()
    [message] = fake.messages("C1")
    assert message.plain.startswith(ENGLISH)
    assert {press.action for data in data_of(message.blocks) if (press := unpack(data))} >= {"card", "save", "ideas"}
    assert (message.sent["unfurl_links"], message.sent["unfurl_media"]) == (False, False)
    clock.now += 8 * 60 * MINUTE
    await pushes.tick()
    assert len(fake.sent("chat.postMessage")) == 1
    clock.now += DAY
    await pushes.tick()
    assert len(morning(fake, "C1")) == 2


async def test_people_get_it_at_their_eight_oclock_in_their_language(fake, services, bot, pushes, clock):
    """Zone and language are those of the Slack profile."""
    for person in ("U1", "U2"):
        await fake.say(person, "/paperboy subscribe")
        await fake.idle()
    ada, bo = [await services.people.chat(chat_id) for chat_id in (ADA, BO)]
    assert (ada.zone, ada.language, bo.zone, bo.language) == ("Asia/Shanghai", "en", "Europe/Berlin", "zh")
    clock.now = dt.datetime(2026, 5, 2, 0, 0, tzinfo=dt.UTC)
    await pushes.tick()
    assert [len(morning(fake, person)) for person in ("U1", "U2")] == [1, 0]
    clock.now = dt.datetime(2026, 5, 2, 6, 0, tzinfo=dt.UTC)
    await pushes.tick()
    assert [len(morning(fake, person)) for person in ("U1", "U2")] == [1, 1]
    assert "论文" in morning(fake, "U2")[0]


async def test_what_the_operator_names_is_subscribed_until_it_says_otherwise(fake, settings, clock):
    fake.channel(PUBLIC)
    fake.user(PERSON, tz="Asia/Tokyo")
    configuration = configured(settings, fake, SLACK_CHANNELS=f"{PUBLIC} {PERSON}")
    async with open_services(configuration, clock=clock) as services:
        pushes = Pushing(services)
        async with serving(services, fake, pushes):
            clock.now += MINUTE
            await pushes.tick()
            assert len(morning(fake, PUBLIC)) == len(morning(fake, PERSON)) == 1
            await fake.say(PERSON, "unsubscribe")
            await fake.idle()
        async with serving(services, fake, pushes):
            assert [chat.id for chat in await services.people.subscribed()] == [f"slack:T1:{PUBLIC}"]
            clock.now += DAY
            await pushes.tick()
    assert [len(morning(fake, chat)) for chat in (PUBLIC, PERSON)] == [2, 1]


async def test_saturday_reminds_a_person_of_the_later_list(fake, bot, pushes, clock):
    await fake.say("U1", "subscribe")
    await fake.say("U1", f"save {KNOWN}")
    await fake.idle()
    clock.now = dt.datetime(2026, 5, 2, 3, 0, tzinfo=dt.UTC)
    await pushes.tick()
    await pushes.tick()
    assert len([m for m in fake.messages("U1")[2:] if KNOWN_TITLE in m.plain and not m.plain.startswith(ENGLISH)]) == 1


# -- what Slack answers -----------------------------------------------------------------------------------------------


async def test_a_channel_that_must_wait_delays_no_other(fake, bot, pushes, clock):
    await subscribed(fake, "C1", "C2")
    clock.now += MINUTE
    fake.fail("chat.postMessage", "ratelimited", retry_after=1)
    for _ in range(2):  # the second is not over
        await pushes.tick()
    first, second = [call.arguments["channel"] for call in fake.sent("chat.postMessage")]
    assert (len(fake.messages(first)), len(fake.messages(second))) == (0, 1)
    clock.now += SECOND
    await pushes.tick()
    assert [call.arguments["channel"] for call in fake.sent("chat.postMessage")] == [first, second, first]
    assert len(fake.messages("C1")) == len(fake.messages("C2")) == 1


async def test_a_push_that_fails_is_tried_again_and_costs_the_others_nothing(fake, bot, pushes, clock, caplog):
    await subscribed(fake, "C1", "C2")
    clock.now += MINUTE
    fake.fail("chat.postMessage", "something_new")
    for _ in range(2):  # the minute is not over
        await pushes.tick()
    assert len(fake.messages("C1")) + len(fake.messages("C2")) == 1
    for _ in range(2):
        clock.now += MINUTE
        await pushes.tick()
    assert len(fake.messages("C1")) == len(fake.messages("C2")) == 1


def archived(fake: FakeSlack) -> None:
    fake.room("C1").is_archived = True


def removed(fake: FakeSlack) -> None:
    fake.room("C1").members.discard(fake.team("T1").bot_user)


def hidden(fake: FakeSlack) -> None:
    removed(fake)
    fake.room("C1").is_private = True


@pytest.mark.parametrize(
    ("happens", "error", "reason", "back"),
    [
        (archived, "is_archived", "archived", "unarchive"),
        (removed, "not_in_channel", "removed", "invite"),
        (hidden, "channel_not_found", "unknown", "invite"),
    ],
)
async def test_a_channel_that_takes_nothing_is_silent_until_it_is_back(
    fake, services, pushed, happens, error, reason, back
):
    """Slack told nobody: the push finds out."""
    pushes, clock = pushed
    await subscribed(fake, "C1")
    happens(fake)
    for _ in range(3):
        clock.now += MINUTE
        await pushes.tick()
    assert fake.refusals == [("chat.postMessage", error)]
    assert await stopped(services) == reason
    await getattr(fake, back)("C1")
    await fake.idle()
    assert await stopped(services) is None
    clock.now += 5 * MINUTE
    await pushes.tick()
    assert morning(fake, "C1") == []  # that of today was refused
    clock.now += DAY
    await pushes.tick()
    assert len(morning(fake, "C1")) == 1


async def test_a_person_whom_slack_no_longer_knows_is_silent_until_they_write(fake, services, bot, pushes, clock):
    await fake.say("U1", "subscribe")
    await fake.idle()
    clock.now += DAY
    fake.fail("chat.postMessage", "user_not_found")
    await pushes.tick()
    await pushes.tick()
    assert await stopped(services, ADA) == "deactivated"
    assert len(fake.messages("U1")) == 1
    await fake.say("U1", "must")
    await fake.idle()
    assert await stopped(services, ADA) is None


async def test_an_uninstalled_app_is_silent_until_it_is_installed_and_started_again(
    fake, services, pushes, clock, settings, caplog
):
    async with serving(services, fake, pushes):
        await subscribed(fake, "C1")
        await fake.uninstall("T1")
        await fake.idle()
        fake.calls.clear()
        for _ in range(3):
            clock.now += MINUTE
            await pushes.tick()
        assert await stopped(services) == UNINSTALLED
        assert len(fake.sent("chat.postMessage")) <= 1
    fake.team("T1", "xoxb-anew")
    again = configured(settings, fake, SLACK_BOT_TOKEN="xoxb-anew")
    async with open_services(again, clock=clock) as anew:
        pushes = Pushing(anew)
        async with serving(anew, fake, pushes):
            await pushes.tick()
            assert morning(fake, "C1") == []  # its time had passed
            clock.now += DAY
            await pushes.tick()
            assert len(morning(fake, "C1")) == 1
    assert "xoxb-" not in caplog.text


# -- what happens to channels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaves", "comes", "reason"),
    [("archive", "unarchive", "archived"), ("kick", "invite", "removed")],
)
@pytest.mark.parametrize("private", [False, True])
async def test_a_channel_that_goes_gets_no_push_and_one_that_comes_back_does(
    fake, services, pushed, leaves, comes, reason, private
):
    pushes, clock = pushed
    fake.room("C1").is_private = private
    await subscribed(fake, "C1")
    await getattr(fake, leaves)("C1")
    await fake.idle()
    assert await stopped(services) == reason
    clock.now += MINUTE
    await pushes.tick()
    assert fake.sent("chat.postMessage") == []
    await getattr(fake, comes)("C1")
    await fake.idle()
    await pushes.tick()
    assert morning(fake, "C1") == []  # its time had passed
    clock.now += DAY
    await pushes.tick()
    assert len(morning(fake, "C1")) == 1


async def test_a_channel_that_is_back_in_time_misses_nothing(fake, bot, pushes, clock):
    await subscribed(fake, "C1")
    for happens in (fake.kick, fake.invite):
        await happens("C1")
        await fake.idle()
    clock.now += MINUTE
    await pushes.tick()
    assert len(morning(fake, "C1")) == 1


async def test_a_deleted_channel_is_silent_and_others_who_join_bring_nothing_back(fake, services, bot):
    await subscribed(fake, "C1")
    await fake.delete_channel("C1")
    await fake.event({"type": "member_joined_channel", "user": "U2", "channel": "C1", "channel_type": "C"})
    await fake.idle()
    assert await stopped(services) == "unknown"


async def test_a_channel_that_speaks_again_is_back(fake, services, bot):
    await subscribed(fake, "C1")
    await fake.kick("C1")
    await fake.idle()
    fake.room("C1").members.add(fake.team("T1").bot_user)  # and the event was lost
    await fake.mention("must")
    await fake.idle()
    assert await stopped(services) is None


async def test_a_channels_new_name_and_id_keep_what_it_has(fake, services, bot, pushes, clock):
    await subscribed(fake, "C1")
    await fake.rename("C1", "reading")
    await fake.idle()
    assert (await services.people.chat(CHANNEL)).title == "reading"
    fake.channel("C7", name="reading", members=("U1",))
    await fake.event({"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C7"})
    await fake.idle()
    clock.now += MINUTE
    await pushes.tick()
    assert (morning(fake, "C1"), len(morning(fake, "C7"))) == ([], 1)


# -- the connection ---------------------------------------------------------------------------------------------------


async def test_a_connection_that_slack_replaces_loses_nothing(fake, bot):
    for number in range(3):
        asked = asyncio.create_task(fake.say("U1", f"search agent {number}"))
        await fake.refresh_connection()
        await asked
    await fake.idle()
    assert len(fake.messages("U1")) == 3


async def test_a_connection_that_tears_is_made_anew_and_what_waited_is_answered(fake, bot):
    await fake.deliveries.socket.drop()
    await fake.say("U1", "must")
    await fake.idle()
    assert len(fake.messages("U1")) == 1
