"""The Web API of the fake Slack: one table of methods. https://docs.slack.dev/reference/methods .

Stricter than Slack in one thing: an argument that a method does not know is refused, where Slack overlooks it.
Attachments and what only old apps may send (as_user, username, icon_emoji …) are not known here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes import slack_chat, slack_files, slack_lookups, slack_modals, slack_oauth
from tests.fakes.slack_call import Call, invalid
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import Token
from tests.fakes.slack_world import World


@dataclass(frozen=True)
class Method:
    """What answers, the arguments it needs and knows (separated by spaces), the scope and kind of token it takes."""

    answer: Callable[[Call], Awaitable[dict[str, Any]]]
    needed: str = ""
    known: str = ""
    scope: str = ""
    token: Literal["bot", "app"] = "bot"


_SENT = "text blocks metadata parse link_names"
METHODS = {
    "apps.connections.open": Method(slack_lookups.connections_open, scope="connections:write", token="app"),
    "auth.revoke": Method(slack_lookups.auth_revoke, known="test"),
    "auth.test": Method(slack_lookups.auth_test),
    "chat.delete": Method(slack_chat.delete, "channel ts", "", "chat:write"),
    "chat.postEphemeral": Method(slack_chat.post_ephemeral, "channel user", f"{_SENT} thread_ts", "chat:write"),
    "chat.postMessage": Method(
        slack_chat.post_message,
        "channel",
        f"{_SENT} thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn",
        "chat:write",
    ),
    "chat.unfurl": Method(slack_chat.unfurl, "unfurls", "channel ts source unfurl_id", "links:write"),
    "chat.update": Method(slack_chat.update, "channel ts", f"{_SENT} reply_broadcast", "chat:write"),
    "conversations.info": Method(slack_lookups.conversations_info, "channel", "include_locale include_num_members"),
    "conversations.open": Method(slack_lookups.conversations_open, "", "users channel return_im", "im:write"),
    "files.completeUploadExternal": Method(
        slack_files.complete_upload, "files", "channel_id initial_comment thread_ts", "files:write"
    ),
    "files.getUploadURLExternal": Method(
        slack_files.get_upload_url, "filename length", "alt_txt snippet_type", "files:write"
    ),
    "users.info": Method(slack_lookups.users_info, "user", "include_locale", "users:read"),
    "views.open": Method(slack_modals.open_view, "view trigger_id"),
    "views.publish": Method(slack_modals.publish, "view user_id", "hash"),
    "views.push": Method(slack_modals.push, "view trigger_id"),
    "views.update": Method(slack_modals.update, "view", "view_id external_id hash"),
}
_ANY_METHOD = frozenset({"team_id"})  # bolt's client in a listener adds it to every call
_OAUTH = frozenset({"client_id", "client_secret", "code", "redirect_uri", "grant_type", "refresh_token"})


async def call(world: World, method: str, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return Slack's answer. Raises SlackRefusal, of which RateLimited is one. `None` counts as not given."""
    given = {name: value for name, value in arguments.items() if value is not None}
    if method == "oauth.v2.access":
        _check_arguments(given, frozenset(), _OAUTH)
        return slack_oauth.access(world, given)
    if method not in METHODS:
        raise SlackRefusal("unknown_method", req_method=method)
    rule = METHODS[method]
    request = Call(world, _authenticated(world, token, rule.token), given)
    world.limits.check(method, request.token.team, str(given.get("channel", "")), world.now())
    if rule.scope:
        request.need(rule.scope)
    needed = frozenset(rule.needed.split())
    _check_arguments(given, needed, needed | _ANY_METHOD | frozenset(rule.known.split()))
    return await rule.answer(request)


def credentials(header: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return token and arguments. "Bearer" or the argument `token` is the token; "Basic" is an app's id and secret.

    https://docs.slack.dev/authentication/installing-with-oauth
    """
    rest = dict(arguments)
    kind, _, value = header.partition(" ")
    if kind == "Basic":
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", rest
        return "", rest | {"client_id": client_id, "client_secret": secret}
    body_token = str(rest.pop("token", ""))
    return (value if kind == "Bearer" else body_token), rest


def _authenticated(world: World, value: str, kind: str) -> Token:
    if not value:
        raise SlackRefusal("not_authed")
    token = world.tokens.get(value)
    if token is None:
        raise SlackRefusal("invalid_auth")
    if token.refusal:
        raise SlackRefusal(token.refusal)
    if token.expires is not None and world.now() >= token.expires:
        raise SlackRefusal("token_expired")
    if token.kind != kind:
        raise SlackRefusal("not_allowed_token_type")
    return token


def _check_arguments(given: Mapping[str, Any], needed: frozenset[str], known: frozenset[str]) -> None:
    missing = [f"[ERROR] missing required field: {name}" for name in sorted(needed - set(given))]
    unknown = [f"[ERROR] invalid additional property: {name}" for name in sorted(set(given) - known)]
    if missing or unknown:
        raise invalid(*missing, *unknown)
