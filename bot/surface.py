"""What serving a chat takes, the same for each: somewhere to receive, and a courier for what nobody asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from aiohttp import web

from bot.chat import Chat
from formatting.document import Document


class Courier(Protocol):
    """What brings messages to the chats of one surface.

    Both return the message's id, None for a chat that is gone and was stopped. They raise DeliveryError when the
    service does not take it; what waits for the service or for its pace is ended by the caller's time limit.
    """

    async def push(self, chat: Chat, date: dt.date) -> str | None:
        """Send a chat the push of a date."""
        ...

    async def tell(self, chat: Chat, document: Document) -> str | None:
        """Send a chat something that is not an answer."""
        ...


Joined = Callable[[Courier], AbstractAsyncContextManager[object]]


class Surface(Protocol):
    """A chat service."""

    @property
    def name(self) -> str:
        """How the ids of its chats begin."""
        ...

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The paths it receives at by HTTP."""
        ...

    async def serve(self, joined: Joined) -> None:
        """Answer until cancelled, `joined` to the deliveries while any can be sent. Raises SettingsError."""
        ...

    async def deliver(self, joined: Joined) -> None:
        """Only send until cancelled; another process answers. Raises SettingsError."""
        ...
