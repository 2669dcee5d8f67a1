"""What Telegram and Slack send when all is well, a payload of each kind: what the fuzzer of the HTTP surface spoils."""

from __future__ import annotations

import time
from typing import Any, Final

from tests.bot.telegramming import GROUP, READER

Json = dict[str, Any]

RESPONSE_URL: Final = "RESPONSE_URL"  # to be replaced by one that works

_ADA: Final[Json] = {"id": READER, "is_bot": False, "first_name": "Ada", "language_code": "en"}
_PRIVATE: Final[Json] = {"id": READER, "type": "private", "first_name": "Ada"}
_GROUP: Final[Json] = {"id": GROUP, "type": "supergroup", "title": "Papers"}
_COMMAND: Final = [{"type": "bot_command", "offset": 0, "length": 4}]


def _message(text: str, chat: Json = _PRIVATE, **more: Any) -> Json:
    return {"message_id": 7, "date": 1_777_600_000, "chat": chat, "from": _ADA, "text": text, **more}


UPDATES: Final[tuple[Json, ...]] = tuple(
    {"update_id": 1, **update}
    for update in (
        {"message": _message("/must", entities=_COMMAND)},
        {"message": _message("2604.26904")},
        {"message": _message("/top@PaperboyTestBot 2", _GROUP, is_topic_message=True, message_thread_id=7)},
        {"message": _message("", migrate_to_chat_id=-1009)},
        {"channel_post": {**_message("/why", _GROUP), "sender_chat": _GROUP}},
        {"callback_query": {"id": "1", "from": _ADA, "chat_instance": "1", "data": "x", "message": _message("old")}},
        {"inline_query": {"id": "1", "from": _ADA, "query": "agents", "offset": ""}},
        {
            "my_chat_member": {
                "chat": _GROUP,
                "from": _ADA,
                "date": 1_777_600_000,
                "old_chat_member": {"user": _ADA, "status": "member"},
                "new_chat_member": {"user": _ADA, "status": "left"},
            }
        },
    )
)


def _event(**event: Any) -> Json:
    head = {"token": "x", "team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_time": int(time.time())}
    bot = {"enterprise_id": None, "team_id": "T1", "user_id": "UBOT1", "is_bot": True, "is_enterprise_install": False}
    return {**head, "event_id": "Ev1", "authorizations": [bot], "event": {"event_ts": "1.1", "user": "U1", **event}}


def _interaction(**more: Any) -> Json:
    who = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1", "domain": "x"}, "enterprise": None}
    return {**who, "token": "x", "api_app_id": "A1", "trigger_id": "1.2.3", "is_enterprise_install": False, **more}


EVENTS: Final[tuple[Json, ...]] = (
    {"type": "url_verification", "token": "x", "challenge": "y"},
    _event(type="app_mention", channel="C1", ts="1.1", text="<@UBOT1> must"),
    _event(type="message", channel="D1", channel_type="im", ts="1.1", text="2604.26904"),
    _event(type="app_home_opened", channel="D1", tab="home"),
    _event(type="channel_rename", channel={"id": "C1", "name": "papers"}),
    _event(type="channel_archive", channel="C1"),
    _event(type="channel_id_changed", old_channel_id="C1", new_channel_id="C2"),
    _event(type="member_joined_channel", channel="C1", inviter="U1", team="T1") | {"team_id": "T1"},
    _event(
        type="link_shared",
        channel="C1",
        message_ts="1.1",
        unfurl_id="x",
        source="conversations_history",
        links=[{"domain": "arxiv.org", "url": "https://arxiv.org/abs/2604.26904"}],
    ),
)
FORMS: Final[tuple[Json, ...]] = (
    {
        "command": "/paperboy",
        "text": "must",
        "team_id": "T1",
        "channel_id": "C1",
        "channel_name": "papers",
        "user_id": "U1",
        "trigger_id": "1.2.3",
        "response_url": RESPONSE_URL,
        "api_app_id": "A1",
    },
    _interaction(
        type="block_actions",
        container={"type": "message", "message_ts": "1.1", "channel_id": "C1", "is_ephemeral": False},
        channel={"id": "C1", "name": "papers"},
        message={"ts": "1.1", "text": "x"},
        response_url=RESPONSE_URL,
        actions=[{"type": "button", "action_id": "a", "block_id": "b", "value": "x|save|1", "action_ts": "1.1"}],
    ),
    _interaction(
        type="block_actions",
        container={"type": "view", "view_id": "V1"},
        view={"id": "V1", "type": "home", "callback_id": "", "private_metadata": "", "state": {"values": {}}},
        actions=[{"type": "button", "action_id": "a", "block_id": "b", "value": "x", "action_ts": "1.1"}],
    ),
    _interaction(
        type="message_action",
        callback_id="save_paper",
        channel={"id": "C1"},
        message={"ts": "1.1"},
        response_url=RESPONSE_URL,
    ),
    _interaction(type="shortcut", callback_id="find"),
    *(
        _interaction(
            type="view_submission",
            view={
                "id": "V1",
                "type": "modal",
                "callback_id": kind,
                "private_metadata": "",
                "hash": "x",
                "state": {"values": {"zone": {"zone": {"value": "UTC"}}, "time": {"time": {"selected_time": "08:00"}}}},
            },
        )
        for kind in ("settings", "find")
    ),
)
