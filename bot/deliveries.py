"""What chats are owed, in Redis: when, who is delivering it, and what became of it. All its keys.

{paperboy}:1:due             sorted set, member -> the epoch second at which it is owed something         for good
{paperboy}:1:leased          sorted set, member -> the epoch second until which a worker has it           for good
{paperboy}:1:since           hash, member -> when it was due, for those leased or to be tried again       for good
{paperboy}:1:pushes:{member} hash, date -> what became of it, see below                                   31 to 40
{paperboy}:1:figures:{date}  hash of counts: due, sent, late, retried, missed, failed:{reason}, lag, lag_max  40 days

A member is a chat's id, owed a brief each day; with `#reminder` or `#weekly`, a reminder or a digest each week; with
`#followup`, a note once. It is due or leased, or waits for nothing. The date is that of the chat's own day. What became
of it: `until T N` (it is being sent, for the Nth time, until the epoch second T), `sent M D` (as message M, when the
newest edition was that of D days before), `failed WHY` for good, or `missed`.

The sorted sets are the truth; a queue that carries members to workers may lose or repeat them. A member whose lease ran
out is due again, and a date is sent to a member by who claims it. Only who still holds a member's lease plans its next
moment: whoever changes a chat meanwhile plans it and ends the lease.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from redis.asyncio import Redis

from bot.chat import Chat
from bot.delivery_scripts import ADOPT, CLAIM, DONE, FAILED, TAKE
from bot.schedule import moments
from brief.store import key_of, redis_errors

LEASE = 120  # seconds; longer than a member waits in the queue and one delivery takes, retries included
UNDER_WAY = 1500  # members of a surface leased at once: at 30 messages a second done before their leases run out
_FARTHEST = 9 * 86_400  # seconds: a digest comes every week, a day later where a zone skips one
_CHUNK = 500  # members a round trip
_DAY = dt.timedelta(days=1)
_WORD = 80  # characters of what a service calls a message or a failure; half a character would stop all recording

Outcome = Literal["sent", "again", "failed", "missed", "nothing"]


@dataclass(frozen=True)
class Result:
    """What became of a member that was taken; `next` is when it is due again, in epoch seconds, None for never.

    `again` without `next` comes back after a while that doubles with each try. `missed` tells of a date whose day has
    passed, beside the result of the member itself, and ends no lease; its `next` is the moment after it at which the
    member was due, from which its lag is counted. `reason` is one word; `edition` is the date of the newest then.
    """

    member: str
    date: dt.date | None
    outcome: Outcome
    message: str = ""
    reason: str = ""
    next: float | None = None
    edition: dt.date | None = None


@dataclass(frozen=True)
class Figures:
    """The briefs of a date, counted by chat; `retried` counts tries, lags are in whole seconds."""

    due: int = 0
    sent: int = 0
    late: int = 0
    retried: int = 0
    missed: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    lag: int = 0  # of all that were sent together
    lag_max: int = 0


class Deliveries:
    """What is owed when. Every method raises StoreError when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take = redis.register_script(TAKE)
        self._claim = redis.register_script(CLAIM)
        self._done = redis.register_script(DONE)
        self._adopt = redis.register_script(ADOPT)

    async def adopt(self, chats: Sequence[Chat], now: dt.datetime) -> None:
        """Plan the chats that are neither due nor leased, so written by an older version; others are left alone.

        What is planned further ahead than anything can be was so by a clock that was wrong, and is planned anew.
        """
        far = now.timestamp() + _FARTHEST
        pairs = [pair for chat in chats for pair in moments(chat, now, waited=chat)]
        with redis_errors():
            for start in range(0, len(pairs), _CHUNK):
                chunk = pairs[start : start + _CHUNK]
                args = [value for member, moment in chunk if moment for value in (member, moment)]
                await self._adopt(keys=[_DUE, _LEASED], args=[far, *args])

    async def take(self, now: dt.datetime, most: int) -> list[str]:
        """Return members that are due, longest first, leased to the caller for 120 s.

        Of a surface of which many are, few or none.
        """
        args: list[float] = [now.timestamp(), now.timestamp() + LEASE, most, UNDER_WAY]
        with redis_errors():
            return _texts(await self._take(keys=[_DUE, _LEASED, _SINCE], args=args))

    async def soon(self, since: dt.datetime, until: dt.datetime) -> list[str]:
        """Return the members that come due from `since` until just before `until`."""
        with redis_errors():
            found: Any = await self._redis.zrangebyscore(_DUE, since.timestamp(), f"({until.timestamp()!r}")
        return _texts(found)

    async def since(self, members: Sequence[str]) -> list[dt.datetime | None]:
        """Return when each member, taken or to be tried again, was first due."""
        if not members:
            return []
        with redis_errors():
            found: list[Any] = await self._redis.hmget(_SINCE, list(members))
        return [dt.datetime.fromtimestamp(float(value), dt.UTC) if value else None for value in found]

    async def claim(self, wanted: Sequence[tuple[str, dt.date]], now: dt.datetime) -> list[int]:
        """Return for each (member, date), when it is the caller's to send, the number of this try, from 1.

        Else SENT (0), or HELD (-1) when another one is sending it: leave that one alone, it will be due again if it
        fails. A claim holds for 120 s and renews the lease.
        """
        rows = json.dumps([(member, date.isoformat()) for member, date in wanted])
        args: list[str | float] = [key_of(""), rows, now.timestamp(), now.timestamp() + LEASE]
        with redis_errors():
            return [int(answer) for answer in await self._claim(keys=[_LEASED], args=args)]

    async def done(self, results: Sequence[Result], now: dt.datetime) -> None:
        """Record what became of members, end their leases and put them where they are due next, all at once."""
        rows = json.dumps([_row(result) for result in results])
        with redis_errors():
            await self._done(keys=[_DUE, _LEASED, _SINCE], args=[key_of(""), rows, now.timestamp()])

    async def owe(self, members: Sequence[str], moment: dt.datetime) -> None:
        """Make members due at a moment, unless they are due already."""
        if members:
            with redis_errors():
                await self._redis.zadd(_DUE, dict.fromkeys(members, moment.timestamp()), nx=True)

    async def message(self, member: str, date: dt.date) -> str | None:
        """Return as which message a member was sent what it was owed on a date of the last month, if it was."""
        [record] = await self._records(member, [date])
        return record.split()[1] if _SENT_AS.match(record) else None

    async def over(self, member: str, date: dt.date) -> bool:
        """Tell whether a member was sent what it was owed on a date of the last month, or was refused it for good."""
        [record] = await self._records(member, [date])
        return bool(_SENT_AS.match(record)) or record.startswith("failed ")

    async def had(self, member: str, edition: dt.date, before: dt.date) -> bool:
        """Tell whether a member was sent an edition, on its date or a later day before another."""
        dates = [edition + n * _DAY for n in range((before - edition).days)]
        records = await self._records(member, dates) if dates else []
        return any(_SENT_AS.match(record) and record.split()[2:] == [str(n)] for n, record in enumerate(records))

    async def _records(self, member: str, dates: Sequence[dt.date]) -> list[str]:
        with redis_errors():
            found: list[Any] = await self._redis.hmget(key_of("pushes", member), [date.isoformat() for date in dates])
        return [(record or b"").decode(errors="replace") for record in found]

    async def figures(self, date: dt.date) -> Figures:
        """Return the counts of a date of the last 40 days."""
        with redis_errors():
            found: Any = await self._redis.hgetall(key_of("figures", date))
        counts = {name.decode(): int(value) for name, value in found.items()}
        plain = {name: counts.get(name, 0) for name in ("due", "sent", "late", "retried", "missed", "lag", "lag_max")}
        failed = {name.removeprefix(FAILED): n for name, n in counts.items() if name.startswith(FAILED)}
        return Figures(**plain, failed=failed)


def _row(one: Result) -> tuple[str | float, ...]:
    date = one.date.isoformat() if one.date else ""
    word = re.sub(r"[^\w.:-]+", "_", one.message or one.reason, flags=re.ASCII)[:_WORD]
    if one.date and one.edition:
        word += f" {(one.date - one.edition).days}"
    return one.member, date, one.outcome, word, "" if one.next is None else one.next


def _texts(values: Iterable[bytes]) -> list[str]:
    return [value.decode() for value in values]


_SENT_AS = re.compile(r"sent \S")
_DUE, _LEASED, _SINCE = key_of("due"), key_of("leased"), key_of("since")
