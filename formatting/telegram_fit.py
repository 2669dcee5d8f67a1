"""Lines of a Telegram message made to fit: within its length, and within the entities it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formatting import fit as shorter
from formatting.fit import Line, length

ENTITIES = 100  # https://core.telegram.org/bots/api: more are ignored


def entities(lines: Sequence[Line]) -> int:
    """Return how many entities the lines carry."""
    return sum(line.quote + sum(bool(piece.tag or piece.url) for piece in line.pieces) for line in lines)


def fits(lines: Sequence[Line], limit: int) -> bool:
    """Whether the lines can be sent as they are."""
    return length(lines) <= limit and entities(lines) <= ENTITIES


def fit(lines: Sequence[Line], limit: int) -> list[Line]:
    """Return the lines within `limit` UTF-16 units (see `formatting.fit`) and 100 entities."""
    return _plainer(shorter.fit(lines, limit))


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
