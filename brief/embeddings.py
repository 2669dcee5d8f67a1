"""Vectors of texts, by an embeddings model at an OpenAI-compatible endpoint, remembered in Redis.

{paperboy}:1:vector:{digest}    float16 components, little-endian; the digest is of address, model and text    30 days

One vector of 1,536 components takes 3 kB; a day brings some 600 papers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from brief.errors import WritingError, WritingTrouble
from brief.settings import Settings
from brief.store import Store, key_of, redis_errors
from brief.writing.breaker import Breaker
from brief.writing.llm import Waits
from brief.writing.tries import repeated

Floats32 = NDArray[np.float32]

WAITS: Final = Waits(connect=5.0, whole=3.0, backoff=0.5)
PATIENT: Final = 120.0  # seconds for the papers of a collection, which no reader waits for
AT_ONCE: Final = 32  # texts of one request; OpenAI takes 2,048, a server at home takes as long as for so many requests
LONGEST: Final = 2_500  # characters of one text: a title and the longest abstract
SHORT: Final = 600  # characters of a text that was too long: small models take 256 or 512 tokens, and some refuse more

_KEEP = dt.timedelta(days=30)
_LONGEST_PAUSE = 20.0  # seconds that the endpoint may ask for before a repeat
_MOST_BYTES = 4 * 2**20  # of one answer: 32 vectors of 4,096 components in digits are 3 MB
_CHUNK = 500  # vectors read from Redis at once
_PASSING = frozenset({WritingTrouble.RATE_LIMITED, WritingTrouble.SERVER_ERROR, WritingTrouble.UNREACHABLE})

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_embeddings(
    settings: Settings, store: Store, clock: Callable[[], dt.datetime], waits: Waits = WAITS
) -> AsyncIterator[Embeddings | None]:
    """Yield the configured model, None when there is none; `waits.whole` is for all texts that a reader waits for."""
    if settings.embeddings_model is None or settings.embeddings_base_url is None:
        yield None
        return
    key = settings.embeddings_api_key
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key.get_secret_value()}"} if key else {})
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(None, connect=waits.connect)) as client:
        yield Embeddings(client, settings.embeddings_base_url, settings.embeddings_model, store, Breaker(clock), waits)


class Embeddings:
    """An embeddings model at its endpoint; `name` is the model's."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, name: str, store: Store, breaker: Breaker, waits: Waits
    ) -> None:
        self.name = name
        self._client, self._url, self._redis = client, url, store.client
        self._breaker, self._waits = breaker, waits

    async def of(
        self,
        texts: Iterable[str],
        *,
        told: Callable[[int, int], None] = lambda _done, _total: None,
        within: float | None = None,
    ) -> dict[str, Floats32] | None:
        """Return a vector of each text, all of one length, from what is remembered and else from the endpoint.

        None when the endpoint did not give all of them `within` some seconds (else those of `Waits`): what it gave is
        remembered, and one that fails is left alone for a while. Only the first 2,500 characters of a text are read;
        one that it refuses by itself has a vector of length 0. `told` hears how many texts of how many are done while
        the endpoint is asked. Raises StoreError.
        """
        wanted = {text: self._key(text) for text in texts}
        known = await self._recall(wanted)
        if missing := [text for text in wanted if text not in known]:
            if self._breaker.trouble:
                return None
            try:
                known |= await self._asked(missing, wanted, told, within or self._waits.whole)
            except WritingError as error:
                _log.warning("embeddings: %s", error)
                return None
        if len({vector.size for vector in known.values()}) > 1:  # the model behind the name is another one now
            await self.forget(wanted)
            return None
        return {text: known[text] for text in wanted}

    async def forget(self, texts: Iterable[str]) -> None:
        """Forget the vectors of some texts. Raises StoreError."""
        keys = [self._key(text) for text in texts]
        with redis_errors():
            await self._redis.delete(*keys)

    async def probe(self) -> int:
        """Return how many components a vector has, by asking for one. Raises WritingError."""
        async with self._until(asyncio.get_running_loop().time() + self._waits.whole):
            [vector] = await self._ask(["Paperboy asks whether this endpoint answers."])
        return int(vector.size)

    async def _asked(
        self, texts: Sequence[str], keys: Mapping[str, str], told: Callable[[int, int], None], within: float
    ) -> dict[str, Floats32]:
        """Return the vectors of texts, remembered batch by batch. Raises WritingError and StoreError."""
        found: dict[str, Floats32] = {}
        end = asyncio.get_running_loop().time() + within
        try:
            for start in range(0, len(texts), AT_ONCE):
                told(start, len(texts))
                batch = texts[start : start + AT_ONCE]
                async with self._until(end):
                    vectors = await self._of_some(batch)
                await self._keep({keys[text]: vector for text, vector in vectors.items()})
                found |= vectors
        except WritingError as error:
            self._breaker.note(error.trouble)
            raise
        self._breaker.note(None)
        return found

    @asynccontextmanager
    async def _until(self, end: float) -> AsyncIterator[None]:
        """Raise WritingError when the loop's time comes to an end inside."""
        try:
            async with asyncio.timeout_at(end):
                yield
        except TimeoutError:
            raise WritingError(WritingTrouble.TIMEOUT, self.name) from None

    async def _of_some(self, texts: Sequence[str]) -> dict[str, Floats32]:
        """Return the vectors of a few texts; where they are refused together, each is asked for alone."""
        try:
            return dict(zip(texts, await self._repeated(texts), strict=True))
        except WritingError as error:
            if error.trouble != WritingTrouble.REJECTED or len(texts) == 1:
                raise
        found = {text: vector for text in texts if (vector := await self._of_one(text)) is not None}
        if not found:
            raise WritingError(WritingTrouble.REJECTED, self.name)
        nothing = np.zeros_like(next(iter(found.values())))
        return {text: found.get(text, nothing) for text in texts}

    async def _of_one(self, text: str) -> Floats32 | None:
        """Return the vector of a text, or of its beginning where it is too long; None for one that is refused."""
        for said in (text, text[:SHORT]):
            try:
                return (await self._repeated([said]))[0]
            except WritingError as error:
                if error.trouble != WritingTrouble.REJECTED:
                    raise
        return None

    # -- the endpoint -------------------------------------------------------------------------------------------------

    async def _repeated(self, texts: Sequence[str]) -> list[Floats32]:
        return await repeated(lambda: self._ask(texts), _pause, self._waits.backoff)

    async def _ask(self, texts: Sequence[str]) -> list[Floats32]:
        """Return the vectors of a few texts (https://platform.openai.com/docs/api-reference/embeddings/create).

        They are asked for in digits, which every server can give. Raises WritingError.
        """
        question = {"model": self.name, "input": [_sendable(text) for text in texts], "encoding_format": "float"}
        try:
            async with self._client.stream("POST", f"{self._url}/embeddings", json=question) as response:
                if response.status_code != httpx.codes.OK:
                    raise _RefusedError(_trouble(response.status_code), self.name, _retry_after(response))
                body = await _bounded(response)
        except httpx.TimeoutException:
            raise WritingError(WritingTrouble.TIMEOUT, self.name) from None
        except httpx.HTTPError:
            raise WritingError(WritingTrouble.UNREACHABLE, self.name) from None
        if (vectors := _vectors(body, len(texts))) is None:
            raise WritingError(WritingTrouble.BAD_ANSWER, self.name)
        return vectors

    # -- what is remembered -------------------------------------------------------------------------------------------

    def _key(self, text: str) -> str:
        question = json.dumps([self._url, self.name, text[:LONGEST]])
        return key_of("vector", hashlib.sha256(question.encode(errors="replace")).hexdigest())

    async def _recall(self, keys: Mapping[str, str]) -> dict[str, Floats32]:
        texts, found = list(keys), dict[str, Floats32]()
        for start in range(0, len(texts), _CHUNK):
            some = texts[start : start + _CHUNK]
            with redis_errors():
                packed = await self._redis.mget([keys[text] for text in some])
            found |= {text: _unpacked(value) for text, value in zip(some, packed, strict=True) if _whole(value)}
        return found

    async def _keep(self, vectors: Mapping[str, Floats32]) -> None:
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key, vector in vectors.items():
                    pipe.set(key, vector.astype("<f2").tobytes(), ex=_KEEP)
                await pipe.execute()


class _RefusedError(WritingError):
    """A request that was answered with an error; `pause` is in seconds, None where none was asked for."""

    def __init__(self, trouble: WritingTrouble, model: str, pause: float | None) -> None:
        super().__init__(trouble, model)
        self.pause = pause


class _Row(BaseModel):
    index: Annotated[int, Field(ge=0)]
    embedding: Annotated[list[float], Field(min_length=1, max_length=8_192)]


class _Answer(BaseModel):
    data: list[_Row]


def _vectors(body: bytes | None, count: int) -> list[Floats32] | None:
    """Return the unit vectors of an answer in the order they were asked for; None unless all are there and usable."""
    try:
        rows = sorted(_Answer.model_validate_json(body or b"").data, key=lambda row: row.index)
    except ValidationError:
        return None
    if [row.index for row in rows] != list(range(count)) or len({len(row.embedding) for row in rows}) != 1:
        return None
    vectors = np.array([row.embedding for row in rows])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        return None
    return list((vectors / lengths).astype(np.float32))


def _sendable(text: str) -> str:
    """Return a text as endpoints take it: neither empty nor too long, of whole characters."""
    return text[:LONGEST].encode(errors="replace").decode() or " "


async def _bounded(response: httpx.Response) -> bytes | None:
    """Return the body, None when it is longer than any answer, or compressed without having been asked for."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


def _trouble(status: int) -> WritingTrouble:
    known = {401: WritingTrouble.UNAUTHORIZED, 403: WritingTrouble.UNAUTHORIZED, 404: WritingTrouble.NOT_FOUND}
    known |= {408: WritingTrouble.TIMEOUT, 429: WritingTrouble.RATE_LIMITED}
    return known.get(status, WritingTrouble.SERVER_ERROR if status >= 500 else WritingTrouble.REJECTED)


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "")
    return float(said) if said.isdecimal() and len(said) < 9 else None


def _pause(error: Exception) -> bool | float:
    """Return whether a failed request is repeated, or in how many seconds the endpoint wants it."""
    if not isinstance(error, WritingError) or error.trouble not in _PASSING:
        return False
    pause = error.pause if isinstance(error, _RefusedError) else None
    return True if pause is None else pause <= _LONGEST_PAUSE and pause


def _whole(packed: Any) -> bool:
    """Tell whether a value can be a vector: what another version or an accident left counts as absent."""
    return bool(packed) and len(packed) % 2 == 0


def _unpacked(packed: Any) -> Floats32:
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)
