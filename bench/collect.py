"""What collecting one real day costs: requests per site, wall seconds, CPU seconds and peak memory.

Runs `paperboy collect` in a process of its own against a replay of the sites, with an empty store, and counts what
that process used; the embedded Redis is a process beside it and not counted. The lower bound of the wall time is
arXiv's pace: (requests - 1) x 3 s.

    python bench/collect.py [--day 2026-04-30] [--shared ../shared] [--json]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path.insert(0, str(Path(__file__).parent / "shared"))

from measuring import figure, options, show
from replaying import SITES, with_replay

PACE = 3.0  # seconds between requests to arXiv (https://info.arxiv.org/help/api/tou.html)


@contextmanager
def replay(shared: Path) -> Iterator[str]:
    """Yield the base URL of the replayed sites, strict about arXiv's pace."""
    command = [sys.executable, str(shared / "replay" / "serve.py"), "--port", "0", "--strict-pace"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().split()[-1] if server.stdout else ""
        server.terminate()


def environment(base: str, data: str) -> dict[str, str]:
    """Return the environment that points every site at the replay and the store at an empty folder."""
    return {"PATH": os.environ["PATH"], "PAPERBOY_DATA_DIR": data, **{k: f"{base}/{v}" for k, v in SITES.items()}}


def measure(shared: Path, day: str) -> dict[str, dict[str, object]]:
    """Return the figures of one collection."""
    with replay(shared) as base, tempfile.TemporaryDirectory() as data:
        command = [Path(sys.executable).with_name("paperboy"), "collect", "--date", day, "--json"]
        started = time.monotonic()
        done = subprocess.run(command, env=environment(base, data), capture_output=True, text=True, check=True)
        wall = time.monotonic() - started
        with urllib.request.urlopen(f"{base}/__stats") as answer:  # noqa: S310  (our own replay on loopback)
            stats = json.load(answer)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    papers = json.loads(done.stdout)["papers"]
    bound = PACE * (stats["arxiv"]["hits"] - 1)
    cpu = used.ru_utime + used.ru_stime
    return {
        "papers": figure({"ours": papers}),
        **{f"requests {site}": figure({"ours": s["hits"]}) for site, s in sorted(stats.items())},
        "arxiv connections at once": figure({"ours": stats["arxiv"]["peak_open"]}, 1),
        "wall s": figure({"ours": wall, "lower bound": bound}, bound + 3),
        "cpu s": figure({"ours": cpu}),
        "cpu s per 600 papers": figure({"ours": cpu * 600 / max(papers, 600)}, 3),
        "peak memory MB": figure({"ours": used.ru_maxrss / 1024}, 150),
    }


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    asked = options(__doc__)
    asked.add_argument("--day", default="2026-04-30")
    chosen = with_replay(asked)
    return show(measure(chosen.shared, chosen.day), ("lower bound",), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
