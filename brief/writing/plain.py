"""What a model's sentence may not carry into a chat: links, mentions, mark-up, fences, empty praise."""

from __future__ import annotations

import re
import unicodedata

from brief.writing.prompts import banned

_SHOWN = 40  # characters of a mistake repeated to the model
_ENDLESS = 8  # times the limit; marks of emphasis and blanks, which do not count, never make up so much
# Domains that chats turn into links on their own, by their ending. File names such as AGENTS.md are left alone.
_ENDINGS = (
    "com|org|net|io|ai|dev|app|co|cn|edu|gov|info|biz|xyz|me|uk|de|jp|hk|sg|eu|us|ru|cc|tv|gg|so|sh(?=/)|ly(?=/)|"
    "site|online|top|club|link|live|shop|tech|cloud|store|page|blog|news|wiki|zip|click|pro|vip|work|space|gle(?=/)"
)
_FILES = "js|ts|py|md|rs|cpp|java|json|toml|yaml"
_REFUSED = (
    ("a link", re.compile(r"\w+://|\bwww\.|\bhxxps?\b|\]\(|!\[|\b(?:mailto|javascript|tg):", re.IGNORECASE)),
    ("a domain", re.compile(rf"[a-z\d-]\s?(?:\.|\[\.\]|\(\.\))(?:{_ENDINGS})(?![\w-])", re.ASCII | re.IGNORECASE)),
    ("a domain", re.compile(r"[a-z\d-](?:。|\sdot\s)(?:com|org|net|io|ai|cn)\b", re.ASCII)),
    ("a domain", re.compile(rf"\w\.(?!(?:{_FILES})\b)[a-z]{{2,12}}/\w")),
    ("an address", re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")),
    ("a mention", re.compile(r"(?<![A-Za-z0-9])@[A-Za-z_]\w{2,}|\w@\w+\.\w|<[!@#][^<>]*>?")),
    ("a code fence", re.compile(r"```|~~~")),
    ("a fence", re.compile(r"</?\s*data\b|\bdata [0-9a-f]{12}\b", re.IGNORECASE)),
    ("a tag", re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--|<\|")),
    ("a heading", re.compile(r"^\s*#{1,6}\s", re.MULTILINE)),
    ("a table", re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)),
)
_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|`([^`]+)`")


def plain(text: str, limit: int) -> str:
    """Return a model's text on one line, without emphasis marks.

    Raises ValueError, saying in one line what to change, for a text that is empty, is longer than `limit` columns
    (a Chinese character takes two), holds a link, a mention, mark-up, a fence or an invisible character, or praises
    with a banned phrase.
    """
    if not text.strip():
        raise ValueError("say something here, or leave the whole item out where it may be left out")
    if len(text) > _ENDLESS * limit:  # a model that repeats itself without end; below, that would be dear to read
        raise ValueError(_too_long(limit, len(text)))
    if any(_invisible(c) for c in text):
        raise ValueError("take out the invisible characters")
    seen = unicodedata.normalize("NFKC", text)
    for what, pattern in _REFUSED:
        if match := pattern.search(seen):
            raise ValueError(f"take out {what} ({_excerpt(seen, match)}): plain sentences only")
    if match := banned().search(seen):
        raise ValueError(f"say what changes for the reader instead of “{match[0]}”")
    text = " ".join(_EMPHASIS.sub(lambda m: m[1] or m[2], text).split())
    if (width := columns(text)) > limit:
        raise ValueError(_too_long(limit, width))
    return text


def _too_long(limit: int, width: int) -> str:
    return f"shorten this to {limit} columns (a Chinese character takes two); it has {width}"


def columns(text: str) -> int:
    """Return how many terminal columns a text takes, wide characters counting two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _invisible(c: str) -> bool:
    return c not in "\t\r\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


def _excerpt(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 10) : match.end() + 10].split())[:_SHOWN]
