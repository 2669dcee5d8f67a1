"""The names in a text (models, data sets, methods, people, companies), and whether another text has them."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

LONGEST = 5  # words of a name that are looked up together
SHORTEST_ACRONYM = 3  # two letters are the initials of too much

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9\u0370-\u03ff])(?:\d{1,3}(?=[A-Z][a-z]+[A-Z]))?[A-Za-z\u0370-\u03ff][A-Za-z0-9\u0370-\u03ff]*"
    r"(?:(?:[-_&@]|\.(?=[\da-z])|'(?=[A-Z]))[A-Za-z0-9\u0370-\u03ff]+)*",
    re.ASCII,
)
_WORD = re.compile(r"\d*[A-Za-z\u0370-\u03ff]+(?:\d+(?:\.\d+)*[A-Za-z]*)*|\d+(?:\.\d+)*[A-Za-z]*", re.ASCII)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_STARTS = re.compile(r"(?:^|[.!?:;。|]\s*|[(\[\"*]|\n)[\s\"'*(\[-]*$")
_VERSION = re.compile(r"\s(?P<version>\d{1,4}(?:\.\d+)?[a-z]?)(?![\w.%×^,]*[\w%×^])", re.ASCII)
_COUNTED = re.compile(r"\s*(?:[个种类项条步层级篇份次组套轮倍成名位人家款张台天周年小时分秒万亿千百%])")
_LINKING = frozenset(["of", "with", "and", "for", "the", "a", "an", "in", "on", "to", "from", "by", "via"])


class Name(NamedTuple):
    """A name as a text has it, and where it stands."""

    text: str
    start: int
    end: int


@functools.cache
def _lists() -> dict[str, Any]:
    data = tomllib.loads(files("brief.writing").joinpath("names.toml").read_text(encoding="utf-8"))
    words = {key: frozenset(text.split()) for key, text in data.items() if isinstance(text, str)}
    return {**data, **words, "ordinary": frozenset(data["ordinary"]["words"].split())}


def words(text: str) -> list[str]:
    """Return the Latin words and version numbers of a folded text in lower case: `Qwen2.5-7B` is `qwen2.5`, `7b`."""
    return [match[0].lower() for match in _WORD.finditer(text)]


class NameIndex:
    """The names, and all other words, that texts contain; a name is found however it is spaced or hyphenated."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts).lower()
        self._found: set[str] = set()
        self._acronyms: set[str] = set()
        for text in texts:
            self._add(words(text))
        self._found |= {key for key, chinese in _lists()["translated"].items() if chinese in self._text}

    def _add(self, found: list[str]) -> None:
        self._found.update(
            "".join(found[i:j]) for i in range(len(found)) for j in range(i + 1, min(i + LONGEST, len(found)) + 1)
        )
        self._found.update(stem for word in found if len(stem := word.rstrip("0123456789.")) > 1 and stem.isalpha())
        self._found.update(family[0] for word in found if (family := re.match(r"[a-z]{2,}(?=\d)", word)))
        plain = [word for word in found if word not in _LINKING]
        for sequence in (found, plain):
            initials = "".join(word[0] for word in sequence)
            self._acronyms.update(initials[i : i + n] for n in (3, 4, 5, 6) for i in range(len(initials) - n + 1))

    def has(self, name: str) -> bool:
        """Whether the texts have this word or squashed name, be it in the plural, or as the initials of its words."""
        for form in dict.fromkeys((name, name.removesuffix("s"), name.removesuffix("es"), f"{name}s")):
            if form in self._found or (len(form) >= SHORTEST_ACRONYM and form in self._acronyms):
                return True
        return False

    def has_chinese(self, name: str) -> bool:
        """Whether the texts have this Chinese name of the closed list, or what it is called in English."""
        return name in self._text or any(
            other in self._found or (not other.isascii() and other in self._text) for other in _lists()["chinese"][name]
        )

    def supports(self, name: str) -> bool:
        """Whether every part of a name is in the texts, or general, or an ending that says nothing more."""
        parts = words(name)
        i = 0
        while i < len(parts):
            length = next((n for n in range(min(LONGEST, len(parts) - i), 0, -1) if self._piece(parts[i : i + n])), 0)
            if not length and not (i and _says_nothing(parts[i])):
                return False
            i += length or 1
        return True

    def _piece(self, parts: list[str]) -> bool:
        if len(parts) == 1 and parts[0][0].isdigit():  # the 4 of GPT-4 goes with GPT; a size such as 7B stands alone
            return parts[0][-1] in "bmt" and parts[0] in self._found
        return self.has("".join(parts)) or (len(parts) == 1 and _is_general(parts[0]))

    def _has_versions(self, name: str) -> bool:
        """Whether the texts give this name a version number."""
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(name.lower())}[\s-]?v?\d", self._text))

    def look_up(self, text: str) -> Iterator[tuple[Name, bool]]:
        """Yield the names of a folded text in order, and whether these texts have them."""
        for name in names(text):
            if _CHINESE.search(name.text):
                yield name, self.has_chinese(name.text)
            elif self.supports(name.text) or self._supports_joined(text, name):
                whole = self._versioned(text, name)
                yield whole, whole is name or self.has("".join(words(whole.text)))
            else:
                yield name, False

    def _supports_joined(self, text: str, name: Name) -> bool:
        """Whether the name with the word beside it is one word of the texts, as Claw Gym is ClawGym."""
        before = re.search(r"[A-Za-z0-9]+\s$", text[: name.start], re.ASCII)
        after = re.match(r"\s[A-Za-z0-9.]*[A-Za-z0-9]", text[name.end :], re.ASCII)
        pairs = [f"{before[0]}{name.text}"] if before else []
        pairs += [f"{name.text}{after[0]}"] if after else []
        return any("".join(words(pair)) in self._found for pair in pairs)

    def _versioned(self, text: str, name: Name) -> Name:
        """Take in a version number that follows the name, where the texts give the name one."""
        match = _VERSION.match(text, name.end)
        if not match or _COUNTED.match(text, match.end()) or not name.text[-1].isalpha():
            return name
        whole = text[name.start : match.end("version")]
        return Name(whole, name.start, match.end("version")) if self._has_versions(name.text) else name


def names(text: str) -> Iterator[Name]:
    """Yield the names of a folded text in order, general terms left out."""
    tokens = list(_TOKEN.finditer(text))
    title = _is_title(tokens)
    mixed = bool(_CHINESE.search(text))
    spans = [(m.start(), m.end()) for i, m in enumerate(tokens) if _is_name(text, tokens, i, mixed=mixed, title=title)]
    if mixed:
        pattern = "|".join(sorted(_lists()["chinese"], key=len, reverse=True))
        spans += [match.span() for match in re.finditer(pattern, text)]
    yield from (Name(text[start:end], start, end) for start, end in sorted(spans))


def _is_title(tokens: Iterable[re.Match[str]]) -> bool:
    long = [token[0] for token in tokens if len(token[0]) > 3]
    return len(long) > 2 and sum(word[0].isupper() for word in long) >= 0.75 * len(long)


def _is_name(text: str, tokens: Sequence[re.Match[str]], i: int, *, mixed: bool, title: bool) -> bool:
    """Whether a token is a name; plain words may be capitalised in Chinese sentences and in titles."""
    spelled = tokens[i][0]
    parts = words(spelled)
    if all(_is_general(part) for part in parts) or (len(spelled) == 1 and spelled != "π"):
        return False
    if any(part in _lists()["known_small"] for part in parts) or _is_marked(spelled):
        return True
    if not any(c.isupper() for c in spelled):
        return False
    if _lists()["known"].intersection(parts):
        return True
    ordinary = all(_is_ordinary(part) for part in parts)
    if ordinary and mixed and _in_run(tokens, i, text):
        return not all(part in _lists()["terms"] or part.removesuffix("s") in _lists()["terms"] for part in parts)
    starts = bool(_STARTS.search(text[: tokens[i].start()]))
    return not (ordinary and (mixed or title or starts))


def _in_run(tokens: Sequence[re.Match[str]], i: int, text: str) -> bool:
    """Whether another capitalised word stands right beside this one."""
    near = tokens[max(i - 1, 0) : i + 2]
    return any(text[a.end() : b.start()] == " " and a[0][0].isupper() and b[0][0].isupper() for a, b in pairwise(near))


def _is_marked(token: str) -> bool:
    """Whether the spelling alone makes it a name: inner capitals, or a letter and a digit in one."""
    pieces = re.split(r"[-_/&@.']", token)
    inner = any(re.search(r"[a-zA-Z][A-Z]|[A-Za-z\u0370-\u03ff]\d", piece) for piece in pieces)
    return (
        inner
        and not all(_is_general(part) or (part.islower() and part.isalpha()) for part in pieces)
        and not all(_is_general(part) for part in words(token))
    )


def _is_general(word: str) -> bool:
    general = _lists()["general"]
    return word in general or word.removesuffix("s") in general


def _is_ordinary(word: str) -> bool:
    known = _lists()["ordinary"]
    return word in known or any(stem in known for stem in _stems(word)) or word.endswith(("tion", "ness", "ability"))


def _stems(word: str) -> Iterator[str]:
    for ending in [
        "s",
        "es",
        "ed",
        "d",
        "ing",
        "ly",
        "er",
        "ers",
        "r",
        "rs",
        "ness",
        "ment",
        "ments",
        "al",
        "ally",
        "ion",
        "ions",
        "able",
    ]:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word.removesuffix(ending)
            yield stem
            yield f"{stem}e"
            if stem[-1] == stem[-2]:
                yield stem[:-1]
            if stem.endswith("i"):
                yield f"{stem[:-1]}y"


def _says_nothing(word: str) -> bool:
    return word in _lists()["endings"] or (word.endswith(("ed", "ing", "able")) and _is_ordinary(word))
