"""Line breaking for a terminal that holds Chinese and Latin text side by side.

Rich breaks at spaces only, which leaves Chinese lines half empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_CLOSING = "\u3001\u3002\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\u201d\u2019\u2026"
_OPENING = "\u300a\u300c\u300e\u3010\uff08\u201c\u2018"
# A break is possible after a space and on both sides of a wide character, but closing punctuation stays with what
# it closes and opening punctuation with what it opens (https://www.w3.org/TR/clreq/#prohibition_rules_for_line_start_end).
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}](?<![{_OPENING}])|[^\s{_WIDE}{_OPENING}]+)?[{_CLOSING}]*\s*")


def breaks(text: str, width: int) -> Iterator[int]:
    """Yield the offsets at which new lines begin so that each fits `width` columns; addresses are never broken."""
    used = offset = 0
    for piece in _pieces(text, width):
        solid = cell_len(piece.rstrip())
        if used and used + solid > width:
            yield offset
            used = 0
        used += cell_len(piece)
        offset += len(piece)


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield what must stay together; a piece wider than a line is chopped unless it is an address."""
    for match in _PIECE.finditer(text):
        piece = match[0]
        if cell_len(piece.rstrip()) <= width or "://" in piece:
            yield piece
        else:
            yield from chop_cells(piece, width)
