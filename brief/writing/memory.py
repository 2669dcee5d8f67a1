"""Answers of language models that are remembered, so that no question is paid for twice.

{paperboy}:1:answer:{digest}    a Remembered; the digest is of model, instructions, text and schema    120 days
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from brief.models import Value
from brief.store import KEEP_DAYS, Store, key_of, pack, redis_errors, unpack

_KEEP = dt.timedelta(days=KEEP_DAYS)
_T = TypeVar("_T", bound=BaseModel)


class Remembered(Value):
    """An answer as JSON that fitted its schema, by whom and when."""

    answer: str
    model: str
    date: dt.date

    def read(self, schema: type[_T]) -> _T | None:
        """Return the answer; None when the rules of its schema have changed so that it no longer fits."""
        try:
            return schema.model_validate_json(self.answer)
        except ValidationError:
            return None


class Memory:
    """Remembered answers in Redis, by digest. Raises StoreError when Redis does not answer."""

    def __init__(self, store: Store) -> None:
        self._redis = store.client

    async def find(self, digests: Sequence[str]) -> list[Remembered]:
        """Return what is remembered, in the order of the digests."""
        keys = [key_of("answer", digest) for digest in digests]
        with redis_errors():
            stored = await self._redis.mget(keys)
        found = (unpack(key, value, Remembered) for key, value in zip(keys, stored, strict=True))
        return [one for one in found if one]

    async def keep(self, digest: str, answer: Remembered) -> None:
        """Remember an answer."""
        with redis_errors():
            await self._redis.set(key_of("answer", digest), pack(answer), ex=_KEEP)


def digest_of(model: str, instructions: str, text: str, schema: type[BaseModel]) -> str:
    """Return what a question to a model is remembered by: whatever changes the answer changes it."""
    question = json.dumps([model, instructions, text, schema.model_json_schema()], sort_keys=True)
    return hashlib.sha256(question.encode()).hexdigest()
