"""What a press changed, marked on the buttons of the message that was pressed; all else of it stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.services import Services
from brief.models import Language
from formatting import cards, people
from formatting.document import Button
from formatting.locales import load
from formatting.press import Press, pack, unpack

_MARKED = frozenset({"save", "remove", "done", "like", "dislike"})  # commands that change what buttons of a paper say
_NUMBERED = re.compile(r"[✓↩] (\d+)")  # on the later list, see formatting/people.py


async def marked(
    query: CallbackQuery, press: Press, owner: str, language: Language, services: Services
) -> InlineKeyboardMarkup | None:
    """Return the keyboard of a pressed message as it is to be now; None where it says the same as before."""
    keyboard = query.message.reply_markup if isinstance(query.message, Message) else None
    if keyboard is None or press.action not in _MARKED:
        return None
    own = await services.people.marks(owner, press.value)
    on_card = cards.own(load(language), press.value, own.vote, saved=own.waits)
    rows = [[_now(key, press.value, on_card, waits=own.waits) for key in row] for row in keyboard.inline_keyboard]
    now = InlineKeyboardMarkup(rows)
    return None if now == keyboard else now


def _now(key: InlineKeyboardButton, paper_id: str, on_card: Sequence[Button], *, waits: bool) -> InlineKeyboardButton:
    """Return a button as it is to be, where those of a paper's card are `on_card`, and it waits on the list or not."""
    press = unpack(key.callback_data) if isinstance(key.callback_data, str) else None
    if press is None or press.value != paper_id or key.text.startswith("✕"):
        return key
    later, like, dislike = on_card
    found = {"save": later, "remove": later, "like": like, "dislike": dislike}.get(press.action)
    if numbered := _NUMBERED.fullmatch(key.text):
        found = people.reading_key(numbered[1], paper_id, waits=waits)
    return InlineKeyboardButton(found.label, callback_data=pack(found.action, paper_id, press.date)) if found else key
