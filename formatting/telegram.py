"""Document -> what Telegram accepts (https://core.telegram.org/bots/api#html-style): HTML, buttons, exact calls.

Telegram counts the text after parsing, in UTF-16 units; what is said here is always within its limits.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from formatting.document import Button, Buttons, Document, Image, UrlButton
from formatting.fit import Line, Piece, split
from formatting.press import pack
from formatting.telegram_fit import fit, fits
from formatting.telegram_layout import lines
from formatting.text import clean, followed, safe_url, shorten

TEXT_UNITS = 4096
TOAST_CHARACTERS = 200  # answerCallbackQuery
_LABEL_COLUMNS = 64  # no limit is documented; a phone shows half of it
_ROW, _KEYS = 8, 100  # buttons in a row, and in all


@dataclass(frozen=True, slots=True)
class Key:
    """A button: exactly one of `data` (callback data, 64 bytes at most) and `url` is set."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message in HTML parse mode, its rows of buttons, and the address of a picture shown above it."""

    html: str
    buttons: tuple[tuple[Key, ...], ...] = ()
    picture: str = ""


@lru_cache(maxsize=64)  # a morning's push and its cards go to many chats
def render(document: Document, *, date: dt.date, limit: int = TEXT_UNITS) -> Message:
    """Return the document as one message of at most `limit` UTF-16 units after parsing.

    The least important text is shortened first; items, links and buttons stay. `date` is the edition's, for buttons.
    """
    picture = next((block.url for block in document.blocks if isinstance(block, Image)), "")
    return Message(_html(fit(lines(document.blocks), limit), document), _keys(document, date), picture)


def render_split(document: Document, *, date: dt.date, limit: int = TEXT_UNITS) -> list[Message]:
    """Return the document as several messages, divided between blocks or list items; the last one has the buttons.

    Only an item that is longer than `limit` by itself is shortened.
    """
    parts = split(lines(document.blocks), lambda part: fits(part, limit))
    texts = [_html(fit(part, limit), document) for part in parts]
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], _keys(document, date))]


def messages(document: Document, *, date: dt.date) -> list[Message]:
    """Return the document as it is sent: a screen, which has buttons, as one message; one to be read through split."""
    pressed = any(isinstance(block, Buttons) for block in document.blocks)
    return [render(document, date=date)] if pressed else render_split(document, date=date)


def calls(document: Document, *, chat_id: str = "@you", date: dt.date) -> list[dict[str, Any]]:
    """Return the Bot API calls that send the document, as {"method", "parameters"}."""
    sent = messages(document, date=date)
    return [{"method": "sendMessage", "parameters": {"chat_id": chat_id, **parameters(m)}} for m in sent]


def parameters(message: Message) -> dict[str, Any]:
    """Return what sendMessage and editMessageText take for this message, the chat aside."""
    taken: dict[str, Any] = {
        "text": message.html,
        "parse_mode": "HTML",
        "link_preview_options": preview(message),
    }
    if message.buttons:
        taken["reply_markup"] = {"inline_keyboard": [[_pressable(key) for key in row] for row in message.buttons]}
    return taken


def preview(message: Message) -> dict[str, Any]:
    """Return link_preview_options: a picture is shown as the preview of its address, which a text may have and lose.

    A message with a photo could not become one without, nor have more than 1,024 characters.
    https://core.telegram.org/bots/api#linkpreviewoptions
    """
    return {"url": message.picture, "show_above_text": True} if message.picture else {"is_disabled": True}


def toast(document: Document) -> str:
    """Return the document's one line for answerCallbackQuery: plain text of at most 200 characters."""
    return shorten(clean(document.summary or document.title), TOAST_CHARACTERS)


def _html(shown: Sequence[Line], document: Document) -> str:
    """Return the lines as HTML; Telegram refuses an empty message, so one without text says its title."""
    text = "".join((line.gap if n else "") + _line(line) for n, line in enumerate(shown))
    return text if text.strip() else _escaped(shorten(clean(document.title), _LABEL_COLUMNS) or "…")


def _line(line: Line) -> str:
    text = line.marker + "".join(map(_piece, line.pieces))
    return f"<blockquote expandable>{text}</blockquote>" if line.quote else text


def _piece(piece: Piece) -> str:
    text = _escaped(piece.text)
    if piece.url:
        return f'<a href="{_escaped(piece.url)}">{text}</a>'
    return f"<{piece.tag}>{text}</{piece.tag}>" if piece.tag else text


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")


def _keys(document: Document, date: dt.date) -> tuple[tuple[Key, ...], ...]:
    """Return the buttons in rows of at most eight, a hundred in all."""
    rows: list[tuple[Key, ...]] = []
    for block in document.blocks:
        for row in block.rows if isinstance(block, Buttons) else ():
            keys = [key for button in row if (key := _key(button, date))]
            keys = keys[: _KEYS - sum(map(len, rows))]
            rows += [tuple(keys[n : n + _ROW]) for n in range(0, len(keys), _ROW)]
    return tuple(rows)


def _key(button: Button | UrlButton, date: dt.date) -> Key | None:
    """Return the button, None where Telegram would refuse the whole message for it."""
    label = shorten(clean(button.label), _LABEL_COLUMNS) or "…"
    if isinstance(button, UrlButton):
        url = safe_url(button.url)
        return Key(label, url=url) if url and followed(url) else None
    try:
        return Key(label, data=pack(button.action, button.value, date))
    except ValueError:
        return None


def _pressable(key: Key) -> dict[str, str]:
    return {"text": key.text, "url": key.url} if key.url else {"text": key.text, "callback_data": key.data or ""}
