"""What is refused where it arrives: payloads of other types than documented, told of without what stands in them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from telegram import Bot

from bot.shape import MalformedError
from bot.slack_shape import check_payload
from bot.telegram_shape import read
from tests.bot.fuzzing_seeds import EVENTS, FORMS, UPDATES

Json = dict[str, Any]

BOT = Bot("123456:AAFake")


def changed(payload: Json, path: str, value: Any) -> Json:
    """Return a payload with another value at a path; "" stands for one that is missing."""
    payload = copy.deepcopy(payload)
    *parents, last = path.split(".")
    place: Any = payload
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    if value == "":
        del place[last]
    else:
        place[last] = value
    return payload


def of(payloads: tuple[Json, ...], name: str) -> Json:
    return next(one for one in payloads if name in one or one.get("type") == name)


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_as_documented_is_read(update):
    assert read(update, BOT).update_id == 1


@pytest.mark.parametrize("payload", [*EVENTS, *FORMS])
def test_a_payload_as_documented_passes(payload):
    check_payload(payload)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("message", "message", []),
        ("message", "message.chat", None),
        ("message", "message.chat.id", "101"),
        ("message", "message.chat.id", 0),
        ("message", "message.chat.id", 2**60),
        ("message", "message.chat.title", {}),
        ("message", "message.message_id", ""),
        ("message", "message.text", 7),
        ("message", "message.text", "half \ud800"),
        ("message", "message.entities", 7),
        ("message", "message.from", [101]),
        ("message", "message.unread", json.loads("[" * 300 + "]" * 300)),
        ("callback_query", "callback_query.from", None),
        ("inline_query", "inline_query.query", ["agents"]),
        ("my_chat_member", "my_chat_member.new_chat_member", "left"),
    ],
)
def test_an_update_of_other_types_is_refused(kind, path, value):
    with pytest.raises(MalformedError):
        read(changed(of(UPDATES, kind), path, value), BOT)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("event_callback", "event", None),
        ("event_callback", "event", "app_mention"),
        ("event_callback", "event.channel", ["C1"]),
        ("event_callback", "authorizations", {"team_id": "T1"}),
        ("event_callback", "authorizations.0.team_id", 1),
        ("command", "command", ["/top"]),
        ("command", "text", "half \ud800"),
        ("block_actions", "actions", []),
        ("block_actions", "actions", ""),
        ("block_actions", "actions.0.action_id", None),
        ("block_actions", "container", "message"),
        ("block_actions", "team", {"id": 1}),
        ("block_actions", "user", 7),
        ("view_submission", "view", None),
        ("view_submission", "view.type", ""),
        ("shortcut", "callback_id", 7),
        ("shortcut", "command", {}),
        ("shortcut", "trigger_id", json.loads("[" * 300 + "]" * 300)),
    ],
)
def test_a_payload_of_other_types_is_refused(kind, path, value):
    with pytest.raises(MalformedError):
        check_payload(changed(of((*EVENTS, *FORMS), kind), path, value))


def test_a_payload_of_two_kinds_must_be_right_for_both():
    with pytest.raises(MalformedError):
        check_payload({"command": "/top", "type": "view_submission", "view": "V1"})


def test_a_refusal_names_the_place_and_not_what_stands_there():
    with pytest.raises(MalformedError) as refused:
        read(changed(of(UPDATES, "message"), "message.chat.id", "a secret"), BOT)
    assert "message.chat.id" in str(refused.value)
    assert "a secret" not in str(refused.value)


def test_kinds_that_were_not_asked_for_are_not_even_read():
    update = read({"update_id": 1, "edited_message": 7, "poll_answer": {"user": []}}, BOT)
    assert update.edited_message is None
    assert update.effective_user is None
