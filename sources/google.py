"""Google Custom Search: pages of the last days that link to papers, counted. A signal, never an item.

Closed to new customers, and to the others on 1 January 2027
(https://developers.google.com/custom-search/v1/overview).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from brief.errors import SourceError
from brief.models import Ask, Harvest
from sources._fields import object_of, record, sequence
from sources._http import Fetcher, Http, Site
from sources._mentions import disabled, mentions_of
from sources._parse import clean
from sources._report import first, report

_PHRASES = 5  # Google reads the first 32 words of a query
_PAGE = 10  # the most it gives
_SEARCH = "/customsearch/v1"


class Google:
    """The source `google`: https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list.

    Disabled without a key and the id of a search engine (`cx`). Google wants the key in the URL: no URL is ever shown.
    """

    name = "google"

    def __init__(self, http: Http, url: str, key: str | None, engine: str | None) -> None:
        self._http, self._site = http, Site("Google Search", url)
        self._key, self._engine = key, engine

    @property
    def configured(self) -> bool:
        """Whether there are a key and a search engine."""
        return bool(self._key and self._engine)

    async def probe(self) -> None:
        """Ask for one page, one request of the day's 100, when there is a key. Raises SourceError."""
        if self.configured:
            await self._answer(self._http.once(self._site), "arxiv.org", 1)

    async def collect(self, ask: Ask) -> Harvest:
        """Return how many of the ten best pages of the last three days link to each paper: one request of 100 a day.

        Never raises SourceError.
        """
        if not self.configured:
            return disabled(self.name, "GOOGLE_CSE_ID" if self._key else "GOOGLE_API_KEY")
        started, fetch = time.monotonic(), self._http.at(self._site)
        try:
            answer = await self._answer(fetch, query(ask.searches), _PAGE)
        except SourceError as error:
            return Harvest(report=report(self.name, (fetch,), started, errors=[error]))
        rows, more = first(sequence(answer.get("items")), _PAGE)
        pages, skipped = read_pages(rows)
        mentions = mentions_of(self.name, pages.values())
        told = report(self.name, (fetch,), started, notes=more, skipped=skipped, mentions=len(mentions))
        return Harvest(report=told, mentions=mentions)

    async def _answer(self, fetch: Fetcher, words: str, most: int) -> dict[str, Any]:
        keys = {"key": self._key or "", "cx": self._engine or ""}
        params = keys | {"q": words, "dateRestrict": "d3", "num": str(most)}
        return object_of(await fetch.get(_SEARCH, params), "searchInformation", dict)


def query(searches: Sequence[str]) -> str:
    """Return a query for pages that speak of arXiv and of one of the first phrases."""
    phrases = [clean(phrase.replace('"', " "), 60) for phrase in searches[:_PHRASES]]
    return " ".join(filter(None, ('"arxiv.org"', " OR ".join(f'"{phrase}"' for phrase in phrases if phrase))))


def read_pages(rows: Sequence[Any]) -> tuple[dict[str, str], int]:
    """Return the text of each result by its link, and how many rows have no link."""
    named = [(clean(row.get("link"), 2000), row) for row in map(record, rows)]
    pages = {
        name: f"{name} {clean(row.get('title'), 500)} {clean(row.get('snippet'), 1000)}" for name, row in named if name
    }
    return pages, sum(not name for name, _ in named)
