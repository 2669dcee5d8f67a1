"""arXiv: the window's new and revised papers, from the API (https://info.arxiv.org/help/api/user-manual.html).

Falls back to the announcement feed for a day, and to abstract pages for single papers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from brief.errors import SourceError, Trouble
from brief.models import Ask, Harvest, Note, Paper, Window, split_arxiv_id
from sources import arxiv_page, arxiv_rss
from sources._arxiv import ROWS, Rows, category_codes, names, open_feed, paper_from, rows_of, site
from sources._http import Fetcher, Http, Reply
from sources._parse import clean, when
from sources._report import failure_of, report

_ORIGIN: Final = "arxiv"
_SLICES: Final = 4
_IDS: Final = 100  # in one id_list
_PAGES: Final = 3  # read one by one, at the pace of three seconds
_NEW_WITHIN: Final = 25.0  # seconds for the new papers; what is left of _ALL_WITHIN is for the fallback
_ALL_WITHIN: Final = 37.0
_LOOKUP_WITHIN: Final = 20.0  # seconds for the API when somebody waits for papers; their pages have half as long


@dataclass
class _Haul:
    """What a collection has so far."""

    papers: dict[str, Paper] = field(default_factory=dict)
    skipped: int = 0
    errors: list[SourceError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        self.papers |= {paper.id: paper for paper in rows.papers}
        self.skipped += rows.skipped

    def note(self, code: str, **params: str | int) -> None:
        self.notes.append(Note(code=code, params=params))

    def note_rest(self, got: int, total: int) -> None:
        if got < total:
            self.note("more_than_asked", got=got, total=total)


class ArxivApi:
    """The source `arxiv`. Its requests keep arXiv's pace: one at a time, three seconds apart."""

    name = "arxiv"
    configured = True

    def __init__(
        self,
        http: Http,
        api_url: str = "https://export.arxiv.org",
        page_url: str = "https://arxiv.org",
        rss_url: str = "https://rss.arxiv.org",
    ) -> None:
        self._http = http
        self._api = site("arXiv API", api_url, 12.0)
        self._rss = site("arXiv RSS", rss_url, 6.0)
        self._lookup = site("arXiv API", api_url, 8.0, tries=2)
        self._page = site("arXiv abstract page", page_url, 8.0, tries=2)

    async def collect(self, ask: Ask) -> Harvest:
        """Return the papers submitted and those revised within the window: two requests on a normal day.

        Never raises SourceError: what failed and what stood in for it is in the report's notes.
        """
        started = time.monotonic()
        api, rss = self._http.at(self._api), self._http.at(self._rss)
        haul = _Haul()
        await self._gather(api, rss, ask, haul)
        papers = tuple(haul.papers.values())
        told = report(
            self.name,
            [api, rss],
            started,
            errors=haul.errors,
            notes=haul.notes,
            skipped=haul.skipped,
            papers=len(papers),
        )
        return Harvest(report=told, papers=papers)

    async def paper(self, paper_id: str) -> Paper | None:
        """Return the paper with this id, None when arXiv has none. Raises SourceError."""
        return next(iter(await self.papers((paper_id,))), None)

    async def papers(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Return the papers with these ids in the order asked; ids nobody knows, or that are none, are missing.

        A few that the API does not give are read from their abstract pages. Raises SourceError when nothing was
        found and arXiv did not answer properly.
        """
        splits = (split_arxiv_id(paper_id) for paper_id in ids)
        wanted = list(dict.fromkeys(split[0] for split in splits if split))
        api, pages = self._http.at(self._lookup), self._http.at(self._page)
        found: dict[str, Paper] = {}
        failure = await failure_of(_by_id(api, wanted, found), api, _LOOKUP_WITHIN)
        missing = [paper_id for paper_id in wanted if paper_id not in found]
        if len(missing) <= _PAGES:
            failure = await failure_of(_by_page(pages, missing, found), pages, _LOOKUP_WITHIN / 2)
        if failure and not found:
            raise failure
        return tuple(found[paper_id] for paper_id in wanted if paper_id in found)

    async def probe(self) -> None:
        """Ask the API for one paper, at arXiv's pace. Raises SourceError."""
        api = self._http.once(self._lookup)
        if failure := await failure_of(_by_id(api, ("1706.03762",), {}), api, _LOOKUP_WITHIN):
            raise failure

    async def _gather(self, api: Fetcher, rss: Fetcher, ask: Ask, haul: _Haul) -> None:
        started = time.monotonic()
        failure = await failure_of(_new(api, ask, haul), api, _NEW_WITHIN)
        left = _ALL_WITHIN - (time.monotonic() - started)
        if not haul.papers:
            await _instead(rss, ask, haul, failure, left)
            return
        if failure is None:
            failure = await failure_of(_revised(api, ask, haul), api, left)
        if failure:
            haul.errors.append(failure)
            haul.note("revised_missing")


async def _new(api: Fetcher, ask: Ask, haul: _Haul) -> None:
    query = f"({_categories(ask)}) AND submittedDate:{_span(ask.window)}"
    rows = await _slice(api, query, "submittedDate")
    if not rows.papers:  # an empty answer of a struggling API looks like that of a quiet day: ask once more
        rows = await _slice(api, query, "submittedDate")
    haul.add(rows)
    got = rows.read
    try:
        for start in range(ROWS, min(rows.total, ROWS * _SLICES), ROWS):
            rows = await _slice(api, query, "submittedDate", start)
            haul.add(rows)
            got += rows.read
    finally:
        haul.note_rest(got, rows.total)


async def _revised(api: Fetcher, ask: Ask, haul: _Haul) -> None:
    span = _span(ask.window)
    query = f"({_categories(ask)}) AND lastUpdatedDate:{span} ANDNOT submittedDate:{span}"
    rows = await _slice(api, query, "lastUpdatedDate")
    haul.add(rows)
    haul.note_rest(rows.read, rows.total)


async def _instead(rss: Fetcher, ask: Ask, haul: _Haul, failure: SourceError | None, seconds: float) -> None:
    """Ask the feed. Without a failure the API was empty: when the feed is empty too, nothing is wrong."""
    fed = await failure_of(_announced(rss, ask, haul), rss, seconds)
    if failure is None and fed is None and not haul.papers:
        haul.note("nothing_new")
        return
    haul.errors.append(failure or SourceError(Trouble.EMPTY_ANSWER, "arXiv API", tries=2, status=200))
    if fed:
        haul.errors.append(fed)
        return
    haul.note("fallback", what=rss.site.what, papers=len(haul.papers))
    if haul.papers:
        haul.note("rss_lacks")


async def _announced(rss: Fetcher, ask: Ask, haul: _Haul) -> None:
    days = ask.window.days
    rows = await arxiv_rss.announced(rss, ask.categories, days)
    haul.add(rows)
    haul.note_rest(rows.read, rows.total)
    if rows.day and len(days) > 1:
        haul.note("rss_newest_only", day=rows.day.isoformat())


async def _by_id(api: Fetcher, ids: Sequence[str], found: dict[str, Paper]) -> None:
    for start in range(0, len(ids), _IDS):
        batch = ids[start : start + _IDS]
        reply = await api.get("/api/query", {"id_list": ",".join(batch), "max_results": len(batch)})
        found |= {paper.id: paper for paper in read_atom(reply).papers}


async def _by_page(pages: Fetcher, ids: Sequence[str], found: dict[str, Paper]) -> None:
    for paper_id in ids:
        if paper := await arxiv_page.one(pages, paper_id):
            found[paper.id] = paper


async def _slice(api: Fetcher, query: str, order: str, start: int = 0) -> Rows:
    asked: dict[str, str | int] = {
        "search_query": query,
        "sortBy": order,
        "sortOrder": "descending",
        "start": start,
        "max_results": ROWS,
    }
    return await asyncio.to_thread(read_atom, await api.get("/api/query", asked))


def _categories(ask: Ask) -> str:
    return " OR ".join(f"cat:{category}" for category in ask.categories)


def _span(window: Window) -> str:
    return f"[{window.since:%Y%m%d%H%M} TO {window.until:%Y%m%d%H%M}]"


def read_atom(reply: Reply) -> Rows:
    """Return the papers of an answer. Raises SourceError: REFUSED for its Error entry, else BAD_ANSWER."""
    feed = open_feed(reply)
    if any("/api/errors" in (entry.get("id") or "") for entry in feed.entries):
        raise reply.error(Trouble.REFUSED)
    total = feed.feed.get("opensearch_totalresults") or ""
    return rows_of(reply, feed.entries, _paper, int(total) if total.isdecimal() and len(total) < 10 else 0)


def _paper(entry: Any) -> Paper | None:
    split = split_arxiv_id((entry.get("id") or "").rpartition("/abs/")[2])
    published = when(entry.get("published"))
    updated = when(entry.get("updated")) if "updated" in entry else None
    return paper_from(
        _ORIGIN,
        split,
        clean(entry.get("title"), 500),
        abstract=clean(entry.get("summary"), 10_000),
        authors=names(author.get("name") for author in entry.get("authors", ())),
        categories=category_codes(
            (tag.get("term") for tag in entry.get("tags", ())), (entry.get("arxiv_primary_category") or {}).get("term")
        ),
        published=published,
        updated=updated,
        announced=_announced_as(split and split[1], published, updated),
        comment=clean(entry.get("arxiv_comment"), 1000) or None,
    )


def _announced_as(
    version: int | None, published: dt.datetime | None, updated: dt.datetime | None
) -> Literal["new", "replace"] | None:
    if version == 1 or (published and published == updated):
        return "new"
    return "replace" if version or (published and updated) else None
