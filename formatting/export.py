"""A later list for other programs: BibTeX, RIS, Markdown and CSV, all in UTF-8.

Texts are cleaned as everywhere and escaped for the format, so a title cannot end a field or begin a formula.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from brief.models import Paper
from formatting import markdown
from formatting.document import Bullets, Document, Link, Paragraph, Run
from formatting.text import clean, safe_url

Entry = tuple[Paper, dt.datetime, dt.datetime | None]  # when it was saved, and when read

_LATEX = {
    **{char: f"\\{char}" for char in "&%$#_"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",  # BibTeX counts \{ as a brace
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_GROUP = re.compile(r"\b(team|collaboration|consortium|group|lab|labs|project)$", re.IGNORECASE)
_BIBTEX_WORD = re.compile(r",|\b(?:and|others)\b", re.IGNORECASE)  # what separates names in an author field
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9.-]+")
_FORMULA = tuple("=+-@＝＋－＠")
_AUTHORS_SHOWN = 3
_COLUMNS = ("id", "title", "authors", "published", "categories", "url", "code", "saved", "done")


def as_bibtex(entries: Sequence[Entry]) -> bytes:
    """Return one `@misc` a paper, as https://info.arxiv.org/help/hypertex/bibstyles/ asks for arXiv's eprints.

    Keys hold the arXiv id: they are unique, and stay the same in a later export.
    """
    return "\n".join(_bibtex_entry(paper) for paper, _, _ in entries).encode()


def as_ris(entries: Sequence[Entry]) -> bytes:
    """Return one UNPB record a paper, `Y2` the day it was saved (https://en.wikipedia.org/wiki/RIS_(file_format))."""
    fields = (field for paper, saved, _ in entries for field in _ris_fields(paper, saved))
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields).encode()


def as_markdown(entries: Sequence[Entry]) -> bytes:
    """Return a list of links with the first authors and the days a paper was saved and (✓) read."""
    items = tuple((Paragraph(_markdown_item(*entry)),) for entry in entries)
    return markdown.render(Document("", "en", (Bullets(items),) if items else ())).encode()


def as_csv(entries: Sequence[Entry]) -> bytes:
    """Return a header and one row a paper (RFC 4180), with the byte order mark without which Excel reads no UTF-8.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(value) for value in _row(*entry)] for entry in entries)
    return table.getvalue().encode("utf-8-sig")


class Format(NamedTuple):
    """A format of the later list: its name, the ending and media type of its files, and what writes them."""

    name: str
    extension: str
    media_type: str
    write: Callable[[Sequence[Entry]], bytes]


FORMATS = {
    "bibtex": Format("BibTeX", "bib", "application/x-bibtex", as_bibtex),
    "ris": Format("RIS", "ris", "application/x-research-info-systems", as_ris),
    "markdown": Format("Markdown", "md", "text/markdown", as_markdown),
    "csv": Format("CSV", "csv", "text/csv", as_csv),
}


def _bibtex_entry(paper: Paper) -> str:
    names = [_split(name) for name in paper.authors]
    fields = {
        "title": f"{{{_latex(paper.title)}}}",  # doubled braces: styles leave its capitals alone
        "author": " and ".join(_bibtex_name(*name) for name in names if name[0]),
        "year": str(paper.published.year) if paper.published else "",
        "eprint": _latex(paper.id),
        "archivePrefix": "arXiv",
        "primaryClass": _latex(paper.categories[0]) if paper.categories else "",
        "url": safe_url(paper.url) or "",
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{_key(paper, names)},\n{''.join(lines)}}}\n"


def _key(paper: Paper, names: Sequence[tuple[str, str]]) -> str:
    """Return a key like `vaswani2017-1706.03762`: the first surname as far as ASCII has it, the year, the id."""
    plain = unicodedata.normalize("NFKD", names[0][0] if names else "").encode("ascii", "ignore").decode().lower()
    year = paper.published.year if paper.published else ""
    return f"{re.sub('[^a-z]', '', plain)}{year}-{_NOT_IN_KEYS.sub('-', paper.id)}".lstrip("-")


def _bibtex_name(family: str, given: str) -> str:
    parts = [_latex(part) for part in (family, given) if part]
    whole = len(parts) == 1  # a group, or one name only: not to be parsed
    return ", ".join(f"{{{part}}}" if whole or _BIBTEX_WORD.search(part) else part for part in parts)


def _latex(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in clean(text).strip())


def _split(name: str) -> tuple[str, str]:
    """Split a name into the family name, with its particles (`van den Berg`), and the given names; a group has none.

    As BibTeX does: the family name begins at the first word in lower case, else it is the last word.
    """
    name = clean(name).strip()
    family, given = (part.strip() for part in name.partition(",")[::2])
    if family and given:
        return family, given
    words = name.split()
    if not words or _GROUP.search(name):
        return name, ""
    start = next((n for n, word in enumerate(words) if word[0].islower()), len(words) - 1)
    return " ".join(words[start:]), " ".join(words[:start])


def _ris_fields(paper: Paper, saved: dt.datetime) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    fields = [
        ("TI", paper.title),
        *(("AU", ", ".join(filter(None, _split(name)))) for name in paper.authors),
        ("PY", f"{paper.published:%Y}" if paper.published else ""),
        ("DA", f"{paper.published:%Y/%m/%d/}" if paper.published else ""),
        ("AB", paper.abstract),
        *(("KW", word) for word in (*paper.categories, *paper.keywords)),
        ("AN", f"arXiv:{paper.id}"),
        ("UR", paper.url),
        ("Y2", f"{saved:%Y/%m/%d/}"),
    ]
    yield from ((tag, text) for tag, value in fields if (text := clean(value).strip()))
    yield "ER", ""


def _markdown_item(paper: Paper, saved: dt.datetime, done: dt.datetime | None) -> tuple[Link | Run, ...]:
    more = ["…"] if len(paper.authors) > _AUTHORS_SHOWN else []
    days = f"{saved:%Y-%m-%d}{f' ✓ {done:%Y-%m-%d}' if done else ''}"
    facts = [", ".join([*paper.authors[:_AUTHORS_SHOWN], *more]), f"arXiv:{paper.id}", days]
    return Link(paper.title, paper.url), Run(f" · {' · '.join(filter(None, facts))}")


def _row(paper: Paper, saved: dt.datetime, done: dt.datetime | None) -> tuple[str, ...]:
    published, kept, read = (f"{moment:%Y-%m-%d}" if moment else "" for moment in (paper.published, saved, done))
    authors, categories = "; ".join(paper.authors), " ".join(paper.categories)
    return paper.id, paper.title, authors, published, categories, paper.url, paper.code_url or "", kept, read


def _cell(value: str) -> str:
    text = clean(value).strip()
    return f"'{text}" if text.startswith(_FORMULA) else text
