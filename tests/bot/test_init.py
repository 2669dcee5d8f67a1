"""`paperboy init` as a newcomer meets it: answers from a pipe or a terminal, the services as strict fakes."""

import asyncio
import io
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.env_file import edited
from bot.init_profile import as_toml
from brief.own_profile import profile_from_text
from brief.profile import Profile, load_profile
from brief.settings import load_settings
from tests.fakes.llm import FakeLLM
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")
SKIP = ""


class Newcomer:
    """A folder with nothing in it, and the program in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.env = folder, folder / ".env"
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.environ = kept | {"HOME": str(folder), "LANG": "C.UTF-8"}

    async def init(self, *answers: str, status: int = 0, **environ: str) -> str:
        """Return what was printed when each question got its answer, and the rest none."""
        process = await asyncio.create_subprocess_exec(
            PAPERBOY,
            "init",
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate("".join(f"{a}\n" for a in answers).encode()), PATIENCE)
        assert process.returncode == status, said.decode()
        return said.decode()

    @property
    def values(self) -> dict[str, str | None]:
        return dotenv_values(self.env, interpolate=False)


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


@pytest.mark.parametrize(
    ("environ", "language"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"), ({"LANG": "de_DE"}, "en")],
)
async def test_the_terminals_own_language_is_offered(newcomer, environ, language) -> None:
    said = await newcomer.init(**environ)
    assert f"[{language}]" in said.splitlines()[0]
    assert newcomer.values["BRIEF_LANGUAGE"] == language


async def test_everything_is_asked_tried_and_written(newcomer, redis_url) -> None:
    async with FakeTelegram() as telegram, FakeSlack() as slack, FakeLLM({"ok": True}) as llm:
        telegram.user(101, "Anna")
        await telegram.send_text(101, 101, "hello")
        sites = {"TELEGRAM_API_URL": telegram.url, "SLACK_API_URL": slack.url}
        said = await newcomer.init(
            *("en", "not a token", "123:unknown", telegram.token),
            *(SKIP, "y"),
            *(slack.token.replace("1", "2"), slack.token, "xapp-wrong", slack.app_token),
            *("Springfield", "Cambridge", "Tokyo", "25:00", "7:30"),
            *("redis://127.0.0.1:9/0", redis_url),
            *("no-such-model", llm.url, llm.key, llm.model, llm.url, llm.key),
            *("latent reasoning", "avoid: medical imaging", SKIP, "y"),
            **sites,
        )
    assert "BotFather" in said
    assert "slack-manifest.yaml" in said
    assert "@paperboy_bot" in said
    assert "Anna (101)" in said
    assert said.count("That did not work") == 5
    assert newcomer.values == {
        "BRIEF_LANGUAGE": "en",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_CHATS": "101",
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "BRIEF_TIMEZONE": "Asia/Tokyo",
        "BRIEF_TIME": "07:30",
        "REDIS_URL": redis_url,
        "LLM_MODEL": llm.model,
        "LLM_BASE_URL": llm.url,
        "LLM_API_KEY": llm.key,
        "PAPERBOY_PROFILE": str(newcomer.folder / "profile.toml"),
    }
    assert load_settings(dict(newcomer.values)).brief_time.hour == 7
    profile = load_profile(newcomer.folder / "profile.toml")
    assert ([d.en for d in profile.directions], profile.avoid) == (["latent reasoning"], ("medical imaging",))
    assert newcomer.env.stat().st_mode & 0o777 == 0o600
    assert not any(secret in said for secret in (telegram.token, slack.token, slack.app_token, llm.key))
    assert "paperboy run" in said


async def test_every_question_can_be_skipped(newcomer) -> None:
    said = await newcomer.init()
    assert newcomer.values == {"BRIEF_LANGUAGE": "en"}
    assert "paperboy brief" in said
    assert [path.name for path in newcomer.folder.iterdir()] == [".env"]


async def test_it_speaks_chinese_when_asked_to(newcomer) -> None:
    said = await newcomer.init("zh", SKIP, SKIP, "上海", SKIP, SKIP, SKIP, "隐空间推理", SKIP, "是")
    assert "接下来" in said
    assert newcomer.values["BRIEF_TIMEZONE"] == "Asia/Shanghai"
    assert load_profile(newcomer.folder / "profile.toml").directions[0].zh == "隐空间推理"


async def test_what_is_there_stays_unless_one_says_so_and_secrets_are_not_shown(newcomer) -> None:
    before = "# mine\nTELEGRAM_BOT_TOKEN=123:secret-token # why\nexport BRIEF_TIMEZONE='Europe/Berlin'\nOTHER=1\n"
    newcomer.env.write_text(before)
    newcomer.env.chmod(0o644)
    said = await newcomer.init("en", SKIP, SKIP, SKIP, "y", "Tokyo")
    assert "123:secret-token" not in said
    assert "TELEGRAM_BOT_TOKEN: set already" in said
    expected = before.replace("export BRIEF_TIMEZONE='Europe/Berlin'", "BRIEF_TIMEZONE=Asia/Tokyo")
    assert newcomer.env.read_text() == expected + "BRIEF_LANGUAGE=en\n"
    assert newcomer.env.stat().st_mode & 0o777 == 0o600


async def test_a_value_that_cannot_be_used_is_told_and_asked_for(newcomer) -> None:
    newcomer.env.write_text("BRIEF_TIMEZONE=Mars\nBRIEF_TIME=8am\n")
    said = await newcomer.init("en", SKIP, SKIP, "Berlin", "9:00")
    assert "BRIEF_TIMEZONE" in said
    assert newcomer.values == {"BRIEF_TIMEZONE": "Europe/Berlin", "BRIEF_TIME": "09:00", "BRIEF_LANGUAGE": "en"}


async def test_what_a_file_holds_is_left_to_it(newcomer) -> None:
    (newcomer.folder / "token").write_text("123:secret")
    said = await newcomer.init("en", TELEGRAM_BOT_TOKEN_FILE="token")
    assert "TELEGRAM_BOT_TOKEN_FILE" in said
    assert "TELEGRAM_BOT_TOKEN" not in newcomer.values


async def test_the_example_file_is_the_beginning_of_a_new_one(newcomer) -> None:
    (newcomer.folder / ".env.example").write_text("# Time of day\nBRIEF_TIME=08:00\n# Where\nBRIEF_TIMEZONE=UTC\n")
    await newcomer.init("en", SKIP, SKIP, "Tokyo")
    text = newcomer.env.read_text()
    assert text.startswith("# Time of day\nBRIEF_TIME=08:00\n# Where\nBRIEF_TIMEZONE=Asia/Tokyo\n")


async def test_slack_is_left_out_with_one_token_only(newcomer) -> None:
    async with FakeSlack() as slack:
        said = await newcomer.init("en", SKIP, slack.token, SKIP, SLACK_API_URL=slack.url)
    assert "both" in said
    assert "SLACK_BOT_TOKEN" not in newcomer.values


async def test_chats_can_be_typed(newcomer) -> None:
    async with FakeTelegram() as telegram:
        await newcomer.init("en", telegram.token, "everyone", "7 -1001", TELEGRAM_API_URL=telegram.url)
    assert newcomer.values["TELEGRAM_CHATS"] == "7 -1001"


async def test_nobody_wrote_yet(newcomer) -> None:
    async with FakeTelegram() as telegram:
        said = await newcomer.init("en", telegram.token, SKIP, "n", TELEGRAM_API_URL=telegram.url)
    assert "Nobody else wrote" in said
    assert "TELEGRAM_CHATS" not in newcomer.values


async def test_who_may_not_use_the_bot_yet_is_told_how(newcomer) -> None:
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        sites = {"TELEGRAM_API_URL": telegram.url, "SLACK_API_URL": slack.url}
        slack_tokens = (slack.token, slack.app_token)
        nobody = await newcomer.init("en", telegram.token, SKIP, "n", *slack_tokens, **sites)
        listed = await newcomer.init("zh", SKIP, "7", SKIP, SKIP, **sites, SLACK_CHANNELS="C0123456789")
    assert "set TELEGRAM_CHATS" in nobody
    assert "/paperboy subscribe" in nobody
    assert "paperboy run" in listed
    assert "TELEGRAM_CHATS 设为" not in listed
    assert "/paperboy subscribe" not in listed


async def test_a_language_nobody_knows_is_asked_for_again(newcomer) -> None:
    said = await newcomer.init("deutsch", "中文")
    assert "Please answer" in said
    assert newcomer.values["BRIEF_LANGUAGE"] == "zh"


async def test_that_nothing_can_be_written_is_said_before_the_first_question(newcomer) -> None:
    newcomer.folder = Path("/proc")  # where not even root makes a file
    said = await newcomer.init("en", status=1)
    assert "Nothing can be written in /proc" in said
    assert "在 /proc 里什么都写不了" in said
    assert "Errno" not in said
    assert "Language" not in said


async def test_the_folder_that_is_named_is_the_one_that_was_tried(newcomer) -> None:
    newcomer.env.symlink_to("/proc/paperboy.env")
    said = await newcomer.init("en", status=1)
    assert "Nothing can be written in /proc:" in said
    assert str(newcomer.folder) not in said


async def test_a_file_that_cannot_be_read_is_said_before_the_first_question(newcomer) -> None:
    newcomer.env.mkdir()
    said = await newcomer.init("en", status=1)
    assert f"{newcomer.env} cannot be read" in said
    assert "Language" not in said


def test_a_secret_does_not_show_and_ctrl_c_leaves_nothing(newcomer) -> None:
    parent, child = pty.openpty()
    secret = b"123:TypedAndNotShown"
    command = [str(PAPERBOY), "init"]
    environ = newcomer.environ | {"TELEGRAM_API_URL": "http://127.0.0.1:9"}
    with subprocess.Popen(
        command,
        cwd=newcomer.folder,
        env=environ,
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
        preexec_fn=_interruptible,  # noqa: PLW1509 - it does nothing else
    ) as process:
        os.close(child)
        said = _until(parent, b"[en]")
        os.write(parent, b"\n")
        said += _until(parent, b"Enter for no Telegram: ")
        os.write(parent, secret + b"\n")
        said += _until(parent, b"did not work", b"Enter for no Telegram: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    os.close(parent)
    assert secret not in said
    assert b"Traceback" not in said
    assert list(newcomer.folder.iterdir()) == []


def _interruptible() -> None:
    """Have Ctrl-C mean what it does in a terminal, also where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _until(terminal: int, *texts: bytes) -> bytes:
    """Return what a terminal shows until the texts came, one after the other."""
    said, place = b"", 0
    for text in texts:
        while (found := said.find(text, place)) < 0:
            said += os.read(terminal, 4096)
        place = found + len(text)
    return said


# -- the files --------------------------------------------------------------------------------------------------------

_values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1).filter(
    lambda text: "NAME" not in text
)


@given(_values, st.lists(st.sampled_from(["# a comment", "", "OTHER='x y'", "NAME=old", " NAME = 'older'"])))
def test_a_value_is_read_back_as_it_was_whatever_stands_around_it(value: str, lines: list[str]) -> None:
    text = edited("\n".join(lines), {"NAME": value})
    assert dotenv_values(stream=io.StringIO(text), interpolate=False)["NAME"] == value
    kept = [line for line in "\n".join(lines).splitlines() if "NAME" not in line]
    assert [line for line in text.splitlines() if not line.lstrip().startswith("NAME")] == kept


@given(st.text(max_size=300))
def test_a_profile_file_says_what_was_understood(text: str) -> None:
    profile, _ = profile_from_text(text, "my-reading", load_profile())
    if profile:
        import tomllib  # noqa: PLC0415

        read = Profile.model_validate(tomllib.loads(as_toml(profile)))
        assert [(d.en, d.keywords) for d in read.directions] == [(d.en, d.keywords) for d in profile.directions]
