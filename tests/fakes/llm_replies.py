"""What a language model's endpoint can answer, well or badly. Every function returns a Reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["hang", "dribble", "reset"]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. With `text` it is a completion; else `body`, as it stands.

    `usage` False leaves out how many tokens it took, a mapping takes the place of them. `hang` never answers, `dribble`
    sends blanks for ever, `reset` cuts the connection once the request is read.
    """

    text: str | None = None
    finish: str = "stop"
    refusal: str | None = None
    reasoning: str | None = None
    usage: bool | Mapping[str, Any] = True
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Fault | None = None


def said(answer: Any, **fields: Any) -> Reply:
    """The model's answer: a text as it stands, anything else as JSON."""
    dump = getattr(answer, "model_dump_json", None)
    text = answer if isinstance(answer, str) else dump() if dump else json.dumps(answer, ensure_ascii=False)
    return Reply(text=text, **fields)


def truncated(answer: Any) -> Reply:
    """An answer that ran into max_tokens half way."""
    text = said(answer).text or ""
    return Reply(text=text[: len(text) // 2], finish="length")


def refused(words: str = "I'm sorry, I cannot help with that.") -> Reply:
    """The model would not: https://platform.openai.com/docs/guides/structured-outputs#refusals."""
    return Reply(text="", refusal=words)


def filtered() -> Reply:
    """The endpoint's filter cut the answer off."""
    return Reply(text="", finish="content_filter")


def error(
    status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None, **headers: str
) -> Reply:
    """An error as OpenAI words it; headers are written with underscores."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named | {"Content-Type": "application/json"}, body=json.dumps(body).encode())


def rate_limited(retry_after: str | None = None) -> Reply:
    """Too many requests; `retry_after` is in seconds or an HTTP date."""
    headers = {"Retry_After": retry_after} if retry_after is not None else {}
    return error(429, "Rate limit reached", kind="requests", code="rate_limit_exceeded", **headers)


def no_credit() -> Reply:
    """The account is empty."""
    return error(429, "You exceeded your current quota", kind="insufficient_quota", code="insufficient_quota")


def failed(status: int = 500) -> Reply:
    """The endpoint is in trouble."""
    return error(status, "The server had an error while processing your request", kind="server_error")


def page(status: int = 503) -> Reply:
    """A page of a proxy instead of JSON."""
    body = b"<html><body><h1>Service unavailable</h1></body></html>"
    return Reply(status=status, headers={"Content-Type": "text/html"}, body=body)


def no_such_format() -> Reply:
    """What DeepSeek says of json_schema."""
    return error(400, "This response_format type is unavailable now")


def huge(size: int = 3_000_000) -> Reply:
    """A completion of so many bytes."""
    return Reply(text="x" * size, usage=False)
