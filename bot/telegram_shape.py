"""A raw update -> one that can be handled: the fields that are read have the types Telegram documents.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from telegram import Bot, Update

from bot.shape import MalformedError, Shape, check
from bot.telegram_updates import ALLOWED_UPDATES

_Number = Annotated[int, Field(gt=0, lt=2**52)]  # "at most 52 significant bits"
_ChatNumber = _Number | Annotated[int, Field(lt=0, gt=-(2**52))]


class _User(Shape):
    id: _Number
    first_name: str
    language_code: str | None = None


class _Chat(Shape):
    id: _ChatNumber
    type: str
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class _Message(Shape):
    message_id: int
    chat: _Chat
    sender: _User | None = Field(None, alias="from")
    sender_chat: _Chat | None = None
    text: str | None = None
    caption: str | None = None
    is_topic_message: bool | None = None
    message_thread_id: int | None = None
    migrate_to_chat_id: _ChatNumber | None = None
    migrate_from_chat_id: _ChatNumber | None = None


class _Press(Shape):
    id: str
    sender: _User = Field(alias="from")
    message: _Message | None = None
    data: str | None = None


class _Query(Shape):
    id: str
    sender: _User = Field(alias="from")
    query: str


class _Member(Shape):
    status: str


class _Change(Shape):
    chat: _Chat
    sender: _User = Field(alias="from")
    new_chat_member: _Member


class _Update(Shape):
    message: _Message | None = None
    channel_post: _Message | None = None
    callback_query: _Press | None = None
    inline_query: _Query | None = None
    my_chat_member: _Change | None = None


def read(raw: dict[str, Any], bot: Bot) -> Update:
    """Return an update with nothing in it but what was asked for. Raises MalformedError."""
    asked_for = {name: raw[name] for name in ("update_id", *ALLOWED_UPDATES) if name in raw}
    check(_Update, asked_for)
    try:
        return Update.de_json(asked_for, bot)
    except Exception as error:  # the library takes every type for granted, of fields that nobody reads too
        raise MalformedError(type(error).__name__) from error
