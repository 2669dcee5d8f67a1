import datetime as dt
import json
import re
from dataclasses import replace

import builders
import pytest
from hostile import briefs, documents, texts
from hypothesis import given, settings

from bot.zones import find_zones
from brief.models import Brief, Language
from formatting import found, people, screens
from formatting.document import Document
from formatting.home import home, noted
from formatting.locales import load
from formatting.press import unpack
from formatting.settings_screen import SettingsView
from formatting.slack_views import (
    PROFILE_CHARACTERS,
    View,
    find_modal,
    screen_modal,
    settings_modal,
    working_modal,
)
from formatting.slack_views import home as home_view
from tests.fakes.slack_blocks import check_message, check_view
from tests.fakes.slack_things import pressable, words

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
DAY = builders.DATE
VIEW = SettingsView(dt.time(7, 30), "Asia/Shanghai", "zh", 4, weekdays_only=True, subscribed=True, reminder=False)


def said(view: View) -> str:
    return "\n".join("".join(words(block)) for block in view["blocks"])


def fields(view: View) -> dict[str, View]:
    return {block["block_id"]: block["element"] for block in view["blocks"]}


@LANGUAGES
def test_every_modal_is_one_that_slack_takes(language: Language) -> None:
    for view in (working_modal(language), find_modal(language), settings_modal(language, VIEW, "")):
        check_view(view)


@LANGUAGES
def test_a_form_asks_in_the_readers_language(language: Language) -> None:
    form = settings_modal(language, VIEW, "")
    locale = load(language)
    assert form["title"]["text"] == locale.text("title.settings")
    assert form["submit"]["text"] == locale.text("slack.modal.save")
    assert [block["label"]["text"] for block in form["blocks"]][:2] == [
        locale.text("settings.time"),
        locale.text("settings.zone"),
    ]


def test_the_settings_modal_is_filled_with_what_is_set() -> None:
    shown = fields(settings_modal("en", VIEW, "GUI agents: computer use"))
    assert shown["time"]["initial_time"] == "07:30"
    assert shown["zone"]["initial_value"] == "Asia/Shanghai"
    assert shown["language"]["initial_option"]["value"] == "zh"
    assert shown["items"]["initial_option"]["value"] == "4"
    assert [option["value"] for option in shown["items"]["options"]] == [str(n) for n in range(3, 11)]
    assert [option["value"] for option in shown["options"]["initial_options"]] == ["subscribe", "weekdays", "pictures"]
    assert shown["profile"]["initial_value"] == "GUI agents: computer use"
    assert shown["profile"]["multiline"]


def test_a_settings_modal_without_anything_set_is_one_that_slack_takes() -> None:
    bare = replace(VIEW, weekdays_only=False, subscribed=False, reminder=False, pictures=False)
    shown = settings_modal("en", bare, "")
    check_view(shown)
    assert "initial_options" not in fields(shown)["options"]
    assert "initial_value" not in fields(shown)["profile"]


def test_every_field_is_known_by_its_name() -> None:
    for view in (settings_modal("en", VIEW, "x"), find_modal("en")):
        assert all(element["action_id"] == name for name, element in fields(view).items())


@given(profile=texts)
def test_whatever_somebody_wrote_about_themselves_fits_the_form(profile: str) -> None:
    shown = settings_modal("zh", VIEW, profile)
    check_view(json.loads(json.dumps(shown)))
    assert len(fields(shown)["profile"].get("initial_value", "")) <= PROFILE_CHARACTERS


@pytest.mark.parametrize("city", re.findall(r"Tokyo|Berlin|New York", load("en").text("slack.settings.zone_hint")))
def test_the_cities_in_the_hint_are_known(city: str) -> None:
    assert len(find_zones(city)) == 1


@LANGUAGES
def test_a_screen_in_a_modal_says_what_asked_for_it(language: Language) -> None:
    view = screen_modal(screens.push(builders.brief(language)), date=DAY, shows="1|top|260501|")
    check_view(view)
    shown = unpack(view["private_metadata"])
    assert shown
    assert (shown.action, shown.date) == ("top", DAY)


def test_what_asked_for_a_screen_is_left_out_where_it_does_not_fit() -> None:
    view = screen_modal(screens.push(builders.brief("en")), date=DAY, shows="1|search|260501|" + "x" * 3000)
    check_view(view)
    assert view["private_metadata"] == ""


@settings(max_examples=60, deadline=None)
@given(document=documents)
def test_a_hostile_screen_fits_a_modal_and_the_home_tab(document: Document) -> None:
    check_view(screen_modal(document, date=DAY))
    check_view(home_view(document, date=DAY))


@settings(max_examples=30, deadline=None)
@given(brief=briefs())
def test_a_hostile_edition_fits_the_home_tab(brief: Brief) -> None:
    kept = [(pick.paper, builders.MORNING, None) for pick in brief.items] * 8
    tab = noted(home(brief.language, brief, kept, VIEW), people.done_note(brief.language, brief.items[0].paper))
    check_view(home_view(tab, date=DAY))


@settings(max_examples=30, deadline=None)
@given(brief=briefs())
def test_a_hostile_paper_can_be_shown_under_a_link_and_kept(brief: Brief) -> None:
    [pick] = brief.picks
    check_message(home_view(found.preview(pick, brief.language), date=DAY)["blocks"], "")
    kept = found.kept(brief.language, [(pick.paper, True), (pick.paper, False)] * 5, [pick.paper.title])
    check_message(home_view(kept, date=DAY)["blocks"], "")


@LANGUAGES
def test_a_preview_has_the_contribution_and_two_things_to_do(language: Language) -> None:
    pick = builders.pick(language)
    view = home_view(found.preview(pick, language), date=DAY)
    assert pick.paper.title in said(view)
    assert pick.card.contribution[0].text in said(view)
    pressed = [press.action for _, value in pressable(view["blocks"]) if (press := unpack(value))]
    assert pressed == ["card", "save"]


@LANGUAGES
def test_what_was_kept_can_be_taken_back_but_not_what_was_there_before(language: Language) -> None:
    first, second = builders.paper(1), builders.paper(2)
    note = found.kept(language, [(first, True), (second, False)], ["2601.00001"])
    view = home_view(note, date=DAY)
    pressed = [(press.action, press.value) for _, value in pressable(view["blocks"]) if (press := unpack(value))]
    assert ("remove", first.id) in pressed
    assert ("remove", second.id) not in pressed
    assert first.title in said(view)
    assert "2601.00001" in said(view)


@LANGUAGES
def test_a_message_without_a_paper_gets_an_example(language: Language) -> None:
    assert "https://arxiv.org/abs/2604.26904" in found.nothing(language).summary
