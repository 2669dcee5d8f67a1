"""What people do in the fake Telegram: write, press, ask inline, block, promote, move a group."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_delivery import Delivery
from tests.fakes.telegram_faults import BLOCKED, kicked, migrated
from tests.fakes.telegram_world import Chat, ChatType, Message, World, marks
from tests.patience import PATIENCE


class Acts:
    """The side of FakeTelegram that tests drive. People and chats are named by their ids."""

    world: World
    delivery: Delivery

    def user(self, user_id: int, name: str = "", language: str = "en") -> dict[str, Any]:
        """Return a person; the first call says their name and language."""
        return self.world.user(user_id, name, language)

    def chat(
        self,
        chat_id: int,
        kind: ChatType | None = None,
        *,
        title: str = "",
        username: str = "",
        admins: tuple[int, ...] = (),
        topics: tuple[int, ...] = (),
    ) -> Chat:
        """Return a chat, made on first use; `admins` (the first is its creator) and `topics` are added."""
        chat = self.world.chat(chat_id, kind, title)
        chat.username = username or chat.username
        chat.topics |= set(topics)
        chat.admins += [admin for admin in admins if admin not in chat.admins and self.user(admin)]
        return chat

    def messages(self, chat_id: int) -> list[Message]:
        """Return the bot's messages in a chat as they are now, oldest first; deleted ones are gone."""
        return self.world.shown(chat_id)

    def push_update(self, update: dict[str, Any]) -> int | None:
        """Queue an update as it is (but for its id) and return its id, None for a kind the bot did not ask for."""
        kind = next(key for key in update if key != "update_id")
        self._meet(update[kind])
        return self.world.update(kind, update[kind])

    def _meet(self, content: dict[str, Any]) -> None:
        """Make the chat, the person and the query of an update known, so that the bot can answer it."""
        if author := content.get("from"):
            self.world.users.setdefault(author["id"], author)
        if {"data", "chat_instance"} & content.keys() or "query" in content:
            self.world.queries[content["id"]] = None
        if message := content.get("message"):
            self._meet(message)
        if chat := content.get("chat"):
            known = self.chat(chat["id"], chat["type"], title=chat.get("title") or chat.get("first_name", ""))
            if "message_id" in content:
                self.world.adopt(known, content)

    async def send_text(
        self, chat_id: int, user_id: int | None, text: str, *, thread: int | None = None, **extra: Any
    ) -> Message:
        """Write a message; in a channel nobody is its author. `extra` fields are Message's own."""
        chat = self.chat(chat_id)
        content: dict[str, Any] = {"text": text}
        content |= {"entities": marks(text)} if marks(text) else {}
        content |= {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        author = None if user_id is None or chat.type == "channel" else self.user(user_id)
        message = self.world.post(chat, author, content | extra)
        self.world.update("channel_post" if chat.type == "channel" else "message", message.json)
        return message

    async def press(self, message: Message, data: str, user_id: int, *, shown: bool = True) -> str:
        """Press the button with this callback data and return the query's id.

        `shown=False` allows data the message does not show (any more), as a hostile client can send.
        """
        assert not shown or data in message.data, f"{data!r} is not among {message.data}"
        query = f"query{self.world.next_id('query')}"
        self.world.queries[query] = None
        content = {"id": query, "from": self.user(user_id), "chat_instance": str(message.chat_id), "data": data}
        self.world.update("callback_query", content | {"message": dict(message.json)})
        return query

    async def ask_inline(self, user_id: int, words: str, offset: str = "") -> str:
        """Type `@bot words` and return the query's id."""
        query = f"inline{self.world.next_id('query')}"
        self.world.queries[query] = None
        self.world.update("inline_query", {"id": query, "from": self.user(user_id), "query": words, "offset": offset})
        return query

    def expire(self, query: str) -> None:
        """Make a query too old to be answered."""
        self.world.queries.pop(query, None)

    async def edited(self, message: Message, times: int = 1) -> Message:
        """Return a message once the bot has edited it this often in all."""
        await self.until(lambda: message.edits >= times, f"{times} edits of message {message.id}")
        return message

    async def answered(self, query: str) -> dict[str, Any]:
        """Return the parameters a callback or inline query was answered with; waits for them."""
        await self.until(lambda: self.world.queries[query], f"an answer to {query}")
        return self.world.queries[query] or {}

    async def idle(self) -> None:
        """Return when every update is acknowledged. Its handling may go on; wait for its outcome with the others."""
        await self.until(lambda: not self.world.pending, "all updates to be acknowledged")

    async def until(self, true: Callable[[], Any], what: str = "it", seconds: float = PATIENCE) -> None:
        """Return when `true()` is; it is asked again after every call and every act. Fails after `seconds`."""
        assert await self.world.until(true, seconds), f"waited {seconds} s for {what}"

    def block(self, user_id: int) -> None:
        """A person blocks the bot."""
        self._leave(user_id, "kicked", BLOCKED)

    def unblock(self, user_id: int) -> None:
        """A person lets the bot in again."""
        self._leave(user_id, "member", None)

    def kick(self, chat_id: int) -> None:
        """An administrator throws the bot out of a group or channel."""
        self._leave(chat_id, "kicked", kicked(self.chat(chat_id).type))

    def _leave(self, chat_id: int, status: str, refusal: ApiError | None) -> None:
        chat = self.chat(chat_id)
        old = "kicked" if chat.refusal else "member"
        chat.refusal = refusal
        author = self.user(chat_id if chat.type == "private" else next(iter(chat.admins), 1))
        change = {"chat": chat.json(), "from": author, "date": int(time.time())}
        change |= {"old_chat_member": self._as_member(old), "new_chat_member": self._as_member(status)}
        self.world.update("my_chat_member", change)

    def _as_member(self, status: str) -> dict[str, Any]:
        return {"user": self.world.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    def migrate(self, old_id: int, new_id: int) -> None:
        """A group becomes a supergroup: the old id is refused with the new one, and both are told."""
        old, new = self.chat(old_id, "group"), self.chat(new_id, "supergroup")
        new.title, new.admins = old.title, old.admins
        old.refusal = migrated(new_id)
        author = self.user(next(iter(old.admins), 1))
        self.world.update("message", self.world.post(old, author, {"migrate_to_chat_id": new_id}).json)
        self.world.update("message", self.world.post(new, author, {"migrate_from_chat_id": old_id}).json)
