"""Document -> text for a terminal or a pipe, laid out by Rich.

Everything is put together from `Text` objects, never from markup strings, after `clean` took the control
characters out: no title can colour, move or hide anything.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.style import Style as Look
from rich.text import Text

from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Document,
    Heading,
    Link,
    Paragraph,
    Quote,
    Span,
    Spans,
    Style,
    to_be_typed,
)
from formatting.text import clean, link
from formatting.wrap import breaks

_NARROWEST, _WIDEST = 20, 100  # columns; longer lines are hard to read
_HEADINGS = {1: "bold cyan", 2: "bold", 3: "bold"}
_LOOKS = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.EMPHASIS: "italic",
    Style.CODE: "cyan",
    Style.QUOTE: "italic",
    Style.MUTED: "dim",
}
_INDENT, _NOTHING = Text("   "), Text()


def render(document: Document, width: int, *, color: bool) -> str:
    """Return the document in lines of at most `width` columns (100 where there is more), ending in a newline.

    With `color` links are clickable (OSC 8); without it there is no escape sequence at all and every address is
    written out. An address is never broken, even where it is longer than `width`.
    """
    width = max(_NARROWEST, min(width, _WIDEST))
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},  # NO_COLOR and COLUMNS are the caller's to decide on
    )
    for line in _Layout(width, color).lines(to_be_typed(document).blocks):
        console.print(line, soft_wrap=True, highlight=False)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Layout:
    """Blocks in lines of `width` columns; `color` decides how links are shown."""

    width: int
    color: bool

    def lines(self, blocks: Iterable[Block]) -> Iterator[Text]:
        """Yield the lines of all blocks: a section stands apart, its first block close to its heading."""
        gap = 0
        for block in blocks:
            lines = list(self._block(block))
            if not lines:
                continue
            section = isinstance(block, Heading) and block.level == 2
            yield from [Text()] * (2 if gap and section else gap)
            yield from lines
            gap = 0 if isinstance(block, Heading) and block.level > 1 else 1

    def _block(self, block: Block) -> Iterator[Text]:
        match block:
            case Heading(level, spans):
                return self._heading(level, self._text(spans))
            case Paragraph(spans):
                return self._wrapped(self._text(spans))
            case Quote(spans):
                bar = Text("│ ", "dim")
                return self._wrapped(self._text(spans), bar, bar)
            case Bullets():
                return self._bullets(block)
            case Buttons():
                return self._wrapped(Text(_commands(block), "dim"))
            case _:
                return iter([Text("─" * self.width, "dim")])

    def _heading(self, level: int, text: Text) -> Iterator[Text]:
        text.stylize(_HEADINGS.get(level, "bold"))
        lines = list(self._wrapped(text))
        yield from lines
        if level < 3 and lines:
            yield Text(("━" if level == 1 else "─") * min(self.width, max(line.cell_len for line in lines)), "dim")

    def _bullets(self, block: Bullets) -> Iterator[Text]:
        """Yield the items, apart from each other when they have several lines."""
        apart = any(len(lines) > 1 for lines in block.items)
        for number, lines in enumerate(block.items, 1):
            if apart and number > 1:
                yield Text()
            marker = Text(f"{number:2} ", "bold cyan") if block.numbered else Text(" · ", "dim")
            for line in lines:
                yield from self._wrapped(self._text(line.spans), marker, _INDENT)
                marker = _INDENT

    def _wrapped(self, text: Text, first: Text = _NOTHING, rest: Text = _NOTHING) -> Iterator[Text]:
        """Yield the text in lines, the first behind `first` and the others behind `rest`; blank text is no line."""
        if not text.plain.strip():
            return
        offsets = list(breaks(text.plain, self.width - first.cell_len))
        for number, line in enumerate(text.divide(offsets)):
            line.rstrip()
            yield Text().append_text(rest if number else first).append_text(line)

    def _text(self, spans: Spans) -> Text:
        return Text().join(self._span(span) for span in spans)

    def _span(self, span: Span) -> Text:
        if not isinstance(span, Link):
            return Text(clean(span.text), _LOOKS[span.style])
        label, url = link(span.text, span.url)
        if self.color and url:
            return Text(label, Look(color="blue", bold=label != url, link=url))
        return Text(label if url in (None, label) else f"{label} <{url}>")


def _commands(block: Buttons) -> str:
    """Return what could be typed instead of pressed: all of a choice, else one command of each kind.

    A button that is alone keeps its label: `/like 2604.26904` alone would not say that it undoes. Pages are linked
    elsewhere.
    """
    buttons = [button for row in block.rows for button in row if isinstance(button, Button)]
    if len(buttons) == 1:
        return clean(f"{buttons[0].label}: {buttons[0].command}")
    choice = len({button.action for button in buttons}) == 1 and buttons[0].action != "card"
    first = {button.command if choice else button.action: button.command for button in reversed(buttons)}
    return clean(" · ".join(reversed(first.values())))
