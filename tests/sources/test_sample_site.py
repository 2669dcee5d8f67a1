from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest

from brief.models import Ask, Status, Window, split_arxiv_id
from sources._http import Http
from sources.arxiv_api import ArxivApi
from sources.github import GitHub
from sources.huggingface import HuggingFace
from sources.sample_site import SAMPLE_DATE, SampleTransport

LISTED = {
    "2026-04-29": "2604.25917 2604.25914 2604.24819 2604.25256 2604.25727 2604.23941 2604.24441 2604.25135",
    "2026-04-30": "2604.26752 2604.24927 2604.26904 2604.26779 2604.24977",
    "2026-05-01": "",
}
SUBMITTED = (
    "2604.26904 2604.26779 2604.26752 2604.26733 2604.26573 2604.26326 2604.26091 2604.25917 2604.25914 2604.25727"
    " 2604.25256 2604.25135 2604.24977 2604.24927"
)
REVISED = "2510.10150"
EARLIER = "2604.24441 2604.23941"
REPOS = (
    "chopratejas/headroom AgentR1/Agent-R1 Context-Engine-AI/Context-Engine dl1683/Latent-Space-Reasoning"
    " SuperagenticAI/rlm-code dean0x/skim"
)
ALL_PAPERS = {*" ".join(LISTED.values()).split(), *SUBMITTED.split(), REVISED, *EARLIER.split()}
RUN = 8  # words in a row that two independent texts do not share


@pytest.fixture
async def sites() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=SampleTransport(), base_url="https://anything.invalid/prefix") as client:
        yield client


async def _ids(sites: httpx.AsyncClient, **query: str) -> list[str]:
    feed = feedparser.parse((await sites.get("/api/query", params=query)).content)
    assert not feed.bozo
    assert int(feed.feed.opensearch_totalresults) == int(feed.feed.opensearch_itemsperpage) == len(feed.entries)
    return [entry.id.rpartition("/")[2] for entry in feed.entries]


@pytest.mark.parametrize("day", LISTED)
async def test_each_day_lists_its_papers_by_votes(sites: httpx.AsyncClient, day: str) -> None:
    answer = await sites.get("/api/daily_papers", params={"date": day, "limit": 100})
    assert answer.headers["content-type"] == "application/json"
    assert [row["paper"]["id"] for row in answer.json()] == LISTED[day].split()


@pytest.mark.parametrize("day", ["2026-04-28", "2026-05-02", "../search"])
async def test_a_day_outside_the_edition_is_empty(sites: httpx.AsyncClient, day: str) -> None:
    assert (await sites.get("/api/daily_papers", params={"date": day})).json() == []


async def test_votes_and_stars_that_were_not_known_are_left_out(sites: httpx.AsyncClient) -> None:
    fama = (await sites.get("/api/papers/2604.25135")).json()
    exploring = (await sites.get("/api/papers/2604.24927")).json()
    assert "upvotes" not in fama
    assert (exploring["upvotes"], exploring["githubRepo"]) == (41, "https://github.com/LinesHogan/tLLM")


async def test_new_and_revised_papers_are_told_apart(sites: httpx.AsyncClient) -> None:
    new = await _ids(sites, search_query="submittedDate:[202604271800 TO 202605010800] AND cat:cs.AI")
    revised = await _ids(sites, search_query="lastUpdatedDate:[202604271800 TO 202605010800] AND cat:cs.AI")
    assert new == [f"{paper}v1" for paper in SUBMITTED.split()]
    assert revised == ["2510.10150v4"]


async def test_papers_are_found_by_id_with_and_without_version(sites: httpx.AsyncClient) -> None:
    assert await _ids(sites, id_list="2510.10150,2604.23941v1,2604.26904,1706.03762") == [
        "2604.26904v1",
        "2510.10150v4",
        "2604.23941v1",
    ]
    assert await _ids(sites, id_list="1706.03762") == []


async def test_an_abstract_page_carries_the_citation_tags(sites: httpx.AsyncClient) -> None:
    page = await sites.get("/abs/2604.26904v1")
    tags = re.findall(r'<meta name="citation_(\w+)" content="(.*?)" />', page.text)
    assert page.headers["content-type"].startswith("text/html")
    assert ("title", "ClawGym: A Scalable Framework for Building Effective Claw Agents") in tags
    assert ("author", "Bai, Fei") in tags
    assert ("date", "2026/04/29") in tags
    assert (await sites.get("/abs/1706.03762")).status_code == 404


async def test_repositories_are_found_by_search_and_by_name(sites: httpx.AsyncClient) -> None:
    found = (await sites.get("/search/repositories", params={"q": "agent"})).json()
    assert [repo["full_name"] for repo in found["items"]] == REPOS.split()
    assert (found["total_count"], found["incomplete_results"]) == (6, False)
    assert (await sites.get("/repos/agentr1/agent-r1")).json()["stargazers_count"] == 1400
    assert (await sites.get("/repos/octocat/hello-world")).status_code == 404


async def test_the_hub_answers_with_assets(sites: httpx.AsyncClient) -> None:
    assert [row["id"] for row in (await sites.get("/api/datasets")).json()] == ["PredictingFuture/FutureWorld"]
    assert (await sites.get("/api/models")).json() == []


@pytest.mark.parametrize(
    "path", ["/api/papers/1706.03762", "/rss/cs.AI", "/2/tweets/search/recent", "/customsearch/v1"]
)
async def test_anything_else_is_not_found(sites: httpx.AsyncClient, path: str) -> None:
    assert (await sites.get(path)).status_code == 404


# -- through the sources ------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _no_wait(key: str, gap: float) -> AsyncIterator[None]:
    yield


@pytest.fixture
async def sample() -> AsyncIterator[Http]:
    async with Http(user_agent="Paperboy/test", turn=_no_wait, transport=SampleTransport()) as http:
        yield http


ASK = Ask(
    window=Window(
        date=SAMPLE_DATE,
        days=tuple(dt.date.fromisoformat(day) for day in LISTED),
        since=dt.datetime(2026, 4, 27, 18, tzinfo=dt.UTC),
        until=dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC),
    ),
    categories=("cs.AI", "cs.CL", "cs.LG", "cs.CV", "cs.MA", "cs.SE", "cs.RO"),
    searches=("agentic reinforcement learning", "latent reasoning", "context compression"),
)


async def test_hugging_face_brings_what_it_listed(sample: Http) -> None:
    harvest = await HuggingFace(sample, "https://hub.invalid").collect(ASK)
    assert {paper.id for paper in harvest.papers} == {*" ".join(LISTED.values()).split()}
    assert [asset.id for asset in harvest.assets] == ["PredictingFuture/FutureWorld"]
    assert (harvest.report.status, harvest.report.skipped) == (Status.OK, 0)
    assert [note.code for note in harvest.report.notes] == ["nothing_listed"]


async def test_arxiv_brings_the_new_and_the_revised_papers(sample: Http) -> None:
    harvest = await ArxivApi(sample).collect(ASK)
    assert {paper.id for paper in harvest.papers} == {*SUBMITTED.split(), REVISED}
    assert [paper.id for paper in harvest.papers if paper.revised] == [REVISED]
    assert all(paper.published and paper.categories and paper.authors for paper in harvest.papers)
    assert all(paper.updated and ASK.window.since <= paper.updated <= ASK.window.until for paper in harvest.papers)
    assert (harvest.report.status, harvest.report.requests, harvest.report.notes) == (Status.OK, 2, ())


async def test_the_sites_together_bring_every_paper(sample: Http) -> None:
    harvests = [await source.collect(ASK) for source in (HuggingFace(sample, "https://hub.invalid"), ArxivApi(sample))]
    assert {paper.id for harvest in harvests for paper in harvest.papers} == ALL_PAPERS


async def test_arxiv_finds_single_papers(sample: Http) -> None:
    found = await ArxivApi(sample).papers(["2604.23941", "2510.10150v4", "2604.24819", "1706.03762"])
    assert [(paper.id, paper.version) for paper in found] == [("2604.23941", 1), ("2510.10150", 4)]


async def test_github_brings_the_six_repositories(sample: Http) -> None:
    harvest = await GitHub(sample, "https://code.invalid").collect(ASK)
    assert [repo.name for repo in harvest.repos] == REPOS.split()
    assert (harvest.report.status, harvest.report.skipped, harvest.report.notes) == (Status.OK, 0, ())


async def test_github_knows_the_repositories_papers_link_to(sample: Http) -> None:
    listed = (await HuggingFace(sample, "https://hub.invalid").collect(ASK)).papers
    linked = {paper.code: paper.code_stars for paper in listed if paper.code}
    harvest = await GitHub(sample, "https://code.invalid").follow(listed)
    assert {repo.name: repo.stars for repo in harvest.repos} == linked
    assert harvest.report.notes == ()


# -- the texts ----------------------------------------------------------------------------------------------------


def _sample(path: str) -> str:
    return (resources.files("sources") / "sample" / path).read_text(encoding="utf-8")


def _rows() -> Iterator[dict[str, Any]]:
    for day in LISTED:
        yield from json.loads(_sample(f"huggingface/daily_papers_{day}.json"))


def _abstracts() -> dict[str, set[str]]:
    """All abstracts of each paper; sites that hold the same paper must agree."""
    found: dict[str, set[str]] = {}
    for name in ("new", "revised", "earlier"):
        for entry in feedparser.parse(_sample(f"arxiv/{name}.xml")).entries:
            found.setdefault(_bare(entry.id), set()).add(entry.summary)
    for row in _rows():
        found.setdefault(row["paper"]["id"], set()).update((row["summary"], row["paper"]["summary"]))
    return found


def _bare(url: str) -> str:
    split = split_arxiv_id(url.rpartition("/")[2])
    assert split
    return split[0]


def test_every_paper_has_one_short_abstract() -> None:
    abstracts = _abstracts()
    assert abstracts.keys() == ALL_PAPERS
    assert len(abstracts) == 18
    for texts in abstracts.values():
        assert len(texts) == 1
        assert 80 <= len(texts.copy().pop().split()) <= 120


def test_no_file_says_more_than_two_hundred_words_at_once() -> None:
    said = [*(text for texts in _abstracts().values() for text in texts)]
    said += [row["paper"].get("ai_summary", "") for row in _rows()]
    said += [repo["description"] for repo in json.loads(_sample("github/search.json"))["items"]]
    assert max(len(text.split()) for text in said) <= 200


def test_no_text_is_copied_from_an_author_or_a_site(captures: Path) -> None:
    ours = {run for texts in _abstracts().values() for text in texts for run in _runs(text)}
    ours |= {run for row in _rows() for run in _runs(row["paper"].get("ai_summary", ""))}
    assert len(ours) > 1000
    assert not [run for text in _published(captures.parent / "replay" / "data") for run in _runs(text) & ours]


def _published(folder: Path) -> Iterator[str]:
    for pool in folder.glob("pool/*.jsonl"):
        for line in pool.read_text(encoding="utf-8").splitlines():
            yield json.loads(line).get("abstract") or ""
    for day in folder.glob("hf/*.json"):
        for row in json.loads(day.read_text(encoding="utf-8")):
            yield (row["paper"].get("ai_summary") or "") if isinstance(row, dict) else ""


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}
