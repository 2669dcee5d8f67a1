"""Fifteen real days, replayed: every edition, and every fault of every site. Skipped where the days are not at hand."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from markdown_it import MarkdownIt

from brief.models import Brief, SourceReport

PAPERBOY = Path(sys.executable).with_name("paperboy")
FIRST, LAST = date(2026, 4, 13), date(2026, 5, 1)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
URLS = {
    "HUGGINGFACE_URL": "hf",
    "ARXIV_API_URL": "arxiv",
    "ARXIV_URL": "arxiv",
    "ARXIV_RSS_URL": "rss",
    "GITHUB_API_URL": "github",
    "X_API_URL": "x",
    "GOOGLE_API_URL": "google",
}
KEYS = {"X_BEARER_TOKEN": "x-secret", "GOOGLE_API_KEY": "google-secret", "GOOGLE_CSE_ID": "engine"}
KINDS = ["429", "500", "503", "timeout", "slow", "reset", "truncate", "garbage", "empty", "html"]
SITES = {"hf": "huggingface", "arxiv": "arxiv", "rss": "arxiv", "github": "github", "x": "x", "google": "google"}
# The papers of a brief made by hand for 2026-05-01.
BY_HAND = {
    *("2604.26904", "2604.24927", "2604.25917", "2604.26733", "2604.26779", "2604.26752", "2604.25135", "2604.26573"),
    *("2604.26326", "2510.10150", "2604.25914", "2604.25256", "2604.25727", "2604.23941", "2604.24441", "2604.26091"),
    *("2604.24819", "2604.24977"),
}


@asynccontextmanager
async def replay(shared: Path, *options: str) -> AsyncIterator[str]:
    command = [sys.executable, str(shared / "replay" / "serve.py"), "--port", "0", *options]
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout
    try:
        yield (await server.stdout.readline()).decode().split()[-1]
    finally:
        server.terminate()
        await server.communicate()


async def paperboy(base: str, data: Path, *args: str, **environ: str) -> tuple[int, str, str]:
    urls = {name: f"{base}/{site}" for name, site in URLS.items()}
    process = await asyncio.create_subprocess_exec(
        PAPERBOY,
        *args,
        env={"PATH": os.environ["PATH"], "PAPERBOY_DATA_DIR": str(data), **urls, **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def links(markdown: str) -> set[str]:
    children = [child for token in MarkdownIt().parse(markdown) for child in token.children or []]
    return {str(token.attrs["href"]) for token in children if token.type == "link_open"}


def item_links(brief: Brief) -> set[str]:
    papers = [pick.paper for pick in brief.items]
    found = {url for p in papers for url in (p.url, p.hub_url, p.code_url, p.project) if url}
    return found | {item.url for f in (*brief.follow, *brief.more_follow) for item in (f.repo, f.asset) if item}


async def edition(base: str, data: Path, day: date, **environ: str) -> tuple[Brief, str]:
    status, made, errors = await paperboy(base, data, "brief", "--date", str(day), "--format", "json", **environ)
    assert (status, errors) == (0, "")
    status, shown, errors = await paperboy(base, data, "brief", "--date", str(day), "--format", "markdown", **environ)
    assert (status, errors) == (0, "")
    return Brief.model_validate_json(made), shown


async def test_every_day_makes_a_brief_and_nothing_comes_twice(shared, tmp_path):
    seen: set[str] = set()
    async with replay(shared, "--strict-pace") as base:
        for day in DAYS:
            brief, shown = await edition(base, tmp_path, day)
            assert links(shown) <= item_links(brief), day
            assert (brief.window.quiet == "weekend") == (day.weekday() >= 5)
            ids = {pick.paper.id for pick in brief.items if not pick.revision}
            assert not ids & seen, day
            assert {pick.paper.id for pick in brief.items if pick.revision} <= seen
            seen |= ids
        async with httpx.AsyncClient() as client:
            stats = (await client.get(f"{base}/__stats")).json()
    assert len(seen) > 18 * 10
    assert stats["arxiv"]["peak_open"] == 1
    assert stats["arxiv"]["hits"] == 2 * len(DAYS)
    assert stats["arxiv"]["min_gap_s"] >= 2.9


async def test_the_reader_of_the_hand_made_brief_finds_many_of_its_papers(shared, tmp_path):
    async with replay(shared) as base:
        brief, _ = await edition(base, tmp_path, LAST)
    assert len({pick.paper.id for pick in brief.items} & BY_HAND) >= 8


def hurt(reports: tuple[SourceReport, ...]) -> set[str]:
    return {report.source for report in reports if report.notes or report.status in ("failed", "partial")}


async def with_fault(shared: Path, data: Path, kind: str, sites: list[str]) -> Brief:
    faults = [option for site in sites for option in ("--fault", f"{site}={kind}")]
    async with replay(shared, *faults) as base:
        status, made, errors = await paperboy(base, data, "brief", "--date", str(LAST), "--format", "json", **KEYS)
    assert (status, errors) == (0, ""), (kind, sites)
    assert "secret" not in made
    return Brief.model_validate_json(made)


async def each_kind(shared: Path, folder: Path, sites: list[str]) -> dict[str, Brief]:
    room = asyncio.Semaphore(5)  # mostly waiting

    async def one(kind: str) -> Brief:
        async with room:
            return await with_fault(shared, folder / kind, kind, sites)

    return dict(zip(KINDS, await asyncio.gather(*map(one, KINDS)), strict=True))


@pytest.mark.parametrize("site", SITES)
async def test_a_fault_of_one_site_costs_its_own_items_and_is_told(shared, tmp_path, site):
    async with replay(shared) as base:
        whole, _ = await edition(base, tmp_path / "whole", LAST, **KEYS)
    complete = {report.source: report for report in whole.reports}
    for kind, brief in (await each_kind(shared, tmp_path, [site])).items():
        source = SITES[site]
        for report in brief.reports:
            if report.source != source:
                assert report.status == complete[report.source].status, (kind, report)
                assert report.papers == complete[report.source].papers, (kind, report)
                assert report.assets == complete[report.source].assets, (kind, report)
        if kind != "slow" and site != "rss":  # slow answers arrive; the feed is asked only when the API fails
            assert source in hurt(brief.reports), kind
        assert brief.picks


async def test_with_every_site_at_fault_the_brief_still_comes_and_says_so(shared, tmp_path):
    for kind, brief in (await each_kind(shared, tmp_path, [*SITES, "abs"])).items():
        if kind != "slow":
            assert hurt(brief.reports) == {report.source for report in brief.reports}, kind
            assert brief.picks == ()
