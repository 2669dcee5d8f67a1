"""The questions of `paperboy init`, each tried out as it is answered; each returns variables and their values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from redis.exceptions import RedisClusterException, RedisError

from bot import probes
from bot.asker import Asker
from bot.check import model_finding
from bot.probes import ProbeError, SlackBot
from bot.wiring import open_probes
from bot.zones import closest, find_zones
from brief.errors import SettingsError, StoreError
from brief.redis_client import open_redis
from brief.settings import Settings, mistake
from brief.store import open_store

_MANIFEST = Path(__file__).resolve().parents[1] / "deploy" / "slack-manifest.yaml"
_WAIT = 3  # seconds that Telegram is asked for news
_MOST = 20  # chats shown
_CHATS = ("message", "channel_post", "my_chat_member", "edited_message", "callback_query")

_T = TypeVar("_T")


class Talk(Protocol):
    """What the questions need of `bot/init.py`."""

    asker: Asker

    def settings(self, **tried: str) -> Settings:
        """Return settings with what was answered and what is tried."""
        ...

    def plain(self) -> Settings:
        """Return settings with no more than the addresses of services."""
        ...

    def run(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Run what talks to a service."""
        ...


def telegram(talk: Talk) -> dict[str, str]:
    """Ask for the token of a bot."""
    talk.asker.say("telegram", command="/newbot")

    def tried(token: str) -> dict[str, Any]:
        found: dict[str, Any] = talk.run(lambda: _telegram(talk, token, "getMe"))
        return found

    token, me = _tried(talk, "telegram_token", "TELEGRAM_BOT_TOKEN", tried, secret=True)
    if me is None:
        return {}
    talk.asker.say("telegram_is", name=str(me.get("username")))
    return {"TELEGRAM_BOT_TOKEN": token}


def telegram_chats(talk: Talk) -> dict[str, str]:
    """Ask who may use the bot, if there is one: those that wrote to it, or as typed."""
    try:
        token = talk.settings().telegram_bot_token
    except SettingsError:  # of what else is wrong was told
        token = None
    return {"TELEGRAM_CHATS": chats} if token and (chats := _chats(talk, token.get_secret_value())) else {}


def _chats(talk: Talk, token: str) -> str:
    while True:
        typed = talk.asker.ask("telegram_chats")
        if typed:
            if not (wrong := mistake("TELEGRAM_CHATS", typed)):
                return typed
            talk.asker.say("wrong", what=wrong)
            continue
        try:
            wrote = talk.run(lambda: _wrote(talk, token))
        except ProbeError as error:
            _say_trouble(talk, error)
            return ""
        if wrote:
            shown = talk.asker.locale.join(f"{title} ({number})" for number, title in wrote.items())
            if talk.asker.agrees("telegram_these", default=True, chats=shown):
                return " ".join(wrote)
        if not talk.asker.agrees("telegram_again", default=False):
            return ""


async def _wrote(talk: Talk, token: str) -> dict[str, str]:
    """Return the chats in which something was written to the bot, id -> title; the bot itself hears it again later.

    https://core.telegram.org/bots/api#getupdates
    """
    found: dict[str, str] = {}
    for update in await _telegram(talk, token, "getUpdates", timeout=_WAIT):
        for kind in _CHATS:
            about = update.get(kind) or {}
            chat = about.get("chat") or (about.get("message") or {}).get("chat")
            if isinstance(chat, dict) and chat.get("id"):
                title = chat.get("title") or chat.get("first_name") or chat.get("username") or "?"
                found[str(chat["id"])] = "".join(char for char in str(title)[:40] if char.isprintable())
    return dict(list(found.items())[:_MOST])


async def _telegram(talk: Talk, token: str, method: str, **parameters: Any) -> Any:
    async with open_probes(talk.plain()) as client:
        return await probes.telegram(client, talk.plain().telegram_api_url, token, method, **parameters)


def slack(talk: Talk) -> dict[str, str]:
    """Ask for the two tokens of an app; Slack cannot be used with one of them."""
    manifest = _MANIFEST if _MANIFEST.exists() else "deploy/slack-manifest.yaml"
    talk.asker.say("slack", manifest=manifest, url="https://api.slack.com/apps")
    site = talk.plain().slack_api_url

    async def bot(token: str) -> SlackBot:
        async with open_probes(talk.plain()) as client:
            return await probes.slack_bot(client, site, token)

    async def app(token: str) -> bool:
        async with open_probes(talk.plain()) as client:
            await probes.slack_socket(client, site, token)
            return True

    token, found = _tried(talk, "slack_token", "SLACK_BOT_TOKEN", lambda t: talk.run(lambda: bot(t)), secret=True)
    if found is None:
        return {}
    talk.asker.say("slack_is", name=found.name, team=found.team)
    own, fine = _tried(talk, "slack_app_token", "SLACK_APP_TOKEN", lambda t: talk.run(lambda: app(t)), secret=True)
    if not fine:
        talk.asker.say("slack_left_out")
        return {}
    return {"SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": own}


def zone(talk: Talk) -> dict[str, str]:
    """Ask where the reader is."""
    while typed := talk.asker.ask("zone"):
        found = find_zones(typed) or (() if mistake("BRIEF_TIMEZONE", typed) else (typed,))
        if len(found) == 1:
            talk.asker.say("zone_is", zone=found[0])
            return {"BRIEF_TIMEZONE": found[0]}
        talk.asker.say("zone_unknown", zones=", ".join(found) or closest(typed))
    return {}


def time(talk: Talk) -> dict[str, str]:
    """Ask when the brief is to come."""
    while typed := talk.asker.ask("time"):
        clock = typed if len(typed) > 4 else f"0{typed}"
        if not (wrong := mistake("BRIEF_TIME", clock)):
            return {"BRIEF_TIME": clock}
        talk.asker.say("wrong", what=wrong)
    return {}


def redis(talk: Talk) -> dict[str, str]:
    """Ask for a Redis; without one there is the private one."""

    async def answers(url: str) -> bool:
        try:
            async with open_redis(url) as client:
                return bool(await client.ping())
        except (RedisError, RedisClusterException, OSError, TypeError, ValueError) as error:
            raise ProbeError("unreachable", type(error).__name__) from None  # its words may hold the password

    url, fine = _tried(talk, "redis", "REDIS_URL", lambda u: talk.run(lambda: answers(u)), secret=True)
    return {"REDIS_URL": url} if fine else {}


def model(talk: Talk) -> dict[str, str]:
    """Ask for a language model, its endpoint and key, and try them together."""
    talk.asker.say("model")
    while name := _checked(talk, "model_name", "LLM_MODEL"):
        answers = {"LLM_MODEL": name}
        for key, variable in (("model_url", "LLM_BASE_URL"), ("model_key", "LLM_API_KEY")):
            if value := _checked(talk, key, variable, secret=variable == "LLM_API_KEY"):
                answers[variable] = value
        try:
            found = talk.run(lambda answers=answers: _asked(talk.settings(**answers)))  # type: ignore[misc]
        except (SettingsError, StoreError) as error:
            talk.asker.say("failed", what=str(error))
            continue
        if found.ok:
            talk.asker.say("model_is", name=name)
            return answers
        talk.asker.say("failed", what=". ".join(filter(None, (found.found, found.fix))))
    return {}


async def _asked(settings: Settings) -> Any:
    async with open_store(settings) as store:
        return await model_finding(settings, store)


def _checked(talk: Talk, key: str, name: str, *, secret: bool = False) -> str:
    """Return an answer that the variable can be, asked for until it is; empty when it was skipped."""
    while typed := talk.asker.ask(key, secret=secret):
        if not (wrong := mistake(name, typed)):
            return typed
        talk.asker.say("wrong", what=wrong)
    return ""


def _tried(talk: Talk, key: str, name: str, tried: Callable[[str], _T], *, secret: bool) -> tuple[str, _T | None]:
    """Return an answer and what its service says of it, asked for until it works; None when it was skipped."""
    while typed := _checked(talk, key, name, secret=secret):
        try:
            return typed, tried(typed)
        except ProbeError as error:
            _say_trouble(talk, error)
    return "", None


def _say_trouble(talk: Talk, error: ProbeError) -> None:
    talk.asker.say("failed", what=talk.asker.locale.text(f"probe.{error.why}", said=error.said))
