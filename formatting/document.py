"""What a message says, decided once: neutral frozen blocks that every renderer turns into its own form.

Nothing here is escaped or cleaned: texts are as they came, and each renderer makes them safe for its surface.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from brief.models import Language


class Style(StrEnum):
    """How a run of text is meant; `QUOTE` is a source's own words, `MUTED` what a hurried reader skips."""

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    QUOTE = "quote"
    MUTED = "muted"


class Importance(IntEnum):
    """Which text a surface with a length limit shortens first: the lowest."""

    DETAIL = 0
    NORMAL = 1
    ESSENTIAL = 2


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a page. Renderers follow http and https only and show the bare text otherwise."""

    text: str
    url: str


Span = Run | Link
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title, 2 a section, 3 an item."""

    level: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of thought, wrapped as the surface likes; `typed` is said instead where nothing can be pressed."""

    spans: Spans
    importance: Importance = Importance.NORMAL
    typed: Spans | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A longer passage in a source's own words, set apart."""

    spans: Spans
    importance: Importance = Importance.DETAIL


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: `action` names what happens and `value` to what, as in `card` and `2604.26904`."""

    label: str
    action: str
    value: str = ""

    @property
    def command(self) -> str:
        """The same thing typed, for surfaces without buttons."""
        name = "paper" if self.action == "card" else self.action
        return f"/{name} {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class UrlButton:
    """A button that opens a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is a first line and what belongs under it. Items are numbered from 1 when asked.

    `keys` is what can be done with each item, the most wanted first, for surfaces with buttons beside an item; the
    others ignore it.
    """

    items: tuple[tuple[Paragraph, ...], ...]
    numbered: bool = False
    keys: tuple[tuple[Button | UrlButton, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Buttons:
    """Rows of buttons, at most eight in a row (Telegram's limit)."""

    rows: tuple[tuple[Button | UrlButton, ...], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture at an https address that the chat itself fetches; surfaces without pictures show nothing."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A pause between parts."""


Block = Heading | Paragraph | Quote | Bullets | Buttons | Image | Divider


@dataclass(frozen=True, slots=True)
class Document:
    """A whole message. `summary` is one plain line for notifications and screen readers."""

    title: str
    language: Language
    blocks: tuple[Block, ...]
    summary: str = ""


def without_pictures(document: Document) -> Document:
    """Return the same document in words alone."""
    return replace(document, blocks=tuple(block for block in document.blocks if not isinstance(block, Image)))


def introduces(block: Block) -> bool:
    """Whether a block stays with what follows it: a heading, or a label, a paragraph that stands out as a whole."""
    if isinstance(block, Paragraph):
        return all(isinstance(span, Run) and span.style is Style.STRONG for span in block.spans)
    return isinstance(block, Heading)


def to_be_typed(document: Document) -> Document:
    """Return the same document for a surface of text: without pictures, and without a word about buttons."""
    typed = (
        replace(block, spans=block.typed) if isinstance(block, Paragraph) and block.typed else block
        for block in without_pictures(document).blocks
    )
    return replace(document, blocks=tuple(typed))


def plain(spans: Iterable[Span]) -> str:
    """Return the text of spans without styles and links."""
    return "".join(span.text for span in spans)


def separated(spans: Sequence[Link]) -> Spans:
    """Return links with a dot between them."""
    return tuple(span for link in spans for span in (Run(" · "), link))[1:]
