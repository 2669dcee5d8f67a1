"""What the world of the fake Slack is made of, and how each of them looks in Slack's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Blocks = list[dict[str, Any]]


@dataclass
class Team:
    """A workspace and the app's bot in it."""

    id: str
    name: str
    domain: str
    bot_user: str
    bot_id: str

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "domain": self.domain}


@dataclass
class Token:
    """A secret; `refusal` is what every call with it is answered with once it is no longer good."""

    value: str
    kind: Literal["bot", "app", "refresh"]
    team: str
    scopes: frozenset[str] = frozenset()
    expires: float | None = None
    refusal: str = ""


@dataclass
class Code:
    """What Slack's consent page hands to the redirect address: good once, for ten minutes."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str
    expires: float
    used: bool = False


@dataclass
class User:
    """A person, or a bot."""

    id: str
    team: str
    name: str = ""
    tz: str = "Etc/UTC"
    locale: str = "en-US"
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    def json(self, *, locale: bool) -> dict[str, Any]:
        """As users.info gives it. https://docs.slack.dev/reference/objects/user-object ."""
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        names = {"real_name": self.name, "display_name": self.name, "team": self.team}
        zone = {"tz": self.tz, "tz_label": self.tz, "tz_offset": int(offset.total_seconds()) if offset else 0}
        found = {"id": self.id, "team_id": self.team, "name": self.name, "deleted": self.deleted, "profile": names}
        found |= {"is_bot": self.is_bot, "is_app_user": False, "is_stranger": self.is_stranger}
        if self.deleted:  # Slack leaves the rest out for people who are gone
            return found
        kind = {"is_restricted": self.is_restricted, "is_ultra_restricted": self.is_ultra_restricted}
        more = {"locale": self.locale} if locale else {}
        return found | {"real_name": self.name, "color": "9f69e7", "is_admin": False} | zone | kind | more


@dataclass
class Channel:
    """A conversation; `person` is who a direct message is with."""

    id: str
    team: str
    name: str = ""
    members: set[str] = field(default_factory=set)
    person: str = ""
    is_archived: bool = False
    is_private: bool = False
    is_deleted: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As conversations.info gives it. https://docs.slack.dev/reference/objects/conversation-object ."""
        head = {"id": self.id, "created": 1_700_000_000, "is_archived": self.is_archived, "context_team_id": self.team}
        if self.person:
            return head | {"is_im": True, "user": self.person, "is_org_shared": False, "priority": 0}
        kind = {"is_channel": not self.is_private, "is_group": self.is_private, "is_im": False, "is_mpim": False}
        name = {"name": self.name, "name_normalized": self.name, "is_private": self.is_private, "is_general": False}
        return head | kind | name | {"num_members": len(self.members)}


@dataclass
class Message:
    """A message as it is now; `thread` is the ts it answers to, `seen_by` the one who sees an ephemeral one."""

    ts: str
    channel: str
    team: str
    user: str
    text: str
    blocks: Blocks
    thread: str | None = None
    bot_id: str = ""
    app_id: str = ""
    seen_by: str = ""
    edits: int = 0
    deleted: bool = False
    files: list[File] = field(default_factory=list)
    unfurls: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)  # the arguments it was posted with

    @property
    def plain(self) -> str:
        """All words in the blocks, one block a line; the text where there are no blocks."""
        return "\n".join("".join(words(block)) for block in self.blocks) if self.blocks else self.text

    @property
    def buttons(self) -> dict[str, str]:
        """What can be pressed: label -> value (or url), overflow options included."""
        return dict(pressable(self.blocks))

    def json(self) -> dict[str, Any]:
        """As it stands in events and answers. https://docs.slack.dev/reference/events/message ."""
        found: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        found |= {"team": self.team}
        found |= {"bot_id": self.bot_id, "app_id": self.app_id} if self.bot_id else {}
        found |= {"blocks": self.blocks} if self.blocks else {}
        found |= {"thread_ts": self.thread} if self.thread else {}
        found |= {"edited": {"user": self.user, "ts": self.ts}} if self.edits else {}
        return found | ({"files": [file.json() for file in self.files]} if self.files else {})


@dataclass
class View:
    """A modal or a Home tab as it is now; `content` is what the app sent."""

    id: str
    team: str
    user: str
    content: dict[str, Any]
    hash: str
    app_id: str
    bot_id: str
    root: str = ""
    previous: str | None = None
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def blocks(self) -> Blocks:
        return list(self.content["blocks"])

    @property
    def plain(self) -> str:
        return "\n".join("".join(words(block)) for block in self.blocks)

    @property
    def buttons(self) -> dict[str, str]:
        return dict(pressable(self.blocks))

    def json(self) -> dict[str, Any]:
        """As it stands in answers and payloads. https://docs.slack.dev/reference/views ."""
        defaults: dict[str, Any] = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
        }
        defaults |= {"close": None, "clear_on_close": False, "notify_on_close": False}
        ids = {"id": self.id, "team_id": self.team, "hash": self.hash, "app_id": self.app_id, "bot_id": self.bot_id}
        stack = {"root_view_id": self.root or self.id, "previous_view_id": self.previous}
        return {**defaults, **self.content, **ids, **stack, "app_installed_team_id": self.team} | {
            "state": {"values": self.state}
        }


@dataclass
class File:
    """An upload: the address is given out first, then the bytes come, then it is shared."""

    id: str
    team: str
    name: str
    length: int
    title: str = ""
    alt: str = ""
    content: bytes | None = None
    shared: bool = False
    channel: str = ""
    thread: str | None = None

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "title": self.title or self.name, "size": self.length}


def words(thing: Any) -> Iterator[str]:
    """Yield every piece of text inside a block, in order; an emoji or a person is shown by name."""
    if isinstance(thing, list):
        for part in thing:
            yield from words(part)
    elif isinstance(thing, dict):
        if isinstance(thing.get("text"), str):
            yield thing["text"]
        elif thing.get("type") in {"emoji", "user"}:
            yield f":{thing['name']}:" if "name" in thing else f"<@{thing['user_id']}>"
        elif thing.get("type") == "link":
            yield str(thing.get("url", ""))
        else:
            yield from words([part for part in thing.values() if isinstance(part, dict | list)])


def pressable(blocks: Any) -> Iterator[tuple[str, str]]:
    """Yield label and value of every button and overflow option in the blocks."""
    if isinstance(blocks, list):
        for block in blocks:
            yield from pressable(block)
    elif isinstance(blocks, dict):
        if blocks.get("type") == "button":
            yield blocks["text"]["text"], blocks.get("value") or blocks.get("url", "")
        elif blocks.get("type") == "overflow":
            for option in blocks["options"]:
                yield option["text"]["text"], option.get("value") or option.get("url", "")
        else:
            yield from pressable([part for part in blocks.values() if isinstance(part, dict | list)])
