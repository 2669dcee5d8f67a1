"""One call of a Web API method: who calls, with what, and the conversation it is about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import Channel, Message, Team, Token
from tests.fakes.slack_world import World


@dataclass(frozen=True)
class Call:
    """What a method gets: the token is good, and the arguments are known ones with all required ones among them."""

    world: World
    token: Token
    arguments: dict[str, Any]

    @property
    def team(self) -> Team:
        return self.world.teams[self.token.team]

    def get(self, name: str) -> Any:
        return self.arguments.get(name)

    def text(self, name: str) -> str:
        """Return an argument as text, "" when it is not given. Raises SlackRefusal when it is no text."""
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"[ERROR] must be a string [json-pointer:/{name}]")
        return value or ""

    def flag(self, name: str) -> bool:
        """Return a yes or no; slack_sdk writes 1 and 0 into forms."""
        return self.arguments.get(name) in (True, 1, "1", "true", "True")

    def json(self, name: str, error: str) -> Any:
        """Return an argument that is JSON, in a string or not. Raises SlackRefusal(error) when it is neither."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackRefusal(error) from None

    def need(self, scope: str) -> None:
        """Raise SlackRefusal when the token was not granted a scope."""
        if scope not in self.token.scopes:
            raise SlackRefusal("missing_scope", needed=scope, provided=",".join(sorted(self.token.scopes)))

    def conversation(self, channel_id: str) -> Channel:
        """Return a conversation the bot may write to. Raises SlackRefusal; for it private ones exist only inside."""
        channel = self.world.channels.get((self.team.id, channel_id))
        member = channel is not None and self.team.bot_user in channel.members
        if channel is None or channel.is_deleted or (channel.is_private and not member):
            raise SlackRefusal("channel_not_found")
        if channel.is_archived:
            raise SlackRefusal("is_archived")
        if not member:
            raise SlackRefusal("not_in_channel")
        return channel

    def person(self, user_id: str, unknown: str = "user_not_found") -> str:
        """Return the id of a person; a deactivated one is still there. Raises SlackRefusal."""
        user = self.world.users.get((self.team.id, user_id))
        if user is None:
            raise SlackRefusal(unknown)
        if user.is_bot:
            raise SlackRefusal("cannot_dm_bot")
        return user.id

    def thread(self, channel: Channel) -> str | None:
        """Return the thread to answer in, None when its first message was deleted, as Slack does without a word.

        https://github.com/slack-go/slack/issues/1571 . Raises SlackRefusal for a ts that never was the first of one:
        what Slack does then is not known, and it is a mistake of the sender.
        """
        ts = self.text("thread_ts")
        if not ts:
            return None
        if not re.fullmatch(r"\d+\.\d+", ts):
            raise SlackRefusal("invalid_thread_ts")
        parent = channel.messages.get(ts)
        if parent is None:
            raise SlackRefusal("thread_not_found")
        if parent.thread not in (None, ts):
            raise SlackRefusal("cannot_reply_to_message")
        return None if parent.deleted else ts

    def own_message(self, channel: Channel, forbidden: str) -> Message:
        """Return the bot's message named by `ts`. Raises SlackRefusal; ephemeral ones are not found."""
        message = channel.messages.get(self.text("ts"))
        if message is None or message.deleted:
            raise SlackRefusal("message_not_found")
        if message.user != self.team.bot_user:
            raise SlackRefusal(forbidden)
        return message


def invalid(*messages: str) -> SlackRefusal:
    return SlackRefusal("invalid_arguments", messages)
