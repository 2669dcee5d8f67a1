"""What a command is given and what it gives back, the same for every chat and the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chat import Chat
from bot.services import Services
from brief.models import Language, find_arxiv_ids
from formatting import screens
from formatting.document import Document


@dataclass(frozen=True)
class Request:
    """One command as it came in. `text` is what was typed after its name, `date` the edition it is about.

    `owner` keeps the later list and the votes: the chat in private, the person in a group. `admin` tells whether the
    person may change the chat, `name` what to call the person.
    """

    text: str
    language: Language
    date: dt.date
    chat: Chat
    owner: str
    admin: bool = True
    name: str = ""


@dataclass(frozen=True)
class File:
    """A document to send or save; `caption` is said with it."""

    name: str
    media_type: str
    content: bytes
    caption: Document


@dataclass(frozen=True)
class Picture(File):
    """A picture to show; `alt` tells what is on it to those who do not see it."""

    alt: str


Reply = Document | File
Command = Callable[[Request, Services], Awaitable[Reply]]


@dataclass(frozen=True)
class Row:
    """A command in the table.

    `changes_chat` wants an administrator in groups; a row that `shows_bare` only does when there is a text. A press of
    a button with a `toast` row shows the answer for a moment instead of as a message; a `hidden` row is in no menu:
    only buttons lead to it; a `personal` answer concerns who asked and nobody else in the chat.
    """

    run: Command
    changes_chat: bool = False
    shows_bare: bool = False
    toast: bool = False
    hidden: bool = False
    personal: bool = False

    def changes(self, text: str) -> bool:
        """Tell whether the command, typed with this text, changes the chat."""
        return self.changes_chat and not (self.shows_bare and not text)


class CommandError(Exception):
    """A command that could not be done; `document` tells the reader, `usage` whether it was typed wrongly."""

    def __init__(self, document: Document, *, usage: bool) -> None:
        self.document, self.usage = document, usage
        super().__init__(document.title)


def refused(
    request: Request, kind: screens.Kind, text: str = "", reason: str = "", *, usage: bool = False
) -> CommandError:
    """Return the error that answers with a short message."""
    return CommandError(screens.message(kind, request.language, text, reason), usage=usage)


def wanted_paper(request: Request, name: str) -> str:
    """Return the id of the paper that was asked for, by id or link; raises CommandError showing how `name` is typed."""
    paper_id = next((known for known, _ in find_arxiv_ids(request.text)), None)
    if paper_id is None:
        kind: screens.Kind = "not_an_id" if request.text else "no_id"
        raise refused(request, kind, request.text, f"/{name} 2604.26904", usage=True)
    return paper_id
