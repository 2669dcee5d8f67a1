"""One file a language: every word the product says by itself."""

from __future__ import annotations

import datetime as dt
import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from brief.models import Language
from formatting.document import Run, Style


class _Gaps(dict[str, object]):
    """Values by name, `?` for a missing one: a sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


class _Template(string.Formatter):
    """`{n}` with thousands separated, `{n:paper|papers}` as "1 paper" or "2 papers"."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the number or text, followed by its noun when the template gives both forms."""
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        if not format_spec:
            return shown
        one, many = format_spec.split("|")
        return f"{shown} {one if value == 1 else many}"


class Locale:
    """The words of one language. Keys are paths such as `section.overview`."""

    def __init__(self, language: Language, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = dict(_flat(table))

    @property
    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._table)

    def raw(self, key: str) -> Any:
        """Return the entry as written; raises KeyError."""
        return self._table[key]

    def text(self, key: str, /, **params: object) -> str:
        """Return the sentence of a key with its values put in; raises KeyError for an unknown key."""
        return _filled(str(self._table[key]).replace("`", ""), params).strip(" ")

    def spans(self, key: str, /, **params: object) -> tuple[Run, ...]:
        """Return the same sentence with its commands as code. What a reader typed is a value and cannot become one."""
        return tuple(replace(run, text=_filled(run.text, params)) for run in marked(str(self._table[key])))

    def times(self, number: int) -> str:
        """Return "three times"; larger numbers in digits."""
        words = self._table["number.times"]
        return str(words[number - 1]) if 0 < number <= len(words) else self.text("number.many_times", n=number)

    def join(self, parts: Iterable[str]) -> str:
        """Return an enumeration."""
        return str(self._table["punctuation.list"]).join(parts)

    def date(self, day: dt.date) -> str:
        """Return a day for a title: `Friday, 1 May 2026`."""
        months, weekdays = self._table["date.months"], self._table["date.weekdays"]
        weekday, month = weekdays[day.weekday()], months[day.month - 1]
        return self.text("date.long", year=str(day.year), month=month, day=day.day, weekday=weekday)

    def day(self, day: dt.date) -> str:
        """Return a day within a sentence: `1 May 2026`."""
        return self.text("date.day", year=str(day.year), month=self._table["date.months"][day.month - 1], day=day.day)

    def moment(self, moment: dt.datetime) -> str:
        """Return a time in UTC: `2026-05-01 07:30 UTC`."""
        return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def marked(text: str) -> tuple[Run, ...]:
    """Return a text of our own, in which backticks stand around commands, as plain runs and code."""
    parts = enumerate(text.split("`"))
    return tuple(Run(part, Style.CODE if n % 2 else Style.PLAIN) for n, part in parts if part)


def _filled(template: str, params: Mapping[str, object]) -> str:
    filled = _Template().vformat(template, (), _Gaps(params)) if "{" in template else template
    return re.sub(" {2,}", " ", filled)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


@cache
def load(language: Language) -> Locale:
    """Return a language's words, read once from the file beside this one."""
    file = resources.files(__name__) / f"{language}.toml"
    return Locale(language, tomllib.loads(file.read_text("utf-8")))
