"""A clock that a test sets while processes go by it: how far it is from the real one stands in a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


class ClockFile:
    """The time in UTC, the same for everyone who has the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(self.path.read_text()))

    def set(self, moment: dt.datetime) -> None:
        """Make it `moment`; the clock goes on from there."""
        new = self.path.with_suffix(".new")
        new.write_text(str((moment - dt.datetime.now(dt.UTC)).total_seconds()))
        new.replace(self.path)

    def skip(self, seconds: float) -> None:
        """Move the clock ahead, or back."""
        self.set(self() + dt.timedelta(seconds=seconds))
