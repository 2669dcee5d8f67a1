"""What `paperboy check` has found, one line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the report: `ok` is None for what is switched off on purpose.

    What is fine and has a fix all the same is a warning.
    """

    what: str
    ok: bool | None
    found: str
    fix: str = ""

    @property
    def state(self) -> str:
        """The word for it in JSON: ok, warning, problem, off."""
        if self.ok:
            return "warning" if self.fix else "ok"
        return "off" if self.ok is None else "problem"
