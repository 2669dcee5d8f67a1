"""What happens to workspaces and channels: archived, renamed, the bot invited or removed, the app uninstalled.

Each changes the world at once and tells the app in the background; await what is returned for the acknowledgement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack_delivery import Deliveries, Delivery
from tests.fakes.slack_payloads import event_callback
from tests.fakes.slack_things import Channel
from tests.fakes.slack_world import World

TEAM = "T1"
_ADMIN = "UADMIN1"
News = asyncio.Task[list[Delivery]]


class Admin:
    """The acts of administrators. Nobody is told while the app is not connected: Slack does not keep events long.

    An event that is not acknowledged is among the `refusals`, as "event".
    """

    world: World
    deliveries: Deliveries
    news: set[News]
    refusals: list[tuple[str, str]]

    def archive(self, channel: str, team: str = TEAM) -> News:
        room = self._room(channel, team)
        room.is_archived = True
        return self._tell(team, _about(room, "archive") | {"is_moved": 0})

    def unarchive(self, channel: str, team: str = TEAM) -> News:
        room = self._room(channel, team)
        room.is_archived = False
        return self._tell(team, _about(room, "unarchive"))

    def delete_channel(self, channel: str, team: str = TEAM) -> News:
        room = self._room(channel, team)
        room.is_deleted = True
        return self._tell(team, _about(room, "deleted") | {"actor_id": _ADMIN})

    def rename(self, channel: str, name: str, team: str = TEAM) -> News:
        room = self._room(channel, team)
        room.name = name
        return self._tell(team, _about(room, "rename") | {"channel": room.json()})

    def kick(self, channel: str, team: str = TEAM) -> News:
        """Remove the bot from a channel. https://docs.slack.dev/reference/events/channel_left ."""
        room = self._room(channel, team)
        room.members.discard(self.world.team(team).bot_user)
        return self._tell(team, _about(room, "left") | {"actor_id": _ADMIN})

    def invite(self, channel: str, by: str = _ADMIN, team: str = TEAM) -> News:
        """Add the bot to a channel. https://docs.slack.dev/reference/events/member_joined_channel ."""
        room, bot = self._room(channel, team), self.world.team(team).bot_user
        room.members.add(bot)
        event = {"type": "member_joined_channel", "user": bot, "channel": room.id, "team": team, "inviter": by}
        return self._tell(team, event | {"channel_type": "G" if room.is_private else "C"})

    def revoke(self, team: str = TEAM) -> News:
        """Take the bot's token away. https://docs.slack.dev/reference/events/tokens_revoked ."""
        self.world.revoke(team)
        return self._tell(team, self._revoked(team))

    def uninstall(self, team: str = TEAM) -> News:
        """Remove the app; two events come, in no certain order."""
        self.world.revoke(team, "account_inactive")
        return self._tell(team, self._revoked(team), {"type": "app_uninstalled"})

    def expire_tokens(self, team: str = TEAM) -> None:
        """Let a workspace's access tokens run out now; refresh tokens stay good."""
        for token in self.world.tokens.values():
            if token.team == team and token.kind == "bot":
                token.expires = self.world.now()

    def _room(self, channel: str, team: str) -> Channel:
        return self.world.channels[team, channel]

    def _revoked(self, team: str) -> dict[str, Any]:
        return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.world.team(team).bot_user]}}

    def _tell(self, team: str, *events: Mapping[str, Any]) -> News:
        task = asyncio.create_task(self._deliver(team, events))
        self.news.add(task)
        task.add_done_callback(self._told)
        return task

    def _told(self, task: News) -> None:
        self.news.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.refusals.append(("event", str(error)))
        self.world.changed()

    async def _deliver(self, team: str, events: tuple[Mapping[str, Any], ...]) -> list[Delivery]:
        if not self.deliveries.listening:
            return []
        return [await self.deliveries.deliver(event_callback(self.world, team, dict(event))) for event in events]


def _about(room: Channel, what: str) -> dict[str, Any]:
    return {"type": f"{'group' if room.is_private else 'channel'}_{what}", "channel": room.id, "user": _ADMIN}
