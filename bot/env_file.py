"""The file `.env`: values set in it, with everything else in it left as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.files import replacing

_PLAIN = re.compile(r"[\w.:/@*+,=%-]+", re.ASCII)


def write_env(path: Path, values: Mapping[str, str], template: Path) -> None:
    """Set variables in the file, readable for its owner only; where there is none it begins as a copy of `template`.

    Raises OSError, and UnicodeDecodeError for a file that is no text.
    """
    start = path if path.exists() else template
    text = start.read_text(encoding="utf-8") if start.exists() else ""
    with replacing(path) as file:
        file.write(edited(text, values).encode())


def edited(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a `.env` with variables set: each in the line that sets it now, else in a new one.

    Of several such lines the last one counts, for readers as for us.
    """
    lines = text.splitlines()
    for name, value in values.items():
        setting = re.compile(rf"\s*(export\s+)?{name}\s*=")
        line = f"{name}={_quoted(value)}"
        found = [number for number, one in enumerate(lines) if setting.match(one)]
        if found:
            lines[found[-1]] = line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Return a value as python-dotenv reads it back. https://github.com/theskumar/python-dotenv#file-format ."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
