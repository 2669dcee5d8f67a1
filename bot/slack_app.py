"""Bolt's app as Paperboy builds it, with nothing read from the environment, and its paths on the HTTP server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltError, BoltUnhandledRequestError
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_callback_options import AsyncFailureArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.server import READ_LIMIT
from bot.shape import MalformedError
from bot.slack_install import NotInstalledError, Workspaces
from bot.slack_shape import check_payload
from bot.workspaces import STATE_LIFE, Installations, Workspace
from brief.settings import Settings

# What the app may do, each for a reason that stands in deploy/slack-manifest.yaml.
SCOPES = (
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
)
_NOT_INSTALLED = "Paperboy is not installed in this workspace any more."
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)  # as bolt takes types for granted

_log = logging.getLogger(__name__)
_bolt_log = logging.getLogger(f"{__name__}.bolt")
_bolt_log.setLevel(logging.ERROR)  # its warnings are advice to who writes a bot


def build_app(
    settings: Settings, client: AsyncWebClient, workspaces: Workspaces, flow: AsyncOAuthFlow | None
) -> AsyncApp:
    """Return bolt's app, without listeners. `client` must have no token: each call has that of its workspace."""
    secret = settings.slack_signing_secret
    app = AsyncApp(
        logger=_bolt_log,
        name="paperboy",
        signing_secret=secret.get_secret_value() if secret else "",
        client=client,
        before_authorize=Readable(),
        authorize=Authorize(workspaces),
        oauth_flow=flow,
        oauth_settings=flow.settings if flow else None,  # else bolt makes some of SLACK_CLIENT_ID in the environment
        ssl_check_enabled=False,  # it reads SLACK_VERIFICATION_TOKEN
        raise_error_for_unhandled_request=True,
    )
    app.error(_unanswered)
    return app


async def _unanswered(
    error: Exception, body: dict[str, Any], response: BoltResponse | None = None
) -> BoltResponse | None:
    """Acknowledge what this bot has no use for, else Slack delivers it again; log what failed before it was a question.

    Only a slash command is told that the app is not installed: nothing else shows what an acknowledgement says.
    Without a `response` it was acknowledged before, and bolt takes no other.
    """
    if isinstance(error, NotInstalledError):
        _log.info("a delivery for workspace %.40r, where the app is not installed", str(error))
        said = _NOT_INSTALLED if "command" in body else ""
        return BoltResponse(status=200, body=said) if response else None
    if not isinstance(error, BoltUnhandledRequestError):
        _log.error("a delivery of Slack's failed", exc_info=error)
    return BoltResponse(status=200, body="") if response else None


class Readable(AsyncMiddleware):
    """Refuses payloads that nobody here could read, once their signature is known to be right."""

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - bolt's
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - bolt's
    ) -> BoltResponse:
        """Return a refusal, else what bolt makes of it."""
        try:
            check_payload(req.body)
        except MalformedError as error:
            _log.warning("a delivery of Slack's is none that this version can read: %s", error)
            return BoltResponse(status=400, body="")
        return await next()


class Authorize(AsyncAuthorize):
    """Gives bolt the same access that pushes use."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: Any
    ) -> AuthorizeResult:
        """Return the bot's identity in a workspace. Raises NotInstalledError, StoreError."""
        access = await self._workspaces.access(team_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=access.team,
            bot_id=access.bot_id,
            bot_user_id=access.bot_user,
            bot_token=access.token,
            user_id=user_id,
        )


def oauth_flow(
    settings: Settings,
    client: AsyncWebClient,
    installations: Installations,
    installed: Callable[[str], Awaitable[None]],
) -> AsyncOAuthFlow:
    """Return the installation by OAuth, https://docs.slack.dev/authentication/installing-with-oauth.

    `installed(team)` is told of each. Where a browser is sent back to is left to the app's configuration at Slack.
    """
    secret = settings.slack_client_secret
    options = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        scopes=SCOPES,
        user_scopes=(),
        installation_store=_Store(installations, installed),
        state_store=_States(installations),
        state_expiration_seconds=int(STATE_LIFE.total_seconds()),
        logger=_bolt_log,
    )
    options.redirect_uri = None  # bolt reads SLACK_REDIRECT_URI
    options.authorize_url_generator = AuthorizeUrlGenerator(
        client_id=options.client_id,
        scopes=SCOPES,
        authorization_url=f"{settings.slack_api_url}/oauth/v2/authorize",
    )
    flow = AsyncOAuthFlow(client=client, logger=_bolt_log, settings=options)
    flow.failure_handler = _failed
    return flow


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    """Show bolt's page, and tell the operator too: the reason may come from outside."""
    _log.warning("an installation in Slack failed: %.80r", args.reason)
    return await args.default.failure(args)


class _Store(AsyncInstallationStore):
    """Where bolt leaves a finished installation. What is installed, `Authorize` knows."""

    def __init__(self, installations: Installations, installed: Callable[[str], Awaitable[None]]) -> None:
        self._installations, self._installed = installations, installed

    async def async_save(self, installation: Installation) -> None:
        """Keep what is needed of it. Raises BoltError, which bolt shows as a page, for a whole organisation's."""
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError("only single workspaces can install the app")
        workspace = Workspace(
            team=installation.team_id,
            bot_id=installation.bot_id or "",
            bot_user=installation.bot_user_id or "",
            token=installation.bot_token,
            refresh_token=installation.bot_refresh_token,
            expires=installation.bot_token_expires_at,
        )
        await self._installations.save(workspace)
        await self._installed(workspace.team)


class _States(AsyncOAuthStateStore):
    """The installations under way, as bolt asks for them."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Return the state of a new installation."""
        return await self._installations.begin()

    async def async_consume(self, state: str) -> bool:
        """Tell whether a state is one that was issued and not used."""
        return await self._installations.finish(state)


def routes(settings: Settings, app: AsyncApp, flow: AsyncOAuthFlow | None) -> list[web.RouteDef]:
    """Return Slack's paths: events, where they can be verified, and the installation, where there is one."""
    paths = []
    if settings.slack_signing_secret:
        paths.append(web.post("/slack/events", _by(app.async_dispatch)))
    if flow:
        paths.append(web.get(flow.install_path, _by(flow.handle_installation)))
        paths.append(web.get(flow.redirect_uri_path, _by(flow.handle_callback)))
    return paths


def _by(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Callable[..., Awaitable[web.Response]]:
    async def receive(request: web.Request) -> web.Response:
        read = await _read(request)
        if read.body.get("ssl_check") == "1":  # nobody signs it; older bolts let it past the check: bolt-python#1494
            return web.Response()  # https://docs.slack.dev/interactivity/implementing-slash-commands
        return await to_aiohttp_response(await handle(read))

    return receive


async def _read(request: web.Request) -> AsyncBoltRequest:
    """Return a request as bolt wants it, parsed before its signature is checked: so it may be anything."""
    if not _checkable(request.headers):
        raise web.HTTPUnauthorized
    try:
        async with asyncio.timeout(READ_LIMIT):
            return await to_bolt_request(request)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except _UNREADABLE as error:
        raise web.HTTPBadRequest from error


def _checkable(headers: Mapping[str, str]) -> bool:
    """Tell whether bolt can check a signature: it takes the time for a number, and compares ASCII only."""
    moment, signature = headers.get("X-Slack-Request-Timestamp", "0"), headers.get("X-Slack-Signature", "")
    return moment.isascii() and moment.isdigit() and len(moment) < 20 and signature.isascii()
