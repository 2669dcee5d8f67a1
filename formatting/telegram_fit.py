"""Lines of a Telegram message made to fit: the least important text is shortened first, no item or link is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from formatting.document import Importance
from formatting.telegram_layout import Line, Piece

ENTITIES = 100  # https://core.telegram.org/bots/api: more are ignored
# How short the lines of each importance may become, in turn: useful first, then bare.
_STEPS = (
    (Importance.DETAIL, 80),
    (Importance.NORMAL, 160),
    (Importance.ESSENTIAL, 120),
    (Importance.DETAIL, 0),
    (Importance.NORMAL, 0),
    (Importance.ESSENTIAL, 0),
)
_LINK_UNITS = 16  # a link is never shorter, so that it can be read and hit
_SENTENCE_END = re.compile("[.!?](?=\\s+[A-Z\u201c(])|[\u3002\uff01\uff1f]")
_DANGLING = " ,;:(\uff0c\uff1b\uff1a\u3001\uff08"


def units(text: str) -> int:
    """Return the length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def length(lines: Sequence[Line]) -> int:
    """Return the length of the lines after parsing, gaps and markers included."""
    return sum(len(line.gap) + len(line.marker) + _size(line) for line in lines)


def entities(lines: Sequence[Line]) -> int:
    """Return how many entities the lines carry."""
    return sum(line.quote + sum(bool(piece.tag or piece.url) for piece in line.pieces) for line in lines)


def fits(lines: Sequence[Line], limit: int) -> bool:
    """Whether the lines can be sent as they are."""
    return length(lines) <= limit and entities(lines) <= ENTITIES


def fit(lines: Sequence[Line], limit: int) -> list[Line]:
    """Return the lines within `limit` UTF-16 units and 100 entities.

    Text is cut at a sentence's end where one is near, at a word's else. Only where the bare links and list markers
    alone are too many do lines at the end fall away; such a document is meant to be split.
    """
    shown = list(lines)
    for importance, shortest in _STEPS:
        excess = length(shown) - limit
        if excess > 0:
            shown = _shrunk(shown, importance, shortest, excess)
    while length(shown) > limit:
        shown.pop()
    return _plainer(shown)


def shorten(text: str, limit: int) -> str:
    """Return the text in `limit` UTF-16 units: whole sentences if they fill two fifths, an ellipsis, closing quotes."""
    if units(text) <= limit:
        return text
    closing = text[-1] if text[-1] == "\u201d" and limit > _LINK_UNITS else ""
    head = _prefix(text, limit - len(closing) - 2)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, len(head) + 2) if match.end() <= len(head)]
    if ends and ends[-1] > len(head) * 0.4:
        kept = head[: ends[-1]]
        return f"{kept}{' ' if kept[-1].isascii() else ''}…{closing}"
    word = head.rsplit(" ", 1)[0]
    kept = (word if len(word) > len(head) * 0.8 else head).rstrip(_DANGLING)
    return f"{kept}…{closing}" if limit > 0 else ""


def _prefix(text: str, limit: int) -> str:
    """Return the longest beginning of `limit` units that splits no character."""
    return text.encode("utf-16-le")[: 2 * max(0, limit)].decode("utf-16-le", "ignore")


def _size(line: Line) -> int:
    return sum(units(piece.text) for piece in line.pieces)


def _shrunk(lines: Sequence[Line], importance: Importance, shortest: int, excess: int) -> list[Line]:
    """Cut the longest lines of one importance to a common length, `shortest` at least; empty lines fall away."""
    sizes = sorted(_size(line) for line in lines if line.importance is importance)
    cap = max(shortest, _common_cap(sizes, sum(sizes) - excess))
    cut = [_cut(line, cap) if line.importance is importance else line for line in lines]
    return [line for line in cut if line.pieces or line.marker]


def _common_cap(sizes: Sequence[int], budget: int) -> int:
    """Return the largest cap under which ascending `sizes` add up to no more than `budget`."""
    for n, size in enumerate(sizes):
        share = budget // (len(sizes) - n)
        if size > share:
            return share
        budget -= size
    return max(sizes, default=0)


def _cut(line: Line, limit: int) -> Line:
    """Return the line in `limit` units: its beginning, and every link after that in short."""
    return line if _size(line) <= limit else replace(line, pieces=tuple(_beginning(line.pieces, limit)))


def _beginning(pieces: Sequence[Piece], limit: int) -> Iterator[Piece]:
    room, whole = limit, True
    for n, piece in enumerate(pieces):
        size = units(piece.text)
        if not whole and not piece.url:
            continue
        later = sum(min(units(p.text), _LINK_UNITS) + 1 for p in pieces[n + 1 :] if p.url)
        share = max(room - later, min(size, _LINK_UNITS) if piece.url else 0)
        if not whole:
            yield Piece(" ")
        text = shorten(piece.text, share)
        if text:
            yield replace(piece, text=text)
        room -= units(text)
        whole = whole and text == piece.text


def _plainer(lines: list[Line]) -> list[Line]:
    """Take away styles, and links only after all of them, from the least important and last lines first."""
    surplus = entities(lines) - ENTITIES
    for bare in (_unstyled, _unlinked):
        for n in sorted(range(len(lines)), key=lambda n: (lines[n].importance, -n)):
            if surplus <= 0:
                return lines
            plainer = bare(lines[n])
            surplus -= entities([lines[n]]) - entities([plainer])
            lines[n] = plainer
    return lines


def _unstyled(line: Line) -> Line:
    return replace(line, quote=False, pieces=tuple(replace(piece, tag="") for piece in line.pieces))


def _unlinked(line: Line) -> Line:
    return replace(line, pieces=tuple(replace(piece, url="") for piece in line.pieces))
