from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.errors import SourceError, Trouble
from brief.models import Status, split_arxiv_id
from sources import huggingface
from sources._http import Http
from sources.huggingface import HuggingFace, read_asset, read_paper
from tests.fakes.site import FakeSite
from tests.sources.asking import DAY, anything, ask, expected, items, mutated, objects, told

DATA = Path(__file__).parent / "data" / "huggingface"
ROWS: list[Any] = json.loads((DATA / "daily_papers.json").read_text(encoding="utf-8"))
MODELS: list[Any] = json.loads((DATA / "models.json").read_text(encoding="utf-8"))
ROW = ROWS[0]


def rows(count: int) -> list[dict[str, Any]]:
    return [{"paper": {"id": f"2604.{n:05}", "title": f"Paper {n}"}} for n in range(count)]


def trending(site: FakeSite) -> None:
    site.on("/hf/api/models", json=[])
    site.on("/hf/api/datasets", json=[])


def hub(http: Http, site: FakeSite, token: str | None = None) -> HuggingFace:
    return HuggingFace(http, f"{site.url}/hf", token)


async def test_reads_the_recorded_answers(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", (DATA / "daily_papers.json").read_bytes())
    site.on("/hf/api/models", (DATA / "models.json").read_bytes())
    site.on("/hf/api/datasets", (DATA / "datasets.json").read_bytes())
    harvest = await hub(http, site).collect(ask(DAY))
    assert items(harvest) == expected(DATA)
    report = harvest.report
    assert (report.status, report.papers, report.assets, report.requests) == (Status.OK, 3, 3, 3)
    assert report.skipped == 7
    assert told(harvest) == [("rows_skipped", {"count": 7, "what": "Hugging Face"})]


async def test_asks_for_every_day_of_the_window_and_for_what_is_trending(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json=rows(9), times=4)
    trending(site)
    await hub(http, site).collect(ask(dt.date(2026, 4, 24), dt.date(2026, 4, 27)))
    days = {asked.query["date"] for asked in site.asked if asked.path.endswith("daily_papers")}
    assert days == {"2026-04-24", "2026-04-25", "2026-04-26", "2026-04-27"}
    rest = [asked.query for asked in site.asked if not asked.path.endswith("daily_papers")]
    assert rest == [{"sort": "trendingScore", "limit": "20"}] * 2
    assert all("authorization" not in asked.headers for asked in site.asked)


async def test_days_are_asked_for_at_the_same_time_but_no_more_than_four(http: Http, site: FakeSite) -> None:
    gate = asyncio.Event()
    site.on("/hf/api/daily_papers", json=[], until=gate, times=7)
    trending(site)
    week = [dt.date(2026, 4, 24) + dt.timedelta(n) for n in range(7)]
    collecting = asyncio.create_task(hub(http, site).collect(ask(*week)))
    await site.reached(4)
    gate.set()
    await collecting
    assert site.most_open == 4


async def test_a_token_is_sent_and_never_shown(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", status=401)
    site.on("/hf/api/models", status=401)
    site.on("/hf/api/datasets", status=401)
    source = hub(http, site, "hf_secret")
    harvest = await source.collect(ask(DAY))
    assert {asked.headers["authorization"] for asked in site.asked} == {"Bearer hf_secret"}
    assert "hf_secret" not in harvest.model_dump_json() + repr(vars(source))


async def test_a_paper_listed_on_two_days_is_one(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json=rows(6), times=2)
    trending(site)
    harvest = await hub(http, site).collect(ask(dt.date(2026, 4, 29), DAY))
    assert harvest.report.papers == len(harvest.papers) == 6


async def test_a_missing_day_is_named_and_costs_only_itself(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json={"error": "Not found"}, status=404, times=2)
    site.on("/hf/api/daily_papers", json=rows(9))
    trending(site)
    harvest = await hub(http, site).collect(ask(dt.date(2026, 4, 28), DAY))
    assert (harvest.report.status, harvest.report.papers) == (Status.PARTIAL, 9)
    codes = [code for code, _ in told(harvest)]
    assert sorted(codes) == ["day_missing", "day_missing", "not_found"]
    assert ("not_found", {"what": "Hugging Face", "tries": 1, "status": 404}) in told(harvest)


@pytest.mark.parametrize(
    ("newest", "notes"),
    [(DAY, [("nothing_listed", {"day": "2026-04-30"})]), (dt.date(2026, 5, 2), [])],
)
async def test_the_newest_day_may_not_be_open_yet(
    http: Http, site: FakeSite, newest: dt.date, notes: list[Any]
) -> None:
    site.on("/hf/api/daily_papers", json={"error": "Date is in the future"}, status=400)
    trending(site)
    harvest = await hub(http, site).collect(ask(newest))
    assert (harvest.report.status, told(harvest)) == (Status.EMPTY, notes)


async def test_an_older_day_that_is_refused_is_missing(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json={"error": "Invalid date"}, status=400, times=2)
    trending(site)
    harvest = await hub(http, site).collect(ask(dt.date(2026, 4, 29), DAY))
    assert harvest.report.status == Status.FAILED
    assert [code for code, _ in told(harvest)] == ["refused", "day_missing", "nothing_listed"]


async def test_no_more_rows_are_read_than_were_asked_for(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json=rows(101))
    site.on("/hf/api/models", json=[{"id": f"a/b{n}"} for n in range(21)])
    site.on("/hf/api/datasets", json=[])
    harvest = await hub(http, site).collect(ask(DAY))
    assert (harvest.report.papers, harvest.report.assets, harvest.report.skipped) == (100, 20, 0)
    assert told(harvest) == [
        ("more_than_asked", {"got": 100, "total": 101}),
        ("more_than_asked", {"got": 20, "total": 21}),
    ]


async def test_what_came_in_time_stands(http: Http, site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface, "_WITHIN", 0.5)
    site.on("/hf/api/daily_papers", json=rows(9))
    site.on("/hf/api/models", until=asyncio.Event())
    site.on("/hf/api/datasets", json=[{"id": "a/b"}])
    harvest = await hub(http, site).collect(ask(DAY))
    assert (harvest.report.papers, harvest.report.assets) == (9, 1)
    assert told(harvest) == [("deadline", {"what": "Hugging Face models", "tries": 1})]


async def test_when_nothing_works_the_failure_is_told_once(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", "<html>", times=2)
    site.on("/hf/api/models", json={"error": "no list"})
    site.on("/hf/api/datasets", status=500, times=3)
    harvest = await hub(http, site).collect(ask(dt.date(2026, 4, 29), DAY))
    assert harvest.report.status == Status.FAILED
    assert harvest.report.requests == 6
    assert told(harvest) == [("bad_answer", {"what": "Hugging Face", "tries": 1, "status": 200})]


async def test_trending_that_fails_is_a_note_and_no_more(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json=rows(12))
    site.on("/hf/api/models", status=404)
    site.on("/hf/api/datasets", json=[{"id": "a/b"}])
    harvest = await hub(http, site).collect(ask(DAY))
    assert (harvest.report.status, harvest.report.assets) == (Status.OK, 1)
    assert told(harvest) == [("not_found", {"what": "Hugging Face models", "tries": 1, "status": 404})]


@pytest.mark.parametrize(
    ("day", "listed", "notes"),
    [
        (dt.date(2026, 4, 30), 4, [("page_filling", {"day": "2026-04-30", "papers": 4})]),
        (dt.date(2026, 4, 30), 5, []),
        (dt.date(2026, 4, 30), 0, [("nothing_listed", {"day": "2026-04-30"})]),
        (dt.date(2026, 5, 2), 0, []),
    ],
)
async def test_says_when_the_newest_day_is_short(
    http: Http, site: FakeSite, day: dt.date, listed: int, notes: list[Any]
) -> None:
    site.on("/hf/api/daily_papers", json=rows(listed))
    trending(site)
    harvest = await hub(http, site).collect(ask(day))
    assert told(harvest) == notes
    assert harvest.report.status == (Status.OK if listed else Status.EMPTY)


async def test_an_older_short_day_is_complete(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/daily_papers", json=rows(2), times=2)
    trending(site)
    harvest = await hub(http, site).collect(ask(dt.date(2026, 4, 29), DAY))
    assert [params["day"] for _, params in told(harvest)] == ["2026-04-30"]


async def test_finds_one_paper_by_id(http: Http, site: FakeSite) -> None:
    site.on("/hf/api/papers/2604.90001", json=ROW["paper"])
    paper = await hub(http, site).paper("2604.90001")
    assert paper is not None
    assert (paper.title, paper.votes, paper.listed) == ("Paper Plane: Folding Agents that Land", 56, None)
    site.on("/hf/api/papers/2604.90009", json={"error": "Paper not found"}, status=404)
    assert await hub(http, site).paper("2604.90009") is None


OTHER = json.dumps(ROW["paper"] | {"id": "2604.90002"})


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [(200, "{}", "bad_answer"), (200, OTHER, "bad_answer"), (403, "", "unauthorized")],
)
async def test_a_lookup_that_fails_says_so(http: Http, site: FakeSite, status: int, body: str, trouble: str) -> None:
    site.on("/hf/api/papers/2604.90001", body, status=status)
    with pytest.raises(SourceError) as caught:
        await hub(http, site).paper("2604.90001")
    assert caught.value.trouble == Trouble(trouble)


async def test_recorded_malformed_days_are_counted_row_by_row(http: Http, site: FakeSite, captures: Path) -> None:
    days = sorted((captures / "hf_malformed").glob("*.json"))
    assert days
    for day in days:
        site.on("/hf/api/daily_papers", day.read_bytes())
        trending(site)
        harvest = await hub(http, site).collect(ask(dt.date.fromisoformat(day.stem)))
        assert harvest.report.skipped + harvest.report.papers == len(json.loads(day.read_bytes())) > 0
        assert harvest.report.skipped > 0
        assert told(harvest)[-1][0] == "rows_skipped"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/~a/@b?c=d#e", True),
        ("http://example.org", True),
        ("ftp://example.org/", False),
        ("https://user:word@example.org/", False),
        ("https://[broken/", False),
        ("https://example.org/ <b>", False),
        ("https://example.org/\u202egro", False),
        ("https:///path", False),
        ("https://example.org/" + "a" * 500, False),
    ],
)
def test_keeps_only_addresses_that_can_be_shown(address: str, kept: bool) -> None:  # noqa: FBT001 - a table's column
    paper = read_paper({"paper": {"id": "2604.10001", "title": "t", "projectPage": address}})
    assert paper is not None
    assert paper.project == (address if kept else None)


def test_authors_of_one_name_are_two_people() -> None:
    paper = read_paper({"paper": {"id": "2604.10001", "title": "t", "authors": [{"name": "Wei Wang"}] * 2}})
    assert paper is not None
    assert paper.authors == ("Wei Wang", "Wei Wang")


@given(objects | st.fixed_dictionaries({"paper": objects}) | mutated(ROW))
def test_any_row_is_a_sound_paper_or_none(row: dict[str, Any]) -> None:
    paper = read_paper(row, DAY)
    if paper is None:
        return
    assert split_arxiv_id(paper.id) == (paper.id, None)
    assert 0 < len(paper.title) <= 500
    assert len(paper.abstract) <= 10_000
    assert paper.project is None or paper.project.startswith(("http://", "https://"))
    assert paper.thumbnail is None or paper.thumbnail.startswith("https://")
    assert min(paper.votes or 0, paper.comments or 0, paper.code_stars or 0) >= 0
    assert (
        set(paper.origins)
        == {name for name in type(paper).model_fields if name not in ("id", "sources", "origins")}
        & paper.model_fields_set
    )
    assert paper.model_validate_json(paper.model_dump_json()) == paper


@pytest.mark.parametrize("name", ["..", "a/..", "/a", "a/b/c", "a b", "", 7, "a/" + "b" * 97])
def test_an_id_that_could_leave_the_hub_is_no_asset(name: object) -> None:
    assert read_asset({"id": name}, "dataset") is None


@given(objects | mutated(MODELS[0]))
def test_any_row_is_a_sound_asset_or_none(row: dict[str, Any]) -> None:
    asset = read_asset(row, "model")
    if asset is not None:
        assert ".." not in asset.url.removeprefix("https://huggingface.co/").split("/")
        assert asset.model_validate_json(asset.model_dump_json()) == asset


@settings(deadline=None, max_examples=30)
@given(anything)
async def test_any_answer_becomes_a_report(answer: Any) -> None:
    body = json.dumps(answer)
    async with FakeSite() as site, Http(user_agent="Paperboy/test") as http:
        site.on("/hf/api/daily_papers", body)
        site.on("/hf/api/models", body)
        site.on("/hf/api/datasets", body)
        report = (await hub(http, site).collect(ask(DAY))).report
    assert report.status == (Status.EMPTY if isinstance(answer, list) else Status.FAILED)
