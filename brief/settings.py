"""Settings from the environment: one field a variable, and every mistake reported at once."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError

from brief.errors import SettingsError
from brief.models import Language, Value

_FILE_LIMIT = 65_536  # bytes; a secret is shorter, and `X_FILE=/dev/zero` must end


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


_site = _shaped(
    r"https?://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?(/[!-\"$->@-~]*)?",
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
_address = _shaped(r"([\w.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}", "wants an address and a port")
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

Site = Annotated[str, BeforeValidator(lambda text: _site(text).rstrip("/"))]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
Model = Annotated[str, BeforeValidator(_model)]
PriceText = Annotated[Price, BeforeValidator(lambda text: tuple(_price(text).split()))]


def _folder(text: str) -> Path:
    """Return the path with `~` replaced, made absolute: another working directory means the same place."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("has no home directory to stand on: give an absolute path") from error


Folder = Annotated[Path, BeforeValidator(_folder)]


class Settings(Value):
    """What can be configured; a field is its variable in lower case. Secrets do not show in repr.

    Each `*_url` is the part before the site's own path, without a slash at its end.
    """

    redis_url: Annotated[SecretStr, BeforeValidator(_redis)] | None = Field(None, examples=["redis://localhost:6379/0"])
    paperboy_data_dir: Folder = Field(examples=["/var/lib/paperboy"])
    paperboy_profile: Folder | None = Field(None, examples=["/home/me/profile.toml"])
    paperboy_contact: Annotated[str, BeforeValidator(_contact)] | None = Field(None, examples=["me@example.org"])
    brief_time: Annotated[dt.time, BeforeValidator(lambda text: dt.time.fromisoformat(_clock(text)))] = Field(
        dt.time(8), examples=["08:00"]
    )
    brief_timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(ZoneInfo("UTC"), examples=["Asia/Shanghai"])
    brief_language: Language = Field("en", examples=["zh"])
    arxiv_categories: Annotated[tuple[str, ...], BeforeValidator(_categories)] = Field(
        ("cs.AI", "cs.CL", "cs.LG", "cs.CV", "cs.MA", "cs.SE", "cs.RO"), examples=["cs.AI cs.CL"]
    )
    telegram_bot_token: Annotated[SecretStr, BeforeValidator(_bot_token)] | None = Field(
        None, examples=["123456789:AAE-your-token"]
    )
    telegram_api_url: Site = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    telegram_chats: Annotated[tuple[str, ...], BeforeValidator(_chats)] = Field(
        (), examples=["123456789 -1001234567890"]
    )
    telegram_webhook_url: Site | None = Field(None, examples=["https://bot.example.org/telegram"])
    telegram_webhook_secret: Annotated[SecretStr, BeforeValidator(_webhook_secret)] | None = Field(
        None, examples=["a-long-random-word"]
    )
    slack_bot_token: Annotated[SecretStr, BeforeValidator(_slack_token)] | None = Field(
        None, examples=["xoxb-your-token"]
    )
    slack_app_token: Annotated[SecretStr, BeforeValidator(_app_token)] | None = Field(
        None, examples=["xapp-1-your-token"]
    )
    slack_signing_secret: Secret | None = Field(None, examples=["0123456789abcdef0123456789abcdef"])
    slack_channels: Annotated[tuple[str, ...], BeforeValidator(_slack_ids)] = Field(
        (), examples=["C0123456789 U0123456789"]
    )
    slack_client_id: Annotated[str, BeforeValidator(_client_id)] | None = Field(
        None, examples=["1234567890.1234567890123"]
    )
    slack_client_secret: Secret | None = Field(None, examples=["0123456789abcdef0123456789abcdef"])
    slack_encryption_key: Annotated[SecretStr, BeforeValidator(_fernet_key)] | None = Field(
        None, examples=["AN-EXAMPLE-ONLY-MAKE-YOUR-OWN-KEY-012345678="]
    )
    slack_api_url: Site = Field("https://slack.com", examples=["https://slack.com"])
    operator_chat: Annotated[str, BeforeValidator(_chat_id)] | None = Field(None, examples=["telegram:123456789"])
    paperboy_listen: Annotated[str, BeforeValidator(_address)] = Field("127.0.0.1:8080", examples=["127.0.0.1:8080"])
    log_level: Annotated[str, BeforeValidator(_level)] = Field("info", examples=["info"])
    huggingface_url: Site = Field("https://huggingface.co", examples=["https://huggingface.co"])
    hf_token: Secret | None = Field(None, examples=["hf_..."])
    arxiv_api_url: Site = Field("https://export.arxiv.org", examples=["https://export.arxiv.org"])
    arxiv_url: Site = Field("https://arxiv.org", examples=["https://arxiv.org"])
    arxiv_rss_url: Site = Field("https://rss.arxiv.org", examples=["https://rss.arxiv.org"])
    github_api_url: Site = Field("https://api.github.com", examples=["https://api.github.com"])
    github_token: Secret | None = Field(None, examples=["github_pat_..."])
    x_api_url: Site = Field("https://api.x.com", examples=["https://api.x.com"])
    x_bearer_token: Secret | None = Field(None, examples=["AAAA..."])
    google_api_url: Site = Field("https://www.googleapis.com", examples=["https://www.googleapis.com"])
    google_api_key: Secret | None = Field(None, examples=["AIza..."])
    google_cse_id: Annotated[str, BeforeValidator(_secret)] | None = Field(None, examples=["0123456789abcdef0"])
    llm_model: Model | None = Field(None, examples=["deepseek:deepseek-chat"])
    llm_base_url: Site | None = Field(None, examples=["http://localhost:11434/v1"])
    llm_api_key: Secret | None = Field(None, examples=["sk-..."])
    llm_price: PriceText | None = Field(None, examples=["0.28 0.42"])
    llm_fallback_model: Model | None = Field(None, examples=["anthropic:claude-haiku-4-5"])
    llm_fallback_base_url: Site | None = Field(None, examples=["http://localhost:11434/v1"])
    llm_fallback_api_key: Secret | None = Field(None, examples=["sk-..."])
    llm_fallback_price: PriceText | None = Field(None, examples=["1 5"])
    llm_daily_tokens: Annotated[int, BeforeValidator(lambda text: int(_tokens(text)))] = Field(
        1_000_000, examples=["1000000"]
    )
    llm_daily_usd: Annotated[float, BeforeValidator(lambda text: float(_dollars(text)))] | None = Field(
        None, examples=["0.50"]
    )
    embeddings_model: Model | None = Field(None, examples=["text-embedding-3-small"])
    embeddings_base_url: Site | None = Field(None, examples=["https://api.openai.com/v1"])
    embeddings_api_key: Secret | None = Field(None, examples=["sk-..."])


_TOGETHER = (
    ("EMBEDDINGS_MODEL", "EMBEDDINGS_BASE_URL"),
    ("GOOGLE_API_KEY", "GOOGLE_CSE_ID"),
    ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"),
    ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_ENCRYPTION_KEY"),
)
_APART = (("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "one workspace or many"),)
_NEEDS = (  # a variable, and those of which it needs one
    ("SLACK_BOT_TOKEN", ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")),  # Socket Mode, HTTP
    ("SLACK_CLIENT_ID", ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")),
    ("SLACK_CHANNELS", ("SLACK_BOT_TOKEN",)),
    ("LLM_BASE_URL", ("LLM_MODEL",)),
    ("LLM_API_KEY", ("LLM_MODEL",)),
    ("LLM_PRICE", ("LLM_MODEL",)),
    ("LLM_FALLBACK_MODEL", ("LLM_MODEL",)),
    ("LLM_FALLBACK_BASE_URL", ("LLM_FALLBACK_MODEL",)),
    ("LLM_FALLBACK_API_KEY", ("LLM_FALLBACK_MODEL",)),
    ("LLM_FALLBACK_PRICE", ("LLM_FALLBACK_MODEL",)),
    ("EMBEDDINGS_API_KEY", ("EMBEDDINGS_MODEL",)),
)

VARIABLES = tuple(name.upper() for name in Settings.model_fields)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a mapping; without one, of the process and of `.env` in the current directory.

    The process wins over `.env`; an empty value counts as not set; `X_FILE` names a file that holds X. Raises
    SettingsError with one line a mistake: the variable, what is wrong, a right example; never a secret.
    """
    mistakes: list[str] = []
    given = _given(mistakes) if environ is None else environ
    values = {name: _value(name, given, mistakes) for name in VARIABLES}
    values["PAPERBOY_DATA_DIR"] = values["PAPERBOY_DATA_DIR"] or _default_folder(given)
    mistakes += _disagreements({name for name, value in values.items() if value})
    try:
        settings = Settings.model_validate({name.lower(): value for name, value in values.items() if value})
    except ValidationError as error:
        mistakes += _explained(error)
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def given_values() -> dict[str, str]:
    """Return what the process and `.env` set, as it is, in either form; empty values are left out."""
    return _given([])


def mistake(name: str, value: str) -> str:
    """Return what is wrong with a value of a variable, with a right example, never the value; empty for nothing."""
    if name not in VARIABLES:
        return ""
    try:
        Settings.model_validate({"paperboy_data_dir": "/", name.lower(): value})
    except ValidationError as error:
        return _explained(error)[0]
    return ""


def _given(mistakes: list[str]) -> dict[str, str]:
    try:
        stored = dotenv_values(".env", interpolate=False)
    except (OSError, UnicodeError):
        mistakes.append(".env: cannot be read as UTF-8 text")
        stored = {}
    known = {name: value for name, value in stored.items() if value and not _set_by_process(name)}
    return known | {name: value for name, value in os.environ.items() if value}


def _set_by_process(name: str) -> bool:
    """Tell whether the process sets a variable in either of its two forms, directly or by file."""
    plain = name.removesuffix("_FILE")
    return bool(os.environ.get(plain) or os.environ.get(f"{plain}_FILE"))


def _value(name: str, given: Mapping[str, str], mistakes: list[str]) -> str:
    direct, path = given.get(name, "").strip(), given.get(f"{name}_FILE", "").strip()
    if not path:
        return direct
    if direct:
        mistakes.append(f"{name}: is given twice, as {name} and as {name}_FILE: keep one")
        return ""
    try:
        with Path(path).open("rb") as file:
            return file.read(_FILE_LIMIT).decode().strip()
    except (OSError, ValueError):
        mistakes.append(f"{name}_FILE: names no readable text file, for example {name}_FILE=/run/secrets/{name}")
        return ""


def _disagreements(given: set[str]) -> list[str]:
    """Return what is wrong about which variables are set, whatever their values."""
    lines = []
    for group in _TOGETHER:
        missing = [name for name in group if name not in given]
        if 0 < len(missing) < len(group):
            lines.append(f"{', '.join(group)}: go together: set all or none, for example {_example(*missing)}")
    for one, other, why in _APART:
        if {one, other} <= given:
            lines.append(f"{one}, {other}: exclude each other ({why}): keep one, for example {_example(one)}")
    for name, needed in _NEEDS:
        if name in given and given.isdisjoint(needed):
            lines.append(f"{name}: needs {' or '.join(needed)} too, for example {_example(needed[0])}")
    return lines


def _example(*names: str) -> str:
    return " ".join(f"{name}={(Settings.model_fields[name.lower()].examples or [''])[0]}" for name in names)


def _default_folder(given: Mapping[str, str]) -> str:
    """Return the user's data folder of https://specifications.freedesktop.org/basedir-spec/."""
    base = given.get("XDG_DATA_HOME", "")
    return f"{base if Path(base).is_absolute() else '~/.local/share'}/paperboy"


def _explained(error: ValidationError) -> list[str]:
    lines = []
    for mistake in error.errors(include_input=False, include_url=False):
        field = str(mistake["loc"][0])
        what = mistake["msg"].removeprefix("Value error, ")
        lines.append(f"{field.upper()}: {what}, for example {_example(field.upper())}")
    return lines
