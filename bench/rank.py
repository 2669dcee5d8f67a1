"""Measure the ranking: on days that public reading lists have labelled, and in milliseconds.

Every paper a list holds counts as relevant, every other new paper of the day as not, which is unfair to all rankings
alike: BM25 over the same profile and a random order stand beside ours. Signals are off; only the text counts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bm25s
from rich.console import Console
from rich.table import Table

from brief.models import Paper
from brief.profile import Profile, load_profile
from brief.ranking.score import rank

HERE = Path(__file__).parent
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
WARM_TARGET_MS = 150.0
NDCG_TARGETS = {"llm_rl_daily": 0.60}  # and above plain BM25 in the same run

Order = Callable[[Sequence[Paper], Profile], list[str]]


class Figures(NamedTuple):
    """How good an order of papers is, given the relevant ones."""

    ndcg20: float
    p5: float
    p20: float
    auc: float


def ours(papers: Sequence[Paper], profile: Profile) -> list[str]:
    """Order papers as the brief does, by their text only."""
    return [r.paper.id for r in rank(papers, profile, NOW, signals=False)]


def plain_bm25(papers: Sequence[Paper], profile: Profile) -> list[str]:
    """Order papers by BM25 with every word of the profile as the query."""
    words = [" ".join((d.en, *d.keywords, *d.context)) for d in profile.directions]
    texts = [f"{p.title} {p.abstract}" for p in papers]
    model = bm25s.BM25()
    model.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    [query] = bm25s.tokenize([" ".join(words)], return_ids=False, show_progress=False)
    scores = model.get_scores(query)
    return [papers[n].id for n in sorted(range(len(papers)), key=lambda n: (-scores[n], papers[n].id))]


def at_random(papers: Sequence[Paper], _profile: Profile) -> list[str]:
    """Order papers by chance, the same chance every time."""
    ids = sorted(p.id for p in papers)
    random.Random(len(ids)).shuffle(ids)
    return ids


ORDERS: dict[str, Order] = {"ours": ours, "bm25": plain_bm25, "random": at_random}


def judge(order: Sequence[str], relevant: set[str]) -> Figures:
    """Return nDCG@20, P@5, P@20 and AUC of an order that holds at least one relevant and one other paper."""
    hits = [paper in relevant for paper in order]
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits[:20]) if hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(20, sum(hits))))
    others, below = len(hits) - sum(hits), 0
    for before, place in enumerate(n for n, hit in enumerate(hits) if hit):
        below += others - (place - before)
    return Figures(gain / best, sum(hits[:5]) / 5, sum(hits[:20]) / 20, below / (others * sum(hits)))


def papers_of(shared: Path, day: str) -> list[Paper]:
    """Return the papers that were new on a day."""
    lines = (shared / "replay/data/pool" / f"{day}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "new"]
    return [Paper(id=row["id"], title=row["title"], abstract=row["abstract"]) for row in rows]


def measure(shared: Path, label: str) -> dict[str, list[Figures]]:
    """Return the figures of each order on each day a label covers."""
    profile = load_profile(HERE / "profiles" / f"{label}.toml")
    results: dict[str, list[Figures]] = {name: [] for name in ORDERS}
    for line in (shared / "labels" / f"{label}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        papers = papers_of(shared, row["day"])
        relevant = set(row["positives"]) & {p.id for p in papers}
        for name, order in ORDERS.items():
            if relevant:
                results[name].append(judge(order(papers, profile), relevant))
    return results


def warm_milliseconds(shared: Path) -> float:
    """Return the median time to rank 1,000 papers with the default profile, signals included, after a first run."""
    days = sorted(f.stem for f in (shared / "replay/data/pool").glob("*.jsonl"))
    papers = [p for day in days for p in papers_of(shared, day)][:1000]
    profile, times = load_profile(), []
    for _ in range(6):
        start = time.perf_counter()
        rank(papers, profile, NOW)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def report(results: dict[str, dict[str, list[Figures]]], milliseconds: float) -> dict[str, Any]:
    """Return figure name -> value, target, ok, peers (and the worst day)."""
    figures: dict[str, Any] = {}
    for label, orders in results.items():
        for number, name in enumerate(Figures._fields):
            means = {order: statistics.mean(f[number] for f in days) for order, days in orders.items() if days}
            if means:
                value, worst = means.pop("ours"), min(f[number] for f in orders["ours"])
                target = max(NDCG_TARGETS[label], means["bm25"]) if name == "ndcg20" and label in NDCG_TARGETS else None
                ok = target is None or value > target
                figures[f"{label}.{name}"] = _figure(value, target, ok=ok, peers=means) | {"worst_day": worst}
    ok = milliseconds <= WARM_TARGET_MS
    figures["rank_1000_ms"] = _figure(milliseconds, WARM_TARGET_MS, ok=ok)
    return figures


def _figure(value: float, target: float | None, *, ok: bool, peers: dict[str, float] | None = None) -> dict[str, Any]:
    return {"value": value, "target": target, "ok": ok, "peers": peers or {}}


def table(figures: dict[str, Any]) -> Table:
    """Lay the figures out, a row each."""
    result = Table(*("figure", "ours", "bm25", "random", "worst day", "target", "ok"))
    for name, figure in figures.items():
        values = (figure["value"], *(figure["peers"].get(p) for p in ("bm25", "random")), figure.get("worst_day"))
        cells = ["" if v is None else f"{v:.3f}" if v < 10 else f"{v:.0f}" for v in (*values, figure["target"])]
        result.add_row(name, *cells, "" if figure["target"] is None else "yes" if figure["ok"] else "NO")
    return result


def main() -> int:
    """Print the figures; return 1 when a target is missed, 2 when there is nothing to measure on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared", help="the folder with labels/")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    if not (options.shared / "labels").is_dir():
        print(f"{options.shared}: no labels/ in this folder; point --shared at the recorded days", file=sys.stderr)
        return 2
    labels = sorted(f.stem for f in (options.shared / "labels").glob("*.jsonl"))
    results = {label: measure(options.shared, label) for label in labels}
    figures = report(results, warm_milliseconds(options.shared))
    if options.json:
        print(json.dumps(figures))
    else:
        Console(width=110).print(table(figures))
    return 0 if all(figure["ok"] for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
