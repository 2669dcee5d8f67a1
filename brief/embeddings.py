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
from typing import Any, Final

import httpx
import numpy as np

from brief.embeddings_answer import Floats32, Vectors, read
from brief.errors import WritingError, WritingTrouble
from brief.settings import Settings
from brief.store import Store, key_of, redis_errors
from brief.writing.breaker import Breaker
from brief.writing.budget import NOTHING, Budget, Spending
from brief.writing.llm import Waits
from brief.writing.tries import repeated

WAITS: Final = Waits(connect=5.0, whole=3.0, backoff=0.5)
PATIENT: Final = 120.0  # seconds for the papers of a collection, which no reader waits for
AT_ONCE: Final = 32  # texts of one request; OpenAI takes 2,048, a server at home takes as long as for so many requests
LONGEST: Final = 2_500  # characters of one text: a title and the longest abstract
SHORT: Final = 600  # characters of a text that was too long: small models take 256 or 512 tokens, and some refuse more

_KEEP = dt.timedelta(days=30)
_LONGEST_PAUSE = 20.0  # seconds that the endpoint may ask for before a repeat
_CHUNK = 500  # vectors read from Redis at once
_PASSING = frozenset({WritingTrouble.RATE_LIMITED, WritingTrouble.SERVER_ERROR, WritingTrouble.UNREACHABLE})

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_embeddings(
    settings: Settings, store: Store, clock: Callable[[], dt.datetime], waits: Waits = WAITS
) -> AsyncIterator[Embeddings | None]:
    """Yield the configured model, None when there is none; `waits.whole` is for all texts that a reader waits for.

    It may read LLM_DAILY_TOKENS a day, counted apart from what language models take, so that neither is left without
    because of the other. `clock` tells the real time, in UTC.
    """
    if settings.embeddings_model is None or settings.embeddings_base_url is None:
        yield None
        return

    def today() -> dt.date:
        return clock().astimezone(settings.brief_timezone).date()

    budget = Budget(store, tokens=settings.llm_daily_tokens, usd=None, today=today, account="embeddings")
    key = settings.embeddings_api_key
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key.get_secret_value()}"} if key else {})
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(None, connect=waits.connect)) as client:
        url, model = settings.embeddings_base_url, settings.embeddings_model
        yield Embeddings(client, url, model, store, budget=budget, breaker=Breaker(clock), waits=waits)


class Embeddings:
    """An embeddings model at its endpoint; `name` is the model's."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        name: str,
        store: Store,
        *,
        budget: Budget,
        breaker: Breaker,
        waits: Waits,
    ) -> None:
        self.name, self._budget = name, budget
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
        """Return the vectors of a few texts, within the budget of the day. Raises WritingError.

        No tokenizer makes more tokens of a text than it has bytes, beside a first and a last one. What was refused, or
        never sent, is not spent.
        """
        said = [_sendable(text) for text in texts]
        most = sum(len(text.encode()) + 2 for text in said)
        held = await self._budget.reserve(Spending(most, 0.0))
        if held is None:
            raise WritingError(WritingTrouble.OVER_BUDGET, self.name)
        try:
            found = await self._answer(said)
        except _UnbilledError:
            await held.settle(NOTHING)
            raise
        await held.settle(Spending(min(found.tokens or most, most), 0.0))
        return found.vectors

    async def _answer(self, said: Sequence[str]) -> Vectors:
        """Send some texts (https://platform.openai.com/docs/api-reference/embeddings/create).

        Vectors are asked for in digits, which every server can give. Raises WritingError.
        """
        question = {"model": self.name, "input": said, "encoding_format": "float"}
        try:
            async with self._client.stream("POST", f"{self._url}/embeddings", json=question) as response:
                if response.status_code != httpx.codes.OK:
                    raise _UnbilledError(_trouble(response.status_code), self.name, _retry_after(response))
                found = await read(response, len(said))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise _UnbilledError(WritingTrouble.UNREACHABLE, self.name) from None
        except httpx.TimeoutException:
            raise WritingError(WritingTrouble.TIMEOUT, self.name) from None
        except httpx.HTTPError:
            raise WritingError(WritingTrouble.UNREACHABLE, self.name) from None
        if found is None:
            raise WritingError(WritingTrouble.BAD_ANSWER, self.name)
        return found

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


class _UnbilledError(WritingError):
    """A request that was not sent, or refused; `pause` is in seconds, None where none was asked for."""

    def __init__(self, trouble: WritingTrouble, model: str, pause: float | None = None) -> None:
        super().__init__(trouble, model)
        self.pause = pause


def _sendable(text: str) -> str:
    """Return a text as endpoints take it: neither empty nor too long, of whole characters."""
    return text[:LONGEST].encode(errors="replace").decode() or " "


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
    pause = error.pause if isinstance(error, _UnbilledError) else None
    return True if pause is None else pause <= _LONGEST_PAUSE and pause


def _whole(packed: Any) -> bool:
    """Tell whether a value can be a vector: what another version or an accident left counts as absent."""
    return bool(packed) and len(packed) % 2 == 0


def _unpacked(packed: Any) -> Floats32:
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)
