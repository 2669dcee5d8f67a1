"""Payloads from outside, checked once before anything reads them: the chats' libraries take types for granted."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

_NAMED = 3  # places of a payload that are told of


class MalformedError(Exception):
    """A payload is not what it should be; the message says where and how, and nothing of what stands there."""


class Shape(BaseModel):
    """The fields of a payload that are read. Others may be anything."""

    model_config = ConfigDict(strict=True)


def check(shape: type[Shape], payload: object) -> None:
    """Raise MalformedError unless a payload has its shape, and can be said in UTF-8 and written 200 levels deep."""
    try:
        shape.model_validate_json(to_json(payload))
    except ValidationError as error:
        places = error.errors(include_url=False, include_context=False, include_input=False)
        said = [f"{'.'.join(map(str, place['loc'])) or 'all of it'} is {place['type']}" for place in places[:_NAMED]]
        raise MalformedError(", ".join(said)) from None
    except ValueError:
        raise MalformedError("it has half a character, or is too deep") from None
