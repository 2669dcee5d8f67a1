"""Sentences of an abstract: where they end, and how to shorten one without changing its words."""

from __future__ import annotations

import re

LONGEST = 320  # characters of a quoted sentence
_TEXT_LIMIT = 12_000
_MOST = 200  # sentences; an abstract has 5 to 15

_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]]*(?:\s+|(?<=[a-z]{3}\.)(?=[A-Z][a-z]+\s))")
_STARTS = re.compile(r"""["'“‘(\[]*(?:[A-Z0-9τπ一-鿿]|[a-z]{1,3}[A-Z]|[a-z]+\d)""")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:al|e\.g|i\.e|vs|cf|ca|resp|approx|w\.r\.t|a\.k\.a|figs?|eqs?|secs?|tabs?|refs?|no|nos|vol|pp|dr|"
    r"prof|mr|mrs|ms|st|jr|inc|dept|[A-Z])\.$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:,](?=\s)|\s(?=[—–(])")


def split(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in order, white space folded; each occurs in the folded text.

    Abbreviations (et al., e.g., Fig., initials), decimals and versions such as GPT-4.1 end no sentence.
    Only the first 12,000 characters are read, and at most 200 sentences returned.
    """
    text = fold(text[:_TEXT_LIMIT])
    sentences, start = [], 0
    for match in _END.finditer(text):
        if _ends(text, start, match):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    return tuple(s for s in (*sentences, text[start:].strip()) if s)[:_MOST]


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    if match.end() < len(text) and not _STARTS.match(text, match.end()):
        return False
    stop = match[0].rstrip()
    tail = text[max(start, match.start() - 12) : match.start() + 1]
    return stop != "." or not _ABBREVIATION.search(tail)


def clip(sentence: str, limit: int = LONGEST) -> str:
    """Return the sentence in at most `limit` characters; a longer one ends at a clause or word border with "…"."""
    if len(sentence) <= limit:
        return sentence
    head = sentence[: limit - 1]
    borders = [m.start() for m in _CLAUSE.finditer(head)]
    if not borders or borders[-1] < limit // 2:
        borders = [head.rfind(" ")]
    cut = borders[-1] if borders[-1] >= limit // 3 else len(head)
    return head[:cut].rstrip(" ,;:.") + "…"


def fold(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())
