"""What moved over the stored days."""

from __future__ import annotations

import datetime as dt

from brief.models.value import Language, Value


class Trend(Value):
    """A category that moved: its share of the papers of each day, None for a day with too few, and of both halves."""

    id: str
    names: dict[Language, str]
    shares: tuple[float | None, ...]
    before: float
    after: float


class Trends(Value):
    """How categories moved over the stored days among the `asked` ones; `shares` of each follow the order of `days`.

    With too few days nothing moved yet, and `ready` is when there can be enough. Those that moved most come first.
    """

    asked: int
    days: tuple[dt.date, ...]  # oldest first
    papers: int
    turn: int = 0  # days of the first half; it has about as many papers as the other one
    ready: dt.date | None = None
    rose: tuple[Trend, ...] = ()
    fell: tuple[Trend, ...] = ()

    @property
    def moved(self) -> tuple[Trend, ...]:
        """All of them."""
        return self.rose + self.fell
