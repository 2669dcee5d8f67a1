"""How fast a bot sends, against what Telegram allows. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits ."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """At most `count` in any `seconds`."""

    count: int
    seconds: float


@dataclass
class Limits:
    """Counts sends and edits. A private chat may have a short burst, as with the original: 3 in 3 seconds.

    `slack` is the share of a window forgiven for a clock and a loop that are never exact. `exceeded` names every
    send too many; `most` is the largest count seen in one window, by "overall", "private", "group".
    """

    overall: Pace = Pace(30, 1)
    private: Pace = Pace(3, 3)
    group: Pace = Pace(20, 60)
    slack: float = 0.05
    exceeded: list[str] = field(default_factory=list)
    most: dict[str, int] = field(default_factory=lambda: {"overall": 0, "private": 0, "group": 0})
    _times: defaultdict[Hashable, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, chat_id: int, kind: str, now: float) -> int:
        """Return the whole seconds until this send would be allowed, 0 when it is allowed now."""
        wait = 0.0
        for key, name, pace in self._rules(chat_id, kind):
            times = self._recent(key, pace, now)
            if len(times) >= pace.count:
                wait = max(wait, times[-pace.count] + pace.seconds - now)
                self.exceeded.append(f"{name} limit: more than {pace.count} in {pace.seconds} s, chat {chat_id}")
        return math.ceil(wait)

    def count(self, chat_id: int, kind: str, now: float) -> None:
        """Note one send that was let through."""
        for key, name, pace in self._rules(chat_id, kind):
            times = self._recent(key, pace, now)
            times.append(now)
            self.most[name] = max(self.most[name], len(times))

    def _rules(self, chat_id: int, kind: str) -> list[tuple[Hashable, str, Pace]]:
        own = ("private", self.private) if kind == "private" else ("group", self.group)
        return [("overall", "overall", self.overall), (chat_id, *own)]

    def _recent(self, key: Hashable, pace: Pace, now: float) -> deque[float]:
        times = self._times[key]
        while times and times[0] <= now - pace.seconds * (1 - self.slack):
            times.popleft()
        return times
