"""X: posts that link to papers, counted. A signal, never an item; it needs a paid key."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

from brief.errors import SourceError
from brief.models import Ask, Harvest, Window
from sources._fields import object_of, record, sequence
from sources._http import Http, Site
from sources._mentions import disabled, mentions_of
from sources._parse import clean, when
from sources._report import first, report

_LINKS = '(url:"arxiv.org/abs" OR url:"arxiv.org/pdf" OR url:"huggingface.co/papers") -is:retweet'
_SEARCH = "/2/tweets/search/recent"
_PAGE = 100
_REACH = dt.timedelta(days=6, hours=23)  # recent search knows seven days


class X:
    """The source `x`: https://docs.x.com/x-api/posts/recent-search. Disabled without a bearer token."""

    name = "x"

    def __init__(self, http: Http, url: str, token: str | None) -> None:
        self._http = http
        self._site = Site("X", url, headers={"Authorization": f"Bearer {token}"}) if token else None

    @property
    def configured(self) -> bool:
        """Whether there is a token."""
        return self._site is not None

    async def probe(self) -> None:
        """Ask for ten posts, the fewest X gives, when there is a token. Raises SourceError."""
        if self._site:
            params: dict[str, str | int] = {"query": _LINKS, "max_results": 10}
            object_of(await self._http.once(self._site).get(_SEARCH, params), "meta", dict)

    async def collect(self, ask: Ask) -> Harvest:
        """Return how many of the newest 100 posts link to each paper, reposts left out: one request, each is paid for.

        X refuses a window that ended more than a week ago. Never raises SourceError.
        """
        if self._site is None:
            return disabled(self.name, "X_BEARER_TOKEN")
        started, fetch = time.monotonic(), self._http.at(self._site)
        try:
            reply = await fetch.get(_SEARCH, _params(ask.window))
            answer = object_of(reply, "meta", dict)
        except SourceError as error:
            return Harvest(report=report(self.name, (fetch,), started, errors=[error]))
        rows, more = first(sequence(answer.get("data")), _PAGE)
        posts, skipped = read_posts(rows, ask.window.until)
        mentions = mentions_of(self.name, posts.values())
        told = report(self.name, (fetch,), started, notes=more, skipped=skipped, mentions=len(mentions))
        return Harvest(report=told, mentions=mentions)


def _params(window: Window) -> dict[str, str | int]:
    since = max(window.since, window.until - _REACH)
    return {
        "query": _LINKS,
        "start_time": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "max_results": _PAGE,
        "tweet.fields": "created_at,entities",
    }


def read_posts(rows: Sequence[Any], until: dt.datetime) -> tuple[dict[str, str], int]:
    """Return the links of each post by its id, and how many rows are no posts; posts after `until` are left out."""
    named = [(clean(row.get("id"), 30), row) for row in map(record, rows)]
    posts = {name: _links(row) for name, row in named if name and (when(row.get("created_at")) or until) <= until}
    return posts, sum(not name for name, _ in named)


def _links(post: dict[str, Any]) -> str:
    urls = map(record, sequence(record(post.get("entities")).get("urls")))
    return " ".join(clean(url.get(key), 500) for url in urls for key in ("expanded_url", "unwound_url"))
