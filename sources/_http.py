"""The one HTTP client of every source: pace, time limits, retries, size limits; every failure is a SourceError."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, Self

import httpx
import stamina

from brief.errors import SourceError, Trouble
from sources._body import BodyError, read_body
from sources._troubles import asked_pause, pause_before_repeat, trouble_of_break, trouble_of_status

# The reports tell of tries. By default the library tells too, on stdout where structlog happens to be installed.
stamina.instrumentation.set_on_retry_hooks(())

Turn = Callable[[str, float], AbstractAsyncContextManager[None]]
"""(key, gap in seconds) -> a context with one holder at a time, entered at least `gap` after the one before."""

Listener = Callable[[httpx.Response], Awaitable[None]]
"""What is told of every response."""

_CONNECT: Final = 5.0  # seconds; a host that drops packets is as unreachable as one that refuses
_HOPS: Final = 3


@dataclass(frozen=True)
class Site:
    """Where a site is and what it tolerates.

    `what` names it in a reader's words; `base_url` is the part before the site's own path. `gap` is the least
    number of seconds between two request starts; above 0 there is also one request at a time, together with every
    other site of the same `pace`. `timeout` bounds one request from connecting to its last byte, in seconds;
    `max_bytes` bounds its inflated body. `headers` may carry a token.
    """

    what: str
    base_url: str
    gap: float = 0.0
    pace: str = ""
    connections: int = 4
    timeout: float = 12.0
    tries: int = 3
    max_bytes: int = 4 * 2**20
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Reply:
    """A complete answer; `tries` is the number of requests it took, `what` the site's name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    what: str
    tries: int = 1

    def error(self, trouble: Trouble) -> SourceError:
        """Return the error to raise when this answer turns out to be useless."""
        return SourceError(trouble, self.what, tries=self.tries, status=self.status)

    def json(self) -> Any:
        """Return the parsed body. Raises SourceError: EMPTY_ANSWER for no body, BAD_ANSWER for anything not JSON."""
        if not self.body.strip():
            raise self.error(Trouble.EMPTY_ANSWER)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise self.error(Trouble.BAD_ANSWER) from None


class Http:
    """A connection pool and the pace kept with it: enter it once, share it between all sources.

    `user_agent` names the product and a contact. `turn` keeps the pace; without one it is kept inside this process.
    `heard` is called with each response, before it is read.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        turn: Turn | None = None,
        heard: Listener | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL, and some carry a key
        self._client = httpx.AsyncClient(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(None, connect=_CONNECT),
            event_hooks={"response": [heard] if heard else []},
            transport=transport,
        )
        self._turn = turn or LocalTurn()
        self._places: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    def at(self, site: Site) -> Fetcher:
        """Return a fetcher for one collection from `site`."""
        return Fetcher(self._client, site, self._place(site))

    def once(self, site: Site) -> Fetcher:
        """Return a fetcher that asks `site` and does not repeat what failed."""
        return self.at(replace(site, tries=1))

    def _place(self, site: Site) -> Callable[[], AbstractAsyncContextManager[object]]:
        if site.gap > 0:
            return lambda: self._turn(site.pace or site.what, site.gap)
        places = self._places.setdefault(site.pace or site.base_url, asyncio.Semaphore(site.connections))
        return lambda: places


class LocalTurn:
    """A pace kept inside one process. A cancelled holder gives its turn back."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[str, float] = {}

    @contextlib.asynccontextmanager
    async def __call__(self, key: str, gap: float) -> AsyncIterator[None]:
        """Enter when the holder before has left and `gap` seconds have passed since it entered."""
        async with self._locks[key]:
            await asyncio.sleep(self._next.get(key, 0.0) - time.monotonic())
            self._next[key] = time.monotonic() + gap
            yield


class Fetcher:
    """Requests to one site. `requests` counts every one made, repeats and redirects included."""

    def __init__(
        self, client: httpx.AsyncClient, site: Site, place: Callable[[], AbstractAsyncContextManager[object]]
    ) -> None:
        self.site = site
        self.requests = 0
        self._client = client
        self._place = place

    async def get(
        self, path: str, params: Mapping[str, str | int] | None = None, *, accept: Container[int] = (200,)
    ) -> Reply:
        """Return the answer to a GET of `path` below the site's base.

        Raises SourceError, and nothing else, when every try failed or a repeat would not help. Statuses outside
        `accept` are failures; redirects are followed on the same site only.
        """
        async for attempt in stamina.retry_context(
            on=pause_before_repeat,
            attempts=self.site.tries,
            timeout=None,
            wait_initial=0.5,
            wait_max=4.0,
            wait_jitter=0.5,
        ):
            with attempt:
                return await self._try(path, params, accept, attempt.num)
        raise AssertionError("stamina returns or raises")

    async def _try(
        self, path: str, params: Mapping[str, str | int] | None, accept: Container[int], number: int
    ) -> Reply:
        try:
            request: httpx.Request | None = self._client.build_request(
                "GET", self.site.base_url.rstrip("/") + path, params=params, headers=self.site.headers
            )
        except (httpx.InvalidURL, ValueError):
            raise self._error(Trouble.REFUSED, number) from None
        for _ in range(1 + _HOPS):
            if request is None or not self._at_home(request.url):
                break
            response, body = await self._exchange(request, number)
            if not response.has_redirect_location:
                return self._judge(response, body, accept, number)
            request = response.next_request
        raise self._error(Trouble.REDIRECTED, number)

    async def _exchange(self, request: httpx.Request, number: int) -> tuple[httpx.Response, bytes]:
        response = None
        async with self._place():
            self.requests += 1
            try:
                async with asyncio.timeout(self.site.timeout):
                    response = await self._client.send(request, stream=True)
                    return response, await self._read(response, number)
            except (httpx.RequestError, TimeoutError) as error:
                raise self._error(trouble_of_break(error, answered=response is not None), number) from error
            finally:
                if response is not None:
                    await response.aclose()

    async def _read(self, response: httpx.Response, number: int) -> bytes:
        try:
            return await read_body(response, self.site.max_bytes)
        except BodyError as error:
            raise self._error(error.trouble, number, response.status_code) from None

    def _judge(self, response: httpx.Response, body: bytes, accept: Container[int], number: int) -> Reply:
        status = response.status_code
        if status not in accept:
            raise self._error(trouble_of_status(response), number, status, asked_pause(response.headers, time.time()))
        if status == httpx.codes.OK and not body:
            raise self._error(Trouble.EMPTY_ANSWER, number, status)
        return Reply(status, response.headers, body, self.site.what, number)

    def _at_home(self, url: httpx.URL) -> bool:
        home = httpx.URL(self.site.base_url)
        upgraded = (home.scheme, url.scheme, home.port, url.port) == ("http", "https", None, None)
        return url.host == home.host and (upgraded or (url.scheme, url.port) == (home.scheme, home.port))

    def _error(
        self, trouble: Trouble, tries: int, status: int | None = None, retry_after: float | None = None
    ) -> SourceError:
        return SourceError(trouble, self.site.what, tries=tries, status=status, retry_after=retry_after)
