"""Real days, collected from a replay of the sites beside the repository."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from brief.collect import collect
from brief.models import Ask, Day
from brief.profile import load_profile
from brief.settings import Settings
from brief.window import window_for
from sources import SOURCES
from sources._http import Http

SITES = {"HUGGINGFACE_URL": "hf", "ARXIV_API_URL": "arxiv", "ARXIV_URL": "arxiv", "ARXIV_RSS_URL": "rss"}
SITES |= {"GITHUB_API_URL": "github", "X_API_URL": "x", "GOOGLE_API_URL": "google"}


def with_replay(options: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the arguments, `shared` among them, where the replay is; without one the program ends with status 2."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    options.add_argument("--shared", type=Path, default=beside, help="where replay/serve.py is")
    chosen = options.parse_args()
    if not (chosen.shared / "replay" / "serve.py").exists():
        options.error(f"no replay/serve.py below {chosen.shared}: give its place with --shared")
    return chosen


@asynccontextmanager
async def replay(shared: Path) -> AsyncIterator[dict[str, str]]:
    """Yield the settings that point every site at a replay."""
    command = [sys.executable, str(shared / "replay" / "serve.py"), "--port", "0"]
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        line = await server.stdout.readline() if server.stdout else b""
        yield {name: f"{line.decode().split()[-1]}/{site}" for name, site in SITES.items()}
    finally:
        server.terminate()
        await server.communicate()


async def collected(settings: Settings, date: dt.date) -> Day:
    """Return a day as the sites had it at eight in the morning; a replay needs no pauses."""
    until = dt.datetime.combine(date, dt.time(8), dt.UTC)
    queries = tuple(query for direction in load_profile().directions for query in direction.queries)
    ask = Ask(window=window_for(date, until), categories=settings.arxiv_categories, searches=queries)
    async with Http(user_agent="Paperboy/bench", turn=_at_once) as http:
        return await collect([row.build(http, settings) for row in SOURCES], ask, until)


def _at_once(_key: str, _gap: float) -> AbstractAsyncContextManager[None]:
    return nullcontext()
