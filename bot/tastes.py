"""What chats clicked, in Redis: what their taste is made of. All its keys.

{paperboy}:1:taste:{chat}   a Clicks, as JSON compressed with zlib                                          for good
{paperboy}:1:reset:{chat}   a Reset: what the chat's last reset took away, to be undone                     120 days

A chat that moves takes them along, see bot/people.py. A value that does not parse counts as absent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from typing import Any

from redis.asyncio import Redis

from brief.models import Paper, Value
from brief.ranking.learning import CLICKS, Click, Kind, Taste, learn
from brief.store import KEEP_DAYS, key_of, pack, redis_errors, unpack

_KEEP = KEEP_DAYS * 86_400
_LAYER: dict[Kind, int] = {"opened": 0, "later": 1, "done": 1, "like": 2, "dislike": 2}

# Writes nothing when the clicks are no longer what the caller saw. What a reset takes away goes to the second key.
_WRITE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4]) end
return 1
"""


class Clicks(Value):
    """What the people of a chat said of papers, oldest first.

    Of a person and a paper that is at most one vote, one note of the later list and one opening. The strongest of them
    counts; taken back, it leaves the others as they were.
    """

    facts: tuple[Click, ...] = ()

    def taste(self, until: dt.datetime | None = None) -> Taste:
        """Return what counts of it, or did at a moment; in a group everybody's clicks count a share."""
        top: dict[tuple[str, str], Click] = {}
        for fact in self.facts:
            known = top.get(_key(fact))
            if (until is None or fact.when <= until) and (known is None or _LAYER[fact.kind] >= _LAYER[known.kind]):
                top[_key(fact)] = fact
        people = len({fact.by for fact in top.values()})
        counted = sorted(top.values(), key=lambda fact: fact.when)
        return Taste(clicks=tuple(fact.model_copy(update={"share": 1 / people}) for fact in counted))

    def having(self, paper: Paper, kind: Kind, when: dt.datetime, by: str) -> Clicks:
        """Return the clicks with one more; opening a paper of which something is known adds nothing."""
        [click] = learn(Taste(), paper, kind, when, by=by).clicks
        if kind == "opened" and any(_key(fact) == _key(click) for fact in self.facts):
            return self
        facts = (*(f for f in self.facts if (_key(f), _LAYER[f.kind]) != (_key(click), _LAYER[kind])), click)
        newest = list(dict.fromkeys(_key(fact) for fact in reversed(facts)))[:CLICKS]
        return Clicks(facts=tuple(fact for fact in facts if _key(fact) in newest))

    def without(self, paper_id: str, kinds: Collection[Kind], by: str) -> Clicks:
        """Return the clicks without those of some kinds that a person made on a paper."""
        return Clicks(facts=tuple(f for f in self.facts if _key(f) != (paper_id, by) or f.kind not in kinds))


class Reset(Value):
    """What a reset took away: the chat's own words, and its clicks with the day from which they counted."""

    words: str = ""
    since: dt.date | None = None
    clicks: Clicks = Clicks()


class Tastes:
    """The clicks of chats. Every method raises StoreError when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._write = redis.register_script(_WRITE)

    async def of(self, chat_id: str) -> Clicks:
        """Return what was clicked in a chat."""
        key = key_of("taste", chat_id)
        with redis_errors():
            return unpack(key, await self._redis.get(key), Clicks) or Clicks()

    async def learn(self, chat_id: str, paper: Paper, kind: Kind, when: dt.datetime, by: str = "") -> None:
        """Add a click to a chat's; `by` tells the people of a group apart."""
        await self._revise(chat_id, lambda clicks: clicks.having(paper, kind, when, by))

    async def unlearn(self, chat_id: str, paper_id: str, kinds: Collection[Kind], by: str = "") -> None:
        """Take back what a person clicked on a paper."""
        await self._revise(chat_id, lambda clicks: clicks.without(paper_id, kinds, by))

    async def reset(self, chat_id: str, words: str, since: dt.date | None) -> int:
        """Forget a chat's clicks and return how many counted; they are kept with its words for `undo`."""
        gone = await self._revise(
            chat_id, lambda _: Clicks(), keep=lambda clicks: Reset(words=words, since=since, clicks=clicks)
        )
        return len(gone.taste().clicks)

    async def undo(self, chat_id: str) -> Reset | None:
        """Bring back the clicks that the last reset took away, under those made since; None when there is nothing."""
        key = key_of("reset", chat_id)
        with redis_errors():
            taken = unpack(key, await self._redis.getdel(key), Reset)
        if taken:
            await self._revise(chat_id, lambda now: Clicks(facts=(*taken.clicks.facts, *now.facts)))
        return taken

    async def groups_of(self, who: str) -> list[str]:
        """Return the groups of their service and workspace in which a person (`telegram:7`, `slack:T1:U7`) clicked."""
        chats = sorted({chat async for chat in self._chats(who.rpartition(":")[0])})
        return [chat for chat in chats if _any_by(who, await self.of(chat)) or await self._took_away(chat, who)]

    async def forget(self, who: str, groups: Iterable[str]) -> None:
        """Take what a person clicked out of groups, and what their last reset took away where they had a part in it."""
        for chat in groups:
            await self._revise(chat, lambda clicks: Clicks(facts=tuple(f for f in clicks.facts if not _is_by(who, f))))
            if await self._took_away(chat, who):
                with redis_errors():
                    await self._redis.delete(key_of("reset", chat))

    async def _took_away(self, chat_id: str, who: str) -> bool:
        """Tell whether the last reset of a chat took clicks of a person away."""
        key = key_of("reset", chat_id)
        with redis_errors():
            taken = unpack(key, await self._redis.get(key), Reset)
        return taken is not None and _any_by(who, taken.clicks)

    async def _chats(self, place: str) -> AsyncIterator[str]:
        """Yield the chats of a service, or a workspace of it, that clicked or reset what they had."""
        with redis_errors():
            for kind in ("taste", "reset"):
                start = key_of(kind, "")
                async for key in self._redis.scan_iter(match=f"{start}{place}:*"):
                    yield key.decode().removeprefix(start)

    async def _revise(
        self, chat_id: str, step: Callable[[Clicks], Clicks], keep: Callable[[Clicks], Reset] | None = None
    ) -> Clicks:
        """Store what `step` makes of a chat's clicks, and return what they were."""
        keys = [key_of("taste", chat_id), key_of("reset", chat_id)]
        while True:
            with redis_errors():
                value: Any = await self._redis.get(keys[0])
                before = unpack(keys[0], value, Clicks) or Clicks()
                after = step(before)
                if after == before and keep is None:
                    return before
                written, kept = pack(after) if after.facts else b"", pack(keep(before)) if keep else b""
                if await self._write(keys=keys, args=[value or b"", written, kept, _KEEP]):
                    return before


def _key(click: Click) -> tuple[str, str]:
    return click.paper, click.by


def _any_by(who: str, clicks: Clicks) -> bool:
    return any(_is_by(who, fact) for fact in clicks.facts)


def _is_by(who: str, click: Click) -> bool:
    """Tell whether a click in a group is a person's: named in Slack as a whole, in Telegram by the number alone."""
    return click.by in (who, who.rpartition(":")[2])
