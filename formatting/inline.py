"""A paper as somebody drops it into a conversation: inline mode's answer."""

from __future__ import annotations

from brief.models import Language, Paper
from formatting import paper as shown
from formatting.document import Block, Document, Importance, Link, Paragraph, Quote, Run, Style
from formatting.locales import load
from formatting.text import shorten

_ABSTRACT_COLUMNS = 600
_SUMMARY_COLUMNS = 120


def mention(paper: Paper, language: Language) -> Document:
    """Return the linked title, who wrote it, and how its abstract begins; the summary is for a list of choices."""
    name, authors = shown.title(paper), shown.authors(load(language), paper)
    blocks: list[Block] = [
        Paragraph((Link(name, paper.url),), Importance.ESSENTIAL),
        *([Paragraph((Run(authors, Style.MUTED),))] if authors else []),
        *([Quote((Run(shorten(paper.abstract, _ABSTRACT_COLUMNS)),))] if paper.abstract else []),
    ]
    summary = shorten(" · ".join(filter(None, (paper.id, authors))), _SUMMARY_COLUMNS)
    return Document(name, language, tuple(blocks), summary)
