"""Words that claim much and words that compare, and whether a text bears them out."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from brief.writing.advice import ADVICE
from brief.writing.comparisons import Comparisons, Statement, topic

_SENTENCE_END = re.compile(r"(?<=[!?;。|\n])|(?<=[.])\s+(?=[A-Z\u4e00-\u9fff])")
_CLAUSE_END = re.compile(r"(?<=[,:;。!?—])(?!\d)|\bbut\b|但")
_TEXT_END = re.compile(r"(?<=[.!?])\s+|(?<=。)|\n")
_OPEN = re.compile(  # a clause that asks or supposes states nothing
    r"\b(?:may|might|could|would|perhaps|maybe|possibly|potentially|hypothes\w+)\b|可能|或许|也许|能否|可否|"
    r"能不能|会不会|有没有|如果|若|假如|有望|有待|未必|待验证|尚不清楚|试图|旨在|希望",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\b(?:whether|if)\b|是否", re.IGNORECASE)  # what follows it is supposed
_ASKS = re.compile(r"\?\s*[\"')\]]*\s*$")
_NEGATED = re.compile(
    r"(?:\b(?:not|no|never|without|cannot|nor|hardly|rarely|nearly|almost|few)|n't)\s(?:[\w-]+\s){0,2}$"
    r"|(?:不|没有|没能|未|未能|并非|非|无|无法|难以|尚未|几乎|不能|不是|不会|不再)(?:能|被|是|够|得到|明显|任何)?\s?$"
    r"|\b(?:no (?:\w+ )?(?:evidence|proof|sign|claim|indication)|(?:find|found|see|saw|observe\w*|show\w*) no)\b"
    r"|(?:没有|无|未见|未发现|缺乏)[^,。;]{0,6}(?:证据|迹象)|(?:没有|未)发现",
    re.IGNORECASE,
)

_SUPERLATIVE = re.compile(r"est\b|\bmost\b|optimal|最|至高", re.IGNORECASE)
_RANKING = ("state_of_the_art", "first")  # classes that a text may grant to one thing and not to another
# Whose claim it is, says nothing of what it claims.
_SUBJECT = re.compile(
    r"^[^A-Za-z]*(?<!在)(?<!对)(?<!于)(?<!在\s)(?<!对\s)(?<!于\s)(?=[\w-]*[A-Z])[A-Za-z][\w-]*", re.ASCII
)

Kind = Literal["claim", "comparison"]


class Finding(NamedTuple):
    """A claim or comparison that the texts do not bear out, as the sentence has it."""

    kind: Kind
    text: str
    start: int


class _Group(NamedTuple):
    says: re.Pattern[str]
    supported: re.Pattern[str]
    quality: str = ""  # that a superlative speaks of


@functools.cache
def _groups(kind: Kind) -> dict[str, _Group]:
    groups = {name: _group(group) for name, group in _table("claims.toml")[kind].items()}
    if kind == "claim":
        groups |= {f"most {name}": _group(group, name) for name, group in _table("superlatives.toml").items()}
    return groups


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("brief.writing").joinpath(name).read_text(encoding="utf-8"))


def _group(group: dict[str, str], quality: str = "") -> _Group:
    flags = re.ASCII | re.IGNORECASE
    both = f"{group['says']}|{group['also']}" if group["also"] else group["says"]
    return _Group(re.compile(group["says"], flags), re.compile(both, flags), quality)


class ClaimIndex:
    """What texts claim and compare; looked up once a class."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts)
        self._statements: list[str] | None = None
        self._stated: dict[tuple[Kind, str], list[int]] = {}
        self._comparisons: Comparisons | None = None
        self._topics: list[frozenset[str]] | None = None

    def problems(self, text: str) -> Iterator[Finding]:
        """Yield what a folded sentence claims and the texts do not, in questions and suppositions nothing."""
        for offset, clause in _stating(text):
            if clause.strip() not in self._text:
                yield from self._of_clause(text[:offset], clause)

    def _of_clause(self, before: str, clause: str) -> Iterator[Finding]:
        superlative = _SUPERLATIVE.search(clause)
        known: list[tuple[int, int]] = []  # superlatives of a quality that has a name
        for kind in ("claim", "comparison"):
            for name, group in _groups(kind).items():
                if group.quality and not superlative:
                    continue
                for match in group.says.finditer(clause):
                    if group.quality == "other" and any(
                        match.start() < end > start < match.end() for start, end in known
                    ):
                        continue
                    known += [match.span()] if group.quality else []
                    if not _supposed(clause, match) and not self._borne_out(kind, name, before, match):
                        yield Finding(kind, match[0].strip(), len(before) + match.start())

    def _borne_out(self, kind: Kind, name: str, before: str, match: re.Match[str]) -> bool:
        group = _groups(kind)[name]
        found = self._where(kind, name, group)
        if group.quality and ADVICE.search(match.string[: match.start()]):
            return True
        if group.quality == "other":
            found = [i for i, text in enumerate(self._sentences()) if _has_superlative(match[0], text)]
        if group.quality or name in _RANKING:
            return self._on_topic(match, found)
        if kind == "claim":
            return bool(found)
        if self._comparisons is None:
            self._comparisons = Comparisons(self._sentences())
        return self._comparisons.bear_out(Statement(before, match, group.says), found)

    def _on_topic(self, match: re.Match[str], found: Sequence[int]) -> bool:
        """Whether one of the sentences speaks of what the clause does, as far as the texts have its words at all."""
        if self._topics is None:
            self._topics = [topic(text) for text in self._sentences()]
        clause = f"{match.string[: match.start()]} {match.string[match.end() :]}"
        shared = topic(_SUBJECT.sub("", clause)).intersection(*[frozenset().union(*self._topics)])
        return any(not shared or shared & self._topics[i] for i in found)

    def _sentences(self) -> list[str]:
        if self._statements is None:
            self._statements = [part for part in _TEXT_END.split(self._text) if part.strip()]
        return self._statements

    def _where(self, kind: Kind, name: str, group: _Group) -> list[int]:
        """Which sentences of the texts say so; the first is enough for a claim."""
        if (kind, name) not in self._stated:
            found = (i for i, text in enumerate(self._sentences()) if _says(group.supported, text))
            self._stated[kind, name] = (
                list(found)
                if kind == "comparison" or group.quality or name in _RANKING
                else [i for i in [next(found, None)] if i is not None]
            )
        return self._stated[kind, name]


def _says(pattern: re.Pattern[str], sentence: str) -> bool:
    match = pattern.search(sentence)
    if not match:
        return False
    for _, clause in _cut(_CLAUSE_END, sentence):
        if any(not _denied(clause, found) for found in pattern.finditer(clause)):
            return True
    return not any(pattern.search(clause) for _, clause in _cut(_CLAUSE_END, sentence))  # it spans clauses


def _has_superlative(said: str, text: str) -> bool:
    """Whether a text has this very superlative, be it as `the most` or with an ending."""
    word = said.rsplit(maxsplit=1)[-1].lower()
    if not word.isascii() or word.endswith("est"):
        return word in text.lower()
    return bool(re.search(rf"\bmost (?:\w+ly )?{re.escape(word)}", text, re.IGNORECASE))


def _denied(clause: str, match: re.Match[str]) -> bool:
    return bool(_NEGATED.search(clause[: match.start()]))


def _supposed(clause: str, match: re.Match[str]) -> bool:
    return _denied(clause, match) or bool(_WHETHER.search(clause[: match.start()]))


def _stating(text: str) -> Iterator[tuple[int, str]]:
    """Yield the clauses that state something, each with where it starts."""
    for offset, sentence in _cut(_SENTENCE_END, text):
        if _ASKS.search(sentence):
            continue
        clauses = _cut(_CLAUSE_END, sentence)
        yield from ((offset + at, clause) for at, clause in clauses if not _OPEN.search(clause))


def _cut(ends: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in ends.finditer(text):
        if match.start() > start:
            yield start, text[start : match.start()]
            start = match.start()
    yield start, text[start:]
