"""The addresses of the fake Slack: the Web API, Socket Mode, response_url, uploads and the OAuth page."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes import slack_methods
from tests.fakes.slack_delivery import Deliveries
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_faults import Fault, Script, tear
from tests.fakes.slack_files import receive
from tests.fakes.slack_oauth import consent
from tests.fakes.slack_response import Responses
from tests.fakes.slack_world import World

_GONE = {"no_service", "expired_url", "used_url"}  # what a response_url that is no good is answered with, as a 404
Work = Callable[[], Awaitable[web.Response]]


@dataclass
class Call:
    """One request as it came in; `error` is how it was refused, "" when it was granted."""

    method: str
    arguments: dict[str, Any]
    token: str = ""
    at: float = field(default_factory=time.monotonic)
    error: str = ""


class Routes:
    """The side of FakeSlack that the app sees."""

    world: World
    deliveries: Deliveries
    responses: Responses
    script: Script
    closing: asyncio.Event
    busy: int
    calls: list[Call]
    refusals: list[tuple[str, str]]
    consenting: tuple[str, str] | None

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self.deliveries.socket.serve)
        app.router.add_post("/response/{team}/{id}", self._response)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        token, arguments = slack_methods.credentials(request.headers.get("Authorization", ""), await _read(request))

        async def work() -> web.Response:
            answer = await slack_methods.call(self.world, method, token, arguments)
            known = self.world.tokens.get(token)
            scopes = {"x-oauth-scopes": ",".join(sorted(known.scopes))} if known else {}
            return web.json_response(answer, headers=scopes)

        return await self._answer(request, method, {"arguments": arguments, "token": token}, work)

    async def _response(self, request: web.Request) -> web.StreamResponse:
        payload = await _json(request)

        async def work() -> web.Response:
            self.responses.take(request.path, payload)
            return web.Response(text="ok")

        return await self._answer(request, "response_url", {"arguments": payload}, work)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await _content(request)

        async def work() -> web.Response:
            receive(self.world, request.match_info["id"], content)
            return web.Response(text=f"OK - {len(content)}")

        return await self._answer(request, "upload", {"arguments": {"length": len(content)}}, work)

    async def _answer(self, request: web.Request, method: str, seen: dict[str, Any], work: Work) -> web.StreamResponse:
        call = Call(method, **seen)
        self.calls.append(call)
        self.busy += 1
        self.world.changed()
        try:
            fault = self.script.take(method)
            if fault:
                call.error = fault.error or f"http {fault.status}"
                return await self._failed(request, fault, work)
            return await work()
        except SlackRefusal as refusal:
            call.error = refusal.error
            self.refusals.append((method, refusal.error))
            return _refused(method, refusal)
        finally:
            self.busy -= 1
            self.world.changed()

    async def _failed(self, request: web.Request, fault: Fault, work: Work) -> web.StreamResponse:
        if fault.error == "timeout":
            await self.closing.wait()
        if fault.error == "lost":
            await work()
        if fault.wire:
            tear(request)
            return web.Response()
        return fault.response()

    async def _authorize(self, request: web.Request) -> web.Response:
        """Send the browser back with a code, or with access_denied when nobody is `consenting`.

        https://docs.slack.dev/authentication/installing-with-oauth
        """
        query = request.query
        if query.get("client_id") != self.world.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        target, answer = query.get("redirect_uri", ""), {"state": query.get("state", "")}
        if self.consenting:
            scopes = filter(None, query.get("scope", "").split(","))
            answer["code"] = consent(self.world, *self.consenting, scopes, target)
        else:
            answer["error"] = "access_denied"
        raise web.HTTPFound(f"{target}?{urlencode(answer)}")


def _refused(method: str, refusal: SlackRefusal) -> web.Response:
    status = refusal.status
    if method in {"response_url", "upload"}:
        status = 404 if refusal.error in _GONE else 400
    return web.json_response(refusal.json(), status=status, headers=refusal.headers)


async def _read(request: web.Request) -> dict[str, Any]:
    """Return the arguments of a call: query string, and a form-encoded or JSON body."""
    if request.content_type == "application/json":
        found = await _json(request)
        return dict(request.query) | (found if isinstance(found, dict) else {})
    return dict(request.query) | dict(await request.post())


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.text() or "{}")
    except ValueError:
        return None


async def _content(request: web.Request) -> bytes:
    """Return an uploaded file: the body itself, or the one file of a multipart form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    found = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
    return found[0].file.read() if found else b""
