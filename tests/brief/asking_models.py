"""What the tests of language models share: a task, settings of fakes, and a look at what was spent."""

import datetime as dt
from contextlib import AbstractAsyncContextManager

from pydantic import BaseModel, Field
from redis.asyncio import Redis

from brief.settings import Settings, load_settings
from brief.store import Store
from brief.writing.llm import LanguageModel, Task, Waits, open_model
from tests.fakes.llm import FakeLLM

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
QUICK = Waits(connect=10, whole=30, backoff=0.001)


class Card(BaseModel):
    contribution: str = Field(max_length=100)
    focus: str = ""


TASK = Task("card", "Write a card.", Card, max_tokens=200)
GOOD = {"contribution": "A tree search.", "focus": "Section 3."}


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def settings_of(llm: FakeLLM, **more: str) -> Settings:
    given = {"LLM_MODEL": llm.model, "LLM_BASE_URL": llm.url, "LLM_API_KEY": llm.key}
    return load_settings(given | more)


def opened(
    llm: FakeLLM, store: Store, *, waits: Waits = QUICK, clock: Clock | None = None, **more: str
) -> AbstractAsyncContextManager[LanguageModel | None]:
    return open_model(settings_of(llm, **more), store, clock or Clock(), waits)


async def spent(redis: Redis, day: str = "2026-05-01") -> tuple[int, int]:
    """Tokens and billionths of a US dollar that the day's budget counts."""
    found = await redis.hgetall("{paperboy}:1:spent:" + day)
    return int(found.get(b"tokens", 0)), int(found.get(b"nanos", 0))
