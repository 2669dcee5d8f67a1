"""Everything that is kept in Redis, in one file and back; reads and writes the keys of all modules.

The file is gzip over lines of JSON: a head with the version of the layout, a line a key with its type, its value (bytes
in base64) and the moment it ends, and a last line with their number and a SHA-256 of all before. It knows no server's
encodings: what one version of Redis or Valkey had, any other takes. Keys that live for minutes are left out.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.files import replacing
from brief import layout
from brief.errors import BackupError
from brief.store import key_of, redis_errors

FORMAT: Final = 1
# Turns, locks and paces at outside services, what was heard in the last hour, and the queue, which may lose anything.
# Leases stay: who has one is in no other list, and when it is put back it has run out, so that it is due again.
PASSING: Final = frozenset({"pace", "alone", "heard", "install", "sends", "paused", "deliveries", "picture", "vector"})
_LEDGER = ("due", "leased", "since")  # two sorted sets and a hash, see bot/deliveries.py
_CHUNK = 100  # keys a round trip; a day takes up to a megabyte
_MEMBERS = 1000  # of a collection, written at once; keys deleted at once
_NOW = "local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000)"
_READ_LEDGER = """
local function all(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
return {all(KEYS[1]), all(KEYS[2]), redis.call('HGETALL', KEYS[3])}
"""
_GONE = -2  # what PTTL says of a key that is not there

Told = Callable[[int], None]
"""Is told how many keys are done."""


@dataclass(frozen=True)
class Head:
    """What a backup says of itself: the version of the layout, when it was made (UTC), and how many keys it has."""

    layout: int
    made: dt.datetime
    keys: int


async def save(redis: Any, path: Path, now: dt.datetime, told: Told) -> int:
    """Write a backup that only its owner may read, and return the number of its keys.

    Raises BackupError when the file cannot be written, or there is nothing to write; StoreError.
    """
    try:
        with replacing(path) as file, gzip.GzipFile("", "wb", 6, file) as packed:
            return await _written(redis, packed, now, told)
    except OSError as error:
        raise BackupError(f"{path}: cannot be written ({error.strerror}); name a file in a folder of yours") from error


async def restore(redis: Any, path: Path, told: Told, *, replace: bool) -> Head:
    """Put a backup back, all of it, and return its head; what is stored stays as it is when it is refused.

    `replace` is needed where something is stored, and removes it. Raises BackupError, also for a file that is damaged
    or of a newer program; StoreError.
    """
    head = _checked(path)
    with redis_errors():
        if not replace and (found := await _anything(redis)):
            raise BackupError(f"there is data in this Redis already ({found}): --replace removes it and restores")
        await redis.set(layout.KEY, layout.RESTORING)
        await _clear(redis)
        await _put_back(redis, path, told)
        await redis.set(layout.KEY, head.layout)
        await layout.settle(redis)
    return head


async def keys(redis: Any) -> AsyncIterator[str]:
    """Yield every key of this layout, some of them twice; lets errors of Redis through."""
    async for key in redis.scan_iter(match=f"{key_of('')}*", count=1000):
        yield key.decode()


def kind_of(key: str) -> str:
    """Return what a key is about: `chat`, `later`."""
    return key.removeprefix(key_of("")).partition(":")[0]


# -- writing ----------------------------------------------------------------------------------------------------------


async def _written(redis: Any, file: gzip.GzipFile, now: dt.datetime, told: Told) -> int:
    digest, count = hashlib.sha256(), 0

    def write(row: dict[str, Any]) -> None:
        line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
        digest.update(line)
        file.write(line)

    write({"paperboy": FORMAT, "layout": layout.LAYOUT, "made": now.isoformat()})
    with redis_errors():
        async for row in _rows(redis):
            write(row)
            count += 1
            told(count)
    if not count:
        raise BackupError("nothing is kept here: are REDIS_URL and PAPERBOY_DATA_DIR those of the service?")
    write({"keys": count, "sha256": digest.hexdigest()})
    return count


async def _rows(redis: Any) -> AsyncIterator[dict[str, Any]]:
    """Yield a row a key, with a bounded number of them in memory."""
    ledger = [key_of(name) for name in _LEDGER]
    for row in await _ledger(redis, ledger):
        yield row
    chunk: list[str] = []
    async for key in keys(redis):
        if kind_of(key) not in PASSING and key not in ledger:
            chunk.append(key)
        if len(chunk) == _CHUNK:
            for row in await _read(redis, chunk):
                yield row
            chunk = []
    for row in await _read(redis, chunk):
        yield row


async def _ledger(redis: Any, names: list[str]) -> list[dict[str, Any]]:
    """Return the rows of what moves between `_LEDGER`, read at one moment, so that nobody is missed on the way."""
    flat = await redis.eval(_READ_LEDGER, len(names), *names)
    due, leased, since = (dict(zip(values[::2], values[1::2], strict=True)) for values in flat)
    rows = [
        *((key, "zset", list(value.items())) for key, value in zip(names, (due, leased), strict=False)),
        (names[2], "hash", since),
    ]
    return [_row(key, kind, -1, value, 0) for key, kind, value in rows if value]


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "string": lambda pipe, key: pipe.get(key),
    "hash": lambda pipe, key: pipe.hgetall(key),
    "set": lambda pipe, key: pipe.smembers(key),
    "zset": lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),
}


async def _read(redis: Any, chunk: list[str]) -> list[dict[str, Any]]:
    """Return the rows of keys; those that are gone have none."""
    if not chunk:
        return []
    async with redis.pipeline(transaction=False) as pipe:
        for key in chunk:
            pipe.type(key)
        kinds = [kind.decode() for kind in await pipe.execute()]
    found = [(key, kind) for key, kind in zip(chunk, kinds, strict=True) if kind in _READERS]
    # By the server's clock, which ends keys; a cluster takes TIME in no pipeline.
    now = int(await redis.eval(_NOW, 1, chunk[0]))
    async with redis.pipeline(transaction=False) as pipe:
        for key, kind in found:
            pipe.pttl(key)
            _READERS[kind](pipe, key)
        answers = await pipe.execute()
    pairs = zip(found, answers[::2], answers[1::2], strict=True)
    return [_row(key, kind, left, value, now) for (key, kind), left, value in pairs if left != _GONE]


def _row(key: str, kind: str, left: int, value: Any, now: int) -> dict[str, Any]:
    return {"key": key, "type": kind, "value": _PACKERS[kind](value)} | ({"ends": now + left} if left >= 0 else {})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


_PACKERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "hash": lambda value: [[_text(name), _text(one)] for name, one in value.items()],
    "set": lambda value: [_text(member) for member in value],
    "zset": lambda value: [[_text(member), float(score)] for member, score in value],
}


# -- reading ----------------------------------------------------------------------------------------------------------


def _checked(path: Path) -> Head:
    """Return the head of a whole, undamaged backup that this program can put back. Raises BackupError."""
    digest, row, count = hashlib.sha256(), {}, -1
    head: dict[str, Any] = {}
    try:
        for line in _lines(path):
            row = json.loads(line)
            head = head or row
            if "sha256" in row:
                break
            digest.update(line)
            count += 1
        made = dt.datetime.fromisoformat(head["made"])
        version, kind = int(head["layout"]), int(head["paperboy"])
    except (EOFError, ValueError, KeyError, TypeError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupError(f"{path}: is no backup of Paperboy's, or a damaged one") from error
    except OSError as error:
        raise BackupError(f"{path}: cannot be read ({error.strerror})") from error
    if version > layout.LAYOUT or kind > FORMAT:
        raise BackupError(f"{path}: was made by a newer Paperboy (layout {version}): update this one first")
    if row.get("keys") != count or row.get("sha256") != digest.hexdigest():
        raise BackupError(f"{path}: is damaged or not whole: take another backup")
    return Head(version, made, count)


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        yield from file


async def _anything(redis: Any) -> str:
    """Return a key that a backup would hold, empty when there is none."""
    async for key in keys(redis):
        if kind_of(key) not in PASSING:
            return key
    return ""


async def _clear(redis: Any) -> None:
    found = [key async for key in keys(redis)]
    for start in range(0, len(found), _MEMBERS):
        await redis.unlink(*found[start : start + _MEMBERS])


async def _put_back(redis: Any, path: Path, told: Told) -> None:
    chunk: list[dict[str, Any]] = []
    done = 0
    for line in _lines(path):
        row = json.loads(line)
        if "key" in row:
            chunk.append(row)
        if len(chunk) == _CHUNK or "sha256" in row:
            await _write(redis, chunk)
            done += len(chunk)
            told(done)
            chunk = []


async def _write(redis: Any, rows: list[dict[str, Any]]) -> None:
    async with redis.pipeline(transaction=False) as pipe:
        for row in rows:
            key, value = row["key"], row["value"]
            pipe.delete(key)
            for part in _parts(value):
                _WRITERS[row["type"]](pipe, key, part)
            if "ends" in row:
                pipe.pexpireat(key, row["ends"])
        await pipe.execute()


def _parts(value: Any) -> Iterator[Any]:
    """Yield a value in pieces that one command takes."""
    if isinstance(value, str):
        yield value
    else:
        yield from (value[start : start + _MEMBERS] for start in range(0, len(value), _MEMBERS))


_bytes = base64.b64decode
_WRITERS: dict[str, Callable[[Any, str, Any], Any]] = {
    "string": lambda pipe, key, value: pipe.set(key, _bytes(value)),
    "hash": lambda pipe, key, pairs: pipe.hset(key, mapping={_bytes(name): _bytes(one) for name, one in pairs}),
    "set": lambda pipe, key, members: pipe.sadd(key, *map(_bytes, members)),
    "zset": lambda pipe, key, pairs: pipe.zadd(key, {_bytes(member): score for member, score in pairs}),
}
