"""The bare send loops that a delivery is measured beside: other libraries, with the same text rendered before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiogram
import aiohttp
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions
from measuring import AT_ONCE, Send
from slack_sdk.web.async_client import AsyncWebClient

from formatting import slack, telegram
from formatting.document import Document
from sources.sample_site import SAMPLE_DATE

TELEGRAM_TOKEN = "123456789:a-token-of-nobody-0123456789abcdefg"  # noqa: S105  (it opens nothing)
SLACK_TOKEN = "xoxb-nobody"  # noqa: S105

Sending = Callable[[str, Document], AbstractAsyncContextManager[Send]]


@asynccontextmanager
async def aiogram_bot(url: str, push: Document) -> AsyncIterator[Send]:
    """Send to Telegram with aiogram."""
    rendered = telegram.parameters(telegram.render(push, date=SAMPLE_DATE))
    keys = InlineKeyboardMarkup.model_validate(rendered["reply_markup"])
    preview = LinkPreviewOptions(is_disabled=True)
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=AT_ONCE)
    async with aiogram.Bot(TELEGRAM_TOKEN, session=session) as bot:
        yield lambda chat: bot.send_message(
            chat, rendered["text"], parse_mode="HTML", link_preview_options=preview, reply_markup=keys
        )


@asynccontextmanager
async def aiohttp_form(url: str, push: Document) -> AsyncIterator[Send]:
    """Post forms to Telegram."""
    rendered = telegram.parameters(telegram.render(push, date=SAMPLE_DATE))
    form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in rendered.items()}
    async with new_session() as session:

        async def send(chat: int) -> Any:
            data = {**form, "chat_id": str(chat)}
            async with session.post(f"{url}/bot{TELEGRAM_TOKEN}/sendMessage", data=data) as answer:
                return await answer.json()

        yield send


@asynccontextmanager
async def slack_client(url: str, push: Document) -> AsyncIterator[Send]:
    """Send to Slack with slack_sdk."""
    rendered = slack.parameters(slack.render(push, date=SAMPLE_DATE))
    async with new_session() as session:
        client = AsyncWebClient(SLACK_TOKEN, base_url=f"{url}/api/", session=session, retry_handlers=[])
        yield lambda chat: client.chat_postMessage(channel=f"C{chat}", **rendered)


@asynccontextmanager
async def aiohttp_json(url: str, push: Document) -> AsyncIterator[Send]:
    """Post JSON to Slack."""
    rendered = slack.parameters(slack.render(push, date=SAMPLE_DATE))
    async with new_session() as session:

        async def send(chat: int) -> Any:
            body, headers = {**rendered, "channel": f"C{chat}"}, {"Authorization": f"Bearer {SLACK_TOKEN}"}
            async with session.post(f"{url}/api/chat.postMessage", json=body, headers=headers) as answer:
                return await answer.json()

        yield send


def new_session() -> aiohttp.ClientSession:
    """Return the one session a client shares between its calls."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))


PEERS: dict[str, dict[str, Sending]] = {
    "telegram": {"aiogram": aiogram_bot, "aiohttp": aiohttp_form},
    "slack": {"slack_sdk": slack_client, "aiohttp": aiohttp_json},
}
