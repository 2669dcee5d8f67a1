"""A strict stand-in for an OpenAI-compatible endpoint: it refuses what OpenAI refuses, and follows a script.

    async with FakeLLM({"ok": True}) as llm:
        settings = load_settings({"LLM_MODEL": llm.model, "LLM_BASE_URL": llm.url, "LLM_API_KEY": llm.key})

A token is 4 bytes of UTF-8, begun ones included, of all messages and the schema in, and of the answer out.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.fakes.llm_checks import mistakes
from tests.fakes.llm_replies import Reply, error, no_such_format, said

_LARGEST = 2 * 2**20


@dataclass(frozen=True)
class Asked:
    """One request that was in order."""

    body: dict[str, Any]

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def system(self) -> str:
        """The system prompt, with what the client adds about the schema when the endpoint does not take one."""
        return self._said_by("system", "developer")

    @property
    def user(self) -> str:
        """What the user said."""
        return self._said_by("user")

    @property
    def format(self) -> str:
        """How an answer is asked for: json_schema, json_object or text."""
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def name(self) -> str:
        """The name of the schema, which is the task's."""
        wanted = self.body.get("response_format", {}).get("json_schema")
        return str(wanted["name"] if wanted else self.schema.get("title", ""))

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema asked for, wherever it stands; empty when there is none."""
        if self.format == "json_schema":
            return dict(self.body["response_format"]["json_schema"]["schema"])
        for start in (at for at, mark in enumerate(self.system) if mark == "{"):
            try:
                found, _ = json.JSONDecoder().raw_decode(self.system, start)
            except ValueError:
                continue
            if "properties" in found:
                return dict(found)
        return {}

    @property
    def max_tokens(self) -> int:
        return int(self.body.get("max_tokens") or self.body.get("max_completion_tokens") or 4096)

    @property
    def tokens(self) -> int:
        """What reading it takes."""
        return tokens(json.dumps(self.body["messages"], ensure_ascii=False) + json.dumps(self.schema))

    def _said_by(self, *roles: str) -> str:
        return "\n\n".join(message["content"] for message in self.body["messages"] if message["role"] in roles)


Answering = Callable[[Asked], Any] | Any
"""A Reply, or what the model says: a text, a model of pydantic, or what becomes JSON; or a function of the request."""


class FakeLLM:
    """Enter it to start it. `script` comes first, in order, then `answer`; what is scripted and not asked for fails.

    `formats` are those it takes of json_schema, json_object and text; any other is refused as DeepSeek does.
    """

    model = "fake-model"

    def __init__(
        self,
        answer: Answering = None,
        *,
        script: Sequence[Answering] = (),
        key: str = "sk-fake-s3cret",
        formats: Sequence[str] = ("json_schema", "json_object", "text"),
    ) -> None:
        self.key, self.asked, self.most_open = key, list[Asked](), 0
        self.refused: list[str] = []
        self._answer, self._script, self._formats = answer, deque(script), formats
        self._unexpected: list[Asked] = []
        self._open, self._ended, self._news = 0, asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        await self._runner.cleanup()
        if kind is None:
            assert not self._unexpected, f"asked without being in the script: {self._unexpected}"
            assert not self._script, f"{len(self._script)} answers of the script were not asked for"

    async def reached(self, count: int) -> None:
        """Return when `count` requests have arrived."""
        while len(self.asked) < count:
            self._news.clear()
            await self._news.wait()

    async def _models(self, request: web.Request) -> web.Response:
        refusal = self._unauthorized(request)
        listed = {"object": "list", "data": [{"id": self.model, "object": "model", "created": 0, "owned_by": "fake"}]}
        return _response(refusal) if refusal else web.json_response(listed)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        try:
            raw = await request.read()
            refusal = self._unauthorized(request) or self._refusal(raw)
            if refusal:
                self.refused.append(refusal.body.decode())
                return _response(refusal)
            asked = Asked(json.loads(raw))
            self.asked.append(asked)
            self._news.set()
            return await self._send(request, asked, self._reply(asked))
        finally:
            self._open -= 1

    def _unauthorized(self, request: web.Request) -> Reply | None:
        if request.headers.get("Authorization") == f"Bearer {self.key}":
            return None
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        message = f"Incorrect API key provided: {given}." if given else "You didn't provide an API key."
        return error(401, message, code="invalid_api_key")

    def _refusal(self, raw: bytes) -> Reply | None:
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        for mistake in mistakes(body):
            return error(400, mistake)
        if body["model"] != self.model:
            return error(404, f"The model `{body['model']}` does not exist.", code="model_not_found")
        return None if Asked(body).format in self._formats else no_such_format()

    def _reply(self, asked: Asked) -> Reply:
        scripted = self._script.popleft() if self._script else self._answer
        if scripted is None:
            self._unexpected.append(asked)
            return error(400, "not in the script")
        reply = scripted(asked) if callable(scripted) else scripted
        return reply if isinstance(reply, Reply) else said(reply)

    async def _send(self, request: web.Request, asked: Asked, reply: Reply) -> web.StreamResponse:
        if reply.fault == "dribble":
            return await self._dribble(request)
        if reply.fault == "hang":
            await self._ended.wait()
        if reply.fault and request.transport:  # it may have gone by itself
            request.transport.abort()
        return _response(reply) if reply.text is None else web.json_response(completion(asked, reply))

    async def _dribble(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while not self._ended.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.005)
        return response


def tokens(text: str) -> int:
    """Return how many tokens this endpoint counts in a text."""
    return -(-len(text.encode()) // 4)


def completion(asked: Asked, reply: Reply) -> dict[str, Any]:
    """Return a chat completion; what is longer than max_tokens allows is cut off there, as real models are."""
    text, finish = reply.text or "", reply.finish
    if tokens(text) > asked.max_tokens and reply.usage:
        text, finish = text.encode()[: 4 * asked.max_tokens].decode(errors="ignore"), "length"
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": reply.refusal}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    body: dict[str, Any] = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_793_000_000,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
    }
    read, written = asked.tokens, tokens(text)
    counted = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    if reply.usage:
        body["usage"] = counted if reply.usage is True else dict(reply.usage)
    return body


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)
