"""The Home tab and its modals, driven as people do: press, fill in, submit. Nothing may be refused."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from slack_personal import paperboy_in

from bot.services import Services
from brief.settings import Settings
from formatting.locales import load
from formatting.press import unpack
from tests.fakes.slack import FakeSlack, View

ADA, BO = "slack:T1:U1", "slack:T1:U2"


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as opened:
        yield opened


@pytest.fixture
async def services(fake: FakeSlack, settings: Settings) -> AsyncIterator[Services]:
    async with paperboy_in(fake, settings) as opened:
        yield opened
    assert fake.refusals == []


async def opened_home(fake: FakeSlack, user: str = "U1") -> View:
    await fake.open_home(user)
    await fake.idle()
    view = fake.home(user)
    assert view
    return view


def offered(view: View) -> dict[tuple[str, str], str]:
    """Return the data of everything that can be pressed, by what it does and to what."""
    found = [value for element in _elements(view.blocks) if isinstance(value := element.get("value"), str)]
    return {(press.action, press.value): value for value in found if (press := unpack(value))}


def _elements(thing: Any) -> Iterator[dict[str, Any]]:
    if isinstance(thing, dict):
        yield thing
    for part in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from _elements(part)


def papers(view: View) -> list[str]:
    """Return the papers whose cards can be opened, in order."""
    return [value for action, value in offered(view) if action == "card"]


async def pressing(fake: FakeSlack, view: View, action: str, value: str = "", user: str = "U1") -> View:
    """Press what does this in a view; return the view that is on top afterwards."""
    await fake.press(view, offered(view)[action, value], user)
    await fake.idle()
    top = (fake.modals(user) or [fake.home(user)])[-1]
    assert top
    return top


# -- the tab ----------------------------------------------------------------------------------------------------------


async def test_the_tab_shows_the_day_in_the_language_and_zone_of_the_profile(fake, services):
    view = await opened_home(fake)
    assert load("zh").text("title.settings") in view.plain
    assert "Asia/Shanghai" in view.plain
    assert len(papers(view)) == 5
    assert load("zh").text("later.empty")[:6] in view.plain


async def test_a_paper_is_kept_read_taken_back_and_removed_in_the_tab(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    view = await pressing(fake, view, "save", paper)
    assert [one.paper.id for one in await services.people.kept(ADA)] == [paper]
    view = await pressing(fake, view, "done", paper)
    assert (await services.people.kept(ADA))[0].done
    assert load("zh").text("later.done", title="")[:4] in view.plain
    view = await pressing(fake, view, "save", paper)
    assert (await services.people.kept(ADA))[0].done is None
    await pressing(fake, view, "remove", paper)
    assert await services.people.kept(ADA) == []


async def test_what_one_person_keeps_is_not_in_anothers_tab(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    await pressing(fake, view, "save", paper)
    other = await opened_home(fake, "U2")
    assert ("done", paper) not in offered(other)
    assert await services.people.kept(BO) == []


async def test_two_presses_at_once_are_both_in_the_tab(fake, services):
    view = await opened_home(fake)
    first, second, *_ = papers(view)
    known = offered(view)
    await asyncio.gather(*(fake.press(view, known["save", paper]) for paper in (first, second)))
    await fake.idle()
    assert {value for action, value in offered(fake.home("U1")) if action == "done"} == {first, second}
    assert fake.refusals == [("views.publish", "hash_conflict")]
    fake.refusals.clear()


async def test_a_conflict_over_the_tab_is_settled_by_showing_it_once_more(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    fake.fail("views.publish", "hash_conflict")
    await pressing(fake, view, "save", paper)
    assert ("done", paper) in offered(fake.home("U1"))


async def test_what_was_asked_to_wait_comes_after_the_wait(fake, services):
    fake.fail("views.publish", "ratelimited", retry_after=0)
    assert (await opened_home(fake)).plain


async def test_without_an_edition_the_tab_says_how_to_get_one(fake, settings):
    async with paperboy_in(fake, settings, stored=False):
        view = await opened_home(fake)
        assert load("zh").text("slack.home.no_brief") in view.plain
        modal = await pressing(fake, view, "top")
        assert ("more", "") in offered(modal)
        assert load("zh").text("slack.home.no_brief") not in fake.home("U1").plain


# -- modals -----------------------------------------------------------------------------------------------------------


async def test_a_card_opens_in_a_modal_and_turns_in_place(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    card = await pressing(fake, view, "card", paper)
    assert [call.method for call in fake.calls if call.method.startswith("views.")][-2:] == [
        "views.open",
        "views.update",
    ]
    await fake.press(card, "▶")
    await fake.idle()
    [turned] = fake.modals("U1")
    assert turned.id == card.id
    shown = unpack(turned.content["private_metadata"])
    assert shown
    assert shown.value != paper


async def test_marks_on_a_card_in_a_modal_follow_the_presses(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    card = await pressing(fake, view, "card", paper)
    card = await pressing(fake, card, "save", paper)
    assert load("zh").text("button.saved") in card.buttons
    card = await pressing(fake, card, "like", paper)
    assert "👍 ✓" in card.buttons
    assert (await services.people.marks(ADA, paper)).vote == 1
    assert ("done", paper) in offered(fake.home("U1"))


async def test_every_room_opens_from_the_tab(fake, services):
    for room in ("more", "must", "repos", "ideas", "sources"):
        view = await opened_home(fake)
        modal = await pressing(fake, view, room)
        assert unpack(modal.content["private_metadata"]).action == room
        await fake.dismiss(modal)


async def test_an_export_goes_to_the_direct_messages(fake, services):
    view = await opened_home(fake)
    await pressing(fake, view, "save", papers(view)[0])
    choice = await pressing(fake, fake.home("U1"), "export")
    said = await pressing(fake, choice, "export", "bibtex")
    [file] = fake.files
    assert file.name.endswith(".bib")
    assert file.name in said.plain


async def test_a_press_that_came_too_late_for_a_modal_is_answered_directly(fake, services):
    view = await opened_home(fake)
    paper = papers(view)[0]
    fake.fail("views.open", "expired_trigger_id")
    await fake.press(view, offered(view)["card", paper])
    message = await fake.next_message("U1")
    assert (await services.paper(paper)).title[:40] in message.plain


async def test_a_modal_that_was_closed_meanwhile_is_left_alone(fake, services):
    view = await opened_home(fake)
    fake.fail("views.update", "not_found")
    await fake.press(view, offered(view)["card", papers(view)[0]])
    await fake.idle()
    assert len(fake.sent("views.update")) == 1


async def test_a_later_press_is_not_undone_by_an_earlier_one(fake, services):
    card = await pressing(fake, await opened_home(fake), "card", papers(fake.home("U1"))[0])
    fake.fail("views.update", "hash_conflict")
    await fake.press(card, load("zh").text("button.save"))
    await fake.idle()
    assert len(await services.people.kept(ADA)) == 1


async def test_a_button_of_another_version_is_explained(fake, services):
    view = await opened_home(fake)
    view.content["blocks"][-1:] = [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "x", "value": "0|old", "text": {"type": "plain_text", "text": "?"}}
            ],
        }
    ]
    await fake.press(view, "0|old")
    await fake.idle()
    assert load("zh").text("message.old_button.text")[:8] in fake.home("U1").plain


async def test_a_menu_entry_that_opens_a_page_changes_nothing(fake, services):
    view = await opened_home(fake)
    calls = len(fake.calls)
    url = next(v for e in _elements(view.blocks) if str(v := e.get("value")).startswith("paperboy.url."))
    await fake.press(view, url)
    await fake.idle()
    assert len(fake.calls) == calls


# -- settings ---------------------------------------------------------------------------------------------------------


async def opened_settings(fake: FakeSlack) -> View:
    return await pressing(fake, await opened_home(fake), "settings")


async def test_a_new_member_subscribes_in_the_tab_and_takes_it_back(fake, services):
    words = load("zh")
    view = await opened_home(fake)
    assert words.text("slack.home.not_subscribed") in view.plain
    view = await pressing(fake, view, "subscribe")
    assert (await services.people.chat(ADA)).subscribed
    assert view == fake.home("U1")
    assert view.plain.startswith("已订阅")
    assert words.text("slack.home.subscribed") in view.plain
    view = await pressing(fake, view, "unsubscribe")
    assert not (await services.people.chat(ADA)).subscribed
    assert words.text("slack.home.not_subscribed") in view.plain


async def test_settings_are_changed_in_a_modal(fake, services):
    form = await opened_settings(fake)
    delivery = await fake.submit(
        form,
        {
            "time": {"time": "06:45"},
            "zone": {"zone": "tokyo"},
            "language": {"language": "en"},
            "items": {"items": "8"},
            "options": {"options": ["subscribe", "weekdays", "weekly"]},
            "profile": {"profile": "GUI agents: computer use, web agent\navoid: speech"},
        },
    )
    assert not delivery.body
    await fake.idle()
    chat = await services.people.chat(ADA)
    assert (chat.time, chat.zone, chat.language, chat.items) == (dt.time(6, 45), "Asia/Tokyo", "en", 8)
    assert (chat.subscribed, chat.weekdays_only, chat.reminder) == (True, True, False)
    assert (chat.weekly, chat.pictures) == (5, False)
    assert "avoid: speech" in chat.profile
    assert "06:45" in fake.home("U1").plain
    assert load("en").text("title.settings") in fake.home("U1").plain


async def test_the_own_profile_is_taken_back_by_leaving_the_field_empty(fake, services):
    await opened_home(fake)
    await services.people.change(ADA, profile="GUI agents: computer use")
    form = await opened_settings(fake)
    await fake.submit(form, {"profile": {"profile": ""}})
    await fake.idle()
    assert (await services.people.chat(ADA)).profile == ""


@pytest.mark.parametrize(
    ("typed", "said"), [("Atlantis", "Atlantis"), ("Cambridge", "Europe/London"), ("9:30", "9:30")]
)
async def test_a_place_that_is_none_is_told_at_its_field_and_nothing_changes(fake, services, typed, said):
    form = await opened_settings(fake)
    before = await services.people.chat(ADA)
    delivery = await fake.submit(form, {"zone": {"zone": typed}, "items": {"items": "8"}})
    assert delivery.body["response_action"] == "errors"
    assert delivery.body["errors"].keys() == {"zone"}
    assert said in delivery.body["errors"]["zone"]
    assert fake.modals("U1") == [form]
    assert await services.people.chat(ADA) == before


async def test_a_form_sent_as_it_was_changes_nothing(fake, services):
    form = await opened_settings(fake)
    before = await services.people.chat(ADA)
    assert not (await fake.submit(form)).body
    assert await services.people.chat(ADA) == before


async def test_settings_asked_too_late_are_shown_directly(fake, services):
    view = await opened_home(fake)
    fake.fail("views.open", "expired_trigger_id")
    await fake.press(view, offered(view)["settings", ""])
    assert "Asia/Shanghai" in (await fake.next_message("U1")).plain
