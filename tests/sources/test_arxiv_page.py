from __future__ import annotations

import json
from pathlib import Path

import pytest

from brief.errors import SourceError, Trouble
from sources._http import Reply
from sources.arxiv_page import read_page


def reply(body: bytes) -> Reply:
    return Reply(200, {}, body, "arXiv abstract page")


def test_reads_the_citation_tags(data: Path) -> None:
    paper = read_page(reply((data / "arxiv_page/paper.html").read_bytes()))
    expected = json.loads((data / "arxiv_page/paper.expected.json").read_text())
    assert [paper.model_dump(mode="json", exclude_defaults=True)] == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>Just a moment...</title></html>",
        b'<meta name="citation_arxiv_id" content="2604.10001">',
        b'<meta name="citation_title" content="T"><meta name="citation_arxiv_id" content="elsewhere">',
        b'<meta name="citation_title"><meta name="citation_arxiv_id">',
        b"<![weird[",
        b"",
    ],
)
def test_a_page_without_id_or_title_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read_page(reply(body))
    assert caught.value.trouble == Trouble.BAD_ANSWER
