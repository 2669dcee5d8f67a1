"""A reader's own words -> a profile, without a language model: pure, bounded, and open about what it cannot read.

Each line, sentence or bullet is a direction: `name: keyword, keyword`, or words that are their own key phrases.
Lines that begin with `avoid:`, `authors:`, `organizations:` or `seeds:` fill those lists, and so do plain words: `no
surveys`, `follow Ada Lovelace`, `more like 2604.24927`. Abstracts are English; Chinese words count where the glossary,
or a direction or a category of that name, tells what they are called in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from brief.own_lines import EDGES, PHRASE, apart, commas, is_phrase, lines, paper_ids, without_papers
from brief.own_names import FOLLOW, all_names, is_any_lab, is_name, kind_of, names
from brief.own_refusals import avoided, refusal
from brief.profile import Direction, Profile
from brief.ranking.text import terms
from brief.vocabulary import FOREIGN, HAN, Vocabulary, chinese_names, different, fold, unknown, vocabulary

LENGTH = 2000  # characters of a text; what is beyond is not read
_DIRECTIONS, _KEYWORDS, _SEEDS = 20, 60, 20  # the limits of Profile and Direction
_VERBATIM = 6  # words; a longer phrase stands in no abstract as it is

_COLON = re.compile(r"\s*(?::(?!//)|：)\s*")
_LABELS = {
    **dict.fromkeys(("avoid", "exclude", "not", "no", "dislike", "not interested in"), "avoid"),
    **dict.fromkeys(("不看", "不要", "不想看", "不喜欢", "不感兴趣", "避开", "回避", "排除"), "avoid"),
    **dict.fromkeys(("author", "authors", "follow", "people", "作者", "关注", "关注作者"), "authors"),
    **dict.fromkeys(("organization", "organizations", "organisation", "organisations"), "organizations"),
    **dict.fromkeys(("lab", "labs", "机构", "单位", "关注机构"), "organizations"),
    **dict.fromkeys(("seed", "seeds", "like", "more like", "papers like", "similar to", "类似", "更多类似"), "seeds"),
}
_JOINTS = re.compile(
    r"[()/&\"“”]|\b(?:about|an?|and|are|as|at|by|especially|for|from|in|including|is|like|of|on|or|such|that|the|through|to|"
    r"using|via|which|with)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"(?:{_JOINTS.pattern}|\b(?:also|mainly|mostly|namely|notably|particularly)\b)", re.IGNORECASE)
_NAME = re.compile(r"\w*(?:[A-Z]\w*[A-Z]|\d)\w*")  # GRPO, LoRA, 3D: one word that says enough
_COMMON = frozenset({"ai", "llm", "ml", "nlp", "rl"})  # such names that say too little


Reader = Callable[[str], Iterable[str]]


UnreadReason = Literal["no_english", "no_words", "no_paper", "one_paper", "lone_name", "too_many"]


class Unread(NamedTuple):
    """Words that were not understood.

    Nothing English to look for, no words at all, no arXiv id where one belongs, one of a paper to be avoided, a single
    word that may name a person or an organization, or beyond what a profile holds.
    """

    text: str
    reason: UnreadReason


@lru_cache(maxsize=512)  # every answer to a chat asks for its profile
def profile_from_text(text: str, name: str, known: Profile) -> tuple[Profile | None, tuple[Unread, ...]]:
    """Return the profile under `name` that a text describes, and which of its words could not be understood.

    `known` and the packaged profile lend English keywords to the names of their directions. Words that only say whom to
    follow, what to avoid or which papers to see more of keep the directions of `known`. The profile is None for a text
    that says nothing.
    """
    reading = _Reading(vocabulary(known), chinese_names(known))
    for line in lines(tidied(text)[:LENGTH]):
        reading.line(*line)
    lists = {label: tuple(phrases[:_KEYWORDS]) for label, phrases in reading.lists.items()}
    if not reading.directions and not lists:
        return None, tuple(reading.unread)
    directions = tuple(reading.directions) or known.directions
    return Profile.model_validate({"name": name, "directions": directions, **lists}), tuple(reading.unread)


def tidied(text: str) -> str:
    """Return a text without control and invisible characters, its lines kept."""
    spaced = re.sub(r"[^\S\n]+", " ", text.replace("\r", "\n"))
    return "".join(char for char in spaced if char == "\n" or char.isprintable()).strip()


@dataclass
class _Reading:
    """What was understood so far."""

    vocabulary: Vocabulary
    names: re.Pattern[str]
    directions: list[Direction] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)

    def line(self, line: str, told: bool) -> None:  # noqa: FBT001 - a Line
        """Take in one line: directions, or words for one of the lists."""
        head, rest = (*_COLON.split(line, maxsplit=1), "")[:2]
        label = _LABELS.get(head.casefold())
        refused, followed = refusal(line), FOLLOW.match(line)
        if label and rest:
            self._list(label, rest)
        elif refused is not None:
            self._list("avoid", refused)
        elif followed and self._names_people(line[followed.end() :]):
            self._follow(all_names(line[followed.end() :]))
        elif wanted := self._without_papers(line[followed.end() :] if followed else line):
            for subject in self._subjects(wanted) if told or followed else [wanted]:
                self._direction(subject)

    def _names_people(self, text: str) -> bool:
        """Tell whether what is to be followed is people and laboratories rather than topics."""
        found, topics = all_names(text), self._topics
        return bool(found) and all(is_name(name) and fold(name) not in topics for name in found)

    @cached_property
    def _topics(self) -> set[str]:
        """Return every name and keyword known, folded."""
        return {fold(keyword) for keywords in self.vocabulary.values() for keyword in keywords} | {*self.vocabulary}

    def _follow(self, found: list[str]) -> None:
        """Take in names of people and laboratories; authors are compared by their full names."""
        for name in found:
            if kind := kind_of(name):
                self._list(kind, name)
            else:
                self._unread(name, "lone_name")

    def _without_papers(self, line: str) -> str:
        """Take in the papers a line names and return what else it says."""
        ids, rest = without_papers(line)
        self._list("seeds", ", ".join(ids))
        return rest

    def _subjects(self, text: str) -> list[str]:
        """Return the subjects of a sentence: all of it is one, unless each part of its enumeration is one by itself."""
        parts, listed = apart(text), len(commas(text)) > 1
        if _COLON.search(text) or fold(text) in self.vocabulary:
            return [text]
        known = {self.vocabulary.get(fold(part), (part,)) for part in parts}
        several = len(known) == len(parts) and all(self._is_subject(part, listed) for part in parts)
        return parts if several else [text]

    def _is_subject(self, part: str, listed: bool) -> bool:  # noqa: FBT001 - of the enumeration
        """Tell whether a part says what is meant without its neighbours: `reasoning in agents` is half of something.

        Between commas that is what is known or has several words, between words for "and" only what is known.
        """
        name = fold(part)
        if re.fullmatch(r"\w+(?:-\w+)+", part):  # long-context, multi-modal: half of something, too
            return False
        if name in self.vocabulary:
            return True
        if FOREIGN.search(part):
            return listed and bool(self.names.search(name)) and not any(unknown(self.names.sub(" ", name)))
        says = len(part.split()) > 1 or bool(_NAME.fullmatch(part) and name not in _COMMON)
        topic = name in self._topics
        return (says or topic) and not _ASIDE.match(part) if listed else says and topic

    def _direction(self, text: str) -> None:
        """Take in a direction: by the keywords after its name, else by its name."""
        if len(self.directions) == _DIRECTIONS:
            self._unread(text, "too_many")
            return
        head, rest = (*_COLON.split(text, maxsplit=1), "")[:2]
        keywords = self._each(commas(rest), self._keywords) if rest else []
        keywords = keywords or self._each(commas(head), self._phrases)
        if keywords:
            name = _cut(head.strip(EDGES) or keywords[0])
            number = len(self.directions) + 1
            made = Direction(id=f"own-{number}", zh=name, en=name, keywords=tuple(keywords[:_KEYWORDS]))
            self.directions.append(made)

    def _list(self, label: str, rest: str) -> None:
        readers: dict[str, Reader] = {"avoid": _avoided, "seeds": paper_ids}
        read = self._each(apart(rest), readers.get(label, names))
        found = different([*self.lists.get(label, ()), *read])
        for paper_id in found[_SEEDS:] if label == "seeds" else ():
            self._unread(paper_id, "too_many")
        if found:
            self.lists[label] = found[:_SEEDS] if label == "seeds" else found

    def _each(self, parts: list[str], read: Reader) -> list[str]:
        """Return what is read of each part, and note the parts of which that is nothing."""
        for part in parts[_KEYWORDS:]:
            self._unread(part, "too_many")
        found: list[str] = []
        for part in parts[:_KEYWORDS]:
            phrases = list(read(part))
            if not phrases:
                self._unread(part, _why_unread(part, read))
            for rest in self._rest(part) if phrases else ():
                self._unread(rest, "no_english")
            found += phrases
        return different(found)

    def _keywords(self, part: str) -> Iterator[str]:
        """Yield a keyword as it is; for a Chinese one, what it is called in English."""
        if FOREIGN.search(part):
            yield from self._phrases(part)
        elif is_phrase(part.strip(EDGES)):
            yield part.strip(EDGES)

    def _phrases(self, part: str) -> Iterator[str]:
        """Yield the key phrases of words in either language, those of the reader before those known for a name."""
        yield from _own_phrases(part)
        for name in (fold(part), *self._known_names(part)):
            yield from self.vocabulary.get(name, ())

    def _known_names(self, part: str) -> list[str]:
        """Return the Chinese names known that stand in a text, from its start on, always the longest one."""
        return self.names.findall(fold(part)) if FOREIGN.search(part) else []

    def _rest(self, part: str) -> list[str]:
        """Return the Chinese words of a part that nothing is known for; English beside them should say the same."""
        whole = fold(part)
        known = not HAN.search(part) or self.vocabulary.get(whole) or any(_own_phrases(part))
        return [] if known else list(unknown(self.names.sub(" ", whole)))

    def _unread(self, text: str, reason: UnreadReason) -> None:
        self.unread.append(Unread(_cut(text), reason))


def _avoided(part: str) -> list[str]:
    """Return what to avoid; a single paper is nothing of the kind."""
    return [] if any(paper_ids(part)) else avoided(part)


def _why_unread(part: str, read: Reader) -> UnreadReason:
    """Return why nothing was read of a part."""
    if read is paper_ids:
        return "no_paper"
    if any(paper_ids(part)):
        return "one_paper"
    return "no_english" if FOREIGN.search(part) else "no_words"


def _key_phrases(text: str) -> Iterator[str]:
    """Yield a stretch of English as it is, unless it is long, and the telling phrases between its joining words."""
    whole = text.strip(EDGES)
    if is_phrase(whole) and len(terms(whole)) <= _VERBATIM:
        yield whole
    chunks = [chunk.strip(EDGES) for chunk in _JOINTS.split(whole)]
    chunks = [chunk for chunk in chunks if is_phrase(chunk)]
    yield from [chunk for chunk in chunks if _tells(chunk)] or chunks


def _own_phrases(part: str) -> Iterator[str]:
    """Yield the key phrases of a reader's own English; beside Chinese words "LLM" or "AI Lab" would mean anything."""
    own = (phrase for english in FOREIGN.split(part) for phrase in _key_phrases(english))
    yield from (phrase for phrase in own if not FOREIGN.search(part) or _means_something(phrase))


def _means_something(phrase: str) -> bool:
    """Tell whether a phrase says what is meant without the Chinese words beside it."""
    return bool(set(terms(phrase)) - _COMMON) and not is_any_lab(phrase)


def _tells(chunk: str) -> bool:
    """Tell whether a phrase says what is meant without its neighbours."""
    words = terms(chunk)
    return len(words) > 1 or bool(_NAME.fullmatch(chunk) and words[0] not in _COMMON)


def _cut(text: str) -> str:
    return text if len(text) <= PHRASE else f"{text[: PHRASE - 1].rstrip()}…"
