"""What ranking costs: milliseconds by the clock and of CPU, which others on the machine change least, and memory."""

from __future__ import annotations

import datetime as dt
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import NamedTuple

from brief.models import Paper
from brief.profile import Profile, load_profile
from brief.ranking.learning import CLICKS, Taste, learn
from brief.ranking.score import laid_out, rank
from brief.taxonomy import categories

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
READERS = 1000


class Cost(NamedTuple):
    """What something took: by the clock and of CPU, in one unit."""

    wall: float
    cpu: float


def costs(papers: Sequence[Paper]) -> dict[str, Cost]:
    """Return what 1,000 papers cost, signals included: for the packaged profile, and for readers who all differ."""
    profile, taste = load_profile(), _taste(papers)
    laid = laid_out(papers, NOW)
    rank(papers, profile, NOW, laid=laid)
    readers = [_reader(profile, n) for n in range(READERS)]
    many = _milliseconds(lambda: [len(rank(papers, reader, NOW, laid=laid)) for reader in readers], 1)
    return {
        "rank_1000_ms": _milliseconds(lambda: rank(papers, profile, NOW)),
        "rank_1000_with_100_clicks_ms": _milliseconds(lambda: rank(papers, profile, NOW, laid=laid, taste=taste)),
        "rank_1000_for_1000_readers_s": Cost(many.wall / 1000, many.cpu / 1000),
        "click_ms": _milliseconds(lambda: learn(taste, papers[-1], "like", NOW)),
    }


def sizes(papers: Sequence[Paper]) -> dict[str, float]:
    """Return how much room a reader's clicks take when stored, and the ranking of 1,000 papers in memory."""
    return {
        "taste_kb": len(_taste(papers).model_dump_json()) / 1000,
        "memory_mb": _megabytes(lambda: rank(papers, load_profile(), NOW)),
    }


def _reader(profile: Profile, number: int) -> Profile:
    """Return a reader with the packaged profile's number of directions and keywords, drawn from all there are."""
    chance = random.Random(number)
    phrases = sorted({k for d in (*profile.directions, *categories()) for k in d.keywords})
    some = [
        d.model_copy(update={"keywords": tuple(chance.sample(phrases, len(d.keywords)))}) for d in profile.directions
    ]
    return profile.model_copy(update={"directions": tuple(some)})


def _taste(papers: Sequence[Paper]) -> Taste:
    taste = Taste()
    for n, paper in enumerate(papers[:CLICKS]):
        taste = learn(taste, paper, "like" if n % 3 == 0 else "dislike", NOW)
    return taste


def _milliseconds(run: Callable[[], object], times: int = 7) -> Cost:
    """Return the shortest times of some runs."""
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        taken.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return Cost(*map(min, zip(*taken, strict=True)))


def _megabytes(run: Callable[[], object]) -> float:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
