"""Hugging Face: the papers of the day with their votes, trending models and data sets, one paper by id.

The answers of https://huggingface.co/docs/hub/api are read as raw JSON: the rows of Daily Papers carry more than the
official client keeps. Any field of a row may be missing; a row without an arXiv id or a title is skipped and counted.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar

from brief.errors import SourceError, Trouble
from brief.models import Ask, Harvest, HubAsset, Note, Paper, split_arxiv_id
from sources._fields import count, link, list_of, number, record, repo_name, sequence, texts
from sources._http import Fetcher, Http, Site
from sources._parse import clean, when
from sources._report import first, note_of, report

FILLING: Final = 5  # papers; a weekday's page opens nearly empty and holds 10 to 30 by the evening
_PAGE, _TRENDING = 100, 20
_WITHIN: Final = 35.0  # seconds for all requests together; what has come by then stands
_SATURDAY = 5
_HUB_ID = re.compile(r"\w[\w.-]{0,95}(?:/\w[\w.-]{0,95})?", re.ASCII)

Kind = Literal["model", "dataset"]
Item = TypeVar("Item")
_Params = dict[str, str | int]


@dataclass(frozen=True)
class _Listing(Generic[Item]):
    """What one request brought: the items of its `rows` rows that could be read, or the error."""

    items: Sequence[Item] = ()
    rows: int = 0
    notes: Sequence[Note] = ()
    error: SourceError | None = None


class HuggingFace:
    """The source `huggingface`. A token only raises the hub's limit of requests."""

    name = "huggingface"
    configured = True

    def __init__(self, http: Http, url: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = http
        self._site = Site("Hugging Face", url, timeout=8.0, headers=headers)

    async def collect(self, ask: Ask) -> Harvest:
        """Return the papers listed on each day of the window, and the models and data sets trending now.

        Never raises SourceError: what failed is in the notes. Only missing days make the report partial or failed.
        """
        started, days = time.monotonic(), ask.window.calendar_days
        fetch = self._http.at(self._site)
        models = self._http.at(replace(self._site, what="Hugging Face models"))
        datasets = self._http.at(replace(self._site, what="Hugging Face datasets"))
        until = asyncio.get_running_loop().time() + _WITHIN
        pages, trending = await asyncio.gather(
            asyncio.gather(*(_bounded(fetch, _day(fetch, day, days[-1]), until) for day in days)),
            asyncio.gather(
                _bounded(models, _trending(models, "model"), until),
                _bounded(datasets, _trending(datasets, "dataset"), until),
            ),
        )
        papers = {paper.id: paper for page in pages for paper in page.items}
        assets = {(asset.kind, asset.id): asset for listing in trending for asset in listing.items}
        told = report(
            self.name,
            (fetch, models, datasets),
            started,
            errors=_errors(pages),
            notes=[*_notes(days, pages, trending)],
            skipped=_skipped(pages) + _skipped(trending),
            papers=len(papers),
            assets=len(assets),
        )
        return Harvest(report=told, papers=tuple(papers.values()), assets=tuple(assets.values()))

    async def probe(self) -> None:
        """Ask for one row of Daily Papers. Raises SourceError."""
        list_of(await self._http.once(self._site).get("/api/daily_papers", {"limit": 1}))

    async def paper(self, paper_id: str) -> Paper | None:
        """Return the paper with this arXiv id (no version), None when the hub has no page for it.

        Raises SourceError when the hub cannot be used.
        """
        reply = await self._http.at(self._site).get(f"/api/papers/{paper_id}", accept=(200, 404))
        if reply.status == 404:
            return None
        paper = read_paper({"paper": reply.json()})
        if paper is None or paper.id != paper_id:
            raise reply.error(Trouble.BAD_ANSWER)
        return paper


async def _day(fetch: Fetcher, day: dt.date, newest: dt.date) -> _Listing[Paper]:
    params: _Params = {"date": day.isoformat(), "limit": _PAGE}
    reply = await fetch.get("/api/daily_papers", params, accept=(200, 400) if day == newest else (200,))
    if reply.status == 400:  # "date is in the future": the hub opens a day's page when it gets there
        return _Listing()
    return _listing(list_of(reply), _PAGE, partial(read_paper, listed=day))


async def _trending(fetch: Fetcher, kind: Kind) -> _Listing[HubAsset]:
    params: _Params = {"sort": "trendingScore", "limit": _TRENDING}
    return _listing(list_of(await fetch.get(f"/api/{kind}s", params)), _TRENDING, partial(read_asset, kind=kind))


def _listing(rows: Sequence[Any], most: int, read: Callable[[dict[str, Any]], Item | None]) -> _Listing[Item]:
    some, more = first(rows, most)
    return _Listing([item for row in some if (item := read(record(row)))], len(some), more)


async def _bounded(fetch: Fetcher, asking: Awaitable[_Listing[Item]], until: float) -> _Listing[Item]:
    """Return the listing, or how it failed until that moment of the loop's clock."""
    try:
        async with asyncio.timeout_at(until):
            return await asking
    except SourceError as error:
        return _Listing(error=error)
    except TimeoutError:
        return _Listing(error=SourceError(Trouble.DEADLINE, fetch.site.what, tries=fetch.requests))


def _errors(listings: Iterable[_Listing[Any]]) -> list[SourceError]:
    return [listing.error for listing in listings if listing.error]


def _skipped(listings: Iterable[_Listing[Any]]) -> int:
    return sum(listing.rows - len(listing.items) for listing in listings)


def _notes(
    days: Sequence[dt.date], pages: Sequence[_Listing[Paper]], trending: Sequence[_Listing[HubAsset]]
) -> Iterator[Note]:
    """Yield which days are missing, which weekdays list nothing or are still filling, and why nothing is trending."""
    listings: tuple[_Listing[Any], ...] = (*pages, *trending)
    yield from (note for listing in listings for note in listing.notes)
    if all(page.error for page in pages):
        return  # the error says it all
    for day, page in zip(days, pages, strict=True):
        if page.error:
            yield Note(code="day_missing", params={"day": day.isoformat()})
        elif page.rows == 0 and day.weekday() < _SATURDAY:
            yield Note(code="nothing_listed", params={"day": day.isoformat()})
        elif 0 < page.rows < FILLING and day == days[-1]:
            yield Note(code="page_filling", params={"day": day.isoformat(), "papers": len(page.items)})
    yield from map(note_of, _errors(trending))


def read_paper(row: dict[str, Any], listed: dt.date | None = None) -> Paper | None:
    """Return the paper of a row of Daily Papers, None without an arXiv id or a title."""
    paper = record(row.get("paper"))
    split = split_arxiv_id(clean(paper.get("id"), 40))
    fields: dict[str, Any] = {
        "title": clean(paper.get("title"), 500) or clean(row.get("title"), 500),
        "abstract": clean(paper.get("summary"), 10_000) or clean(row.get("summary"), 10_000),
        "authors": _authors(paper),
        "organization": _organization(paper) or _organization(row),
        "published": when(paper.get("publishedAt")) or when(row.get("publishedAt")),
        "listed": listed,
        "votes": count(paper.get("upvotes")),
        "comments": count(row.get("numComments")),
        "summary": clean(paper.get("ai_summary"), 1000),
        "keywords": texts(sequence(paper.get("ai_keywords")), 80, 20),
        "code": repo_name(paper.get("githubRepo")),
        "code_stars": count(paper.get("githubStars")),
        "project": link(paper.get("projectPage")),
        "thumbnail": link(row.get("thumbnail"), ("https",)),
    }
    filled = {name: value for name, value in fields.items() if value not in (None, "", ())}
    if not split or "title" not in filled:
        return None
    return Paper(id=split[0], sources=("huggingface",), origins=dict.fromkeys(filled, "huggingface"), **filled)


def _authors(paper: dict[str, Any]) -> tuple[str, ...]:
    people = map(record, sequence(paper.get("authors"))[:500])
    names = (clean(person.get("name"), 120) for person in people if person.get("hidden") is not True)
    return tuple(filter(None, names))


def _organization(row: dict[str, Any]) -> str:
    organization = record(row.get("organization"))
    return clean(organization.get("fullname"), 120) or clean(organization.get("name"), 120)


def read_asset(row: dict[str, Any], kind: Kind) -> HubAsset | None:
    """Return the model or data set of a row of a hub listing, None without a usable id or when it is private."""
    name = row.get("id")
    if not isinstance(name, str) or not _HUB_ID.fullmatch(name) or row.get("private") is True:
        return None
    return HubAsset(
        id=name,
        kind=kind,
        description=clean(row.get("description"), 1000),
        likes=count(row.get("likes")),
        downloads=count(row.get("downloads")),
        trending=number(row.get("trendingScore")),
        tags=texts((row.get("pipeline_tag"), row.get("library_name"), *sequence(row.get("tags"))), 80, 30),
        updated=when(row.get("lastModified")),
        sources=("huggingface",),
    )
