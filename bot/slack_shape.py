"""What Slack's payloads must be to be read by bolt and by us, each kind of them.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot.shape import Shape, check


class _Named(Shape):
    id: str | None = None
    team_id: str | None = None
    enterprise_id: str | None = None


_Name = str | _Named | None  # Slack names teams, people and channels by id or as an object


class _Authorization(Shape):
    team_id: str | None = None
    enterprise_id: str | None = None
    user_id: str | None = None


class _Event(Shape):
    type: str | None = None
    team: _Name = None
    user: _Name = None
    channel: _Name = None


class _View(Shape):
    id: str
    type: str
    app_installed_team_id: str | None = None


class _Action(Shape):
    action_id: str


class _Payload(Shape):
    """What any may have; an `event` that is null is none to bolt."""

    team: _Name = None
    user: _Name = None
    channel: _Name = None
    enterprise: _Name = None
    team_id: str | None = None
    user_id: str | None = None
    channel_id: str | None = None
    enterprise_id: str | None = None
    authorizations: list[_Authorization] | None = None
    event: _Event = _Event()
    command: str | None = None
    callback_id: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None


class _Press(_Payload):
    container: dict[str, Any] | None = None
    view: _View | None = None
    actions: Annotated[list[_Action], Field(min_length=1)]


class _Submission(_Payload):
    view: _View


_KINDS: dict[object, type[_Payload]] = {
    "block_actions": _Press,
    "view_submission": _Submission,
    "view_closed": _Submission,
}


def check_payload(body: Mapping[str, Any]) -> None:
    """Raise MalformedError for a payload that cannot be read."""
    kind = body.get("type")
    check(_KINDS.get(kind, _Payload) if isinstance(kind, str) else _Payload, body)
