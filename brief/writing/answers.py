"""What a language model must answer, one schema a task.

Docstrings and descriptions here are part of the JSON schema that the model is given, so every word is paid for. The
schemas keep to what OpenAI's strict mode takes (https://platform.openai.com/docs/guides/structured-outputs): every
field required, no unknown ones, no limits; limits are checked when an answer is read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from brief.writing.plain import plain

_MOST_TOLD = 8  # mistakes named to the model at once

T = TypeVar("T")


def _text(limit: int) -> AfterValidator:
    """Check a text, see `plain`; `limit` is in columns, a Chinese character takes two."""
    return AfterValidator(lambda text: plain(text, limit))


def _items(fewest: int, most: int, key: Callable[[T], Hashable] | None = None) -> AfterValidator:
    """Check how many items a list has, and that no two have the same key."""

    def check(items: list[T]) -> list[T]:
        if not fewest <= len(items) <= most:
            raise ValueError(f"give {fewest} to {most} of these, not {len(items)}")
        if key and len({key(item) for item in items}) < len(items):
            raise ValueError("name each item only once")
        return items

    return AfterValidator(check)


def _reference(letter: str) -> AfterValidator:
    def check(name: str) -> str:
        name = name.strip().strip("[]()").upper()
        if not (name[:1] == letter and name[1:].isascii() and name[1:].isdecimal() and len(name) <= 3):
            raise ValueError(f"name the item by its label alone, such as {letter}1")
        return name

    return AfterValidator(check)


Said = Annotated[str, _text(400)]
Point = Annotated[str, _text(200)]
Points = Annotated[list[Point], _items(1, 3)]
PaperLabel = Annotated[str, _reference("P")]
RepoLabel = Annotated[str, _reference("R")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardAnswer(_Answer):
    """One paper's card."""

    contribution: Annotated[str, _text(600)]
    why: Said
    judgement: Said
    focus: Points


class Choice(_Answer):
    """A pick."""

    paper: PaperLabel = Field(description="its label, such as P7")
    reason: Said


class ChoiceAnswer(_Answer):
    """Best first."""

    picks: Annotated[list[Choice], _items(1, 5, lambda choice: choice.paper)]


class RelationAnswer(_Answer):
    """One paper and the reader's directions."""

    text: Said


class Relation(_Answer):
    """A pick and the reader's directions."""

    paper: PaperLabel
    text: Said


class StandIn(_Answer):
    """A pick to read instead."""

    paper: PaperLabel
    when: Said


class Looked(_Answer):
    """A repository, model or data set."""

    item: RepoLabel
    focus: Said


class IdeaAnswer(_Answer):
    """A research idea."""

    title: Annotated[str, _text(120)]
    papers: Annotated[list[PaperLabel], _items(2, 4, lambda label: label)]
    body: Annotated[str, _text(800)]
    steps: Annotated[list[Point], _items(0, 4)]
    question: Said


class ReadingAnswer(_Answer):
    """The day for one reader."""

    overview: Annotated[str, _text(700)]
    relations: Annotated[list[Relation], _items(0, 5, lambda relation: relation.paper)]
    must_reads: Annotated[list[PaperLabel], _items(0, 3, lambda label: label)]
    stand_in: StandIn | None
    repos: Annotated[list[Looked], _items(0, 6, lambda looked: looked.item)]
    ideas: Annotated[list[IdeaAnswer], _items(0, 3)]


def what_to_change(error: ValidationError) -> str:
    """Return in one line what is wrong with an answer, field by field, for the model that gave it."""
    told = [f"{_place(e['loc'])}{e['msg'].removeprefix('Value error, ')}" for e in error.errors(include_url=False)]
    more = f"; {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return " ".join(("; ".join(told[:_MOST_TOLD]) + more).split())


def _place(path: Sequence[int | str]) -> str:
    return f"{'.'.join(map(str, path))[:80]}: " if path else ""
