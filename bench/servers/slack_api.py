"""The least a Slack can be, so that a measurement sees its client and not the server. Prints its address.

Every call is granted; a message answers as long as a real one. `POST /measure` takes a JSON object: `deliveries`, a
list of [type, payload], goes out over Socket Mode all at once, each with a response_url; it returns, in seconds from
the sending of each, `acks` until it was acknowledged and `answers` until something else than the text `working` came
to its response_url.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

RICH = {"type": "rich_text", "block_id": "b", "elements": [{"type": "text", "text": "What a push says. " * 20}]}
PLAIN = {"team": "T1", "user": "U0BOT", "bot_id": "B1", "type": "message", "ts": "1777700000.000001"}
POSTED = {"ok": True, "channel": "C1", "ts": "1777700000.000001", "message": {**PLAIN, "blocks": [RICH] * 20}}
GRANTED: dict[str, dict[str, Any]] = {
    "auth.test": {"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B1"},
    "chat.postMessage": POSTED,
    "users.info": {"ok": True, "user": {"id": "U1", "name": "reader", "tz": "Europe/Berlin", "locale": "en-US"}},
}
ANSWERS = {method: json.dumps(answer).encode() for method, answer in GRANTED.items()}


class Slack:
    """The one workspace: its connection, and the measurement that is on."""

    def __init__(self) -> None:
        self.address = ""
        self._socket: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()
        self._run: Run | None = None

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request by its path."""
        _, kind, name = request.path.split("/", 2)
        body = await request.content.read()
        if kind == "api" and name == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"{self.address}/socket/1"})
        if kind == "api":
            return web.Response(body=ANSWERS.get(name, b'{"ok": true}'), content_type="application/json")
        if kind == "socket":
            return await self._hold(request)
        if kind == "measure":
            self._run = Run(self.address, **json.loads(body))
            return web.json_response(await self._run.measure(await self._socket))
        if self._run:
            self._run.answered(int(name), json.loads(body).get("text", ""))
        return web.Response(text="ok")

    async def _hold(self, request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        self._socket.set_result(socket)
        async for message in socket:
            if self._run:
                self._run.acked(int(message.json()["envelope_id"]))
        self._socket = asyncio.get_running_loop().create_future()
        return socket


class Run:
    """One measurement."""

    def __init__(self, address: str, deliveries: list[tuple[str, dict[str, Any]]], working: str) -> None:
        self._working = working
        self._envelopes = [
            json.dumps(
                {
                    "envelope_id": str(n),
                    "type": kind,
                    "payload": {**payload, "response_url": f"{address}/response/{n}"},
                    "accepts_response_payload": kind == "slash_commands",
                }
            )
            for n, (kind, payload) in enumerate(deliveries)
        ]
        self._sent: list[float] = []
        self._acks: dict[int, float] = {}
        self._answers: dict[int, float] = {}
        self._done = asyncio.Event()

    async def measure(self, socket: web.WebSocketResponse) -> dict[str, list[float]]:
        """Send everything and return what it took, once everything is acknowledged and answered."""
        for envelope in self._envelopes:
            self._sent.append(time.perf_counter())
            await socket.send_str(envelope)
        await self._done.wait()
        return {"acks": list(self._acks.values()), "answers": list(self._answers.values())}

    def acked(self, n: int) -> None:
        """Note an acknowledgement."""
        self._note(self._acks, n)

    def answered(self, n: int, text: str) -> None:
        """Note an answer, if it is one."""
        if text != self._working:
            self._note(self._answers, n)

    def _note(self, times: dict[int, float], n: int) -> None:
        times.setdefault(n, time.perf_counter() - self._sent[n])
        if len(self._acks) == len(self._answers) == len(self._envelopes):
            self._done.set()


async def main() -> None:
    """Serve until killed."""
    slack = Slack()
    runner = web.ServerRunner(web.Server(slack.handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.address = "http://{}:{}".format(*runner.addresses[0])
    print(slack.address, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
