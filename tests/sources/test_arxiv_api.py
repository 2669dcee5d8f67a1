from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from brief.errors import SourceError, Trouble
from brief.models import Ask, Note, Paper, SourceReport, Status, Window
from sources import arxiv_api
from sources._http import Http, Reply, Site
from sources._report import failure_of
from sources.arxiv_api import ArxivApi, read_atom
from tests.fakes.site import FakeSite

QUERY = "/api/query"
RSS = "/rss/cs.AI+cs.LG"
ASK = Ask(
    window=Window(
        date=dt.date(2026, 5, 1),
        days=(dt.date(2026, 4, 30), dt.date(2026, 5, 1)),
        since=dt.datetime(2026, 4, 28, 18, tzinfo=dt.UTC),
        until=dt.datetime(2026, 5, 1, 8, 30, tzinfo=dt.UTC),
    ),
    categories=("cs.AI", "cs.LG"),
)
ERROR = (
    "<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id><title>Error</title>"
    "<summary>incorrect id format for abc</summary></entry>"
)
NOTHING = Note(code="empty_answer", params={"what": "arXiv API", "tries": 2, "status": 200})


@pytest.fixture
def arxiv(http: Http, site: FakeSite) -> ArxivApi:
    return ArxivApi(http, site.url, site.url, site.url)


def entry(paper_id: str, title: str = "A title") -> str:
    return f"<entry><id>http://arxiv.org/abs/{paper_id}</id><title>{title}</title></entry>"


def atom(*entries: str, total: int | str | None = None) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query</title>'
        f"<opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>"
        f"{''.join(entries)}</feed>"
    )


def rss(*ids: str) -> str:
    items = "".join(
        f"<item><title>T</title><description>arXiv:{i} Announce Type: new \nAbstract: A.</description>"
        f"<guid>oai:arXiv.org:{i}</guid><pubDate>Fri, 01 May 2026 00:00:00 -0400</pubDate></item>"
        for i in ids
    )
    return f'<rss version="2.0"><channel><title>updates on arXiv.org</title>{items}</channel></rss>'


def page(paper_id: str) -> str:
    return f'<meta name="citation_arxiv_id" content="{paper_id}" /><meta name="citation_title" content="From a page" />'


def reply(body: str | bytes, status: int = 200) -> Reply:
    return Reply(status, {}, body.encode() if isinstance(body, str) else body, "arXiv API")


def ids(papers: Sequence[Paper]) -> list[str]:
    return [paper.id for paper in papers]


def codes(report: SourceReport) -> list[str]:
    return [note.code for note in report.notes]


def test_reads_an_answer_and_counts_what_it_cannot_use(data: Path) -> None:
    rows = read_atom(reply((data / "arxiv_api/day.xml").read_bytes()))
    expected = json.loads((data / "arxiv_api/day.expected.json").read_text())
    assert [paper.model_dump(mode="json", exclude_defaults=True) for paper in rows.papers] == expected
    assert (rows.skipped, rows.total) == (4, 8)


def test_an_answer_without_entries_is_empty() -> None:
    assert read_atom(reply(atom())) == read_atom(reply(atom(total="many")))
    assert read_atom(reply(atom())).papers == ()


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (atom(ERROR), Trouble.REFUSED),
        (atom(entry("2604.10001v1"), entry("2604.10002v1"))[:-40], Trouble.BAD_ANSWER),
        ("<!doctype html><title>Just a moment...</title>", Trouble.BAD_ANSWER),
        ("Rate exceeded.", Trouble.BAD_ANSWER),
        ("/etc/passwd", Trouble.BAD_ANSWER),
        (b"\x00\xff\x8e\x02" * 500, Trouble.BAD_ANSWER),
        (atom("<entry><updated>99999999999999-13</updated></entry>"), Trouble.BAD_ANSWER),
        (atom(entry("x", "No usable entry")), Trouble.BAD_ANSWER),
    ],
)
def test_what_is_no_answer_is_an_error(body: str | bytes, trouble: Trouble) -> None:
    with pytest.raises(SourceError) as caught:
        read_atom(reply(body))
    assert (caught.value.trouble, caught.value.what) == (trouble, "arXiv API")


def test_a_stray_character_does_not_cost_the_day() -> None:
    rows = read_atom(reply(atom(entry("2604.10001v1", "Bad \x01 byte"), entry("2604.10002v2", "A & B"))))
    assert ids(rows.papers) == ["2604.10001", "2604.10002"]


async def test_a_normal_day_takes_two_requests_one_after_the_other(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10002v1"), entry("2604.10001v2")))
    site.on(QUERY, atom(entry("2501.00001v4"), entry("", "no id")))
    harvest = await arxiv.collect(ASK)
    assert ids(harvest.papers) == ["2604.10002", "2604.10001", "2501.00001"]
    assert [paper.announced for paper in harvest.papers] == ["new", "replace", "replace"]
    report = harvest.report
    assert (report.source, report.status, report.papers, report.requests) == ("arxiv", Status.OK, 3, 2)
    assert (report.skipped, codes(report)) == (1, ["rows_skipped"])
    assert site.most_open == 1


async def test_asks_for_the_window_in_the_categories(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10002v1")))
    site.on(QUERY, atom())
    await arxiv.collect(ASK)
    new, revised = (asked.query for asked in site.asked)
    span = "[202604281800 TO 202605010830]"
    assert new["search_query"] == f"(cat:cs.AI OR cat:cs.LG) AND submittedDate:{span}"
    assert (new["sortBy"], new["sortOrder"], new["max_results"]) == ("submittedDate", "descending", "2000")
    assert revised["search_query"] == f"(cat:cs.AI OR cat:cs.LG) AND lastUpdatedDate:{span} ANDNOT submittedDate:{span}"
    assert revised["sortBy"] == "lastUpdatedDate"


async def test_further_pages_only_when_there_are_more(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10003v1"), total=9001))
    site.on(QUERY, atom(entry("2604.10002v1"), total=9001))
    site.on(QUERY, atom(entry("2604.10001v1"), total=9001), times=2)
    site.on(QUERY, atom())
    harvest = await arxiv.collect(ASK)
    assert [asked.query["start"] for asked in site.asked] == ["0", "2000", "4000", "6000", "0"]
    assert ids(harvest.papers) == ["2604.10003", "2604.10002", "2604.10001"]
    assert harvest.report.status == Status.OK
    assert harvest.report.notes == (Note(code="more_than_asked", params={"got": 4, "total": 9001}),)


async def test_new_papers_stand_without_the_revised_ones(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10001v1")))
    site.on(QUERY, status=500, times=3)
    harvest = await arxiv.collect(ASK)
    assert ids(harvest.papers) == ["2604.10001"]
    assert (harvest.report.status, harvest.report.requests) == (Status.PARTIAL, 4)
    assert codes(harvest.report) == ["server_error", "revised_missing"]


async def test_a_later_page_that_fails_costs_only_itself(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10001v1"), total=2500))
    site.on(QUERY, "<html>", status=200)
    harvest = await arxiv.collect(ASK)
    assert ids(harvest.papers) == ["2604.10001"]
    assert harvest.report.status == Status.PARTIAL
    assert codes(harvest.report) == ["bad_answer", "more_than_asked", "revised_missing"]
    assert harvest.report.notes[1].params == {"got": 1, "total": 2500}


async def test_no_more_entries_are_read_than_were_asked_for(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(*(entry(f"2604.{n:05}v1") for n in range(2100)), total=2000))
    site.on(QUERY, status=400)
    report = (await arxiv.collect(ASK)).report
    assert (report.papers, report.skipped) == (2000, 0)
    assert report.notes[1] == Note(code="more_than_asked", params={"got": 2000, "total": 2100})


@pytest.mark.parametrize(
    ("body", "status", "tries", "code"),
    [
        ("Rate exceeded.", 429, 3, "rate_limited"),
        ("", 200, 3, "empty_answer"),
        ("<html>Just a moment...</html>", 200, 1, "bad_answer"),
        (atom(ERROR), 400, 1, "refused"),
        (atom(ERROR), 200, 1, "refused"),
    ],
)
async def test_uses_the_feed_when_the_api_fails(
    arxiv: ArxivApi, site: FakeSite, body: str, status: int, tries: int, code: str
) -> None:
    site.on(QUERY, body, status=status, times=tries)
    site.on(RSS, rss("2604.10001v1", "2604.10002v1"))
    harvest = await arxiv.collect(ASK)
    assert ids(harvest.papers) == ["2604.10001", "2604.10002"]
    assert (harvest.report.status, harvest.report.requests) == (Status.PARTIAL, tries + 1)
    assert harvest.report.notes == (
        Note(code=code, params={"what": "arXiv API", "tries": tries, "status": status}),
        Note(code="rss_newest_only", params={"day": "2026-05-01"}),
        Note(code="fallback", params={"what": "arXiv RSS", "papers": 2}),
        Note(code="rss_lacks"),
    )


async def test_a_feed_for_its_own_day_alone_covers_the_window(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=400)
    site.on(RSS, rss(*(f"2604.{n:05}v1" for n in range(2001))))
    window = ASK.window.model_copy(update={"days": (dt.date(2026, 5, 1),)})
    report = (await arxiv.collect(ASK.model_copy(update={"window": window}))).report
    assert codes(report) == ["refused", "more_than_asked", "fallback", "rss_lacks"]
    assert report.notes[1].params == {"got": 2000, "total": 2001}


async def test_says_so_when_api_and_feed_fail(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=503, times=3)
    site.on(RSS, fault="reset", times=3)
    harvest = await arxiv.collect(ASK)
    assert harvest.papers == ()
    assert (harvest.report.status, harvest.report.requests) == (Status.FAILED, 6)
    assert harvest.report.notes == (
        Note(code="server_error", params={"what": "arXiv API", "tries": 3, "status": 503}),
        Note(code="unreachable", params={"what": "arXiv RSS", "tries": 3}),
    )


async def test_a_feed_without_the_days_of_the_window_is_no_help(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=503, times=3)
    site.on(RSS, rss())
    report = (await arxiv.collect(ASK)).report
    assert (report.status, codes(report)) == (Status.FAILED, ["server_error", "fallback"])


async def test_nothing_new_is_said_after_asking_twice_and_the_feed(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(), times=2)
    site.on(RSS, rss())
    report = (await arxiv.collect(ASK)).report
    assert (report.status, codes(report), report.requests) == (Status.EMPTY, ["nothing_new"], 3)


async def test_an_empty_answer_may_pass(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom())
    site.on(QUERY, atom(entry("2604.10001v1")))
    site.on(QUERY, atom())
    harvest = await arxiv.collect(ASK)
    assert (ids(harvest.papers), harvest.report.status) == (["2604.10001"], Status.OK)


async def test_the_feed_shows_that_an_empty_answer_was_wrong(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(), times=2)
    site.on(RSS, rss("2604.10001v1"))
    report = (await arxiv.collect(ASK)).report
    assert (report.status, report.papers, report.notes[0]) == (Status.PARTIAL, 1, NOTHING)


async def test_an_empty_answer_without_the_feed_is_not_trusted(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(), times=2)
    site.on(RSS, status=404)
    report = (await arxiv.collect(ASK)).report
    assert (report.status, report.notes[0], codes(report)[1]) == (Status.FAILED, NOTHING, "not_found")


async def test_a_collection_can_be_cancelled(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, until=asyncio.Event())
    task = asyncio.create_task(arxiv.collect(ASK))
    await site.reached(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_step_that_takes_too_long_is_cut_off(http: Http, site: FakeSite) -> None:
    site.on("/x", until=asyncio.Event())
    fetcher = http.at(Site("arXiv API", site.url))

    async def work() -> None:
        await fetcher.get("/x")

    failure = await failure_of(work(), fetcher, 0.05)
    assert failure is not None
    assert (failure.trouble, failure.what, failure.tries) == (Trouble.DEADLINE, "arXiv API", 1)


@contextlib.asynccontextmanager
async def never(_key: str, _gap: float) -> AsyncIterator[None]:
    await asyncio.Event().wait()
    yield


async def test_a_turn_that_never_comes_is_told_as_what_it_is(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "_NEW_WITHIN", 0.05)
    monkeypatch.setattr(arxiv_api, "_ALL_WITHIN", 0.1)
    async with Http(user_agent="test", turn=never) as http:
        report = (await ArxivApi(http, site.url, site.url, site.url).collect(ASK)).report
    assert (report.status, report.requests) == (Status.FAILED, 0)
    assert report.notes == tuple(
        Note(code="busy", params={"what": what, "tries": 0}) for what in ("arXiv API", "arXiv RSS")
    )


async def test_nobody_waits_for_ever_for_a_paper(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "_LOOKUP_WITHIN", 0.05)
    async with Http(user_agent="test", turn=never) as http:
        with pytest.raises(SourceError) as caught:
            await ArxivApi(http, site.url, site.url, site.url).paper("2604.10001")
    assert (caught.value.trouble, caught.value.tries) == (Trouble.BUSY, 0)


async def test_papers_by_id_come_in_the_order_asked(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("hep-th/9901001v1"), entry("2604.10001v3")))
    papers = await arxiv.papers(["2604.10001v1", "hep-th/9901001", "2604.10001", "nonsense"])
    assert ids(papers) == ["2604.10001", "hep-th/9901001"]
    assert site.asked[0].query["id_list"] == "2604.10001,hep-th/9901001"


async def test_many_ids_are_asked_in_batches(arxiv: ArxivApi, site: FakeSite) -> None:
    wanted = [f"2604.{n:05}" for n in range(150)]
    site.on(QUERY, atom(*(entry(f"{i}v1") for i in wanted[:100])))
    site.on(QUERY, atom(*(entry(f"{i}v1") for i in wanted[100:])))
    assert ids(await arxiv.papers(wanted)) == wanted
    assert [asked.query["max_results"] for asked in site.asked] == ["100", "50"]


async def test_no_id_needs_no_request(arxiv: ArxivApi, site: FakeSite) -> None:
    assert await arxiv.papers(["nonsense"]) == ()
    assert site.asked == []


async def test_a_single_paper_is_read_from_its_page_when_the_api_fails(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=503, times=2)
    site.on("/abs/2604.10001", page("2604.10001"))
    papers = await arxiv.papers(["2604.10001"])
    assert (ids(papers), papers[0].origins["title"]) == (["2604.10001"], "arxiv_page")


async def test_what_neither_api_nor_page_knows_is_missing(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, atom(entry("2604.10001v1")))
    site.on("/abs/2604.99999", "no such paper", status=404)
    assert ids(await arxiv.papers(["2604.99999", "2604.10001"])) == ["2604.10001"]


async def test_papers_fail_when_nothing_could_be_learned(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=503, times=2)
    site.on("/abs/2604.10001", status=500, times=2)
    with pytest.raises(SourceError) as caught:
        await arxiv.papers(["2604.10001"])
    assert (caught.value.trouble, caught.value.what) == (Trouble.SERVER_ERROR, "arXiv abstract page")


async def test_many_papers_are_not_read_page_by_page(arxiv: ArxivApi, site: FakeSite) -> None:
    site.on(QUERY, status=503, times=2)
    with pytest.raises(SourceError) as caught:
        await arxiv.papers([f"2604.0000{n}" for n in range(5)])
    assert caught.value.what == "arXiv API"
    assert site.paths() == [QUERY, QUERY]
