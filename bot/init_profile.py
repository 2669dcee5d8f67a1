"""A reader's directions, asked for in plain words, as a profile file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from bot.asker import Asker
from brief.own_profile import profile_from_text
from brief.profile import Profile, load_profile
from formatting.document import plain
from formatting.profile_screen import not_understood

Directions = Profile
_NAME = "my-reading"
_LINES = 20


def ask_directions(asker: Asker, path: Path) -> Directions | None:
    """Return the directions that were described, None for the packaged ones or when the file at `path` shall stay."""
    if path.exists() and not asker.agrees("profile_there", default=False, path=path):
        return None
    asker.say("directions")
    while text := _lines(asker):
        found, unread = profile_from_text(text, _NAME, load_profile())
        for line in not_understood(asker.locale, unread):
            asker.say("unread", what=plain(line))
        if found is None:
            continue
        for direction in found.directions:
            asker.say("direction", name=direction.en, keywords=asker.locale.join(direction.keywords[:6]))
        if asker.agrees("directions_right", default=True):
            return found
    return None


def as_toml(profile: Directions) -> str:
    """Return a profile as a file; GitHub is searched for the first keyword of each direction."""
    lines = ["# Your directions; bot and brief read them from PAPERBOY_PROFILE.", f"name = {_text(profile.name)}"]
    lines += [f"{name} = {_list(getattr(profile, name))}" for name in ("authors", "organizations", "avoid", "seeds")]
    for one in profile.directions:
        queries = one.queries or one.keywords[:1]
        lines += ["", "[[directions]]", f"id = {_text(one.id)}", f"zh = {_text(one.zh)}", f"en = {_text(one.en)}"]
        lines += [f"keywords = {_list(one.keywords)}", f"context = {_list(one.context)}", f"queries = {_list(queries)}"]
    return "\n".join(lines) + "\n"


def _lines(asker: Asker) -> str:
    """Return lines up to an empty one."""
    lines: list[str] = []
    while len(lines) < _LINES and (line := asker.ask("direction_line")):
        lines.append(line)
    return "\n".join(lines)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """Return a TOML string; JSON's escapes are among TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
