"""Counting who links to papers: what the sources `x` and `google` have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from brief.models import Harvest, Mention, Note, SourceReport, Status, find_arxiv_ids


def disabled(source: str, variable: str) -> Harvest:
    """Return what a source without its key brings: nothing, and the name of the missing variable."""
    note = Note(code="no_key", params={"variable": variable})
    return Harvest(report=SourceReport(source=source, status=Status.DISABLED, notes=(note,)))


def mentions_of(source: str, pages: Iterable[str]) -> tuple[Mention, ...]:
    """Return for each paper how many of the pages link to it, most mentioned first; a page is its links or text."""
    counted = Counter(paper for page in pages for paper, _ in find_arxiv_ids(page))
    return tuple(Mention(paper=paper, source=source, count=count) for paper, count in counted.most_common())
