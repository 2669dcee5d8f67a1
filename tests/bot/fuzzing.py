"""What a fuzzer of the HTTP surface needs: payloads gone wrong, always the same ones, and connections that read little.

Nothing here knows what is right: the tests say what must not happen.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final, Self
from urllib.parse import urlencode

Json = dict[str, Any]

CONTENT_TYPES: Final = (
    *("application/json", "application/json; charset=utf-16", "application/json; charset=rot13", "text/plain", ""),
    *("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"),
    *("application/json; charset=idna", "application/json; charset=no-such", "application/json; charset=" + "u" * 900),
    "a/b; charset=\x7f",
)
# fmt: off
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1e308, 10**18, 2**63, -(10**400), 0.5,
    "", " ", "\0", "\ud800", "é" * 5000, "../..", "/", "/top", "<@U1>", "x" * 70_000, "2604.26904", "\u202e", "%s{}",
    "7", "-100", "null", "T2", "C2", "http://[", [None] * 1000,
    [], [[]], [{}], ["T1"], {}, {"id": {}}, {"id": None}, {"id": "C9"}, {"id": 7}, {"type": 7}, {"": None},
    json.loads("[" * 150 + "]" * 150), json.loads('{"event":' * 400 + "1" + "}" * 400),
)
# What either chat's libraries or we look for in a payload, wherever it is expected.
FIELDS: Final = (
    "actions", "authorizations", "bot_id", "callback_id", "callback_query", "caption", "channel", "channel_id", "chat",
    "command", "container", "data", "edited_message", "enterprise", "enterprise_id", "entities", "event", "from", "id",
    "inline_query", "is_ext_shared_channel", "is_topic_message", "message", "message_thread_id", "my_chat_member",
    "poll_answer", "reply_to_message", "response_url", "response_urls", "sender_chat", "state", "subtype", "team",
    "team_id", "text", "thread_ts", "trigger_id", "type", "user", "user_id", "user_team", "via_bot", "view",
)
# fmt: on


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a payload as the container and the key in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(pairs):
        yield value, key
        yield from nodes(part)


def altered(rng: random.Random, payload: Json) -> Json:
    """Return a payload with some of its values lost, of another kind, or where they do not belong."""
    payload = copy.deepcopy(payload)
    for _ in range(rng.randint(1, 4)):
        places = list(nodes(payload))
        if not places:
            break
        container, key = rng.choice(places)
        if rng.random() < 0.2:
            del container[key]
            continue
        if isinstance(container, dict) and rng.random() < 0.2:
            key = rng.choice(FIELDS)
        container[key] = copy.deepcopy(rng.choice(ODD))
    return payload


def form(payload: Json) -> bytes:
    """Return a payload as Slack sends what people press and type."""
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(fields, errors="replace").encode()


def cut(rng: random.Random, text: bytes) -> bytes:
    return text[: rng.randrange(len(text))]


def flipped(rng: random.Random, text: bytes) -> bytes:
    spoiled = bytearray(text)
    for _ in range(rng.randint(1, 8)):
        spoiled[rng.randrange(len(spoiled))] = rng.randrange(256)
    return bytes(spoiled)


def noise(rng: random.Random, _: bytes) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 7, 300, 5000)))


def deep(rng: random.Random, text: bytes) -> bytes:
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"event":', b"}")))
    depth = rng.choice((50, 990, 20_000))
    return opening * depth + text + closing * depth


def huge_number(rng: random.Random, text: bytes) -> bytes:
    number = rng.choice((b"9" * 5000, b"-" + b"9" * 4000, b"1e999", b"NaN", b"-Infinity", b"0x10"))
    return text.replace(b": 1", b": " + number, 1)


def not_utf8(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice((b"\xff\xfe", b"\xc0\xaf", b"\0\0", b"\xed\xa0\x80", b"\\ud800")) + text[at:]


def other_encoding(rng: random.Random, text: bytes) -> bytes:
    return text.decode().encode(rng.choice(("utf-16", "utf-32-be", "utf-8-sig", "utf-7")))


def repeated(rng: random.Random, text: bytes) -> bytes:
    return rng.choice((b"[" + text + b"]", text + text, b"null", b'""', b"{}", b"[]", b"3", b"payload=" + text))


SPOILERS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    *(cut, flipped, noise, deep, huge_number, not_utf8, other_encoding, repeated),
)


def spoiled(rng: random.Random, payload: Json, *, as_form: bool) -> bytes:
    """Return the body of a payload gone wrong: half of them still are what they say, with odd things in them."""
    payload = altered(rng, payload) if rng.random() < 0.8 else payload
    text = form(payload) if as_form else json.dumps(payload).encode()
    return text if rng.random() < 0.5 else rng.choice(SPOILERS)(rng, text)


def request(path: str, body: bytes = b"", *, method: str = "POST", **headers: str) -> bytes:
    """Return a request as it goes over the wire; `_` in the names of headers are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: paperboy", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


class Line:
    """One client with one connection, opened again when the server closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()
        await asyncio.sleep(0)  # sockets are closed in the loop's next round

    def hang_up(self) -> None:
        if self._streams:
            self._streams[1].transport.abort()
            self._streams = None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        return self._streams

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Send bytes and return status and body of the answer; 0 when the server hung up instead."""
        reader, writer = await self.open()
        try:
            writer.write(raw)
            await writer.drain()
            return await self._answer(reader, bodiless=raw.startswith(b"HEAD"))
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hang_up()
            return 0, b""

    async def _answer(self, reader: asyncio.StreamReader, *, bodiless: bool) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        first, *lines = head.split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines if line)
        body = await reader.readexactly(0 if bodiless else int(fields.get("content-length", 0)))
        if fields.get("connection") == "close" or first.startswith("http/1.0"):
            self.hang_up()
        return int(first.split()[1]), body
