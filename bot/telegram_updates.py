"""Telegram updates -> who asks what, and where the answer goes. Pure: nothing is sent or looked up here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, MaybeInaccessibleMessage, Message, User
from telegram.constants import ChatType

from bot.chat import ChatKind

ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "inline_query", "my_chat_member")
TYPED_LIMIT = 2100  # characters of a message that are read; /profile with its text is the longest command
_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?P<text>(?:\s.*)?)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Where an answer goes: a chat, its forum topic if it has one, and the message that is answered in groups."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True)
class Asked:
    """One question as Telegram delivered it: `line` is what was typed, `admin` is True where no look-up is needed."""

    line: str
    place: Place
    kind: ChatKind
    title: str
    person: int
    name: str = ""
    language_code: str = ""
    admin: bool = False

    @property
    def chat_id(self) -> str:
        """The chat as the program knows it."""
        return chat_id(self.place.chat)

    @property
    def owner(self) -> str:
        """Who keeps a later list and votes: the chat in private, the person elsewhere."""
        return self.chat_id if self.kind == "private" else f"{self.chat_id}/{self.person}"


def chat_id(number: int) -> str:
    """Return a Telegram chat's id among the chats of all surfaces."""
    return f"telegram:{number}"


def number_of(chat: str) -> int:
    """Return the Telegram id of a chat; raises ValueError for a chat of another surface."""
    surface, _, number = chat.partition(":")
    if surface != "telegram":
        raise ValueError(f"{chat[:40]!r} is not a Telegram chat")
    return int(number)


def asked_by_message(message: Message, username: str, known: frozenset[str]) -> Asked | None:
    """Return what a message asks, None when it does not speak to this bot.

    In private everything does. Elsewhere commands do: those addressed to this bot, and those it knows.
    """
    text = (message.text or message.caption or "")[:TYPED_LIMIT].strip()
    if not text or message.via_bot:
        return None
    command = _COMMAND.fullmatch(text)
    if command:
        addressed = (command["bot"] or "").lower()
        if addressed and addressed != username.lower():
            return None
        text = f"/{command['name']}{command['text']}"
    private = message.chat.type == ChatType.PRIVATE
    if not private and (command is None or not (command["bot"] or command["name"].lower() in known)):
        return None
    return _asked(text, message.chat, message, message.from_user, message.sender_chat)


def asked_by_press(query: CallbackQuery, line: str) -> Asked | None:
    """Return what a press asks; None for a button of a message that is in no chat of the bot (inline mode)."""
    if query.message is None:
        return None
    return _asked(line, query.message.chat, query.message, query.from_user, None)


def _asked(line: str, chat: Chat, message: MaybeInaccessibleMessage, user: User | None, sender: Chat | None) -> Asked:
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread = message.message_thread_id if isinstance(message, Message) and in_topic else None
    kind = kind_of(chat)
    # An administrator who writes in the group's name, and who posts to a channel: both had to be allowed to.
    trusted = kind == "private" or (sender is not None and sender.id == chat.id)
    return Asked(
        line=line,
        place=Place(chat.id, thread, None if kind == "private" else message.message_id),
        kind=kind,
        title=(chat.title or chat.full_name or "")[:128],
        person=sender.id if sender else user.id if user else chat.id,
        name=(user.first_name if user and not sender else "")[:64],
        language_code=(user.language_code if user else "") or "",
        admin=trusted,
    )


def kind_of(chat: Chat) -> ChatKind:
    """Return the kind of chat; a supergroup is a group."""
    if chat.type == ChatType.PRIVATE:
        return "private"
    return "channel" if chat.type == ChatType.CHANNEL else "group"
