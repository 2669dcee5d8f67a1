"""Measure the check of grounding: which inventions it catches, which faithful sentences it refuses, and its speed.

The sentences of tests/brief/data/grounding are checked against the one text each was written for. The check was
improved on the first sets (development); the last one (held_out) was written by somebody who had not seen the check,
and nothing was changed after looking at it. Beside ours stands the shortest check there is: every number and
capitalised word of a sentence occurs literally in the text. The tests list the sentences that go wrong.

    python bench/grounding.py [--rounds 5] [--json]
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path.insert(0, str(Path(__file__).parent / "shared"))

from measuring import figure, options, tell

from brief.writing.grounding import Evidence, problems

DATA = Path(__file__).parents[1] / "tests/brief/data/grounding"
SETS = {"development": "", "development_2": "fresh_", "held_out": "held_out_"}  # and what their files' names begin with
EXACT = ("number", "date", "id", "link")
LOOSE = ("name", "comparison", "superlative")
EXACT_TARGET, LOOSE_TARGET, FAITHFUL_TARGET = 1.0, 0.95, 0.03
_NUMBERS_AND_NAMES = re.compile(r"\d+(?:[.,]\d+)*|[A-Z]\w*")

Check = Callable[[str], bool]  # whether a sentence is refused


class Row(NamedTuple):
    """One sentence of the set; `wrong` is what it invents."""

    given: str
    language: str
    sentence: str
    kind: str
    wrong: str = ""


class Group(NamedTuple):
    """Sentences that are counted together; the target is a share, a ceiling for faithful ones and a floor else."""

    kind: str
    language: str
    rows: list[Row]
    target: float | None


def ours(text: str) -> Check:
    """Refuse what the brief refuses."""
    evidence = Evidence([text])
    return lambda sentence: bool(problems(sentence, evidence))


def literal(text: str) -> Check:
    """Refuse numbers and capitalised words that do not occur in the text."""
    return lambda sentence: any(found not in text for found in _NUMBERS_AND_NAMES.findall(sentence))


CHECKS: dict[str, Callable[[str], Check]] = {"ours": ours, "literal": literal}


def groups(rows: Iterable[Row]) -> list[Group]:
    """Return each kind in each language, each kind that has a target of its own, and the others together."""
    rows, result = list(rows), []
    targets = dict.fromkeys(EXACT, EXACT_TARGET) | {"faithful": FAITHFUL_TARGET}
    for kind in (*EXACT, *LOOSE, "faithful"):
        of_kind = [row for row in rows if row.kind == kind]
        for language in ("zh", "en"):
            in_language = [row for row in of_kind if row.language == language]
            result.append(Group(kind, language, in_language, None))
        result.append(Group(kind, "both", of_kind, targets.get(kind)))
    result.append(Group("+".join(LOOSE), "both", [row for row in rows if row.kind in LOOSE], LOOSE_TARGET))
    return result


def report(rows: list[Row], texts: dict[str, str], rounds: int) -> dict[str, Any]:
    """Return figure name -> value, target, ok, peers (and how many sentences it counts)."""
    refused, times = {}, {}
    for who, check in CHECKS.items():
        checks = {name: check(text) for name, text in texts.items()}
        refused[who] = {row for row in rows if checks[row.given](row.sentence)}
        times[who] = statistics.median(_microseconds(rows, checks) for _ in range(rounds))
    figures = {}
    for group in groups(rows):
        shares = {who: len(refused[who].intersection(group.rows)) / len(group.rows) for who in CHECKS}
        told = figure(shares, group.target, floor=group.kind != "faithful")
        figures[f"{group.kind}.{group.language}"] = told | {"sentences": len(group.rows)}
    figures["microseconds"] = figure(times) | {"sentences": len(rows)}
    return figures


def _microseconds(rows: list[Row], checks: dict[str, Check]) -> float:
    """Return what one sentence takes when its text is prepared."""
    start = time.perf_counter()
    for row in rows:
        checks[row.given](row.sentence)
    return (time.perf_counter() - start) / len(rows) * 1e6


def table(figures: dict[str, Any]) -> Table:
    """Lay the figures out, a row each; of faithful sentences the share is that of wrongly refused ones."""
    result = Table("set", "kind", "language", "sentences", "caught", "share", "literal", "target", "ok")
    for name, told in figures.items():
        which, kind, *language = name.split(".")
        say = "{:.1%}".format if language else "{:.1f}".format
        caught = str(round(told["value"] * told["sentences"])) if language else ""
        target = "" if told["target"] is None else say(told["target"])
        cells = (str(told["sentences"]), caught, say(told["value"]), say(told["peers"]["literal"]), target)
        result.add_row(which, kind, *(language or [""]), *cells, "" if not target else "yes" if told["ok"] else "NO")
    return result


def measured(which: str, rounds: int) -> dict[str, Any]:
    """Return the figures of one set, named after it."""
    texts = tomllib.loads((DATA / f"{SETS[which]}texts.toml").read_text(encoding="utf-8"))
    lines = (DATA / f"{SETS[which]}sentences.jsonl").read_text(encoding="utf-8").splitlines()
    figures = report([Row(**json.loads(line)) for line in lines], texts, rounds)
    return {f"{which}.{name}": figure for name, figure in figures.items()}


def main() -> int:
    """Print the figures; return 1 when a target is missed."""
    asked = options(__doc__)
    asked.add_argument("--rounds", type=int, default=5, help="the time is their median")
    chosen = asked.parse_args()
    figures = {name: told for which in SETS for name, told in measured(which, chosen.rounds).items()}
    return tell(figures, table(figures), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
