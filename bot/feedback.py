"""Votes from a file: what `paperboy rank --feedback` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from brief.errors import FeedbackError
from brief.models import split_arxiv_id

EXAMPLE = '{"id": "2604.26904", "vote": 1}'


class Vote(BaseModel):
    """One line: 1 is a like, -1 a dislike, 0 takes an earlier vote back."""

    id: str
    vote: Literal[1, -1, 0]


def read_votes(path: Path) -> dict[str, int]:
    """Return the votes of a JSONL file by paper id, the last one of an id; raises FeedbackError naming the line."""
    votes: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            paper_id, vote = _vote(line, f"{path}, line {number}")
            votes[paper_id] = vote
    return {paper_id: vote for paper_id, vote in votes.items() if vote}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FeedbackError(f"{path}: cannot be read as text; a line looks like {EXAMPLE}") from error


def _vote(line: str, where: str) -> tuple[str, int]:
    try:
        given = Vote.model_validate_json(line)
    except ValidationError as error:
        raise FeedbackError(f"{where}: not a vote; a line looks like {EXAMPLE}") from error
    split = split_arxiv_id(given.id)
    if split is None:
        raise FeedbackError(f"{where}: {given.id[:40]!r} is not an arXiv id; a line looks like {EXAMPLE}")
    return split[0], given.vote
