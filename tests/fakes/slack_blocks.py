"""What Slack refuses in messages and views. https://docs.slack.dev/reference/block-kit/blocks .

Block types that are not listed here are refused as unsupported, whatever Slack has added since.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from tests.fakes.slack_elements import ACCESSORY, ACTIONS, ID, IMAGE, INPUT, URL, plain, text, texts
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_rich_text import RICH_TEXT
from tests.fakes.slack_schema import array, boolean, checked, complaint, record, string, typed, union

_TYPE = {"type": string(255)}
_ID = {"block_id": ID}
# 9,597 characters of `text` anywhere in the blocks were accepted, 11,341 were not, and nobody knows the number between:
# https://github.com/slackapi/bolt-js/issues/2867, https://github.com/slackapi/bolt-js/issues/2509 .
TOTAL_TEXT = 9597
# "Slack will truncate messages containing more than 40,000 characters": a cut message is a mistake of the sender.
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating
LONGEST_TEXT = 40_000
# "The `text` field cannot exceed 4,000 characters." https://docs.slack.dev/reference/methods/chat.update
LONGEST_UPDATE = 4_000
LARGEST_VIEW = 250_000  # bytes of JSON: `view_too_large`, https://docs.slack.dev/reference/methods/views.open


def _text_or_fields(value: Any, at: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield complaint("must define either `text` or `fields`", at)


_BLOCKS = {
    "header": record(_TYPE | {"text": plain(150)}, _ID),
    "section": checked(
        record(
            _TYPE,
            _ID | {"text": text(3000), "fields": array(text(2000), 10), "accessory": ACCESSORY, "expand": boolean},
        ),
        _text_or_fields,
    ),
    "context": record(_TYPE | {"elements": array(typed(texts(3000) | {"image": IMAGE}), 10)}, _ID),
    "actions": record(_TYPE | {"elements": array(ACTIONS, 25)}, _ID),
    "divider": record(_TYPE, _ID),
    "image": record(_TYPE | {"image_url": URL, "alt_text": string(2000)}, _ID | {"title": plain(2000)}),
    "input": record(
        _TYPE | {"label": plain(2000), "element": INPUT},
        _ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
}


def _unique(value: Any, at: str) -> Iterator[str]:
    """A block_id is unique in a message or view, an action_id in its block."""
    ids = Counter(block["block_id"] for block in value if "block_id" in block)
    yield from (complaint(f"`block_id` {name} already exists for another block", at) for name in _twice(ids))
    for number, block in enumerate(value):
        if block["type"] == "actions":
            actions = Counter(element["action_id"] for element in block["elements"] if "action_id" in element)
            where = f"{at}/{number}/elements"
            yield from (complaint(f"`action_id` {name} already exists", where) for name in _twice(actions))


def _twice(ids: Counter[str]) -> list[str]:
    return [name for name, count in ids.items() if count > 1]


_MESSAGE_BLOCKS = checked(array(typed(_BLOCKS), 50), _unique)
_VIEW_BLOCKS = checked(array(typed(_BLOCKS), 100, 0), _unique)


def _submittable(value: Any, at: str) -> Iterator[str]:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        yield complaint("missing required field: submit", at)


# https://docs.slack.dev/reference/views ; input blocks may stand in a Home tab too.
_VIEW = _TYPE | {"blocks": _VIEW_BLOCKS}
_OWN = {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)}
_WINDOW = {"submit": plain(24), "close": plain(24), "clear_on_close": boolean, "notify_on_close": boolean}
_VIEWS = union(
    typed(
        {
            "modal": checked(record(_VIEW | {"title": plain(24)}, _OWN | _WINDOW), _submittable),
            "home": record(_VIEW, _OWN),
        }
    )
)


def check_message(blocks: Any, text: Any, *, longest: int = LONGEST_TEXT) -> None:
    """Raise SlackRefusal for a message Slack would not take; `blocks` may be empty or None, `text` too, not both."""
    if text is not None and not isinstance(text, str):
        raise SlackRefusal("invalid_arguments", ["[ERROR] must be a string [json-pointer:/text]"])
    if not blocks and not (text or "").strip():
        raise SlackRefusal("no_text")
    if len(text or "") > longest:
        raise SlackRefusal("msg_too_long")
    if blocks:
        _refuse_blocks(list(_MESSAGE_BLOCKS(blocks, "/blocks")))
        if total_text(blocks) > TOTAL_TEXT:
            raise SlackRefusal("msg_blocks_too_long")


def check_pictures(blocks: list[dict[str, Any]], unreachable: Collection[str]) -> None:
    """Raise SlackRefusal for a message with a picture that Slack cannot fetch, which it tries before it takes it.

    https://github.com/slackapi/python-slack-sdk/issues/1782
    """
    places = [n for n, block in enumerate(blocks) if block.get("image_url") in unreachable]
    _refuse_blocks([f"downloading image failed [json-pointer:/blocks/{n}/image_url]" for n in places])


def check_view(view: Any) -> None:
    """Raise SlackRefusal for a modal or Home tab Slack would not take."""
    problems = list(_VIEWS(view, "/view"))
    if problems:
        raise SlackRefusal("invalid_arguments", [f"[ERROR] {problem}" for problem in problems])
    if len(json.dumps(view).encode()) > LARGEST_VIEW:
        raise SlackRefusal("view_too_large")


def total_text(thing: Any) -> int:
    """Return the characters of every `text` inside, button labels included, as bolt-js#2867 counts them."""
    if isinstance(thing, list):
        return sum(total_text(part) for part in thing)
    if not isinstance(thing, dict):
        return 0
    own = thing.get("text")
    return sum(total_text(part) for part in thing.values()) + (len(own) if isinstance(own, str) else 0)


def _refuse_blocks(problems: list[str]) -> None:
    if problems:
        raise SlackRefusal("invalid_blocks", [f"[ERROR] {problem}" for problem in problems], errors=problems)
