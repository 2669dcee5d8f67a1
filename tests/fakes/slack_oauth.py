"""Installing and token rotation. https://docs.slack.dev/authentication/using-token-rotation ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import Code, Token
from tests.fakes.slack_world import World

ACCESS_SECONDS = 43_200
_CODE_SECONDS = 600


def consent(world: World, team: str, user: str, scopes: Iterable[str], redirect_uri: str) -> str:
    """Return the code that Slack's consent page sends back once a person has agreed."""
    code = world.next_id("code-")
    world.codes[code] = Code(team, user, frozenset(scopes), redirect_uri, world.now() + _CODE_SECONDS)
    return code


def access(world: World, arguments: dict[str, Any]) -> dict[str, Any]:
    """oauth.v2.access: a code or a refresh token, each good once, for an access token.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    if arguments.get("client_id") != world.client_id:
        raise SlackRefusal("invalid_client_id")
    if arguments.get("client_secret") != world.client_secret:
        raise SlackRefusal("bad_client_secret")
    grant = arguments.get("grant_type") or "authorization_code"
    if grant == "refresh_token":
        return _refresh(world, str(arguments.get("refresh_token")))
    if grant != "authorization_code":
        raise SlackRefusal("invalid_grant_type")
    code = _take(world, arguments)
    return _grant(world, code.team, code.scopes, rotated=world.rotation) | {"authed_user": {"id": code.user}}


def _take(world: World, arguments: dict[str, Any]) -> Code:
    code = world.codes.get(str(arguments.get("code")))
    if code is None or world.now() > code.expires:
        raise SlackRefusal("invalid_code")
    if code.used:
        raise SlackRefusal("code_already_used")
    if (arguments.get("redirect_uri") or "") != code.redirect_uri:
        raise SlackRefusal("bad_redirect_uri")
    code.used = True
    return code


def _refresh(world: World, value: str) -> dict[str, Any]:
    token = world.tokens.get(value)
    if token is None or token.kind != "refresh" or token.refusal:
        raise SlackRefusal("invalid_refresh_token")
    token.refusal = "invalid_refresh_token"
    return _grant(world, token.team, token.scopes, rotated=True)


def _grant(world: World, team_id: str, scopes: frozenset[str], *, rotated: bool) -> dict[str, Any]:
    team = world.team(team_id)
    prefix, expires = ("xoxe.xoxb-1-", world.now() + ACCESS_SECONDS) if rotated else ("xoxb-", None)
    access_token = world.next_id(prefix)
    world.tokens[access_token] = Token(access_token, "bot", team_id, scopes, expires)
    found = {"ok": True, "app_id": world.app_id, "scope": ",".join(sorted(scopes)), "token_type": "bot"}
    found |= {"access_token": access_token, "bot_user_id": team.bot_user, "enterprise": None}
    found |= {"team": {"id": team.id, "name": team.name}, "is_enterprise_install": False}
    if not rotated:
        return found
    refresh_token = world.next_id("xoxe-1-")
    world.tokens[refresh_token] = Token(refresh_token, "refresh", team_id, scopes)
    return found | {"refresh_token": refresh_token, "expires_in": ACCESS_SECONDS}
