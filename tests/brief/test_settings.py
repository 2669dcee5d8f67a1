import datetime as dt
import itertools
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values

from brief.errors import SettingsError
from brief.settings import VARIABLES, Settings, load_settings

ROOT = Path(__file__).parents[2]

WRONG = {
    "REDIS_URL": "http://localhost",
    "PAPERBOY_CONTACT": "nobody\r\nX-Injected: 1",
    "BRIEF_TIME": "24:00",
    "BRIEF_TIMEZONE": "Mars/Olympus",
    "BRIEF_LANGUAGE": "fr",
    "ARXIV_CATEGORIES": "cs.AI; DROP",
    "TELEGRAM_BOT_TOKEN": "123456789 s3cret",
    "TELEGRAM_API_URL": "api.telegram.org",
    "TELEGRAM_CHATS": "@somebody",
    "TELEGRAM_WEBHOOK_URL": "bot.example.org",
    "TELEGRAM_WEBHOOK_SECRET": "s3cret with spaces",
    "SLACK_BOT_TOKEN": "xoxp-s3cret",
    "SLACK_APP_TOKEN": "xoxb-s3cret",
    "SLACK_SIGNING_SECRET": "s3cret with spaces",
    "SLACK_CHANNELS": "#papers",
    "SLACK_CLIENT_ID": "A0123456789",
    "SLACK_CLIENT_SECRET": "s3crét",
    "SLACK_ENCRYPTION_KEY": "s3cret",
    "SLACK_API_URL": "slack.com",
    "OPERATOR_CHAT": "telegram:@me",
    "PAPERBOY_LISTEN": "127.0.0.1:65536",
    "HUGGINGFACE_URL": "huggingface.co",
    "HF_TOKEN": "hf_s3cret with a space",
    "ARXIV_API_URL": "https://export.arxiv.org/?a=1",
    "ARXIV_URL": "ftp://arxiv.org",
    "ARXIV_RSS_URL": "https://",
    "GITHUB_API_URL": "https://user:s3cret@api.github.com",
    "GITHUB_TOKEN": "s3cret\nX-Injected: 1",
    "X_API_URL": "/x",
    "X_BEARER_TOKEN": "s3crét",
    "GOOGLE_API_URL": "http://a#b",
    "GOOGLE_API_KEY": "s3cret key",
    "GOOGLE_CSE_ID": "a b",
    "LLM_MODEL": "a model",
    "LLM_BASE_URL": "localhost:11434",
    "LLM_API_KEY": "s3cret key",
    "LLM_PRICE": "0.28",
    "LLM_FALLBACK_MODEL": "s3crét",
    "LLM_FALLBACK_BASE_URL": "http://user:s3cret@localhost/v1",
    "LLM_FALLBACK_API_KEY": "s3crét",
    "LLM_FALLBACK_PRICE": "1 -5",
    "LLM_DAILY_TOKENS": "0",
    "LLM_DAILY_USD": "nan",
    "EMBEDDINGS_MODEL": "a model",
    "EMBEDDINGS_BASE_URL": "http://localhost:99999/v1",
    "EMBEDDINGS_API_KEY": "s3cret key",
}


def mistakes(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return str(caught.value).splitlines()


def test_defaults_are_the_real_sites_without_any_secret() -> None:
    settings = load_settings({})
    assert settings.redis_url is None
    assert (settings.brief_time, settings.brief_timezone, settings.brief_language) == (
        dt.time(8),
        ZoneInfo("UTC"),
        "en",
    )
    assert settings.arxiv_categories == ("cs.AI", "cs.CL", "cs.LG", "cs.CV", "cs.MA", "cs.SE", "cs.RO")
    assert settings.huggingface_url == "https://huggingface.co"
    assert settings.hf_token is settings.github_token is settings.x_bearer_token is settings.google_api_key is None


def test_every_variable_has_its_field() -> None:
    settings = load_settings(
        {
            "REDIS_URL": "redis://:s3cret@cache:6380/2",
            "PAPERBOY_DATA_DIR": "~/papers",
            "PAPERBOY_PROFILE": "mine.toml",
            "PAPERBOY_CONTACT": "https://example.org/bot",
            "BRIEF_TIME": "06:30",
            "BRIEF_TIMEZONE": "Asia/Shanghai",
            "BRIEF_LANGUAGE": "zh",
            "ARXIV_CATEGORIES": "cs.CL, math.PR cond-mat.stat-mech,hep-th cs.CL",
            "HUGGINGFACE_URL": "http://127.0.0.1:9700/hf/",
            "HF_TOKEN": " hf_s3cret\n",
        }
    )
    assert settings.redis_url
    assert settings.redis_url.get_secret_value() == "redis://:s3cret@cache:6380/2"
    assert settings.paperboy_data_dir == Path.home() / "papers"
    assert settings.paperboy_profile == Path.cwd() / "mine.toml"
    assert settings.paperboy_contact == "https://example.org/bot"
    assert (settings.brief_time, settings.brief_timezone.key) == (dt.time(6, 30), "Asia/Shanghai")
    assert settings.brief_language == "zh"
    assert settings.arxiv_categories == ("cs.CL", "math.PR", "cond-mat.stat-mech", "hep-th")
    assert settings.huggingface_url == "http://127.0.0.1:9700/hf"
    assert settings.hf_token
    assert settings.hf_token.get_secret_value() == "hf_s3cret"


def example(*names: str) -> dict[str, str]:
    return {name: (Settings.model_fields[name.lower()].examples or [""])[0] for name in names}


def test_every_mistake_is_reported_at_once_with_an_example_and_without_the_value() -> None:
    across, *lines = mistakes(WRONG)
    assert across.startswith("SLACK_BOT_TOKEN, SLACK_CLIENT_ID: exclude each other")
    assert [line.split(":")[0] for line in lines] == [name for name in VARIABLES if name in WRONG]
    assert all(f"for example {line.split(':')[0]}=" in line for line in lines)
    assert "s3cr" not in "".join(lines)


TOGETHER = [
    ("EMBEDDINGS_MODEL", "EMBEDDINGS_BASE_URL"),
    ("GOOGLE_API_KEY", "GOOGLE_CSE_ID"),
    ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"),
    ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_ENCRYPTION_KEY"),
]
NEEDS = {
    **{name: tuple(group) for group in TOGETHER for name in group},
    "SLACK_BOT_TOKEN": ("SLACK_APP_TOKEN",),
    "SLACK_CHANNELS": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
}
NEEDS |= dict.fromkeys(("LLM_BASE_URL", "LLM_API_KEY", "LLM_PRICE", "LLM_FALLBACK_MODEL"), ("LLM_MODEL",))
NEEDS |= dict.fromkeys(
    ("LLM_FALLBACK_BASE_URL", "LLM_FALLBACK_API_KEY", "LLM_FALLBACK_PRICE"), ("LLM_FALLBACK_MODEL", "LLM_MODEL")
)
NEEDS["EMBEDDINGS_API_KEY"] = TOGETHER[0]
NEEDS |= {name: (*NEEDS[name], "SLACK_SIGNING_SECRET") for name in TOGETHER[-1]}


@pytest.mark.parametrize("name", VARIABLES)
def test_the_example_of_a_message_is_right(name: str) -> None:
    load_settings(example(name, *NEEDS.get(name, ())))


@pytest.mark.parametrize("zone", ["America", "../etc/passwd", "/etc/localtime", "UTC\0", "x" * 5000])
def test_a_time_zone_is_a_name_of_the_database(zone: str) -> None:
    assert mistakes({"BRIEF_TIMEZONE": zone})[0].startswith("BRIEF_TIMEZONE: is not a time zone")


@pytest.mark.parametrize("group", TOGETHER)
def test_a_part_of_what_goes_together_is_a_mistake_that_shows_the_rest(group: tuple[str, ...]) -> None:
    for name in group:
        [line] = mistakes(example(name))[:1]
        assert line.startswith(f"{', '.join(group)}: ")
        said = dict(word.split("=", 1) for word in line.split() if "=" in word)
        assert said == example(*(other for other in group if other != name))


@pytest.mark.parametrize("way", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_slack_is_one_workspace_or_many_and_needs_a_way_to_be_heard(way: str) -> None:
    one, many = example("SLACK_BOT_TOKEN"), example(*TOGETHER[-1])
    assert load_settings(one | example(way)).slack_bot_token
    assert load_settings(many | example(way)).slack_client_id
    assert [line.split(":")[0] for line in mistakes(one | many | example("SLACK_CHANNELS"))] == [
        "SLACK_BOT_TOKEN, SLACK_CLIENT_ID",
        "SLACK_BOT_TOKEN",
        "SLACK_CLIENT_ID",
    ]
    assert "SLACK_APP_TOKEN=xapp-" in mistakes(one)[0]
    assert mistakes(many | example(way, "SLACK_CHANNELS")) == [
        "SLACK_CHANNELS: needs SLACK_BOT_TOKEN too, for example SLACK_BOT_TOKEN=xoxb-your-token"
    ]


def test_the_example_of_a_key_is_one_that_encrypts() -> None:
    key = example("SLACK_ENCRYPTION_KEY")["SLACK_ENCRYPTION_KEY"]
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"token")) == b"token"


def test_chats_are_ids_or_everyone() -> None:
    assert load_settings({"TELEGRAM_CHATS": "12, -10034 12"}).telegram_chats == ("12", "-10034")
    assert load_settings({"TELEGRAM_CHATS": "*"}).telegram_chats == ("*",)
    slack = example("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN") | {"SLACK_CHANNELS": "C01, U01 D01,C01"}
    assert load_settings(slack).slack_channels == ("C01", "U01", "D01")


def test_the_price_of_a_model_is_two_numbers() -> None:
    assert load_settings(example("LLM_MODEL", "LLM_PRICE")).llm_price == (0.28, 0.42)
    assert (load_settings({}).llm_daily_tokens, load_settings({}).llm_daily_usd) == (1_000_000, None)
    assert load_settings(example("LLM_DAILY_USD")).llm_daily_usd == 0.5


def test_a_second_model_needs_a_first() -> None:
    assert mistakes(example("LLM_FALLBACK_MODEL"))[0].startswith("LLM_FALLBACK_MODEL: needs LLM_MODEL too")
    assert mistakes(example("LLM_MODEL", "LLM_FALLBACK_API_KEY"))[0].startswith("LLM_FALLBACK_API_KEY: needs LLM_FALL")


def test_empty_means_unset() -> None:
    nothing = dict.fromkeys(VARIABLES, "") | {f"{name}_FILE": " " for name in VARIABLES}
    assert load_settings(nothing) == load_settings({})


def test_secrets_do_not_show() -> None:
    secrets = ("REDIS_URL", "HF_TOKEN", "GITHUB_TOKEN", "X_BEARER_TOKEN", "GOOGLE_API_KEY")
    settings = load_settings(dict.fromkeys(secrets, "redis://s3cret") | {"GOOGLE_CSE_ID": "id"})
    assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_DATA_HOME": "/srv/data"}, Path("/srv/data/paperboy")),
        ({"XDG_DATA_HOME": "relative/is/ignored"}, Path.home() / ".local/share/paperboy"),
        ({}, Path.home() / ".local/share/paperboy"),
    ],
)
def test_data_folder_of_the_user(environ: dict[str, str], expected: Path) -> None:
    assert load_settings(environ).paperboy_data_dir == expected


# -- from a file -----------------------------------------------------------------------------------------------------


def test_any_variable_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("  hf_s3cret\n\n")
    (tmp_path / "time").write_text("07:15\n")
    settings = load_settings({"HF_TOKEN_FILE": str(tmp_path / "token"), "BRIEF_TIME_FILE": str(tmp_path / "time")})
    assert settings.hf_token
    assert settings.hf_token.get_secret_value() == "hf_s3cret"
    assert settings.brief_time == dt.time(7, 15)


def test_mistakes_about_files_stand_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00s3cret")
    lines = mistakes(
        {
            "HF_TOKEN": "s3cret",
            "HF_TOKEN_FILE": str(tmp_path / "absent"),
            "GITHUB_TOKEN_FILE": str(tmp_path / "absent"),
            "X_BEARER_TOKEN_FILE": str(tmp_path / "binary"),
            "ARXIV_URL_FILE": str(tmp_path),
            "BRIEF_TIME": "noon",
        }
    )
    starts = (
        "HF_TOKEN: is given twice",
        "ARXIV_URL_FILE: ",
        "GITHUB_TOKEN_FILE: ",
        "X_BEARER_TOKEN_FILE: ",
        "BRIEF_TIME: ",
    )
    assert len(lines) == len(starts)
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))
    assert "s3cret" not in "".join(lines)


# -- .env ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return tmp_path


def test_the_process_wins_over_dotenv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("BRIEF_TIME=09:00\nBRIEF_LANGUAGE=zh\nHF_TOKEN='a$HOME'\nGITHUB_TOKEN=stored\n")
    (folder / "token").write_text("from-file")
    monkeypatch.setenv("BRIEF_TIME", "10:00")
    monkeypatch.setenv("BRIEF_LANGUAGE", "")
    monkeypatch.setenv("GITHUB_TOKEN_FILE", "token")
    settings = load_settings()
    assert (settings.brief_time, settings.brief_language) == (dt.time(10), "zh")
    assert settings.hf_token
    assert settings.github_token
    assert settings.hf_token.get_secret_value() == "a$HOME"
    assert settings.github_token.get_secret_value() == "from-file"


def test_a_dotenv_that_cannot_be_opened_or_read_says_why(folder: Path) -> None:
    (folder / ".env").symlink_to("/proc/self/mem")  # which nobody can read from its start
    with pytest.raises(SettingsError, match=r"^\.env: cannot be read \(Input/output error\)"):
        load_settings()


def test_a_mistake_is_said_without_the_librarys_words() -> None:
    with pytest.raises(SettingsError, match=r"^BRIEF_LANGUAGE: has to be 'zh' or 'en'"):
        load_settings({"BRIEF_LANGUAGE": "fr"})


def test_a_broken_dotenv_is_a_mistake(folder: Path) -> None:
    (folder / ".env").write_bytes(b"HF_TOKEN=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env: cannot be read"):
        load_settings()


def test_the_example_file_lists_every_variable_with_its_default_and_a_comment() -> None:
    given = dotenv_values(ROOT / ".env.example")
    assert sorted(given) == sorted(VARIABLES)
    assert load_settings({name: value or "" for name, value in given.items()}) == load_settings({})
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert all(above.startswith("# ") for above, line in itertools.pairwise(lines) if "=" in line)
