"""Which Slack workspaces the app is installed in, and what to speak there with: one by its token, or many by OAuth.

A token that expires within two hours is renewed by whoever needs it, for an event or for a push nobody asked for; by
one process at a time, for a refresh token is good once (https://docs.slack.dev/authentication/using-token-rotation).
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import code, patiently
from bot.workspaces import Installations, Workspace
from brief.errors import SettingsError

_EARLY = 120  # minutes before its end that a token is renewed
_RENEWAL_LIMIT = 25.0  # seconds; less than a turn may be held
_PATIENCE = (
    1.0  # seconds that a call waits for a new token while the old one is good: an event must be acknowledged in 3
)
_AGAIN = 60.0  # seconds between tries to renew a token that is still good

# What Slack says of a token that will never be good again: https://docs.slack.dev/reference/methods/auth.test#errors
_DEAD = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
_DEAD_REFRESH = frozenset({"invalid_refresh_token", "token_revoked", "account_inactive"})

_log = logging.getLogger(__name__)


class NotInstalledError(Exception):
    """The app is not installed in a workspace, or not any more; the message is the workspace's id."""


@dataclass(frozen=True)
class Access:
    """What to speak in a workspace with, and who the bot is there: its id as an app, and as a user."""

    team: str
    token: str = field(repr=False)
    bot_id: str
    bot_user: str


class Workspaces(Protocol):
    """Where the app is installed."""

    async def access(self, team: str) -> Access:
        """Return a token of a workspace that is good now. Raises NotInstalledError, StoreError."""

    async def forget(self, team: str) -> bool:
        """Forget a workspace if Slack takes its token no more, and tell whether it is gone. Raises StoreError.

        Slack is asked, because what tells of it may come late: the workspace may have installed the app again.
        """


class OneWorkspace:
    """The workspace of SLACK_BOT_TOKEN."""

    def __init__(self, client: AsyncWebClient, token: str) -> None:
        self._client, self._token = client, token
        self._access: Access | None = None
        self._gone = False

    async def connect(self) -> Access:
        """Ask Slack whose token it is, until it answers. Raises SettingsError for one that is no good."""
        try:
            answer = await patiently(lambda: self._client.auth_test(token=self._token))
        except SlackApiError as error:
            raise SettingsError(
                f"SLACK_BOT_TOKEN: Slack says {code(error) or 'nothing readable'}; "
                "OAuth & Permissions at https://api.slack.com/apps shows the right one"
            ) from None  # the error repeats what was sent and answered
        self._access = Access(answer["team_id"], self._token, answer.get("bot_id") or "", answer["user_id"])
        return self._access

    async def access(self, team: str) -> Access:
        """Return the token. Raises NotInstalledError for another workspace, and before `connect`."""
        if self._access is None or team != self._access.team:
            raise NotInstalledError(team)
        return self._access

    async def forget(self, team: str) -> bool:
        """Tell whether the token is no good any more: only the operator can give another one."""
        known = self._access is not None and team == self._access.team
        gone = known and await _dead(self._client, self._token)
        if gone and not self._gone:
            _log.error("Slack takes SLACK_BOT_TOKEN no more: install the app again, set its token and restart")
        self._gone = gone
        return gone


class ManyWorkspaces:
    """The workspaces that installed the app by OAuth."""

    def __init__(
        self, client: AsyncWebClient, installations: Installations, *, client_id: str, client_secret: str
    ) -> None:
        self._client, self._installations = client, installations
        self._rotator = AsyncTokenRotator(client=client, client_id=client_id, client_secret=client_secret)
        self._renewals: dict[str, asyncio.Task[Workspace]] = {}
        self._not_before: dict[str, float] = {}

    async def access(self, team: str) -> Access:
        """Return a token that is good now, renewed if need be. Raises NotInstalledError, StoreError.

        When a token's time is over and Slack does not answer, it is returned as it is.
        """
        workspace = await self._installations.workspace(team)
        if workspace is None:
            raise NotInstalledError(team)
        if _ends_within(workspace, _EARLY * 60) and self._not_before.get(team, 0) <= time.monotonic():
            workspace = await self._renewed(workspace)
        return Access(team, workspace.token, workspace.bot_id, workspace.bot_user)

    async def forget(self, team: str) -> bool:
        """Forget a workspace if Slack takes its token no more, and tell whether it is gone. Raises StoreError."""
        workspace = await self._installations.workspace(team)
        if workspace is None:
            return True
        if not await _dead(self._client, workspace.token):
            return False
        self._not_before.pop(team, None)
        await self._installations.remove(workspace)
        return await self._installations.workspace(team) is None

    async def close(self, seconds: float = 6.0) -> None:
        """Let renewals under way end, for so long: a lost answer would be a lost refresh token."""
        renewals = list(self._renewals.values())
        if renewals:
            _, late = await asyncio.wait(renewals, timeout=seconds)
            for renewal in late:
                renewal.cancel()
            await asyncio.wait(renewals)

    async def _renewed(self, workspace: Workspace) -> Workspace:
        """Return a workspace with a new token; as it is, if that takes long and the old one is still good.

        The renewal goes on if its caller is cancelled: a lost answer would be a lost refresh token.
        """
        team = workspace.team
        renewal = self._renewals.get(team)
        if renewal is None:
            renewal = self._renewals[team] = asyncio.create_task(self._renew(team))
            renewal.add_done_callback(lambda task: self._ended(team, task))
        await asyncio.wait([renewal], timeout=None if _ends_within(workspace, 0) else _PATIENCE)
        return renewal.result() if renewal.done() else workspace

    def _ended(self, team: str, renewal: asyncio.Task[Workspace]) -> None:
        del self._renewals[team]
        if not renewal.cancelled() and renewal.exception():  # whoever still waits for it is told too
            _log.info("the renewal for %s ended with %s", team, type(renewal.exception()).__name__)

    async def _renew(self, team: str) -> Workspace:
        """Renew a token, unless another process did while this one waited for its turn."""
        async with self._installations.renewing(team):
            workspace = await self._installations.workspace(team)
            if workspace is None:
                raise NotInstalledError(team)
            try:
                async with asyncio.timeout(_RENEWAL_LIMIT):
                    bot = await self._rotator.perform_bot_token_rotation(
                        bot=_bot(workspace), minutes_before_expiration=_EARLY
                    )
            except (SlackTokenRotationError, aiohttp.ClientError, OSError) as error:
                return await self._not_renewed(workspace, error)
            if bot is None:
                return workspace
            renewed = workspace.model_copy(
                update={
                    "token": bot.bot_token,
                    "refresh_token": bot.bot_refresh_token,
                    "expires": bot.bot_token_expires_at,
                }
            )
            await self._installations.save(renewed)
            return renewed

    async def _not_renewed(self, workspace: Workspace, error: Exception) -> Workspace:
        said = code(error.api_error) if isinstance(error, SlackTokenRotationError) else type(error).__name__
        _log.warning("the token of %s was not renewed: %s", workspace.team, said)
        self._not_before[workspace.team] = time.monotonic() + _AGAIN
        if said in _DEAD_REFRESH and _ends_within(workspace, 0):
            del self._not_before[workspace.team]
            await self._installations.remove(workspace)
            raise NotInstalledError(workspace.team)
        return workspace


def _ends_within(workspace: Workspace, seconds: float) -> bool:
    return workspace.expires is not None and workspace.expires <= time.time() + seconds


def _bot(workspace: Workspace) -> Bot:
    return Bot(
        team_id=workspace.team,
        bot_token=workspace.token,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot_user,
        bot_refresh_token=workspace.refresh_token,
        bot_token_expires_at=workspace.expires,
        installed_at=time.time(),
    )


async def _dead(client: AsyncWebClient, token: str) -> bool:
    """Tell whether Slack says that a token is no good; when it says nothing, the token's next use will tell."""
    try:
        await client.auth_test(token=token)
    except SlackApiError as error:
        return code(error) in _DEAD
    except (aiohttp.ClientError, OSError):
        return False
    return False
