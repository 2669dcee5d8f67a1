"""Document -> what Slack accepts (https://docs.slack.dev/block-kit/): blocks, a plain text beside them, exact calls.

Text goes into `rich_text` and `plain_text`, which are shown as they are: nothing in them can mention, link or format.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, groupby
from typing import Any

from formatting.document import Buttons, Document, Heading, Image, Importance, Paragraph, Run, plain, without_pictures
from formatting.fit import Piece, fit, length, shorten, split, units
from formatting.slack_buttons import elements, label_of, plain_text
from formatting.slack_layout import SLASH_COMMANDS, Kind, Row, compact, rows, spoken
from formatting.text import clean, unmentioned

__all__ = ["SLASH_COMMANDS", "Message", "calls", "messages", "parameters", "render", "summary", "text", "view_blocks"]

BLOCKS, VIEW_BLOCKS = 50, 100  # https://docs.slack.dev/reference/block-kit/blocks
# All texts of a message's blocks together; not documented: https://github.com/slackapi/bolt-js/issues/2867
BLOCKS_TEXT = 9500
TEXT = 4000  # https://docs.slack.dev/reference/methods/chat.postMessage#truncating
_TITLE = 150
_ALT = 2000  # https://docs.slack.dev/reference/block-kit/blocks/image-block
# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `text` is for notifications and screen readers and escaped; nobody may change the blocks."""

    text: str
    blocks: tuple[Json, ...]


@lru_cache(maxsize=64)  # a morning's push and its cards go to many chats
def render(document: Document, *, date: dt.date) -> Message:
    """Return the document as one message of at most 50 blocks and 9,500 characters.

    The least important text is shortened first; items, links and buttons stay. `date` is the edition's, for buttons.
    """
    return Message(text(document), tuple(_fitted(document, date, BLOCKS)))


def messages(document: Document, *, date: dt.date) -> list[Message]:
    """Return the document as it is sent: a screen, which has buttons, as one message; one to be read through split.

    It is divided between blocks or list items; only an item too long for a message is shortened.
    """
    if any(isinstance(block, Buttons) for block in document.blocks):
        return [render(document, date=date)]
    first, *others = split(rows(document), _fits)
    made = [Message(_text(first, summary(document)), tuple(_blocks(first, document, date, BLOCKS)))]
    return [*made, *(Message(_text(part), tuple(_blocks(part, document, date, BLOCKS))) for part in others)]


def view_blocks(document: Document, *, date: dt.date) -> list[Json]:
    """Return the document as at most 100 blocks for a Home tab or a modal, or under a link; pictures are left out.

    Slack refuses a whole view when it cannot fetch one, and a modal can then not be opened again.
    """
    return _fitted(without_pictures(document), date, VIEW_BLOCKS)


def bare(message: Message) -> Message:
    """Return the message as it is shown where Slack cannot fetch its pictures."""
    return replace(message, blocks=tuple(block for block in message.blocks if block["type"] != "image"))


def calls(document: Document, *, channel: str = "@you", date: dt.date) -> list[Json]:
    """Return the Web API calls that send the document, as {"method", "parameters"}."""
    sent = messages(document, date=date)
    return [{"method": "chat.postMessage", "parameters": {"channel": channel, **parameters(m)}} for m in sent]


def parameters(message: Message) -> Json:
    """Return what chat.postMessage takes for this message, the place aside; other methods need text and blocks only."""
    return {"text": message.text, "blocks": list(message.blocks), "unfurl_links": False, "unfurl_media": False}


def text(document: Document) -> str:
    """Return the document in plain words, escaped, at most 4,000 characters; the first line is its summary."""
    return _text(rows(document), summary(document))


def summary(document: Document) -> str:
    """Return the summary in plain words, its commands as they are typed here; not escaped."""
    said = document.summary or document.title
    same = (b.spans for b in document.blocks if isinstance(b, Heading | Paragraph) and plain(b.spans) == said)
    return spoken(next(same, (Run(said),)))


def _text(found: Sequence[Row], first: str = "") -> str:
    lines = [replace(row, gap="\n") for row in found if row.pieces and _said(row) != first]
    said = [first, *map(_said, fit(lines, max(0, TEXT - len(first))))]
    return _escaped("\n".join(filter(None, said))) or "…"


def _said(row: Row) -> str:
    return row.marker + "".join(piece.text for piece in row.pieces)


def _escaped(said: str) -> str:
    """Return the text without markup and mentions, no entity cut in two."""
    escaped = unmentioned(said).translate(_ESCAPES)
    return re.sub("&[a-z]*(?= ?…\u201d?$)", "", shorten(escaped, TEXT)) if units(escaped) > TEXT else escaped


def _fits(found: Sequence[Row]) -> bool:
    return length(found) <= _room(found) and sum(1 for _ in _groups(found)) <= BLOCKS


def _room(found: Sequence[Row]) -> int:
    """Return how much text may stand beside the buttons."""
    return BLOCKS_TEXT - sum(units(label_of(key)) for row in found for key in row.keys)


def _fitted(document: Document, date: dt.date, limit: int) -> list[Json]:
    found = rows(document)
    if sum(1 for _ in _groups(found)) > limit:
        found = compact(found)
    return _blocks(found, document, date, limit)


def _blocks(found: Sequence[Row], document: Document, date: dt.date, limit: int) -> list[Json]:
    """Return the rows, made to fit, as blocks; a message without any says its title."""
    numbers = count(1)
    groups = _groups(fit(found, _room(found)))
    blocks = [block for group in groups if (block := _block(group, date, numbers))][:limit]
    return blocks or [_rich([_element("rich_text_section", [_headline(document)])])]


def _headline(document: Document) -> Row:
    return Row((Piece(shorten(clean(document.title).strip(), _TITLE) or "…"),), Importance.ESSENTIAL, "")


def _groups(found: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows that share a block: text that belongs together."""
    group: list[Row] = []
    for row in found:
        if group and not (row.gap and row.kind.rich and group[-1].kind.rich):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _block(group: Sequence[Row], date: dt.date, numbers: Iterator[int]) -> Json | None:
    """Return the block of these rows, None where nothing is left to show."""
    first = group[0]
    match first.kind:
        case Kind.HEADER:
            return {"type": "header", "text": plain_text(_said(first))}
        case Kind.MUTED:
            return {"type": "context", "elements": [plain_text(_said(first))]}
        case Kind.DIVIDER:
            return {"type": "divider"}
        case Kind.IMAGE:
            return _picture(first.image) if first.image else None
        case Kind.ACTIONS:
            pressed = elements(first.keys, first.buttons, date, numbers)
            return {"type": "actions", "elements": pressed} if pressed else None
    parts = [_element(shape, list(shown)) for shape, shown in groupby(group, _shape)]
    seen = [part for part in parts if part["elements"]]
    return _rich(seen) if seen else None


def _picture(image: Image) -> Json:
    alt = shorten(clean(image.alt).strip(), _ALT) or "…"
    return {"type": "image", "image_url": image.url, "alt_text": alt}


def _shape(row: Row) -> str:
    if row.kind is Kind.BULLET:
        return "rich_text_list"
    return "rich_text_quote" if row.quote else "rich_text_section"


def _rich(parts: list[Json]) -> Json:
    return {"type": "rich_text", "elements": parts}


def _element(shape: str, found: Sequence[Row]) -> Json:
    """Return rows as one rich text element."""
    if shape != "rich_text_list":
        return {"type": shape, "elements": _lines(found)}
    items: list[list[Row]] = []
    for row in found:
        if row.marker:
            items.append([])
        items[-1].append(replace(row, marker=""))
    sections = [{"type": "rich_text_section", "elements": shown} for item in items if (shown := _lines(item))]
    return {"type": shape, "style": "bullet", "elements": sections}


def _lines(found: Sequence[Row]) -> list[Json]:
    """Return rows as the texts and links of a section; what was between them stays."""
    pieces = [p for n, row in enumerate(found) for p in (Piece(row.gap if n else ""), Piece(row.marker), *row.pieces)]
    return [_piece(piece) for piece in pieces if piece.text]


def _piece(piece: Piece) -> Json:
    said = {"type": "link", "url": piece.url, "text": piece.text} if piece.url else {"type": "text", "text": piece.text}
    return {**said, "style": {piece.tag: True}} if piece.tag else said
