"""One language model: asked within the budget, repeated where that helps, its answer checked against its schema."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.messages import ModelRequest, ModelResponse, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from brief.errors import WritingError, WritingTrouble
from brief.writing.answers import what_to_change
from brief.writing.breaker import Breaker
from brief.writing.budget import NOTHING, Budget, Spending
from brief.writing.failures import LONGEST_PAUSE, Failure, failure_of
from brief.writing.llm import Meter, Task, Waits
from brief.writing.providers import PriceOf, Way
from brief.writing.tries import repeated

_TEMPLATE_TOKENS = 1024  # more than any chat template and pydantic-ai's words about the schema add
_MOST_TOKENS = 10_000_000  # of one call that a report is believed
_SENT_BACK = "Your last answer to this could not be used. Answer again with one JSON object, and mend: "
# What only an endpoint that did not look at the schema lets through.
_SHAPELESS = frozenset({"missing", "extra_forbidden", "json_invalid", "model_type"})
_T = TypeVar("_T", bound=BaseModel)


@dataclass(frozen=True)
class _Question(Generic[_T]):
    """A task about a text, as it is sent."""

    task: Task[_T]
    text: str

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the answer."""
        return self.task.answer.model_json_schema()

    @property
    def most_read(self) -> int:
        """The most tokens that reading it can take: no tokenizer makes more of them than there are bytes.

        The schema may be sent twice, and grows on its way; pydantic-ai breaks up control tokens in the text, such as
        <|im_start|>, by three bytes each.
        """
        said = self.task.instructions + self.text
        broken = 3 * sum(said.count(mark) for mark in "<[]")
        return len(said.encode(errors="replace")) + broken + 3 * len(str(self.schema).encode()) + _TEMPLATE_TOKENS


class Endpoint:
    """A model at its endpoint; `slots` bound the requests at once that it shares with others."""

    def __init__(
        self,
        name: str,
        ways: Sequence[Way],
        *,
        price: PriceOf,
        budget: Budget,
        slots: asyncio.Semaphore,
        breaker: Breaker,
        waits: Waits,
    ) -> None:
        self.name = name
        self._ways, self._way = ways, 0
        self._price, self._budget, self._slots = price, budget, slots
        self._breaker, self._waits = breaker, waits

    async def answer(self, task: Task[_T], text: str, meter: Meter) -> _T:
        """Return the model's answer to a task about a text; one that does not fit the schema is sent back once.

        Raises WritingError with the trouble; the breaker and the meter know of it.
        """
        try:
            value = await self._answer(task, text, meter)
        except Failure as error:
            trouble = error.trouble
        else:
            self._breaker.note(None)
            return value
        if self._breaker.trouble is None:
            self._breaker.note(trouble)
        raise WritingError(trouble, self.name)  # here: nothing that the endpoint said hangs on it

    async def _answer(self, task: Task[_T], text: str, meter: Meter) -> _T:
        try:
            return await self._ask(_Question(task, text), meter)
        except ValidationError as error:
            again = f"{text}\n\n{_SENT_BACK}{what_to_change(error)}"
        try:
            return await self._ask(_Question(task, again), meter)
        except ValidationError:
            raise Failure(WritingTrouble.BAD_ANSWER) from None

    async def _ask(self, question: _Question[_T], meter: Meter) -> _T:
        """Return the answer. Raises Failure, or ValidationError for an answer that does not fit."""
        at, response = await self._in_some_way(question, meter)
        if response.finish_reason == "length":
            raise Failure(WritingTrouble.TRUNCATED)
        if response.finish_reason == "content_filter":
            raise Failure(WritingTrouble.REFUSED)
        said = (response.text or "").rpartition("</think>")[2]
        try:
            return question.task.answer.model_validate_json(_object_in(said))
        except ValidationError as error:
            if said.strip() and self._ways[at].mode == "native" and _SHAPELESS & {e["type"] for e in error.errors()}:
                self._leave(at)
            raise

    async def _in_some_way(self, question: _Question[_T], meter: Meter) -> tuple[int, ModelResponse]:
        """Ask in the most exact way that the endpoint is not known to refuse; what it refuses it is not asked again."""
        while True:
            at = self._way
            try:
                return at, await self._repeated(question, self._ways[at], meter)
            except Failure as error:
                if not error.about_format or at + 1 == len(self._ways):
                    raise
            self._leave(at)

    def _leave(self, at: int) -> None:
        self._way = max(self._way, min(at + 1, len(self._ways) - 1))

    async def _repeated(self, question: _Question[_T], way: Way, meter: Meter) -> ModelResponse:
        again = _Patience().pause_before_repeat
        return await repeated(lambda: self._once(question, way, meter), again, self._waits.backoff)

    async def _once(self, question: _Question[_T], way: Way, meter: Meter) -> ModelResponse:
        async with self._slots:
            if trouble := self._breaker.trouble:
                raise Failure(trouble, billed=False)
            most = self._spending(question.most_read, question.task.max_tokens)
            held = await self._budget.reserve(most)
            if held is None:
                raise Failure(WritingTrouble.OVER_BUDGET, billed=False)
            meter.calls += 1
            response = await self._request(question, way)
            if isinstance(response, Failure):
                await held.settle(most if response.billed else NOTHING)
                raise response
            read = _reported(response.usage.input_tokens, question.most_read)
            written = _reported(response.usage.output_tokens, question.task.max_tokens)
            meter.add(read, written, self._price(read, written))
            await held.settle(self._spending(read, written))
            return response

    async def _request(self, question: _Question[_T], way: Way) -> ModelResponse | Failure:
        parameters = ModelRequestParameters(
            output_mode=way.mode,
            output_object=OutputObjectDefinition(question.schema, name=question.task.name, strict=True),
        )
        message = ModelRequest(parts=[UserPromptPart(question.text)], instructions=question.task.instructions)
        try:
            async with asyncio.timeout(self._waits.whole):
                return await model_request(
                    way.model,
                    [message],
                    model_settings=ModelSettings(max_tokens=question.task.max_tokens, max_retries=0, thinking=False),
                    model_request_parameters=parameters,
                )
        except Exception as error:  # noqa: BLE001 - what an endpoint answers may break the library anywhere
            return failure_of(error)

    def _spending(self, read: int, written: int) -> Spending:
        return Spending(read + written, self._price(read, written) or 0.0)


class _Patience:
    """Whether one question is repeated: what may pass, as long as its endpoint does not ask for too much time."""

    def __init__(self) -> None:
        self._left = LONGEST_PAUSE

    def pause_before_repeat(self, error: Exception) -> bool | float:
        """Return whether to repeat, or in how many seconds the endpoint wants it."""
        if not isinstance(error, Failure) or not error.passing:
            return False
        if error.pause is None:
            return True
        self._left -= error.pause
        return self._left >= 0 and error.pause


def _reported(tokens: int, most: int) -> int:
    """Return what an endpoint reported; the most there can have been when it reported nothing."""
    return min(tokens, _MOST_TOKENS) if tokens > 0 else most


def _object_in(said: str) -> str:
    """Return the JSON object of a text, without the fences and sentences that models put around it."""
    start, end = said.find("{"), said.rfind("}")
    return said[start : end + 1] if 0 <= start < end else said
