"""The people in Redis: chats and their settings, later lists, and votes. All its keys.

{paperboy}:1:chat:{chat}       a Chat, as JSON without its id                                              for good
{paperboy}:1:subscribed        set of the ids of the chats that subscribed                                 for good
{paperboy}:1:owners:{chat}     set of the owners in a chat that keep a list or voted                       for good
{paperboy}:1:later:{owner}     hash, paper id -> a Saved, as JSON compressed with zlib                     for good
{paperboy}:1:votes:{owner}     hash, paper id -> 1 or -1                                                   for good
{paperboy}:1:moved:{chat}      the id of the chat that this one became                                     for good
{paperboy}:1:refused:{chat}    there when a stranger was told that this bot is not for him                 120 days
{paperboy}:1:heard:{event}     there when an event was taken that its chat may deliver again               1 hour

Whoever changes a chat also plans what it is owed next, see bot/deliveries.py.
An owner is a chat's id, or `{chat}/{person}` in groups. A value that does not parse counts as absent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from redis.asyncio import Redis

from bot.chat import Chat, own_name
from bot.delivery_scripts import PLAN
from bot.schedule import replanned
from brief.models import Language, Paper, Value
from brief.store import KEEP_DAYS, key_of, pack, parsed, redis_errors, unpack

_KEEP = dt.timedelta(days=KEEP_DAYS)
_HEARD_FOR = 3600  # seconds; Slack delivers an event again within half an hour
_CHUNK = 500  # chats a round trip: some 100 kB

# Writes nothing when the chat is no longer what the caller saw. ARGV from the fifth on: members and when each is due.
_WRITE_CHAT = (
    PLAN
    + """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
redis.call(ARGV[4], KEYS[2], ARGV[1])
for i = 5, #ARGV, 2 do plan(KEYS[3], KEYS[4], KEYS[5], ARGV[i], ARGV[i + 1]) end
return 1
"""
)
_REVISE_SAVED = """
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('SADD', KEYS[2], ARGV[4])
return 1
"""
_VOTE = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return tonumber(ARGV[2])
"""
# The settings and clicks of the old chat replace those of the new one; of lists, the union remains. ARGV from the
# fourth on: the names of its own editions, old and new, and the dates of which these may have shown something.
_MIGRATE = (
    PLAN
    + """
local prefix, old, new = ARGV[1], ARGV[2], ARGV[3]
local function key(kind, id) return prefix .. kind .. ':' .. id end
if not redis.call('SET', key('moved', old), new, 'NX') then return 0 end
local function merge(kind, from, to)
  local values = redis.call('HGETALL', key(kind, from))
  for i = 1, #values, 2 do redis.call('HSETNX', key(kind, to), values[i], values[i + 1]) end
  redis.call('DEL', key(kind, from))
end
if redis.call('EXISTS', key('chat', old)) == 1 then redis.call('RENAME', key('chat', old), key('chat', new)) end
if redis.call('SREM', prefix .. 'subscribed', old) == 1 then redis.call('SADD', prefix .. 'subscribed', new) end
for _, kind in ipairs({'', '#reminder', '#weekly', '#followup'}) do
  local from, to = old .. kind, new .. kind
  local moment = redis.call('ZSCORE', prefix .. 'due', from) or redis.call('ZSCORE', prefix .. 'leased', from)
  plan(prefix .. 'due', prefix .. 'leased', prefix .. 'since', from, '')
  if moment then plan(prefix .. 'due', prefix .. 'leased', prefix .. 'since', to, moment) end
  merge('pushes', from, to)
end
for _, kind in ipairs({'taste', 'reset'}) do
  if redis.call('EXISTS', key(kind, old)) == 1 then redis.call('RENAME', key(kind, old), key(kind, new)) end
end
for i = 6, #ARGV do
  local from, to = key('shown', ARGV[4] .. ':' .. ARGV[i]), key('shown', ARGV[5] .. ':' .. ARGV[i])
  if redis.call('EXISTS', from) == 1 then redis.call('RENAME', from, to) end
end
for _, owner in ipairs(redis.call('SMEMBERS', key('owners', old))) do
  local heir = new .. string.sub(owner, #old + 1)
  merge('later', owner, heir)
  merge('votes', owner, heir)
  redis.call('SADD', key('owners', new), heir)
end
redis.call('DEL', key('owners', old))
return 1
"""
)


class Saved(Value):
    """A paper on a later list; times are UTC."""

    paper: Paper
    saved: dt.datetime
    done: dt.datetime | None = None


class Marks(NamedTuple):
    """What an owner has said of a paper: whether it waits on the later list, and the vote in force, 1, -1 or 0."""

    waits: bool
    vote: int


_fields = TypeAdapter(dict[str, Any])
_ids = TypeAdapter(set[str])
_vote: TypeAdapter[int] = TypeAdapter(Literal[1, -1])


class People:
    """Chats, later lists and votes. Every method raises StoreError when Redis does not answer."""

    def __init__(self, redis: Redis, clock: Callable[[], dt.datetime]) -> None:
        self._redis, self._clock = redis, clock
        self._write_chat = redis.register_script(_WRITE_CHAT)
        self._revise_saved = redis.register_script(_REVISE_SAVED)
        self._vote = redis.register_script(_VOTE)
        self._migrate = redis.register_script(_MIGRATE)

    # -- chats --------------------------------------------------------------------------------------------------------

    async def chat(self, chat_id: str) -> Chat | None:
        """Return a chat as it was last saved."""
        with redis_errors():
            value = await self._redis.get(key_of("chat", chat_id))
        return _chat(chat_id, value)

    async def chats(self, chat_ids: Sequence[str]) -> list[Chat | None]:
        """Return chats as they were last saved, in the order of their ids."""
        chats: list[Chat | None] = []
        with redis_errors():
            for start in range(0, len(chat_ids), _CHUNK):
                chunk = chat_ids[start : start + _CHUNK]
                chats += map(_chat, chunk, await self._redis.mget([key_of("chat", chat_id) for chat_id in chunk]))
        return chats

    async def save_chat(self, chat: Chat) -> None:
        """Store a chat, in place of what was known of it."""
        await self._revise_chat(chat.id, lambda _: chat)

    async def change(self, chat_id: str, **fields: Any) -> Chat:
        """Set fields of a chat, a new one if need be, and return it; raises ValueError for what a field cannot be."""
        return await self._revise_chat(
            chat_id, lambda before: Chat.model_validate({**(before or Chat(id=chat_id)).model_dump(), **fields})
        )

    async def _revise_chat(self, chat_id: str, step: Callable[[Chat | None], Chat]) -> Chat:
        """Store what `step` makes of a chat, planned anew if it is due at other times now."""
        keys = [key_of("chat", chat_id), *(key_of(name) for name in ("subscribed", "due", "leased", "since"))]
        while True:
            with redis_errors():
                value: Any = await self._redis.get(keys[0])
                before = _chat(chat_id, value)
                chat = step(before)
                # Without its id, so that a chat whose id changes is renamed and no more.
                text = chat.model_dump_json(exclude={"id"})
                args: list[Any] = [chat_id, value or b"", text, "SADD" if chat.subscribed else "SREM"]
                if await self._write_chat(keys=keys, args=args + replanned(before, chat, self._clock())):
                    return chat

    async def subscribed(self) -> list[Chat]:
        """Return the chats that wait for pushes, by id: those that subscribed and were not stopped."""
        return [chat for chat in await self._subscribed() if not chat.stopped]

    async def silenced(self, prefix: str, reason: str) -> list[Chat]:
        """Return the chats that subscribed and were then stopped for a reason, among those whose id begins so."""
        return [chat for chat in await self._subscribed(prefix) if chat.stopped == reason]

    async def _subscribed(self, prefix: str = "") -> list[Chat]:
        with redis_errors():
            ids = _ids.validate_python(await self._redis.smembers(key_of("subscribed")))
        chats = await self.chats(sorted(chat_id for chat_id in ids if chat_id.startswith(prefix)))
        return [chat for chat in chats if chat and chat.subscribed]

    async def migrate(self, old: str, new: str) -> None:
        """Move everything of a chat that got a new id, with its members' lists and votes; a second call does nothing.

        So do its clicks (bot/tastes.py) and what its own editions showed (brief/store.py).

        https://core.telegram.org/bots/api#responseparameters (migrate_to_chat_id)
        """
        today = self._clock().date()
        dates = [str(today - dt.timedelta(days=n)) for n in range(-1, KEEP_DAYS + 1)]
        with redis_errors():
            slot = key_of("chat", old)  # in a cluster, scripts go where their keys are
            await self._migrate(keys=[slot], args=[key_of(""), old, new, own_name(old), own_name(new), *dates])

    async def moved(self, chat_id: str) -> str | None:
        """Return the id that a chat has now, None for one that did not move."""
        with redis_errors():
            value: Any = await self._redis.get(key_of("moved", chat_id))
        return value.decode() if value else None

    # -- the later list -----------------------------------------------------------------------------------------------

    async def keep(self, owner: str, paper: Paper, now: dt.datetime) -> bool:
        """Put a paper on a later list; False when it was there, where it then waits again if it was done."""
        before = await self._revise(
            owner, paper.id, lambda saved: Saved(paper=paper, saved=saved.saved if saved else now)
        )
        return before is None

    async def kept(self, owner: str) -> list[Saved]:
        """Return a later list, newest first, with what is done."""
        key = key_of("later", owner)
        with redis_errors():
            values = await self._redis.hvals(key)
        saved = [one for value in values if (one := unpack(key, value, Saved))]
        return sorted(saved, key=lambda one: (one.saved, one.paper.id), reverse=True)

    async def finish(self, owner: str, paper_id: str, now: dt.datetime) -> Paper | None:
        """Mark a paper of a later list as done and return it; None when it is not on the list."""
        before = await self._revise(
            owner, paper_id, lambda saved: saved and saved.model_copy(update={"done": saved.done or now})
        )
        return before.paper if before else None

    async def drop(self, owner: str, paper_id: str) -> bool:
        """Take a paper off a later list; False when it was not on the list."""
        with redis_errors():
            return bool(await self._redis.hdel(key_of("later", owner), paper_id))

    async def _revise(self, owner: str, paper_id: str, step: Callable[[Saved | None], Saved | None]) -> Saved | None:
        """Store what `step` makes of an entry, if anything, and return what it was."""
        keys = [key_of("later", owner), _owners_key(owner)]
        while True:
            with redis_errors():
                value: Any = await self._redis.hget(keys[0], paper_id)
                before = unpack(keys[0], value, Saved)
                after = step(before)
                if after is None or await self._revise_saved(
                    keys=keys, args=[paper_id, value or b"", pack(after), owner]
                ):
                    return before

    # -- votes, and what is said of a paper ----------------------------------------------------------------------------

    async def vote(self, owner: str, paper_id: str, vote: int) -> int:
        """Vote 1 or -1 on a paper, the same again takes it back; return the vote now in force, or 0."""
        with redis_errors():
            keys = [key_of("votes", owner), _owners_key(owner)]
            return int(await self._vote(keys=keys, args=[paper_id, vote, owner]))

    async def marks(self, owner: str, paper_id: str) -> Marks:
        """Return what there is of a paper."""
        later, votes = key_of("later", owner), key_of("votes", owner)
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hget(later, paper_id)
                pipe.hget(votes, paper_id)
                saved, vote = await pipe.execute()
        kept = unpack(later, saved, Saved)
        return Marks(waits=kept is not None and kept.done is None, vote=parsed(votes, vote, _vote.validate_json) or 0)

    # -- once ---------------------------------------------------------------------------------------------------------

    async def refused(self, chat_id: str) -> bool:
        """Tell whether a stranger is to be refused in words: True the first time in 120 days."""
        with redis_errors():
            return bool(await self._redis.set(key_of("refused", chat_id), "", nx=True, ex=_KEEP))

    async def heard(self, event: str) -> bool:
        """Tell whether an event is new: True the first time in an hour."""
        with redis_errors():
            return bool(await self._redis.set(key_of("heard", event), "", nx=True, ex=_HEARD_FOR))


def language_of(tag: object, otherwise: Language) -> Language:
    """Return the language for an IETF tag such as `zh-CN`, if it is one and tells one of ours."""
    primary = tag.partition("-")[0].lower() if isinstance(tag, str) else ""
    return "zh" if primary == "zh" else "en" if primary == "en" else otherwise


def _owners_key(owner: str) -> str:
    return key_of("owners", owner.partition("/")[0])


def _chat(chat_id: str, value: Any) -> Chat | None:
    def parse(text: bytes) -> Chat:
        return Chat.model_validate({**_fields.validate_json(text), "id": chat_id})

    return parsed(key_of("chat", chat_id), value, parse)
