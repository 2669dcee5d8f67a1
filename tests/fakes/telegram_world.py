"""The chats, people and messages behind the fake Bot API, and the updates waiting for the bot."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_html import utf16_length

ChatType = Literal["private", "group", "supergroup", "channel"]
_MARKS = re.compile(
    r"(?P<url>https?://\S+)|(?<![\w/])(?P<bot_command>/\w{1,64}(?:@\w{5,})?)|(?<!\w)(?P<mention>@\w{5,})"
)
# Kinds of updates sent only when asked for. https://core.telegram.org/bots/api#getupdates
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Chat:
    """A chat; `refusal` is what every call into it is answered with once the bot is out of it."""

    id: int
    type: ChatType
    title: str = ""
    username: str = ""
    admins: list[int] = field(default_factory=list)
    topics: set[int] = field(default_factory=set)
    refusal: ApiError | None = None
    messages: dict[int, Message] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        names = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        found = {"id": self.id, "type": self.type, **names}
        found |= {"username": self.username} if self.username else {}
        return found | ({"is_forum": True} if self.topics else {})


@dataclass
class Message:
    """A message as it is now; `html` is what the bot last sent, `own` is the bot's."""

    json: dict[str, Any]
    html: str = ""
    file: tuple[str, bytes] | None = None
    edits: int = 0
    deleted: bool = False
    own: bool = False

    @property
    def id(self) -> int:
        return int(self.json["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.json["chat"]["id"])

    @property
    def text(self) -> str:
        return str(self.json.get("text") or self.json.get("caption") or "")

    @property
    def thread(self) -> int | None:
        return self.json.get("message_thread_id")

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All inline buttons, row by row."""
        return [button for row in self.json.get("reply_markup", {}).get("inline_keyboard", []) for button in row]

    @property
    def data(self) -> list[str]:
        """The callback data of all buttons that have any."""
        return [button["callback_data"] for button in self.buttons if "callback_data" in button]


class World:
    """Everything that is true whoever asks. `until` is how tests wait: no sleeps."""

    def __init__(self, token: str) -> None:
        self.bot = {"id": int(token.split(":", maxsplit=1)[0]), "is_bot": True, "first_name": "Paperboy"}
        self.bot |= {"username": "paperboy_bot"}
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.queries: dict[str, dict[str, Any] | None] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.pending: list[dict[str, Any]] = []
        self.allowed: list[str] = []
        self._ids = {"update": 0, "message": 0, "query": 0}
        self._news = asyncio.Event()

    def next_id(self, kind: str) -> int:
        self._ids[kind] += 1
        return self._ids[kind]

    def changed(self) -> None:
        """Wake everyone who waits for something to become true."""
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, true: Callable[[], Any], seconds: float | None = None) -> bool:
        """Return when `true()` is, or after `seconds`; the value says which."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def user(self, user_id: int, name: str = "", language: str = "en") -> dict[str, Any]:
        """Return a person, made on first use."""
        new = {"id": user_id, "is_bot": False, "first_name": name or f"User {user_id}", "language_code": language}
        return self.users.setdefault(user_id, new)

    def chat(self, chat_id: int, kind: ChatType | None = None, title: str = "") -> Chat:
        """Return a chat, made on first use with the kind its id suggests."""
        if chat_id not in self.chats:
            guess: ChatType = "private" if chat_id > 0 else "supergroup" if str(chat_id).startswith("-100") else "group"
            kind = kind or guess
            title = title or (self.user(chat_id)["first_name"] if kind == "private" else f"Chat {chat_id}")
            self.chats[chat_id] = Chat(chat_id, kind, title)
        return self.chats[chat_id]

    def post(self, chat: Chat, author: dict[str, Any] | None, content: dict[str, Any]) -> Message:
        """Add a message to a chat."""
        head = {"message_id": self.next_id("message"), "date": int(time.time()), "chat": chat.json()}
        head |= {"from": author} if author else {"sender_chat": chat.json()}
        message = Message({**head, **content}, own=author is self.bot)
        chat.messages[message.id] = message
        return message

    def adopt(self, chat: Chat, json: dict[str, Any]) -> None:
        """Add a message that came from elsewhere; new ones get higher ids."""
        own = json.get("from", {}).get("id") == self.bot["id"] or json.get("from", {}).get("is_bot", False)
        chat.messages.setdefault(json["message_id"], Message(json, own=own))
        self._ids["message"] = max(self._ids["message"], json["message_id"])

    def shown(self, chat_id: int) -> list[Message]:
        """Return the bot's own messages in a chat that are still there."""
        found = self.chats[chat_id].messages.values() if chat_id in self.chats else ()
        return [m for m in found if not m.deleted and m.own]

    def update(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue an update and return its id; None when the bot did not ask for this kind."""
        if kind not in self.allowed and (self.allowed or kind in _ON_REQUEST):
            return None
        update_id = self.next_id("update") + 1000
        self.pending.append({"update_id": update_id, kind: content})
        self.changed()
        return update_id

    def acknowledge(self, before: int) -> None:
        """Forget the updates before an id: the bot has them."""
        self.pending = [update for update in self.pending if update["update_id"] >= before]


def marks(text: str) -> list[dict[str, Any]]:
    """Return the entities Telegram finds in what a person types: commands, mentions, addresses."""
    return [
        {
            "type": found.lastgroup,
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found.group()),
        }
        for found in _MARKS.finditer(text)
    ]
