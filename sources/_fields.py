"""Reading fields of JSON nobody vouches for: a wrong type is an absent value, a long list or text is cut."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from brief.errors import Trouble
from sources._http import Reply
from sources._parse import clean

_OWNER_NAME = r"[a-z\d][a-z\d_-]{0,38}/[\w.-]{1,100}"  # the lengths GitHub allows
_FULL_NAME = re.compile(_OWNER_NAME, re.ASCII | re.IGNORECASE)
_GITHUB = re.compile(
    rf"(?:git\+)?(?:(?:https?|ssh|git)://)?(?:git@)?(?:www\.)?github\.com(?::\d+)?[/:]({_OWNER_NAME})(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_GITHUB_PAGES = ("apps", "collections", "features", "marketplace", "orgs", "settings", "sponsors", "topics", "users")


def list_of(reply: Reply) -> list[Any]:
    """Return the list an answer is. Raises SourceError: BAD_ANSWER for anything else."""
    answer = reply.json()
    if not isinstance(answer, list):
        raise reply.error(Trouble.BAD_ANSWER)
    return answer


def object_of(reply: Reply, key: str, kind: type) -> dict[str, Any]:
    """Return the object an answer is. Raises SourceError: BAD_ANSWER when its `key` is missing or of another type."""
    answer = record(reply.json())
    if not isinstance(answer.get(key), kind):
        raise reply.error(Trouble.BAD_ANSWER)
    return answer


def record(value: Any) -> dict[str, Any]:
    """Return an object, empty when it is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return a list, empty when it is none."""
    return value if isinstance(value, list) else []


def texts(values: Iterable[Any], limit: int, most: int) -> tuple[str, ...]:
    """Return the first `most` distinct texts, each of at most `limit` characters; what is no text is left out."""
    found = dict.fromkeys(clean(value, limit) for value in values)
    return tuple(filter(None, found))[:most]


def count(value: Any) -> int | None:
    """Return a whole number from 0 to 2**53, which every JSON parser reads the same, else None."""
    return value if type(value) is int and 0 <= value <= 2**53 else None


def number(value: Any) -> float | None:
    """Return a finite number below 10**15 in size as a float, else None."""
    return float(value) if type(value) in (int, float) and abs(value) < 10**15 else None


def link(value: Any, schemes: Collection[str] = ("https", "http")) -> str | None:
    """Return a web address of at most 500 characters, without user name and blanks, else None."""
    address = value.strip() if isinstance(value, str) else ""
    if not address.isprintable() or len(address) > 500 or re.search(r'[\s"<>\\]', address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in schemes and parts.hostname and "@" not in parts.netloc else None


def repo_name(value: Any) -> str | None:
    """Return owner/name for a link to a GitHub repository or to any page inside it, else None."""
    match = _GITHUB.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 500 else None
    return full_name(match[1].removesuffix(".git")) if match else None


def full_name(value: Any) -> str | None:
    """Return owner/name when it can be a GitHub repository's, and so is safe inside a path, else None."""
    if not isinstance(value, str) or not _FULL_NAME.fullmatch(value):
        return None
    owner, name = value.split("/")
    return None if owner.lower() in _GITHUB_PAGES or name in (".", "..") else value
