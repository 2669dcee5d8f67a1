"""Reading an answer's body without ever holding more than was agreed, however well it was compressed."""

from __future__ import annotations

import zlib

import httpx

from brief.errors import Trouble

_GZIP_OR_ZLIB = (
    47  # the window bits with which zlib reads the header itself: https://docs.python.org/3/library/zlib.html
)


class BodyError(Exception):
    """A body that cannot be used, and why."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


async def read_body(response: httpx.Response, most: int) -> bytes:
    """Return the body, inflated: at most `most` bytes, in at most one coding.

    Raises BodyError: TOO_LARGE as soon as there is more, BAD_ANSWER for codings not asked for or a broken one.
    """
    codings = [coding.lower() for coding in response.headers.get_list("content-encoding", split_commas=True)]
    response.headers.pop("content-encoding", None)  # httpx would inflate a chunk whole, and a coding within a coding
    packed = codings in (["gzip"], ["x-gzip"], ["deflate"])
    if not packed and codings not in ([], ["identity"]):
        raise BodyError(Trouble.BAD_ANSWER)
    inflate = zlib.decompressobj(wbits=_GZIP_OR_ZLIB)
    body, arrived = bytearray(), 0
    async for chunk in response.aiter_bytes():
        arrived += len(chunk)  # what follows the end of the compressed data inflates to nothing and is held by zlib
        body += _inflated(inflate, chunk, most - len(body) + 1) if packed else chunk
        if max(arrived, len(body)) > most:
            raise BodyError(Trouble.TOO_LARGE)
    if packed and arrived and not inflate.eof:
        raise BodyError(Trouble.BAD_ANSWER)
    return bytes(body)


def _inflated(inflate: zlib._Decompress, chunk: bytes, most: int) -> bytes:
    try:
        return inflate.decompress(chunk, most)
    except zlib.error:
        raise BodyError(Trouble.BAD_ANSWER) from None
