"""Words that claim much and words that compare, and whether a text bears them out."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Literal, NamedTuple

from brief.writing.names import NameIndex, names

_SENTENCE_END = re.compile(r"(?<=[!?;。|\n])|(?<=[.])\s+(?=[A-Z\u4e00-\u9fff])")
_CLAUSE_END = re.compile(r"(?<=[,:;。!?—])(?!\d)|\bbut\b|但")
_OPEN = re.compile(  # a clause that asks or supposes states nothing
    r"\b(?:may|might|could|would|whether|if|perhaps|maybe|possibly|potentially|hypothes\w+)\b|可能|或许|也许|是否|能否|可否|"
    r"能不能|会不会|有没有|如果|若|假如|有望|有待|未必|待验证|尚不清楚|试图|旨在|希望",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*[\"')\]]*\s*$")
_NEGATED = re.compile(
    r"(?:\b(?:not|no|never|without|cannot|nor|hardly|rarely|nearly|almost|few)|n't)\s(?:[\w-]+\s){0,2}$"
    r"|(?:不|没有|没能|未|未能|并非|非|无法|难以|尚未|几乎|不能|不是|不会|不再)(?:能|被|是|够|得到)?\s?$",
    re.IGNORECASE,
)
_NEARBY = 2  # sentences of a text in which a comparison names what it compares


class Finding(NamedTuple):
    """A claim or comparison that the texts do not bear out, as the sentence has it."""

    kind: Literal["claim", "comparison"]
    text: str
    start: int


class _Group(NamedTuple):
    says: re.Pattern[str]
    supported: re.Pattern[str]
    negated: bool  # whether "not completely" is no such claim, but "not the first" still one


@functools.cache
def _groups(kind: Literal["claim", "comparison"]) -> dict[str, _Group]:
    data = tomllib.loads(files("brief.writing").joinpath("claims.toml").read_text(encoding="utf-8"))
    flags = re.ASCII | re.IGNORECASE
    return {
        name: _Group(
            re.compile(group["says"], flags),
            re.compile(f"{group['says']}|{group['also']}", flags),
            group.get("negated", False),
        )
        for name, group in data[kind].items()
    }


class ClaimIndex:
    """What texts claim and compare; looked up once a class."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts)
        self._supported: dict[tuple[str, str], bool] = {}
        self._windows: list[tuple[str, NameIndex]] | None = None

    def problems(self, text: str) -> Iterator[Finding]:
        """Yield what a folded sentence claims and the texts do not, in questions and suppositions nothing."""
        for offset, clause in _stating(text):
            for kind in ("claim", "comparison"):
                yield from self._of_clause(kind, offset, clause)

    def _of_clause(self, kind: Literal["claim", "comparison"], offset: int, clause: str) -> Iterator[Finding]:
        for name, group in _groups(kind).items():
            for match in group.says.finditer(clause):
                if kind == "claim" and _NEGATED.search(clause[: match.start()]):
                    continue
                named = kind == "comparison" and not self._compares(group, clause, match)
                if named or not self._has(kind, name, group):
                    yield Finding(kind, match[0].strip(), offset + match.start())

    def _has(self, kind: str, name: str, group: _Group) -> bool:
        if (kind, name) not in self._supported:
            self._supported[kind, name] = bool(group.supported.search(self._text))
        return self._supported[kind, name]

    def _compares(self, group: _Group, clause: str, match: re.Match[str]) -> bool:
        """Whether what the comparison names stands near a comparison of this kind in a text."""
        compared = [name.text for name in names(clause[match.start() :])][:1]
        if not compared:
            return True
        return any(index.supports(compared[0]) for window, index in self._near() if group.supported.search(window))

    def _near(self) -> list[tuple[str, NameIndex]]:
        """Every two sentences of the texts that stand together, with their names."""
        if self._windows is None:
            parts = [part for part in re.split(r"(?<=[.!?])\s+|(?<=。)|\n", self._text) if part.strip()]
            texts = [" ".join(parts[max(i - _NEARBY + 1, 0) : i + 1]) for i in range(len(parts))]
            self._windows = [(text, NameIndex([text])) for text in texts]
        return self._windows


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
