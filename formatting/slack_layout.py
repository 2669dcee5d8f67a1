"""Document -> rows of a Slack message, cleaned and styled but neither shortened nor put into blocks yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Document,
    Heading,
    Image,
    Importance,
    Link,
    Paragraph,
    Quote,
    Run,
    Span,
    Spans,
    Style,
    UrlButton,
    introduces,
)
from formatting.fit import Line, Piece, stripped, units
from formatting.text import chat_link, clean

SLASH_COMMANDS = ("paper", "ideas", "repos", "later", "brief")  # everything else is typed `/paperboy VERB …`
_HEADER = 150  # https://docs.slack.dev/reference/block-kit/blocks/header-block
_PLAIN_TEXT = 3000  # https://docs.slack.dev/reference/block-kit/composition-objects/text-object
_BESIDE_ITEM, _IN_ROW = 2, 5  # buttons that are seen; the others are in the menu behind them
_IN_MENUS = 25  # what five menus hold; longer rows go on in another row
# A quotation stands in quotation marks already; what is muted within a line needs no mark of its own.
_TAGS = {Style.STRONG: "bold", Style.EMPHASIS: "italic", Style.CODE: "code"}
_COMMAND = re.compile(r"/([a-z_]+)(?=\s|$)")

Key = Button | UrlButton


class Kind(Enum):
    """What a row becomes."""

    HEADER = auto()
    TEXT = auto()
    BULLET = auto()
    MUTED = auto()
    ACTIONS = auto()
    DIVIDER = auto()
    IMAGE = auto()

    @property
    def rich(self) -> bool:
        """Whether it may share a block with others like it."""
        return self in (Kind.TEXT, Kind.BULLET)


@dataclass(frozen=True, slots=True)
class Row(Line):
    """A line of text, or what stands between lines; without a `gap` it begins a block.

    Of the `keys` of an ACTIONS row the first `buttons` are seen; `image` is what an IMAGE row shows.
    """

    kind: Kind = Kind.TEXT
    keys: tuple[Key, ...] = ()
    buttons: int = 0
    image: Image | None = None


def rows(document: Document) -> list[Row]:
    """Return the rows of all blocks; a heading, or a label, stays with what follows it.

    A button that is offered beside an item is not offered again below.
    """
    offered = frozenset(_offered(document))
    found: list[Row] = []
    introduced = False
    for block in document.blocks:
        shown = list(_block(block, offered))
        if shown:
            found += [replace(shown[0], gap="\n" if introduced else "", border=not introduced), *shown[1:]]
            introduced = introduces(block)
    return found


def compact(found: Sequence[Row]) -> list[Row]:
    """Return the same rows in fewer blocks: asides among the text, all text between two rows of buttons together."""
    denser: list[Row] = []
    for row in found:
        kind = Kind.TEXT if row.kind is Kind.MUTED else row.kind
        gap = row.gap
        if kind.rich and denser and denser[-1].kind.rich:
            gap = "\n" if row.kind is Kind.MUTED else gap or "\n\n"
        denser.append(replace(row, kind=kind, gap=gap))
    return denser


def spoken(spans: Spans) -> str:
    """Return the text of spans as it is shown here, without styles and links."""
    return "".join(piece.text for piece in stripped(map(_piece, spans)))


def _offered(document: Document) -> Iterator[tuple[str, str]]:
    for block in document.blocks:
        for keys in block.keys if isinstance(block, Bullets) else ():
            yield from ((key.action, key.value) for key in keys if isinstance(key, Button))


def _block(block: Block, offered: frozenset[tuple[str, str]]) -> Iterator[Row]:
    match block:
        case Heading(level, spans):
            yield from (_heading(row, level) for row in _row(spans, Importance.ESSENTIAL))
        case Paragraph():
            yield from _paragraph(block)
        case Quote(spans, importance):
            yield from (replace(row, quote=True) for row in _row(spans, importance))
        case Bullets():
            yield from _bullets(block)
        case Buttons():
            for keys in block.rows:
                left = (key for key in keys if isinstance(key, UrlButton) or (key.action, key.value) not in offered)
                yield from _actions(tuple(left), _IN_ROW)
        case Image():
            yield Row((), Importance.DETAIL, "", kind=Kind.IMAGE, image=block)
        case Divider():
            yield Row((), Importance.DETAIL, "", kind=Kind.DIVIDER)


def _heading(row: Row, level: int) -> Row:
    """Return a header where Slack has room for it: a short one that leads nowhere."""
    short = sum(units(piece.text) for piece in row.pieces) <= _HEADER
    if level < 3 and short and not any(piece.url for piece in row.pieces):
        return replace(row, kind=Kind.HEADER)
    return _bold(row)


def _bold(row: Row) -> Row:
    return replace(row, pieces=tuple(replace(piece, tag="bold") for piece in row.pieces))


def _paragraph(block: Paragraph) -> Iterator[Row]:
    aside = all(isinstance(span, Run) and span.style is Style.MUTED for span in block.spans)
    for row in _row(block.spans, block.importance):
        short = sum(units(piece.text) for piece in row.pieces) <= _PLAIN_TEXT
        yield replace(row, kind=Kind.MUTED) if aside and short else row


def _bullets(block: Bullets) -> Iterator[Row]:
    """Yield the items: those with keys in blocks of their own, others in a list."""
    several = any(len(item) > 1 for item in block.items)
    for number, item in enumerate(block.items, 1):
        keys = block.keys[number - 1] if number <= len(block.keys) else ()
        shown = [row for paragraph in item for row in _paragraph(paragraph)]
        if block.numbered:
            yield from _item(shown, f"{number}. ", "" if several or keys else "\n")
        elif keys:
            yield from _item(shown, "", "")
        else:
            yield from _point(shown)
        yield from _actions(keys, _BESIDE_ITEM)


def _item(shown: Sequence[Row], marker: str, gap: str) -> Iterator[Row]:
    """Yield an item whose title, where it is nothing but a link, stands out; nothing where nothing is to be seen."""
    if not (shown or marker):
        return
    first = shown[0] if shown else Row((), Importance.ESSENTIAL, "\n")
    title = len(first.pieces) == 1 and first.pieces[0].url
    yield replace(_bold(first) if title else first, kind=Kind.TEXT, marker=marker, gap=gap, border=True)
    yield from shown[1:]


def _point(shown: Sequence[Row]) -> Iterator[Row]:
    for n, row in enumerate(shown):
        yield replace(row, kind=Kind.BULLET, marker="" if n else "• ", border=not n)


def _actions(keys: tuple[Key, ...], buttons: int) -> Iterator[Row]:
    for n in range(0, len(keys), buttons + _IN_MENUS):
        part = keys[n : n + buttons + _IN_MENUS]
        yield Row((), Importance.ESSENTIAL, "", kind=Kind.ACTIONS, keys=part, buttons=buttons)


def _row(spans: Spans, importance: Importance) -> Iterator[Row]:
    """Yield the row of these spans, nothing when they show nothing."""
    if pieces := stripped(map(_piece, spans)):
        yield Row(pieces, importance, "\n")


def _piece(span: Span) -> Piece:
    if isinstance(span, Link):
        shown, url = chat_link(span.text, span.url)
        return Piece(shown, url=url)
    text = clean(span.text)
    if span.style is Style.CODE:
        text = _typed(text)
    return Piece(text, _TAGS.get(span.style, "") if text.strip() else "")


def _typed(text: str) -> str:
    """Return a command as it is typed in Slack."""
    command = _COMMAND.match(text)
    return f"/paperboy {text[1:]}" if command and command[1] not in (*SLASH_COMMANDS, "paperboy") else text
