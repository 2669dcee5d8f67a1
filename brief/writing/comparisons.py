"""Whether texts compare the things that a sentence compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from brief.writing.names import NameIndex, names

_OWN_COMPARAND = re.compile(
    r"\b(?:than|over|above|below|against|versus|vs|compared|relative to)\b|比|优于|超过|相较", re.IGNORECASE
)
_AGAINST = re.compile(  # words that set one thing beside another; "rises from 3 to 5" does not
    r"\b(?:than|over|above|below|beyond|against|versus|vs|compar\w+|relative|beats?|outperform\w*|surpass\w*|exceed\w*|"
    r"match\w*|rival\w*|overtak\w+|par|within|behind|while|whereas|unlike|baselines?|gap|"
    r"that of|of (?:its|the) size)\b"
    r"|比|较|于|超|胜|而|优|与|和|领先|基线",
    re.IGNORECASE,
)
_GENERAL = re.compile(  # what any comparison may be with
    r"\b(?:baselines?|prior|previous\w*|earlier|existing|standard|others?|alternatives?|before|without|original|vanilla|base|"
    r"untrained|default|conventional|traditional|competitors?|rivals?|counterparts?|predecessors?|them|it|all|both|any|usual)\b"
    r"|基线|以往|现有|已有|此前|之前|原[来始有先]|传统|其他|其它|其余|未|训练前|同类|同等|同规模|前者|后者|对手|"
    r"常规|普通|各|所有|它|前作|前人|先前|默认",
    re.IGNORECASE,
)
# The work of others, none of it named.
_OTHERS = re.compile(
    r"\b(?:prior|previous|earlier|existing|conventional|traditional|competing|alternative|rival|current|other|known)\s(?:[\w-]+\s){0,3}?"
    r"(?:methods?|approach(?:es)?|systems?|models?|pipelines?|works?|techniques?|algorithms?|solutions?|agents?|frameworks?|tools?|"
    r"benchmarks?|recipes?|strateg\w+|procedures?|art)\b|\b(?:competitors|rivals|alternatives|predecessors)\b"
    r"|(?:现有|已有|以往|此前|之前|传统|其他|其它|同类|先前|前人|主流|目前的)[^,。;]{0,10}(?:方法|模型|系统|工作|方案|流程|框架|算法|技术|工具|智能体|做法"
    r"|agent|pipeline|baseline)|前作|竞品|对手",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"\b(?:all|every|any|each|state[- ]of[- ]the[- ]art|SOTA|best)\b|所有|全部|一切|任何|各|最[好佳优强]", re.IGNORECASE
)
_SET_BESIDE = re.compile(  # the other side of a text's comparison stands behind it
    r"\b(?:than|over|above|below|against|versus|vs|with|to|from|outperform\w*|surpass\w*|beat\w*|exceed\w*|outscor\w*|match\w*|"
    r"improv\w+ (?:up)?on|unlike|whereas|while)\b|优于|超过|超越|胜过|高于|低于|[相]?比|较|强于|领先",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:prior|previous\w*|earlier|existing|conventional|traditional|standard|compet\w+|alternatives?|rivals?|baselines?|"
    r"state[- ]of[- ]the[- ]art|SOTA|predecessors?|counterparts?|others?|best|known|published|"
    r"methods|approaches|models|systems)\b"
    r"|现有|已有|以往|此前|之前|传统|其他|其它|同类|先前|前人|基线|最[好佳优强]|主流",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?:的|'s|\bof|\bat|\(|为|:)\s?[约近]?\s?(\d+(?:\.\d+)?)", re.IGNORECASE)
_MEASURED = re.compile(r"\d+\.\d+|\d+\s?%", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{3,}", re.ASCII)
_END = re.compile(r"[,.;:!?。()\n]|\b(?:and|but|while|when|because|since)\b", re.ASCII)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
# Words too common to tell what is compared.
_COMMON = frozenset(
    """
    model models method methods system systems agent agents approach approaches training trained setting settings with
    without using that this than more less much most their from into same number large small larger smaller other test
    tests task tasks time times data over under which while only such when where
    """.split()  # noqa: SIM905 - a list of sixty quoted words reads worse
)
_STEM = 5
_SPELLED = re.compile(r"[a-z][A-Z]|[A-Z]{2}")
_PLACES = 4  # names of a clause that are looked at
_WITH = re.compile(r"[与和同跟][^,。;与和同跟]{1,30}$")  # 与医生持平
_LEVEL = re.compile(
    r"\blevel\b|\bflat\b|\bno (?:\w+ ){0,2}(?:gain|improvement|difference|benefit|effect|advantage)s?\b|\bvanish\w*|"
    r"\bon par\b|\bunchanged\b|\b(?:stays?|remains?) the same\b|\bnot (?:\w+ )?(?:improv|help|benefit)\w*|\bdrops?\b|"
    r"\bworse\b|\bindistinguishable\b"
    r"|持平|没有(?:提升|差别|收益)|无(?:提升|差别|收益|显著)|不变|下降|更差",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"[,;]|\b(?:and|but|while|whereas)\b|但|而", re.IGNORECASE)


class Statement(NamedTuple):
    """A comparison: what the sentence has before its clause, the word that compares, and the words of its class."""

    before: str
    match: re.Match[str]  # in the clause
    says: re.Pattern[str]

    @property
    def lead(self) -> str:
        """The clause up to the word that compares."""
        return self.match.string[: self.match.start()]


class Comparisons:
    """The sentences of texts, asked what they compare."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._low = [sentence.lower() for sentence in sentences]
        self._names: dict[str, NameIndex] = {}

    def bear_out(self, statement: Statement, found: Sequence[int]) -> bool:
        """Whether one of the sentences `found`, which compare in this direction, compares with the same thing."""
        compared = _comparand(statement)
        named = [name.text for name in names(compared)][:1]
        value = _VALUE.search(compared)
        if value and any(
            value[1] in text and all(self._index(text).supports(n) for n in named) for text in self._sentences
        ):
            return True
        if self._level(statement, named):
            return False
        if named:
            return self._names_it(statement, named[0], found)
        if _OTHERS.search(compared):
            every = _EVERY.search(compared)
            return any(_with_others(text) for text in self._windows(found) if not every or _EVERY.search(text))
        if _GENERAL.search(compared):
            return bool(found)
        texts = [text for text in self._windows(found) if _AGAINST.search(text)]
        said = [word.lower()[:_STEM] for word in _WORD.findall(compared) if word.lower() not in _COMMON]
        return any(sum(stem in text.lower() for stem in said) * 2 >= len(said) for text in texts)

    def _names_it(self, statement: Statement, name: str, found: Sequence[int]) -> bool:
        subject = next((n.text for n in names(statement.lead)), "")
        for window in self._windows(found):
            if self._index(window).supports(name) and not _swapped(statement, window, subject, name):
                return True
        return any(  # both have their figures side by side
            len(_MEASURED.findall(text)) > 1 and all(self._index(text).supports(n) for n in (subject, name) if n)
            for text in self._sentences
            if subject
        )

    def _windows(self, found: Sequence[int]) -> Iterator[str]:
        """Yield the comparing sentences, each with the one before it unless it says itself what it compares with."""
        for i in found:
            text = self._sentences[i]
            yield text if not i or _OWN_COMPARAND.search(text) else f"{self._sentences[i - 1]} {text}"

    def _level(self, statement: Statement, compared: Sequence[str]) -> bool:
        """Whether the comparison is made where the texts, each time they name the place, see no difference."""
        places = {name.text.lower() for name in names(statement.before + statement.lead)}
        for place in sorted(places.difference(name.lower() for name in compared))[:_PLACES]:
            parts = [part for text in self._low if place in text for part in _WITHIN.split(text) if place in part]
            if parts and all(_LEVEL.search(part) for part in parts):
                return True
        return False

    def _index(self, text: str) -> NameIndex:
        if text not in self._names:
            self._names[text] = NameIndex([text])
        return self._names[text]


def _comparand(statement: Statement) -> str:
    """Return what the comparison is with: behind `than`, else behind the word that compares, else within it."""
    clause, match = statement.match.string, statement.match
    than = _THAN.search(clause, match.start())
    if match[0][:1] in "比相较与和同":
        return match[0]
    before = _WITH.search(statement.lead)
    if before:
        return before[0]
    rest = clause[than.end() if than and than.start() < match.end() + 30 else match.end() :]
    return _END.split(rest, maxsplit=1)[0]


def _with_others(text: str) -> bool:
    """Whether a text sets something beside what is named, or beside the work of others."""
    for match in _SET_BESIDE.finditer(text):
        other = _END.split(text[match.end() :], maxsplit=1)[0]
        if _EARLIER.search(other) or next(names(other), None):
            return True
    return False


def topic(text: str) -> frozenset[str]:
    """Return the beginnings of the Latin words of a text that tell what it is about; a spelled name is kept whole."""
    found = (word for word in _WORD.findall(text) if word.lower() not in _COMMON)
    return frozenset(word.lower() if _SPELLED.search(word) else word.lower()[:_STEM] for word in found)


def _swapped(statement: Statement, window: str, subject: str, compared: str) -> bool:
    """Whether the text has the two in the other order around a word that compares."""
    if not subject:
        return False
    found = list(statement.says.finditer(window))
    low = window.lower()
    first, second = low.find(compared.lower()), low.find(subject.lower())
    return (
        len(found) == 1
        and 0 <= first < found[0].start() < second
        and not re.match(r"\w*\s?by\b", window[found[0].end() :])
    )
