"""The settings modal read back: what somebody chose -> the commands that set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import Chat
from formatting.slack_views import OPTIONS, PROFILE_CHARACTERS, TYPED_CHARACTERS


def chosen(view: Mapping[str, Any], name: str) -> str:
    """Return the value of a field that is called `name`, empty where it has none."""
    field = _field(view, name)
    value = field.get("value") or field.get("selected_time") or _map(field.get("selected_option")).get("value")
    return value[:PROFILE_CHARACTERS].strip() if isinstance(value, str) else ""


def ticked(view: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the values of the boxes that are ticked in a field."""
    options = _field(view, name).get("selected_options")
    found = (_map(option).get("value") for option in options) if isinstance(options, list) else ()
    return frozenset(value for value in found if isinstance(value, str))


def changes(chat: Chat, view: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the commands that make a chat what the form says, by field; none for a field that stays as it is.

    Those that may be refused come first.
    """
    options = ticked(view, "options")
    wanted = {
        "zone": _when(chat, chosen(view, "time"), chosen(view, "zone")[:TYPED_CHARACTERS]),
        "profile": _profile(chat, chosen(view, "profile")),
        "language": _set("lang", chosen(view, "language"), chat.language),
        "items": _set("items", chosen(view, "items"), str(chat.items)),
        "options": tuple(_switched(chat, options)),
    }
    return {field: lines for field, lines in wanted.items() if lines}


def _when(chat: Chat, time: str, zone: str) -> tuple[str, ...]:
    """Time and zone in one command: what is typed as a zone must not be read as a time."""
    time = time or f"{chat.time:%H:%M}"
    if zone and zone != chat.zone:
        return (f"/time {time} {zone}",)
    return _set("time", time, f"{chat.time:%H:%M}")


def _profile(chat: Chat, text: str) -> tuple[str, ...]:
    return _set("profile", text or "default", chat.profile or "default")


def _switched(chat: Chat, on: frozenset[str]) -> list[str]:
    """Return the commands for the boxes; someone who was stopped and ticks again subscribes anew."""
    states = (chat.subscribed, chat.weekdays_only, chat.reminder, chat.weekly is not None, chat.pictures)
    before = dict(zip(OPTIONS, states, strict=True))
    lines = []
    for name in OPTIONS:
        if (name in on) == before[name]:
            continue
        if name == "subscribe":
            lines.append("/subscribe" if name in on else "/unsubscribe")
        else:
            lines.append(f"/{name} {'on' if name in on else 'off'}")
    return lines


def _set(name: str, value: str, before: str) -> tuple[str, ...]:
    return (f"/{name} {value}",) if value and value != before else ()


def _field(view: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the state of a field: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""
    found = view
    for key in ("state", "values", name, name):
        found = _map(found.get(key))
    return found


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
