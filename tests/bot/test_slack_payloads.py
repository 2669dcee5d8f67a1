"""What forms, presses, messages and links from Slack say, whatever is in them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Chat
from bot.slack_form import changes, chosen, ticked
from bot.slack_home import pressed_in_view
from bot.slack_shortcuts import place_of_links, wanted, words_of
from bot.slack_updates import who_asks
from formatting.settings_screen import SettingsView
from formatting.slack_views import settings_modal

ADA = "slack:T1:U1"
KNOWN = "2604.26904"
LINK = f"https://arxiv.org/abs/{KNOWN}"

CHAT = Chat(id=ADA, zone="Asia/Shanghai", time=dt.time(8), subscribed=True, reminder=True)
STATE: dict[str, Any] = {
    "time": {"selected_time": "08:00"},
    "zone": {"value": "Asia/Shanghai"},
    "language": {"selected_option": {"value": "en"}},
    "items": {"selected_option": {"value": "5"}},
    "options": {"selected_options": [{"value": "subscribe"}, {"value": "reminder"}, {"value": "pictures"}]},
    "profile": {"value": None},
}


def form(**fields: Any) -> dict[str, Any]:
    return {"state": {"values": {name: {name: field} for name, field in {**STATE, **fields}.items()}}}


def test_only_what_differs_becomes_a_command():
    assert changes(CHAT, form()) == {}
    assert changes(CHAT, form(time={"selected_time": "07:30"})) == {"zone": ("/time 07:30",)}
    assert changes(CHAT, form(zone={"value": "Tokyo"})) == {"zone": ("/time 08:00 Tokyo",)}
    off = ("/unsubscribe", "/reminder off", "/pictures off")
    assert changes(CHAT, form(options={"selected_options": []})) == {"options": off}
    every = [*STATE["options"]["selected_options"], {"value": "weekly"}]
    assert changes(CHAT, form(options={"selected_options": every})) == {"options": ("/weekly on",)}
    sunday = CHAT.model_copy(update={"weekly": 6})
    assert changes(sunday, form(options={"selected_options": every})) == {}


def test_a_zone_only_slack_knows_is_not_asked_about_when_it_stays():
    chat = CHAT.model_copy(update={"zone": "Etc/GMT+3"})
    assert changes(chat, form(zone={"value": "Etc/GMT+3"}, time={"selected_time": "09:00"})) == {
        "zone": ("/time 09:00",)
    }


@pytest.mark.parametrize(
    "field", [None, 3, [], {}, {"value": 3}, {"selected_option": "x"}, {"selected_options": [None, {"value": 1}]}]
)
def test_a_form_with_anything_in_it_is_read(field):
    assert chosen({"state": {"values": {"x": {"x": field}}}}, "x") == ""
    assert ticked({"state": {"values": {"x": {"x": field}}}}, "x") == frozenset()


def test_the_form_that_is_shown_is_the_form_that_is_read():
    values = SettingsView(dt.time(8), "UTC", "en", 5, weekdays_only=False, subscribed=True, reminder=True)
    assert {block["block_id"] for block in settings_modal("en", values, "")["blocks"]} == STATE.keys()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"team": "T1", "user": "U1"},
        {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}},
        {"team": {"id": "T1"}, "user": {"id": "../U1"}},
        {"team": {"id": None}, "user": {"id": "U1"}},
    ],
)
def test_who_belongs_to_no_workspace_of_ours_is_nobody(body):
    assert who_asks(body) is None
    assert pressed_in_view({**body, "view": {"id": "V1"}, "actions": [{"value": "x"}]}) is None


def test_a_press_under_a_message_is_none_in_a_view():
    body = {"team": {"id": "T1"}, "user": {"id": "U1"}, "actions": [{"value": "x"}], "container": {"type": "message"}}
    assert pressed_in_view(body) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"  {KNOWN} ", ("card", KNOWN)),
        (LINK, ("card", KNOWN)),
        ("world model", ("search", "world model")),
        ("", ("search", "")),
    ],
)
def test_an_id_means_a_card_and_words_a_search(typed, meant):
    assert wanted(typed.strip()) == meant


def test_only_what_can_be_read_in_a_message_counts():
    message = {
        "text": "text",
        "ts": "ts",
        "blocks": [{"type": "section", "block_id": "id", "text": {"type": "mrkdwn", "text": "block"}}],
        "attachments": [
            {"title": "title", "title_link": "link", "id": 1, "fields": [{"title": "field", "value": "v"}]}
        ],
    }
    assert words_of(message) == "text block title link field"


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.just("https://arxiv.org/abs/2604.26904"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "blocks", "x"]), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(message=json_values)
def test_a_message_with_anything_in_it_is_read(message: Any) -> None:
    assert isinstance(words_of(message), str)


def test_a_message_is_read_within_bounds():
    nested: Any = "deep"
    for _ in range(100):
        nested = [nested]
    assert words_of({"text": "x" * 100_000, "blocks": nested}) == "x" * 40_000


@pytest.mark.parametrize(
    ("event", "where"),
    [
        ({"unfurl_id": "u", "source": "composer", "channel": "COMPOSER"}, {"unfurl_id": "u", "source": "composer"}),
        ({"channel": "C1", "message_ts": "1.2"}, {"channel": "C1", "ts": "1.2"}),
        ({"channel": "C1"}, None),
        ({}, None),
    ],
)
def test_a_preview_goes_where_the_event_says(event, where):
    assert place_of_links(event) == where
