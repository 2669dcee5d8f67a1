"""Slack as a service: one workspace or many, by Socket Mode or HTTP, until the signal that ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.errors import SlackApiError

from bot.services import Services
from bot.slack import SlackBot
from bot.slack_app import build_app, oauth_flow, routes
from bot.slack_errors import code, patiently
from bot.slack_install import ManyWorkspaces, OneWorkspace, Workspaces
from bot.slack_limits import Limits
from bot.slack_send import Sender, web_client
from bot.slack_updates import SURFACE
from bot.surface import Joined
from bot.workspaces import Installations
from brief.errors import SettingsError

CONNECTIONS = 100  # more than the messages a second that Slack takes from one app can use
TIMEOUT = 30.0  # seconds a call may take; the library's own does not count for a session it is given

_log = logging.getLogger(__name__)


class SlackSurface:
    """The app of SLACK_BOT_TOKEN, or of SLACK_CLIENT_ID in every workspace that installed it."""

    name = SURFACE

    def __init__(self, services: Services, limits: Limits | None = None) -> None:
        settings = self._settings = services.settings
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=aiohttp.ClientTimeout(TIMEOUT)
        )
        # Without a session of its own each call would open a connection.
        self._client = web_client(settings.slack_api_url, self._session)
        workspaces, flow = self._workspaces(services)
        app = build_app(settings, self._client, workspaces, flow)
        self.bot = SlackBot(
            services, app, workspaces, Sender(self._client, workspaces, limits or Limits(services.store.client))
        )
        self.routes = routes(settings, app, flow)

    async def serve(self, joined: Joined) -> None:
        """Answer until cancelled. Raises SettingsError for a token that Slack does not take."""
        async with self._connected(), joined(self.bot):
            _log.info("serving in Slack")
            await self._receive()

    async def deliver(self, joined: Joined) -> None:
        """Only send until cancelled. Raises SettingsError for a token that Slack does not take."""
        async with self._connected(), joined(self.bot):
            _log.info("delivering in Slack")
            await asyncio.Event().wait()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        async with self._session:
            try:
                await self._connect()
                async with self.bot.running():
                    yield
            finally:
                if self._many:
                    await self._many.close()

    def _workspaces(self, services: Services) -> tuple[Workspaces, AsyncOAuthFlow | None]:
        """Return where the app is installed, and the way to install it if that is for everyone."""
        settings = self._settings
        self._one: OneWorkspace | None = None
        self._many: ManyWorkspaces | None = None
        if settings.slack_bot_token:
            self._one = OneWorkspace(self._client, settings.slack_bot_token.get_secret_value())
            return self._one, None
        key, secret = settings.slack_encryption_key, settings.slack_client_secret
        if settings.slack_client_id is None or key is None or secret is None:
            raise SettingsError("SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_ENCRYPTION_KEY: all or none")
        installations = Installations(services.store, key.get_secret_value())
        self._many = ManyWorkspaces(
            self._client, installations, client_id=settings.slack_client_id, client_secret=secret.get_secret_value()
        )
        return self._many, oauth_flow(settings, self._client, installations, self._installed)

    async def _connect(self) -> None:
        """Learn which workspace the token is of, and bring its chats back."""
        if self._one:
            team = (await self._one.connect()).team
            await self.bot.chats.presubscribe(team)
            await self.bot.chats.installed(team)

    async def _receive(self) -> None:
        """Take events until cancelled: by Socket Mode where there is a token for it, else by HTTP alone."""
        token = self._settings.slack_app_token
        if token is None:
            await asyncio.Event().wait()
            return
        await self._check(token.get_secret_value())
        handler = AsyncSocketModeHandler(self.bot.app, token.get_secret_value(), web_client=self._client)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt left it so
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _check(self, token: str) -> None:
        """Ask once for a connection: the client itself would ask on for ever, whatever Slack says."""
        try:
            await patiently(lambda: self._client.apps_connections_open(app_token=token))
        except SlackApiError as error:
            raise SettingsError(
                f"SLACK_APP_TOKEN: Slack says {code(error)}; an app-level token with connections:write is needed, "
                "see Basic Information at https://api.slack.com/apps"
            ) from None  # the error repeats what was sent

    async def _installed(self, team: str) -> None:
        await self.bot.chats.installed(team)
