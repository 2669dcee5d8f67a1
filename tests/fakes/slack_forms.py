"""What Slack's client does with blocks: find what is pressed, check a form before it is sent, keep the modal stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.slack_blocks import check_view
from tests.fakes.slack_things import Blocks, View
from tests.fakes.slack_world import World

Json = dict[str, Any]
_STATE = {  # element type -> what `state.values` calls its value
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "timepicker": "selected_time",
    "datepicker": "selected_date",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}


def pressed(blocks: Blocks, wanted: str) -> Json:
    """Return the action of pressing what has this value, label or url. Fails when it is not there (any more)."""
    offered = list(_pressable(blocks))
    for exact in ("value", "url"), ("label",):
        for action, names in offered:
            if wanted in [names[kind] for kind in exact if names.get(kind)]:
                return action
    raise AssertionError(f"{wanted!r} cannot be pressed; there is {[names['label'] for _, names in offered]}")


def _pressable(blocks: Blocks) -> Iterator[tuple[Json, dict[str, str]]]:
    for number, block in enumerate(blocks):
        block_id = block.get("block_id", f"auto{number}")
        for element in _elements(block):
            base = {"type": element["type"], "block_id": block_id, "action_id": element.get("action_id", "auto")}
            if element["type"] == "button":
                kept = {key: element[key] for key in ("text", "value", "url", "style") if key in element}
                yield base | kept, _names(element)
            elif element["type"] == "overflow":
                for option in element["options"]:
                    chosen = {key: option[key] for key in ("text", "value") if key in option}
                    yield base | {"selected_option": chosen}, _names(option)


def _names(thing: Json) -> dict[str, str]:
    return {"label": thing["text"]["text"], "value": thing.get("value", ""), "url": thing.get("url", "")}


def _elements(block: Json) -> list[Json]:
    single = [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return single + (block["elements"] if block["type"] == "actions" else [])


def filled(view: View, values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a form a person filled in, what is not given left as the app set it.

    Fails where Slack's client would not send it: a required field left empty, a text too long or too short, an option
    that is not offered, a field that is not there.
    """
    state: dict[str, dict[str, Json]] = {}
    given = {(block_id, action_id): value for block_id, row in values.items() for action_id, value in row.items()}
    for number, block in enumerate(view.blocks):
        for element in _elements(block):
            if element["type"] not in _STATE:
                continue
            key = block.get("block_id", f"auto{number}"), element.get("action_id", "auto")
            value = _value(element, given.pop(key)) if key in given else element.get(_initial(element))
            _check(block, element, value)
            state.setdefault(key[0], {})[key[1]] = {"type": element["type"], _STATE[element["type"]]: value}
    assert not given, f"no such fields: {sorted(given)}"
    return state


def _initial(element: Json) -> str:
    return "initial_" + _STATE[element["type"]].removeprefix("selected_")


def _value(element: Json, wanted: Any) -> Any:
    kind = _STATE[element["type"]]
    if kind == "selected_option" and wanted is not None:
        return _option(element, wanted)
    if kind == "selected_options":
        return [_option(element, one) for one in wanted]
    return None if wanted == "" else wanted


def _option(element: Json, wanted: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    offered = [option for options in [element.get("options", []), *groups] for option in options]
    for option in offered:
        if wanted in (option.get("value"), option["text"]["text"]):
            return dict(option)
    raise AssertionError(f"{wanted!r} is not offered; there is {[option['value'] for option in offered]}")


def _check(block: Json, element: Json, value: Any) -> None:
    label = block.get("label", {}).get("text", block["type"])
    if block["type"] == "input" and not block.get("optional"):
        assert value, f"{label!r} must be filled in"
    if isinstance(value, str):
        assert len(value) <= element.get("max_length", 3000), f"{label!r} is too long"
        assert len(value) >= element.get("min_length", 0), f"{label!r} is too short"


def respond(world: World, view: View, answer: Any) -> None:
    """Do with a submitted modal what the app answered. Fails on an answer Slack would show as an error.

    https://docs.slack.dev/surfaces/modals#updating_response
    """
    stack = world.modals[view.team, view.user]
    action = answer.get("response_action") if isinstance(answer, dict) else None
    assert not answer or action in {"errors", "update", "push", "clear"}, f"no answer to a submission: {answer}"
    if action == "errors":
        inputs = {block.get("block_id") for block in view.blocks if block["type"] == "input"}
        assert answer["errors"], "no errors were named"
        assert answer["errors"].keys() <= inputs, f"errors of fields that are not there: {answer}"
    elif action in {"update", "push"}:
        check_view(answer["view"])
        _change(world, stack, view, answer["view"], push=action == "push")
    elif action == "clear":
        stack.clear()
    else:
        stack.remove(view)


def _change(world: World, stack: list[View], view: View, content: Json, *, push: bool) -> None:
    if not push:
        view.content, view.hash, view.state = content, world.next_ts(), {}
        return
    assert len(stack) < 3, "a stack holds three views"
    new = View(world.next_id("V"), view.team, view.user, content, world.next_ts(), view.app_id, view.bot_id)
    new.root, new.previous = stack[0].id, view.id
    stack.append(new)
