"""Readers for development: methods and constants of the ranking are chosen on these, never on the reported lists.

Beside three public lists there are readers made up from the texts alone. Of a direction of the packaged profile, every
second keyword is the profile and the others decide what the reader likes. Of an arXiv category, cross-lists are liked
and a dozen phrases are the profile. Some read three categories.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from shared.labelled import LabelledDay, days_of, labelled, laid_out_of, papers_of

from brief.models import Paper
from brief.profile import Direction, Profile, load_profile
from brief.ranking.text import spoken, terms

LISTS = ("agents_meet_rl", "latent_cot", "on_policy_distill", "world_models")
_CLEARLY = 3  # how often a liked paper says hidden keywords: a title counts twice, one keyword thrice at most
_PROFILES = Path(__file__).parents[1] / "profiles"


class Reader(NamedTuple):
    """A made-up or real reader: the days with papers they like."""

    kind: str
    name: str
    profile: Profile
    days: list[LabelledDay]


def readers(shared: Path) -> Iterator[Reader]:
    """Yield all readers for development; lists without a labelled day are left out."""
    for name in LISTS:
        if days := labelled(shared, name):
            yield Reader("list", name, load_profile(_PROFILES / f"{name}.toml"), days)
    yield from _of_halves(shared)
    yield from _of_categories(shared)


def _of_halves(shared: Path) -> Iterator[Reader]:
    said = {p.id: (spoken(p.title), spoken(p.abstract)) for p in _all(shared)}
    for direction in load_profile().directions:
        for half in (0, 1):
            known, hidden = direction.keywords[half::2], direction.keywords[1 - half :: 2]
            profile = _profile(direction.model_copy(update={"keywords": known}))
            liked = {i for i, fields in said.items() if _says(fields, hidden, direction.context)}
            yield Reader("half", f"{direction.id} {half}", profile, _days(shared, liked))


def cross_lists() -> dict[str, Any]:
    """Return arXiv categories with names and phrases."""
    return tomllib.loads(Path(__file__).with_name("cross_lists.toml").read_text(encoding="utf-8"))


def clearly_said(paper: Paper, phrase: str) -> bool:
    """Tell whether a paper says a phrase more than in passing."""
    return _often((spoken(paper.title), spoken(paper.abstract)), [phrase])


def _of_categories(shared: Path) -> Iterator[Reader]:
    rows = cross_lists()
    listed = {name: {p.id for p in _all(shared) if name in p.categories} for name in rows}
    of = {name: Direction(id=name.lower().replace(".", "-"), **row) for name, row in rows.items()}
    for name, direction in of.items():
        yield Reader("category", name, _profile(direction), _days(shared, listed[name]))
    names = list(rows)
    for some in zip(names[::3], names[1::3], names[2::3], strict=True):
        liked = set[str]().union(*(listed[name] for name in some))
        yield Reader("categories", " ".join(some), _profile(*(of[name] for name in some)), _days(shared, liked))


def _says(fields: tuple[str, str], phrases: Collection[str], context: Collection[str]) -> bool:
    return any(_joined(phrase) in field for phrase in context for field in fields) and _often(fields, phrases)


def _often(fields: tuple[str, str], phrases: Collection[str]) -> bool:
    title, abstract = ([field.count(_joined(phrase)) for phrase in phrases] for field in fields)
    return 2 * sum(map(bool, title)) + sum(min(3, n) for n in abstract) >= _CLEARLY


def _joined(phrase: str) -> str:
    return f" {' '.join(terms(phrase))} "


def _profile(*directions: Direction) -> Profile:
    return Profile(name="made-up", directions=directions)


def _all(shared: Path) -> list[Paper]:
    return [paper for day in days_of(shared) for paper in papers_of(shared, day)]


def _days(shared: Path, liked: Collection[str]) -> list[LabelledDay]:
    result = []
    for day in days_of(shared):
        papers = papers_of(shared, day)
        if relevant := frozenset(p.id for p in papers) & frozenset(liked):
            result.append(LabelledDay(dt.date.fromisoformat(day), papers, relevant, laid_out_of(shared, day)))
    return result
