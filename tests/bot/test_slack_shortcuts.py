"""Shortcuts and previews of links, driven as people do. Nothing may be refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_personal import paperboy_in

from bot import slack_shortcuts
from bot.services import Services
from brief.errors import SourceError, Trouble
from brief.models import Paper
from brief.settings import Settings
from formatting.locales import load
from formatting.press import unpack
from tests.fakes.slack import FakeSlack, View
from tests.fakes.slack_things import pressable

ADA = "slack:T1:U1"
KNOWN, OTHER = "2604.26904", "2604.24819"
LINK = f"https://arxiv.org/abs/{KNOWN}"
UNKNOWN = "2601.00001"


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as opened:
        yield opened


@pytest.fixture
async def services(fake: FakeSlack, settings: Settings) -> AsyncIterator[Services]:
    async with paperboy_in(fake, settings) as opened:
        yield opened
    assert fake.refusals == []


async def kept(services: Services, owner: str = ADA) -> set[str]:
    return {one.paper.id for one in await services.people.kept(owner)}


# -- save_paper -------------------------------------------------------------------------------------------------------


async def test_every_paper_of_a_message_is_kept_and_only_who_asked_is_told(fake, services):
    message = fake.write("U2", f"have you seen {LINK} and arXiv:{OTHER}v1?")
    await fake.shortcut("save_paper", message, "U1")
    note = await fake.next_whisper("U1")
    assert await kept(services) == {KNOWN, OTHER}
    clicks = (await services.tastes.of(ADA)).taste().clicks
    assert {(click.paper, click.kind) for click in clicks} == {(KNOWN, "later"), (OTHER, "later")}
    assert (await services.paper(KNOWN)).title[:40] in note.plain
    assert fake.messages("C1") == []
    assert fake.whispers("U2") == []


async def test_what_was_kept_can_be_taken_back(fake, services):
    await fake.shortcut("save_paper", fake.write("U2", LINK), "U1")
    note = await fake.next_whisper("U1")
    await fake.press(note, load("zh").text("button.undo"))
    await fake.idle()
    assert await kept(services) == set()


async def test_a_paper_that_was_there_before_is_not_taken_back_by_accident(fake, services):
    message = fake.write("U2", LINK)
    for _ in range(2):
        await fake.shortcut("save_paper", message, "U1")
        note = await fake.next_whisper("U1")
    assert load("zh").text("slack.kept.already") in note.plain
    assert load("zh").text("button.undo") not in note.buttons


async def test_papers_in_blocks_and_attachments_are_found_too(fake, services):
    message = fake.write("U2", "")
    message.blocks = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": LINK}]}]}
    ]
    await fake.shortcut("save_paper", message, "U1")
    await fake.next_whisper("U1")
    assert await kept(services) == {KNOWN}


async def test_a_message_without_a_paper_gets_an_example(fake, services):
    await fake.shortcut("save_paper", fake.write("U2", "see 1583636382.000300"), "U1")
    assert (await fake.next_whisper("U1")).plain == load("zh").text("slack.kept.nothing")


async def test_a_paper_nobody_knows_is_named(fake, services):
    await fake.shortcut("save_paper", fake.write("U2", f"{UNKNOWN} and {KNOWN}"), "U1")
    assert UNKNOWN in (await fake.next_whisper("U1")).plain
    assert await kept(services) == {KNOWN}


async def test_where_the_bot_is_not_the_note_arrives_all_the_same(fake, services):
    fake.channel("C9", members=("U1", "U2"), bot=False)
    await fake.shortcut("save_paper", fake.write("U2", LINK, "C9"), "U1")
    assert (await fake.next_whisper("U1")).channel == "C9"
    assert await kept(services) == {KNOWN}


async def test_a_note_stays_in_the_thread_of_its_message(fake, services):
    head = fake.write("U2", "papers?")
    answer = fake.write("U2", LINK, thread=head.ts)
    await fake.shortcut("save_paper", answer, "U1")
    assert (await fake.next_whisper("U1")).thread == head.ts


# -- find -------------------------------------------------------------------------------------------------------------


async def opened_find(fake: FakeSlack) -> View:
    await fake.global_shortcut("find", "U1")
    return await fake.next_view("U1")


async def found(fake: FakeSlack, typed: str) -> View:
    form = await opened_find(fake)
    await fake.submit(form, {"find": {"find": typed}})
    await fake.idle()
    [view] = fake.modals("U1")
    return view


async def test_an_id_or_a_link_finds_the_card(fake, services):
    for typed in (KNOWN, f"https://arxiv.org/pdf/{KNOWN}v1"):
        view = await found(fake, typed)
        assert (await services.paper(KNOWN)).title[:40] in view.plain
        await fake.dismiss(view)


async def test_words_find_papers_whose_cards_open_in_the_same_modal(fake, services):
    view = await found(fake, "agent")
    presses = [press for _, data in pressable(view.blocks) if (press := unpack(data)) and press.action == "card"]
    await fake.press(view, next(data for _, data in pressable(view.blocks) if unpack(data) == presses[0]))
    await fake.idle()
    [card] = fake.modals("U1")
    assert card.id == view.id
    assert unpack(card.content["private_metadata"]).value == presses[0].value


async def test_a_paper_found_is_kept_from_the_modal(fake, services):
    view = await found(fake, KNOWN)
    await fake.press(view, load("zh").text("button.save"))
    await fake.idle()
    assert await kept(services) == {KNOWN}
    assert load("zh").text("button.saved") in fake.modals("U1")[0].buttons


async def test_what_is_nowhere_is_said_in_the_modal(fake, services):
    view = await found(fake, UNKNOWN)
    assert UNKNOWN in view.plain
    await fake.press(view, load("zh").text("button.top"))
    await fake.idle()
    assert len(fake.modals("U1")[0].buttons) > 5


async def test_a_slow_answer_is_shown_when_it_is_there(fake, services, monkeypatch):
    monkeypatch.setattr(slack_shortcuts, "PATIENCE", 0)  # as if every answer took long
    form = await opened_find(fake)
    delivery = await fake.submit(form, {"find": {"find": KNOWN}})
    assert delivery.body["response_action"] == "update"
    assert load("zh").text("channel.working") in str(delivery.body["view"])
    await fake.idle()
    assert (await services.paper(KNOWN)).title[:40] in fake.modals("U1")[0].plain


async def test_a_shortcut_that_came_too_late_is_let_go(fake, services):
    fake.fail("views.open", "expired_trigger_id")
    await fake.global_shortcut("find", "U1")
    await fake.idle()
    assert fake.modals("U1") == []


# -- links ------------------------------------------------------------------------------------------------------------


async def test_a_link_shows_title_contribution_and_what_to_do(fake, services):
    await fake.share_link(LINK)
    await fake.idle()
    [shown] = fake.unfurls
    blocks = shown["unfurls"][LINK]["blocks"]
    actions = {press.action: press.value for _, data in pressable(blocks) if (press := unpack(data))}
    assert actions == {"card": KNOWN, "save": KNOWN}
    assert (await services.paper(KNOWN)).title[:40] in str(blocks)


async def test_whoever_sees_a_preview_can_keep_the_paper(fake, services):
    await fake.share_link(LINK, user="U2")
    await fake.idle()
    [message] = fake.room("C1").messages.values()
    message.unfurls.update(fake.unfurls[0]["unfurls"])
    await fake.press_unfurl(message, LINK, load("en").text("button.save"), "U1")
    await fake.idle()
    assert await kept(services) == {KNOWN}
    assert await kept(services, "slack:T1:U2") == set()


async def test_a_link_is_shown_while_its_message_is_written(fake, services):
    await fake.share_link(LINK, composing=True)
    await fake.idle()
    assert fake.unfurls[0]["source"] == "composer"


async def test_each_form_of_a_link_is_known(fake, services):
    links = [LINK, f"https://arxiv.org/pdf/{OTHER}v2", f"https://arxiv.org/html/{KNOWN}v1"]
    await fake.share_link(" ".join(links))
    await fake.idle()
    assert fake.unfurls[0]["unfurls"].keys() == set(links)


async def test_links_to_what_nobody_knows_are_left_alone(fake, services):
    await fake.share_link(f"https://arxiv.org/abs/{UNKNOWN} https://arxiv.org/list/cs.AI/recent")
    await fake.idle()
    assert fake.sent("chat.unfurl") == []


async def test_a_link_makes_nobody_known(fake, services):
    await fake.share_link(LINK, user="U2")
    await fake.idle()
    assert len(fake.unfurls) == 1
    assert await services.people.chat("slack:T1:U2") is None


async def test_a_preview_slack_does_not_want_is_let_go(fake, services, caplog):
    fake.fail("chat.unfurl", "cannot_unfurl_url")
    await fake.share_link(LINK)
    await fake.idle()
    assert len(fake.sent("chat.unfurl")) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_link_whose_paper_cannot_be_asked_for_does_not_stop_the_others(fake, services):
    class Silent:
        name = "silent"

        async def paper(self, paper_id: str) -> Paper | None:
            raise SourceError(Trouble.TIMEOUT, "arXiv API")

    alone = replace(services, sources=(Silent(),))
    shortcuts = slack_shortcuts.Shortcuts(alone, None, None, None)  # type: ignore[arg-type]
    previews = await asyncio.gather(shortcuts._preview(UNKNOWN, "en"), shortcuts._preview(KNOWN, "en"))
    assert previews[0] is None
    assert previews[1] is not None
