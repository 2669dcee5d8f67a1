"""Sentences around measured facts, one file a language; both files have the same keys."""

from __future__ import annotations

import datetime as dt
import functools
import re
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brief.models import Language

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_CJK = "[一-鿿]"
_TOUCHING = re.compile(rf"(?<={_CJK})(?=[A-Za-z0-9α-ω])|(?<=[A-Za-z0-9α-ω%])(?={_CJK})")
_APART = re.compile(rf"(?<={_CJK}) +(?={_CJK})")


class Phrases(string.Formatter):
    """Fill the templates of one language.

    Beside Python's own, a field may ask for: `{n:vote|votes}` (the number and the word in its number), `{n:th}`
    (1st), `{day:day}` (30 April, with the year unless it is `year`), `{day:date}` (30 April 2026),
    `{day:month}` (April 2026). Numbers get thousands separators, tuples are joined as a list, `{names:quoted}` with
    quotation marks around each.
    """

    def __init__(self, language: Language, year: int) -> None:
        self.language, self.year = language, year
        self._templates = _load(language)

    def say(self, key: str, **facts: Any) -> str:
        """Return the template `table.key` filled with the facts. Raises KeyError for an unknown key or fact."""
        return self._tidy(self.vformat(self._templates[key], (), facts))

    def say_known(self, prefix: str, facts: Mapping[str, Any]) -> list[str]:
        """Return the templates `prefix.*`, in file order, of which every fact is known (not None)."""
        known = {key: value for key, value in facts.items() if value is not None}
        templates = [t for key, t in self._templates.items() if key.startswith(f"{prefix}.")]
        wanted = [t for t in templates if self._names(t) <= known.keys()]
        return [self._tidy(self.vformat(t, (), known)) for t in wanted]

    def knows(self, key: str) -> bool:
        """Tell whether there is a template of this key."""
        return key in self._templates

    def _names(self, template: str) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in self.parse(template) if name)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a fact as the language writes it."""
        if isinstance(value, dt.date):
            return self._date(value, format_spec)
        if isinstance(value, tuple):
            return self._list(value, quoted=format_spec == "quoted")
        if isinstance(value, int):
            return _number(value, format_spec)
        return str(super().format_field(value, format_spec))

    def _date(self, day: dt.date, style: str) -> str:
        style = "date" if style == "day" and day.year != self.year else style
        if self.language == "zh":
            month = f"{day.month} 月"
            styles = {"day": f"{month} {day.day} 日", "month": f"{day.year} 年 {month}"}
            return styles.get(style, f"{day.year} 年 {month} {day.day} 日")
        month = _MONTHS[day.month - 1]
        styles = {"day": f"{day.day} {month}", "month": f"{month} {day.year}"}
        return styles.get(style, f"{day.day} {month} {day.year}")

    def _list(self, names: tuple[str, ...], *, quoted: bool) -> str:
        if quoted:
            names = tuple(f"“{name}”" for name in names)
        comma, last = (", ", " and ")
        if self.language == "zh":  # no comma stands between quotation marks (GB/T 15834-2011, 4.5.3.5)
            comma, last = ("" if quoted else "、"), "和"
        head = comma.join(names[:-1])
        return f"{head}{last}{names[-1]}" if head else "".join(names)

    def _tidy(self, text: str) -> str:
        return _APART.sub("", _TOUCHING.sub(" ", text)) if self.language == "zh" else text


def _number(value: int, spec: str) -> str:
    if spec == "th":
        teen = value % 100 in (11, 12, 13)
        return f"{value:,}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"
    if "|" in spec:
        one, many = spec.split("|")
        return f"{value:,} {one if value == 1 else many}"
    return f"{value:,}"


@functools.cache
def _load(language: Language) -> dict[str, str]:
    tables = tomllib.loads(Path(__file__).with_name(f"phrases_{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(tables))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        rows += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return rows
