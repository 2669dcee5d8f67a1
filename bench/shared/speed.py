"""What ranking costs: milliseconds of CPU, which others on the machine change least, and memory."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable, Sequence

from brief.models import Paper
from brief.profile import load_profile
from brief.ranking.learning import CLICKS, Taste, learn
from brief.ranking.score import laid_out, rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
READERS = 1000
_SAMPLE = 50  # readers that are ranked for; all cost the same


def costs(papers: Sequence[Paper]) -> dict[str, float]:
    """Return what 1,000 papers cost with the packaged profile, signals included."""
    profile, taste = load_profile(), _taste(papers)
    corpus = laid_out(papers)
    rank(papers, profile, NOW, corpus=corpus)
    many = _milliseconds(lambda: [rank(papers, profile, NOW, corpus=corpus) for _ in range(_SAMPLE)], 1)
    return {
        "rank_1000_ms": _milliseconds(lambda: rank(papers, profile, NOW)),
        "rank_1000_with_100_clicks_ms": _milliseconds(lambda: rank(papers, profile, NOW, corpus=corpus, taste=taste)),
        "rank_1000_for_1000_readers_s": many * READERS / _SAMPLE / 1000,
        "click_ms": _milliseconds(lambda: learn(taste, papers[-1], "like", NOW)),
        "taste_kb": len(taste.model_dump_json()) / 1000,
        "memory_mb": _megabytes(lambda: rank(papers, profile, NOW)),
    }


def _taste(papers: Sequence[Paper]) -> Taste:
    taste = Taste()
    for n, paper in enumerate(papers[:CLICKS]):
        taste = learn(taste, paper, "like" if n % 3 == 0 else "dislike", NOW)
    return taste


def _milliseconds(run: Callable[[], object], times: int = 7) -> float:
    """Return the CPU time of the shortest of some runs, all of it in one thread but for numpy's own."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append((time.process_time() - start) * 1000)
    return min(taken)


def _megabytes(run: Callable[[], object]) -> float:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
