"""The payloads Slack sends, shaped like captured ones. https://docs.slack.dev/reference/interaction-payloads ."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.fakes.slack_things import Channel, Message, User, View
from tests.fakes.slack_world import World

Json = dict[str, Any]
_HEAD: Json = {"token": "verification_token"}
_URL = re.compile(r"https?://[^\s<>]+")


def event_callback(world: World, team: str, event: Json) -> Json:
    """Return an event in its wrapping. https://docs.slack.dev/apis/events-api/#callback-field ."""
    moment = world.next_ts()
    bot: Json = {"enterprise_id": None, "team_id": team, "user_id": world.team(team).bot_user, "is_bot": True}
    head = _HEAD | {"team_id": team, "context_team_id": team, "context_enterprise_id": None}
    head |= {"api_app_id": world.app_id, "event": {"event_ts": moment, **event}, "type": "event_callback"}
    head |= {"event_id": world.next_id("Ev"), "event_time": int(float(moment))}
    head |= {"authorizations": [bot | {"is_enterprise_install": False}], "is_ext_shared_channel": False}
    return head | {"event_context": world.next_id("4-")}


def slash(world: World, command: str, text: str, user: User, channel: Channel, response_url: str) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling ."""
    names = {"channel_name": _name(channel), "user_name": user.name, "team_domain": world.team(user.team).domain}
    ids = {"team_id": user.team, "channel_id": channel.id, "user_id": user.id, "api_app_id": world.app_id}
    told = {"command": command, "text": text, "response_url": response_url, "is_enterprise_install": "false"}
    return _HEAD | ids | names | told | {"trigger_id": world.trigger(user.team, user.id)}


def interaction(world: World, kind: str, user: User) -> Json:
    """Return what every interaction has."""
    who = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team}
    where = {"team": world.team(user.team).json(), "enterprise": None, "is_enterprise_install": False}
    return _HEAD | {
        "type": kind,
        "user": who,
        "api_app_id": world.app_id,
        "trigger_id": world.trigger(user.team, user.id),
        **where,
    }


def message_press(world: World, message: Message, channel: Channel, user: User, action: Json, url: str) -> Json:
    """A press under a message; of an ephemeral one Slack tells only its ts."""
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container |= {"is_ephemeral": bool(message.seen_by)} | ({"thread_ts": message.thread} if message.thread else {})
    found = interaction(world, "block_actions", user) | {"container": container, "channel": _where(channel)}
    found |= {} if message.seen_by else {"message": message.json()}
    return found | {"state": {"values": {}}, "response_url": url, "actions": [action | {"action_ts": world.next_ts()}]}


def unfurl_press(
    world: World, message: Message, channel: Channel, user: User, link: str, press: tuple[Json, str]
) -> Json:
    """A press in the preview of a link, which Slack counts as an attachment of somebody's message."""
    action, url = press
    found = message_press(world, message, channel, user, action, url)
    container = found["container"] | {"type": "message_attachment", "attachment_id": 1}
    preview = {"id": 1, "app_unfurl_url": link, "is_app_unfurl": True, "app_id": world.app_id} | message.unfurls[link]
    return found | {"container": container | {"is_app_unfurl": True, "app_unfurl_url": link}, "app_unfurl": preview}


def view_press(world: World, view: View, user: User, action: Json) -> Json:
    """A press in a modal or the Home tab: there is no channel and no response_url."""
    found = interaction(world, "block_actions", user)
    found |= {"container": {"type": "view", "view_id": view.id}, "view": view.json()}
    return found | {"actions": [action | {"action_ts": world.next_ts()}]}


def view_event(world: World, kind: str, view: View, user: User) -> Json:
    """A submission (view_submission) or a dismissal (view_closed)."""
    found = interaction(world, kind, user) | {"view": view.json(), "response_urls": []}
    if kind == "view_closed":  # it carries no right to open another
        del found["trigger_id"]
        found["is_cleared"] = False
    return found


def message_shortcut(world: World, callback_id: str, message: Message, channel: Channel, user: User, url: str) -> Json:
    found = interaction(world, "message_action", user) | {"callback_id": callback_id, "action_ts": world.next_ts()}
    found |= {"message_ts": message.ts, "channel": _where(channel), "response_url": url}
    return found | {"message": message.json()}


def global_shortcut(world: World, callback_id: str, user: User) -> Json:
    return interaction(world, "shortcut", user) | {"callback_id": callback_id, "action_ts": world.next_ts()}


def written(message: Message, kind: str = "message", channel_type: str = "channel") -> Json:
    """Return the event of something a person wrote. https://docs.slack.dev/reference/events/message ."""
    found = message.json() | {"type": kind, "channel": message.channel, "event_ts": message.ts}
    found |= {"client_msg_id": f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]}"}
    return found | ({"channel_type": channel_type} if kind == "message" else {})


def typed(text: str) -> tuple[str, list[Json]]:
    """Return text and blocks as Slack makes them from what a person types: escaped, links in angle brackets."""
    escaped = html.escape(text, quote=False).replace("&lt;@", "<@")
    escaped = re.sub(r"(<@\w+)&gt;", r"\1>", escaped)
    escaped = _URL.sub(lambda url: f"<{url[0]}>", escaped)
    section = {"type": "rich_text_section", "elements": list(_elements(text))}
    return escaped, [{"type": "rich_text", "block_id": "typed", "elements": [section]}] if text else []


def _elements(text: str) -> list[Json]:
    found: list[Json] = []
    for part in re.split(r"(<@\w+>|https?://[^\s<>]+)", text):
        if part.startswith("<@"):
            found.append({"type": "user", "user_id": part[2:-1]})
        elif _URL.fullmatch(part):
            found.append({"type": "link", "url": part})
        elif part:
            found.append({"type": "text", "text": part})
    return found


def _where(channel: Channel) -> Json:
    return {"id": channel.id, "name": _name(channel)}


def _name(channel: Channel) -> str:
    if channel.person:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
