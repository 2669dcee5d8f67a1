"""What a reader's own words say is not wanted."""

from __future__ import annotations

import re

from brief.own_lines import EDGES, is_phrase
from brief.vocabulary import FOREIGN, HAN, fold, glossary, glossary_names, unknown

_AVOID = re.compile(
    r"(?:(?:but|and|please|(?:i|we)(?:['’]m| am| are| have)?)\s+)*(?:avoid|exclude|except(?: for)?|not interested in|"
    r"no interest in|nothing (?:about|on|with)|not?|dislike|"
    r"(?:do not|don['’]t) (?:want|show|like|care about)(?: me| to (?:see|read))?|"
    r"(?:但|也|还|并|请|我)*(?:不看|不想看到?|不要|不想要|不需要|不喜欢看?|不关心|不关注|别看|别推荐|别给我?看|排除|避开|回避))"
    r"(?:[\s:：]+|(?<=[看到除要开避欢心注荐]))(?:(?:any|more)\s+)*(?:(?:papers?|articles?|work) (?:on|about|in)\s+)?",
    re.IGNORECASE,
)
_POLITE = re.compile(r"(?:[\s,]+(?:please|thanks|thank you|at all|any ?more|either))+$", re.IGNORECASE)
_BORED = re.compile(r"(?:但|也|我)*对(.+?)[都也]?不太?感兴趣")


def refusal(line: str) -> str | None:
    """Return what a line says is not wanted; None for a line that refuses nothing."""
    if bored := _BORED.fullmatch(line):
        return bored[1]
    found = _AVOID.match(line)
    return _POLITE.sub("", line[found.end() :].rstrip(EDGES)) if found else None


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
