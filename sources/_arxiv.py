"""What the arXiv API, its RSS feed and its pages have in common: one operator, one pace, one kind of paper."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax import SAXException

from brief.errors import Trouble
from brief.models import Paper
from sources._http import Reply, Site
from sources._parse import clean
from sources._xml import is_fit

if TYPE_CHECKING:
    import feedparser

PACE: Final = "arxiv"
GAP: Final = 3.0  # seconds between requests, one at a time: https://info.arxiv.org/help/api/tou.html names API and RSS
ROWS: Final = 2000  # the most that the API gives in one answer, and the feed in all
_MOST: Final = 12 * 2**20  # bytes; a full answer of 2,000 entries has some 6 MB


_SMALL: Final = 100_000  # bytes that the tolerant parser is through in a moment, whatever they are


@dataclass(frozen=True)
class Rows:
    """The papers of one answer: `read` of its rows were looked at, `skipped` of them could not be used.

    `total` is how many the site has; `day` is the newest listing day among them where the site tells it.
    """

    papers: tuple[Paper, ...]
    read: int
    skipped: int
    total: int
    day: dt.date | None = None


def site(what: str, url: str, seconds: float, *, tries: int = 3) -> Site:
    """Return a site of arXiv's, within the pace all of them share."""
    return Site(what, url, gap=GAP, pace=PACE, timeout=seconds, tries=tries, max_bytes=_MOST)


def open_feed(reply: Reply) -> feedparser.FeedParserDict:
    """Return the parsed Atom or RSS feed. Raises SourceError BAD_ANSWER when it is none, or broken off.

    A small feed with a stray character is read as far as it goes: one bad abstract must not cost a lookup.
    """
    import feedparser  # noqa: PLC0415 - a fifth of a second that only a feed is worth

    if len(reply.body) > _SMALL and not is_fit(reply.body):
        raise reply.error(Trouble.BAD_ANSWER)
    try:
        feed = feedparser.parse(io.BytesIO(reply.body), sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # noqa: BLE001 - its tolerant parser stumbles over garbage in ways it does not name
        raise reply.error(Trouble.BAD_ANSWER) from None
    complete = reply.body.rstrip().endswith((b"</feed>", b"</rss>"))
    malformed = isinstance(feed.get("bozo_exception"), SAXException)
    if not feed.get("version") or (malformed and not (complete and feed.entries)):
        raise reply.error(Trouble.BAD_ANSWER)
    return feed


def rows_of(
    reply: Reply,
    entries: Sequence[Any],
    read: Callable[[Any], Paper | None],
    total: int = 0,
    day: dt.date | None = None,
) -> Rows:
    """Return the usable papers of the first 2,000 entries, each once; more is never asked for.

    Raises SourceError BAD_ANSWER when there were rows and none is usable.
    """
    papers = [read(entry) for entry in entries[:ROWS]]
    usable = {paper.id: paper for paper in papers if paper}
    if papers and not usable:
        raise reply.error(Trouble.BAD_ANSWER)
    return Rows(tuple(usable.values()), len(papers), papers.count(None), max(total, len(entries)), day)


def paper_from(origin: str, split: tuple[str, int | None] | None, title: str, **fields: Any) -> Paper | None:
    """Return a paper whose filled fields name their origin; None without an id or a title.

    arXiv shows "0" where a title is missing.
    """
    if split is None or title in ("", "0"):
        return None
    known = {"version": split[1], "title": title, **fields}
    filled = {name: value for name, value in known.items() if value not in (None, "", ())}
    return Paper(id=split[0], sources=("arxiv",), origins=dict.fromkeys(filled, origin), **filled)


def names(people: Iterable[object]) -> tuple[str, ...]:
    """Return the first 500 names; collaborations list thousands."""
    found = (clean(person, 120) for person in people)
    return tuple(dict.fromkeys(name for name in found if name))[:500]


def category_codes(terms: Iterable[object], primary: object = None) -> tuple[str, ...]:
    """Return category codes, the primary one first."""
    found = (clean(term, 40) for term in (primary, *terms))
    return tuple(dict.fromkeys(term for term in found if term))[:30]
