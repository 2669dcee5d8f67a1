"""Slack payloads -> who asks what, and where the answer goes. Pure: nothing is sent or looked up here."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from brief.models import find_arxiv_ids
from formatting.slack_buttons import PAGE

TYPED_LIMIT = 1000  # characters of a message that are read; no command is longer
SHARE = ("share", "分享")  # as the last word: the answer is for everyone in the channel
SURFACE = "slack"
PAPERBOY = "paperboy"  # the slash command for everything that has none of its own

_TEAM = re.compile(r"[TE][A-Z0-9]{1,20}", re.ASCII)
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,20}", re.ASCII)
_PERSON = re.compile(r"[UW][A-Z0-9]{1,20}", re.ASCII)
# https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages: links and mentions stand in <>.
_MARKUP = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_SAID = (None, "", "file_share", "thread_broadcast")  # what a person wrote; others tell of edits, joins …

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an answer goes: a channel of a workspace, or a person (U…), and the thread there if it goes into one."""

    team: str
    channel: str
    thread: str | None = None

    @property
    def private(self) -> bool:
        """Whether only one person reads it."""
        return not self.channel.startswith(("C", "G"))


@dataclass(frozen=True)
class Asked:
    """One question: `line` is a command or what was typed, `url` the response_url if Slack gave one.

    `shown` means that everyone in the channel saw the question and may see the answer. `title` is the channel's name
    where Slack tells it.
    """

    line: str
    place: Place
    person: str
    url: str = ""
    shown: bool = False
    title: str = ""

    @property
    def owner(self) -> str:
        """Who keeps the later list and the votes: the person, wherever they ask."""
        return chat_id(self.place.team, self.person)


@dataclass(frozen=True)
class Pressed:
    """A press of a button under a message: who pressed where, and the button's data.

    `turns_the_page` tells whether the answer takes the message's place: not where others are reading it, and not where
    the message is someone else's and the button stands in its preview.
    """

    asked: Asked
    data: str
    turns_the_page: bool


def chat_id(team: str, channel: str) -> str:
    """Return a channel's or person's id among the chats of all surfaces."""
    return f"{SURFACE}:{team}:{channel}"


def place_of(chat: str) -> Place:
    """Return where messages to a chat go; raises ValueError for a chat of another surface."""
    surface, _, rest = chat.partition(":")
    team, _, channel = rest.partition(":")
    if surface != SURFACE or not channel:
        raise ValueError(f"{chat[:40]!r} is not a Slack chat")
    return Place(team, channel)


def asked_by_slash(body: Json, known: Collection[str]) -> Asked | None:
    """Return what a slash command asks; `/paperboy top` is `/top`. None for a payload that is none."""
    place, person = _place(body.get("team_id"), body.get("channel_id")), _id(_PERSON, body.get("user_id"))
    if place is None or person is None or foreign(body, place.team):
        return None
    name = str(body.get("command") or "").removeprefix("/").lower()
    text, shown = _shared(typed(str(body.get("text") or "")))
    line = f"/{name} {text}".strip() if name in known else command_line(text, known)
    if not line.startswith("/") and not next(find_arxiv_ids(line), None):
        line = f"/{line}"  # `/paperboy tpo` is a command mistyped
    title = "" if place.private else str(body.get("channel_name") or "")[:128]
    return Asked(line, place, person, str(body.get("response_url") or ""), shown and not place.private, title)


def asked_by_message(body: Json, bot_user: str, known: Collection[str]) -> Asked | None:
    """Return what a mention or a direct message asks; None for messages of bots, edits, and other workspaces' people.

    A mention is answered in its thread, which is begun when there is none.
    """
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("subtype") not in _SAID or event.get("bot_id"):
        return None
    if event.get("type") == "message" and event.get("channel_type") != "im":
        return None
    place, person = _place(body.get("team_id"), event.get("channel")), _id(_PERSON, event.get("user"))
    if place is None or person is None or foreign(event, place.team):
        return None
    thread = _timestamp(event.get("thread_ts")) or (None if place.private else _timestamp(event.get("ts")))
    text = typed(str(event.get("text") or "").replace(f"<@{bot_user}>", " "))
    return Asked(command_line(text, known), replace(place, thread=thread), person, shown=not place.private)


def asked_by_press(body: Json) -> Pressed | None:
    """Return what a press under a message asks, its line still empty; None for one in a view or that opens a page."""
    container, action = body.get("container"), _first(body.get("actions"))
    if not isinstance(container, Mapping) or action is None or not data_of(action):
        return None
    own = container.get("type") == "message"
    if not own and container.get("type") != "message_attachment":
        return None
    team = _dig(body, "team", "id")
    place, person = _place(team, container.get("channel_id")), _id(_PERSON, _dig(body, "user", "id"))
    if place is None or person is None or foreign(body["user"], place.team):
        return None
    thread = _timestamp(container.get("thread_ts")) or _timestamp(_dig(body, "message", "thread_ts"))
    asked = Asked("", replace(place, thread=thread), person, str(body.get("response_url") or ""))
    return Pressed(asked, data_of(action), own and (place.private or bool(container.get("is_ephemeral"))))


def asked_by_invitation(body: Json) -> Asked | None:
    """Return the greeting for who invited the bot to a channel; None where nobody did or Slack does not say who.

    https://docs.slack.dev/reference/events/member_joined_channel
    """
    place = _place(body.get("team_id"), _dig(body, "event", "channel"))
    person = _id(_PERSON, _dig(body, "event", "inviter"))
    return Asked("/start", place, person) if place and person else None


def who_asks(body: Json) -> tuple[str, str] | None:
    """Return the workspace and the person of an interaction; None for people of another workspace."""
    team, person = _id(_TEAM, _dig(body, "team", "id")), _id(_PERSON, _dig(body, "user", "id"))
    return (team, person) if team and person and not foreign(body["user"], team) else None


def who_opened_home(body: Json) -> tuple[str, str] | None:
    """Return the workspace and the person whose Home tab was opened; None for another tab of the bot's."""
    team, person = _id(_TEAM, body.get("team_id")), _id(_PERSON, _dig(body, "event", "user"))
    return (team, person) if team and person and _dig(body, "event", "tab") == "home" else None


def foreign(who: Json, team: str) -> bool:
    """Tell whether a person, or who sent a payload, is of another workspace, in a channel shared with it.

    Slack leaves the workspace out of some payloads, or null: https://docs.slack.dev/apis/slack-connect
    """
    return any(who.get(name) not in (team, None) for name in ("team_id", "user_team", "team"))


def loses_access(event: Json) -> bool:
    """Tell whether an event may mean that the bot's token is gone; what people's own tokens do matters to nobody here.

    https://docs.slack.dev/reference/events/app_uninstalled, https://docs.slack.dev/reference/events/tokens_revoked
    """
    return event.get("type") == "app_uninstalled" or bool(_dig(event, "tokens", "bot"))


def data_of(action: Json) -> str:
    """Return the data of a pressed button or chosen menu entry, empty for one that only opens a page."""
    value = _dig(action, "selected_option", "value") if "selected_option" in action else action.get("value")
    data = str(value or "")[:TYPED_LIMIT]
    return "" if data.startswith(PAGE) else data


def typed(text: str) -> str:
    """Return a message's text as its writer typed it: links bare, other markup and entities resolved."""

    def bare(match: re.Match[str]) -> str:
        target = match["target"]
        return target if target[:1] not in ("@", "#", "!") else f"{target[0]}{match['label'] or target[1:]}"

    return html.unescape(_MARKUP.sub(bare, text[:TYPED_LIMIT])).strip()


def command_line(text: str, known: Collection[str]) -> str:
    """Return a line for the command table: `paper 2604.26904` and `/paperboy paper …` are `/paper …`.

    Nothing at all is `/start`.
    """
    if not text:
        return "/start"
    first, _, rest = text.partition(" ")
    if first.lower() == f"/{PAPERBOY}":
        return command_line(rest.strip(), known)
    return f"/{text}" if first.lower() in known else text


def name_of(line: str) -> str:
    """Return the command of a line; a bare arXiv id or link means `paper`."""
    return line.split(maxsplit=1)[0].removeprefix("/").lower() if line.startswith("/") else "paper"


def _shared(text: str) -> tuple[str, bool]:
    head, _, last = text.rpartition(" ")
    return (head.strip(), True) if last.lower() in SHARE else (text, False)


def _place(team: object, channel: object) -> Place | None:
    team_id, channel_id = _id(_TEAM, team), _id(_CHANNEL, channel)
    return Place(team_id, channel_id) if team_id and channel_id else None


def _id(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _timestamp(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"\d{1,12}\.\d{1,9}", value, re.ASCII) else None


def _first(actions: object) -> Json | None:
    found = actions[0] if isinstance(actions, list) and actions else None
    return found if isinstance(found, Mapping) else None


def _dig(body: Json, *names: str) -> Any:
    found: Any = body
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
