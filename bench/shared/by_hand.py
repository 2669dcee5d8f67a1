"""A brief somebody made by hand for three recorded days, and where our order has its papers.

The packaged profile was written by people who knew that brief, so this shows that nothing is lost on the way from the
profile to the order, not that the order is good for a reader nobody knows.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from brief.models import Paper
from brief.profile import load_profile
from brief.ranking.score import rank
from sources.huggingface import read_paper

DAYS = ("2026-04-28", "2026-04-29", "2026-04-30")
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
RECOMMENDED = 5
_LINK = re.compile(r"(?:arxiv\.org/abs|huggingface\.co/papers)/(\d{4}\.\d{5})")


class ByHand(NamedTuple):
    """How many of the recommendations stand in our top 12, of all its papers in our top 150, and how many there are."""

    top12: int
    top150: int
    papers: int
    considered: int


def compare(shared: Path) -> ByHand:
    """Return where the papers of the brief stand in our order, Hugging Face's votes included."""
    papers = list(_papers(shared).values())
    text = (shared / "reference-brief.md").read_text(encoding="utf-8")
    wanted = list(dict.fromkeys(_LINK.findall(text)))
    order = [r.paper.id for r in rank(papers, load_profile(), NOW)]
    top12 = len(set(wanted[:RECOMMENDED]) & set(order[:12]))
    return ByHand(top12, len(set(wanted) & set(order[:150])), len(wanted), len(papers))


def _papers(shared: Path) -> dict[str, Paper]:
    papers: dict[str, Paper] = {}
    for day in DAYS:
        for line in (shared / "replay/data/pool" / f"{day}.jsonl").read_text(encoding="utf-8").splitlines():
            paper = _pooled(json.loads(line), dt.date.fromisoformat(day))
            papers[paper.id] = paper
    for day in DAYS:
        for row in json.loads((shared / "replay/data/hf" / f"{day}.json").read_text(encoding="utf-8")):
            hub = read_paper(row, dt.date.fromisoformat(day))
            if hub and hub.id in papers:
                said = {name: getattr(hub, name) for name in _SAID_BY_HUB}
                papers[hub.id] = papers[hub.id].model_copy(update=said)
    return papers


_SAID_BY_HUB = ("listed", "votes", "comments", "keywords", "code", "code_stars", "organization")


def _pooled(row: dict[str, Any], day: dt.date) -> Paper:
    published = row["published"] and dt.datetime.fromisoformat(row["published"]).replace(tzinfo=dt.UTC)
    return Paper(
        id=row["id"],
        title=row["title"],
        abstract=row["abstract"],
        comment=row["comment"],
        published=published or dt.datetime.combine(day - dt.timedelta(1), dt.time(10), dt.UTC),
    )
