"""What a reader's own words say is not wanted."""

from __future__ import annotations

import re

from brief.own_lines import EDGES, is_phrase
from brief.vocabulary import FOREIGN, HAN, fold, glossary, glossary_names, unknown

_AVOID = re.compile(
    r"(?:(?:but|and|please|(?:i|we)(?:['’]m| am| are| have)?)\s+)*(?:avoid|exclude|except(?: for)?|not interested in|"
    r"no interest in|not?|dislike|(?:do not|don['’]t) (?:want|show|like|care about)(?: me| to (?:see|read))?|"
    r"(?:但|也|请|我)*(?:不看|不想看|不要|不想要|不喜欢看?|不关心|不关注|排除|避开|回避))"
    r"(?:[\s:：]+|(?<=[看除要开避欢心注]))(?:(?:any|more)\s+)*(?:(?:papers?|articles?|work) (?:on|about|in)\s+)?",
    re.IGNORECASE,
)
_BORED = re.compile(r"(?:但|也|我)*对(.+?)[都也]?不太?感兴趣")


def refusal(line: str) -> str | None:
    """Return what a line says is not wanted; None for a line that refuses nothing."""
    if bored := _BORED.fullmatch(line):
        return bored[1]
    found = _AVOID.match(line)
    return line[found.end() :] if found else None


def avoided(part: str) -> list[str]:
    """Return the phrases by which papers are avoided; none unless all of a part is understood.

    A phrase too many hides what was never named. So a Chinese name counts with its glossary entry only, not with the
    keywords of a whole direction or category, and of two names together each would say too much.
    """
    if not FOREIGN.search(part):
        return [part.strip(EDGES)] if is_phrase(part.strip(EDGES)) else []
    whole = fold(part)
    rest, names = glossary_names().sub(" ", whole), {*glossary_names().findall(whole)}
    own = [phrase for words in FOREIGN.split(part) if is_phrase(phrase := words.strip(EDGES))]
    if len(names or own) != 1 or any(unknown(rest)) or FOREIGN.search(HAN.sub("", rest)):
        return []
    english = [phrase for name in names for phrase in glossary()[name]]
    return english or own if {*map(fold, own)} <= {*map(fold, english or own)} else []
