import csv
import datetime as dt
import io
import re

import builders
import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.models import Paper
from formatting.export import FORMATS, Entry, as_bibtex, as_csv, as_markdown, as_ris
from formatting.text import clean

SAVED = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
READ = dt.datetime(2026, 5, 3, 9, tzinfo=dt.UTC)

_UNESCAPED = {
    **{rf"\{char}": char for char in "&%$#_"},
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
}


def plain(latex: str) -> str:
    """What LaTeX prints; braces that group are gone, and a special character not escaped is a failure."""
    escaped = re.compile("|".join(map(re.escape, _UNESCAPED)))
    assert not re.search(r"[\\&%$#_~^]", escaped.sub("", latex))
    pieces = zip(escaped.split(latex), [*escaped.findall(latex), ""], strict=True)
    return "".join(re.sub("[{}]", "", text) + _UNESCAPED.get(special, "") for text, special in pieces)


def closing(text: str, start: int) -> int:
    """The place of the brace that closes the one at `start`, as BibTeX counts: a backslash changes nothing."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place
    raise AssertionError("unbalanced braces")


def parse_bibtex(content: bytes) -> dict[str, dict[str, str]]:
    """Key to fields of each @misc; fails on anything between and around entries and fields."""
    text, entries = content.decode(), {}
    while text.strip():
        head = re.match(r"\s*@misc(?=\{([A-Za-z0-9.-]+),)", text)
        assert head
        end = closing(text, head.end())
        body, fields = text[head.end() : end].split(",", 1)[1], {}
        while body.strip(" ,\n"):
            name = re.match(r"[\s,]*([A-Za-z]+) = (?=\{)", body)
            assert name
            stop = closing(body, name.end())
            fields[name[1]] = body[name.end() + 1 : stop]
            body = body[stop + 1 :]
        assert head[1] not in entries
        entries[head[1]], text = fields, text[end + 1 :]
    return entries


def names(author: str) -> list[str]:
    """The names of an author field: `and` separates outside of braces only."""
    parts, depth = [""], 0
    for word in author.split(" "):
        parts = [*parts, ""] if word == "and" and not depth else [*parts[:-1], f"{parts[-1]} {word}".strip()]
        depth += word.count("{") - word.count("}")
    return parts


def parse_ris(content: bytes) -> list[list[tuple[str, str]]]:
    records: list[list[tuple[str, str]]] = []
    *lines, last = content.decode().split("\r\n")
    assert last == ""
    for line in lines:
        field = re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\r\n]*)", line)
        assert field
        if field[1] == "TY":
            records.append([])
        records[-1].append((field[1], field[2]))
    assert all(record[0] == ("TY", "UNPB") and record[-1] == ("ER", "") for record in records)
    return records


def parse_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def entry(**changes: object) -> Entry:
    return builders.paper(**changes), SAVED, None


# -- what is written --------------------------------------------------------------------------------------------------


def test_bibtex_of_a_paper_word_for_word() -> None:
    paper = Paper(
        id="1706.03762",
        version=7,
        title="Attention & 100% {Need}",
        authors=("Ada van der Example", "Bo Sample", "Gemini Team", "李雷", "Plato"),
        categories=("cs.CL", "cs.LG"),
        published=dt.datetime(2017, 6, 12, tzinfo=dt.UTC),
    )
    assert as_bibtex([(paper, SAVED, None)]).decode() == (
        "@misc{vanderexample2017-1706.03762,\n"
        "  title = {{Attention \\& 100\\% \\textbraceleft{}Need\\textbraceright{}}},\n"
        "  author = {van der Example, Ada and Sample, Bo and {Gemini Team} and {李雷} and {Plato}},\n"
        "  year = {2017},\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/1706.03762v7},\n"
        "}\n"
    )


def test_bibtex_leaves_out_what_is_not_known() -> None:
    assert parse_bibtex(as_bibtex([(Paper(id="hep-ex/0406020", title="Old"), SAVED, None)])) == {
        "hep-ex-0406020": {
            "title": "{Old}",
            "eprint": "hep-ex/0406020",
            "archivePrefix": "arXiv",
            "url": "https://arxiv.org/abs/hep-ex/0406020",
        }
    }


@pytest.mark.parametrize(
    ("name", "bibtex", "ris"),
    [
        ("Ludwig van Beethoven", "van Beethoven, Ludwig", "van Beethoven, Ludwig"),
        ("Jean Le Rond d'Alembert", "d'Alembert, Jean Le Rond", "d'Alembert, Jean Le Rond"),
        ("Wei-Lin Chiang", "Chiang, Wei-Lin", "Chiang, Wei-Lin"),
        ("Example, Ada", "Example, Ada", "Example, Ada"),
        ("LIGO Scientific Collaboration", "{LIGO Scientific Collaboration}", "LIGO Scientific Collaboration"),
        ("Rise And Fall", "Fall, {Rise And}", "Fall, Rise And"),
        ("others", "{others}", "others"),
        ("J. D{oe", "D\\textbraceleft{}oe, J.", "D{oe, J."),
    ],
)
def test_names(name: str, bibtex: str, ris: str) -> None:
    [fields] = parse_bibtex(as_bibtex([entry(authors=(name,))])).values()
    assert fields["author"] == bibtex
    [record] = parse_ris(as_ris([entry(authors=(name,))]))
    assert [value for tag, value in record if tag == "AU"] == [ris]


def test_ris_of_a_paper() -> None:
    paper = builders.paper(keywords=("agents",), abstract="First.\nSecond.", authors=("Ada Example", "Bo Sample"))
    assert parse_ris(as_ris([(paper, SAVED, READ)])) == [
        [
            ("TY", "UNPB"),
            ("TI", paper.title),
            ("AU", "Example, Ada"),
            ("AU", "Sample, Bo"),
            ("PY", "2026"),
            ("DA", "2026/04/29/"),
            ("AB", "First. Second."),
            ("KW", "cs.AI"),
            ("KW", "cs.CL"),
            ("KW", "agents"),
            ("AN", "arXiv:2604.26901"),
            ("UR", "https://arxiv.org/abs/2604.26901v1"),
            ("Y2", "2026/05/01/"),
            ("ER", ""),
        ]
    ]


def test_markdown_names_the_first_authors_and_the_days() -> None:
    paper = builders.paper(title="A *star* paper")
    assert as_markdown([(paper, SAVED, READ), (builders.paper(2, authors=()), SAVED, None)]).decode() == (
        "- [A \\*star\\* paper](https://arxiv.org/abs/2604.26901v1)"
        " · Ada Example, Bo Sample, Chi Muster, … · arXiv:2604.26901 · 2026-05-01 ✓ 2026-05-03\n"
        f"- [{builders.paper(2).title}](https://arxiv.org/abs/2604.26902v1) · arXiv:2604.26902 · 2026-05-01\n"
    )


def test_csv_of_a_paper() -> None:
    paper = builders.paper(title='Say "hi", twice', authors=("Ada Example", "Bo Sample"))
    content = as_csv([(paper, SAVED, READ)])
    assert content.startswith("\ufeffid,".encode())
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert parse_csv(content) == [
        {
            "id": "2604.26901",
            "title": 'Say "hi", twice',
            "authors": "Ada Example; Bo Sample",
            "published": "2026-04-29",
            "categories": "cs.AI cs.CL",
            "url": "https://arxiv.org/abs/2604.26901v1",
            "code": "https://github.com/examples/garden-1",
            "saved": "2026-05-01",
            "done": "2026-05-03",
        }
    ]


@pytest.mark.parametrize("before", ["", " ", "\t", "\r\n", "\u200b"])
@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"])
def test_no_cell_is_a_formula(before: str, title: str) -> None:
    assert parse_csv(as_csv([entry(title=before + title)]))[0]["title"] == f"'{title}"


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_list_is_a_file_too(name: str) -> None:
    assert FORMATS[name].write([]).decode("utf-8-sig").count("\n") <= 1


# -- texts nobody should have to export -------------------------------------------------------------------------------

papers = st.builds(
    lambda number, title, authors, abstract, words: builders.paper(
        number, title=title, authors=tuple(authors), abstract=abstract, keywords=tuple(words)
    ),
    st.integers(1, 99),
    hostile.texts,
    st.lists(hostile.texts, max_size=4),
    hostile.texts,
    st.lists(hostile.texts, max_size=2),
)
lists = st.lists(
    st.tuples(papers, st.just(SAVED), st.sampled_from([None, READ])), max_size=4, unique_by=lambda saved: saved[0].id
)


@given(lists)
def test_bibtex_comes_back(entries: list[Entry]) -> None:
    parsed = parse_bibtex(as_bibtex(entries))
    assert len(parsed) == len(entries)
    for (paper, _, _), (key, fields) in zip(entries, parsed.items(), strict=True):
        assert key.endswith(f"2026-{paper.id}")
        assert plain(fields["title"]) == clean(paper.title).strip()
        people = [name for name in paper.authors if clean(name).strip()]
        assert len(names(fields["author"]) if "author" in fields else []) == len(people)
        plain(fields.get("author", ""))


@given(lists)
def test_ris_comes_back(entries: list[Entry]) -> None:
    records = parse_ris(as_ris(entries))
    assert len(records) == len(entries)
    for (paper, _, _), record in zip(entries, records, strict=True):
        assert [value for tag, value in record if tag == "TI"] == list(filter(None, [clean(paper.title).strip()]))
        assert ("UR", paper.url) in record


@given(lists)
def test_csv_comes_back(entries: list[Entry]) -> None:
    rows = parse_csv(as_csv(entries))
    assert [row["title"].removeprefix("'") for row in rows] == [
        clean(paper.title).strip().removeprefix("'") for paper, _, _ in entries
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())


@given(lists)
def test_markdown_has_one_line_a_paper_that_leads_to_it(entries: list[Entry]) -> None:
    lines = as_markdown(entries).decode().splitlines()
    shown = [line for line in lines if line]
    assert len(shown) == len(entries)
    for (paper, _, _), line in zip(entries, shown, strict=True):
        assert re.search(rf"[(<]{re.escape(paper.url)}[)>] · ", line)
