"""Modals and the Home tab. https://docs.slack.dev/reference/methods/views.open and the pages of the other views.*."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_blocks import check_view
from tests.fakes.slack_call import Call, invalid
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import View

_DEEPEST = 3  # views in a stack: "Currently the limit is 3."


async def open_view(call: Call) -> dict[str, Any]:
    """views.open: a new stack of one."""
    content = _content(call, "modal")
    trigger = call.world.take_trigger(call.text("trigger_id"), call.team.id)
    view = _view(call, trigger.user, content)
    call.world.modals[call.team.id, trigger.user] = [view]
    return {"ok": True, "view": view.json()}


async def push(call: Call) -> dict[str, Any]:
    """views.push: on top of what is open."""
    content = _content(call, "modal")
    trigger = call.world.take_trigger(call.text("trigger_id"), call.team.id)
    stack = call.world.modals.get((call.team.id, trigger.user), [])
    if not stack:
        raise SlackRefusal("not_found")
    if len(stack) >= _DEEPEST:
        raise SlackRefusal("push_limit_reached")
    view = _view(call, trigger.user, content)
    view.root, view.previous = stack[0].id, stack[-1].id
    stack.append(view)
    return {"ok": True, "view": view.json()}


async def update(call: Call) -> dict[str, Any]:
    """views.update: a view that is still open, by its id or external_id. A view keeps its type."""
    view = _wanted(call)
    content = _content(call, view.content["type"], replacing=view)
    _replace(call, view, content)
    return {"ok": True, "view": view.json()}


async def publish(call: Call) -> dict[str, Any]:
    """views.publish: the Home tab of one person, made on first use."""
    user = call.text("user_id")
    if (call.team.id, user) not in call.world.users:
        raise invalid("invalid `user_id`")
    view = call.world.homes.get((call.team.id, user))
    content = _content(call, "home", replacing=view)
    if view:
        _replace(call, view, content)
    else:
        view = call.world.homes[call.team.id, user] = _view(call, user, content)
    return {"ok": True, "view": view.json()}


def _content(call: Call, kind: str, replacing: View | None = None) -> dict[str, Any]:
    content = call.json("view", "invalid_arguments")
    check_view(content)
    if content["type"] != kind:
        raise invalid(f"[ERROR] must be of type {kind} [json-pointer:/view/type]")
    name = content.get("external_id")
    others = (view for view in call.world.views() if view.team == call.team.id and view is not replacing)
    if name and any(view.content.get("external_id") == name for view in others):
        raise SlackRefusal("duplicate_external_id")
    return dict(content)


def _view(call: Call, user: str, content: dict[str, Any]) -> View:
    view_id, version = call.world.next_id("V"), call.world.next_ts()
    return View(view_id, call.team.id, user, content, version, call.world.app_id, call.team.bot_id)


def _wanted(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise invalid("[ERROR] must provide either `view_id` or `external_id`")
    for view in call.world.views():
        named = view.id == view_id or (external_id and view.content.get("external_id") == external_id)
        if named and view.team == call.team.id:
            return view
    raise SlackRefusal("not_found")


def _replace(call: Call, view: View, content: dict[str, Any]) -> None:
    if call.get("hash") not in (None, view.hash):
        raise SlackRefusal("hash_conflict")
    view.content, view.hash = content, call.world.next_ts()
