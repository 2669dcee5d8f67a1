from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.models import Paper, Status
from sources import github
from sources._fields import repo_name
from sources._http import Http
from sources.github import FOLLOWED, QUERIES, GitHub, queries, read_repo
from tests.fakes.site import FakeSite
from tests.sources.asking import DAY, anything, ask, expected, items, mutated, objects, told

DATA = Path(__file__).parent / "data" / "github"
ANSWER: dict[str, Any] = json.loads((DATA / "search.json").read_text(encoding="utf-8"))
NOTHING = {"total_count": 0, "incomplete_results": False, "items": []}
TAIL = " pushed:>=2026-04-23 archived:false"
SEARCH = "/github/search/repositories"


def hub(http: Http, site: FakeSite, token: str | None = None) -> GitHub:
    return GitHub(http, f"{site.url}/github", token)


def pointing(code: str, votes: int | None = None, name: str = "2604.90001") -> Paper:
    return Paper(id=name, title="t", code=code, votes=votes)


async def test_reads_the_recorded_answer(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, (DATA / "search.json").read_bytes(), times=2)
    harvest = await hub(http, site).collect(ask(DAY, searches=("folding agents",)))
    assert items(harvest) == expected(DATA)
    report = harvest.report
    assert (report.status, report.repos, report.requests, report.skipped) == (Status.OK, 2, 2, 6)


async def test_asks_by_stars_and_by_recency_for_what_was_pushed_this_week(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=NOTHING, times=2)
    harvest = await hub(http, site).collect(ask(DAY, searches=("world model", "Agentic RL")))
    query = f'"world model" OR "agentic rl"{TAIL}'
    assert [asked.query for asked in site.asked] == [
        {"q": query, "sort": sort, "order": "desc", "per_page": "50"} for sort in ("stars", "updated")
    ]
    headers = site.asked[0].headers
    assert (headers["accept"], headers["x-github-api-version"]) == ("application/vnd.github+json", "2022-11-28")
    assert "authorization" not in headers
    assert harvest.report.status == Status.EMPTY


async def test_without_searches_nothing_is_asked(http: Http, site: FakeSite) -> None:
    harvest = await hub(http, site).collect(ask(DAY))
    assert (harvest.report.status, harvest.report.requests) == (Status.EMPTY, 0)


async def test_a_token_is_sent_and_never_shown(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json={"message": "Bad credentials"}, status=401)
    source = hub(http, site, "github_pat_secret")
    harvest = await source.collect(ask(DAY, searches=("agents",)))
    assert site.asked[0].headers["authorization"] == "Bearer github_pat_secret"
    assert "github_pat_secret" not in harvest.model_dump_json() + repr(vars(source))
    assert harvest.report.status == Status.FAILED


async def test_stops_when_the_quota_is_used_up(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=ANSWER, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"})
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert harvest.report.status == Status.OK
    assert told(harvest)[0] == ("rate_left", {})


async def test_the_last_request_of_the_quota_is_no_loss(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=NOTHING)
    site.on(SEARCH, json=NOTHING, headers={"X-RateLimit-Remaining": "0"})
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert told(harvest) == []


async def test_a_failed_search_ends_the_searching(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=ANSWER)
    site.on(SEARCH, json={"message": "API rate limit exceeded"}, status=403, headers={"Retry-After": "60"})
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert (harvest.report.status, harvest.report.repos) == (Status.PARTIAL, 2)
    assert told(harvest)[0] == ("rate_limited", {"what": "GitHub", "tries": 1, "status": 403})


async def test_says_once_that_results_are_incomplete(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=NOTHING | {"incomplete_results": True}, times=2)
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert told(harvest) == [("incomplete_results", {})]


async def test_searches_that_are_done_in_time_stand(
    http: Http, site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "_COLLECT_WITHIN", 0.5)
    site.on(SEARCH, json=ANSWER)
    site.on(SEARCH, json=ANSWER, until=asyncio.Event())
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert (harvest.report.status, harvest.report.repos) == (Status.PARTIAL, 2)
    assert told(harvest)[0] == ("deadline", {"what": "GitHub", "tries": 2})


async def test_repositories_that_came_in_time_stand(
    http: Http, site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "_FOLLOW_WITHIN", 0.5)
    site.on("/github/repos/owner/repo0", json={"full_name": "owner/repo0"})
    site.on("/github/repos/owner/repo1", until=asyncio.Event())
    harvest = await hub(http, site).follow([pointing(f"owner/repo{n}") for n in range(2)])
    assert (harvest.report.status, [repo.id for repo in harvest.repos]) == (Status.PARTIAL, ["owner/repo0"])
    assert told(harvest) == [("deadline", {"what": "GitHub", "tries": 2})]


async def test_no_more_rows_are_read_than_were_asked_for(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json=NOTHING | {"items": [{"full_name": f"a/b{n}"} for n in range(51)]}, times=2)
    harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
    assert harvest.report.repos == 50
    assert told(harvest) == [("more_than_asked", {"got": 50, "total": 51})]


async def test_follows_what_papers_point_to(http: Http, site: FakeSite) -> None:
    site.on("/github/repos/Fold-Lab/Paper.Plane", json=ANSWER["items"][0], headers={"X-RateLimit-Remaining": "59"})
    site.on("/github/repos/fold-lab/moved", json={"message": "Not Found"}, status=404)
    site.on("/github/repos/fold-lab/old-plane", json={"full_name": "fold-lab/old-plane", "archived": True})
    papers = [
        pointing("fold-lab/moved"),
        pointing("Fold-Lab/Paper.Plane", 3, "2604.90002"),
        pointing("fold-lab/paper.plane", 1, "2604.90003"),
        pointing("fold-lab/old-plane"),
        Paper(id="2604.90004", title="without code"),
        pointing("../../user"),
    ]
    harvest = await hub(http, site).follow(papers)
    assert [(repo.id, repo.papers) for repo in harvest.repos] == [
        ("fold-lab/paper.plane", ("2604.90002", "2604.90003"))
    ]
    assert (harvest.report.source, harvest.report.status, harvest.report.requests) == ("github", Status.OK, 3)
    assert told(harvest) == [("repo_gone", {"name": "fold-lab/moved"})]


async def test_follows_a_renamed_repository(http: Http, site: FakeSite) -> None:
    site.on("/github/repos/old/name", status=301, headers={"Location": f"{site.url}/github/repositories/101"})
    site.on("/github/repositories/101", json=ANSWER["items"][0])
    harvest = await hub(http, site).follow([pointing("old/name")])
    assert [(repo.id, repo.papers) for repo in harvest.repos] == [("fold-lab/paper.plane", ("2604.90001",))]


async def test_follows_the_most_voted_first_and_not_too_many(http: Http, site: FakeSite) -> None:
    papers = [pointing(f"owner/repo{n}", votes=n) for n in range(FOLLOWED + 3)]
    for n in range(3, FOLLOWED + 3):
        site.on(f"/github/repos/owner/repo{n}", json={"full_name": f"owner/repo{n}"})
    harvest = await hub(http, site).follow(papers)
    assert harvest.report.repos == FOLLOWED


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"status": 401}, ("unauthorized", {"what": "GitHub", "tries": 1, "status": 401})),
        ({"json": [], "status": 200}, ("bad_answer", {"what": "GitHub", "tries": 1, "status": 200})),
        (
            {"json": {"full_name": "owner/repo0"}, "headers": {"X-RateLimit-Remaining": "0"}},
            ("rate_left", {}),
        ),
    ],
)
async def test_following_stops_early(
    http: Http, site: FakeSite, answer: dict[str, Any], note: tuple[str, dict[str, Any]]
) -> None:
    site.on("/github/repos/owner/repo0", **answer)
    for n in range(1, 4):
        site.on(f"/github/repos/owner/repo{n}", json={"full_name": f"owner/repo{n}"})
    harvest = await hub(http, site).follow([pointing(f"owner/repo{n}") for n in range(8)])
    assert harvest.report.requests == 4
    assert told(harvest) == [note]


async def test_requests_lost_in_the_same_way_are_told_once(http: Http, site: FakeSite) -> None:
    for n in range(4):
        site.on(f"/github/repos/owner/repo{n}", status=500 if n else 403, times=3 if n else 1)
    harvest = await hub(http, site).follow([pointing(f"owner/repo{n}") for n in range(8)])
    assert harvest.report.status == Status.FAILED
    assert sorted(code for code, _ in told(harvest)) == ["server_error", "unauthorized"]


def test_queries_keep_githubs_limits_and_the_most_wanted() -> None:
    asked = queries([f"research direction number {n:02}" for n in range(40)], DAY)
    assert len(asked) == QUERIES
    assert all(len(query) <= 256 and query.count(" OR ") <= 5 for query in asked)
    assert asked[0].startswith('"research direction number 00" OR "research direction number 01"')
    assert queries(["a"] * 3 + ["A "] + ["x" * 300, " ", '":"'], DAY) == ['"a" pushed:>=2026-04-30 archived:false']


@given(st.lists(st.text(max_size=300), max_size=30))
def test_any_phrases_make_valid_queries(phrases: list[str]) -> None:
    for query in queries(phrases, DAY):
        words = query.removesuffix(" pushed:>=2026-04-30 archived:false")
        assert len(query) <= 256
        assert len(re.findall(r"\b(?:AND|OR|NOT)\b", words)) <= 5
        assert re.fullmatch(r'"[^":]+"(?: OR "[^":]+")*', words)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/Fold-Lab/Paper.Plane", "Fold-Lab/Paper.Plane"),
        ("https://github.com/fold-lab/plane.git", "fold-lab/plane"),
        ("http://www.github.com/fold-lab/plane/", "fold-lab/plane"),
        ("github.com/fold-lab/plane#readme", "fold-lab/plane"),
        ("https://GitHub.com/fold-lab/plane/tree/main/a?tab=readme", "fold-lab/plane"),
        ("git@github.com:fold-lab/plane.git", "fold-lab/plane"),
        ("git+ssh://git@github.com/fold-lab/plane", "fold-lab/plane"),
        (" https://github.com:443/fold-lab/plane ", "fold-lab/plane"),
        ("https://gitlab.com/fold-lab/plane", None),
        ("https://evil.example/github.com/fold-lab/plane", None),
        ("https://github.com.evil.example/fold-lab/plane", None),
        ("https://github.com@evil.example/fold-lab/plane", None),
        ("https://notgithub.com/fold-lab/plane", None),
        ("https://github.com/fold-lab", None),
        ("https://github.com/orgs/fold-lab", None),
        ("https://github.com/fold-lab/..", None),
        ("https://github.com/fold-lab/pl%2Fane\n", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_the_repository_out_of_any_link_to_it(address: object, name: str | None) -> None:
    assert repo_name(address) == name


async def test_recorded_answers_are_read_or_reported(http: Http, site: FakeSite, captures: Path) -> None:
    files = sorted((captures / "github").glob("*.jsonl"))
    assert files
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        record = json.loads(line)
        headers = {name: value for name, value in record["headers"] if not _of_the_wire(name)}
        site.on(SEARCH, record["body"], status=record["status"], headers=headers, times=3)
        harvest = await hub(http, site).collect(ask(DAY, searches=("agents",)))
        site._script.clear()
        assert harvest.report.status != Status.DISABLED
        assert harvest.repos or harvest.report.notes or json.loads(record["body"])["items"] == []


async def test_a_recorded_hiccup_is_retried(http: Http, site: FakeSite, captures: Path) -> None:
    lines = (captures / "github" / "Retry.testReturnsRepoAfter1Retry.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines):
        site.on("/github/repos/PyGithub/PyGithub", record["body"], status=record["status"])
    harvest = await hub(http, site).follow([pointing("PyGithub/PyGithub")])
    assert (harvest.report.status, harvest.report.requests) == (Status.OK, 2)
    assert harvest.repos[0].stars == json.loads(json.loads(lines[-1])["body"])["stargazers_count"]


def _of_the_wire(name: str) -> bool:
    return name.lower() in ("transfer-encoding", "content-encoding", "content-length", "connection")


@given(objects | mutated(ANSWER["items"][0]))
def test_any_row_is_a_sound_repository_or_none(row: dict[str, Any]) -> None:
    repo = read_repo(row)
    if repo is not None:
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w.-]+", repo.url, re.ASCII)
        assert repo.id == repo.name.lower()
        assert repo.model_validate_json(repo.model_dump_json()) == repo


@settings(deadline=None, max_examples=30)
@given(anything | mutated(ANSWER))
async def test_any_answer_becomes_a_report(answer: Any) -> None:
    async with FakeSite() as site, Http(user_agent="Paperboy/test") as http:
        site.on(SEARCH, json.dumps(answer), times=2)
        site.on("/github/repos/a/b", json.dumps(answer))
        found = await hub(http, site).collect(ask(DAY, searches=("agents",)))
        followed = await hub(http, site).follow([pointing("a/b")])
        site._script.clear()
    readable = isinstance(answer, dict) and isinstance(answer.get("items"), list)
    assert (found.report.status == Status.FAILED) is not readable
    assert followed.report.status in (Status.OK, Status.EMPTY, Status.FAILED)


def test_times_are_utc() -> None:
    repo = read_repo({"full_name": "a/b", "pushed_at": "2026-04-30T01:00:00-07:00"})
    assert repo is not None
    assert repo.pushed == dt.datetime(2026, 4, 30, 8, tzinfo=dt.UTC)
