"""python-telegram-bot over aiohttp: a seventh of the CPU time its own httpx transport takes for a message.

Does not care about pace or retries: those are `bot.telegram_limits` and the callers.
"""

from __future__ import annotations

import secrets
from typing import Any, Final, NamedTuple
from urllib.request import getproxies

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

POLLING_CONNECTIONS: Final = 8  # getUpdates needs one; a torn request may leave a pool of one without any
BOUNDARY: Final = secrets.token_hex(16)
FORM: Final = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
Seconds = Any  # a number, None for no bound, or BaseRequest.DEFAULT_NONE


class Timeouts(NamedTuple):
    """Seconds each part of a request may take."""

    read: float = 20.0
    write: float = 30.0
    connect: float = 10.0
    pool: float = 30.0  # for one of the connections to become free


class AiohttpRequest(BaseRequest):
    """Requests to the Bot API over one aiohttp session with at most `connections` connections, kept alive.

    Follows HTTP(S)_PROXY and NO_PROXY. No error it raises, nor the cause of one, holds the address: the token is in it.
    """

    def __init__(self, connections: int, timeouts: Timeouts | None = None) -> None:
        self._connections = connections
        self._timeouts = timeouts or Timeouts()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Return the seconds an answer may take; long polling adds its own wait to it."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the session; nothing is sent yet."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=bool(getproxies()),  # looked up again for every request, so only where there is a proxy
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; doing so twice is harmless."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer.

        Raise TimedOut when a part of the request took longer than its time-out (it may have been carried out),
        NetworkError, whose message names the kind of the failure only, when there is no answer otherwise, and
        RuntimeError before `initialize` and after `shutdown`.
        """
        if self._session is None:
            raise RuntimeError("this AiohttpRequest is not initialized")
        timeout = _timeout(self._timeouts, (read_timeout, write_timeout, connect_timeout, pool_timeout))
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            failure: NetworkError = TimedOut()
        except (aiohttp.ClientError, OSError) as error:
            failure = NetworkError(f"no answer from the Bot API: {type(error).__name__}")
        raise failure  # outside of `except`: aiohttp's error, which holds the address, is not even its context


def _timeout(usual: Timeouts, asked: tuple[Seconds, ...]) -> aiohttp.ClientTimeout:
    """Return aiohttp's time-outs; it has none for writing alone, so the sum bounds the whole request."""
    values = (u if a is BaseRequest.DEFAULT_NONE else a for u, a in zip(usual, asked, strict=True))
    read, write, connect, pool = values
    waiting = None if pool is None or connect is None else pool + connect  # aiohttp counts from asking the pool
    total = None if waiting is None or write is None or read is None else waiting + write + read
    return aiohttp.ClientTimeout(total=total, connect=waiting, sock_connect=connect, sock_read=read)


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """Return what to send, a multipart form with or without files, and its headers where aiohttp does not know them.

    Without files the other kind of form would do too, but %-codes take as much CPU time as all the rest of a request.
    """
    if data is None:
        return None, None
    fields = data.json_parameters
    if not data.contains_files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
        parts = "".join(f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        return f"{parts}--{BOUNDARY}--\r\n".encode(
            errors="replace"
        ), FORM  # half a surrogate pair must not stop a message
    form = aiohttp.FormData(fields, quote_fields=False)  # Telegram shows %-codes as they are
    for field, (name, content, media_type) in data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=media_type)
    return form, None
