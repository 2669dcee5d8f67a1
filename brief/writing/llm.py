"""Access to language models: one question, one answer that fits its schema, within the budget of the day.

An answer is remembered for 120 days, so that the same question is not paid for twice. When the first model fails, the
second is asked, if there is one. pydantic-ai speaks to the models; it is loaded only when a model is configured.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pydantic import BaseModel

from brief.errors import WritingError, WritingTrouble
from brief.settings import Settings
from brief.store import Store
from brief.writing.budget import Budget
from brief.writing.memory import Memory, Remembered, digest_of

if TYPE_CHECKING:
    from brief.writing.endpoint import Endpoint

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Task(Generic[T]):
    """What a model is to do with a text.

    `name` is for logs and metrics, of letters, digits, _ and -; `instructions` the whole system prompt; `max_tokens`
    bounds the answer.
    """

    name: str
    instructions: str
    answer: type[T]
    max_tokens: int


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer, which of the configured models gave it, and when: a remembered one keeps its own date."""

    value: T
    model: str
    date: dt.date


@dataclass
class Meter:
    """What asking took, added to by every ask, also by those that fail.

    `calls` are HTTP requests; tokens are those that endpoints reported, and the most there can have been for an answer
    without a report. `cost` is in US dollars, None as soon as the price of one call is not known. `fell_back` counts
    the answers of the second model.
    """

    calls: int = 0
    remembered: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    fell_back: int = 0

    def add(self, read: int, written: int, cost: float | None) -> None:
        """Add one call that was answered."""
        self.tokens_in += read
        self.tokens_out += written
        self.cost = None if self.cost is None or cost is None else self.cost + cost


@dataclass(frozen=True)
class Waits:
    """How long is waited, in seconds: for a connection, for a whole answer, and before a first repeat."""

    connect: float = 10.0
    whole: float = 90.0
    backoff: float = 1.0


class LanguageModel(Protocol):
    """A language model to ask; `name` is the first model's."""

    name: str

    async def ask(self, task: Task[T], text: str, meter: Meter) -> Answer[T]:
        """Return the answer to a task about a text. Raises WritingError, and StoreError without Redis."""

    async def recall(self, task: Task[T], text: str, meter: Meter) -> Answer[T] | None:
        """Return the answer to a question that was asked before, without asking; else None. Raises StoreError."""

    async def probe(self) -> None:
        """Ask every model for a tiny answer that is not remembered. Raises WritingError of the first that fails."""


@asynccontextmanager
async def open_model(
    settings: Settings, store: Store, clock: Callable[[], dt.datetime], waits: Waits = Waits()
) -> AsyncIterator[LanguageModel | None]:
    """Yield the configured model, None when there is none.

    `clock` tells the real time, in UTC: the budget's day is its date in BRIEF_TIMEZONE. Raises SettingsError when a
    model cannot be had as configured, or when its price is not known and LLM_DAILY_USD limits it.
    """
    if settings.llm_model is None:
        yield None
        return
    from brief.writing.configured import open_endpoints  # noqa: PLC0415 - a second that most runs do not need

    def today() -> dt.date:
        return clock().astimezone(settings.brief_timezone).date()

    budget = Budget(store, tokens=settings.llm_daily_tokens, usd=settings.llm_daily_usd, today=today)
    async with open_endpoints(settings, budget, clock, waits) as endpoints:
        yield Writer(endpoints, Memory(store), today)


class Writer:
    """The models in the order they are asked, and what they answered before."""

    def __init__(self, models: Sequence[Endpoint], memory: Memory, today: Callable[[], dt.date]) -> None:
        self.name = models[0].name
        self._models, self._memory, self._today = models, memory, today
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def ask(self, task: Task[T], text: str, meter: Meter) -> Answer[T]:
        """Return a remembered answer, else the first that a model gives; see LanguageModel."""
        digests = self._digests(task, text)
        lock = self._locks.setdefault(digests[0], asyncio.Lock())
        async with lock:  # who asks the same at the same time waits, and finds the answer remembered
            if known := await self.recall(task, text, meter):
                return known
            at, value = await self._first_answer(task, text, meter)
            answer = Answer(value, self._models[at].name, self._today())
            kept = Remembered(answer=value.model_dump_json(), model=answer.model, date=answer.date)
            await self._memory.keep(digests[at], kept)
            return answer

    async def recall(self, task: Task[T], text: str, meter: Meter) -> Answer[T] | None:
        """Return a remembered answer; see LanguageModel."""
        for known in await self._memory.find(self._digests(task, text)):
            if (value := known.read(task.answer)) is not None:
                meter.remembered += 1
                return Answer(value, known.model, known.date)
        return None

    def _digests(self, task: Task[T], text: str) -> list[str]:
        return [digest_of(model.name, task.instructions, text, task.answer) for model in self._models]

    async def probe(self) -> None:
        """Ask every model; see LanguageModel."""
        for model in self._models:
            await model.answer(_PROBE, "Answer with ok set to true.", Meter())

    async def _first_answer(self, task: Task[T], text: str, meter: Meter) -> tuple[int, T]:
        *others, last = range(len(self._models))
        for at in others:
            try:
                return at, await self._models[at].answer(task, text, meter)
            except WritingError as error:
                if error.trouble == WritingTrouble.OVER_BUDGET:
                    raise
        value = await self._models[last].answer(task, text, meter)
        meter.fell_back += bool(others)
        return last, value


class _Ready(BaseModel):
    ok: bool


_PROBE = Task("probe", "You are being tested. Answer in JSON.", _Ready, max_tokens=256)
