"""Socket Mode: one-time addresses, envelopes and their acknowledgements, up to ten connections.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack_world import World

MOST_CONNECTIONS = 10
_CONNECT_WITHIN = 10.0  # seconds an event waits for the app to connect


@dataclass(eq=False)
class Connection:
    """One open socket; one that was told to leave gets no more events but may still acknowledge."""

    socket: web.WebSocketResponse
    leaving: bool = False
    envelopes: list[str] = field(default_factory=list)


class SocketCarrier:
    """Sends each envelope over one of the connections, in turn, and matches acknowledgements by envelope_id.

    What the app says that Slack has no use for goes to `refusals`, as "socket".
    """

    def __init__(self, world: World, refusals: list[tuple[str, str]]) -> None:
        self.world, self.refusals = world, refusals
        self.connections: list[Connection] = []
        self._sent: set[str] = set()
        self._waiting: dict[str, tuple[asyncio.Future[Any], bool]] = {}
        self._turn = 0

    @property
    def connected(self) -> bool:
        return bool(self.open())

    def open(self) -> list[Connection]:
        return [c for c in self.connections if not c.leaving and not c.socket.closed]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection: `hello`, then envelopes out and acknowledgements in."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.world.tickets:
            return web.Response(status=408, text="the ticket is used or unknown")
        self.world.tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.open()) >= MOST_CONNECTIONS:
            await self._dismiss(Connection(socket), "too_many_websockets")
            return socket
        await self._hold(Connection(socket))
        return socket

    async def _hold(self, connection: Connection) -> None:
        self.connections.append(connection)
        host = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.open()), "debug_info": host}
        await connection.socket.send_json(hello | {"connection_info": {"app_id": self.world.app_id}})
        self.world.changed()
        try:
            async for message in connection.socket:
                if message.type == WSMsgType.TEXT:
                    self._take(message.json())
        finally:
            self.connections.remove(connection)
            self.world.changed()

    def _take(self, message: dict[str, Any]) -> None:
        envelope_id = message.get("envelope_id", "")
        if envelope_id not in self._sent:
            self.refusals.append(("socket", f"no such envelope: {str(message)[:200]}"))
            self.world.changed()
        if envelope_id not in self._waiting:  # too late
            return
        waiting, accepts = self._waiting[envelope_id]
        if message.get("payload") and not accepts:
            self.refusals.append(("socket", f"no payload is accepted here: {str(message)[:200]}"))
        if not waiting.done():
            waiting.set_result(message.get("payload") or None)

    async def carry(self, delivery: Any, within: float) -> Any:
        """Return the payload of the acknowledgement; see Carrier."""
        envelope_id, accepts = str(uuid.uuid4()), _accepts(delivery)
        envelope = {"envelope_id": envelope_id, "payload": delivery.payload, "type": delivery.kind}
        envelope |= {"accepts_response_payload": accepts}
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting, accepts
        try:
            await self._send(envelope)
            return await asyncio.wait_for(waiting, within)
        finally:
            del self._waiting[envelope_id]

    async def _send(self, envelope: dict[str, Any]) -> None:
        if not await self.world.until(self.open, _CONNECT_WITHIN):
            raise ConnectionError("the app opened no connection")
        found = self.open()
        self._turn += 1
        connection = found[self._turn % len(found)]
        self._sent.add(envelope["envelope_id"])
        connection.envelopes.append(envelope["envelope_id"])
        await connection.socket.send_json(envelope)

    async def refresh(self) -> None:
        """Tell the app to replace its connections, as Slack does every few hours. Returns when it has begun to."""
        leaving = self.open()
        for connection in leaving:
            connection.leaving = True
            await connection.socket.send_json(_farewell("refresh_requested"))
        assert await self.world.until(self.open, _CONNECT_WITHIN), "the app did not connect again"

    async def drop(self) -> None:
        """Close all connections without a word."""
        for connection in self.open():
            await connection.socket.close()

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        await connection.socket.send_json(_farewell(reason))
        await connection.socket.close()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()


def _accepts(delivery: Any) -> bool:
    """Tell whether Slack reads the payload of an acknowledgement."""
    return delivery.kind == "slash_commands" or delivery.payload.get("type") in {"view_submission", "block_suggestion"}


def _farewell(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
