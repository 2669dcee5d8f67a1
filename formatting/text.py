"""Text and addresses from outside made harmless, whatever the surface."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

# Controls, format characters (bidi overrides, zero-width joiners, tags), lone surrogates and private glyphs.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
# Letters and marks that show nothing: https://www.unicode.org/reports/tr31/#Default_Ignorable_Code_Points
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MARKS_KEPT = 4  # combining marks on one letter; real scripts need no more, stacked ones climb over other lines
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.IGNORECASE | re.ASCII)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URL_LENGTH = 2000
# A mention notifies whoever bears the name; no title may do that. The word joiner shows nothing and stops it.
_MENTION = re.compile(r"@(?=\w)")
_CLAUSE_ENDS = "\uff0c\u3002\uff1b\uff1a\uff01\uff1f"  # full-width; between them Chinese has no gaps to cut at
DANGLING = " ,;:(\uff0c\uff1b\uff1a\u3001\uff08"  # not before an ellipsis; the full-width forms too


def clean(text: str) -> str:
    """Return the text on one line without terminal controls, bidi controls, invisible or stacked characters."""
    if text.isascii() and text.isprintable():  # most text by far, at a fiftieth of the cost
        return re.sub(" {2,}", " ", text)
    kept: list[str] = []
    marks = 0
    for char in re.sub(r"\s+", " ", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category not in _DROPPED and char not in _BLANKS and marks <= _MARKS_KEPT:
            kept.append(char)
    return re.sub(" {2,}", " ", "".join(kept))


def safe_url(url: str) -> str | None:
    """Return an http or https address in plain ASCII without quotes, brackets or spaces; None for any other."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        return None
    query, fragment = parts.query and f"?{parts.query}", parts.fragment and f"#{parts.fragment}"
    rest = _STRAY_PERCENT.sub("%25", f"{parts.path}{query}{fragment}")
    # No `;`: without it nothing in an address can be read as an HTML entity.
    path = quote(rest, safe="%/?#:@!$&'*+,=~-._", errors="replace")
    whole = f"{parts.scheme}://{parts.netloc.lower()}{path}"
    return whole if len(whole) <= _URL_LENGTH else None


def link(text: str, url: str) -> tuple[str, str | None]:
    """Return what a link shows and where it leads (see `safe_url`); without a text it shows its address."""
    shown, safe = clean(text).strip(), safe_url(url)
    return (safe if safe and (text == url or not shown) else shown), safe


def followed(url: str) -> bool:
    """Whether a chat takes a safe address for one: its host must have a dot."""
    return "." in urlsplit(url).netloc


def chat_link(text: str, url: str) -> tuple[str, str]:
    """Return what a link shows in a chat, and where it leads, nowhere for an address that chats do not follow."""
    shown, safe = link(text, url)
    if not safe or not followed(safe):
        return shown, ""
    return shown.removeprefix("https://") if shown == safe else shown, safe


def unmentioned(text: str) -> str:
    """Return the text so that no chat finds a name to notify in it."""
    return _MENTION.sub("@\u2060", text)


def columns(text: str) -> int:
    """Return how many terminal columns the text takes, wide characters counting two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, limit: int) -> str:
    """Return the text cut to `limit` columns at the end of a clause or word near there, with an ellipsis."""
    text = text.strip()
    if columns(text) <= limit:
        return text
    if limit < 1:
        return ""
    used, end = 0, 0
    while (used := used + columns(text[end])) < limit:
        end += 1
    return _whole(text[:end]).rstrip(DANGLING) + "…"


def _whole(head: str) -> str:
    """Return the head up to the last Chinese clause that ends in it, else the last word, where that costs little."""
    clause = max(map(head.rfind, _CLAUSE_ENDS)) + 1
    if clause > len(head) * 0.7:
        return head[:clause]
    word = head.rfind(" ")
    return head[:word] if word > len(head) * 0.8 else head
