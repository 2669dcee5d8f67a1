"""A strict stand-in for an OpenAI-compatible endpoint of embeddings: it refuses what OpenAI refuses, in its words.

A text's vector has a component for each word by a hash, so texts that share words are near. A token is 4 bytes of
UTF-8.
https://platform.openai.com/docs/api-reference/embeddings/create
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from aiohttp import web

from tests.fakes.llm import tokens
from tests.fakes.llm_replies import Reply, error

WIDTH = 256
KEY = "sk-fake-emb3d"
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "input": (str, list),
    "encoding_format": str,
    "dimensions": int,
    "user": str,
}
_MOST_INPUTS, _MOST_TOKENS, _MOST_TOGETHER = 2048, 8192, 300_000


Answering = Reply | Callable[[list[str]], Any]
"""A Reply, or a function from texts to one or to the body of an answer."""


class FakeEmbeddings:
    """Enter it to start it. `script` comes first, in order, then `answer`; what is scripted and not asked for fails.

    `texts` are those it gave vectors for.
    """

    model = "fake-embeddings"

    def __init__(self, script: Sequence[Answering] = (), answer: Answering | None = None, key: str = KEY) -> None:
        self.key, self.texts, self.requests = key, list[str](), 0
        self._answer_with = answer or (lambda texts: good(texts, self.width))
        self.refused: list[str] = []
        self.width = WIDTH
        self._script, self._ended = deque(script), asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/v1/embeddings", self._embed)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        await self._runner.cleanup()
        if kind is None:
            assert not self._script, f"{len(self._script)} answers of the script were not asked for"
            assert not self.refused, self.refused

    async def _embed(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        raw = await request.read()
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _response(error(401, "Incorrect API key provided.", code="invalid_api_key"))
        body = _read(raw)
        for mistake in _mistakes(body):
            self.refused.append(mistake)
            return _response(error(400, mistake))
        if body["model"] != self.model:
            return _response(error(404, f"The model `{body['model']}` does not exist.", code="model_not_found"))
        return await self._answer(request, [body["input"]] if isinstance(body["input"], str) else body["input"])

    async def _answer(self, request: web.Request, texts: list[str]) -> web.StreamResponse:
        scripted = self._script.popleft() if self._script else self._answer_with
        reply = scripted(texts) if callable(scripted) else scripted
        if isinstance(reply, Reply):
            if reply.fault == "hang":
                await self._ended.wait()
            if reply.fault and request.transport:
                request.transport.abort()
            return _response(reply)
        self.texts += texts
        return web.json_response(reply)


def good(texts: Sequence[str], width: int = WIDTH) -> dict[str, Any]:
    """Return the body of a good answer."""
    rows = [{"object": "embedding", "index": n, "embedding": vector(text, width)} for n, text in enumerate(texts)]
    used = sum(map(tokens, texts))
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": rows, "model": FakeEmbeddings.model, "usage": usage}


def vector(text: str, width: int = WIDTH) -> list[float]:
    """Return the vector of a text, which says how often it has words with the same hash; never of length 0."""
    components = [0.01] * width
    for word in re.findall(r"\w+", text.lower()):
        components[zlib.crc32(word.encode()) % width] += 1.0
    return components


def _read(raw: bytes) -> Any:
    """Return the body; None for what is no JSON of whole characters."""
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()
    except ValueError:
        return None
    return body


def _mistakes(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "We could not parse the JSON body of your request."
        return
    for name, value in body.items():
        if name not in _FIELDS:
            yield f"Unrecognized request argument supplied: {name}"
        elif not isinstance(value, _FIELDS[name]) or isinstance(value, bool):
            yield f"Invalid type for '{name}'."
    yield from (f"Missing required parameter: '{name}'." for name in ("model", "input") if name not in body)
    if body.get("encoding_format", "float") not in ("float", "base64"):
        yield f"'{body['encoding_format']}' is not one of ['float', 'base64'] - 'encoding_format'"
    texts = body.get("input")
    yield from _bad_texts([texts] if isinstance(texts, str) else texts or [])


def _bad_texts(texts: list[Any]) -> Iterator[str]:
    if not 1 <= len(texts) <= _MOST_INPUTS:
        yield f"Invalid 'input': array of length {len(texts)}. Expected an array with 1 to {_MOST_INPUTS} elements."
    if not all(isinstance(text, str) and text for text in texts):
        yield "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
        return
    if (longest := max((tokens(text) for text in texts), default=0)) > _MOST_TOKENS:
        yield f"This model's maximum context length is {_MOST_TOKENS} tokens, however you requested {longest} tokens"
    if (together := sum(map(tokens, texts))) > _MOST_TOGETHER:
        yield f"Requested {together} tokens, max {_MOST_TOGETHER} tokens per request"


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)
