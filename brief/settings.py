"""Settings from the environment: one field a variable, and every mistake reported at once."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, ValidationError

from brief.errors import SettingsError
from brief.models import Language, Value
from brief.setting_types import (
    Address,
    AppToken,
    BotToken,
    Categories,
    ChatId,
    Chats,
    ClientId,
    Clock,
    Contact,
    Dollars,
    EngineId,
    FernetKey,
    Folder,
    Level,
    Model,
    PriceText,
    RedisUrl,
    Secret,
    Site,
    SlackIds,
    SlackToken,
    Tokens,
    WebhookSecret,
    Zone,
)

_FILE_LIMIT = 65_536  # bytes; a secret is shorter, and `X_FILE=/dev/zero` must end


class Settings(Value):
    """What can be configured; a field is its variable in lower case. Secrets do not show in repr.

    Each `*_url` is the part before the site's own path, without a slash at its end.
    """

    redis_url: RedisUrl | None = Field(None, examples=["redis://localhost:6379/0"])
    paperboy_data_dir: Folder = Field(examples=["/var/lib/paperboy"])
    paperboy_profile: Folder | None = Field(None, examples=["/home/me/profile.toml"])
    paperboy_contact: Contact | None = Field(None, examples=["me@example.org"])
    brief_time: Clock = Field(dt.time(8), examples=["08:00"])
    brief_timezone: Zone = Field(ZoneInfo("UTC"), examples=["Asia/Shanghai"])
    brief_language: Language = Field("en", examples=["zh"])
    arxiv_categories: Categories = Field(
        ("cs.AI", "cs.CL", "cs.LG", "cs.CV", "cs.MA", "cs.SE", "cs.RO"), examples=["cs.AI cs.CL"]
    )
    telegram_bot_token: BotToken | None = Field(None, examples=["123456789:AAE-your-token"])
    telegram_api_url: Site = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    telegram_chats: Chats = Field((), examples=["123456789 -1001234567890"])
    telegram_webhook_url: Site | None = Field(None, examples=["https://bot.example.org/telegram"])
    telegram_webhook_secret: WebhookSecret | None = Field(None, examples=["a-long-random-word"])
    slack_bot_token: SlackToken | None = Field(None, examples=["xoxb-your-token"])
    slack_app_token: AppToken | None = Field(None, examples=["xapp-1-your-token"])
    slack_signing_secret: Secret | None = Field(None, examples=["0123456789abcdef0123456789abcdef"])
    slack_channels: SlackIds = Field((), examples=["C0123456789 U0123456789"])
    slack_client_id: ClientId | None = Field(None, examples=["1234567890.1234567890123"])
    slack_client_secret: Secret | None = Field(None, examples=["0123456789abcdef0123456789abcdef"])
    slack_encryption_key: FernetKey | None = Field(None, examples=["AN-EXAMPLE-ONLY-MAKE-YOUR-OWN-KEY-012345678="])
    slack_api_url: Site = Field("https://slack.com", examples=["https://slack.com"])
    operator_chat: ChatId | None = Field(None, examples=["telegram:123456789"])
    paperboy_listen: Address = Field("127.0.0.1:8080", examples=["127.0.0.1:8080"])
    log_level: Level = Field("info", examples=["info"])
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
    google_cse_id: EngineId | None = Field(None, examples=["0123456789abcdef0"])
    llm_model: Model | None = Field(None, examples=["deepseek:deepseek-chat"])
    llm_base_url: Site | None = Field(None, examples=["http://localhost:11434/v1"])
    llm_api_key: Secret | None = Field(None, examples=["sk-..."])
    llm_price: PriceText | None = Field(None, examples=["0.28 0.42"])
    llm_fallback_model: Model | None = Field(None, examples=["anthropic:claude-haiku-4-5"])
    llm_fallback_base_url: Site | None = Field(None, examples=["http://localhost:11434/v1"])
    llm_fallback_api_key: Secret | None = Field(None, examples=["sk-..."])
    llm_fallback_price: PriceText | None = Field(None, examples=["1 5"])
    llm_daily_tokens: Tokens = Field(1_000_000, examples=["1000000"])
    llm_daily_usd: Dollars | None = Field(None, examples=["0.50"])
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


def in_container() -> bool:
    """Tell whether the process is in a container, of which only what is published is reached.

    Podman, LXC and systemd-nspawn set the variable, and so does our image: https://systemd.io/CONTAINER_INTERFACE
    """
    return bool(os.environ.get("container"))  # noqa: SIM112 - its name is in small letters


def _given(mistakes: list[str]) -> dict[str, str]:
    try:
        stored = dotenv_values(".env", interpolate=False)
    except OSError as error:
        mistakes.append(f".env: cannot be read ({error.strerror}): make it a file that this user may read")
        stored = {}
    except UnicodeError:
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
        what = mistake["msg"].removeprefix("Value error, ").replace("Input should be", "has to be")
        lines.append(f"{field.upper()}: {what}, for example {_example(field.upper())}")
    return lines
