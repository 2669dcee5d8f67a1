"""The reader of whom nothing is known."""

from __future__ import annotations

from functools import cache

from brief.profile import Direction, Profile
from brief.taxonomy import categories


@cache
def anyone() -> Profile:
    """Return a profile that follows every category alike, to be narrowed down by what the reader clicks.

    It has more directions than a profile somebody writes may have, so it is made without that check.
    """
    directions = (Direction(id=c.id, zh=c.zh, en=c.en, keywords=c.keywords) for c in categories())
    return Profile.model_construct(name="anyone", directions=tuple(directions))
