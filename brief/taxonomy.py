"""The closed list of categories, and which of them a text falls into."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from brief.models import Label, Language, Value
from brief.ranking.text import terms

TAXONOMY = Path(__file__).with_name("taxonomy.toml")
MOST = 4  # labels of one text

_GENERAL = frozenset({"large-language-models", "machine-learning", "reinforcement-learning", "reasoning"})
_CLEAR, _PASSING = 2, 3  # below this weight a category labels a text only among its first few
_OPENING = 3  # what a keyword counts in the first line, which is the title; 1 elsewhere

Phrase = tuple[str, ...]


class Category(Value):
    """One category: its names, the phrases that speak for it, the arXiv categories it stands in for."""

    id: str
    zh: str
    en: str
    keywords: Annotated[tuple[str, ...], Field(min_length=1)]
    arxiv: tuple[str, ...] = ()

    def label(self, language: Language) -> Label:
        """Return the category's name in a language."""
        return Label(id=self.id, text=self.zh if language == "zh" else self.en)


@cache
def categories() -> tuple[Category, ...]:
    """Return every category, the more specific ones first."""
    rows = tomllib.loads(TAXONOMY.read_text(encoding="utf-8"))["categories"]
    return tuple(Category.model_validate(row) for row in rows)


def classify(text: str, language: Language, arxiv_categories: Sequence[str] = ()) -> tuple[Label, ...]:
    """Return the categories of a text, at most 4, best first; the first line counts as its title.

    A category's weight is the number of times its keywords occur, each at most 3 times. General ones stand last.
    Where no keyword occurs the arXiv categories decide; a text with neither has no label.
    """
    title, _, rest = text.partition("\n")
    weights: Counter[str] = Counter()
    for part, weight in ((title, _OPENING), (rest, 1)):
        for (category, _), count in Counter(_hits(terms(part))).items():
            weights[category] += weight * min(count, 3)
    places = {category.id: n for n, category in enumerate(categories())}
    ordered = sorted(weights, key=lambda i: (i in _GENERAL, -weights[i], places[i]))[:MOST]
    best = [i for place, i in enumerate(ordered) if place < _PASSING or weights[i] >= _CLEAR]
    chosen = best or _from_arxiv(arxiv_categories)
    return tuple(categories()[places[i]].label(language) for i in chosen)


@cache
def _phrases() -> dict[str, list[tuple[Phrase, str]]]:
    """Return every keyword with its category, by the keyword's first term."""
    index = defaultdict(list)
    for category in categories():
        for phrase in dict.fromkeys(tuple(terms(keyword)) for keyword in category.keywords):
            index[phrase[0]].append((phrase, category.id))
    return index


def _hits(said: Sequence[str]) -> Iterator[tuple[str, Phrase]]:
    """Yield (category, keyword) wherever a keyword stands in a row of terms."""
    index = _phrases()
    for place, term in enumerate(said):
        for phrase, category in index.get(term, ()):
            if tuple(said[place : place + len(phrase)]) == phrase:
                yield category, phrase


def _from_arxiv(names: Sequence[str]) -> list[str]:
    """Return the category that stands in for the first arXiv category known, exactly or by its archive."""
    for name in names:
        for wanted in (name, name.partition(".")[0]):
            for category in categories():
                if wanted in category.arxiv:
                    return [category.id]
    return []
