"""arXiv's announcement feed (https://info.arxiv.org/help/rss.html): what stands in when the API fails.

It holds the newest listing day only, at most 2000 items, with announce types and versions, but neither comments nor
submission times; it is empty at weekends.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from brief.models import Paper, split_arxiv_id
from sources._arxiv import Rows, category_codes, names, open_feed, paper_from, rows_of
from sources._http import Fetcher, Reply
from sources._parse import clean, when

_ORIGIN: Final = "arxiv_rss"
_HEAD = re.compile(r"\s*(?P<id>arXiv:\S+)\s+Announce Type:\s*(?P<kind>[\w-]+)\s*(?:Abstract:\s*)?", re.ASCII)
_KINDS: Final = frozenset({"new", "cross", "replace", "replace-cross"})


async def announced(rss: Fetcher, categories: Sequence[str], days: Collection[dt.date]) -> Rows:
    """Return what was announced in the categories on one of the listing days. Raises SourceError."""
    reply = await rss.get(f"/rss/{'+'.join(categories)}")
    return await asyncio.to_thread(read_rss, reply, days)


def read_rss(reply: Reply, days: Collection[dt.date]) -> Rows:
    """Return the papers of a feed; an item dated outside `days` belongs to another edition and is left out.

    Raises SourceError BAD_ANSWER.
    """
    dated = [(_day(item), item) for item in open_feed(reply).entries]
    items = [item for day, item in dated if day is None or day in days]
    return rows_of(reply, items, _paper, day=max((day for day, _ in dated if day and day in days), default=None))


def _day(item: Any) -> dt.date | None:
    date = when(item.get("published"))  # midnight Eastern of the listing day: the same day in UTC
    return date.date() if date else None


def _paper(item: Any) -> Paper | None:
    text = item.get("summary") or ""
    head = _HEAD.match(text)
    kind = item.get("arxiv_announce_type") or (head and head["kind"])
    return paper_from(
        _ORIGIN,
        split_arxiv_id(item.get("id") or "") or split_arxiv_id(head["id"] if head else ""),
        clean(item.get("title"), 500),
        abstract=clean(text[head.end() :] if head else text, 10_000),
        authors=_authors(item.get("author") or ""),
        categories=category_codes(tag.get("term") for tag in item.get("tags", ())),
        announced=kind if kind in _KINDS else None,
    )


def _authors(creators: str) -> tuple[str, ...]:
    """Return the names of one comma-separated line; affiliations in brackets, at most two deep, are dropped."""
    line = creators[:100_000]
    for _ in range(2):
        line = re.sub(r"\([^()]*\)", "", line)
    return names(line.split(","))
