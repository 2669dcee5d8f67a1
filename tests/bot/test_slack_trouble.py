"""Paperboy in Slack when something is amiss: work without end, people Slack is silent about, files for nobody."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
from collections.abc import AsyncIterator

import pytest

from bot import slack_attempt
from bot.services import Services
from bot.slack import SlackBot
from bot.slack_answers import while_slow
from formatting.locales import load
from tests.bot.slack_talking import ADA, CHANNEL, KNOWN, KNOWN_TITLE, configured, serving, settled
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack
from tests.patience import PATIENCE

WRONG, WORKING = "went wrong", "Working on it …"
ENDLESS = "2604.00007"


class Endless:
    """A site that never answers."""

    name = "arxiv"

    async def paper(self, _: str) -> None:
        await asyncio.Event().wait()


class Broken:
    """A site whose reader has a mistake."""

    name = "arxiv"

    async def paper(self, _: str) -> None:
        raise ZeroDivisionError


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        settled(server)
        yield server


@pytest.fixture
async def services(settings, fake) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake)) as opened:
        yield dataclasses.replace(opened, sources=[Endless()])


@pytest.fixture
async def bot(services, fake) -> AsyncIterator[SlackBot]:
    async with serving(services, fake) as running:
        yield running


# -- work without end -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hurried")
async def test_work_without_end_is_given_up_and_told(fake, bot, monkeypatch, caplog):
    monkeypatch.setattr(slack_attempt, "ANSWER_LIMIT", 0.5)
    await fake.mention(f"paper {ENDLESS}")
    note = await fake.next_message("C1")
    assert note.plain == WORKING
    monkeypatch.setattr(slack_attempt, "ANSWER_LIMIT", PATIENCE)
    await fake.say("U1", "must")  # in turn: its time begins when the other's is over
    await fake.edited(note)
    assert WRONG in note.plain
    assert "Must-reads" in (await fake.next_message("U1")).plain
    [reference] = [record.args[0] for record in caplog.records if record.levelname == "ERROR"]
    assert reference in note.plain


async def test_a_modal_does_not_wait_for_ever(fake, bot, monkeypatch, caplog):
    monkeypatch.setattr(slack_attempt, "ANSWER_LIMIT", 0.5)
    await fake.global_shortcut("find", "U1")
    form = await fake.next_view("U1")
    await fake.submit(form, {"find": {"find": ENDLESS}})
    await fake.idle()
    assert WRONG in fake.modals("U1")[0].plain
    assert caplog.records


async def test_a_shortcut_that_fails_is_answered(settings, fake, caplog):
    async with open_services(configured(settings, fake)) as opened:
        broken = dataclasses.replace(opened, sources=[Broken()])
        async with serving(broken, fake):
            await fake.shortcut("save_paper", fake.write("U2", f"arXiv:{ENDLESS}"), "U1")
            note = await fake.next_whisper("U1")
    [reference] = [record.args[0] for record in caplog.records if record.levelname == "ERROR"]
    assert WRONG in note.plain
    assert reference in note.plain


async def test_what_fails_while_work_is_shown_fails_as_itself():
    async def show() -> None: ...

    with pytest.raises(ZeroDivisionError):
        async with while_slow(show):
            raise ZeroDivisionError


# -- people Slack tells nothing of ------------------------------------------------------------------------------------


async def test_whoever_may_be_a_guest_changes_no_channel(fake, services, bot):
    fake.user("U3", locale="en-US", is_restricted=True)
    fake.channel("C1").members.add("U3")
    fake.fail("users.info", "internal_thing", times=2)
    await fake.slash("/paperboy", "lang zh", user="U3")
    await fake.idle()
    assert load("en").text("channel.member_unknown") in fake.whispers("U3")[-1].plain
    await fake.slash("/paperboy", "lang zh", user="U3")  # asked anew
    await fake.idle()
    assert "Guests cannot change" in fake.whispers("U3")[-1].plain
    assert (await services.people.chat(CHANNEL)).language == "en"


async def test_a_new_person_gets_their_own_language_and_zone_when_slack_tells_them(fake, services, bot):
    fake.fail("users.info", "internal_thing", times=2)
    await fake.say("U2", "must")
    await fake.idle()
    assert len(fake.messages("U2")) == 1
    assert await services.people.chat("slack:T1:U2") is None
    await fake.say("U2", "must")
    await fake.idle()
    chat = await services.people.chat("slack:T1:U2")
    assert (chat.language, chat.zone) == ("zh", "Europe/Berlin")


@pytest.mark.parametrize("how", ["slash", "mention"])
async def test_a_guest_changes_no_channel_by_a_line_break_either(fake, services, bot, how):
    fake.user("U1", locale="en-US", is_restricted=True)
    for line in ("time 7:30", "time\n7:30", "profile\nLLM agents", "lang\tzh", "subscribe"):
        await (fake.slash("/paperboy", line) if how == "slash" else fake.mention(f"/{line}"))
        await fake.idle()
    chat = await services.people.chat(CHANNEL)
    assert f"{chat.time:%H:%M}" == "08:00"
    assert (chat.profile, chat.language, chat.subscribed) == ("", "en", False)


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_workspace_left_out_is_no_other_workspace(fake, services, bot, foreign):
    mentioned = copy.deepcopy((await fake.mention("must")).payload)
    await fake.idle()
    mentioned["event"] |= {"team": None, "user_team": "T9" if foreign else None}
    mentioned["event_id"] = fake.world.next_id("Ev")
    await fake.deliver(mentioned)
    await fake.idle()
    shortcut = copy.deepcopy((await fake.global_shortcut("find", "U2")).payload)
    await fake.idle()
    shortcut["user"]["team_id"] = "T9" if foreign else None
    before = len(fake.sent("views.open"))
    await fake.deliver(shortcut)
    await fake.idle()
    assert len(fake.messages("C1")) == (1 if foreign else 2)
    assert len(fake.sent("views.open")) - before == (0 if foreign else 1)


# -- files, events, invitations ---------------------------------------------------------------------------------------


async def test_a_file_that_cannot_be_handed_over_is_told(fake, bot):
    fake.fail("conversations.open", "user_disabled")
    await fake.slash("/brief")
    assert "so paperboy-" in (await fake.next_whisper("U1")).plain
    await fake.idle()
    assert fake.files == []


async def test_events_without_an_id_are_each_new(fake, bot):
    said = (await fake.say("U1", "must")).payload
    await fake.idle()
    for _ in range(2):
        await fake.deliver({name: value for name, value in said.items() if name != "event_id"})
        await fake.idle()
    assert len(fake.messages("U1")) == 3


async def test_who_invites_the_bot_is_greeted_alone(fake, bot):
    fake.channel("C2", name="new", members=("U1", "U2"), bot=False)
    await fake.invite("C2", by="U1")
    greeting = await fake.next_whisper("U1")
    await fake.idle()
    assert "Hello, Ada!" in greeting.plain
    assert greeting.channel == "C2"
    assert fake.messages("C2") == []
    assert fake.whispers("U2") == []


async def test_whoever_else_joins_or_invites_without_a_name_is_not_greeted(fake, bot):
    payload = {"type": "member_joined_channel", "channel": "C1", "channel_type": "C", "team": "T1"}
    await fake.event({**payload, "user": "U2", "inviter": "U1"})
    await fake.event({**payload, "user": fake.team("T1").bot_user})
    await fake.idle()
    assert fake.whispers("U1") == fake.whispers("U2") == fake.messages("C1") == []


# -- screens ----------------------------------------------------------------------------------------------------------


async def test_the_command_alone_greets_and_help_lists(fake, bot):
    threads = load("en").text("channel.in_threads")
    await fake.slash("/paperboy")
    greeted = await fake.next_whisper("U1")
    await fake.mention("")
    asked_for = await fake.next_whisper("U1")
    await fake.slash("/paperboy", "help")
    helped = await fake.next_whisper("U1")
    assert "Hello, Ada!" in greeted.plain
    assert greeted.plain == asked_for.plain
    assert greeted.buttons
    assert "What you can ask" in helped.plain
    assert greeted.plain.count(threads) == helped.plain.count(threads) == 1


async def test_a_card_announces_itself_by_its_title(fake, bot):
    await fake.say("U1", KNOWN)
    first = (await fake.next_message("U1")).text.splitlines()[0]
    assert KNOWN_TITLE in first.partition(" — ")[0]
    assert first.partition(" — ")[2]


async def test_what_was_pressed_by_mistake_is_taken_back(fake, services, bot):
    for line in (f"save {KNOWN}", f"like {KNOWN}"):
        await fake.say("U1", line)
        note = await fake.next_message("U1")
        await fake.press(note, load("en").text("button.undo"))
        await fake.idle()
    assert await services.people.kept(ADA) == []
    assert not (await services.people.marks(ADA, KNOWN)).vote
