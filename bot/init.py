"""`paperboy init`: asks for what is missing, tries each answer out, and writes `.env` and a profile.

Whether anything can be written is tried before the first question; nothing is written before the last one. What is set
already, in `.env` or by the process, is changed only by who says so, and never shown.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot import init_steps as steps
from bot.asker import Asker, choose_language
from bot.env_file import write_env
from bot.files import replacing
from bot.init_profile import Directions, as_toml, ask_directions
from brief.errors import SettingsError
from brief.settings import Settings, given_values, load_settings, mistake
from formatting.locales import load

ENV, PROFILE = Path(".env"), Path("profile.toml")
_TEMPLATE = Path(".env.example")
_SITES = ("TELEGRAM_API_URL", "SLACK_API_URL", "PAPERBOY_DATA_DIR", "XDG_DATA_HOME", "PAPERBOY_CONTACT")


def init() -> None:
    """Ask, and write what was answered; raises SettingsError when `.env` or the profile cannot be written."""
    _look()
    known = given_values()
    asker = choose_language(known.get("BRIEF_LANGUAGE") or _likely_language())
    talk = _Talk(asker, known)
    asker.say("welcome", path=ENV.absolute())
    talk.tell_wrong()
    talk.answers["BRIEF_LANGUAGE"] = asker.locale.language
    for group, step in _STEPS:
        if talk.wants(group):
            talk.answers |= step(talk)
    directions = ask_directions(asker, PROFILE) if talk.wants(("PAPERBOY_PROFILE",)) else None
    if directions:
        talk.answers["PAPERBOY_PROFILE"] = str(PROFILE.absolute())
    _write(talk, directions)


def _likely_language() -> str:
    """Return the language of the terminal where it is one of ours, else English.

    POSIX names the variables and their order: https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html
    """
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, named), "").startswith("zh") else "en"


def _look() -> None:
    """Raise SettingsError, in both languages as none is chosen yet, when no answer could be kept."""
    problem, tried = "env_unreadable", ENV.absolute()
    try:
        if ENV.exists():
            ENV.read_text(encoding="utf-8")
        problem = "folder_closed"
        for path in (ENV, PROFILE):
            tried = path.resolve().parent
            with tempfile.TemporaryFile(dir=tried):
                pass
    except (OSError, UnicodeDecodeError) as error:
        lines = (load(language).text(f"init.{problem}", path=tried) for language in ("en", "zh"))
        raise SettingsError("\n".join(lines)) from error


class _Talk:
    """What is known, and what was answered so far."""

    def __init__(self, asker: Asker, known: Mapping[str, str]) -> None:
        self.asker, self.known = asker, known
        self.answers: dict[str, str] = {}

    def wants(self, group: tuple[str, ...]) -> bool:
        """Tell whether a group of variables is to be asked for: none is set, or who is asked wants to change them."""
        there = [name for name in group if self._is_set(name)]
        by_file = [name for name in there if not self.known.get(name)]
        if by_file:
            self.asker.say("by_file", names=", ".join(f"{name}_FILE" for name in by_file))
            return False
        return not there or self.asker.agrees("change", default=False, names=", ".join(there))

    def tell_wrong(self) -> None:
        """Tell what of what is set cannot be used."""
        try:
            load_settings()
        except SettingsError as error:
            for line in str(error).splitlines():
                self.asker.say("wrong", what=line)

    def plain(self) -> Settings:
        """Return settings with no more than the addresses of services."""
        return load_settings({name: value for name, value in self._usable().items() if name in _SITES})

    def settings(self, **tried: str) -> Settings:
        """Return settings with what was answered and what is tried; raises SettingsError for what cannot be."""
        return load_settings({**self._usable(), **self.answers, **tried})

    def run(self, work: Callable[[], Any]) -> Any:
        """Run what talks to a service."""
        return asyncio.run(work())

    def _usable(self) -> dict[str, str]:
        return {name: value for name, value in self.known.items() if not mistake(name, value)}

    def _is_set(self, name: str) -> bool:
        value = self.known.get(name, "")
        return bool(value and not mistake(name, value)) or bool(self.known.get(f"{name}_FILE"))


def _write(talk: _Talk, directions: Directions | None) -> None:
    new = {name: value for name, value in talk.answers.items() if value and value != talk.known.get(name)}
    try:
        if directions:
            with replacing(PROFILE) as file:
                file.write(as_toml(directions).encode())
            talk.asker.say("profile_written", path=PROFILE.absolute())
        if new:
            write_env(ENV, new, _TEMPLATE)
            talk.asker.say("written", path=ENV.absolute(), names=", ".join(new))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise SettingsError(f".env: cannot be written ({why}): run this in a folder of yours") from error
    _tell_next(talk)


def _tell_next(talk: _Talk) -> None:
    """Tell how to go on, and what is left before the bot answers or sends anything."""
    has = {name.removesuffix("_FILE") for name, value in {**talk.known, **talk.answers}.items() if value}
    chats = has & {"TELEGRAM_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"}
    talk.asker.say("next_chats" if chats else "next")
    if "TELEGRAM_BOT_TOKEN" in chats and "TELEGRAM_CHATS" not in has:
        talk.asker.say("next_telegram")
    if chats - {"TELEGRAM_BOT_TOKEN"} and "SLACK_CHANNELS" not in has:
        talk.asker.say("next_slack", command="/paperboy subscribe")


_STEPS: tuple[tuple[tuple[str, ...], Callable[[Any], dict[str, str]]], ...] = (
    (("TELEGRAM_BOT_TOKEN",), steps.telegram),
    (("TELEGRAM_CHATS",), steps.telegram_chats),
    (("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"), steps.slack),
    (("BRIEF_TIMEZONE",), steps.zone),
    (("BRIEF_TIME",), steps.time),
    (("REDIS_URL",), steps.redis),
    (("LLM_MODEL",), steps.model),
)
