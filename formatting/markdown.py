"""Document -> CommonMark (https://spec.commonmark.org/0.31.2/), with nothing from outside read as markup.

Pictures are left out, and buttons, except those that open a page: a file has nothing to press.
"""

from __future__ import annotations

import re

from formatting.document import (
    Block,
    Bullets,
    Buttons,
    Document,
    Heading,
    Link,
    Paragraph,
    Quote,
    Span,
    Spans,
    Style,
    UrlButton,
    separated,
    to_be_typed,
)
from formatting.text import clean, link

# Everything CommonMark or GitHub's dialect gives a meaning inside a line; `:` only where it makes an address.
_MEANINGFUL = re.compile(r"[\\`*_\[\]<>#|!&~$@]|:(?=//)|(?<=www)\.")  # the last three: what GitHub makes links of
_LINE_START = re.compile(r"([-+=])|(\d{1,9})([.)])")
_MARKS = {Style.STRONG: "**", Style.EMPHASIS: "*"}


def render(document: Document) -> str:
    """Return the document as CommonMark, ending in a newline. Links are http and https only."""
    blocks = filter(None, (_block(block) for block in to_be_typed(document).blocks))
    return "\n\n".join(blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, spans):
            text = _line(spans)
            return f"{'#' * level} {text}" if text else ""
        case Paragraph(spans):
            return _line(spans)
        case Quote(spans):
            text = _line(spans)
            return f"> {text}" if text else ""
        case Bullets():
            return _bullets(block)
        case Buttons(rows):
            pages = [Link(b.label, b.url) for row in rows for b in row if isinstance(b, UrlButton)]
            return _line(separated(pages))
        case _:
            return "---"


def _bullets(block: Bullets) -> str:
    """Return the list; an item's further lines are hard line breaks within it."""
    items = []
    for number, lines in enumerate(block.items, 1):
        marker = f"{number}. " if block.numbered else "- "
        shown = filter(None, (_line(line.spans) for line in lines))
        items.append(marker + f"\\\n{' ' * len(marker)}".join(shown))
    return "\n".join(items)


def _line(spans: Spans) -> str:
    """Return spans as one line that starts no list, heading or rule of its own."""
    text = ""
    for shown in map(_span, spans):
        apart = " " if text[-1:] in ("`", "*") and shown.startswith(text[-1]) else ""  # marks must not run together
        text += apart + shown
    text = text.strip()
    return _LINE_START.sub(_harmless, text, count=1) if _LINE_START.match(text) else text


def _harmless(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"


def _span(span: Span) -> str:
    if isinstance(span, Link):
        return _link(span.text, span.url)
    text = clean(span.text)
    if span.style is Style.CODE:
        return _code(text)
    return _marked(text, _MARKS[span.style]) if span.style in _MARKS else _escaped(text)


def _escaped(text: str) -> str:
    return _MEANINGFUL.sub(lambda match: "\\" + match[0], text)


def _marked(text: str, mark: str) -> str:
    """Return text between marks that touch letters or digits only: elsewhere `**` may stay visible (spec 6.2)."""
    solid = [n for n, char in enumerate(text) if char.isalnum()]
    if not solid:
        return _escaped(text)
    start, end = solid[0], solid[-1] + 1
    return f"{_escaped(text[:start])}{mark}{_escaped(text[start:end])}{mark}{_escaped(text[end:])}"


def _code(text: str) -> str:
    """Return a code span fenced by more backticks than it contains."""
    text = text.strip()
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if text else ""


def _link(text: str, url: str) -> str:
    """Return a link, or the bare text where the address is not safe to follow."""
    shown, safe = link(text, url)
    if safe is None:
        return _escaped(shown)
    return f"<{safe}>" if shown == safe else f"[{_escaped(shown)}]({safe})"
