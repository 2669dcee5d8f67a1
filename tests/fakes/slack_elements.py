"""The interactive parts of blocks, and the texts and options they are made of.

https://docs.slack.dev/reference/block-kit/block-elements ,
https://docs.slack.dev/reference/block-kit/composition-objects .
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack_schema import (
    Check,
    array,
    boolean,
    checked,
    complaint,
    integer,
    one_of,
    pattern,
    record,
    string,
    typed,
    union,
)

ID = string(255)
URL = pattern(r"https?://\S+", "must be a valid URL")
_TYPE = {"type": string(255)}
_USER = pattern(r"[UW][A-Z0-9]+", "must be a valid user id")
_CONVERSATION = pattern(r"[CDG][A-Z0-9]+", "must be a valid conversation id")


def texts(most: int) -> dict[str, Check]:
    """Return the text objects by type. https://docs.slack.dev/reference/block-kit/composition-objects/text-object ."""
    shape = _TYPE | {"text": string(most)}
    return {"plain_text": record(shape, {"emoji": boolean}), "mrkdwn": record(shape, {"verbatim": boolean})}


def plain(most: int) -> Check:
    return union(typed({"plain_text": texts(most)["plain_text"]}))


def text(most: int) -> Check:
    return union(typed(texts(most)))


# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
_CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
_OPTION = record({"text": plain(75), "value": string(150)}, {"description": plain(75)})
_MARKED_OPTION = record({"text": text(75), "value": string(150)}, {"description": text(75)})
_MENU_OPTION = record({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL})
# https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object
_GROUP = record({"label": plain(75), "options": array(_OPTION, 100)})
_FILTER = record(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_DISPATCH = record({"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)})

_PRESSED = {"action_id": ID, "confirm": _CONFIRM}
_FOCUSED = {"action_id": ID, "focus_on_load": boolean}
_CHOSEN = _PRESSED | {"focus_on_load": boolean, "placeholder": plain(150)}
_TYPED = _FOCUSED | {"placeholder": plain(150), "dispatch_action_config": _DISPATCH}


def _offered(value: Any, at: str) -> Iterator[str]:
    """What is chosen from the start must be one of the options, exactly."""
    groups = [group["options"] for group in value.get("option_groups", [])]
    options = list(itertools.chain(value.get("options", []), *groups))
    if value.get("initial_option", options[0]) not in options:
        yield complaint("must match one of the provided options", f"{at}/initial_option")
    if any(option not in options for option in value.get("initial_options", [])):
        yield complaint("must match one of the provided options", f"{at}/initial_options")


def _one_list(value: Any, at: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield complaint("must define either `options` or `option_groups`", at)


def _static(**more: Check) -> Check:
    options = {"options": array(_OPTION, 100), "option_groups": array(_GROUP, 100)}
    return checked(checked(record(_TYPE, _CHOSEN | options | more), _one_list), _offered)


def _boxes(**more: Check) -> Check:
    return checked(
        record(_TYPE | {"options": array(_MARKED_OPTION, 10)}, _PRESSED | {"focus_on_load": boolean} | more), _offered
    )


def _lengths(value: Any, at: str) -> Iterator[str]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield complaint("must be less than or equal to max_length", f"{at}/min_length")


_PRESSABLE = {
    "button": record(
        _TYPE | {"text": plain(75)},
        _PRESSED
        | {"url": URL, "value": string(2000), "style": one_of("primary", "danger"), "accessibility_label": string(75)},
    ),
    "overflow": record(_TYPE | {"options": array(_MENU_OPTION, 5)}, _PRESSED),
}
_CHOICES = {
    "static_select": _static(initial_option=_OPTION),
    "external_select": record(_TYPE, _CHOSEN | {"initial_option": _OPTION, "min_query_length": integer(0, 100)}),
    "users_select": record(_TYPE, _CHOSEN | {"initial_user": _USER}),
    "conversations_select": record(
        _TYPE,
        _CHOSEN
        | {"initial_conversation": _CONVERSATION, "default_to_current_conversation": boolean}
        | {"response_url_enabled": boolean, "filter": _FILTER},
    ),
    "channels_select": record(_TYPE, _CHOSEN | {"initial_channel": _CONVERSATION, "response_url_enabled": boolean}),
    "datepicker": record(_TYPE, _CHOSEN | {"initial_date": pattern(r"\d{4}-\d\d-\d\d", "must be a valid date")}),
    "timepicker": record(
        _TYPE,
        _CHOSEN
        | {"initial_time": pattern(r"([01]\d|2[0-3]):[0-5]\d", "must be a valid time"), "timezone": string(255)},
    ),
    "checkboxes": _boxes(initial_options=array(_MARKED_OPTION, 10)),
    "radio_buttons": _boxes(initial_option=_MARKED_OPTION),
}
_SEVERAL = {"max_selected_items": integer(1, 100)}
_MULTIPLE = {
    "multi_static_select": _static(initial_options=array(_OPTION, 100), **_SEVERAL),
    "multi_users_select": record(_TYPE, _CHOSEN | _SEVERAL | {"initial_users": array(_USER, 100)}),
    "multi_channels_select": record(_TYPE, _CHOSEN | _SEVERAL | {"initial_channels": array(_CONVERSATION, 100)}),
}
_WRITTEN = {
    "plain_text_input": checked(
        record(
            _TYPE,
            _TYPED
            | {"initial_value": string(3000, 0), "multiline": boolean}
            | {"min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        ),
        _lengths,
    ),
    "number_input": record(
        _TYPE | {"is_decimal_allowed": boolean},
        _TYPED | {name: string(255) for name in ("initial_value", "min_value", "max_value")},
    ),
    "email_text_input": record(_TYPE, _TYPED | {"initial_value": string(3000)}),
    "url_text_input": record(_TYPE, _TYPED | {"initial_value": string(3000)}),
}

# https://docs.slack.dev/reference/block-kit/block-elements/image-element
IMAGE = record(_TYPE | {"alt_text": string(2000), "image_url": URL})
# Which element may stand where is said on the page of each element.
ACTIONS = typed(_PRESSABLE | _CHOICES)
ACCESSORY = typed(_PRESSABLE | _CHOICES | _MULTIPLE | {"image": IMAGE})
INPUT = typed(_CHOICES | _MULTIPLE | _WRITTEN)
