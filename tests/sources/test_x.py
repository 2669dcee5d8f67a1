from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Status
from sources._http import Http
from sources._mentions import mentions_of
from sources.x import X, read_posts
from tests.fakes.site import FakeSite
from tests.sources.asking import DAY, anything, ask, expected, items, mutated, told

DATA = Path(__file__).parent / "data" / "x"
ANSWER: dict[str, Any] = json.loads((DATA / "search_recent.json").read_text(encoding="utf-8"))
SEARCH = "/x/2/tweets/search/recent"
NOON = dt.datetime(2026, 4, 30, 12, tzinfo=dt.UTC)


def source(http: Http, site: FakeSite) -> X:
    return X(http, f"{site.url}/x", "AAAA-secret")


async def test_reads_the_recorded_answer(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, (DATA / "search_recent.json").read_bytes())
    harvest = await source(http, site).collect(ask(DAY))
    assert items(harvest) == expected(DATA)
    report = harvest.report
    assert (report.status, report.mentions, report.skipped, report.requests) == (Status.OK, 2, 2, 1)


async def test_asks_once_for_links_since_the_window_began(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json={"meta": {"result_count": 0}})
    harvest = await source(http, site).collect(ask(dt.date(2026, 4, 28), DAY))
    asked = site.asked[0]
    assert asked.headers["authorization"] == "Bearer AAAA-secret"
    assert asked.query["start_time"] == "2026-04-28T00:00:00Z"
    assert asked.query["max_results"] == "100"
    assert 'url:"arxiv.org/abs"' in asked.query["query"]
    assert asked.query["query"].endswith(" -is:retweet")
    assert len(asked.query["query"]) <= 512
    assert harvest.report.status == Status.EMPTY


async def test_never_asks_further_back_than_x_remembers(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json={"meta": {}})
    await source(http, site).collect(ask(dt.date(2026, 4, 1), DAY))
    assert site.asked[0].query["start_time"] == "2026-04-23T09:00:00Z"


async def test_without_a_token_it_is_disabled_and_asks_nothing(http: Http, site: FakeSite) -> None:
    harvest = await X(http, f"{site.url}/x", None).collect(ask(DAY))
    assert (harvest.report.status, harvest.report.requests) == (Status.DISABLED, 0)
    assert told(harvest) == [("no_key", {"variable": "X_BEARER_TOKEN"})]
    assert site.asked == []


async def test_no_more_posts_are_read_than_were_asked_for(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json={"meta": {}, "data": [{"id": str(n)} for n in range(101)]})
    assert told(await source(http, site).collect(ask(DAY))) == [("more_than_asked", {"got": 100, "total": 101})]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, "", "unauthorized"),
        (400, "{}", "refused"),
        (200, "[]", "bad_answer"),
        (200, '{"errors": []}', "bad_answer"),
    ],
)
async def test_a_failure_is_told_without_the_token(
    http: Http, site: FakeSite, status: int, body: str, code: str
) -> None:
    site.on(SEARCH, body, status=status)
    asking = source(http, site)
    harvest = await asking.collect(ask(DAY))
    assert harvest.report.status == Status.FAILED
    assert told(harvest) == [(code, {"what": "X", "tries": 1, "status": status})]
    assert "secret" not in harvest.model_dump_json() + repr(vars(asking))


async def test_a_limit_that_resets_late_is_not_waited_for(http: Http, site: FakeSite) -> None:
    reset = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 900)}
    site.on(SEARCH, status=429, headers=reset)
    harvest = await source(http, site).collect(ask(DAY))
    assert told(harvest) == [("rate_limited", {"what": "X", "tries": 1, "status": 429})]


async def test_recorded_answers_are_read(http: Http, site: FakeSite, captures: Path) -> None:
    files = sorted((captures / "x").glob("*.json"))
    assert files
    for file in files:
        site.on(SEARCH, file.read_bytes())
        harvest = await source(http, site).collect(ask(DAY))
        assert (harvest.report.status, harvest.report.skipped) == (Status.EMPTY, 0)


@given(st.lists(anything, max_size=5) | mutated(ANSWER["data"]))
def test_any_rows_become_posts_or_are_counted(rows: list[Any]) -> None:
    posts, skipped = read_posts(rows, NOON)
    assert len(posts) + skipped <= len(rows)
    for mention in mentions_of("x", posts.values()):
        assert 1 <= mention.count <= len(posts)
