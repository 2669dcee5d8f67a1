"""Words that claim much and words that compare, and whether a text bears them out."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Literal, NamedTuple

from brief.writing.comparisons import Comparisons, Statement

_SENTENCE_END = re.compile(r"(?<=[!?;。|\n])|(?<=[.])\s+(?=[A-Z\u4e00-\u9fff])")
_CLAUSE_END = re.compile(r"(?<=[,:;。!?—])(?!\d)|\bbut\b|但")
_TEXT_END = re.compile(r"(?<=[.!?])\s+|(?<=。)|\n")
_OPEN = re.compile(  # a clause that asks or supposes states nothing
    r"\b(?:may|might|could|would|whether|if|perhaps|maybe|possibly|potentially|hypothes\w+)\b|可能|或许|也许|是否|能否|可否|"
    r"能不能|会不会|有没有|如果|若|假如|有望|有待|未必|待验证|尚不清楚|试图|旨在|希望",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*[\"')\]]*\s*$")
_NEGATED = re.compile(
    r"(?:\b(?:not|no|never|without|cannot|nor|hardly|rarely|nearly|almost|few)|n't)\s(?:[\w-]+\s){0,2}$"
    r"|(?:不|没有|没能|未|未能|并非|非|无|无法|难以|尚未|几乎|不能|不是|不会|不再)(?:能|被|是|够|得到|明显|任何)?\s?$"
    r"|\b(?:no (?:\w+ )?(?:evidence|proof|sign|claim|indication)|(?:find|found|see|saw|observe\w*|show\w*) no)\b"
    r"|(?:没有|无|未见|未发现|缺乏)[^,。;]{0,6}(?:证据|迹象)|(?:没有|未)发现",
    re.IGNORECASE,
)
# What qualifies a thing the reader is told to do or choose, and so says nothing of the paper.
_ADVICE = re.compile(
    r"^\W*(?:(?:then|also|next|first|please|just|or),?\s)*(?:reproduce|replicate|rerun|start|begin|try|choose|pick|read|check|compare|look"
    r"|take|use|run|test|measure|watch|skim|see|keep|prefer|reread|switch|build|apply|ask|treat|consider|repeat|fix|plot|report)\b"
    r"|\b(?:should|worth \w+ing|we (?:recommend|suggest|advise)|you can|one can|advisable|suggested)\b"
    r"|(?:^|[^首领优])先(?!进|前|验|导)|建议|值得(?!注意|一提|称道)|不妨|推荐|优先|复现|可以?(?:先|从|试|选|直接|优先)",
    re.IGNORECASE,
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
    advised: bool  # whether what a reader should choose may be called so


@functools.cache
def _groups(kind: Kind) -> dict[str, _Group]:
    data = tomllib.loads(files("brief.writing").joinpath("claims.toml").read_text(encoding="utf-8"))
    flags = re.ASCII | re.IGNORECASE
    return {
        name: _Group(
            re.compile(group["says"], flags),
            re.compile(f"{group['says']}|{group['also']}", flags),
            group.get("advised", False),
        )
        for name, group in data[kind].items()
    }


class ClaimIndex:
    """What texts claim and compare; looked up once a class."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts)
        self._statements: list[str] | None = None
        self._stated: dict[tuple[Kind, str], list[int]] = {}
        self._comparisons: Comparisons | None = None

    def problems(self, text: str) -> Iterator[Finding]:
        """Yield what a folded sentence claims and the texts do not, in questions and suppositions nothing."""
        for offset, clause in _stating(text):
            if clause.strip() not in self._text:
                yield from self._of_clause(text[:offset], clause)

    def _of_clause(self, before: str, clause: str) -> Iterator[Finding]:
        for kind in ("claim", "comparison"):
            for name, group in _groups(kind).items():
                for match in group.says.finditer(clause):
                    if not _denied(clause, match) and not self._borne_out(kind, name, before, match):
                        yield Finding(kind, match[0].strip(), len(before) + match.start())

    def _borne_out(self, kind: Kind, name: str, before: str, match: re.Match[str]) -> bool:
        group = _groups(kind)[name]
        found = self._where(kind, name, group)
        if kind == "claim":
            return bool(found) or (group.advised and bool(_ADVICE.search(match.string[: match.start()])))
        if self._comparisons is None:
            self._comparisons = Comparisons(self._sentences())
        return self._comparisons.bear_out(Statement(before, match, group.says), found)

    def _sentences(self) -> list[str]:
        if self._statements is None:
            self._statements = [part for part in _TEXT_END.split(self._text) if part.strip()]
        return self._statements

    def _where(self, kind: Kind, name: str, group: _Group) -> list[int]:
        """Which sentences of the texts say so; the first is enough for a claim."""
        if (kind, name) not in self._stated:
            found = (i for i, text in enumerate(self._sentences()) if _says(group.supported, text))
            self._stated[kind, name] = (
                list(found) if kind == "comparison" else [i for i in [next(found, None)] if i is not None]
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


def _denied(clause: str, match: re.Match[str]) -> bool:
    return bool(_NEGATED.search(clause[: match.start()]))


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
