from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Status
from sources._http import Http
from sources._mentions import mentions_of
from sources.google import Google, query, read_pages
from tests.fakes.site import FakeSite
from tests.sources.asking import DAY, anything, ask, expected, items, mutated, told

DATA = Path(__file__).parent / "data" / "google"
ANSWER: dict[str, Any] = json.loads((DATA / "search.json").read_text(encoding="utf-8"))
SEARCH = "/google/customsearch/v1"
KEY = "AIza-secret"


def source(http: Http, site: FakeSite) -> Google:
    return Google(http, f"{site.url}/google", KEY, "engine0")


async def test_reads_the_recorded_answer(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, (DATA / "search.json").read_bytes())
    harvest = await source(http, site).collect(ask(DAY, searches=("folding agents",)))
    assert items(harvest) == expected(DATA)
    report = harvest.report
    assert (report.status, report.mentions, report.skipped, report.requests) == (Status.OK, 2, 2, 1)


async def test_asks_once_for_pages_of_the_last_days(http: Http, site: FakeSite) -> None:
    site.on(SEARCH, json={"searchInformation": {"totalResults": "0"}})
    harvest = await source(http, site).collect(ask(DAY, searches=('"world" model', "agents")))
    assert site.asked[0].query == {
        "q": '"arxiv.org" "world model" OR "agents"',
        "dateRestrict": "d3",
        "num": "10",
        "key": KEY,
        "cx": "engine0",
    }
    assert harvest.report.status == Status.EMPTY


async def test_no_more_pages_are_read_than_were_asked_for(http: Http, site: FakeSite) -> None:
    pages = [{"link": f"https://example.org/{n}"} for n in range(11)]
    site.on(SEARCH, json={"searchInformation": {}, "items": pages})
    assert told(await source(http, site).collect(ask(DAY))) == [("more_than_asked", {"got": 10, "total": 11})]


@pytest.mark.parametrize(
    ("key", "engine", "variable"),
    [(None, None, "GOOGLE_API_KEY"), (None, "engine0", "GOOGLE_API_KEY"), (KEY, None, "GOOGLE_CSE_ID")],
)
async def test_without_a_key_it_is_disabled_and_asks_nothing(
    http: Http, site: FakeSite, key: str | None, engine: str | None, variable: str
) -> None:
    harvest = await Google(http, site.url, key, engine).collect(ask(DAY))
    assert (harvest.report.status, harvest.report.requests) == (Status.DISABLED, 0)
    assert told(harvest) == [("no_key", {"variable": variable})]
    assert site.asked == []


@pytest.mark.parametrize(
    ("status", "body", "code", "tries"),
    [
        (403, "{}", "unauthorized", 1),
        (400, "{}", "refused", 1),
        (500, "", "server_error", 3),
        (200, "{}", "bad_answer", 1),
        (200, "<html>", "bad_answer", 1),
    ],
)
async def test_a_failure_is_told_and_the_key_is_not(
    http: Http, site: FakeSite, caplog: pytest.LogCaptureFixture, status: int, body: str, code: str, tries: int
) -> None:
    caplog.set_level(logging.DEBUG)
    site.on(SEARCH, body, status=status, times=tries)
    asking = source(http, site)
    harvest = await asking.collect(ask(DAY))
    assert told(harvest) == [(code, {"what": "Google Search", "tries": tries, "status": status})]
    assert harvest.report.status == Status.FAILED
    assert KEY not in harvest.model_dump_json() + repr(asking) + caplog.text


def test_a_query_without_searches_still_names_arxiv() -> None:
    assert query(()) == '"arxiv.org"'
    assert len(query([f"direction {n}" for n in range(40)]).split()) <= 32


@given(st.lists(anything, max_size=5) | mutated(ANSWER["items"]))
def test_any_rows_become_pages_or_are_counted(rows: list[Any]) -> None:
    pages, skipped = read_pages(rows)
    assert len(pages) + skipped <= len(rows)
    for mention in mentions_of("google", pages.values()):
        assert 1 <= mention.count <= len(pages)
