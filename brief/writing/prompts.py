"""The prompts, one file a task, and the phrases that no model may use."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from brief.models import Language

Name = Literal["card", "choice", "reading", "relation", "again"]

_FOLDER = Path(__file__).with_name("prompts")
_LANGUAGES: dict[Language, str] = {
    "zh": "Chinese (Simplified), with English technical terms as Chinese researchers write them",
    "en": "English",
}


@cache
def load(name: Name, language: Language = "en") -> str:
    """Return the instructions of a task, which ask for answers in a language.

    `again` has none of its own; its `{task}`, `{answer}` and `{reasons}` are for the caller to fill in.
    """
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return text.strip().replace("{language}", _LANGUAGES[language])


@cache
def banned() -> re.Pattern[str]:
    """Return what finds a phrase of empty praise, Chinese or English, in any case."""
    phrases = tomllib.loads((_FOLDER / "banned.toml").read_text(encoding="utf-8"))
    english = "|".join(re.escape(p).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?") for p in phrases["en"])
    chinese = "|".join(map(re.escape, phrases["zh"]))
    return re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE)
