"""How many things a text lists, for a sentence that counts them."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"[.;:!?](?:\s|$)|[()。]")
_SEPARATOR = re.compile(r"(?P<last>,?\s(?:and|or|&)\s|以及|[和与及或])|,\s|、|,(?=[^\d\s])")
_LONGEST = 45  # characters of an item between two others
_OWN_ITEM = re.compile(r"(?:(?!,| and |、|和|与).)+")


def lengths(text: str) -> frozenset[int]:
    """Return how many items the lists of a folded text have: `a, b and c` has three."""
    found: set[int] = set()
    for sentence in _SENTENCE.split(text):
        count, end = 1, 0
        for match in _SEPARATOR.finditer(sentence):
            count = 2 if match.start() - end > _LONGEST else count + 1
            end = match.end()
            if match["last"] or count > 3:
                found.add(count)
            if match["last"]:
                count = 1
    return frozenset(found)


def spelled_out(text: str, end: int, count: int) -> bool:
    """Whether the number that ends at `end` counts a list that follows a colon in the same sentence."""
    _, colon, listed = text[end:].partition(":")
    return bool(colon) and len(_OWN_ITEM.findall(re.split(r"[;。.!?]", listed)[0])) == count
