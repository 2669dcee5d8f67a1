"""Short notes that only a chat with channels and private answers in them needs."""

from __future__ import annotations

from dataclasses import replace

from brief.models import Language
from formatting.document import Block, Button, Buttons, Document, Importance, Paragraph, Run, Style
from formatting.locales import load
from formatting.text import shorten

_NAME_COLUMNS = 60


def working(language: Language) -> Document:
    """Return that an answer is on its way."""
    return _note(language, "working")


def sent_privately(language: Language, name: str) -> Document:
    """Return that a file went to the person's direct messages."""
    return _note(language, "sent_privately", name=shorten(name, _NAME_COLUMNS))


def invite_first(language: Language) -> Document:
    """Return that the bot must be in a channel to write there, and how it gets in."""
    return _note(language, "invite_first")


def members_only(language: Language) -> Document:
    """Return that guests of a workspace cannot change what is set for a channel."""
    return _note(language, "members_only")


def member_unknown(language: Language) -> Document:
    """Return that it is not known whether somebody is a guest, and to try again."""
    return _note(language, "member_unknown")


def no_direct_messages(language: Language, name: str) -> Document:
    """Return that a file cannot be sent to the person."""
    return _note(language, "no_direct_messages", name=shorten(name, _NAME_COLUMNS))


def with_threads(document: Document) -> Document:
    """Return a screen with how to ask in threads said last, above its buttons."""
    said = Paragraph((Run(load(document.language).text("channel.in_threads"), Style.MUTED),))
    return above_buttons(document, said)


def above_buttons(document: Document, *said: Block) -> Document:
    """Return a screen with something said last, above its buttons."""
    blocks = document.blocks
    end = next((n for n, block in enumerate(blocks) if isinstance(block, Buttons)), len(blocks))
    return replace(document, blocks=(*blocks[:end], *said, *blocks[end:]))


def with_way_back(language: Language, document: Document) -> Document:
    """Return a note with a button to the day's top."""
    return replace(document, blocks=(*document.blocks, Buttons(((Button(load(language).text("button.top"), "top"),),))))


def share(language: Language, line: str) -> Button:
    """Return the button that shows everyone in the channel the answer to a line."""
    return Button(load(language).text("button.share"), "share", line)


def _note(language: Language, key: str, **values: object) -> Document:
    said = load(language).text(f"channel.{key}", **values)
    return Document(said, language, (Paragraph((Run(said),), Importance.ESSENTIAL),), said)
