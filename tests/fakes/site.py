"""A small HTTP server on loopback that stands in for any site: it follows a script and keeps count."""

from __future__ import annotations

import asyncio
import json as jsonlib
import struct
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

Fault = Literal["truncate", "reset"]


@dataclass(frozen=True)
class Answer:
    """`until` holds the answer back; `truncate` breaks off in the body, `reset` before the first byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: Fault | None
    until: asyncio.Event | None


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class FakeSite:
    """Answers as scripted, in order, for each path; an unasked path or an unused answer fails the test on leaving."""

    asked: list[Asked] = field(default_factory=list)
    most_open: int = 0
    _script: defaultdict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    _unexpected: list[str] = field(default_factory=list)
    _open: int = 0
    _held: list[asyncio.Event] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for event in self._held:
            event.set()
        self._server.close()
        await self._server.wait_closed()
        unused = [path for path, answers in self._script.items() if answers]
        if kind is None:
            assert not self._unexpected, f"asked without being in the script: {self._unexpected}"
            assert not unused, f"in the script, never asked: {unused}"

    def on(
        self,
        path: str,
        body: bytes | str = b"",
        *,
        json: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        fault: Fault | None = None,
        until: asyncio.Event | None = None,
        times: int = 1,
    ) -> None:
        """Script the next `times` answers to `path`, which has no query."""
        text = body if json is None else jsonlib.dumps(json)
        data = text.encode() if isinstance(text, str) else text
        self._held.extend([until] if until else [])
        self._script[path].extend([Answer(status, headers or {}, data, fault, until)] * times)

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [asked.path for asked in self.asked]

    async def reached(self, count: int) -> None:
        """Return when `count` requests have arrived."""
        while len(self.asked) < count:
            self._news.clear()
            await self._news.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self._send(writer, self._next(head))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away
        finally:
            self._open -= 1
            writer.close()

    def _next(self, head: str) -> Answer:
        request, *lines = head.rstrip("\r\n").split("\r\n")
        url = urlsplit(request.split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = unquote(url.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self.asked.append(Asked(path, query, headers))
        self._news.set()
        if not self._script[path]:
            self._unexpected.append(path)
            return Answer(404, {}, b"not in the script", None, None)
        return self._script[path].popleft()

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        if answer.until:
            await answer.until.wait()
        if answer.fault == "reset":
            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            return
        headers = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        body = answer.body[: len(answer.body) // 2] if answer.fault == "truncate" else answer.body
        writer.write(head.encode("latin-1") + body)
        await writer.drain()
