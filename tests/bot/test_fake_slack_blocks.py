"""The fake Slack is as strict as the original: its blocks and views, up to the limits and one beyond."""

from typing import Any

import pytest

from tests.fakes.slack_blocks import check_message, check_view
from tests.fakes.slack_errors import SlackRefusal

DIVIDER = {"type": "divider"}


def words(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": text}


def button(action_id: str = "b", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": words("Card"), "action_id": action_id, **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def menu(*options: dict[str, Any]) -> dict[str, Any]:
    return actions({"type": "overflow", "options": list(options)})


def option(text: str = "More", value: str = "1", **more: Any) -> dict[str, Any]:
    return {"text": words(text), "value": value, **more}


def rich(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(pieces)}]}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": words(text, "mrkdwn")}


def entry(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": words("Time"), "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": words("Settings"), "blocks": list(blocks), **more}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


GOOD = [
    {"type": "header", "text": {**words("h" * 150), "emoji": False}},
    section("s" * 3000),
    {"type": "section", "fields": [words("f" * 2000)], "accessory": button()},
    {"type": "context", "elements": [{**words("muted"), "emoji": False}]},
    DIVIDER,
    actions(button("1", value="v" * 2000, style="primary"), button("2", url="https://a.example/" + "x" * 2900)),
    menu(option("t" * 75, "v" * 150, description=words("d" * 75))),
    rich(
        {"type": "text", "text": "bold", "style": {"bold": True, "code": True}},
        {"type": "link", "url": "https://arxiv.org/abs/2604.26904", "text": "paper"},
        {"type": "emoji", "name": "thumbsup"},
        {"type": "user", "user_id": "U1"},
    ),
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_list", "style": "ordered", "elements": rich(words("x", "text"))["elements"]},
            {"type": "rich_text_quote", "elements": [words("q", "text")]},
            {"type": "rich_text_preformatted", "elements": [words("p", "text")]},
        ],
    },
    actions({"type": "static_select", "options": [option()], "initial_option": option(), "placeholder": words("p")}),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_a_block_within_the_limits_is_taken(block: dict[str, Any]) -> None:
    check_message([block], "hello")
    check_view(modal(block))


BAD = [
    ({"type": "header", "text": words("h" * 151)}, "must be less than 151 characters", "/blocks/0/text/text"),
    ({"type": "header", "text": words("h", "mrkdwn")}, "unsupported type: mrkdwn", "/blocks/0/text/type"),
    ({"type": "header", "text": words("")}, "must be more than 0 characters", "/blocks/0/text/text"),
    (section("s" * 3001), "must be less than 3001 characters", "/blocks/0/text/text"),
    ({"type": "section"}, "must define either `text` or `fields`", "/blocks/0"),
    ({"type": "section", "fields": [words("f")] * 11}, "no more than 10 items allowed", "/blocks/0/fields"),
    ({"type": "section", "text": {**words("x", "mrkdwn"), "emoji": True}}, "property: emoji", "/blocks/0/text"),
    ({"type": "context", "elements": [words("x")] * 11}, "no more than 10 items allowed", "/blocks/0/elements"),
    (actions(*(button(str(n)) for n in range(26))), "no more than 25 items allowed", "/blocks/0/elements"),
    (actions(), "no fewer than 1 items allowed", "/blocks/0/elements"),
    (actions(button(), button()), "`action_id` b already exists", "/blocks/0/elements"),
    (actions(button("i" * 256)), "must be less than 256 characters", "/blocks/0/elements/0/action_id"),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters", "/blocks/0/elements/0/value"),
    (actions(button(style="default")), "must be a valid enum value", "/blocks/0/elements/0/style"),
    (actions(button(disabled=True)), "invalid additional property: disabled", "/blocks/0/elements/0"),
    (actions(button(text=words("t" * 76))), "must be less than 76 characters", "/blocks/0/elements/0/text/text"),
    (actions(button(url="arxiv.org")), "must be a valid URL", "/blocks/0/elements/0/url"),
    (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input", "/blocks/0/elements/0/type"),
    (menu(*[option()] * 6), "no more than 5 items allowed", "/blocks/0/elements/0/options"),
    (menu(option(value="v" * 151)), "must be less than 151 characters", "/blocks/0/elements/0/options/0/value"),
    (menu(option(text="t" * 76)), "must be less than 76 characters", "/blocks/0/elements/0/options/0/text/text"),
    (
        actions({"type": "static_select", "options": [option()], "initial_option": option(value="2")}),
        "must match one of the provided options",
        "/blocks/0/elements/0/initial_option",
    ),
    (actions({"type": "static_select"}), "must define either `options` or", "/blocks/0/elements/0"),
    (entry({"type": "plain_text_input", "max_length": 3001}), "between 1 and 3000", "/blocks/0/element/max_length"),
    (entry({"type": "timepicker", "initial_time": "24:00"}), "valid time", "/blocks/0/element/initial_time"),
    (entry({"type": "checkboxes", "options": [option()] * 11}), "no more than 10 items", "/blocks/0/element/options"),
    (entry(button()), "unsupported type: button", "/blocks/0/element/type"),
    (rich({"type": "text", "text": ""}), "more than 0 characters", "/blocks/0/elements/0/elements/0/text"),
    (rich(words("x", "markdown")), "unsupported type: markdown", "/blocks/0/elements/0/elements/0/type"),
    (
        rich({"type": "text", "text": "x", "style": {"colour": True}}),
        "invalid additional property: colour",
        "/blocks/0/elements/0/elements/0/style",
    ),
    ({"type": "rich_text", "elements": [words("x", "text")]}, "unsupported type: text", "/blocks/0/elements/0/type"),
    ({"type": "divider", "block_id": "i" * 256}, "must be less than 256 characters", "/blocks/0/block_id"),
    ({"type": "divider", "color": "red"}, "invalid additional property: color", "/blocks/0"),
    ({"type": "table"}, "unsupported type: table", "/blocks/0/type"),
    ({}, "missing required field: type", "/blocks/0"),
    ("text", "must provide an object", "/blocks/0"),
]


@pytest.mark.parametrize(("block", "problem", "at"), BAD, ids=[f"{problem} {at}" for _, problem, at in BAD])
def test_a_block_beyond_them_is_refused_and_named(block: Any, problem: str, at: str) -> None:
    with pytest.raises(SlackRefusal, match=r"^\('invalid_blocks'") as caught:
        check_message([block], "hello")
    last = caught.value.messages[-1]
    assert last.startswith("[ERROR] ")
    assert problem in last
    assert last.endswith(f"[json-pointer:{at}]")


VIEWS = [
    (modal(title=words("t" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=words("t" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=words("t" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="m" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="i" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(*[DIVIDER] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(submit_disabled=True), "invalid additional property: submit_disabled [json-pointer:/view]"),
    (modal(entry({"type": "plain_text_input"})), "missing required field: submit [json-pointer:/view]"),
    ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    ({**home(), "submit": words("Save")}, "invalid additional property: submit [json-pointer:/view]"),
    ({"type": "workflow_step"}, "unsupported type: workflow_step [json-pointer:/view/type]"),
]


@pytest.mark.parametrize(("view", "problem"), VIEWS)
def test_a_view_beyond_the_limits_is_refused(view: dict[str, Any], problem: str) -> None:
    with pytest.raises(SlackRefusal) as caught:
        check_view(view)
    assert (caught.value.error, caught.value.messages[-1]) == ("invalid_arguments", f"[ERROR] {problem}")


def test_the_largest_views_are_taken() -> None:
    check_view(modal(*[DIVIDER] * 100, title=words("t" * 24), close=words("c" * 24), private_metadata="m" * 3000))
    check_view(modal(entry({"type": "plain_text_input", "max_length": 3000}), submit=words("Save")))
    check_view(home(*[section("s" * 3000)] * 80))


def test_a_view_may_not_be_too_large() -> None:
    with pytest.raises(SlackRefusal, match="view_too_large"):
        check_view(home(*[section("s" * 3000)] * 90))


def test_the_texts_of_a_message_are_counted_together() -> None:
    """9,597 characters are taken, button labels among them; one more is not."""
    most = [section("s" * 2400)] * 3 + [section("s" * 2393), actions(button())]
    check_message(most, None)
    with pytest.raises(SlackRefusal, match="msg_blocks_too_long"):
        check_message([*most, rich({"type": "text", "text": "x"})], None)


def test_ids_are_unique() -> None:
    check_message([actions(button("same")), actions(button("same"))], None)
    with pytest.raises(SlackRefusal, match="`block_id` a already exists"):
        check_message([{**DIVIDER, "block_id": "a"}] * 2, None)
