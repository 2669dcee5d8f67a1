"""How fast an app may call, as Slack allows. https://docs.slack.dev/apis/web-api/rate-limits ."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.fakes.slack_errors import RateLimited

# The tier printed on each method's page, as calls a minute. chat.postMessage is "special". apps.connections.open is of
# tier 1, but ten connections may be opened at once: it is left out.
TIER_3, TIER_4 = 50, 100
SPECIAL = "chat.postMessage"
TIERS = {
    "auth.revoke": TIER_3,
    "auth.test": 600,  # "special": hundreds of requests a minute
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.unfurl": TIER_3,
    "chat.update": TIER_3,
    "conversations.info": TIER_3,
    "conversations.open": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "oauth.v2.access": TIER_4,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


@dataclass(frozen=True)
class Pace:
    """At most `count` in any `seconds`."""

    count: int
    seconds: float


class _Rule(NamedTuple):
    key: Hashable
    name: str
    pace: Pace


@dataclass
class Limits:
    """Counts calls; `lifted` lets everything through for tests that are not about pace.

    Slack gives no numbers for what it calls a short burst, nor for "several hundred messages a minute" over a
    workspace. Assumed here: three posts in three seconds to one channel, 300 posts a minute to one workspace, and
    a tier as a window of one minute. Refused calls do not count. `exceeded` names every call too many.
    """

    channel: Pace = Pace(3, 3)
    workspace: Pace = Pace(300, 60)
    slack: float = 0.05  # the share of a window forgiven for a clock and a loop that are never exact
    lifted: bool = False
    exceeded: list[str] = field(default_factory=list)
    _times: defaultdict[Hashable, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, method: str, team: str, channel: str, now: float) -> None:
        """Count one call, or raise RateLimited with the whole seconds until it would be let through."""
        if self.lifted:
            return
        rules = list(self._rules(method, team, channel))
        waits = {rule.name: self._wait(rule, now) for rule in rules}
        if any(waits.values()):
            self.exceeded += [f"{name}: {method} {channel or team}" for name, wait in waits.items() if wait]
            raise RateLimited(math.ceil(max(waits.values())))
        for rule in rules:
            self._times[rule.key].append(now)

    def _rules(self, method: str, team: str, channel: str) -> Iterator[_Rule]:
        if method == SPECIAL:
            yield _Rule((team, channel), "channel", self.channel)
            yield _Rule(team, "workspace", self.workspace)
        elif method in TIERS:
            yield _Rule((team, method), f"{TIERS[method]} a minute", Pace(TIERS[method], 60))

    def _wait(self, rule: _Rule, now: float) -> float:
        times, pace = self._times[rule.key], rule.pace
        while times and times[0] <= now - pace.seconds * (1 - self.slack):
            times.popleft()
        return times[-pace.count] + pace.seconds - now if len(times) >= pace.count else 0
