"""Whatever arXiv may send: items come out, or a SourceError, and nothing else."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.errors import SourceError, Trouble
from brief.models import Paper
from sources._http import Reply
from sources.arxiv_api import read_atom
from sources.arxiv_page import read_page
from sources.arxiv_rss import read_rss

DATA = Path(__file__).parent / "data"
DAY = dt.date(2026, 5, 1)


def atom(reply: Reply) -> tuple[Paper, ...]:
    return read_atom(reply).papers


def rss(reply: Reply) -> tuple[Paper, ...]:
    return read_rss(reply, [DAY]).papers


def page(reply: Reply) -> tuple[Paper, ...]:
    return (read_page(reply),)


Read = Callable[[Reply], tuple[Paper, ...]]
VALID = [(atom, "arxiv_api/day.xml"), (rss, "arxiv_rss/day.xml"), (page, "arxiv_page/paper.html")]


def survives(read: Read, body: bytes) -> None:
    with contextlib.suppress(SourceError):
        for paper in read(Reply(200, {}, body, "arXiv")):
            assert paper.id
            assert 0 < len(paper.title) <= 500
            assert len(paper.abstract) <= 10_000


@st.composite
def mutations(draw: st.DrawFn, valid: bytes) -> bytes:
    """A valid answer with a few stretches replaced by something else, or cut off."""
    body = valid
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 80))
        new = draw(
            st.binary(max_size=20) | st.sampled_from([b"<", b"]]>", b"<![CDATA[", b"&#0;", b"</entry>", b'"', b"0"])
        )
        body = body[:start] + new + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


@pytest.mark.parametrize("read", [atom, rss, page])
@given(body=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="surrogatepass")))
def test_noise(read: Read, body: bytes) -> None:
    survives(read, body)


@pytest.mark.parametrize(("read", "file"), VALID)
@given(choice=st.data())
def test_mutated_answers(read: Read, file: str, choice: st.DataObject) -> None:
    survives(read, choice.draw(mutations((DATA / file).read_bytes())))


@pytest.mark.parametrize("read", [atom, rss, page])
@pytest.mark.parametrize("piece", [b"<", b"<a>", b"&", b"<![CDATA[", b"<entry><title>", b'<meta name="citation_title"'])
def test_endless_repetition(read: Read, piece: bytes) -> None:
    survives(read, b"<feed>" + piece * 2000)


HEAD = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
ENTRY = b"<entry><id>http://arxiv.org/abs/2604.10001v1</id><title>A title</title>%s</entry>"
MANY = 200_000


def refused(body: bytes) -> bool:
    try:
        return not atom(Reply(200, {}, body, "arXiv"))
    except SourceError as error:
        return error.trouble == Trouble.BAD_ANSWER


@pytest.mark.parametrize(
    "inside",
    [
        b"".join(b'<category term="a%d"/>' % n for n in range(MANY)),
        b"".join(b'<b:category xmlns:b="http://www.w3.org/2005/Atom" term="a%d"/>' % n for n in range(MANY // 2)),
        b"".join(b'<a xmlns:n%d="urn:%d"/>' % (n, n) for n in range(MANY)),
        b"<a " + b" ".join(b'a%d="x"' % n for n in range(MANY)) + b"/>",
        b"<title>" * MANY + b"</title>" * MANY,
        b"<author/>" * 2 * MANY,
        b"<summary>" + b"\n" * 2_000_000 + b"x</summary>",
        b'</entry><entry xmlns="http://search.yahoo.com/mrss/"><category/>' * MANY,
        b"<category/></entry><category/><entry>" * MANY,
    ],
)
def test_well_formed_repetition_without_end_is_refused(inside: bytes) -> None:
    assert refused(HEAD + ENTRY % inside + b"</feed>")


@pytest.mark.parametrize("piece", [b"<", b"<a>", b"&", b"<!--", b"<![CDATA[", b"<entry><title>", b"<a b='", b"</a>"])
def test_large_and_ill_formed_is_refused(piece: bytes) -> None:
    assert refused(HEAD + ENTRY % b"" + piece * (2 * 2**20 // len(piece)) + b"</feed>")


@pytest.mark.parametrize("declared", [b'<!ENTITY a "b">', b'<!ENTITY a SYSTEM "file:///etc/passwd">', b""])
def test_a_large_document_that_declares_a_type_is_refused(declared: bytes) -> None:
    body = b"<!DOCTYPE feed [" + declared + b"]>" + HEAD.partition(b"?>")[2] + ENTRY % (b" " * 200_000) + b"</feed>"
    assert refused(body)


@pytest.mark.parametrize("name", [b"martian", b"utf-7", b"utf-32", b"shift_jis"])
def test_an_encoding_nobody_reads_is_refused(name: bytes) -> None:
    head = HEAD.replace(b'"1.0"', b'"1.0" encoding="' + name + b'"')
    survives(atom, head + ENTRY % (b" " * 200_000) + b"</feed>")


def test_a_large_collaboration_is_read() -> None:
    people = b"".join(
        b"<author><name>N %d</name><arxiv:affiliation xmlns:arxiv='http://arxiv.org/schemas/atom'>I</arxiv:affiliation>"
        b"</author>" % n
        for n in range(3000)
    )
    papers = atom(Reply(200, {}, HEAD + ENTRY % people + b"</feed>", "arXiv"))
    assert [len(paper.authors) for paper in papers] == [500]


@pytest.mark.parametrize(("read", "folder"), [(atom, "arxiv_atom"), (rss, "arxiv_rss")])
def test_every_recorded_answer_is_read_or_refused(read: Read, folder: str, captures: Path) -> None:
    for file in sorted((captures / folder).iterdir()):
        survives(read, file.read_bytes())


def test_recorded_answers_with_papers_are_read(captures: Path) -> None:
    found = {
        file.name[:12]: len(atom(Reply(200, {}, file.read_bytes(), "arXiv")))
        for file in (captures / "arxiv_atom").glob("*_s*_m1*.status200.xml")
        if b"<entry>" in file.read_bytes()
    }
    assert len(found) >= 3
    assert all(found.values())
