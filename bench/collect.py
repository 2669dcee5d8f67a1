"""What collecting one real day costs: requests per site, wall seconds, CPU seconds and peak memory.

Runs `paperboy collect` in a process of its own against a replay of the sites, with an empty store, and counts what
that process used; the embedded Redis is a process beside it and not counted. The lower bound of the wall time is
arXiv's pace: (requests - 1) x 3 s.

    python bench/collect.py [--day 2026-04-30] [--shared ../shared] [--json]
"""

from __future__ import annotations

import argparse
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

ROOT = Path(__file__).resolve().parents[1]
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
    sites = {"HUGGINGFACE_URL": "hf", "ARXIV_API_URL": "arxiv", "ARXIV_URL": "arxiv", "ARXIV_RSS_URL": "rss"}
    sites |= {"GITHUB_API_URL": "github", "X_API_URL": "x", "GOOGLE_API_URL": "google"}
    return {"PATH": os.environ["PATH"], "PAPERBOY_DATA_DIR": data, **{k: f"{base}/{v}" for k, v in sites.items()}}


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
        "papers": figure(papers),
        **{f"requests {site}": figure(s["hits"]) for site, s in sorted(stats.items())},
        "arxiv connections at once": figure(stats["arxiv"]["peak_open"], 1),
        "wall s": figure(round(wall, 2), bound + 3, lower_bound=bound),
        "cpu s": figure(round(cpu, 2)),
        "cpu s per 600 papers": figure(round(cpu * 600 / max(papers, 600), 2), 3),
        "peak memory MB": figure(round(used.ru_maxrss / 1024, 1), 150),
    }


def figure(value: float, target: float | None = None, **peers: float) -> dict[str, object]:
    """Return one figure; its target is a ceiling."""
    return {"value": value, "target": target, "ok": target is None or value <= target, "peers": peers}


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--day", default="2026-04-30")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where replay/serve.py is")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.shared / "replay" / "serve.py").exists():
        parser.error(f"no replay/serve.py below {options.shared}: give its place with --shared")
    figures = measure(options.shared, options.day)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, f in figures.items():
            target = "" if f["target"] is None else f"target <= {f['target']}  {'ok' if f['ok'] else 'MISSED'}"
            peers = "  ".join(f"{k} {v}" for k, v in f["peers"].items())
            print(f"{name:28} {f['value']:>10}  {target}  {peers}".rstrip())
    return 0 if all(f["ok"] for f in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
