"""A small schema language that complains in Slack's words.

A check takes a value and its JSON pointer and yields complaints such as
"must be less than 76 characters [json-pointer:/blocks/0/text/text]". The wording is what Slack was seen to answer:
https://github.com/grafana-cold-storage/oncall/pull/5121, https://github.com/slackapi/bolt-js/issues/1891,
https://github.com/incidentbot/incidentbot/issues/328, https://github.com/nicklambourne/slackblocks/issues/36 .
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def complaint(words: str, at: str) -> str:
    return f"{words} [json-pointer:{at}]"


def string(most: int, least: int = 1) -> Check:
    """Check for text of `least` to `most` characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must be a string", at)
        elif len(value) < least:
            yield complaint(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield complaint(f"must be less than {most + 1} characters", at)

    return check


def pattern(regex: str, words: str, most: int = 3000) -> Check:
    """Check for text that is all of the form `regex`; `words` says so when it is not."""

    def check(value: Any, at: str) -> Iterator[str]:
        problems = list(string(most)(value, at))
        yield from problems
        if not problems and not re.fullmatch(regex, value):
            yield complaint(words, at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield complaint("must be a boolean", at)


def integer(least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield complaint("must be an integer", at)
        elif not least <= value <= most:
            yield complaint(f"must be between {least} and {most}", at)

    return check


def one_of(*allowed: Any) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            yield complaint("must be a valid enum value", at)

    return check


def array(item: Check, most: int, least: int = 1) -> Check:
    """Check for a list of `least` to `most` values that each pass `item`."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must be an array", at)
            return
        if len(value) > most:
            yield complaint(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield complaint(f"no fewer than {least} items allowed", at)
        for number, part in enumerate(value):
            yield from item(part, f"{at}/{number}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Check for an object with these fields and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", at)
            return
        yield from (complaint(f"missing required field: {name}", at) for name in required if name not in value)
        for name, part in value.items():
            if name not in known:
                yield complaint(f"invalid additional property: {name}", at)
            else:
                yield from known[name](part, f"{at}/{name}")

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """Check for an object whose "type" is one of `kinds`, and which passes that check."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", at)
        elif "type" not in value:
            yield complaint("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield complaint(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def union(check: Check) -> Check:
    """Say before what is wrong that no schema fits, as Slack does for text objects and views."""

    def whole(value: Any, at: str) -> Iterator[str]:
        problems = list(check(value, at))
        if problems:
            yield complaint("failed to match all allowed schemas", at)
        yield from problems

    return whole


def checked(shape: Check, *more: Check) -> Check:
    """Apply `more` only to what has the right shape: they rely on it."""

    def check(value: Any, at: str) -> Iterator[str]:
        problems = list(shape(value, at))
        yield from problems
        for part in () if problems else more:
            yield from part(value, at)

    return check
