"""What `paperboy check` says of Telegram and Slack."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from bot import probes
from bot.findings import Finding
from bot.probes import ProbeError
from brief.settings import Settings
from formatting.locales import load

_FIXES = {
    "unreachable": "is the network up, and {url} right?",
    "timeout": "is the network up, and {url} right?",
    "strange": "is {url} right?",
    "wrong_token": "a token that works: {token}",
    "refused": "a token that works: {token}",
}


async def telegram(settings: Settings, client: httpx.AsyncClient) -> Finding:
    """Tell whether the token works, and whether what people write comes to where this Paperboy looks."""
    what, token = "Telegram", settings.telegram_bot_token
    if token is None:
        return Finding(what, ok=None, found="optional: TELEGRAM_BOT_TOKEN")
    try:
        site, secret = settings.telegram_api_url, token.get_secret_value()
        me = await probes.telegram(client, site, secret, "getMe")
        hook = await probes.telegram(client, site, secret, "getWebhookInfo")
    except ProbeError as error:
        return _failed(what, error, "TELEGRAM_API_URL", "TELEGRAM_BOT_TOKEN, from https://t.me/BotFather")
    return _hooked(settings, f"@{me.get('username')}", str(hook.get("url") or ""), hook.get("last_error_message"))


def _hooked(settings: Settings, name: str, url: str, trouble: str | None) -> Finding:
    own = settings.telegram_webhook_url or ""
    if url and url != own:
        found = f"{name}, but what people write goes to a webhook at {urlsplit(url).netloc}"
        fix = "end the program that set it; `paperboy run` then takes its place"
        return Finding("Telegram", ok=False, found=found, fix=fix)
    if url and trouble:
        fix = "does a proxy hand TELEGRAM_WEBHOOK_URL over to PAPERBOY_LISTEN?"
        return Finding("Telegram", ok=True, found=f"{name}; of its webhook it says: {trouble[:200]}", fix=fix)
    if not settings.telegram_chats:
        return Finding("Telegram", ok=True, found=f"{name} answers", fix="nobody may use it yet: TELEGRAM_CHATS")
    return Finding("Telegram", ok=True, found=f"{name} answers")


async def slack(settings: Settings, client: httpx.AsyncClient) -> Finding:
    """Tell whether the bot's token works and has every scope."""
    what, token = "Slack", settings.slack_bot_token
    if settings.slack_client_id:
        return Finding(what, ok=True, found="for many workspaces; each is asked when it is used")
    if token is None:
        return Finding(what, ok=None, found="optional: SLACK_BOT_TOKEN")
    try:
        bot = await probes.slack_bot(client, settings.slack_api_url, token.get_secret_value())
    except ProbeError as error:
        return _failed(what, error, "SLACK_API_URL", "SLACK_BOT_TOKEN, of the page OAuth & Permissions")
    from bot.slack_app import SCOPES  # noqa: PLC0415 - loads Slack's libraries

    missing = sorted(set(SCOPES) - bot.scopes) if bot.scopes is not None else []
    if missing:
        fix = "paste deploy/slack-manifest.yaml into the app's manifest, and install the app again"
        return Finding(what, ok=False, found=f"{bot.name} in {bot.team} lacks scopes: {', '.join(missing)}", fix=fix)
    return Finding(what, ok=True, found=f"{bot.name} in {bot.team} answers")


async def slack_socket(settings: Settings, client: httpx.AsyncClient) -> Finding:
    """Tell whether Slack lets the app listen by Socket Mode."""
    what, token = "Slack, Socket Mode", settings.slack_app_token
    if token is None:
        return Finding(what, ok=None, found="optional: SLACK_APP_TOKEN")
    try:
        await probes.slack_socket(client, settings.slack_api_url, token.get_secret_value())
    except ProbeError as error:
        return _failed(what, error, "SLACK_API_URL", "SLACK_APP_TOKEN with connections:write, of Basic Information")
    return Finding(what, ok=True, found="answers")


def _failed(what: str, error: ProbeError, url: str, token: str) -> Finding:
    found = load("en").text(f"probe.{error.why}", said=error.said)
    return Finding(what, ok=False, found=found, fix=_FIXES[error.why].format(url=url, token=token))
