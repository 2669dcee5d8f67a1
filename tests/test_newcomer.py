"""The README as a newcomer follows it: a clean clone, an empty home, and nothing but python3 and make."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sources.sample_site import SAMPLE_DATE
from tests.bot.telegramming import READER, said
from tests.fakes.sites import PREFIXES, serve
from tests.fakes.telegram import FakeTelegram, Message

ROOT = Path(__file__).parents[1]
SKIP = ""
NOWHERE = "http://127.0.0.1:9"  # the port of the discard service, which nobody runs any more
PATIENCE = 600  # seconds; what it takes is printed, and measured by bench/footprint.py
LEFT_OUT = ("*.egg-info", ".git", ".venv", "__pycache__", "build", ".*_cache", ".hypothesis")


class Newcomer:
    """Somebody with a clone; types what the README says and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.clone, home, tools = folder / "paperboy", folder / "home", folder / "tools"
        clone(self.clone)
        self.readme = (self.clone / "README.md").read_text()
        home.mkdir()
        tools.mkdir()
        for name, path in {"python3": sys._base_executable, **{n: shutil.which(n) for n in ("make", "touch")}}.items():
            (tools / name).symlink_to(Path(str(path)).resolve())
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        cache = {"PIP_CACHE_DIR": str(Path("~/.cache/pip").expanduser())}
        self.environ = cache | pip | {"PATH": str(tools), "HOME": str(home), "LANG": "C.UTF-8"}
        self._started = time.monotonic()

    @asynccontextmanager
    async def types(self, command: str, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Start a command of the README's in the clone; leaves nothing running."""
        assert re.search(rf"{re.escape(command)}\b", self.readme), f"the README does not say {command}"
        program, *arguments = command.split()
        where = self.clone / ".venv/bin/paperboy" if program == "paperboy" else program
        process = await asyncio.create_subprocess_exec(
            *(where, *arguments),
            cwd=self.clone,
            env=self.environ | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def reads(self, command: str, answers: tuple[str, ...] = (), **environ: str) -> str:
        """Return what a command prints until it ends well; `answers` are typed, one a line."""
        async with self.types(command, **environ) as process:
            typed = "".join(f"{answer}\n" for answer in answers).encode()
            out, _ = await asyncio.wait_for(process.communicate(typed), PATIENCE)
        assert process.returncode == 0, out.decode()
        return out.decode()

    def seconds(self) -> float:
        return time.monotonic() - self._started


def clone(folder: Path) -> None:
    """Clone the repository; copy the work tree where it is none, or git will not."""
    git = (ROOT / ".git").exists() and shutil.which("git")
    if not git or subprocess.run([git, "clone", "--quiet", ROOT, folder], check=False).returncode:
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))


async def test_a_newcomer_has_a_brief_and_a_bot_that_answers(tmp_path, capsys) -> None:
    newcomer = Newcomer(tmp_path)
    brief = await newcomer.reads("make brief", **dict.fromkeys(PREFIXES, NOWHERE))
    first_brief = newcomer.seconds()
    assert SAMPLE_DATE.isoformat() in brief
    async with FakeTelegram() as telegram:
        with serve() as (_, sites):
            top = await first_answer(newcomer, telegram, sites | {"TELEGRAM_API_URL": telegram.url})
    with capsys.disabled():
        print(f"\na newcomer's brief: {first_brief:.0f} s; an answer: {newcomer.seconds():.0f} s")  # noqa: T201 - asked for
    assert any("|card|" in data for data in top.data)
    assert "latent reasoning" in top.text.lower()
    assert not telegram.refusals


def tried_brief(folder: Path, tool: str, script: str) -> str:
    """Return what `make brief` says on stderr in a folder where a tool is no more than a script, and make fails."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "mkdir", "rm"):
        (tools / name).symlink_to(Path(str(shutil.which(name))).resolve())
    for name, text in {"python3": "", tool: script}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").touch()
    command = [tools / "make", "brief"]
    tried = subprocess.run(command, check=False, cwd=folder, env={"PATH": str(tools)}, capture_output=True, text=True)
    assert tried.returncode
    return tried.stderr


# As Debian's is without python3-venv: it gives up in the middle.
DEBIAN = '[ "$1 $2" != "-m venv" ] || { mkdir -p "$3/bin" && : >"$3/bin/python"; exit 1; }'


def test_a_half_made_environment_is_removed_and_what_is_missing_is_named(tmp_path) -> None:
    assert "apt install python3-venv" in tried_brief(tmp_path, "python3", DEBIAN)
    assert not (tmp_path / ".venv").exists()


def test_a_folder_that_stood_where_the_environment_is_to_be_stays(tmp_path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "mine").touch()
    tried_brief(tmp_path, "python3", DEBIAN)
    assert (tmp_path / ".venv" / "mine").exists()
    assert not (tmp_path / ".venv" / "bin" / "python").exists()  # or the next try would take it for whole


def test_a_failure_of_uv_is_not_told_as_one_of_debians(tmp_path) -> None:
    said = tried_brief(tmp_path, "uv", "echo no space left >&2; exit 1")
    assert "no space left" in said
    assert "apt install" not in said


async def first_answer(newcomer: Newcomer, telegram: FakeTelegram, sites: dict[str, str]) -> Message:
    """Return what the bot says to /top once everything is set up that the README names."""
    telegram.user(READER, "Anna")
    await telegram.send_text(READER, READER, "hello")
    answers = ("en", telegram.token, SKIP, "y", SKIP, "Tokyo", "7:30", SKIP, SKIP, "latent reasoning", SKIP, "y")
    assert "Anna" in await newcomer.reads("paperboy init", answers=answers, **sites)
    assert "Telegram" in await newcomer.reads("paperboy check", **sites)
    async with newcomer.types("paperboy run", PAPERBOY_LISTEN="127.0.0.1:0", **sites) as process:
        await telegram.next_message(READER)  # to the hello that `init` had found
        top = await said(telegram, "/top", READER)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    return top
