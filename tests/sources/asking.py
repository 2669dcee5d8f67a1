"""What the tests of the sources ask for, and the nonsense they feed them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from brief.models import Ask, Harvest, Window

DAY = dt.date(2026, 4, 30)


def ask(*days: dt.date, searches: tuple[str, ...] = ()) -> Ask:
    """Return the question of an edition that covers `days`, made on the last one at 8:00 UTC."""
    days = days or (DAY,)
    until = dt.datetime.combine(days[-1], dt.time(8), dt.UTC)
    since = dt.datetime.combine(days[0], dt.time(0), dt.UTC)
    return Ask(window=Window(date=days[-1], days=days, since=since, until=until), categories=(), searches=searches)


def told(harvest: Harvest) -> list[tuple[str, dict[str, str | int]]]:
    """Return the notes of a report as plain values."""
    return [(note.code, note.params) for note in harvest.report.notes]


def items(harvest: Harvest) -> dict[str, list[dict[str, Any]]]:
    """Return what a harvest holds in the form of the expected.json files."""
    found = harvest.model_dump(mode="json", exclude_defaults=True, exclude={"report"})
    return {kind: rows for kind, rows in found.items() if rows}


def expected(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the items expected of the recorded input in `folder`."""
    content: dict[str, list[dict[str, Any]]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return content


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
objects = st.dictionaries(st.text(max_size=8), anything, max_size=4)


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Draw `value` with one to four of its parts replaced by anything."""
    broken = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 4))):
        node = broken
        while isinstance(node, dict | list) and node:
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            if not isinstance(node[key], dict | list) or draw(st.booleans()):
                node[key] = draw(anything)
                break
            node = node[key]
    return broken
