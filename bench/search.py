"""How long /search and /similar take among 30 stored days, and what their index takes of memory.

The days are those of a replay of the sites, 600 papers each; where it has fewer, they come again under other ids.
Beside our figures stand those of keeping the papers themselves, which is what the index is there to avoid.

    python bench/search.py [--shared ../shared] [--json]
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path[:0] = [str(HERE.parent), str(HERE / "shared")]

from measuring import figure, options, show  # noqa: E402
from replaying import collected, replay, with_replay  # noqa: E402

from brief.models import Paper  # noqa: E402
from brief.search import leaf, search, similar  # noqa: E402
from brief.settings import load_settings  # noqa: E402

LAST, RECORDED, DAYS, PAPERS = dt.date(2026, 5, 1), 19, 30, 600
QUERIES = ("agents", "world model", '"chain of thought" reasoning', "reinforcement learning with verifiable rewards")
SEARCH_MS, SIMILAR_MS, DAY_MS, MEMORY_MB = 100, 200, 100, 20
MB = 1e6


async def recorded(shared: Path) -> list[str]:
    """Return the papers of the recorded days as JSON, newest first and each once."""
    found: dict[str, str] = {}
    async with replay(shared) as urls:
        settings = load_settings(urls)
        for back in range(RECORDED):
            day = await collected(settings, LAST - dt.timedelta(back))
            found |= {paper.id: paper.model_dump_json() for paper in day.papers if paper.id not in found}
    return list(found.values())


def day(papers: list[str], number: int) -> list[Paper]:
    """Return the papers of one of the days, which share no text with those of another."""
    rows = [papers[n % len(papers)] for n in range(number * PAPERS, (number + 1) * PAPERS)]
    made = [Paper.model_validate_json(row) for row in rows]
    return [paper.model_copy(update={"id": f"{number:02}{paper.id[2:]}"}) for paper in made]


def kept(make: Callable[[int], object]) -> float:
    """Return what the days take when they are made so, in MB."""
    tracemalloc.start()
    days = [make(n) for n in range(DAYS)]
    held = tracemalloc.get_traced_memory()[0] / MB
    tracemalloc.stop()
    del days
    return held


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the median time of some work."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


def measure(papers: list[str]) -> dict[str, Any]:
    """Return the figures."""
    leaves = [leaf(day(papers, n)) for n in range(DAYS)]
    first = day(papers, 0)
    slowest = max(milliseconds(lambda words=words: search(words, leaves)) for words in QUERIES)
    memory = {"ours": kept(lambda n: leaf(day(papers, n))), "papers": kept(lambda n: day(papers, n))}
    return {
        "papers": figure({"ours": DAYS * PAPERS}),
        "ms, the slowest search": figure({"ours": slowest}, SEARCH_MS),
        "ms, similar": figure({"ours": milliseconds(lambda: similar(first[0], leaves))}, SIMILAR_MS),
        "ms, laying out a day": figure({"ours": milliseconds(lambda: leaf(first))}, DAY_MS),
        "MB, the index": figure(memory, MEMORY_MB),
    }


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    chosen = with_replay(options(__doc__))
    return show(measure(asyncio.run(recorded(chosen.shared))), ("papers",), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
