"""Text from outside is data: how it is shown to a language model, and which of it is not shown at all."""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LIMIT = 6_000  # characters of a text that are read; an arXiv abstract has at most 1,920

_OPENS = re.compile(r"<(?=[|!?<a-z]|\s*/|\s*data\b)", re.IGNORECASE)
_APART = re.compile(r"(?<=[一-鿿])[ \t]+(?=[一-鿿])")
_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .*_-]){4,}[^\W\d_](?![^\W_])", re.ASCII)  # "i g n o r e"
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[\d@$])[\w@$]{3,}", re.ASCII)  # "1gn0re"
_BASE64 = re.compile(r"(?<![\w/+.-])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z\d+/]{40,}={0,2}")
_ACCENTS = re.compile("(?<=[\x00-\x7f])[\u0300-\u036f]+")
# Letters of other scripts that look like Latin ones, the most used of https://www.unicode.org/reports/tr39/.
_LOOKALIKES = str.maketrans(
    "абвеѕіїјкӏмнорстухһԁԛԝγοαβεικνρτυχηɑɡı",
    "abbesiijklmhopctyxhdqwyoabeikvptuxnagi",
)
_DIGITS = [str.maketrans("034578@$1", f"oeastbas{one}") for one in "il"]


def fenced(items: Mapping[str, Mapping[str, str]]) -> str:
    """Return items, each a label and its texts by name, between two lines that none of the texts can contain.

    A label stands on a line of its own in brackets, each text on one after its name, without invisible characters and
    without anything that looks like a tag, at most 6,000 characters: so no text can begin an item or end the fence. The
    same items give the same lines.
    """
    body = "\n".join(line for label, fields in items.items() for line in (f"[{label}]", *_lines(fields)))
    tag = f"data {hashlib.sha256(body.encode(errors='replace')).hexdigest()[:12]}"
    return f"<{tag}>\n{body}\n</{tag}>"


def _lines(fields: Mapping[str, str]) -> list[str]:
    return [f"{name}: {_OPENS.sub('‹', ' '.join(_visible(text).split()))}" for name, text in fields.items()]


@functools.lru_cache(maxsize=512)  # a text is looked at by each task that would show it
def gives_orders(text: str) -> bool:
    """Tell whether a text from outside speaks to a language model instead of its readers, in any disguise known.

    Such a text is rare (see tests/brief/test_writing_fence.py); to withhold it costs its item the model's words only.
    """
    text = _visible(text)
    return bool(_BASE64.search(text)) or any(_order().search(form) for form in set(_forms(text)))


def _visible(text: str) -> str:
    """Return the start of a text, compatibility forms replaced, without control and invisible characters."""
    text = unicodedata.normalize("NFKC", text[: 4 * LIMIT])
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    return "".join(kept)[:LIMIT]


def _forms(text: str) -> Iterator[str]:
    """Yield a text as it may be read: as it stands, and with each disguise taken off."""
    text = _APART.sub("", text).lower()
    yield text
    joined = " ".join(re.sub(r"\s{2,}", "\0", text).split(" "))
    yield _LETTERS.sub(lambda m: re.sub(r"[ .*_-]", "", m[0]), joined).replace("\0", " ")
    latin = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_LOOKALIKES)
    yield latin
    for digits in _DIGITS:
        yield _spelled(latin, digits)


def _spelled(text: str, digits: Mapping[int, int]) -> str:
    return _MIXED.sub(lambda m: m[0].translate(digits), text)


@cache
def _order() -> re.Pattern[str]:
    """Build the expression of `orders.toml`, all in one."""
    tables = tomllib.loads(Path(__file__).with_name("orders.toml").read_text(encoding="utf-8"))
    pieces = tables.pop("pieces")
    found = [pattern for styles in tables.values() for patterns in styles.values() for pattern in patterns]
    whole = "|".join(f"(?:{_joined(pattern)})" for pattern in found)
    for name, piece in reversed(pieces.items()):
        whole = whole.replace(f"{{{name}}}", _joined(piece))
    return re.compile(whole)


def _joined(lines: str) -> str:
    return "".join(line.strip() for line in lines.splitlines())
