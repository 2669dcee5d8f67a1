"""What goes wrong with a request to a language model, whichever library below says it, told in our words."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
from pydantic_ai.exceptions import (
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from brief.errors import WritingTrouble

LONGEST_PAUSE = 30.0  # seconds in all that one question waits because the endpoint asks for it
_LIMIT = 4_000  # characters of an error's body that are looked at

# What endpoints call the field when they do not take the format of the answer that was asked for: OpenAI and most
# others, DeepSeek ("This response_format type is unavailable now"), vLLM (guided_json, structured_outputs), llama.cpp.
_FORMAT = ("response_format", "json_schema", "json_object", "json mode", "schema", "guided", "structured", "grammar")
# How endpoints refuse what a text says: Azure, DeepSeek ("Content Exists Risk"), Qwen (data_inspection_failed), GLM.
_CONTENT = ("content_filter", "content exists risk", "data_inspection", "contentfilter", "sensitive")
_PASSING = (WritingTrouble.RATE_LIMITED, WritingTrouble.SERVER_ERROR)
_KINDS = (
    (ModelQuotaExceededError, WritingTrouble.RATE_LIMITED),
    (ModelRateLimitError, WritingTrouble.RATE_LIMITED),
    (ModelAuthenticationError, WritingTrouble.UNAUTHORIZED),
    (ModelNotFoundError, WritingTrouble.NOT_FOUND),
)
_NO_MODEL = ("model not exist", "model_not_found", "no such model")


class AnswerTooLargeError(Exception):
    """A body longer than any answer, or compressed without having been asked for: it was not read."""


class Failure(Exception):  # noqa: N818 - an outcome of one request, which the next one may repair
    """A request that gave nothing.

    `billed` tells that it may have to be paid for; `passing` that a repeat may help, after `pause` seconds where the
    endpoint named them; `about_format` that the endpoint does not take the form of answer that was asked for.
    """

    def __init__(
        self,
        trouble: WritingTrouble,
        *,
        billed: bool = True,
        passing: bool = False,
        pause: float | None = None,
        about_format: bool = False,
    ) -> None:
        self.trouble, self.billed, self.passing = trouble, billed, passing
        self.pause, self.about_format = pause, about_format
        super().__init__(trouble.value)


def failure_of(error: Exception) -> Failure:
    """Return what an exception of pydantic-ai, or of anything below it, comes to. Says nothing of its text."""
    if any(isinstance(cause, AnswerTooLargeError) for cause in _causes(error)):
        return Failure(WritingTrouble.BAD_ANSWER)
    if isinstance(error, ModelHTTPError):
        return _of_status(error)
    if isinstance(error, ModelConnectionError):
        return _of_connection(error)
    if isinstance(error, TimeoutError):
        return Failure(WritingTrouble.TIMEOUT)
    return Failure(WritingTrouble.BAD_ANSWER)


def _of_status(error: ModelHTTPError) -> Failure:
    said = str(error.body)[:_LIMIT].lower()
    trouble = _trouble_of(error, said)
    empty_account = isinstance(error, ModelQuotaExceededError)  # waiting does not fill it
    return Failure(
        trouble,
        billed=trouble == WritingTrouble.SERVER_ERROR,
        passing=trouble in _PASSING and not empty_account,
        pause=error.retry_after,
        about_format=trouble == WritingTrouble.REJECTED and error.status_code in (400, 422) and _any_of(_FORMAT, said),
    )


def _trouble_of(error: ModelHTTPError, said: str) -> WritingTrouble:
    if error.status_code >= 500:
        return WritingTrouble.SERVER_ERROR
    for kind, trouble in _KINDS:
        if isinstance(error, kind):
            return trouble
    for words, trouble in ((_NO_MODEL, WritingTrouble.NOT_FOUND), (_CONTENT, WritingTrouble.REFUSED)):
        if _any_of(words, said):
            return trouble
    return WritingTrouble.TIMEOUT if error.status_code == 408 else WritingTrouble.REJECTED


def _of_connection(error: ModelConnectionError) -> Failure:
    if error.phase in ("pool", "connect") or any(isinstance(cause, httpx2.ConnectError) for cause in _causes(error)):
        return Failure(WritingTrouble.UNREACHABLE, billed=False, passing=not isinstance(error, ModelTimeoutError))
    if isinstance(error, ModelTimeoutError):
        return Failure(WritingTrouble.TIMEOUT)
    return Failure(WritingTrouble.UNREACHABLE, passing=True)


def _any_of(words: tuple[str, ...], said: str) -> bool:
    return any(word in said for word in words)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__
