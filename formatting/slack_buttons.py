"""Buttons -> the elements of a Slack `actions` block: the first ones seen, the others in menus behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from formatting.document import Button, UrlButton
from formatting.fit import shorten
from formatting.press import pack
from formatting.text import clean, followed, safe_url

PAGE = "paperboy.url."  # how the action_id of a button and the value of an option begin that only open a page
_LABEL = 75  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
_VALUE = 150  # https://docs.slack.dev/reference/block-kit/composition-objects/option-object
_MENU = 5  # https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element

Json = dict[str, Any]


def elements(keys: Sequence[Button | UrlButton], buttons: int, date: dt.date, numbers: Iterator[int]) -> list[Json]:
    """Return the buttons as elements, the first `buttons` of them to be seen; what Slack would refuse is left out.

    `numbers` makes every action_id of a message its own: `paperboy.7`, or `paperboy.url.7` for what only opens a page
    (an option that does so has that as its value).
    """
    carried = [key for button in keys if (key := _carried(button, date))]
    menus = [carried[n : n + _MENU] for n in range(buttons, len(carried), _MENU)]
    found = [_button(key, next(numbers)) for key in carried[:buttons]]
    return found + [_menu(menu, numbers) if len(menu) > 1 else _button(menu[0], next(numbers)) for menu in menus]


def label_of(button: Button | UrlButton) -> str:
    """Return a label that is neither empty nor too long."""
    return shorten(clean(button.label).strip(), _LABEL) or "…"


def plain_text(text: str) -> Json:
    """Return a text object that is shown as it is."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _carried(button: Button | UrlButton, date: dt.date) -> Json | None:
    """Return what a button and a menu's option have in common, None where Slack would refuse the whole message."""
    label = plain_text(label_of(button))
    if isinstance(button, UrlButton):
        url = safe_url(button.url)
        return {"text": label, "url": url} if url and followed(url) else None
    try:
        return {"text": label, "value": pack(button.action, button.value, date, limit=_VALUE)}
    except ValueError:
        return None


def _button(key: Json, number: int) -> Json:
    return {"type": "button", "action_id": _page(number) if "url" in key else f"paperboy.{number}", **key}


def _menu(menu: Sequence[Json], numbers: Iterator[int]) -> Json:
    options = [{"value": _page(next(numbers)), **key} if "url" in key else key for key in menu]
    return {"type": "overflow", "action_id": f"paperboy.{next(numbers)}", "options": options}


def _page(number: int) -> str:
    return f"{PAGE}{number}"
