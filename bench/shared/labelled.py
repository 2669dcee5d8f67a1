"""Days that public reading lists have labelled, and how good an order of their papers is."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from brief.models import Paper
from brief.ranking.score import Laid, laid_out

EARLIER = 4  # listing days before the one that is ranked, whose texts a ranking may know


class Figures(NamedTuple):
    """How good an order of papers is, given the relevant ones."""

    ndcg20: float
    p5: float
    p20: float
    auc: float


class LabelledDay(NamedTuple):
    """The new papers of a day, the ids of those a list holds (never none), and all of them laid out for ranking."""

    date: dt.date
    papers: Sequence[Paper]
    relevant: frozenset[str]
    laid: Laid


def judge(order: Sequence[str], relevant: frozenset[str]) -> Figures:
    """Return nDCG@20, P@5, P@20 and AUC of an order that holds at least one relevant and one other paper."""
    hits = [paper in relevant for paper in order]
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits[:20]) if hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(20, sum(hits))))
    others, below = len(hits) - sum(hits), 0
    for before, place in enumerate(n for n, hit in enumerate(hits) if hit):
        below += others - (place - before)
    return Figures(gain / best, sum(hits[:5]) / 5, sum(hits[:20]) / 20, below / (others * sum(hits)))


@cache
def papers_of(shared: Path, day: str) -> tuple[Paper, ...]:
    """Return the papers that were new on a day."""
    lines = (shared / "replay/data/pool" / f"{day}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "new"]
    return tuple(Paper(**{name: row[name] for name in ("id", "title", "abstract", "categories")}) for row in rows)


@cache
def days_of(shared: Path) -> tuple[str, ...]:
    """Return the recorded days, oldest first."""
    return tuple(sorted(f.stem for f in (shared / "replay/data/pool").glob("*.jsonl")))


@cache
def laid_out_of(shared: Path, day: str) -> Laid:
    """Return a day's papers laid out after those of the days before it; nothing of a later day is known."""
    before = [d for d in days_of(shared) if d < day][-EARLIER:]
    morning = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(8), dt.UTC)
    earlier = laid_out([paper for d in before for paper in papers_of(shared, d)], morning)
    return laid_out(papers_of(shared, day), morning, earlier.corpus)


def labelled(shared: Path, label: str) -> list[LabelledDay]:
    """Return the days on which a list holds a new paper, oldest first."""
    result = []
    for line in (shared / "labels" / f"{label}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        papers = papers_of(shared, row["day"])
        relevant = frozenset(row["positives"]) & {p.id for p in papers}
        if relevant:
            date = dt.date.fromisoformat(row["day"])
            result.append(LabelledDay(date, papers, relevant, laid_out_of(shared, row["day"])))
    return sorted(result, key=lambda day: day.date)
