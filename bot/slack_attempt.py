"""How what is asked in Slack ends when it goes wrong: nobody is left waiting, whatever fails."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable
from typing import TypeVar

from bot.request import CommandError, File, Picture
from bot.slack_send import ChannelGoneError, Sender
from bot.slack_updates import Place
from brief.models import Language
from formatting import notes, people
from formatting.document import Document

ANSWER_LIMIT = 120.0  # seconds of work on one answer, once it has begun

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


async def attempt(work: Awaitable[_T], language: Language) -> tuple[_T | Document, bool]:
    """Return an answer, or what is said in its place, and whether it is one.

    An unexpected failure, or work without end, is logged under a word to find it by, which the reader is given.
    """
    try:
        async with asyncio.timeout(ANSWER_LIMIT):
            return await work, True
    except CommandError as error:
        return error.document, False
    except Exception:  # noqa: BLE001 - whoever asked must hear that there is no answer
        reference = secrets.token_hex(4)
        _log.exception("[%s] a question from Slack failed", reference)
        return people.failed(language, reference), False


async def handed_over(sender: Sender, person: Place, file: File, language: Language) -> Document:
    """Send a file to a person's direct messages, and return what is said of it where they asked.

    Of a picture that is its caption as well, which says the same in words.
    """
    try:
        await sender.upload(person, file)
    except ChannelGoneError:
        said = notes.no_direct_messages(language, file.name)
    else:
        said = notes.sent_privately(language, file.name)
    return notes.above_buttons(file.caption, *said.blocks) if isinstance(file, Picture) else said
