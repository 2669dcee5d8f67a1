"""The workspaces, people, channels, messages, views and tokens behind the fake Slack: state only.

Methods are called with `await slack_methods.call(world, method, token, arguments)`, which returns Slack's answer as
a dict or raises SlackRefusal (send `refusal.json()` with `refusal.status` and `refusal.headers`; RateLimited is one).
`token` is what stood behind "Bearer "; `arguments` is the form or the JSON body as a dict, values as they came: those
of a form are strings, and `blocks`, `view`, `unfurls`, `files` … may be JSON in a string. `slack_methods.credentials`
makes both out of an Authorization header and a body. After a call wake those who wait: `world.changed()`.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_limits import Limits
from tests.fakes.slack_things import Channel, Code, File, Message, Team, Token, User, View

# What the app's manifest asks for; a token may have others.
SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:read",
        "im:history",
        "im:write",
        "links:read",
        "links:write",
        "users:read",
    ]
)
Person = tuple[str, str]  # team id, user id: the same user id may be in two workspaces


@dataclass
class Trigger:
    """The right to open one view within three seconds. https://docs.slack.dev/interactivity ."""

    team: str
    user: str
    expires: float
    used: bool = False


class World:
    """Everything that is true whoever asks. `until` is how tests wait: no sleeps."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.app_id = "A1"
        self.client_id, self.client_secret = client_id, client_secret
        self.url = ""  # where the server answers, "http://127.0.0.1:PORT"; it is part of upload and socket addresses
        self.teams: dict[str, Team] = {}
        self.users: dict[Person, User] = {}
        self.channels: dict[Person, Channel] = {}  # by team id and channel id
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.triggers: dict[str, Trigger] = {}
        self.tickets: set[str] = set()  # Socket Mode addresses not used yet
        self.whispers: dict[Person, list[Message]] = {}  # ephemeral messages, by who sees them
        self.homes: dict[Person, View] = {}
        self.modals: dict[Person, list[View]] = {}  # the stack, the shown one last
        self.unfurls: list[dict[str, Any]] = []
        self.unfurl_domains = {"arxiv.org"}
        self.shared_links: dict[tuple[str, str], set[str]] = {}  # (channel, ts) or (source, unfurl_id) -> URLs
        self.files: dict[str, File] = {}
        self.unreachable: set[str] = set()  # addresses of pictures that cannot be fetched
        self.limits = Limits()
        self.rotation = False  # whether access tokens expire
        self.skipped = 0.0
        self._ids = itertools.count(1)
        self._last_ts = 0
        self._news = asyncio.Event()

    def now(self) -> float:
        """Return the world's time in seconds since 1970; `skip` moves it forward."""
        return time.time() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += seconds

    def next_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):08d}"

    def next_ts(self) -> str:
        """Return a message's time stamp: unique and increasing, however fast they come."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def changed(self) -> None:
        """Wake everyone who waits for something to become true."""
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, true: Callable[[], Any], seconds: float | None = None) -> bool:
        """Return when `true()` is, or after `seconds`; the value says which."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def team(self, team_id: str, token: str | None = None) -> Team:
        """Return a workspace, made on first use with its bot; `token` installs the app in it."""
        if team_id not in self.teams:
            number = len(self.teams) + 1
            team = Team(team_id, f"Team {team_id}", f"team-{team_id.lower()}", f"UBOT{number}", f"BBOT{number}")
            self.teams[team_id] = team
            self.user(team.bot_user, team_id, name="paperboy", is_bot=True)
        if token:
            self.tokens[token] = Token(token, "bot", team_id, SCOPES)
        return self.teams[team_id]

    def app(self, token: str) -> None:
        """Make an app-level token, which opens Socket Mode connections and belongs to no workspace."""
        self.tokens[token] = Token(token, "app", "", frozenset({"connections:write"}))

    def user(self, user_id: str, team: str, **more: Any) -> User:
        """Return a person of a workspace, made on first use; `more` is set in any case."""
        user = self.users.setdefault((team, user_id), User(user_id, team, name=user_id.lower()))
        for name, value in more.items():
            setattr(user, name, value)
        return user

    def channel(self, channel_id: str, team: str, **more: Any) -> Channel:
        """Return a conversation of a workspace, made on first use; `more` is set in any case."""
        channel = self.channels.setdefault((team, channel_id), Channel(channel_id, team, name=channel_id.lower()))
        for name, value in more.items():
            setattr(channel, name, value)
        return channel

    def dm(self, team: str, user: str) -> Channel:
        """Return the direct messages of the bot and one person, made on first use."""
        for channel in self.channels.values():
            if channel.team == team and channel.person == user:
                return channel
        members = {user, self.teams[team].bot_user}
        return self.channel(self.next_id("D"), team, name="", person=user, members=members)

    def post(self, channel: Channel, user: str, text: str, blocks: list[dict[str, Any]], **more: Any) -> Message:
        """Add a message to a channel, without any check."""
        message = Message(self.next_ts(), channel.id, channel.team, user, text, blocks, **more)
        channel.messages[message.ts] = message
        return message

    def whisper(self, channel: Channel, person: str, text: str, blocks: list[dict[str, Any]], **more: Any) -> Message:
        """Show a message to one person only, without any check."""
        bot = self.teams[channel.team].bot_user
        message = Message(self.next_ts(), channel.id, channel.team, bot, text, blocks, seen_by=person, **more)
        self.whispers.setdefault((channel.team, person), []).append(message)
        return message

    def trigger(self, team: str, user: str) -> str:
        """Return a trigger_id: good for one view within three seconds."""
        trigger_id = f"{self.next_id('')}.{int(self.now())}.{self.next_id('')}"
        self.triggers[trigger_id] = Trigger(team, user, self.now() + 3)
        return trigger_id

    def take_trigger(self, trigger_id: str, team: str) -> Trigger:
        """Use a trigger_id up. Raises SlackRefusal as https://docs.slack.dev/reference/methods/views.open does."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None or trigger.team != team:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if self.now() > trigger.expires:
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def views(self) -> Iterator[View]:
        """Every view that is shown to somebody, or lies below one that is."""
        yield from self.homes.values()
        yield from itertools.chain.from_iterable(self.modals.values())

    def token_of(self, team: str) -> Token | None:
        """Return the bot token of a workspace that is good now, the newest first."""
        found = (t for t in reversed(self.tokens.values()) if t.team == team and t.kind == "bot" and not t.refusal)
        return next((token for token in found if token.expires is None or token.expires > self.now()), None)

    def revoke(self, team: str, error: str = "token_revoked") -> None:
        """Answer every token of a workspace with `error` from now on: "token_revoked", "account_inactive" …"""
        for token in self.tokens.values():
            if token.team == team and not token.refusal:
                token.refusal = error
