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
from sources._http import Http, Site
from sources._mentions import disabled, mentions_of
from sources._parse import clean
from sources._report import report

_PHRASES = 5  # Google reads the first 32 words of a query
_RECENT = {"dateRestrict": "d3", "num": "10"}  # ten is the most it gives


class Google:
    """The source `google`: https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list.

    Disabled without a key and the id of a search engine (`cx`). Google wants the key in the URL: no URL is ever shown.
    """

    name = "google"

    def __init__(self, http: Http, url: str, key: str | None, engine: str | None) -> None:
        self._http, self._site = http, Site("Google Search", url)
        self._key, self._engine = key, engine

    async def collect(self, ask: Ask) -> Harvest:
        """Return how many of the ten best pages of the last three days link to each paper: one request of 100 a day.

        Never raises SourceError.
        """
        if not self._key or not self._engine:
            return disabled(self.name, "GOOGLE_CSE_ID" if self._key else "GOOGLE_API_KEY")
        started, fetch = time.monotonic(), self._http.at(self._site)
        params = _RECENT | {"q": query(ask.searches), "key": self._key, "cx": self._engine}
        try:
            answer = object_of(await fetch.get("/customsearch/v1", params), "searchInformation", dict)
        except SourceError as error:
            return Harvest(report=report(self.name, (fetch,), started, errors=[error]))
        pages, skipped = read_pages(sequence(answer.get("items")))
        mentions = mentions_of(self.name, pages.values())
        told = report(self.name, (fetch,), started, skipped=skipped, mentions=len(mentions))
        return Harvest(report=told, mentions=mentions)


def query(searches: Sequence[str]) -> str:
    """Return a query for pages that speak of arXiv and of one of the first phrases."""
    phrases = [clean(phrase.replace('"', " "), 60) for phrase in searches[:_PHRASES]]
    return " ".join(filter(None, ('"arxiv.org"', " OR ".join(f'"{phrase}"' for phrase in phrases if phrase))))


def read_pages(rows: list[Any]) -> tuple[dict[str, str], int]:
    """Return the text of each result by its link, and how many rows have no link."""
    named = [(clean(row.get("link"), 2000), row) for row in map(record, rows)]
    pages = {
        name: f"{name} {clean(row.get('title'), 500)} {clean(row.get('snippet'), 1000)}" for name, row in named if name
    }
    return pages, sum(not name for name, _ in named)
