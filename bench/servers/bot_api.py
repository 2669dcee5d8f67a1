"""The least a Bot API server can be, so that a measurement sees its client and not the server. Prints its address.

Every call is granted; a message answers as long as a real one. `GET /measure?updates=N&warm=W&chats=C&text=T` delivers
N updates by long polling, each after the one before was answered, and returns the seconds from the delivery of each to
the arrival of its sendMessage, the first W left out. `GET /pace?count=N` lets N messages through within any second from
now on, refusing more with a 429, and returns of the time before: `granted`, `refused`, and `seconds` from the first
message that was granted to the last.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qsl, urlsplit

GAP = 0.04  # seconds from an answer to the next update: 25 a second, below the limit of 30 that a bot keeps
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
LINKS = [{"type": "text_link", "offset": 80 * n, "length": 60, "url": f"https://arxiv.org/abs/{n}"} for n in range(10)]
CHAT = {"id": 1000, "type": "private", "first_name": "Reader"}
SENT = {"message_id": 1, "date": 1777700000, "chat": CHAT, "text": "What a push says. " * 100, "entities": LINKS}


class Connection(asyncio.Protocol):
    """One kept-alive connection of a client."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            length = LENGTH.search(head)
            after = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < after:
                return
            body, self._received = self._received[end + 4 : after], self._received[after:]
            self._api.handle(self, head.split(b" ", 2)[1].decode(), body)

    def reply(self, result: Any) -> None:
        """Answer with a result, as the Bot API wraps it."""
        self._write("200 OK", {"ok": True, "result": result})

    def refuse(self) -> None:
        """Answer that this was one message too many."""
        error = {"error_code": 429, "description": "Too Many Requests: retry after 1", "parameters": {"retry_after": 1}}
        self._write("429 Too Many Requests", {"ok": False, **error})

    def _write(self, status: str, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


class Pace:
    """So many messages within any second; none are too many for 0."""

    def __init__(self, count: int) -> None:
        self._count, self._times = count, deque[float](maxlen=count or 1)
        self._first, self._granted, self._refused = 0.0, 0, 0

    def grants(self) -> bool:
        """Tell whether a message that has come now is let through."""
        now = time.perf_counter()
        if self._count and len(self._times) == self._count and now - self._times[0] < 1:
            self._refused += 1
            return False
        self._first = self._first or now
        self._times.append(now)
        self._granted += 1
        return True

    def counts(self) -> dict[str, float]:
        """Return what was granted and refused, and from when to when."""
        seconds = self._times[-1] - self._first if self._times else 0.0
        return {"granted": self._granted, "refused": self._refused, "seconds": seconds}


class Api:
    """What all connections share: who waits for updates, and the measurement that is on."""

    def __init__(self) -> None:
        self.poll: Connection | None = None
        self.run: Run | None = None
        self.next_id = 1
        self.pace = Pace(0)

    def handle(self, connection: Connection, target: str, body: bytes) -> None:
        """Answer one request, now or later."""
        path = urlsplit(target)
        method = path.path.rpartition("/")[2]
        if method == "sendMessage" and not self.pace.grants():
            connection.refuse()
        elif method == "sendMessage":
            connection.reply(SENT)
            if self.run:
                self.run.answered()
        elif method == "getUpdates":
            self._updates(connection, *(_number(name, body) for name in (b"offset", b"timeout")))
        elif method == "pace":
            connection.reply(self.pace.counts())
            self.pace = Pace(**{name: int(value) for name, value in parse_qsl(path.query)})
        elif method == "measure":
            self.run = Run(self, connection, **dict(parse_qsl(path.query)))
            self.deliver()
        else:
            connection.reply(ME if method == "getMe" else True)

    def deliver(self) -> None:
        """Give the update of the moment to whoever waits for it."""
        if self.run and self.run.due and self.poll:
            self.poll.reply([self.run.update()])
            self.poll = None

    def _updates(self, connection: Connection, offset: int, timeout: int) -> None:
        due = self.run and self.run.due and offset <= self.next_id
        if not due and not timeout:
            connection.reply([])
            return
        self.poll = connection
        if due:
            self.deliver()


class Run:
    """One measurement."""

    def __init__(self, api: Api, asker: Connection, updates: str, warm: str, chats: str, text: str) -> None:
        self._api, self._asker, self._text = api, asker, text
        self._updates, self._warm, self._chats = int(updates), int(warm), int(chats)
        self._seconds: list[float] = []
        self._delivered: float | None = None
        self.due = True

    def update(self) -> dict[str, Any]:
        """Return the update that is to be answered, and note when it was first delivered."""
        chat = CHAT | {"id": 1000 + len(self._seconds) % self._chats}
        command = {"type": "bot_command", "offset": 0, "length": self._text.find(" ") % len(self._text)}
        message = {"message_id": self._api.next_id, "date": 1777700000, "chat": chat, "text": self._text}
        message |= {"from": {**chat, "is_bot": False}, "entities": [command]}
        self._delivered = self._delivered or time.perf_counter()
        return {"update_id": self._api.next_id, "message": message}

    def answered(self) -> None:
        """Note the answer, and go on after a while."""
        if self._delivered is None:
            return
        self._seconds.append(time.perf_counter() - self._delivered)
        self._delivered, self.due = None, False
        asyncio.get_running_loop().call_later(GAP, self._go_on)

    def _go_on(self) -> None:
        self._api.next_id += 1
        if len(self._seconds) < self._updates:
            self.due = True
            self._api.deliver()
        else:
            self._api.run = None
            self._asker.reply(self._seconds[self._warm :])


def _number(name: bytes, form: bytes) -> int:
    """Return a field of either kind of form, 0 when it is not there."""
    found = re.search(rb"\b" + name + rb"(?:=|\"\r\n\r\n)(\d+)", form)
    return int(found[1]) if found else 0


async def main() -> None:
    """Serve until killed."""
    api = Api()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), "127.0.0.1", 0)
    print("http://{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
