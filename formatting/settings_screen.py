"""What is set for a chat, with a button for every common choice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from brief.models import Language
from formatting.document import Bullets, Button, Buttons, Document, Heading, Importance, Paragraph, Run, Style, plain
from formatting.locales import Locale, load

_TIMES = ("07:00", "07:30", "08:00", "09:00", "10:00")
_ITEMS = ("3", "5", "8", "10")
_EVERYWHERE = ("language", "items", "profile")  # what is not about that which arrives
LANGUAGES: dict[Language, str] = {"zh": "中文", "en": "English"}
_ZONES = {
    "Asia/Shanghai": "shanghai",
    "Asia/Tokyo": "tokyo",
    "Europe/Berlin": "berlin",
    "Europe/London": "london",
    "America/New_York": "new_york",
    "America/Los_Angeles": "los_angeles",
}


@dataclass(frozen=True)
class SettingsView:
    """What is set: `zone` is an IANA name, `items` from 3 to 10, `weekly` a day of the week, Monday is 0.

    Who may not change it is shown no buttons. In a terminal nothing `arrives`: what is about that is left out.
    """

    time: dt.time
    zone: str
    language: Language
    items: int
    weekdays_only: bool
    subscribed: bool
    reminder: bool
    pictures: bool = True
    weekly: int | None = None
    allowed_to_change: bool = True
    own_profile: bool = False
    arrives: bool = True


def settings(language: Language, values: SettingsView) -> Document:
    """Return what is set and, for those allowed to change it, buttons and what else can be typed."""
    locale = load(language)
    title = locale.text("title.settings")
    state, lines = said(language, values)
    told = Paragraph(locale.spans("settings.type" if values.allowed_to_change else "say.admins_only"))
    below = (Buttons(_buttons(locale, values)),) if values.allowed_to_change else ()
    blocks = (Heading(1, (Run(title),)), state, lines, *((told,) if values.arrives else ()), *below)
    return Document(title, language, blocks, plain(state.spans))


def said(language: Language, values: SettingsView) -> tuple[Paragraph, Bullets]:
    """Return whether the brief arrives, and a line for everything else that is set."""
    locale = load(language)
    state = "settings.subscribed" if values.subscribed else "settings.not_subscribed"
    state = state if values.arrives else "message.no_delivery.text"
    shown = _said(locale, values)
    lines = tuple((_line(locale, key, shown[key]),) for key in (shown if values.arrives else _EVERYWHERE))
    return Paragraph((Run(locale.text(state)),), Importance.ESSENTIAL), Bullets(lines)


def when(language: Language, time: dt.time, zone: str, *, weekdays_only: bool) -> str:
    """Return when the brief arrives, for a sentence: `08:00 (Shanghai), Monday to Friday`."""
    locale = load(language)
    key = "settings.when_weekdays" if weekdays_only else "settings.when"
    return locale.text(key, time=f"{time:%H:%M}", zone=_city(locale, zone))


def _city(locale: Locale, zone: str) -> str:
    """Return the place a zone is named after, in the reader's language where it is a common one."""
    known = _ZONES.get(zone)
    return locale.text(f"city.{known}") if known else zone.rpartition("/")[2].replace("_", " ")


def _said(locale: Locale, values: SettingsView) -> dict[str, str]:
    city = _city(locale, values.zone)
    return {
        "time": f"{values.time:%H:%M}",
        "zone": city if city == values.zone else f"{city} · {values.zone}",
        "language": LANGUAGES[values.language],
        "items": str(values.items),
        "days": locale.text("settings.weekdays" if values.weekdays_only else "settings.every_day"),
        "reminder": locale.text("settings.on" if values.reminder else "settings.off"),
        "weekly": locale.text("settings.off") if values.weekly is None else locale.raw("date.weekdays")[values.weekly],
        "pictures": locale.text("settings.on" if values.pictures else "settings.off"),
        "profile": locale.text("settings.own_profile" if values.own_profile else "settings.operators_profile"),
    }


def _line(locale: Locale, key: str, text: str) -> Paragraph:
    label = Run(locale.text(f"settings.{key}"), Style.STRONG)
    return Paragraph((label, Run(str(locale.raw("punctuation.colon")) + text)))


def _buttons(locale: Locale, values: SettingsView) -> tuple[tuple[Button, ...], ...]:
    """Return a row a setting. Each button names the value it sets, so that pressing it twice does no harm."""
    language = tuple(_choice(name, "lang", code, values.language) for code, name in LANGUAGES.items())
    items = tuple(_choice(number, "items", number, str(values.items)) for number in _ITEMS)
    profile = Button(locale.text("button.profile"), "profile")
    if not values.arrives:
        return language, items, (profile,)
    zones = [_choice(locale.text(f"city.{name}"), "zone", zone, values.zone) for zone, name in _ZONES.items()]
    own = "unsubscribe" if values.subscribed else "subscribe"
    return (
        tuple(_choice(time, "time", time, f"{values.time:%H:%M}") for time in _TIMES),
        tuple(zones[:3]),
        tuple(zones[3:]),
        language,
        items,
        (
            _switch(locale, "weekdays", on=values.weekdays_only),
            _switch(locale, "reminder", on=values.reminder),
        ),
        (
            _switch(locale, "weekly", on=values.weekly is not None),
            _switch(locale, "pictures", on=values.pictures),
        ),
        (Button(locale.text(f"button.{own}"), own), profile),
    )


def _choice(label: str, action: str, value: str, current: str) -> Button:
    return Button(f"✓ {label}" if value == current else label, action, value)


def _switch(locale: Locale, name: str, *, on: bool) -> Button:
    label = locale.text(f"button.{name}")
    return Button(f"✓ {label}" if on else label, name, "off" if on else "on")
