"""The views of a Slack app: its Home tab and its modals, within the limits of https://docs.slack.dev/reference/views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from brief.models import Language
from formatting.document import Document
from formatting.locales import Locale, load
from formatting.settings_screen import LANGUAGES, SettingsView
from formatting.slack import view_blocks
from formatting.text import clean, shorten

View = dict[str, Any]

TITLE_COLUMNS = 24  # of a title, submit and close
METADATA_CHARACTERS = 3000
PROFILE_CHARACTERS = 2000
TYPED_CHARACTERS = 200  # of what somebody looks for, and of a place
ITEMS: Final = tuple(str(number) for number in range(3, 11))
OPTIONS: Final = ("subscribe", "weekdays", "reminder", "weekly", "pictures")


def home(document: Document, *, date: dt.date) -> View:
    """Return the Home tab for views.publish; `date` is the edition's, for buttons."""
    return {"type": "home", "blocks": view_blocks(document, date=date)}


def screen_modal(document: Document, *, date: dt.date, shows: str = "") -> View:
    """Return a modal that shows a screen; `shows` is what asked for it, to show it anew after a press."""
    return _modal(load(document.language), view_blocks(document, date=date), private_metadata=_bounded(shows))


def working_modal(language: Language) -> View:
    """Return the modal that is there while its content is being worked out."""
    locale = load(language)
    return _modal(locale, [{"type": "section", "text": _plain(locale.text("channel.working"))}])


def find_modal(language: Language) -> View:
    """Return the modal that asks for an id, a link or words: block `find`, action `find`."""
    locale = load(language)
    hint = _plain(locale.text("slack.find.placeholder"))
    typed = {"type": "plain_text_input", "max_length": TYPED_CHARACTERS, "placeholder": hint, "focus_on_load": True}
    asked = _input("find", locale.text("slack.find.label"), typed)
    return _form(locale, "find", "slack.find.title", "slack.find.submit", [asked])


def settings_modal(language: Language, values: SettingsView, profile: str) -> View:
    """Return the modal that changes what is set for a person, filled with what is: one block a setting, by its name.

    `profile` is the person's own words for what they work on, empty for none.
    """
    locale = load(language)
    blocks = [
        _input("time", locale.text("settings.time"), {"type": "timepicker", "initial_time": f"{values.time:%H:%M}"}),
        _zone(locale, values.zone),
        _select(locale, "language", LANGUAGES, values.language),
        _select(locale, "items", {number: number for number in ITEMS}, str(values.items)),
        _options(locale, values),
        _profile(locale, profile),
    ]
    return _form(locale, "settings", "title.settings", "slack.modal.save", blocks)


def _zone(locale: Locale, zone: str) -> View:
    field = {"type": "plain_text_input", "initial_value": zone, "max_length": TYPED_CHARACTERS}
    return _input("zone", locale.text("settings.zone"), field, hint=locale.text("slack.settings.zone_hint"))


def _profile(locale: Locale, profile: str) -> View:
    field: View = {"type": "plain_text_input", "multiline": True, "max_length": PROFILE_CHARACTERS}
    if profile:  # an initial value may not be empty
        field["initial_value"] = profile[:PROFILE_CHARACTERS]
    hint = locale.text("slack.settings.profile_hint")
    return _input("profile", locale.text("slack.settings.profile"), field, hint=hint, optional=True)


def _select(locale: Locale, name: str, choices: Mapping[Any, str], chosen: str) -> View:
    options = {value: _option(label, value) for value, label in choices.items()}
    field = {"type": "static_select", "options": list(options.values()), "initial_option": options[chosen]}
    return _input(name, locale.text(f"settings.{name}"), field)


def _options(locale: Locale, values: SettingsView) -> View:
    weekly = values.weekly is not None
    states = (values.subscribed, values.weekdays_only, values.reminder, weekly, values.pictures)
    on = dict(zip(OPTIONS, states, strict=True))
    options = {name: _option(locale.text(f"slack.settings.{name}"), name) for name in OPTIONS}
    field: View = {"type": "checkboxes", "options": list(options.values())}
    if any(on.values()):  # Slack refuses an empty list
        field["initial_options"] = [options[name] for name in OPTIONS if on[name]]
    return _input("options", locale.text("slack.settings.options"), field, optional=True)


def _input(name: str, label: str, element: View, *, hint: str = "", optional: bool = False) -> View:
    """Return a field; its block and its action are both called `name`."""
    block = {"type": "input", "block_id": name, "label": _plain(label), "element": {**element, "action_id": name}}
    return {**block, "optional": optional, **({"hint": _plain(hint)} if hint else {})}


def _form(locale: Locale, name: str, title: str, submit: str, blocks: list[View]) -> View:
    buttons = {"submit": _title(locale.text(submit)), "close": _title(locale.text("slack.modal.cancel"))}
    return {**_modal(locale, blocks, callback_id=name), "title": _title(locale.text(title)), **buttons}


def _modal(locale: Locale, blocks: list[View], **more: str) -> View:
    title, close = _title(locale.text("slack.modal.name")), _title(locale.text("slack.modal.close"))
    return {"type": "modal", "title": title, "close": close, "blocks": blocks, **more}


def _title(text: str) -> View:
    return _plain(shorten(text, TITLE_COLUMNS))


def _option(text: str, value: str) -> View:
    return {"text": _plain(text), "value": value}


def _plain(text: str) -> View:
    return {"type": "plain_text", "text": clean(text), "emoji": False}


def _bounded(text: str) -> str:
    return text if len(text) <= METADATA_CHARACTERS else ""
