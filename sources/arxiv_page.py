"""One paper from the citation tags of its abstract page, for when the API does not give it.

The tags are Highwire Press ones (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing). They carry no
categories, comment or version.
"""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from typing import Final

from brief.errors import SourceError, Trouble
from brief.models import Paper, split_arxiv_id
from sources._arxiv import names, paper_from
from sources._http import Fetcher, Reply
from sources._parse import clean, when

_ORIGIN: Final = "arxiv_page"
_HEAD: Final = 200_000  # characters; the tags stand in the page's head, in the first 20,000


async def one(pages: Fetcher, paper_id: str) -> Paper | None:
    """Return the paper with this id, None when arXiv has no such paper. Raises SourceError."""
    try:
        return read_page(await pages.get(f"/abs/{paper_id}"))
    except SourceError as error:
        if error.trouble == Trouble.NOT_FOUND:
            return None
        raise


def read_page(reply: Reply) -> Paper:
    """Return the paper of an abstract page. Raises SourceError BAD_ANSWER when it names no id or title."""
    tags = _Tags()
    try:
        tags.feed(reply.body[:_HEAD].decode(errors="replace"))
    except AssertionError:  # html.parser's word for a declaration it cannot read
        raise reply.error(Trouble.BAD_ANSWER) from None
    first = {name: values[0] for name, values in tags.found.items()}
    paper = paper_from(
        _ORIGIN,
        split_arxiv_id(first.get("arxiv_id", "")),
        clean(first.get("title"), 500),
        abstract=clean(first.get("abstract"), 10_000),
        authors=names(_given_first(author) for author in tags.found["author"]),
        published=when(first.get("date", "").replace("/", "-")),
        updated=when(first.get("online_date", "").replace("/", "-")),
    )
    if paper is None:
        raise reply.error(Trouble.BAD_ANSWER)
    return paper


def _given_first(author: str) -> str:
    """Turn the tags' `Curie, Marie` into `Marie Curie`."""
    family, _, given = author.partition(",")
    return f"{given} {family}"


class _Tags(HTMLParser):
    """Collects the contents of citation_* meta tags by the rest of their name."""

    def __init__(self) -> None:
        super().__init__()
        self.found: defaultdict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name") or ""
        if tag == "meta" and name.startswith("citation_"):
            self.found[name.removeprefix("citation_")].append(values.get("content") or "")
