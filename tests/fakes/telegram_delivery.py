"""How updates reach the bot: long polling with acknowledgement, or a webhook with its secret."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.telegram_checks import ApiError, Parameters, bad_request
from tests.fakes.telegram_world import World

_OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_BY_HOOK = "Conflict: terminated by setWebhook request"
_HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_RETRY = 0.05  # seconds; the original waits longer


class Delivery:
    """An update stays in `world.pending` until it is acknowledged: by a higher offset, or by a 2xx of the webhook.

    `hosts` says where on loopback a public address of a webhook is really listening.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.hosts: dict[str, str] = {}
        self.hook: dict[str, Any] = {}
        self._poll, self._ended = 0, ""
        self._task: asyncio.Task[None] | None = None

    async def get_updates(self, parameters: Parameters) -> list[dict[str, Any]]:
        """https://core.telegram.org/bots/api#getupdates ."""
        if self.hook:
            raise ApiError(409, _HOOKED)
        self._end_polls(_OTHER)
        mine = self._poll
        self._allow(parameters)
        offset, pending = parameters.number("offset"), self.world.pending
        if offset < 0 and pending:
            offset = pending[max(offset, -len(pending))]["update_id"]
        self.world.acknowledge(offset)
        self.world.changed()
        await self.world.until(lambda: self.world.pending or self._poll != mine, min(parameters.number("timeout"), 50))
        if self._poll != mine and self._ended:
            raise ApiError(409, self._ended)
        return self.world.pending[: min(max(parameters.number("limit", 100), 1), 100)]

    def _end_polls(self, why: str) -> None:
        self._poll, self._ended = self._poll + 1, why
        self.world.changed()

    def _allow(self, parameters: Parameters) -> None:
        allowed = parameters.nested("allowed_updates", "allowed_updates")
        if isinstance(allowed, list):
            self.world.allowed = allowed

    async def set_webhook(self, parameters: Parameters) -> bool:
        """https://core.telegram.org/bots/api#setwebhook ."""
        url, secret = parameters.text("url"), parameters.text("secret_token")
        if not url:
            return await self.delete_webhook(parameters)
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in (443, 80, 88, 8443):
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not re.fullmatch("[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self._end_polls(_BY_HOOK)
        await self.delete_webhook(parameters)
        self._allow(parameters)
        self.hook = {"url": url, "secret": secret, "most": parameters.number("max_connections", 40), "error": ""}
        self._task = asyncio.create_task(self._deliver())
        return True

    async def delete_webhook(self, parameters: Parameters) -> bool:
        """https://core.telegram.org/bots/api#deletewebhook ."""
        await self._unhook()
        if parameters.flag("drop_pending_updates"):
            self.world.pending.clear()
        return True

    async def get_webhook_info(self, parameters: Parameters) -> dict[str, Any]:
        """https://core.telegram.org/bots/api#webhookinfo ."""
        hook = self.hook
        info = {"url": hook.get("url", ""), "has_custom_certificate": False}
        info |= {"pending_update_count": len(self.world.pending)}
        info |= {"max_connections": hook["most"]} if hook else {}
        return info | ({"last_error_message": hook["error"], "last_error_date": 1} if hook and hook["error"] else {})

    async def close(self) -> None:
        """Stop delivering; open polls are answered with nothing."""
        self._end_polls("")
        await self._unhook()

    async def _unhook(self) -> None:
        self.hook = {}
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _deliver(self) -> None:
        """Post updates to the webhook: in order within a chat, side by side across chats."""
        going: dict[int, asyncio.Task[None]] = {}
        busy: set[int] = set()
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:

            async def carry(update: dict[str, Any], chat: int) -> None:
                while not await self._post(session, update):  # noqa: ASYNC110 - the other side says nothing when it is back
                    await asyncio.sleep(_RETRY)
                self.world.pending.remove(update)
                del going[update["update_id"]]
                busy.discard(chat)
                self.world.changed()

            def ready() -> list[tuple[dict[str, Any], int]]:
                found: dict[int, dict[str, Any]] = {}
                for update in self.world.pending:
                    found.setdefault(_chat_of(update), update)
                room = self.hook.get("most", 0) - len(going)
                return [(update, chat) for chat, update in found.items() if chat not in busy][: max(room, 0)]

            while True:
                await self.world.until(ready)
                for update, chat in ready():
                    busy.add(chat)
                    going[update["update_id"]] = group.create_task(carry(update, chat))

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        url = str(self.hook["url"])
        for public, local in self.hosts.items():
            url = url.replace(public, local, 1)
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook["secret"]} if self.hook["secret"] else {}
        try:
            async with session.post(url, json=update, headers=headers) as answer:
                error = "" if answer.ok else f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as failure:
            error = f"Connection failed: {type(failure).__name__}"
        self.hook["error"] = error
        return not error


def _chat_of(update: dict[str, Any]) -> int:
    content = next(value for key, value in update.items() if key != "update_id")
    chat = content.get("chat") or content.get("message", {}).get("chat") or content.get("from") or {"id": 0}
    return int(chat["id"])
