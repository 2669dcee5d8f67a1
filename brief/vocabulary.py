"""What research is called in Chinese, and what abstracts, which are English, call it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from brief.profile import Direction, Profile, load_profile
from brief.ranking.text import terms
from brief.taxonomy import Category, categories

FOREIGN = re.compile(r"[^\x00-\u024f\u2010-\u201f]+")  # beyond Latin letters and English punctuation

GLOSSARY = Path(__file__).with_name("glossary.toml")
HAN = re.compile(r"[\u3400-\u9fff]+")
_ABOUT = re.compile(  # words that say nothing of what is looked for
    "有没有|有哪些|应用|分析|处理|任务|感兴趣|论文|文章|研究|方向|领域|方面|问题|方法|技术|工作|最新|最近|相关|有关|关于|关心|关注|喜欢|了解|主要|"
    "我们|以及|主要是|用于|基于|面向|如何|怎么|哪些|什么|想看"
)
_JOINING = "类的地得和与及或在中里上下对等做是为了用把让看想我新"
_AROUND = re.compile(r"[/／、，,()（）]|与")  # between the names in a heading such as "检索与 RAG"

Vocabulary = Mapping[str, tuple[str, ...]]  # folded name -> English keywords


class English(NamedTuple):
    """Words as abstracts say them, and the Chinese ones among them for which no English is known."""

    words: str
    unknown: tuple[str, ...] = ()


def in_english(words: str, known: Profile) -> English:
    """Return words with each Chinese name known replaced by the first of its English keywords; see `English`."""
    if not HAN.search(words):
        return English(words)
    english = vocabulary(known)
    said = chinese_names(known).sub(lambda name: f" {_called(name[0], english)} ", words)
    return English(" ".join(HAN.sub(" ", said).split()), tuple(unknown(said)))


def _called(name: str, english: Vocabulary) -> str:
    """Return what abstracts call a name; itself where only the pattern takes it for a known one, as `ſ` for `s`."""
    return english.get(fold(name), (name,))[0]


@lru_cache(maxsize=1)
def glossary() -> Vocabulary:
    """Return the English of the terms of the glossary alone, by their folded names."""
    terms_of_art = tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))
    return {fold(term): tuple(english) for term, english in terms_of_art.items()}


@lru_cache(maxsize=1)
def glossary_names() -> re.Pattern[str]:
    """Return what finds the folded names of the glossary in a folded text, always the longest one."""
    return re.compile("|".join(map(re.escape, sorted(glossary(), key=len, reverse=True))))


@lru_cache(maxsize=8)
def vocabulary(known: Profile) -> Vocabulary:
    """Return the English keywords of every direction, term of the glossary and category by each of its names."""
    found: dict[str, list[str]] = {name: list(english) for name, english in glossary().items()}
    rows: list[Direction | Category] = [*known.directions, *load_profile().directions, *categories()]
    for row in rows:
        english = [keyword for keyword in row.keywords if not FOREIGN.search(keyword)]
        names = (row.zh, row.en, *filter(FOREIGN.search, row.keywords))
        for name in {fold(piece) for whole in names for piece in (whole, *_AROUND.split(whole))}:
            if len(name) > 1:
                found.setdefault(name, []).extend(english)
    return {name: tuple(different(keywords)) for name, keywords in found.items()}


@lru_cache(maxsize=8)
def chinese_names(known: Profile) -> re.Pattern[str]:
    """Return what finds the Chinese names with English keywords in a text, always the longest one."""
    names = (name for name, keywords in vocabulary(known).items() if keywords and FOREIGN.search(name))
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))), re.IGNORECASE)


def unknown(text: str) -> Iterator[str]:
    """Yield the Chinese words of a text without known names, but for those that say nothing of what is looked for."""
    for words in HAN.findall(_ABOUT.sub(" ", text)):
        if words.strip(_JOINING):
            yield words.strip("的和与及或")


def different(phrases: Iterable[str]) -> list[str]:
    """Return the phrases in their order, those that mean the same words once."""
    found: dict[tuple[str, ...], str] = {}
    for phrase in phrases:
        found.setdefault(tuple(terms(phrase)), phrase)
    return list(found.values())


def fold(text: str) -> str:
    """Return a text for comparison: without case, spaces, hyphens and plurals."""
    return "".join(terms(text))
