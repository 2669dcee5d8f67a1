"""What an endpoint of embeddings answers: vectors, and how many tokens it read for them.

https://platform.openai.com/docs/api-reference/embeddings/object
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

Floats32 = NDArray[np.float32]

_MOST_BYTES = 4 * 2**20  # of one answer: 32 vectors of 4,096 components in digits are 3 MB


class Vectors(NamedTuple):
    """Unit vectors in the order in which they were asked for, and the tokens that the endpoint reports, 0 for none."""

    vectors: list[Floats32]
    tokens: int


class _Row(BaseModel):
    index: Annotated[int, Field(ge=0)]
    embedding: Annotated[list[float], Field(min_length=1, max_length=8_192)]


class _Answer(BaseModel):
    data: list[_Row]
    usage: Any = None


async def read(response: httpx.Response, count: int) -> Vectors | None:
    """Return the vectors of an answer; None unless all are there and usable. Raises httpx.HTTPError."""
    return _vectors(await _bounded(response), count)


def _vectors(body: bytes | None, count: int) -> Vectors | None:
    try:
        answer = _Answer.model_validate_json(body or b"")
    except ValidationError:
        return None
    rows = sorted(answer.data, key=lambda row: row.index)
    if [row.index for row in rows] != list(range(count)) or len({len(row.embedding) for row in rows}) != 1:
        return None
    vectors = np.array([row.embedding for row in rows])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        return None
    return Vectors(list((vectors / lengths).astype(np.float32)), _tokens(answer.usage))


def _tokens(usage: Any) -> int:
    """Return the tokens that an endpoint says it read; what is no number of tokens does not spoil the vectors."""
    said = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return said if isinstance(said, int) and said > 0 else 0


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
