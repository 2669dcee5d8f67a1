"""A model that does not answer is left alone for a while: a dead endpoint costs a brief seconds, not minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from brief.errors import WritingTrouble

PAUSE: Final = dt.timedelta(minutes=5)
_AT_ONCE: Final = frozenset({WritingTrouble.UNREACHABLE, WritingTrouble.UNAUTHORIZED, WritingTrouble.NOT_FOUND})
_IN_A_ROW: Final = frozenset({WritingTrouble.TIMEOUT, WritingTrouble.SERVER_ERROR, WritingTrouble.RATE_LIMITED})
_ENOUGH: Final = 2


class Breaker:
    """Whether a model is left alone, and for what."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._failures = 0
        self._until: dt.datetime | None = None
        self._trouble: WritingTrouble | None = None

    @property
    def trouble(self) -> WritingTrouble | None:
        """Why the model is left alone now; None when it may be asked."""
        return self._trouble if self._until and self._clock() < self._until else None

    def note(self, trouble: WritingTrouble | None) -> None:
        """Take in how asking went, repeats included; None, or a trouble with the answer, tells of a living model."""
        if trouble == WritingTrouble.OVER_BUDGET:  # it was not asked
            return
        if trouble not in _AT_ONCE | _IN_A_ROW:
            self._failures, self._until = 0, None
            return
        self._failures += _ENOUGH if trouble in _AT_ONCE else 1
        if self._failures >= _ENOUGH:
            self._trouble, self._until = trouble, self._clock() + PAUSE
