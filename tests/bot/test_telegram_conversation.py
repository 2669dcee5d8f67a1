"""Every button that can be reached from the push, pressed: in private, in a group, and after everything restarted."""

import datetime as dt
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from brief.settings import load_settings
from formatting.press import pack
from sources.sample_site import SAMPLE_DATE
from tests.bot.telegramming import ADMIN, GROUP, OTHER, READER, configured, open_services, polling, said
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_world import Message

BOUND = 400  # presses of a walk; a day has fewer buttons
TURNING = {"top", "more", "must", "repos", "ideas", "sources", "card"}
TITLES = {"more": "Also worth scanning", "must": "Must-reads", "repos": "Repositories", "ideas": "Research ideas"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.chat(GROUP, title="Reading group", admins=(ADMIN,))
        yield server
    assert not server.refusals


@dataclass
class Outcome:
    """What one press led to: a toast, the pressed message as it then is, and messages that came."""

    data: str
    toast: str
    before: str
    after: Message
    came: list[Message]

    @property
    def action(self) -> str:
        return self.data.split("|")[1]


async def press(fake: FakeTelegram, message: Message, data: str, user: int) -> Outcome:
    """Press a button and wait until all of its consequences are there."""
    chat, before = message.chat_id, (message.text, message.edits)
    known = {m.id for m in fake.messages(chat)}
    query = await fake.press(message, data, user)
    answer = await fake.answered(query)
    await fake.idle()
    after = fake.world.chats[chat].messages[message.id]
    came = [m for m in fake.messages(chat) if m.id not in known]
    return Outcome(data, answer.get("text", ""), before[0], after, came)


async def walk(fake: FakeTelegram, first: Message, user: int) -> list[Outcome]:
    """Press every button that can be reached, each once."""
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    open_ = deque((first, data) for data in first.data)
    while open_ and len(outcomes) < BOUND:
        message, data = open_.popleft()
        if data in seen:
            continue
        seen.add(data)
        # Old messages keep their buttons in real chats; here the page may have been turned since.
        outcome = await press_old(fake, message, data, user)
        outcomes.append(outcome)
        for shown in (outcome.after, *outcome.came):
            open_ += [(shown, more) for more in shown.data if more not in seen]
    assert len(outcomes) < BOUND
    return outcomes


async def press_old(fake: FakeTelegram, message: Message, data: str, user: int) -> Outcome:
    chat, before = message.chat_id, message.text
    known = {m.id for m in fake.messages(chat)}
    answer = await fake.answered(await fake.press(message, data, user, shown=False))
    await fake.idle()
    after = fake.world.chats[chat].messages[message.id]
    came = [m for m in fake.messages(chat) if m.id not in known]
    return Outcome(data, answer.get("text", ""), before, after, came)


async def pushed(bot: Any, services: Any, fake: FakeTelegram, chat_id: int) -> Message:
    fake.chat(chat_id)
    chat = await services.people.chat(f"telegram:{chat_id}")
    await bot.push(chat, SAMPLE_DATE)
    return await fake.next_message(chat_id)


async def test_every_button_in_a_private_chat_shows_what_it_says(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        outcomes = await walk(fake, push, READER)
        reached = {outcome.action for outcome in outcomes}
        assert reached >= TURNING | {"save", "like", "dislike", "similar"}
        for outcome in outcomes:
            assert outcome.toast or outcome.came or outcome.after.text, outcome
            if outcome.action in TURNING:
                assert outcome.came == [], outcome.data
        cards = {o.data for o in outcomes if o.action == "card"}
        assert len(cards) >= 5


async def test_every_button_in_a_group_leaves_the_page_to_the_others(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, GROUP)
        shown = push.text
        outcomes = await walk(fake, push, OTHER)
        for outcome in outcomes:
            if outcome.action in TURNING:
                [reply] = outcome.came
                assert reply.json["reply_to_message"]["message_id"] == outcome.after.id
        assert push.text == shown
        kept = await services.people.kept(f"telegram:{GROUP}/{OTHER}")
        assert kept
        assert await services.people.kept(f"telegram:{GROUP}/{ADMIN}") == []


async def test_the_rooms_have_the_names_their_buttons_say(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        for name, title in TITLES.items():
            outcome = await press_old(fake, push, pack(name, "", SAMPLE_DATE), READER)
            assert outcome.after.text.startswith(title)
        back = await press_old(fake, push, pack("top", "", SAMPLE_DATE), READER)
        assert back.after.text.startswith("AI papers this morning")


async def test_turning_pages_and_a_second_press_is_harmless(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        first, second, *_ = push.data
        card = await press(fake, push, first, READER)
        again = await press_old(fake, push, first, READER)
        assert again.after.text == card.after.text
        assert again.came == []
        assert second in card.after.data  # the next paper
        assert pack("top", "", SAMPLE_DATE) in card.after.data
        turned = await press(fake, push, second, READER)
        assert first in turned.after.data  # the previous one
        fake.refusals.clear()  # "message is not modified", which the bot swallowed


async def test_buttons_of_another_time_are_told_apart(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        for data in ("2", "0|card|260501|2604.26904", "1|launch|260501|", "1|card|991399|x", "x" * 64):
            outcome = await press_old(fake, push, data, READER)
            assert "older version" in outcome.toast
            assert outcome.came == []
        before = push.text
        gone = await press_old(fake, push, pack("more", "", dt.date(2024, 1, 2)), READER)
        assert push.text == before  # what was pressed stays, the answer comes beside it
        shown = gone.toast or gone.after.text + "".join(message.text for message in gone.came)
        assert "no longer kept" in shown


async def test_a_message_that_cannot_be_edited_any_more_is_answered_with_a_new_one(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        fake.fail("editMessageText", ApiError(400, "Bad Request: message can't be edited"))
        await fake.answered(await fake.press(push, push.data[0], READER))
        card = await fake.next_message(READER)
        assert card.id != push.id
        assert "Contribution" in card.text


async def test_the_buttons_work_after_the_bot_and_redis_were_restarted(fake, tmp_path):
    base = {"PAPERBOY_DATA_DIR": str(tmp_path), "TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.url}
    settings = load_settings({**base, "TELEGRAM_CHATS": f"{READER}"})
    async with open_services(settings) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        await walk(fake, push, READER)
        later = {saved.paper.id for saved in await services.people.kept(f"telegram:{READER}")}
    async with open_services(settings, stored=False) as services, polling(services):  # the private Redis began anew
        assert {saved.paper.id for saved in await services.people.kept(f"telegram:{READER}")} == later
        for outcome in await walk(fake, push, READER):
            assert "older version" not in outcome.toast, outcome.data
            assert "no longer kept" not in outcome.after.text


async def labels(fake: FakeTelegram, message: Message, label: str, user: int = READER) -> list[str]:
    """Press the button of this label and return what the buttons say once they have changed."""
    data = next(button["callback_data"] for button in message.buttons if button["text"] == label)
    edits = message.edits
    await fake.answered(await fake.press(message, data, user))
    await fake.edited(message, edits + 1)
    return [button["text"] for button in message.buttons]


async def test_a_press_marks_the_buttons_of_the_card_and_once_more_takes_it_back(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, READER)
        await press(fake, push, push.data[0], READER)
        assert (await labels(fake, push, "☆ Later"))[:3] == ["★ Later", "👍", "👎"]
        assert (await labels(fake, push, "👍"))[:3] == ["★ Later", "👍 ✓", "👎"]
        assert (await labels(fake, push, "👎"))[:3] == ["★ Later", "👍", "👎 ✓"]
        assert (await labels(fake, push, "👎 ✓"))[:3] == ["★ Later", "👍", "👎"]
        assert (await labels(fake, push, "★ Later"))[:3] == ["☆ Later", "👍", "👎"]
        assert await services.people.kept(f"telegram:{READER}") == []


async def test_a_press_marks_the_buttons_of_the_later_list(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services):
        for paper_id in ("2604.26904", "2604.24927"):
            await said(fake, f"/save {paper_id}")
        shown = await said(fake, "/later")
        assert (await labels(fake, shown, "✓ 2"))[:6] == ["1", "✓ 1", "✕ 1", "2", "↩ 2", "✕ 2"]
        assert (await labels(fake, shown, "↩ 2"))[4] == "✓ 2"
        assert (await labels(fake, shown, "✕ 1"))[:3] == ["1", "↩ 1", "✕ 1"]  # which puts it back
        assert (await labels(fake, shown, "↩ 1"))[:3] == ["1", "✓ 1", "✕ 1"]
        assert len(await services.people.kept(f"telegram:{READER}")) == 2


async def test_in_a_group_a_press_marks_nothing_for_the_others(fake, settings):
    async with open_services(configured(settings, fake)) as services, polling(services) as bot:
        push = await pushed(bot, services, fake, GROUP)
        card = (await press(fake, push, push.data[0], OTHER)).came[0]
        query = await fake.press(card, card.data[0], OTHER)
        answer = await fake.answered(query)
        assert answer["text"].startswith("Kept for later")
        await said(fake, "/later", GROUP, OTHER)  # comes after what a press leads to
        assert card.edits == 0
