"""What chats are owed, in Redis: when, who is delivering it, and what became of it. All its keys.

{paperboy}:1:due             sorted set, member -> the epoch second at which it is owed something         for good
{paperboy}:1:leased          sorted set, member -> the epoch second until which a worker has it           for good
{paperboy}:1:since           hash, member -> when it was due, for those leased or to be tried again       for good
{paperboy}:1:pushes:{member} hash, date -> what became of it, see below                                   31 to 40
{paperboy}:1:figures:{date}  hash of counts: due, sent, late, retried, missed, failed:{reason}, lag, lag_max  40 days

A member is a chat's id, owed a brief each day; with `#reminder` or `#weekly`, a reminder or a digest each week; with
`#followup`, a note once. It is due or leased, or waits for nothing. The date is that of the chat's own day. What became
of it: `until T N` (it is being sent, for the Nth time, until the epoch second T), `sent M` (as message M), `failed WHY`
for good, or `missed`.

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
from bot.schedule import moments
from brief.store import key_of, redis_errors

LEASE = 120  # seconds; longer than a member waits in the queue and one delivery takes, retries included
UNDER_WAY = 1500  # members leased at once: at 30 messages a second they are done before their leases run out
LATE = 300  # seconds after which a delivery counts as late
BACKOFF, BACKOFF_LIMIT = 60, 1800  # seconds until the second try, doubled for each further one, and at most
_FARTHEST = 9 * 86_400  # seconds: a digest comes every week, a day later where a zone skips one
SENT, HELD = 0, -1
_PUSHES, _PUSHES_MOST = 31, 40  # records a member; too many are cut to a month of dates, not one each day
_FIGURES_DAYS = 40
_CHUNK = 500  # members a round trip
_WORD = 80  # characters of what a service calls a message or a failure; half a character would stop all recording
_FAILED = "failed:"

Outcome = Literal["sent", "again", "failed", "missed", "nothing"]

# A member that somebody is delivering is not due before that lease would have ended: until then its record tells
# nobody whether it was sent.
PLAN = """
local function plan(due, leased, since, member, moment)
  local lease = redis.call('ZSCORE', leased, member) or 0
  redis.call('ZREM', leased, member)
  redis.call('HDEL', since, member)
  if moment == '' then redis.call('ZREM', due, member)
  else redis.call('ZADD', due, math.max(moment, lease), member) end
end
"""
# What comes back without being done goes last: one that kills its workers must not come first each time.
_TAKE = """
local now, ends = tonumber(ARGV[1]), ARGV[2]
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], member)
  redis.call('ZADD', KEYS[1], now, member)
end
local room = math.min(ARGV[3], ARGV[4] - redis.call('ZCARD', KEYS[2]))
if room <= 0 then return {} end
local taken, members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, room), {}
for i = 1, #taken, 2 do
  redis.call('HSETNX', KEYS[3], taken[i], taken[i + 1])
  redis.call('ZREM', KEYS[1], taken[i])
  redis.call('ZADD', KEYS[2], ends, taken[i])
  members[#members + 1] = taken[i]
end
return members
"""
# Counts are of briefs: reminders and follow-ups have a `#`.
_COUNT = f"""
local function count(figures, member, what, by)
  if string.find(member, '#', 1, true) then return end
  if redis.call('HINCRBY', figures, what, by) == by then redis.call('EXPIRE', figures, {_FIGURES_DAYS * 86_400}) end
end
"""
# Answers the number of the try, 0 for what was sent, -1 for what another one is sending. ISO dates sort as text.
_CLAIM = (
    _COUNT
    + f"""
local prefix, now, ends, answers = ARGV[1], tonumber(ARGV[3]), ARGV[4], {{}}
for i, row in ipairs(cjson.decode(ARGV[2])) do
  local member, date = unpack(row)
  local pushes, figures = prefix .. 'pushes:' .. member, prefix .. 'figures:' .. date
  local record = redis.call('HGET', pushes, date)
  local held, try = string.match(record or '', '^until (%S+) ?(%d*)')
  if string.find(record or '', '^sent ') then answers[i] = {SENT}
  elseif (tonumber(held) or 0) > now then answers[i] = {HELD}
  else
    answers[i] = (tonumber(try) or 0) + 1
    redis.call('HSET', pushes, date, 'until ' .. ends .. ' ' .. answers[i])
    redis.call('ZADD', KEYS[1], 'XX', ends, member)
    if not record then
      count(figures, member, 'due', 1)
      if redis.call('HLEN', pushes) > {_PUSHES_MOST} then
        local dates = redis.call('HKEYS', pushes)
        table.sort(dates)
        for k = 1, #dates - {_PUSHES} do redis.call('HDEL', pushes, dates[k]) end
      end
    end
  end
end
return answers
"""
)
# Who was planned anew meanwhile, by a change of the chat or as the lease ran out, is left as it is. A chat may turn out
# to have another id as it is sent to; then what it got is recorded there.
_DONE = (
    _COUNT
    + f"""
local prefix, now = ARGV[1], tonumber(ARGV[3])
for _, row in ipairs(cjson.decode(ARGV[2])) do
  local member, date, outcome, word, moment = unpack(row)
  local pushes, figures = prefix .. 'pushes:' .. member, prefix .. 'figures:' .. date
  local leased = outcome ~= 'missed' and redis.call('ZREM', KEYS[2], member) == 1
  if not leased then
    local chat, kind = string.match(member, '^([^#]*)(.*)$')
    local heir = redis.call('GET', prefix .. 'moved:' .. chat)
    if heir then pushes = prefix .. 'pushes:' .. heir .. kind end
  end
  local record = date ~= '' and redis.call('HGET', pushes, date) or ''
  local was_sent = string.find(record, '^sent ')
  if outcome == 'sent' and not was_sent then
    redis.call('HSET', pushes, date, 'sent ' .. word)
    count(figures, member, 'sent', 1)
    local lag = math.max(0, math.floor(now - (redis.call('HGET', KEYS[3], member) or now)))
    if lag > 0 then count(figures, member, 'lag', lag) end
    if lag > {LATE} then count(figures, member, 'late', 1) end
    local most = tonumber(redis.call('HGET', figures, 'lag_max')) or 0
    if lag > most then count(figures, member, 'lag_max', lag - most) end
  elseif outcome == 'again' and not was_sent then
    local try = tonumber(string.match(record, '^until %S+ (%d+)')) or 1
    redis.call('HSET', pushes, date, 'until 0 ' .. try)
    count(figures, member, 'retried', 1)
    if moment == '' then moment = now + math.min({BACKOFF} * 2 ^ (try - 1), {BACKOFF_LIMIT}) end
  elseif outcome == 'failed' and not was_sent then
    redis.call('HSET', pushes, date, 'failed ' .. word)
    count(figures, member, '{_FAILED}' .. word, 1)
  elseif outcome == 'missed' and not was_sent and record ~= 'missed' then
    redis.call('HSET', pushes, date, 'missed')
    if record == '' then count(figures, member, 'due', 1) end
    count(figures, member, 'missed', 1)
  end
  if outcome == 'missed' and moment ~= '' then redis.call('HSET', KEYS[3], member, moment) end
  if leased then
    if moment ~= '' then redis.call('ZADD', KEYS[1], moment, member) end
    if outcome ~= 'again' then redis.call('HDEL', KEYS[3], member) end
  end
end
"""
)
# KEYS: due, leased.
_ADOPT = """
local far = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  for _, key in ipairs(KEYS) do
    local planned = redis.call('ZSCORE', key, ARGV[i])
    if planned and tonumber(planned) > far then redis.call('ZREM', key, ARGV[i]) end
  end
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then redis.call('ZADD', KEYS[1], 'NX', ARGV[i + 1], ARGV[i]) end
end
"""


@dataclass(frozen=True)
class Result:
    """What became of a member that was taken; `next` is when it is due again, in epoch seconds, None for never.

    `again` without `next` comes back after a while that doubles with each try. `missed` tells of a date whose day has
    passed, beside the result of the member itself, and ends no lease; its `next` is the moment after it at which the
    member was due, from which its lag is counted. `reason` is one word.
    """

    member: str
    date: dt.date | None
    outcome: Outcome
    message: str = ""
    reason: str = ""
    next: float | None = None


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
        self._take = redis.register_script(_TAKE)
        self._claim = redis.register_script(_CLAIM)
        self._done = redis.register_script(_DONE)
        self._adopt = redis.register_script(_ADOPT)

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
        """Return members that are due, longest first, leased to the caller for 120 s; few or none while many are."""
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
        with redis_errors():
            record: Any = await self._redis.hget(key_of("pushes", member), date.isoformat())
        return record[5:].decode(errors="replace") if record and record.startswith(b"sent ") else None

    async def figures(self, date: dt.date) -> Figures:
        """Return the counts of a date of the last 40 days."""
        with redis_errors():
            found: Any = await self._redis.hgetall(key_of("figures", date))
        counts = {name.decode(): int(value) for name, value in found.items()}
        plain = {name: counts.get(name, 0) for name in ("due", "sent", "late", "retried", "missed", "lag", "lag_max")}
        failed = {name.removeprefix(_FAILED): n for name, n in counts.items() if name.startswith(_FAILED)}
        return Figures(**plain, failed=failed)


def _row(one: Result) -> tuple[str | float, ...]:
    date = one.date.isoformat() if one.date else ""
    word = re.sub(r"[^\w.:-]+", "_", one.message or one.reason, flags=re.ASCII)[:_WORD]
    return one.member, date, one.outcome, word, "" if one.next is None else one.next


def _texts(values: Iterable[bytes]) -> list[str]:
    return [value.decode() for value in values]


_DUE, _LEASED, _SINCE = key_of("due"), key_of("leased"), key_of("since")
