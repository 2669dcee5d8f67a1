from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from brief.errors import SourceError, Trouble
from sources._http import Reply
from sources.arxiv_rss import read_rss

DAY = dt.date(2026, 5, 1)


def reply(body: bytes) -> Reply:
    return Reply(200, {}, body, "arXiv RSS")


def test_reads_the_days_of_the_window_and_counts_what_it_cannot_use(data: Path) -> None:
    rows = read_rss(reply((data / "arxiv_rss/day.xml").read_bytes()), [DAY])
    expected = json.loads((data / "arxiv_rss/day.expected.json").read_text())
    assert [paper.model_dump(mode="json", exclude_defaults=True) for paper in rows.papers] == expected
    assert rows.skipped == 1


def test_a_feed_of_another_day_brings_nothing(data: Path) -> None:
    body = (data / "arxiv_rss/day.xml").read_bytes()
    assert read_rss(reply(body), [dt.date(2026, 5, 4)]).papers == ()


@pytest.mark.parametrize(
    ("line", "kept"),
    [("new", "new"), ("replace-cross", "replace-cross"), ("retracted", None)],
)
def test_only_known_announce_types_are_kept(line: str, kept: str | None) -> None:
    body = (
        '<rss version="2.0"><channel><title>x</title><item><title>T</title>'
        f"<description>arXiv:2604.10001v1 Announce Type: {line} \nAbstract: A.</description></item></channel></rss>"
    )
    assert [paper.announced for paper in read_rss(reply(body.encode()), [DAY]).papers] == [kept]


@pytest.mark.parametrize("body", [b"<html><title>Just a moment...</title></html>", b"\x89PNG\r\n", b"{}"])
def test_what_is_no_feed_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read_rss(reply(body), [DAY])
    assert caught.value.trouble == Trouble.BAD_ANSWER
