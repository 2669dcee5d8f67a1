"""Document -> lines of a Telegram message, cleaned and styled but neither shortened nor escaped yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from formatting.document import (
    Block,
    Bullets,
    Divider,
    Heading,
    Importance,
    Link,
    Paragraph,
    Quote,
    Run,
    Span,
    Spans,
    Style,
    introduces,
)
from formatting.fit import Line, Piece, stripped
from formatting.text import chat_link, clean, unmentioned

# A quotation stands in quotation marks already; what a hurried reader skips is set in italics.
_TAGS = {Style.STRONG: "b", Style.EMPHASIS: "i", Style.MUTED: "i", Style.CODE: "code"}
# Telegram makes a bare command pressable, one in `code` only copyable: https://core.telegram.org/bots/features#commands
_COMMAND = re.compile(r"/[a-z0-9_]{1,32}")
_SECTION = "■ "  # all headings are bold; sections must stand out from items


def lines(blocks: Iterable[Block]) -> list[Line]:
    """Return the lines of all blocks; a heading, or a label, stays with what follows it. Buttons are no text."""
    found: list[Line] = []
    gap, alone = "", True
    for block in blocks:
        shown = list(_block(block))
        if not shown:
            continue
        found += [replace(shown[0], gap=gap, border=alone), *shown[1:]]
        alone = not introduces(block)
        title = isinstance(block, Heading) and block.level == 1
        gap = "\n\n" if alone or title else "\n"
    return found


def _block(block: Block) -> Iterator[Line]:
    match block:
        case Heading(level, spans):
            bold = (Run(span.text, Style.STRONG) if isinstance(span, Run) else span for span in spans)
            marker = _SECTION if level == 2 else ""
            yield from (replace(line, marker=marker) for line in _line(tuple(bold), Importance.ESSENTIAL))
        case Paragraph(spans, importance):
            yield from _line(spans, importance)
        case Quote(spans, importance):
            yield from (replace(line, quote=True) for line in _line(spans, importance))
        case Bullets():
            yield from _bullets(block)
        case Divider():
            yield Line((Piece("—" * 3),), Importance.DETAIL, "\n")


def _bullets(block: Bullets) -> Iterator[Line]:
    """Yield the items, apart from each other when they have several lines."""
    gap = "\n\n" if any(len(item) > 1 for item in block.items) else "\n"
    for number, item in enumerate(block.items, 1):
        shown = [line for paragraph in item for line in _line(paragraph.spans, paragraph.importance)]
        marker = f"{number}. " if block.numbered else "• "
        first = shown[0] if shown else Line((), Importance.ESSENTIAL, gap)
        yield replace(first, gap=gap, marker=marker, border=True)
        yield from shown[1:]


def _line(spans: Spans, importance: Importance) -> Iterator[Line]:
    """Yield the line of these spans, nothing when they show nothing."""
    if pieces := stripped(map(_piece, spans)):
        yield Line(pieces, importance, "\n")


def _piece(span: Span) -> Piece:
    if isinstance(span, Link):
        shown, url = chat_link(span.text, span.url)
        return Piece(unmentioned(shown), url=url)
    text = clean(span.text)
    if span.style is Style.CODE:
        return Piece(text, "" if _COMMAND.fullmatch(text) else "code")
    return Piece(unmentioned(text), _TAGS.get(span.style, "") if text.strip() else "")
