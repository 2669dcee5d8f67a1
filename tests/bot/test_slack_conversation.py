"""Every command, and every button that can be reached from the push: in a channel, a thread, in private, in views."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.commands import COMMANDS
from brief.settings import load_settings
from formatting.press import pack, unpack
from sources.sample_site import SAMPLE_DATE
from tests.bot.slack_talking import ADA, BO, CHANNEL, KNOWN, KNOWN_TITLE, configured, data_of, offered, serving, settled
from tests.bot.slack_talking import tokens as slack_tokens
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack, Message, View

BOUND = 500  # presses of a walk; a day has fewer buttons
TURNING = {"top", "more", "must", "repos", "ideas", "sources", "card"}
TITLES = {"more": "Also worth scanning", "must": "Must-reads", "repos": "Repositories", "ideas": "Research ideas"}
OWN_COMMANDS = {"paper", "ideas", "repos", "later", "brief"}  # with a slash command of their own


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        settled(server)
        yield server
    assert server.refusals == []


@pytest.fixture
async def services(settings, fake):
    async with open_services(configured(settings, fake)) as opened:
        yield opened


@pytest.fixture
async def bot(services, fake):
    async with serving(services, fake) as opened:
        yield opened


@dataclass
class Outcome:
    """What one press led to: the pressed screen before and after, what came for everyone, and for one's own eyes."""

    data: str
    before: str
    after: Message
    public: list[Message]
    whispers: list[Message]

    @property
    def action(self) -> str:
        press = unpack(self.data)
        return press.action if press else ""


class Seen:
    """What there is in the rooms of T1 and before the eyes of two people; `new()` is what came since."""

    def __init__(self, fake: FakeSlack, user: str) -> None:
        self._fake, self._user = fake, user
        self._known = {message.ts for message in self._all()}

    def new(self) -> tuple[list[Message], list[Message]]:
        """Return public messages and messages to the one person, both new."""
        came = [message for message in self._all() if message.ts not in self._known]
        private = [m for m in came if m.seen_by or self._fake.room(m.channel).person]
        return [message for message in came if message not in private], private

    def _all(self) -> list[Message]:
        other = "U2" if self._user == "U1" else "U1"
        assert self._fake.whispers(other) == []
        rooms = ("C1", self._user)
        return [m for room in rooms for m in self._fake.messages(room)] + self._fake.whispers(self._user)


async def press(fake: FakeSlack, shown: Message, data: str, user: str) -> Outcome:
    """Press a button on a copy of a screen (many people have one), and wait for all consequences."""
    copy, seen = replace(shown, edits=0), Seen(fake, user)
    await fake.press(copy, data, user)
    await fake.idle()
    public, private = seen.new()
    return Outcome(data, shown.plain, copy, public, private)


async def walk(fake: FakeSlack, first: Message, user: str) -> list[Outcome]:
    """Press everything that can be reached, each once."""
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    open_ = deque((first, data) for data in data_of(first.blocks))
    while open_ and len(outcomes) < BOUND:
        shown, data = open_.popleft()
        key = "page" if not unpack(data) else data
        if key in seen:
            continue
        seen.add(key)
        outcome = await press(fake, shown, data, user)
        outcomes.append(outcome)
        for screen in (outcome.after, *outcome.whispers):
            open_ += [(screen, more) for more in data_of(screen.blocks)]
    assert len(outcomes) < BOUND
    return outcomes


async def pushed(bot, services, fake: FakeSlack, channel: str = "C1") -> Message:
    """Return the push in a conversation that asked for it."""
    if channel == "C1":
        await fake.slash("/paperboy", "subscribe", user="U1")
    else:
        await fake.say(channel, "subscribe")
    await fake.idle()
    fake.world.whispers.clear()
    chat = await services.people.chat(f"slack:T1:{channel}")
    assert chat
    assert await bot.push(chat, SAMPLE_DATE)
    return fake.messages(channel)[-1]


# -- the buttons ------------------------------------------------------------------------------------------------------


async def test_every_button_in_a_direct_message_shows_what_it_says_in_its_place(fake, services, bot):
    outcomes = await walk(fake, await pushed(bot, services, fake, "U1"), "U1")
    assert {outcome.action for outcome in outcomes} >= TURNING | {"save", "like", "dislike", "similar", ""}
    assert len([outcome for outcome in outcomes if outcome.action == "card"]) >= 5
    for outcome in outcomes:
        if outcome.action in TURNING:
            assert outcome.whispers == [], outcome.data
            assert outcome.after.edits == 1, outcome.data
        elif outcome.action:
            assert outcome.whispers or outcome.after.edits, outcome.data
        else:  # a page was opened
            assert (outcome.whispers, outcome.after.edits) == ([], 0)
        assert outcome.public == []
        assert "went wrong" not in "".join(message.text for message in outcome.whispers)


async def test_every_button_in_a_channel_is_answered_to_the_person_alone(fake, services, bot):
    push = await pushed(bot, services, fake)
    shown = push.plain
    outcomes = await walk(fake, push, "U2")
    for outcome in outcomes:
        assert bool(outcome.public) == (outcome.action == "share"), outcome.data
        if outcome.before == shown:  # others read it
            assert outcome.after.edits == 0
        if outcome.action in TURNING:
            assert [m.seen_by for m in outcome.whispers] == ["U2"] * (outcome.before == shown), outcome.data
    assert "share" in {outcome.action for outcome in outcomes}
    assert (push.plain, push.edits) == (shown, 0)
    assert {"save", "remove"} <= {outcome.action for outcome in outcomes}  # kept, and taken back
    assert await services.people.chat(BO)
    assert await services.people.kept(ADA) == []
    assert await services.people.kept(CHANNEL) == []


async def test_buttons_in_a_thread_are_answered_in_the_thread_to_the_person_alone(fake, services, bot):
    await fake.mention(f"paper {KNOWN}", user="U1")
    card = await fake.next_message("C1")
    assert card.thread
    for data in {*data_of(card.blocks)} - {card.ts}:
        outcome = await press(fake, card, data, "U1")
        assert outcome.public == []
        assert outcome.after.edits == 0
        assert {whisper.thread for whisper in outcome.whispers} <= {card.thread}
        assert bool(outcome.whispers) == bool(unpack(data))


async def test_the_rooms_have_the_names_their_buttons_say(fake, services, bot):
    push = await pushed(bot, services, fake, "U1")
    for name, title in TITLES.items():
        await fake.press(push, offered(push)[name, ""])
        await fake.idle()
        assert push.plain.startswith(title)
        await fake.press(push, offered(push)["top", ""])
        await fake.idle()
    assert push.plain.startswith("AI papers this morning")


async def test_pages_turn_in_an_answer_that_only_one_person_sees(fake, services, bot):
    push = await pushed(bot, services, fake)
    first, second = [value for action, value in offered(push) if action == "card"][:2]
    await fake.press(push, offered(push)["card", first], "U2")
    card = await fake.next_whisper("U2")
    assert "贡献" in card.plain  # in the reader's language, not the channel's
    await fake.press(card, offered(card)["card", second], "U2")
    await fake.idle()
    assert fake.whispers("U2") == [card]
    assert ("card", first) in offered(card)
    assert ("top", "") in offered(card)


async def test_a_second_press_shows_the_same(fake, services, bot):
    push = await pushed(bot, services, fake)
    data = next(iter(data_of(push.blocks)))
    first, second = [await press(fake, push, data, "U1") for _ in range(2)]
    assert first.whispers[0].plain == second.whispers[0].plain


async def test_buttons_of_another_time_are_told_apart(fake, services, bot):
    push = await pushed(bot, services, fake, "U1")
    for data in ("2", "0|card|260501|2604.26904", "1|launch|260501|", "1|card|991399|x", "x" * 150):
        outcome = await press(fake, with_button(push, data), data, "U1")
        [note] = outcome.whispers
        assert "older version" in note.text
        assert outcome.after.edits == 0
    gone = pack("more", "", dt.date(2024, 1, 2))
    outcome = await press(fake, with_button(push, gone), gone, "U1")
    assert outcome.after.edits == 0  # what was pressed stays, the answer comes beside it
    [note] = outcome.whispers
    assert "no longer kept" in note.text


def with_button(message: Message, data: str) -> Message:
    """Return a message as an earlier version of the program may have sent it."""
    button = {"type": "button", "action_id": "paperboy.1", "text": {"type": "plain_text", "text": "Old"}, "value": data}
    return replace(message, blocks=[{"type": "actions", "elements": [button]}])


async def test_the_buttons_work_after_the_bot_and_redis_were_restarted(fake, tmp_path):
    base = {"PAPERBOY_DATA_DIR": str(tmp_path), **slack_tokens(fake)}
    settings = load_settings(base)
    async with open_services(settings) as services, serving(services, fake) as bot:
        push = await pushed(bot, services, fake)
        card = offered(push)["card", KNOWN]
        before = [await press(fake, push, data, "U1") for data in (card, offered(push)["save", KNOWN])]
    fake.world.whispers.clear()
    # The private Redis begins anew.
    async with open_services(settings, stored=False) as services, serving(services, fake):
        assert [saved.paper.id for saved in await services.people.kept(ADA)] == [KNOWN]
        assert [chat.id for chat in await services.people.subscribed()] == [CHANNEL]
        for data in offered(push).values():
            outcome = await press(fake, push, data, "U1")
            assert "older version" not in outcome.whispers[0].text, data
            assert "no longer kept" not in outcome.whispers[0].text, data
            if data == card:
                assert outcome.whispers[0].text == before[0].whispers[0].text


# -- the commands -----------------------------------------------------------------------------------------------------

TEXTS = {"paper": KNOWN, "card": KNOWN, "search": "agent", "similar": KNOWN, "save": KNOWN, "done": KNOWN}
TEXTS |= {"remove": KNOWN, "export": "bibtex", "like": KNOWN, "dislike": KNOWN, "profile": "world models; agents"}
TEXTS |= {"time": "7:30 Tokyo", "zone": "Berlin", "lang": "en", "items": "8", "weekdays": "on", "reminder": "on"}


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_slash_command_in_a_channel_is_answered_to_who_typed_it(fake, services, bot, name):
    await services.people.keep(ADA, await services.paper(KNOWN), services.clock())
    command, text = (f"/{name}", "") if name in OWN_COMMANDS else ("/paperboy", name)
    seen = Seen(fake, "U1")
    delivery = await fake.slash(command, f"{text} {TEXTS.get(name, '')}".strip(), user="U1")
    await fake.idle()
    public, private = seen.new()
    assert delivery.acked
    assert public == []
    assert private
    assert "is not a command" not in private[-1].text
    files = [file for file in fake.files if file.channel == fake.room("U1").id]
    assert bool(files) == (name in {"export", "brief"})


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_mention_is_answered_in_its_thread_unless_it_is_personal(fake, services, bot, name):
    await services.people.keep(ADA, await services.paper(KNOWN), services.clock())
    seen = Seen(fake, "U1")
    await fake.mention(f"{name} {TEXTS.get(name, '')}".strip(), user="U1")
    await fake.idle()
    public, private = seen.new()
    question = fake.deliveries.sent[-1].payload["event"]["ts"]
    assert bool(public) != COMMANDS[name].personal or name == "brief"
    assert {message.thread for message in public} <= {question}
    assert {message.thread for message in private if message.seen_by} <= {question}
    assert public or private or [file for file in fake.files if file.thread == question]


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_direct_message_is_answered_plainly(fake, services, bot, name):
    await services.people.keep(ADA, await services.paper(KNOWN), services.clock())
    for line in (f"{name} {TEXTS.get(name, '')}", f"/paperboy {name} {TEXTS.get(name, '')}"):
        before = len(fake.messages("U1")) + len(fake.files)
        await fake.say("U1", line.strip())
        await fake.idle()
        assert len(fake.messages("U1")) + len(fake.files) > before
    assert fake.whispers("U1") == fake.messages("C1") == []


async def test_what_is_typed_wrongly_is_answered_with_how_it_is_typed_in_slack(fake, bot):
    for command, text, said in [
        ("/paperboy", "tpo", "/paperboy top"),
        ("/paper", "nonsense", "/paper 2604.26904"),
        ("/paperboy", "search", "/paperboy search"),
        ("/paperboy", "time 25:99", "25:99"),
        ("/paperboy", "", "/paperboy search"),
    ]:
        await fake.slash(command, text)
        assert said in (await fake.next_whisper("U1")).plain
    await fake.say("U1", "good morning")
    assert "Hello, Ada!" in (await fake.next_message("U1")).plain


async def test_a_link_alone_is_a_question_for_its_card(fake, bot):
    await fake.say("U1", f"https://arxiv.org/abs/{KNOWN}v1")
    assert KNOWN_TITLE in (await fake.next_message("U1")).text
    await fake.mention(f"https://arxiv.org/pdf/{KNOWN}")
    assert KNOWN_TITLE in (await fake.next_message("C1")).text
    await fake.slash("/paperboy", f"https://arxiv.org/abs/{KNOWN}")
    assert KNOWN_TITLE in (await fake.next_whisper("U1")).text


# -- views, shortcuts, links ------------------------------------------------------------------------------------------


async def test_everything_in_the_home_tab_and_its_modals_can_be_pressed(fake, services, bot):
    await services.people.keep(ADA, await services.paper(KNOWN), services.clock())
    await fake.open_home("U1")
    await fake.idle()
    done: dict[str, str] = {}
    while (data := unpressed(fake, done)) or fake.modals("U1"):
        if not data:
            await fake.dismiss(fake.modals("U1")[-1])
            continue
        before = on_top(fake).hash
        await fake.press(on_top(fake), data)
        await fake.idle()
        done[data] = on_top(fake).plain
        assert (on_top(fake).hash == before) == (unpack(data) is None), data
        assert "older version" not in done[data]
        assert "went wrong" not in done[data]
    assert {press.action for data in done if (press := unpack(data))} >= TURNING | {
        "save",
        "done",
        "settings",
        "similar",
    }
    assert fake.messages("C1") == fake.whispers("U1") == []
    assert all("of your later list" in exported.text for exported in fake.messages("U1"))


def on_top(fake: FakeSlack) -> View:
    """Return what can be pressed now: the modal on top, else the Home tab."""
    view = (fake.modals("U1") or [fake.home("U1")])[-1]
    assert view
    return view


def unpressed(fake: FakeSlack, done: dict[str, str]) -> str:
    """Return a button of the view on top that was not tried yet, if any; of those that open a page one is enough."""
    found = (data for data in data_of(on_top(fake).blocks) if data not in done)
    pages = any(unpack(data) is None for data in done)
    return next((data for data in found if unpack(data) or not pages), "")


async def test_the_settings_modal_takes_what_is_good_and_tells_what_is_not(fake, services, bot):
    await fake.open_home("U1")
    view = await fake.next_view("U1")
    await fake.press(view, offered(view)["settings", ""])
    modal = await fake.next_view("U1")
    refused = await fake.submit(modal, {"zone": {"zone": "Atlantis"}, "time": {"time": "06:45"}})
    assert list(refused.body["errors"]) == ["zone"]
    assert fake.modals("U1") == [modal]
    accepted = await fake.submit(modal, {"zone": {"zone": "Tokyo"}, "time": {"time": "06:45"}, "items": {"items": "8"}})
    assert not accepted.body
    await fake.idle()
    chat = await services.people.chat(ADA)
    assert (chat.zone, chat.time, chat.items) == ("Asia/Tokyo", dt.time(6, 45), 8)
    assert fake.modals("U1") == []
    assert "Tokyo" in fake.home("U1").plain


async def test_the_shortcuts_keep_and_find_papers(fake, services, bot):
    message = fake.write("U2", f"have you seen https://arxiv.org/abs/{KNOWN} ?")
    await fake.shortcut("save_paper", message, "U1")
    assert KNOWN_TITLE in (await fake.next_whisper("U1")).plain
    assert [saved.paper.id for saved in await services.people.kept(ADA)] == [KNOWN]
    await fake.global_shortcut("find", "U1")
    modal = await fake.next_view("U1")
    await fake.submit(modal, {"find": {"find": KNOWN}})
    await fake.idle()
    [card] = fake.modals("U1")
    assert KNOWN_TITLE in card.plain
    assert fake.messages("C1") == []


async def test_a_link_is_shown_with_its_paper_and_buttons_that_answer_one_person(fake, services, bot):
    link = f"https://arxiv.org/abs/{KNOWN}"
    await fake.share_link(link, user="U2")
    await fake.idle()
    [message], [sent] = fake.room("C1").messages.values(), fake.unfurls
    message.unfurls.update(sent["unfurls"])
    preview = message.unfurls[link]["blocks"]
    assert fake.messages("C1") == []
    for data in data_of(preview):
        await fake.press_unfurl(message, link, data, "U1")
        await fake.idle()
        assert (bool(unpack(data))) == bool(fake.whispers("U1"))
        fake.world.whispers.clear()
    assert message.unfurls[link]["blocks"] == preview
