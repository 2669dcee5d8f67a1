"""What the value of a variable may look like: each type takes the text of the environment, and says what it wants."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, SecretStr


def _shaped(pattern: str, wanted: str) -> Callable[[str], str]:
    """Return a validator that wants the whole text to match; its message never repeats the text."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(wanted)
        return text

    return check


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, OSError, ValueError) as error:  # unknown, a folder such as `America`, or `../etc`
        raise ValueError("is not a time zone of the IANA database") from error


def _categories(text: str) -> tuple[str, ...]:
    """Return categories as https://arxiv.org/category_taxonomy spells them; commas or spaces between them."""
    names = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not names or not all(re.fullmatch(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]+(-[a-z]+)?)?", name) for name in names):
        raise ValueError("wants arXiv categories, separated by spaces or commas")
    return names


def _chats(text: str) -> tuple[str, ...]:
    """Return chat ids, negative for groups and channels; commas or spaces between them. `*` stands for everyone."""
    chats = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not chats or not all(re.fullmatch(r"\*|-?[1-9]\d{0,15}", chat, re.ASCII) for chat in chats):
        raise ValueError("wants chat ids as numbers, separated by spaces or commas, or * for everyone")
    return chats


def _slack_ids(text: str) -> tuple[str, ...]:
    """Return ids of channels (C, G), people (U, W) and direct messages (D); commas or spaces between them."""
    ids = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not ids or not all(re.fullmatch(r"[CDGUW][A-Z0-9]{2,20}", one, re.ASCII) for one in ids):
        raise ValueError("wants ids of channels and people, not their names, separated by spaces or commas")
    return ids


def _folder(text: str) -> Path:
    """Return the path with `~` replaced, made absolute: another working directory means the same place."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("has no home directory to stand on: give an absolute path") from error


_PORT = r":(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"  # up to 65535

_site = _shaped(
    rf"https?://([\w.-]+|\[[\da-fA-F:]+\])({_PORT})?(/[!-\"$->@-~]*)?",
    "wants an http or https URL without user, query or fragment",
)
_redis = _shaped(
    r"(rediss?://|unix:/)\S+|rediss?\+(sentinel://[^\s/]+/[^\s/]+(/\d+)?|cluster://[^\s/]+)/?",
    "wants a redis:// or unix:// URL, redis+sentinel://host,host/service/0 or redis+cluster://host,host",
)
_clock = _shaped(r"([01]\d|2[0-3]):[0-5]\d", "wants a time of day from 00:00 to 23:59")
_secret = _shaped(r"[!-~]+", "wants printable ASCII without spaces, as a header can carry it")
_bot_token = _shaped(r"\d{1,20}:[\w-]{1,100}", "wants a token as @BotFather gives it")
_webhook_secret = _shaped(r"[\w-]{1,256}", "wants 1 to 256 letters, digits, _ and -")
_slack_token = _shaped(r"xoxb-[\w-]{1,255}", "wants the Bot User OAuth Token of Slack's page OAuth & Permissions")
_app_token = _shaped(r"xapp-[\w-]{1,255}", "wants an App-Level Token of Slack's page Basic Information")
_client_id = _shaped(r"\d{1,20}\.\d{1,20}", "wants the Client ID of Slack's page Basic Information")
_fernet_key = _shaped(r"[\w-]{43}=", "wants 32 random bytes in URL-safe base64")
_address = _shaped(rf"([\w.-]+|\[[0-9A-Fa-f:]+\]){_PORT}", "wants an address and a port")
_chat_id = _shaped(
    r"telegram:-?[1-9]\d{0,15}|slack:T[A-Z0-9]{2,20}:[CDGUW][A-Z0-9]{2,20}",
    "wants telegram: and a chat's id, or slack:, a workspace's id, : and the id of a channel or person",
)
_level = _shaped("error|warning|info|debug", "wants error, warning, info or debug")
_contact = _shaped(r"[!-?A-~]+@[!-?A-~]+|https?://[!-~]+", "wants a mail address or a URL")

_model = _shaped(r"[!-~]{1,200}", "wants the name of a model, or provider:model")
_tokens = _shaped(r"[1-9]\d{0,11}", "wants a number of tokens above 0")
_dollars = _shaped(r"\d{1,6}(\.\d{1,9})?", "wants US dollars as a number")
_price = _shaped(
    r"\d{1,6}(\.\d{1,6})? +\d{1,6}(\.\d{1,6})?", "wants US dollars a million tokens, read and written: two numbers"
)

Price = tuple[float, float]
"""US dollars a million tokens that a language model reads, and that it writes."""

RedisUrl = Annotated[SecretStr, BeforeValidator(_redis)]
Clock = Annotated[dt.time, BeforeValidator(lambda text: dt.time.fromisoformat(_clock(text)))]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Categories = Annotated[tuple[str, ...], BeforeValidator(_categories)]
Chats = Annotated[tuple[str, ...], BeforeValidator(_chats)]
SlackIds = Annotated[tuple[str, ...], BeforeValidator(_slack_ids)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
EngineId = Annotated[str, BeforeValidator(_secret)]
BotToken = Annotated[SecretStr, BeforeValidator(_bot_token)]
WebhookSecret = Annotated[SecretStr, BeforeValidator(_webhook_secret)]
SlackToken = Annotated[SecretStr, BeforeValidator(_slack_token)]
AppToken = Annotated[SecretStr, BeforeValidator(_app_token)]
ClientId = Annotated[str, BeforeValidator(_client_id)]
FernetKey = Annotated[SecretStr, BeforeValidator(_fernet_key)]
Address = Annotated[str, BeforeValidator(_address)]
ChatId = Annotated[str, BeforeValidator(_chat_id)]
Level = Annotated[str, BeforeValidator(_level)]
Contact = Annotated[str, BeforeValidator(_contact)]
Site = Annotated[str, BeforeValidator(lambda text: _site(text).rstrip("/"))]
Folder = Annotated[Path, BeforeValidator(_folder)]
Model = Annotated[str, BeforeValidator(_model)]
Tokens = Annotated[int, BeforeValidator(lambda text: int(_tokens(text)))]
Dollars = Annotated[float, BeforeValidator(lambda text: float(_dollars(text)))]
PriceText = Annotated[Price, BeforeValidator(lambda text: tuple(_price(text).split()))]
