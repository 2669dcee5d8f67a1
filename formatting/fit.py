"""Lines of a chat message made to fit: the least important text is shortened first, no item or link is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from formatting.document import Importance
from formatting.text import DANGLING

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


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `tag` is the surface's name for its style, or empty; one with a `url` is a link."""

    text: str
    tag: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `gap` stands before it, `marker` ("1. ") is never shortened, a message may begin at a `border`."""

    pieces: tuple[Piece, ...]
    importance: Importance
    gap: str
    marker: str = ""
    quote: bool = False
    border: bool = False


_Line = TypeVar("_Line", bound=Line)  # a surface may know more about its lines


def stripped(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the pieces without blank text at either end; none when they show nothing."""
    kept = [piece for piece in pieces if piece.text]
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return tuple(kept)


def units(text: str) -> int:
    """Return the length in UTF-16 code units: as Telegram counts it, and never less than in characters."""
    return len(text.encode("utf-16-le")) // 2


def length(lines: Sequence[Line]) -> int:
    """Return the length of the lines after parsing, gaps and markers included."""
    return sum(len(line.gap) + len(line.marker) + _size(line) for line in lines)


def fit(lines: Sequence[_Line], limit: int) -> list[_Line]:
    """Return the lines within `limit` UTF-16 units.

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
    return shown


def split(lines: Sequence[_Line], fits: Callable[[Sequence[_Line]], bool]) -> list[list[_Line]]:
    """Return the lines in as few messages as they fit, each beginning at a border; only what has none may not fit."""
    parts: list[list[_Line]] = [[]]
    for group in _groups(lines):
        if parts[-1] and not fits(parts[-1] + group):
            parts.append([])
        parts[-1] += group
    return parts


def _groups(found: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Yield the lines that must stay in one message."""
    group: list[_Line] = []
    for line in found:
        if group and line.border:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


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
    kept = (word if len(word) > len(head) * 0.8 else head).rstrip(DANGLING)
    return f"{kept}…{closing}" if limit > 0 else ""


def _prefix(text: str, limit: int) -> str:
    """Return the longest beginning of `limit` units that splits no character."""
    return text.encode("utf-16-le")[: 2 * max(0, limit)].decode("utf-16-le", "ignore")


def _size(line: Line) -> int:
    return sum(units(piece.text) for piece in line.pieces)


def _shrunk(lines: Sequence[_Line], importance: Importance, shortest: int, excess: int) -> list[_Line]:
    """Cut the longest lines of one importance to a common length, `shortest` at least; empty lines fall away."""
    sizes = sorted(_size(line) for line in lines if line.importance is importance)
    cap = max(shortest, _common_cap(sizes, sum(sizes) - excess))
    cut = [_cut(line, cap) if line.importance is importance else line for line in lines]
    return [after for line, after in zip(lines, cut, strict=True) if after.pieces or after.marker or not line.pieces]


def _common_cap(sizes: Sequence[int], budget: int) -> int:
    """Return the largest cap under which ascending `sizes` add up to no more than `budget`."""
    for n, size in enumerate(sizes):
        share = budget // (len(sizes) - n)
        if size > share:
            return share
        budget -= size
    return max(sizes, default=0)


def _cut(line: _Line, limit: int) -> _Line:
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
