"""What a model is given to read, and the evidence that what it writes is held against: the same texts."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brief.models import Follow, Language, Paper, Pick, Ranked
from brief.profile import Profile
from brief.writing.cards import labels
from brief.writing.fence import fenced, gives_orders
from brief.writing.grounding import Evidence
from brief.writing.reading import Reading
from brief.writing.sentences import clip

MOST_KEYWORDS = 6  # of a direction: the most telling stand first
_CLAIM = 135  # characters of a sentence that stands for a whole abstract


@dataclass(frozen=True)
class Item:
    """Something a model reads about, under a short name of this text only ("P7"), by which it answers.

    `id` is what it stands for. `withheld` tells that its own words address a language model and are not shown.
    """

    alias: str
    id: str
    fields: Mapping[str, str]
    withheld: bool = False

    @property
    def words(self) -> str:
        """The item's text, as evidence."""
        return "\n".join(self.fields.values())


def abstract_of(paper: Paper) -> dict[str, str]:
    """Return all that is known of a paper in words; its title and abstract are expected to be readable."""
    fields = {
        "title": paper.title,
        "abstract": paper.abstract,
        "authors' comment": paper.comment or "",
        "summary by Hugging Face": paper.summary or "",
        "organization": paper.organization or "",
    }
    return {name: text for name, text in fields.items() if text.strip()}


def commands(fields: Mapping[str, str]) -> bool:
    """Tell whether any of the texts gives orders to a language model."""
    return any(gives_orders(text) for text in fields.values())


def candidate(number: int, item: Ranked, profile: Profile, language: Language) -> Item:
    """Return a paper to choose from: its title, its claim, what sort it is and which directions it matches."""
    reading = Reading(item.paper)
    claim = "" if reading.claim is None else clip(reading.sentences[reading.claim], _CLAIM)
    facts = {
        "matches": "; ".join(label.text for label in labels(profile, item.score.directions, language)),
        "kind": reading.kind,
    }
    withheld = commands(abstract_of(item.paper))
    words = {} if withheld else {"title": item.paper.title, "claim": claim}
    return Item(f"P{number}", item.paper.id, {k: v for k, v in (words | facts).items() if v}, withheld)


def recommended(number: int, pick: Pick) -> Item:
    """Return a recommendation with its whole abstract."""
    fields = abstract_of(pick.paper)
    return Item(f"P{number}", pick.paper.id, fields, commands(fields))


def mentioned(number: int, pick: Pick) -> Item:
    """Return another paper of the brief in a line: its title, and what its card says it contributes."""
    withheld = commands(abstract_of(pick.paper))
    said = clip(" ".join(sentence.text for sentence in pick.card.contribution), _CLAIM)
    return Item(f"P{number}", pick.paper.id, {"title": pick.paper.title, "contribution": said}, withheld)


def followed(number: int, follow: Follow) -> Item:
    """Return a repository, model or data set with its own description and what was measured of it."""
    item = follow.item
    fields = {"name": item.name, "description": item.description, "tags": ", ".join(item.topics[:8])}
    measured = {"status": " ".join(sentence.text for sentence in follow.status)}
    shown = {name: text for name, text in (fields | measured).items() if text.strip()}
    return Item(f"R{number}", item.id, shown, commands(fields))


def directions_of(profile: Profile) -> Item:
    """Return what the reader works on."""
    fields = {
        str(number): f"{one.en} ({one.zh}): {', '.join(one.keywords[:MOST_KEYWORDS])}"
        for number, one in enumerate(profile.directions, 1)
    }
    return Item("reader", profile.name, fields)


def text_of(*groups: Iterable[Item]) -> str:
    """Return the items as one text for a model, each group in a fence of its own."""
    return "\n\n".join(fenced({item.alias: item.fields for item in group}) for group in groups)


def evidence_of(items: Iterable[Item]) -> Evidence:
    """Return what a sentence about these items may say."""
    return _evidence(tuple(item.words for item in items))


@functools.lru_cache(maxsize=64)
def _evidence(texts: tuple[str, ...]) -> Evidence:
    """Build it once for all texts of an answer: it takes some milliseconds."""
    return Evidence(texts)
