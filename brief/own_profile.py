"""A reader's own words -> a profile, without a language model: pure, bounded, and open about what it cannot read.

Each line, sentence or bullet is a direction: `name: keyword, keyword`, or words that are their own key phrases.
Lines that begin with `avoid:`, `authors:` or `organizations:` fill those lists. Abstracts are English; Chinese words
count where the glossary, or a direction or a category of that name, tells what they are called in English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from brief.profile import Direction, Profile, load_profile
from brief.ranking.text import terms
from brief.taxonomy import Category, categories

GLOSSARY = Path(__file__).with_name("glossary.toml")
LENGTH = 2000  # characters of a text; what is beyond is not read
_DIRECTIONS, _KEYWORDS, _PHRASE = 20, 60, 80  # the limits of Profile, Direction and Phrase
_VERBATIM = 6  # words; a longer phrase stands in no abstract as it is

_ENDS = re.compile(r"[\n;；。•!！?？]+|(?<=\w{3}\.)\s+")  # "et al." and "e.g." end no sentence
_BULLET = re.compile(r"^(?:[-*·–—+#>]+|\d{1,2}[.)、]|[一二三四五六七八九十]{1,2}、)\s*")
_COLON = re.compile(r"\s*(?::(?!//)|：)\s*")
_COMMAS = re.compile(r"\s*[,，、|]+\s*")
_LABELS = {
    **dict.fromkeys(("avoid", "exclude", "not", "no", "不看", "不要", "不想看", "避开", "回避", "排除"), "avoid"),
    **dict.fromkeys(("author", "authors", "follow", "people", "作者", "关注", "关注作者"), "authors"),
    **dict.fromkeys(("organization", "organizations", "organisation", "organisations"), "organizations"),
    **dict.fromkeys(("lab", "labs", "机构", "单位", "关注机构"), "organizations"),
}
_AVOID = re.compile(r"(?:avoid|exclude|not interested in|不看|不想看|排除)(?:[\s:：]+|(?<=[看除]))", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:(?:also|(?:i|we)(?:['’]m| am| are)?(?: also| mostly| mainly)? (?:work(?:ing)? on|interested in|care about|"
    r"study(?:ing)?|like|follow|want to (?:read|see|know)(?: about)?|look(?:ing)? for)|interested in|"
    r"my (?:research|work|interests?|field|focus) (?:is|are)(?: on| in| about)?|"
    r"(?:papers?|research|work|anything) (?:on|in|about))\s+)+",
    re.IGNORECASE,
)
_JOINTS = re.compile(
    r"[()/&\"“”]|\b(?:about|an?|and|are|as|at|by|especially|for|from|in|including|is|like|of|on|or|such|that|the|through|to|"
    r"using|via|which|with)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\w*(?:[A-Z]\w*[A-Z]|\d)\w*")  # GRPO, LoRA, 3D: one word that says enough
_COMMON = frozenset({"ai", "llm", "ml", "nlp", "rl"})  # such names that say too little
_FOREIGN = re.compile(r"[^\x00-\u024f\u2010-\u201f]+")  # beyond Latin letters and English punctuation
_EDGES = " \t.,:'\"“”‘’()[]{}<>-–—_*`~"
_HAN = re.compile(r"[\u3400-\u9fff]+")
_ABOUT = re.compile(  # words that say nothing of what is looked for
    "有没有|有哪些|应用|感兴趣|论文|文章|研究|方向|领域|方面|问题|方法|技术|工作|最新|最近|相关|有关|关于|关心|关注|喜欢|了解|主要|"
    "我们|以及|用于|基于|面向|如何|怎么|哪些|什么|想看"
)
_JOINING = "的地得和与及或在中里上下对等做是为了用把让看想我新"
_AROUND = re.compile(r"[/／、，,()（）]|与")  # between the names in a heading such as "检索与 RAG"

Vocabulary = Mapping[str, tuple[str, ...]]  # folded name -> English keywords


class English(NamedTuple):
    """Words as abstracts say them, and the Chinese ones among them for which no English is known."""

    words: str
    unknown: tuple[str, ...] = ()


Reader = Callable[[str], Iterable[str]]


class Unread(NamedTuple):
    """Words that were not understood: nothing English to look for, no words at all, or beyond what a profile holds."""

    text: str
    reason: Literal["no_english", "no_words", "too_many"]


@lru_cache(maxsize=512)  # every answer to a chat asks for its profile
def profile_from_text(text: str, name: str, known: Profile) -> tuple[Profile | None, tuple[Unread, ...]]:
    """Return the profile under `name` that a text describes, and which of its words could not be understood.

    `known` and the packaged profile lend English keywords to the names of their directions. Words that only say whom
    to follow or what to avoid keep the directions of `known`. The profile is None for a text that says nothing.
    """
    reading = _Reading(_vocabulary(known), _chinese_names(known))
    for line in _lines(tidied(text)[:LENGTH]):
        reading.line(line)
    lists = {label: tuple(phrases[:_KEYWORDS]) for label, phrases in reading.lists.items()}
    if not reading.directions and not lists:
        return None, tuple(reading.unread)
    directions = tuple(reading.directions) or known.directions
    return Profile.model_validate({"name": name, "directions": directions, **lists}), tuple(reading.unread)


def in_english(words: str, known: Profile) -> English:
    """Return words with each Chinese name known replaced by the first of its English keywords; see `English`."""
    if not _HAN.search(words):
        return English(words)
    vocabulary = _vocabulary(known)
    said = _chinese_names(known).sub(lambda name: f" {vocabulary[_fold(name[0])][0]} ", words)
    return English(" ".join(_HAN.sub(" ", said).split()), tuple(_unknown(said)))


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

    def line(self, line: str) -> None:
        """Take in one line: a direction, or words for one of the lists."""
        head, rest = (*_COLON.split(line, maxsplit=1), "")[:2]
        label = _LABELS.get(head.casefold())
        avoided = _AVOID.match(line)
        if label and rest:
            self._list(label, rest)
        elif avoided:
            self._list("avoid", line[avoided.end() :])
        elif len(self.directions) == _DIRECTIONS:
            self._unread(line, "too_many")
        else:
            self._direction(head, rest)

    def _direction(self, head: str, rest: str) -> None:
        """Take in a direction: by the keywords after its name, else by its name."""
        keywords = self._each(rest, self._keywords) if rest else []
        keywords = keywords or self._each(head, self._phrases)
        if keywords:
            name = _cut(head.strip(_EDGES) or keywords[0])
            number = len(self.directions) + 1
            made = Direction(id=f"own-{number}", zh=name, en=name, keywords=tuple(keywords[:_KEYWORDS]))
            self.directions.append(made)

    def _list(self, label: str, rest: str) -> None:
        found = self._each(rest, self._keywords if label == "avoid" else _names)
        if found:
            self.lists[label] = _different([*self.lists.get(label, ()), *found])

    def _each(self, text: str, read: Reader) -> list[str]:
        """Return what is read of each part between commas, and note the parts of which that is nothing."""
        parts = [part for part in _COMMAS.split(text) if part.strip()]
        for part in parts[_KEYWORDS:]:
            self._unread(part, "too_many")
        found: list[str] = []
        for part in parts[:_KEYWORDS]:
            phrases = list(read(part))
            if not phrases:
                self._unread(part, "no_english" if _FOREIGN.search(part) else "no_words")
            for rest in self._rest(part) if phrases else ():
                self._unread(rest, "no_english")
            found += phrases
        return _different(found)

    def _keywords(self, part: str) -> Iterator[str]:
        """Yield a keyword as it is; for a Chinese one, what it is called in English."""
        if _FOREIGN.search(part):
            yield from self._phrases(part)
        elif _is_phrase(part.strip(_EDGES)):
            yield part.strip(_EDGES)

    def _phrases(self, part: str) -> Iterator[str]:
        """Yield the key phrases of words in either language, those of the reader before those known for a name."""
        yield from _own_phrases(part)
        for name in (_fold(part), *self._known_names(part)):
            yield from self.vocabulary.get(name, ())

    def _known_names(self, part: str) -> list[str]:
        """Return the Chinese names known that stand in a text, from its start on, always the longest one."""
        return self.names.findall(_fold(part)) if _FOREIGN.search(part) else []

    def _rest(self, part: str) -> list[str]:
        """Return the Chinese words of a part that nothing is known for; English beside them should say the same."""
        whole = _fold(part)
        known = not _HAN.search(part) or self.vocabulary.get(whole) or any(_own_phrases(part))
        return [] if known else list(_unknown(self.names.sub(" ", whole)))

    def _unread(self, text: str, reason: Literal["no_english", "no_words", "too_many"]) -> None:
        self.unread.append(Unread(_cut(text), reason))


@lru_cache(maxsize=8)
def _vocabulary(known: Profile) -> Vocabulary:
    """Return the English keywords of every direction, term of the glossary and category by each of its names."""
    glossary = tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {_fold(term): list(english) for term, english in glossary.items()}
    rows: list[Direction | Category] = [*known.directions, *load_profile().directions, *categories()]
    for row in rows:
        english = [keyword for keyword in row.keywords if not _FOREIGN.search(keyword)]
        names = (row.zh, row.en, *filter(_FOREIGN.search, row.keywords))
        for name in {_fold(piece) for whole in names for piece in (whole, *_AROUND.split(whole))}:
            if len(name) > 1:
                found.setdefault(name, []).extend(english)
    return {name: tuple(_different(keywords)) for name, keywords in found.items()}


@lru_cache(maxsize=8)
def _chinese_names(known: Profile) -> re.Pattern[str]:
    """Return what finds the Chinese names with English keywords in a text, always the longest one."""
    names = (name for name, keywords in _vocabulary(known).items() if keywords and _FOREIGN.search(name))
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))), re.IGNORECASE)


def _unknown(text: str) -> Iterator[str]:
    """Yield the Chinese words of a text without known names, but for those that say nothing of what is looked for."""
    for words in _HAN.findall(_ABOUT.sub(" ", text)):
        if words.strip(_JOINING):
            yield words.strip("的和与及或")


def _lines(text: str) -> Iterator[str]:
    for piece in _ENDS.split(text):
        line = _OPENING.sub("", _BULLET.sub("", piece.strip())).strip()
        if line:
            yield line


def _key_phrases(text: str) -> Iterator[str]:
    """Yield a stretch of English as it is, unless it is long, and the telling phrases between its joining words."""
    whole = text.strip(_EDGES)
    if _is_phrase(whole) and len(terms(whole)) <= _VERBATIM:
        yield whole
    chunks = [chunk.strip(_EDGES) for chunk in _JOINTS.split(whole)]
    chunks = [chunk for chunk in chunks if _is_phrase(chunk)]
    yield from [chunk for chunk in chunks if _tells(chunk)] or chunks


def _own_phrases(part: str) -> Iterator[str]:
    """Yield the key phrases of a reader's own English; beside Chinese words "LLM" alone would mean everything."""
    own = (phrase for english in _FOREIGN.split(part) for phrase in _key_phrases(english))
    yield from (phrase for phrase in own if not _FOREIGN.search(part) or set(terms(phrase)) - _COMMON)


def _tells(chunk: str) -> bool:
    """Tell whether a phrase says what is meant without its neighbours."""
    words = terms(chunk)
    return len(words) > 1 or bool(_NAME.fullmatch(chunk) and words[0] not in _COMMON)


def _is_phrase(text: str) -> bool:
    return len(text) <= _PHRASE and bool(terms(text))


def _names(part: str) -> Iterator[str]:
    """Yield the names of people or organizations, as the sites write them: in Latin letters."""
    for name in re.split(r"\s+and\s+", _FOREIGN.sub(" ", part)):
        if _is_phrase(name.strip(" .")) and re.search("[A-Za-z]", name):
            yield name.strip()


def _different(phrases: Iterable[str]) -> list[str]:
    """Return the phrases in their order, those that mean the same words once."""
    found: dict[tuple[str, ...], str] = {}
    for phrase in phrases:
        found.setdefault(tuple(terms(phrase)), phrase)
    return list(found.values())


def _fold(text: str) -> str:
    """Return a text for comparison: without case, spaces, hyphens and plurals."""
    return "".join(terms(text))


def _cut(text: str) -> str:
    return text if len(text) <= _PHRASE else f"{text[: _PHRASE - 1].rstrip()}…"
