"""How Slack fails: scripted refusals, pages that are no JSON, and failures of the wire."""

from __future__ import annotations

import struct
from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from socket import SO_LINGER, SOL_SOCKET

from aiohttp import web

WIRE = {"timeout", "reset", "lost"}


@dataclass
class Fault:
    """What `times` calls meet: a Web API error, an HTTP status without JSON, or a failure of the wire (WIRE)."""

    error: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    times: float = 1

    @property
    def wire(self) -> bool:
        return self.error in WIRE

    def response(self) -> web.Response:
        if self.error:
            return web.json_response({"ok": False, "error": self.error}, status=self.status, headers=self.headers)
        return web.Response(
            status=self.status, text="<html><title>Error</title></html>", content_type="text/html", headers=self.headers
        )


class Script:
    """The faults to come, by method; "*" is any method of the Web API."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, list[Fault]] = defaultdict(list)

    def add(self, method: str, fault: Fault) -> None:
        self._faults[method].append(fault)

    def take(self, method: str) -> Fault | None:
        """Return the fault this call meets, if any, and count it."""
        for fault in self._faults[method] + self._faults["*"]:
            if fault.times:
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self._faults.clear()

    def unused(self) -> list[str]:
        """Return the methods with faults nobody met."""
        return [method for method, faults in self._faults.items() if any(0 < f.times < inf for f in faults)]


def tear(request: web.Request) -> None:
    """Reset the connection of a request."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
