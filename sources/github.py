"""GitHub: repositories active in the reader's directions, and the repositories that papers point to.

Rules of https://docs.github.com/en/rest/search/search: 10 searches a minute without a token and 30 with one; a query
has at most 256 characters and five AND, OR or NOT. Forks are left out by default, archived repositories are not
(https://docs.github.com/en/search-github/searching-on-github/searching-for-repositories).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from brief.errors import SourceError
from brief.models import Ask, Harvest, Note, Paper, Repo
from sources._fields import count, full_name, object_of, record, sequence, texts
from sources._http import Fetcher, Http, Reply, Site
from sources._parse import clean, when
from sources._report import failure_of, first, report

QUERIES: Final = 3  # each is asked twice, by stars and by recency: 6 of the 10 searches a minute
FOLLOWED: Final = 10
_AT_ONCE = 4
_SEARCH = "/search/repositories"
_QUERY_LIMIT, _OPERATORS = 256, 5
_PAGE = 50
_ACTIVE = dt.timedelta(days=7)
_SYNTAX = re.compile(r"[^\w\s+#./-]")
_COLLECT_WITHIN, _FOLLOW_WITHIN = 25.0, 10.0  # seconds; what has come by then stands
_GONE = (404, 451)  # 451: taken down after a legal notice


class GitHub:
    """The source `github`. A token raises the limits: to 30 searches a minute and 5,000 other requests an hour."""

    name = "github"
    configured = True

    def __init__(self, http: Http, url: str, token: str | None = None) -> None:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = http
        self._site = Site("GitHub", url, timeout=10.0, headers=headers)

    async def collect(self, ask: Ask) -> Harvest:
        """Return repositories for the searches, pushed to in the 7 days before the window's end; no forks.

        Never raises SourceError. Searches run one after the other, as GitHub asks, for at most 25 seconds; they end
        with the first that fails or uses up the quota (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api).
        """
        started, fetch, found = time.monotonic(), self._http.at(self._site), _Found()
        asked = queries(ask.searches, (ask.window.until - _ACTIVE).date())
        found.keep(await failure_of(_searches(fetch, asked, found), fetch, _COLLECT_WITHIN))
        return found.harvest(fetch, started)

    async def follow(self, papers: Sequence[Paper]) -> Harvest:
        """Return the repositories these papers point to, those of the most voted papers first, at most `FOLLOWED`.

        Never raises SourceError. Four are asked at a time, for at most 10 seconds; after a failure or a used up quota
        no more are.
        """
        started, fetch, found = time.monotonic(), self._http.at(self._site), _Found()
        pointed = list(_pointed(papers).values())[:FOLLOWED]
        found.keep(await failure_of(_repositories(fetch, pointed, found), fetch, _FOLLOW_WITHIN))
        return found.harvest(fetch, started)

    async def probe(self) -> None:
        """Ask for one repository. Raises SourceError."""
        object_of(await self._http.once(self._site).get(_SEARCH, {"q": "llm", "per_page": 1}), "items", list)


@dataclass
class _Found:
    """What a collection has brought so far; repositories by id."""

    repos: dict[str, Repo] = field(default_factory=dict)
    skipped: int = 0
    errors: list[SourceError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    quota_left: bool = True

    def may_go_on(self) -> bool:
        """Whether another request makes sense; notes when only the quota forbids it."""
        if not self.quota_left:
            self.note("rate_left")
        return self.quota_left and not self.errors

    def keep(self, error: SourceError | None) -> None:
        self.errors.extend([error] if error else [])

    def note(self, code: str, **params: str) -> None:
        self.tell([Note(code=code, params=dict(params))])

    def tell(self, notes: Iterable[Note]) -> None:
        self.notes.extend(note for note in notes if note not in self.notes)

    def add(self, repo: Repo | None) -> None:
        self.skipped += repo is None
        if repo:
            self.repos.setdefault(repo.id, repo)

    def harvest(self, fetch: Fetcher, started: float) -> Harvest:
        told = report(
            GitHub.name,
            (fetch,),
            started,
            errors=self.errors,
            notes=self.notes,
            skipped=self.skipped,
            repos=len(self.repos),
        )
        return Harvest(report=told, repos=tuple(self.repos.values()))


async def _searches(fetch: Fetcher, asked: Iterable[str], found: _Found) -> None:
    for sort, query in product(("stars", "updated"), asked):
        if found.may_go_on():
            await _search(fetch, {"q": query, "sort": sort, "order": "desc", "per_page": _PAGE}, found)


async def _repositories(fetch: Fetcher, pointed: Sequence[tuple[str, Sequence[str]]], found: _Found) -> None:
    for start in range(0, len(pointed), _AT_ONCE):
        if found.may_go_on():
            some = pointed[start : start + _AT_ONCE]
            await asyncio.gather(*(_details(fetch, name, ids, found) for name, ids in some))


async def _search(fetch: Fetcher, params: dict[str, str | int], found: _Found) -> None:
    try:
        reply = await fetch.get(_SEARCH, params)
        answer = object_of(reply, "items", list)
    except SourceError as error:
        found.keep(error)
        return
    found.quota_left = has_quota(reply)
    if answer.get("incomplete_results") is True:
        found.note("incomplete_results")
    rows, more = first(answer["items"], _PAGE)
    found.tell(more)
    for row in map(record, rows):
        if is_live(row) and row.get("fork") is not True:
            found.add(read_repo(row))


async def _details(fetch: Fetcher, name: str, papers: Sequence[str], found: _Found) -> None:
    try:
        reply = await fetch.get(f"/repos/{name}", accept=(200, *_GONE))
        found.quota_left &= has_quota(reply)
        if reply.status in _GONE:
            found.note("repo_gone", name=name)
            return
        row = object_of(reply, "full_name", str)
    except SourceError as error:
        found.keep(error)
        return
    if is_live(row):
        found.add(read_repo(row, papers))


def _pointed(papers: Iterable[Paper]) -> dict[str, tuple[str, list[str]]]:
    """Return by id the name of each repository and the ids of the papers that point to it, most votes first."""
    pointed: dict[str, tuple[str, list[str]]] = {}
    for paper in sorted(papers, key=lambda paper: -(paper.votes or 0)):
        if name := full_name(paper.code):
            pointed.setdefault(name.lower(), (name, []))[1].append(paper.id)
    return pointed


def queries(searches: Iterable[str], pushed: dt.date) -> list[str]:
    """Return repository searches for the phrases, joined by OR within GitHub's limits: at most `QUERIES`.

    Phrases that do not fit any more are left out, the least wanted first.
    """
    tail = f" pushed:>={pushed.isoformat()} archived:false"
    phrases = dict.fromkeys(" ".join(_SYNTAX.sub(" ", phrase).lower().split()) for phrase in searches)
    packed: list[str] = []
    for phrase in filter(None, phrases):
        joined = f'{packed[-1]} OR "{phrase}"' if packed else ""
        if joined and joined.count(" OR ") <= _OPERATORS and len(joined + tail) <= _QUERY_LIMIT:
            packed[-1] = joined
        elif len(f'"{phrase}"{tail}') <= _QUERY_LIMIT:
            packed.append(f'"{phrase}"')
    return [query + tail for query in packed[:QUERIES]]


def has_quota(reply: Reply) -> bool:
    """Whether GitHub would answer another request now."""
    return reply.headers.get("x-ratelimit-remaining") != "0"


def is_live(row: dict[str, Any]) -> bool:
    """Whether a repository is public and maintained: not archived, disabled or private."""
    return not any(row.get(flag) is True for flag in ("archived", "disabled", "private"))


def read_repo(row: dict[str, Any], papers: Sequence[str] = ()) -> Repo | None:
    """Return a repository of https://docs.github.com/en/rest/repos/repos#get-a-repository, None without a name."""
    name = full_name(row.get("full_name"))
    if not name:
        return None
    return Repo(
        id=name.lower(),
        name=name,
        description=clean(row.get("description"), 1000),
        stars=count(row.get("stargazers_count")),
        pushed=when(row.get("pushed_at")),
        created=when(row.get("created_at")),
        topics=texts(sequence(row.get("topics")), 50, 20),
        language=clean(row.get("language"), 40) or None,
        papers=tuple(papers),
        sources=("github",),
    )
