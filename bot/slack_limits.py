"""The pace of messages Slack accepts: one a second in a channel, and several hundred a minute in a workspace.

Source: https://docs.slack.dev/apis/web-api/rate-limits (short bursts are allowed without saying how short, so there are
none here). Slack counts edits by another rule, 50 and more a minute over a workspace; they wait with the rest, so that
a channel gets its messages in the order they were sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from redis.asyncio import Redis
from slack_sdk.errors import SlackApiError

from bot.limits import RETRIES, Lanes, Limit, PausedError
from bot.shared_limits import SharedPace
from bot.slack_errors import pause

CHANNEL: Final = Limit(1, 1.0)
WORKSPACE: Final = Limit(300, 60.0)

_T = TypeVar("_T")


class Limits:
    """Delays messages until Slack accepts them."""

    def __init__(self, redis: Redis | None = None, *, channel: Limit = CHANNEL, workspace: Limit = WORKSPACE) -> None:
        """With `redis`, workspaces are paced over all processes; by their ids, for tokens are renewed."""
        self._channel, self._workspace, self._redis = channel, workspace, redis
        self._teams: dict[str, Lanes] = {}

    async def run(self, team: str, channel: str, call: Callable[[], Awaitable[_T]], retries: int = RETRIES) -> _T:
        """Return what the call returns, made when its channel and its workspace have room for it.

        A 429 pauses its own channel for as long as Slack asks, then the call is made again, at most `retries` times.
        PausedError is raised when the last try fails too or the channel is paused for more than 5 minutes; any other
        error of the call passes through.
        """

        async def limited() -> _T:
            try:
                return await call()
            except SlackApiError as error:
                seconds = pause(error)
                if seconds is None:
                    raise
                raise PausedError(seconds) from error

        return await self._lanes(team).run(channel, (self._channel,), limited, retries)

    def _lanes(self, team: str) -> Lanes:
        if team not in self._teams:
            shared = SharedPace(self._redis, "slack", team) if self._redis else None
            self._teams[team] = Lanes(self._workspace, shared)
        return self._teams[team]
