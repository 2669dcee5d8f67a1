"""Many updates at once, yet one after the other within a chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

AT_ONCE = 256


class OrderedByChat(BaseUpdateProcessor):
    """Runs updates of different chats at the same time, those of one chat in the order they came.

    asyncio.Lock is fair: who asked first gets it first. An inline query has no chat and waits for its asker's others.
    """

    def __init__(self) -> None:
        super().__init__(AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the earlier updates of the chat, then for this one."""
        lock = self._locks.setdefault(_chat_of(update), asyncio.Lock())
        async with lock:
            await coroutine

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to give back."""


def _chat_of(update: object) -> int:
    if not isinstance(update, Update):
        return 0
    chat, user = update.effective_chat, update.effective_user
    number = chat.id if chat else user.id if user else 0
    return number if isinstance(number, int) else 0  # the library takes every type for granted
