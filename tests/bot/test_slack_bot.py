"""Paperboy in a channel with others: what is shared, what takes long, who is not answered, what comes twice."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.services import Services
from bot.slack import SlackBot
from brief.models import Paper
from formatting.press import pack
from sources.sample_site import SAMPLE_DATE
from tests.bot.slack_talking import ADA, CHANNEL, KNOWN, KNOWN_TITLE, configured, offered, serving, settled
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack, Message

SLOW = "2604.00007"  # a paper whose site takes its time
WORKING, INVITE = "Working on it …", "I am not in this channel"


class SlowLibrary:
    """A site that says nothing before it is told to."""

    name = "arxiv"

    def __init__(self, paper: Paper) -> None:
        self._paper, self.free, self.asked = paper, asyncio.Event(), asyncio.Event()

    async def paper(self, _: str) -> Paper:
        self.asked.set()
        await self.free.wait()
        return self._paper


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        settled(server)
        server.channel("C2", name="strangers", members=("U1",), bot=False)
        yield server


@pytest.fixture
async def opened(settings, fake) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake)) as services:
        yield services


@pytest.fixture
async def library(opened) -> SlowLibrary:
    known = await opened.paper(KNOWN)
    assert known
    return SlowLibrary(known.model_copy(update={"id": SLOW}))


@pytest.fixture
async def services(opened, library) -> Services:
    return dataclasses.replace(opened, sources=[library])


@pytest.fixture
async def bot(services, fake) -> AsyncIterator[SlackBot]:
    async with serving(services, fake) as running:
        yield running


# -- for everyone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["share", "分享", "SHARE"])
async def test_the_last_word_shows_the_answer_to_everyone(fake, bot, word):
    await fake.slash("/paper", f"{KNOWN} {word}")
    title = await fake.next_message("C1")
    await fake.idle()
    assert KNOWN_TITLE in title.plain
    thread = fake.messages("C1")[1:]
    assert thread
    assert {message.thread for message in thread} == {title.ts}
    assert len(title.plain) < 400
    assert "Contribution" in "".join(message.plain for message in thread)
    assert fake.whispers("U1") == fake.refusals == []


async def test_the_button_shows_everyone_what_the_person_saw(fake, bot):
    await fake.slash("/paper", KNOWN, user="U2")
    card = await fake.next_whisper("U2")
    assert "贡献" in card.plain
    await fake.press(card, offered(card)["share", f"/paper {KNOWN}"], "U2")
    await fake.idle()
    title, *thread = fake.messages("C1")
    assert KNOWN_TITLE in title.plain
    assert {message.thread for message in thread} == {title.ts}
    assert "贡献" in "".join(message.plain for message in thread)
    assert fake.whispers("U2") == [card]
    assert card.edits == 0


async def test_a_short_answer_that_is_shared_has_no_thread(fake, bot):
    await fake.slash("/paperboy", "search nonexistentword share")
    await fake.idle()
    [answer] = fake.messages("C1")
    assert answer.thread is None


async def test_what_was_typed_wrongly_is_told_to_the_person_only(fake, bot):
    for command, text in (("/paper", "nonsense share"), ("/paperboy", "tpo share"), ("/paperboy", "search share")):
        await fake.slash(command, text)
        await fake.idle()
    assert len(fake.whispers("U1")) == 3
    assert fake.messages("C1") == []


@pytest.mark.parametrize("name", ["later", "save 2604.26904", "like 2604.26904", "settings", "help", "lang en"])
async def test_what_is_ones_own_is_never_shared_by_a_button(fake, bot, name):
    await fake.slash("/paperboy", name)
    await fake.idle()
    assert not [1 for whisper in fake.whispers("U1") for action, _ in offered(whisper) if action == "share"]


async def test_where_the_bot_is_not_it_tells_how_to_invite_it(fake, bot):
    await fake.slash("/paper", f"{KNOWN} share", channel="C2")
    await fake.idle()
    [note] = fake.whispers("U1")
    assert INVITE in note.plain
    await fake.slash("/paper", KNOWN, channel="C2")  # for oneself it needs no invitation
    await fake.idle()
    card = fake.whispers("U1")[-1]
    assert KNOWN_TITLE in card.plain
    await fake.press(card, offered(card)["share", f"/paper {KNOWN}"])
    await fake.idle()
    assert INVITE in fake.whispers("U1")[-1].plain
    await fake.slash("/paperboy", "subscribe", channel="C2")
    await fake.idle()
    assert INVITE in fake.whispers("U1")[-1].plain
    assert fake.messages("C2") == []


async def test_the_full_brief_is_a_file_for_oneself_or_for_the_channel(fake, bot):
    await fake.slash("/brief", channel="C2")
    note = await fake.next_whisper("U1")
    await fake.idle()
    [file] = fake.files
    assert (file.channel, file.thread) == (fake.room("U1").id, None)
    assert file.name in note.plain
    await fake.slash("/brief", "share", channel="C1")
    await fake.idle()
    assert fake.files[1].channel == "C1"
    await fake.mention("brief")
    await fake.idle()
    assert fake.files[2].thread == fake.deliveries.sent[-1].payload["event"]["ts"]
    assert b"ClawGym" in fake.files[2].content


async def test_what_takes_several_messages_is_told_in_full_to_one_person_too(fake, bot):
    await fake.say("U1", "brief text")
    await fake.idle()
    await fake.slash("/brief", "text")
    await fake.idle()
    in_full = [message.plain for message in fake.messages("U1")]
    assert len(in_full) > 1
    assert [whisper.plain for whisper in fake.whispers("U1")] == in_full


# -- what takes long --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hurried")
async def test_slow_work_is_shown_in_the_thread_and_replaced_by_the_answer(fake, bot, library):
    await fake.mention(f"paper {SLOW}")
    note = await fake.next_message("C1")
    assert note.plain == WORKING
    library.free.set()
    await fake.edited(note)
    await fake.idle()
    assert KNOWN_TITLE in note.plain
    assert fake.messages("C1") == [note]


@pytest.mark.usefixtures("hurried")
async def test_slow_work_in_a_direct_message_is_replaced_too(fake, bot, library):
    await fake.say("U1", f"paper {SLOW}")
    note = await fake.next_message("U1")
    assert note.plain == WORKING
    library.free.set()
    await fake.edited(note)
    assert KNOWN_TITLE in note.plain
    await fake.idle()
    assert fake.messages("U1") == [note]


@pytest.mark.usefixtures("hurried")
async def test_slow_work_that_is_shared_becomes_the_title_of_its_thread(fake, bot, library):
    await fake.slash("/paper", f"{SLOW} share")
    note = await fake.next_message("C1")
    assert note.plain == WORKING
    library.free.set()
    await fake.edited(note)
    await fake.idle()
    assert KNOWN_TITLE in note.plain
    assert len(note.plain) < 400
    assert {message.thread for message in fake.messages("C1")[1:]} == {note.ts}
    assert "Contribution" in "".join(message.plain for message in fake.messages("C1")[1:])


@pytest.mark.usefixtures("hurried")
async def test_slow_work_that_cannot_be_shared_is_told_once(fake, bot, library):
    await fake.slash("/paper", f"{SLOW} share", channel="C2")
    await fake.until(lambda: fake.sent("chat.postMessage"))
    library.free.set()
    await fake.idle()
    [note] = fake.whispers("U1")
    assert INVITE in note.plain


@pytest.mark.usefixtures("hurried")
async def test_a_slow_command_shows_work_to_who_typed_it(fake, bot, library):
    await fake.slash("/paper", SLOW)
    assert (await fake.next_whisper("U1")).plain == WORKING
    library.free.set()
    assert KNOWN_TITLE in (await fake.next_whisper("U1")).plain  # Slack replaces nothing here
    assert fake.messages("C1") == []


def screen(fake: FakeSlack, seen_by: str = "") -> Message:
    """Return a message of the bot's with a button for the slow paper, in C1 for one person or in Ada's messages."""
    data = pack("card", SLOW, SAMPLE_DATE)
    button = {
        "type": "button",
        "action_id": "paperboy.1",
        "text": {"type": "plain_text", "text": "Card"},
        "value": data,
    }
    blocks = [{"type": "actions", "elements": [button]}]
    if seen_by:
        return fake.world.whisper(fake.room("C1"), seen_by, "A page", blocks)
    return fake.world.post(fake.room("U1"), fake.team("T1").bot_user, "A page", blocks)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seen_by", ["", "U1"])
async def test_a_slow_press_shows_work_in_place_and_then_the_answer(fake, bot, library, seen_by):
    page = screen(fake, seen_by)
    await fake.press(page, "Card")
    await fake.edited(page)
    assert page.plain == WORKING
    library.free.set()
    await fake.edited(page, 2)
    assert KNOWN_TITLE in page.plain
    await fake.idle()
    assert fake.whispers("U1") == [page][: bool(seen_by)]


@pytest.mark.usefixtures("hurried")
async def test_what_fails_in_the_end_leads_back_from_the_page_it_covered(fake, bot, library):
    page = screen(fake)
    library._paper = None
    await fake.press(page, "Card")
    await fake.edited(page)
    library.free.set()
    await fake.edited(page, 2)
    assert ("top", "") in offered(page)
    assert SLOW in page.plain


@pytest.mark.usefixtures("hurried")
async def test_the_answer_comes_even_when_the_work_could_not_be_shown(fake, bot, library, caplog):
    fake.fail("chat.postMessage", "internal_thing")
    await fake.say("U1", f"paper {SLOW}")
    await fake.until(lambda: fake.sent("chat.postMessage"))
    library.free.set()
    assert KNOWN_TITLE in (await fake.next_message("U1")).plain


# -- twice, out of order, by somebody else ----------------------------------------------------------------------------


async def test_what_slack_delivers_twice_is_answered_once(fake, bot):
    for delivery in (await fake.mention("must"), await fake.say("U1", "must")):
        await fake.idle()
        await fake.redeliver(delivery)
        await fake.idle()
    assert len(fake.messages("C1")) == len(fake.messages("U1")) == 1


async def test_what_is_asked_first_is_answered_first_however_long_redis_thinks(fake, bot, services, monkeypatch):
    heard, gate = services.people.heard, asyncio.Event()

    async def slow_at_first(event: str) -> bool:
        monkeypatch.setattr(services.people, "heard", heard)
        await gate.wait()
        return await heard(event)

    monkeypatch.setattr(services.people, "heard", slow_at_first)
    await fake.say("U1", "must")
    await fake.say("U1", "ideas")
    await fake.say("U2", "repos")
    await fake.next_message("U2")
    gate.set()
    await fake.idle()
    assert [message.plain.split(" · ")[0].split("\n")[0] for message in fake.messages("U1")] == [
        "Must-reads",
        "Research ideas",
    ]


async def test_what_one_person_asks_is_answered_in_order_and_holds_nobody_else_up(fake, bot, library):
    await fake.say("U1", f"paper {SLOW}")
    await library.asked.wait()
    for line in ("must", "ideas", "repos"):
        await fake.say("U1", line)
    await fake.say("U2", "ideas")
    assert "研究机会" in (await fake.next_message("U2")).plain
    library.free.set()
    await fake.idle()
    titles = [KNOWN_TITLE, "Must-reads", "Research ideas", "Repositories"]
    assert [title in message.plain for title, message in zip(titles, fake.messages("U1"), strict=True)] == [True] * 4


async def test_what_fails_for_one_question_is_told_and_the_next_is_answered(fake, bot, library, caplog):
    library.paper = None  # not callable: a mistake in the program
    await fake.say("U1", f"paper {SLOW}")
    note = await fake.next_message("U1")
    [reference] = [record.args[0] for record in caplog.records if record.levelname == "ERROR"]
    assert reference in note.plain
    await fake.say("U1", "must")
    assert "Must-reads" in (await fake.next_message("U1")).plain


async def altered(fake: FakeSlack, payload: dict[str, Any], **event: Any) -> None:
    """Deliver an event again as another one, with some things different."""
    changed = copy.deepcopy(payload)
    changed["event"] |= event
    changed["event_id"] = fake.world.next_id("Ev")
    await fake.deliver(changed)


async def test_bots_edits_and_what_is_said_to_others_are_no_questions(fake, bot):
    said = (await fake.say("U1", "must")).payload
    mentioned = (await fake.mention("must")).payload
    await fake.idle()
    before = len(fake.messages("U1")), len(fake.messages("C1"))
    await altered(fake, said, bot_id="B7")
    await altered(fake, said, subtype="message_changed", message={"text": "top"}, previous_message={})
    await altered(fake, said, subtype="message_deleted")
    await altered(fake, said, channel="C1", channel_type="channel")
    await altered(fake, said, user=fake.team("T1").bot_user, bot_id=fake.team("T1").bot_id)
    await altered(fake, mentioned, bot_id="B7", subtype="bot_message")
    await fake.idle()
    assert (len(fake.messages("U1")), len(fake.messages("C1"))) == before == (1, 1)


async def test_people_of_another_workspace_get_nothing(fake, services, bot):
    """https://docs.slack.dev/apis/slack-connect: they are in the channel, and what they write is delivered."""
    mentioned = (await fake.mention("must")).payload
    await fake.slash("/paper", KNOWN)
    await fake.idle()
    answers = len(fake.messages("C1"))
    await altered(fake, mentioned, user="U9", user_team="T9", team="T9")
    card = fake.whispers("U1")[-1]
    pressed = (await fake.press(card, offered(card)["save", KNOWN])).payload
    await fake.idle()
    calls = len(fake.calls)
    await fake.deliver(copy.deepcopy(pressed) | {"user": {"id": "U9", "team_id": "T9"}})
    await fake.idle()
    assert len(fake.messages("C1")) == answers
    assert await services.people.chat("slack:T1:U9") is None
    assert await services.people.kept("slack:T1:U9") == []
    assert len(fake.calls) == calls


@pytest.mark.parametrize("kind", ["is_restricted", "is_ultra_restricted", "is_stranger"])
async def test_guests_change_no_channel_but_their_own_messages(fake, services, bot, kind):
    fake.user("U3", locale="en-US", **{kind: True})
    fake.channel("C1").members.add("U3")
    for line in ("lang zh", "subscribe", "time 6:00"):
        await fake.slash("/paperboy", line, user="U3")
        await fake.idle()
        assert "Guests cannot change" in fake.whispers("U3")[-1].plain
    await fake.slash("/paperboy", "settings", user="U3")
    await fake.idle()
    chat = await services.people.chat(CHANNEL)
    assert (chat.language, chat.subscribed) == ("en", False)
    await fake.say("U3", "lang zh")
    await fake.idle()
    assert (await services.people.chat("slack:T1:U3")).language == "zh"
    await fake.slash("/paperboy", "lang zh", user="U1")
    await fake.idle()
    assert (await services.people.chat(CHANNEL)).language == "zh"
    assert (await services.people.chat(ADA)).language == "en"


def labels(message: Message) -> str:
    return " ".join(message.buttons)


async def test_what_a_channel_is_shown_bears_nobodys_marks(fake, bot):
    await fake.slash("/paperboy", "save 2604.26904", user="U2")
    await fake.slash("/paper", "2604.26904", user="U2")
    await fake.idle()
    assert "★" in labels(fake.whispers("U2")[-1])
    await fake.slash("/paper", "2604.26904 share", user="U2")
    await fake.idle()
    shown = [labels(message) for message in fake.messages("C1")]
    assert any("☆" in text for text in shown)
    assert not any("★" in text for text in shown)
