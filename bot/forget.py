"""Everything that is kept about a chat or a person, found in the keys of all modules, and removed.

Every key is looked at, whatever module it is of: one that names the chat goes, and so do the members of sets, the
fields of hashes and the messages of queues that name it. So there is no list of places that could miss one. It takes
some seconds for 100,000 chats.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.backup import keys, kind_of
from bot.chat import own_name
from bot.tastes import Tastes
from brief.store import key_of, redis_errors

CHAT_ID: Final = re.compile(r"telegram:-?\d{1,20}|slack:T[A-Z0-9]{1,20}:[A-Z][A-Z0-9]{1,20}|terminal:local")
_CHUNK = 500  # keys a round trip

# What a reader would call it -> the kinds of key it is in. All else is about deliveries that are under way.
_COUNTED: Final = {"chat": "settings", "later": "papers", "votes": "votes", "pushes": "deliveries", "brief": "briefs"}


@dataclass
class Found:
    """What there is about a chat: whole keys, parts of others (key -> members), and how much by what it is.

    `groups` are those in whose clicks a person has a part.
    """

    chat: str
    counts: Counter[str] = field(default_factory=Counter)
    whole: list[str] = field(default_factory=list)
    parts: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.whole or self.parts or self.groups)


async def find(redis: Any, chat: str) -> Found:
    """Return what is kept about a chat, also of its members, or of a person in all the groups of a service.

    `chat` is as CHAT_ID has it. Raises StoreError.
    """
    subject, found = _Subject(chat), Found(chat)
    chunk: list[str] = []
    with redis_errors():
        async for key in keys(redis):
            chunk.append(key)
            if len(chunk) == _CHUNK:
                await _look(redis, subject, chunk, found)
                chunk = []
        await _look(redis, subject, chunk, found)
    found.groups = await Tastes(redis).groups_of(chat)
    found.counts["other"] += len(found.groups)
    return found


async def remove(redis: Any, found: Found) -> None:
    """Remove what was found. Raises StoreError."""
    with redis_errors():
        async with redis.pipeline(transaction=True) as pipe:
            if found.whole:
                pipe.unlink(*found.whole)
            for (kind, key), members in found.parts.items():
                _REMOVERS[kind](pipe, key, members)
            await pipe.execute()
    await Tastes(redis).forget(found.chat, found.groups)


class _Subject:
    """Tells what names a chat: `telegram:7`, of a member `telegram:-1/7`, and as it was due, `telegram:7#reminder`."""

    def __init__(self, chat: str) -> None:
        surface, _, own = chat.partition(":")
        name = re.escape(chat)
        self._chat = re.compile(rf"{name}([#/].*)?|{surface}:[^/]*/{re.escape(own)}")
        self._in_text = re.compile(rf"(?<![\w:/-]){name}(?![\w-])".encode())
        lane = re.escape(own.rpartition(":")[2])
        self._key = re.compile(rf"(sends|paused):{surface}:.*:{lane}|.*\b{own_name(chat)}\b.*")
        self.id = chat.encode()

    def owns(self, key: str) -> bool:
        """Tell whether a whole key is about the chat."""
        rest = key.removeprefix(key_of(""))
        return bool(self._chat.fullmatch(rest.partition(":")[2]) or self._key.fullmatch(rest))

    def is_named(self, member: bytes) -> bool:
        """Tell whether a member of a set or a field of a hash is about the chat."""
        return bool(self._chat.fullmatch(member.decode(errors="replace")))

    def is_in(self, text: bytes) -> bool:
        """Tell whether a message names the chat."""
        return bool(self._in_text.search(text))


async def _look(redis: Any, subject: _Subject, chunk: list[str], found: Found) -> None:
    whole = {key for key in chunk if subject.owns(key)}
    rest = [key for key in chunk if key not in whole]
    kinds = dict(zip(rest, await _asked(redis, rest, lambda pipe, key: pipe.type(key)), strict=True))
    # Of plain values only these are ids; the others are days, papers and briefs.
    strings = [key for key in rest if kind_of(key) == "moved"]
    values = await _asked(redis, strings, lambda pipe, key: pipe.get(key))
    whole |= {key for key, value in zip(strings, values, strict=True) if value == subject.id}
    for kind, read in _READERS.items():
        some = [key for key in rest if kinds[key] == kind.encode()]
        for key, members in zip(some, await _asked(redis, some, read), strict=True):
            if named := _named(subject, kind, members):
                found.parts[kind, key] = named
                found.counts["other"] += len(named)
    found.whole += sorted(whole)
    await _count(redis, sorted(whole), found.counts)


async def _asked(redis: Any, some: list[str], read: Callable[[Any, str], Any]) -> list[Any]:
    if not some:
        return []
    async with redis.pipeline(transaction=False) as pipe:
        for key in some:
            read(pipe, key)
        answers: list[Any] = await pipe.execute()
    return answers


def _named(subject: _Subject, kind: str, members: Any) -> list[bytes]:
    if kind == "stream":
        return [number for number, fields in members if any(subject.is_in(text) for text in fields.values())]
    return [member for member in members if subject.is_named(member)]


async def _count(redis: Any, whole: list[str], counts: Counter[str]) -> None:
    """Count what is in keys: the papers of a list, the votes, the days of deliveries."""
    sized = [key for key in whole if kind_of(key) in ("later", "votes", "pushes")]
    sizes: Mapping[str, int] = dict(
        zip(sized, await _asked(redis, sized, lambda pipe, key: pipe.hlen(key)), strict=True)
    )
    for key in whole:
        counts[_COUNTED.get(kind_of(key), "other")] += sizes.get(key, 1)


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "set": lambda pipe, key: pipe.smembers(key),
    "hash": lambda pipe, key: pipe.hkeys(key),
    "zset": lambda pipe, key: pipe.zrange(key, 0, -1),
    "stream": lambda pipe, key: pipe.xrange(key),
}
_REMOVERS: dict[str, Any] = {
    "set": lambda pipe, key, members: pipe.srem(key, *members),
    "hash": lambda pipe, key, members: pipe.hdel(key, *members),
    "zset": lambda pipe, key, members: pipe.zrem(key, *members),
    # The other chats of the message come back when their leases run out.
    "stream": lambda pipe, key, members: pipe.xdel(key, *members),
}
