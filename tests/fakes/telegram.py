"""A strict Bot API on loopback: what Telegram refuses it refuses, in the same words, and it remembers everything.

    async with FakeTelegram() as fake:
        bot = Application.builder().token(fake.token).base_url(fake.base_url)…
        await fake.send_text(7, 7, "/start")
        message = await fake.next_message(7)
        query = await fake.press(message, message.data[0], 7)
        await fake.answered(query)
    assert not fake.refusals

Chats and people are made on first use; `chat(…)` and `user(…)` make them with details.
"""

from __future__ import annotations

import asyncio
import re
import struct
import time
from collections import defaultdict
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram_checks import ApiError, Parameters
from tests.fakes.telegram_delivery import Delivery
from tests.fakes.telegram_faults import (
    BLOCKED,
    DEACTIVATED,
    OLD_QUERY,
    SERVER_ERROR,
    Fault,
    Script,
    flood,
    kicked,
    migrated,
)
from tests.fakes.telegram_limits import Limits, Pace
from tests.fakes.telegram_methods import METHODS
from tests.fakes.telegram_people import Acts
from tests.fakes.telegram_world import Message, World

__all__ = [
    "BLOCKED",
    "DEACTIVATED",
    "OLD_QUERY",
    "SERVER_ERROR",
    "FakeTelegram",
    "Fault",
    "Limits",
    "Message",
    "Pace",
    "Refusal",
    "flood",
    "kicked",
    "migrated",
]

TOKEN = "123456:AAFakeTokenForTheBotOfTheTests_0123456"
SENDS = {"sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagereplymarkup"}


@dataclass
class Call:
    """One request as it came in; `error` is how it was refused, "" when it was granted."""

    method: str
    parameters: dict[str, Any]
    at: float
    error: str = ""


@dataclass(frozen=True)
class Refusal:
    """Something Telegram would not take, or would take and show incompletely (`lost`)."""

    method: str
    description: str
    parameters: dict[str, Any]
    lost: bool = False


@dataclass
class FakeTelegram(Acts):
    """The server, what tests do to it (see also Acts) and what it saw.

    `enforce_limits` answers 429 to a send or edit over `limits`; otherwise they are only counted.
    `refusals` lists every 400 given and everything dropped silently; `calls` every request.
    """

    limits: Limits = field(default_factory=Limits)
    enforce_limits: bool = False
    token: str = TOKEN
    calls: list[Call] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.token)
        self.delivery = Delivery(self.world)
        self._script = Script()
        self._closing = asyncio.Event()
        self._seen: defaultdict[int, int] = defaultdict(int)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.base_url, self.base_file_url = f"{self.url}/bot", f"{self.url}/file/bot"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._closing.set()
        await self.delivery.close()
        await self._runner.cleanup()
        assert kind or not self._script.unused(), f"faults nobody met: {self._script.unused()}"

    def fail(self, method: str, fault: Fault, *, times: float = 1, chat_id: int | None = None) -> None:
        """Script what the next `times` calls of a method (in a chat, if given) meet instead of an answer.

        "timeout" never answers, "reset" tears the connection before anything is done, "lost" after it is done,
        "gateway" is a 502 page that is no JSON. `math.inf` times lasts until `mend`; a lesser number that is not
        used up fails the test on leaving.
        """
        self._script.add(method, fault, times, chat_id)

    def mend(self) -> None:
        """Nothing fails any more."""
        self._script.clear()

    def sent(self, method: str) -> list[Call]:
        """Return the calls of one method, in order."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        found = re.fullmatch(r"/bot(\d+:[\w-]+)/(\w+)", request.path)
        if not found:
            return _refused(ApiError(404, "Not Found"))
        if found[1] != self.token:
            return _refused(ApiError(401, "Unauthorized"))
        parameters = await _read(request)
        call = Call(found[2], parameters.raw, time.monotonic())
        self.calls.append(call)
        try:
            return await self._answer(request, call, parameters)
        except ApiError as error:
            call.error = error.description
            error.__traceback__ = None  # some are raised again and again, and would keep every request
            return _refused(error)
        finally:
            self.world.changed()

    async def _answer(self, request: web.Request, call: Call, parameters: Parameters) -> web.StreamResponse:
        fault = self._script.take(call.method, parameters.number("chat_id"))
        if isinstance(fault, ApiError):
            raise fault
        if fault == "gateway":
            return web.Response(
                status=502, text="<html><title>502 Bad Gateway</title></html>", content_type="text/html"
            )
        if fault == "timeout":
            await self._closing.wait()
        if fault in (None, "lost"):
            result = await self._granted(call, parameters)
        if fault is not None:
            _tear(request)
            return web.Response()
        return web.json_response({"ok": True, "result": result})

    async def _granted(self, call: Call, parameters: Parameters) -> Any:
        try:
            return await self._run(call.method.lower(), parameters)
        except ApiError as error:
            if error.code in (400, 404, 413) and not error.parameters:
                self.refusals.append(Refusal(call.method, error.description, parameters.raw))
            raise
        finally:
            self.refusals += [Refusal(call.method, lost, parameters.raw, lost=True) for lost in parameters.lost]

    async def _run(self, method: str, parameters: Parameters) -> Any:
        if deliver := self._delivery_methods().get(method):
            return await deliver(parameters)
        if method not in METHODS:
            raise ApiError(404, "Not Found")
        run, known = METHODS[method]
        parameters.lost += [f"parameter {name!r}" for name in parameters.raw.keys() - set(known.split())]
        if method in SENDS:
            self._pace(parameters)
        return run(self.world, parameters)

    def _delivery_methods(self) -> dict[str, Any]:
        d = self.delivery
        return {
            "getupdates": d.get_updates,
            "setwebhook": d.set_webhook,
            "deletewebhook": d.delete_webhook,
            "getwebhookinfo": d.get_webhook_info,
        }

    def _pace(self, parameters: Parameters) -> None:
        chat = self.world.chats.get(parameters.number("chat_id"))
        if chat is None:
            return
        now = time.monotonic()
        wait = self.limits.wait(chat.id, chat.type, now)
        if wait and self.enforce_limits:
            raise flood(wait)
        self.limits.count(chat.id, chat.type, now)

    async def next_message(self, chat_id: int) -> Message:
        """Return the bot's next message in a chat, in order, each one once; waits for it."""
        await self.until(lambda: self._unseen(chat_id), f"a message in chat {chat_id}")
        message = self._unseen(chat_id)[0]
        self._seen[chat_id] = message.id
        return message

    def _unseen(self, chat_id: int) -> list[Message]:
        return [m for m in self.world.shown(chat_id) if m.id > self._seen[chat_id]]


async def _read(request: web.Request) -> Parameters:
    """Return the parameters of a call: query string, and a form-encoded, multipart or JSON body."""
    parameters = Parameters(dict(request.query))
    if request.content_type == "application/json":
        parameters.raw |= await request.json()
    else:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                parameters.files[name] = (value.filename, value.file.read())
            else:
                parameters.raw[name] = value if isinstance(value, str) else value.decode()
    return parameters


def _refused(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    body |= {"parameters": error.parameters} if error.parameters else {}
    return web.json_response(body, status=error.code)


def _tear(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
