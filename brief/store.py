"""The day in Redis: days, papers, briefs, and what was shown. All its keys, and how long they stay.

{paperboy}:1:day:{date}                        a Day, whole: one value, so nobody ever reads half a day     120 days
{paperboy}:1:gist:{date}                       a Gist: what of the day is counted later, some 10 kB         120 days
{paperboy}:1:days                              set of the dates that were ever stored                       for good
{paperboy}:1:paper:{id}                        a Paper as it was last collected                             120 days
{paperboy}:1:brief:{date}:{profile}:{language} a Brief           for good; as its maker says for a chat's own: 120 days
{paperboy}:1:shown:{profile}:{date}            a Shown: what that edition showed and what it left out           120 days
{paperboy}:1:answer:{digest}                   an answer of a language model, see writing/memory.py             120 days
{paperboy}:1:vector:{digest}                   what a text means, see embeddings.py                              30 days
{paperboy}:1:spent:{date}[:embeddings]         what models took that day, see writing/budget.py                   8 days

Values are JSON, compressed with zlib. The 1 is the version of this layout, see layout.py. A value that does not parse
(written by another version of the program) counts as absent. The braces put all keys of Paperboy's into one hash slot
of a cluster: scripts and transactions may touch any of them together, and one bot's data is small.
https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from brief.errors import StoreError
from brief.layout import LAYOUT, settle
from brief.models import Brief, Day, Language, Paper, Value
from brief.redis_client import open_redis
from brief.redis_server import embedded_redis
from brief.settings import Settings
from brief.trends import Gist, gist_of

KEEP_DAYS = 120  # items, and what was shown
_KEEP = dt.timedelta(days=KEEP_DAYS)
_CHUNK = 500  # papers a round trip: some 700 kB
# Answers the dates of the set for which a day is stored; ARGV[1] is how the keys of days begin.
_DAYS = """
local stored = {}
for _, date in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[1] .. date) == 1 then stored[#stored + 1] = date end
end
return stored
"""
_SMALL = 6  # zlib's level for days, two thirds of all that is stored: a fifth smaller than at 1, in a tenth of a second

_Model = TypeVar("_Model", bound=BaseModel)
_T = TypeVar("_T")
_dates = TypeAdapter(list[dt.date])
_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, settled: bool = True) -> AsyncIterator[Store]:
    """Yield the store at REDIS_URL, or the one in the data folder; raises StoreError when neither can be had.

    What is in it is brought to this program's layout, unless `settled` is False: then it may be anything.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            url = await _url(settings, stack)
            with redis_errors():
                redis = await stack.enter_async_context(open_redis(url))
                if settled:
                    await settle(redis)
        except (TypeError, ValueError) as error:  # an option in the URL that redis-py does not know
            raise StoreError("REDIS_URL cannot be used: write it like redis://localhost:6379/0") from error
        yield Store(redis)


async def _url(settings: Settings, stack: contextlib.AsyncExitStack) -> str:
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    socket = await stack.enter_async_context(embedded_redis(settings.paperboy_data_dir))
    return f"unix://{quote(str(socket))}"


class Shown(Value):
    """What an edition showed, id -> version, and when it was first made; `missed` stood high and were not shown."""

    made: dt.datetime
    items: dict[str, int | None] = Field(default_factory=dict)
    missed: tuple[str, ...] = ()


class Store:
    """Days, papers and briefs. Every method raises StoreError when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._days = redis.register_script(_DAYS)

    @property
    def client(self) -> Redis:
        """The connection to Redis, for others that keep values of their own there."""
        return self._redis

    async def save_day(self, day: Day) -> None:
        """Store a day, in place of an earlier collection of it, after its papers."""
        date = day.window.date
        gist = pack(await asyncio.to_thread(gist_of, day))
        whole = await asyncio.to_thread(pack, day, _SMALL)
        with redis_errors():
            for start in range(0, len(day.papers), _CHUNK):
                async with self._redis.pipeline(transaction=False) as pipe:
                    for paper in day.papers[start : start + _CHUNK]:
                        pipe.set(key_of("paper", paper.id), pack(paper), ex=_KEEP)
                    await pipe.execute()
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(key_of("day", date), whole, ex=_KEEP)
                pipe.set(key_of("gist", date), gist, ex=_KEEP)
                pipe.sadd(key_of("days"), date.isoformat())
                await pipe.execute()

    async def day(self, date: dt.date) -> Day | None:
        """Return the day as it was last collected."""
        key = key_of("day", date)
        return parsed(key, await self._get(key), _unpacked_day)

    async def has_day(self, date: dt.date) -> bool:
        """Tell whether a day is stored."""
        with redis_errors():
            return bool(await self._redis.exists(key_of("day", date)))

    async def passing_day(self, date: dt.date) -> Day | None:
        """Return a day for one look at it: unlike after `day`, the days that everybody reads stay at hand."""
        key = key_of("day", date)
        return unpack(key, await self._get(key), Day)

    async def days(self) -> list[dt.date]:
        """Return the dates of all stored days, newest first."""
        with redis_errors():
            stored = await self._days(keys=[key_of("days")], args=[key_of("day", "")])
        return sorted(_dates.validate_python(stored), reverse=True)

    async def gists(self, since: dt.date, until: dt.date) -> dict[dt.date, Gist]:
        """Return the gists of the stored days from one date to another; of a day stored without one it is made now."""
        dates = [since + dt.timedelta(n) for n in range((until - since).days + 1)]
        with redis_errors():
            values = await self._redis.mget([key_of("gist", date) for date in dates])
        gists = [parsed(key_of("gist", date), value, _unpacked_gist) for date, value in zip(dates, values, strict=True)]
        found = {date: gist for date, gist in zip(dates, gists, strict=True) if gist}
        for date in await self.days() if None in gists else ():
            if date in dates and date not in found and (gist := await self._make_gist(date)):
                found[date] = gist
        return found

    async def _make_gist(self, date: dt.date) -> Gist | None:
        day = await self.passing_day(date)
        if day is None:
            return None
        gist = await asyncio.to_thread(gist_of, day)
        with redis_errors():
            await self._redis.set(key_of("gist", date), pack(gist), ex=_KEEP)
        return gist

    async def recent(self, days: int, before: dt.date) -> AsyncIterator[Day]:
        """Yield the stored days among the `days` dates before `before`, newest first, each parsed when it is its turn.

        Who keeps no more than one of them takes no more memory than one.
        """
        for back in range(1, days + 1):
            if day := await self.passing_day(before - dt.timedelta(days=back)):
                yield day

    async def paper(self, paper_id: str) -> Paper | None:
        """Return a paper as it was last saved, by its id without version."""
        [paper] = await self.papers([paper_id])
        return paper

    async def papers(self, paper_ids: Sequence[str], *, lasting: bool = False) -> list[Paper | None]:
        """Return papers as `paper` does, in the order of their ids; `lasting` ones, named by a profile, stay longer."""
        keys = [key_of("paper", paper_id) for paper_id in paper_ids]
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.getex(key, ex=_KEEP if lasting else None)
                values = await pipe.execute()
        return [unpack(key, value, Paper) for key, value in zip(keys, values, strict=True)]

    async def save_paper(self, paper: Paper) -> None:
        """Store a paper that belongs to no day."""
        with redis_errors():
            await self._redis.set(key_of("paper", paper.id), pack(paper), ex=_KEEP)

    async def save_brief(self, brief: Brief, *, for_good: bool = True) -> None:
        """Store a brief, in place of an earlier one of its date, profile and language; for 120 days if not for good."""
        key = key_of("brief", brief.date, brief.profile, brief.language)
        with redis_errors():
            await self._redis.set(key, pack(brief), ex=None if for_good else _KEEP)

    async def brief(self, date: dt.date, profile: str, language: Language) -> Brief | None:
        """Return the brief of a date for a profile in a language."""
        return next(iter(await self.briefs({date: profile}, language)), None)

    async def briefs(self, profiles: Mapping[dt.date, str], language: Language) -> list[Brief]:
        """Return the stored ones of the briefs of several dates, each for the profile named with its date."""
        keys = [key_of("brief", date, profile, language) for date, profile in profiles.items()]
        with redis_errors():
            values = await self._redis.mget(keys)
        briefs = (parsed(key, value, _unpacked_brief) for key, value in zip(keys, values, strict=True))
        return [brief for brief in briefs if brief]

    async def save_shown(
        self,
        profile: str,
        date: dt.date,
        items: Mapping[str, int | None],
        made: dt.datetime,
        missed: Iterable[str] = (),
    ) -> None:
        """Store what an edition showed, id -> version, beside what earlier makings of it did, and what it left out."""
        known = await self.memory(profile, date) or Shown(made=made)
        items = {**known.items, **items}
        shown = Shown(made=known.made, items=items, missed=tuple(one for one in missed if one not in items))
        with redis_errors():
            await self._redis.set(key_of("shown", profile, date), pack(shown), ex=_KEEP)

    async def memory(self, profile: str, date: dt.date) -> Shown | None:
        """Return what one edition showed; None for one that was never made."""
        key = key_of("shown", profile, date)
        return unpack(key, await self._get(key), Shown)

    async def shown(self, profile: str, before: dt.date, now: dt.datetime) -> dict[str, int | None]:
        """Return id -> newest version of all that the editions of the 120 days before a date showed.

        Only editions that were made before this one was first made count (`now` for one that never was): looking at
        an old day afterwards does not change what this day recommends.
        """
        keys = [key_of("shown", profile, before - dt.timedelta(days=n)) for n in range(KEEP_DAYS + 1)]
        with redis_errors():
            stored = await self._redis.mget(keys)
        own, *others = (unpack(key, value, Shown) for key, value in zip(keys, stored, strict=True))
        made = own.made if own else now
        return newest(edition.items for edition in others if edition and edition.made <= made)

    async def _get(self, key: str) -> Any:
        with redis_errors():
            return await self._redis.get(key)


def newest(memories: Iterable[Mapping[str, int | None]]) -> dict[str, int | None]:
    """Return what several editions showed, id -> newest version."""
    union: dict[str, int | None] = {}
    for items in memories:
        for item, version in items.items():
            union[item] = max(union.get(item), version, key=lambda v: v or 0)
    return union


def key_of(*parts: object) -> str:
    """Return a key of Paperboy's: its parts with colons between, below the version of this layout."""
    return ":".join(("{paperboy}", str(LAYOUT), *map(str, parts)))


def pack(value: BaseModel, level: int = 1) -> bytes:
    """Return a value as compressed JSON, without the fields that have their defaults; these must keep their meaning.

    They are a fifth of what a paper takes in memory when it is read again. Level 1 is for what somebody waits for.
    """
    return zlib.compress(value.model_dump_json(exclude_defaults=True).encode(), level)


def unpack(key: str, value: Any, model: type[_Model]) -> _Model | None:
    """Return what `pack` made of a value; None for None and for what does not parse, which is logged by its key."""
    return parsed(key, value, partial(_unpacked, model))


def _unpacked(model: type[_Model], packed: bytes) -> _Model:
    return model.model_validate_json(zlib.decompress(packed))


# What everybody reads is parsed once: that takes longer than all the rest of an answer. A brief takes 400 kB, a gist
# 100 kB, and those of past days are never pushed out but by others.
_unpacked_brief = lru_cache(maxsize=16)(partial(_unpacked, Brief))
_unpacked_day = lru_cache(maxsize=2)(partial(_unpacked, Day))
_unpacked_gist = lru_cache(maxsize=16)(partial(_unpacked, Gist))


def parsed(key: str, value: Any, parse: Callable[[Any], _T]) -> _T | None:
    """Return a stored value parsed; None for None and for what does not parse, which is logged by its key."""
    if value is None:
        return None
    try:
        return parse(value)
    except (ValueError, zlib.error):
        _log.warning("%s does not parse and counts as absent", key)
        return None


@contextlib.contextmanager
def redis_errors() -> Iterator[None]:
    """Raise StoreError, which says what to do, for every error of Redis inside.

    Raises CancelledError for a cancellation that is lost inside: before Python 3.12 one that comes as redis-py has sent
    something is (https://github.com/python/cpython/issues/86296), and work would go on after its time limit.
    """
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        yield
    except (RedisError, RedisClusterException) as error:  # the second is no kind of the first
        said = str(error).partition(" : <")[0]  # where no sentinel answers, it goes on with all of their connections
        raise StoreError(f"Redis does not answer ({said}): start it, or correct REDIS_URL") from error
    if task and task.cancelling() > cancelled:
        raise asyncio.CancelledError
