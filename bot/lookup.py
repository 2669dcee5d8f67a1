"""A single paper that is not stored, asked for at every site that knows papers by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from brief.collect import Source, merge_papers
from brief.models import Paper


@runtime_checkable
class Library(Protocol):
    """A source that can be asked for a single paper."""

    async def paper(self, paper_id: str) -> Paper | None:
        """Return the paper with this id, None when the site has none. Raises SourceError."""
        ...


async def look_up(sources: Sequence[Source], paper_id: str) -> Paper | None:
    """Return what the sites say of a paper together, None when nobody knows it.

    Raises SourceError when no site has it and one failed.
    """
    libraries = [source for source in sources if isinstance(source, Library)]
    answers = await asyncio.gather(*(site.paper(paper_id) for site in libraries), return_exceptions=True)
    if found := [answer for answer in answers if isinstance(answer, Paper)]:
        [paper] = merge_papers(found)
        return paper
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return None
