"""Long polling that acknowledges an update only after it was handled.

Telegram forgets an update once a later offset is asked for (https://core.telegram.org/bots/api#getupdates). So the
offset stays at the oldest update that is not done; those after it come again with the next answer and are skipped.
A process that is killed gets all of it again: nothing is lost, and at most one window of 100 updates is repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, Forbidden, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.shape import MalformedError
from bot.telegram_shape import read
from bot.telegram_updates import ALLOWED_UPDATES

LONG_POLL = 30  # seconds that Telegram holds a question when there is no news
WINDOW = 100  # updates an answer can hold, Telegram's limit
HANDLING_LIMIT = 900.0  # seconds, an outage of Telegram included; no update may hold up the others for ever
STOP_LIMIT = 6.0  # seconds for what is being handled when the program is told to stop
_LAST_WORD = 2.0  # seconds to tell Telegram what was handled before stopping
_LOOK = 0.2  # seconds between questions while something is being handled
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds after so many failures in a row

_SILENT = "Telegram does not answer (%s); trying again until it does"
_OTHER = (
    "another program fetches this bot's messages, too, and Telegram lets only one (%s): end the other program, or give "
    "this one a bot of its own in TELEGRAM_BOT_TOKEN; trying again"
)

_log = logging.getLogger(__name__)
Json = dict[str, Any]


class PollingBot(ExtBot[int]):
    """A bot that hands out updates as they came, so that one it cannot parse does not spoil its neighbours.

    It does not parse either what Telegram says of a message that was sent: that takes a third of a send.
    """

    async def raw_updates(self, offset: int, wait: int) -> list[Json]:
        """Return the updates from `offset` on, waiting up to `wait` seconds for one. Raises TelegramError."""
        data: Json = {
            "offset": offset,
            "timeout": wait,
            "limit": WINDOW,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        updates = await self._post("getUpdates", data, read_timeout=wait + 10.0)
        if isinstance(updates, list) and all(map(_is_update, updates)):
            return updates
        raise TelegramError("the answer to getUpdates is no list of updates")

    async def post_message(self, parameters: Json, tries: int | None = None) -> int:
        """Send a message, at most so often if its chat is paused, and return its id. Raises TelegramError."""
        sent = await self._post("sendMessage", parameters, api_kwargs=self._merge_api_rl_kwargs({}, tries))
        if isinstance(sent, dict) and isinstance(sent.get("message_id"), int):
            return int(sent["message_id"])
        raise TelegramError("the answer to sendMessage names no message")


class Inbox:
    """Updates that are being handled, each once however often it is delivered."""

    def __init__(self, bot: Bot, handle: Callable[[Update], Awaitable[None]]) -> None:
        self._bot, self._handle = bot, handle
        self.open: dict[int, asyncio.Task[None]] = {}

    def take(self, raw: Json) -> asyncio.Task[None]:
        """Start handling an update and return the task, which never fails; the running one when there is one."""
        number = int(raw["update_id"])
        if number not in self.open:
            self.open[number] = asyncio.create_task(self._one(raw), name=f"update {number}")
            self.open[number].add_done_callback(lambda _: self.open.pop(number))
        return self.open[number]

    async def drain(self) -> None:
        """Wait until everything is handled, and give up what takes too long."""
        if not self.open:
            return
        _, late = await asyncio.wait(list(self.open.values()), timeout=STOP_LIMIT)
        for task in late:
            task.cancel()

    async def _one(self, raw: Json) -> None:
        try:
            update = read(raw, self._bot)
        except MalformedError as error:
            _log.warning("update %.20s is none that this version can read: %s", raw["update_id"], error)
            return
        try:
            async with asyncio.timeout(HANDLING_LIMIT):
                await self._handle(update)
        except Exception:  # noqa: BLE001 - one update must not end the bot
            _log.exception("update %s could not be handled", raw["update_id"])


class Poller:
    """Asks Telegram for updates and gives them to the inbox."""

    def __init__(self, bot: PollingBot, inbox: Inbox) -> None:
        self._bot, self._inbox = bot, inbox
        self._next = 0  # the update after the newest that was seen
        self._done: set[int] = set()  # handled, but a neighbour before them is not
        self._failures = 0
        self._told: str | None = None  # what was logged last, until an answer comes

    async def run(self) -> None:
        """Poll until cancelled. Raises TelegramError when Telegram refuses the token."""
        try:
            while True:
                await self._step()
        finally:
            await self._inbox.drain()
            with contextlib.suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(_LAST_WORD):
                    await self._bot.raw_updates(self._offset(), wait=0)

    async def _step(self) -> None:
        updates = await self._ask()
        for raw in updates:
            self._take(raw)
        if self._inbox.open:
            tasks = list(self._inbox.open.values())
            await asyncio.wait(tasks, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)

    def _take(self, raw: Json) -> None:
        number = int(raw["update_id"])
        if number < self._next and (number in self._done or number in self._inbox.open):
            return
        self._next = max(self._next, number + 1)
        self._inbox.take(raw).add_done_callback(lambda task: None if task.cancelled() else self._done.add(number))

    def _offset(self) -> int:
        """Return the oldest update that is not done, and forget those before it."""
        offset = min(self._inbox.open, default=self._next)
        self._done = {number for number in self._done if number >= offset}
        return offset

    async def _ask(self) -> list[Json]:
        try:
            updates = await self._bot.raw_updates(self._offset(), wait=0 if self._inbox.open else LONG_POLL)
        except (InvalidToken, Forbidden):
            raise
        except TelegramError as error:
            await self._pause(error)
            return []
        self._failures, self._told = 0, None
        return updates

    async def _pause(self, error: TelegramError) -> None:
        seconds = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        trouble = _OTHER if isinstance(error, Conflict) else _SILENT
        if trouble != self._told:
            self._told = trouble
            _log.warning(trouble, type(error).__name__)
        await asyncio.sleep(seconds)


def _is_update(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
