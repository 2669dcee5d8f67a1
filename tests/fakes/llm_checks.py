"""What OpenAI refuses in a chat completion, so that the fake refuses it too.

https://platform.openai.com/docs/api-reference/chat/create,
https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_NUMBER = (int, float)
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "messages": list,
    "max_tokens": int,
    "max_completion_tokens": int,
    "response_format": dict,
    "stream": bool,
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "seed": int,
    "stop": (str, list),
    "n": int,
    "user": str,
    "reasoning_effort": str,
}
_ROLES = {"system", "developer", "user", "assistant"}
_FORMATS = {"text": {"type"}, "json_object": {"type"}, "json_schema": {"type", "json_schema"}}
_UNSUPPORTED = {"oneOf", "allOf", "not", "default", "minLength", "maxLength", "patternProperties", "uniqueItems"}


def mistakes(body: Any) -> Iterator[str]:
    """Yield what is wrong with the body of a request, in OpenAI's words where it matters."""
    if not isinstance(body, dict):
        yield "We could not parse the JSON body of your request."
        return
    for name, value in body.items():
        if name not in _FIELDS:
            yield f"Unrecognized request argument supplied: {name}"
        elif not isinstance(value, _FIELDS[name]) or (isinstance(value, bool) and _FIELDS[name] is not bool):
            yield f"Invalid type for '{name}'."
    yield from (f"Missing required parameter: '{name}'." for name in ("model", "messages") if name not in body)
    for name in ("max_tokens", "max_completion_tokens"):
        if isinstance(body.get(name), int) and body[name] <= 0:
            yield f"Invalid '{name}': integer below minimum value. Expected a value >= 1."
    yield from _messages(body.get("messages"))
    yield from _format(body.get("response_format"), str(body.get("messages")))


def _messages(messages: Any) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        yield "Invalid 'messages': empty array. Expected an array with minimum length 1."
        return
    for at, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            yield f"Invalid value for 'messages[{at}].role'."
        elif not isinstance(message.get("content"), str) or set(message) - {"role", "content", "name"}:
            yield f"Invalid type for 'messages[{at}].content': expected one of a string or array of objects."


def _format(wanted: Any, messages: str) -> Iterator[str]:
    if not isinstance(wanted, dict):
        return
    kind = wanted.get("type")
    if kind not in _FORMATS or set(wanted) != _FORMATS[kind]:
        yield f"Invalid value for 'response_format': {kind}."
    elif kind == "json_object" and "json" not in messages.lower():
        yield "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
    elif kind == "json_schema":
        yield from _named_schema(wanted["json_schema"])


def _named_schema(wanted: Any) -> Iterator[str]:
    if not isinstance(wanted, dict) or set(wanted) - {"name", "description", "schema", "strict"}:
        yield "Invalid value for 'response_format.json_schema'."
        return
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", str(wanted.get("name", ""))):
        yield "Missing required parameter: 'response_format.json_schema.name'."
    schema = wanted.get("schema")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        yield "Invalid schema for response_format: schema must be of type 'object'."
    elif wanted.get("strict"):
        yield from (f"Invalid schema for response_format: {said}" for said in _strict(schema))


def _strict(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _strict(one)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield "'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(schema.get("properties", {})):
            yield "'required' is required to be supplied and to be an array including every key in properties."
    yield from (f"'{word}' is not permitted." for word in sorted(_UNSUPPORTED & set(schema)))
    for word in ("properties", "$defs"):
        for one in schema.get(word, {}).values():
            yield from _strict(one)
    for word in ("items", "anyOf"):
        yield from _strict(schema.get(word))
