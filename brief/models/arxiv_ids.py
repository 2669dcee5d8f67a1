"""The ids of arXiv: as they are written, and in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NEW_STYLE = r"\d{4}\.\d{4,5}"
_OLD_STYLE = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7}"
_ID = re.compile(rf"(?P<id>{_NEW_STYLE}|{_OLD_STYLE})(?:v(?P<version>[1-9]\d?))?", re.ASCII)
_ID_IN_TEXT = re.compile(rf"(?<![\w./-]){_ID.pattern}(?![\w/-]|\.\d)", re.ASCII)
_ID_IN_URL = re.compile(
    rf"(?i:arxiv\.org/(?:abs|pdf|html)|(?:huggingface\.co|hf\.co|alphaxiv\.org)/(?:papers|abs))/{_ID.pattern}", re.ASCII
)


def split_arxiv_id(text: str) -> tuple[str, int | None] | None:
    """Split `2604.26904v2` into (`2604.26904`, 2); the version is None when absent, the answer None for no id.

    Both schemes of https://info.arxiv.org/help/arxiv_identifier.html are known; an `arXiv:` prefix is dropped.
    """
    match = _ID.fullmatch(text.strip().removeprefix("oai:").removeprefix("arXiv.org:").removeprefix("arXiv:"))
    return (match["id"], int(match["version"]) if match["version"] else None) if match else None


def find_arxiv_ids(text: str) -> Iterator[tuple[str, int | None]]:
    """Yield each arXiv id of a text once, in order: bare ids, and arXiv, Hugging Face or alphaXiv links."""
    seen = set()
    hits = [*_ID_IN_URL.finditer(text), *_ID_IN_TEXT.finditer(text)]
    for match in sorted(hits, key=lambda m: m.start("id")):
        if match["id"] not in seen:
            seen.add(match["id"])
            yield match["id"], int(match["version"]) if match["version"] else None
