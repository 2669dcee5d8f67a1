"""Ask all sources at once and merge what they return into one day.

A source never stops a brief: what goes wrong becomes its report. Of the sites only arXiv is special: its metadata
stands, and its listings make the calendar.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from brief.errors import Trouble
from brief.models import (
    Ask,
    Day,
    Harvest,
    HubAsset,
    Mention,
    Note,
    Paper,
    Repo,
    SourceReport,
    Status,
)
from brief.window import with_late

log = logging.getLogger(__name__)

DEADLINE = 45.0  # seconds for everything, retries, fallbacks and following included; a brief is made within a minute

Item = TypeVar("Item", Paper, Repo, HubAsset)


class Source(Protocol):
    """A site that items come from."""

    name: str

    async def collect(self, ask: Ask) -> Harvest:
        """Return what the site has for this edition, and how asking went. Never raises for a failing site."""
        ...


@runtime_checkable
class Follower(Protocol):
    """A source that is asked again once the papers are known, for what they point to."""

    async def follow(self, papers: Sequence[Paper]) -> Harvest:
        """Return what the papers point to, most wanted first, bounded."""
        ...


async def collect(
    sources: Sequence[Source],
    ask: Ask,
    now: dt.datetime,
    *,
    known: Sequence[Paper] = (),
    deadline: float = DEADLINE,
    heard: Callable[[SourceReport], None] = lambda _: None,
) -> Day:
    """Ask every source, merge by identity, and return the day, all within `deadline` seconds.

    `known` are papers of the day from before; they are followed with the new ones. Of those that only mentions came
    of, id, title and mentions are returned, for `keep_earlier`. `heard` is told each report as it comes in.
    """
    end = time.monotonic() + deadline

    async def ask_one(source: Source) -> Harvest:
        harvest = await _bounded(source.name, source.collect(ask), end)
        heard(harvest.report)
        return harvest

    harvests = await _all(ask_one(source) for source in sources)
    papers = merge_papers(paper for harvest in harvests for paper in harvest.papers)
    followed = await _follow(sources, harvests, merge_papers([*papers, *known]), end)
    everything = [*harvests, *followed]
    papers = _with_mentions(papers, known, [m for harvest in everything for m in harvest.mentions])
    return Day(
        window=with_late(ask.window, papers) if _announced(harvests) else ask.window,
        collected=now,
        papers=tuple(papers),
        repos=tuple(merge(repo for harvest in everything for repo in harvest.repos)),
        assets=tuple(merge(asset for harvest in everything for asset in harvest.assets)),
        reports=_reports(harvests, followed),
    )


def merge_papers(papers: Iterable[Paper]) -> list[Paper]:
    """Merge papers of one id into one, arXiv's own metadata first; the newest version wins."""
    ranked = sorted(papers, key=lambda paper: (paper.sources[:1] != ("arxiv",), -(paper.version or 0)))
    return merge(ranked)


def merge(items: Iterable[Item]) -> list[Item]:
    """Merge items of one id: the first one's fields stand, later ones fill what it lacks."""
    merged: dict[tuple[str, str], Item] = {}
    for item in items:
        key = (getattr(item, "kind", ""), item.id)  # a model and a data set may have one name
        known = merged.get(key)
        merged[key] = _fill(known, item) if known else item
    return list(merged.values())


def keep_earlier(day: Day, earlier: Day) -> Day:
    """Return the day with what an earlier collection of it had from sources that were not asked or did not deliver.

    A source that failed or answered in part says in its notes how many papers were kept of it. A paper keeps the more
    mentions that one of the two found: whose they are is not stored, so those of now may be among those of before.
    """
    asked = {report.source for report in day.reports}
    weak = {report.source for report in day.reports if report.status in (Status.FAILED, Status.PARTIAL)}
    missing = weak | {report.source for report in earlier.reports if report.source not in asked}
    told = {paper.id: paper.sources for paper in day.papers}
    kept = [_without(paper, told.get(paper.id, ())) for paper in earlier.papers if missing & set(paper.sources)]
    counts = Counter(source for paper in kept for source in weak & set(paper.sources) - {*told.get(paper.id, ())})
    papers = merge_papers([*(paper for paper in day.papers if paper.sources), *kept])
    mentions = _mentions(day) | _mentions(earlier) if missing else _mentions(day)
    return day.model_copy(
        update={
            "window": day.window if "arxiv" in asked else earlier.window,
            "papers": tuple(paper.model_copy(update={"mentions": mentions[paper.id]}) for paper in papers),
            "repos": tuple(merge([*day.repos, *(r for r in earlier.repos if missing & set(r.sources))])),
            "assets": tuple(merge([*day.assets, *(a for a in earlier.assets if missing & set(a.sources))])),
            "reports": (
                *(_with_kept(report, counts[report.source]) for report in day.reports),
                *(report for report in earlier.reports if report.source not in asked),
            ),
        }
    )


def _mentions(day: Day) -> Counter[str]:
    return Counter({paper.id: paper.mentions for paper in day.papers})


def _without(paper: Paper, sources: Collection[str]) -> Paper:
    """Return a paper without what some sources told of it, for they told it anew; it keeps its title."""
    told = {field for field, origin in paper.origins.items() if origin.partition("_")[0] in sources} - {"title"}
    blank = {field: Paper.model_fields[field].get_default() for field in told}
    return paper.model_copy(update={**blank, "origins": {k: v for k, v in paper.origins.items() if k not in told}})


async def _all(asked: Iterable[Coroutine[Any, Any, Harvest]]) -> list[Harvest]:
    """Await all at once; when cancelled, wait until each has given back what it holds, as `gather` would not."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in asked]
    return [task.result() for task in tasks]


async def _bounded(name: str, harvest: Awaitable[Harvest], end: float) -> Harvest:
    started = time.monotonic()
    try:
        async with asyncio.timeout(end - started):
            return await harvest
    except TimeoutError:
        note = Note(code=Trouble.DEADLINE, params={"what": name})
    except Exception as error:
        log.exception("source %s failed in a way it should not", name)
        note = Note(code="unexpected", params={"what": name, "error": type(error).__name__})
    seconds = round(time.monotonic() - started, 2)
    return Harvest(report=SourceReport(source=name, status=Status.FAILED, seconds=seconds, notes=(note,)))


async def _follow(
    sources: Sequence[Source], harvests: Sequence[Harvest], papers: Sequence[Paper], end: float
) -> list[Harvest]:
    """Ask the sources that can follow papers; one that failed or is disabled is not asked again."""
    followers = [
        (source.name, source)
        for source, harvest in zip(sources, harvests, strict=True)
        if isinstance(source, Follower) and harvest.report.status not in (Status.FAILED, Status.DISABLED)
    ]
    return await _all(_bounded(name, follower.follow(papers), end) for name, follower in followers)


def _fill(known: Item, other: Item) -> Item:
    """Return `known` with the fields it lacks taken from `other`, and the sources, papers and origins of both."""
    update: dict[str, object] = {
        field: value
        for field, value in other
        if field not in ("sources", "papers", "origins") and not getattr(known, field) and value not in (None, "", ())
    }
    update["sources"] = _union(known.sources, other.sources)
    if isinstance(known, Repo) and isinstance(other, Repo):
        update["papers"] = _union(known.papers, other.papers)
    if isinstance(known, Paper) and isinstance(other, Paper):
        update["origins"] = {**{k: v for k, v in other.origins.items() if k in update}, **known.origins}
    return known.model_copy(update=update)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _with_mentions(papers: Sequence[Paper], known: Sequence[Paper], mentions: Iterable[Mention]) -> list[Paper]:
    counts: Counter[str] = Counter()
    for mention in mentions:
        counts[mention.paper] += mention.count
    found = {paper.id for paper in papers}
    bare = [Paper(id=paper.id, title=paper.title) for paper in known if paper.id in counts.keys() - found]
    return [p.model_copy(update={"mentions": counts[p.id]}) if p.id in counts else p for p in [*papers, *bare]]


def _announced(harvests: Sequence[Harvest]) -> bool:
    """Tell whether arXiv itself answered: only then is a listing without new papers a late one."""
    return any(h.report.source == "arxiv" and h.report.status in (Status.OK, Status.EMPTY) for h in harvests)


def _reports(harvests: Sequence[Harvest], followed: Sequence[Harvest]) -> tuple[SourceReport, ...]:
    """One report a source; what following added is counted in."""
    more = {h.report.source: h.report for h in followed}
    return tuple(_add(h.report, more.get(h.report.source)) for h in harvests)


def _add(report: SourceReport, more: SourceReport | None) -> SourceReport:
    if more is None:
        return report
    statuses = {report.status, more.status}
    hurt = statuses & {Status.PARTIAL, Status.FAILED}
    return report.model_copy(
        update={
            "status": Status.PARTIAL if hurt else Status.OK if Status.OK in statuses else report.status,
            "repos": report.repos + more.repos,
            "skipped": report.skipped + more.skipped,
            "requests": report.requests + more.requests,
            "seconds": round(report.seconds + more.seconds, 2),
            "notes": report.notes + more.notes,
        }
    )


def _with_kept(report: SourceReport, kept: int) -> SourceReport:
    note = Note(code="kept_earlier", params={"papers": kept})
    return report.model_copy(update={"notes": (*report.notes, note)}) if kept else report
