"""The pages do what they say: each command line is run, or parsed where it cannot be, and the pictures are current.

Lines of `sh` blocks and `paperboy ...` in backticks count, the tables' included. Each program is of a kind named
below; a new one wants a row there.
"""

import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import redis
import typer
from PIL import Image, ImageChops, ImageStat
from typer.main import get_command

from bot.cli import app
from bot.commands import COMMANDS
from brief.models import Language
from brief.settings import VARIABLES
from brief.store import key_of
from tests.fakes.sites import serve

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "README.zh.md", "deploy/README.md", *(f"docs/{p.name}" for p in sorted(ROOT.glob("docs/*.md")))]
PAPERBOY = Path(sys.executable).with_name("paperboy")
VERBS = get_command(app).commands  # type: ignore[attr-defined]
SAMPLE = "2026-05-01"
STANDS_FOR = {"D": SAMPLE, "F": "mine.toml", "FILE": "saved", "CHAT": "telegram:1", "TEXT": "/top", "VERB": "status"}

# Verbs that are parsed only. The others run, against sites on loopback and a Redis of the tests.
PARSED = {
    "run": "serves until a signal ends it; tests/bot/test_telegram_bot.py starts it",
    "collector": "serves until a signal ends it; tests/bot/test_delivery_kills.py starts it",
    "worker": "serves until a signal ends it; tests/bot/test_delivery_kills.py starts it",
    "bot": "serves until a signal ends it; tests/bot/test_delivery_kills.py starts it",
    "init": "asks on a terminal; tests/bot/test_init.py answers",
}
MAY_FAIL = {"check", "forget"}  # no chat is configured, and nothing is known of the chat: said with status 1
# Programs that no test runs here, and why. What they name of this repository must exist all the same.
OTHERS = {
    "docker": "needs a daemon and the internet",
    "kubectl": "needs a cluster",
    "systemctl": "needs systemd and root",
    "install": "writes into /etc, as root",
    "python3": "makes a virtual environment in /opt",
    "/opt/paperboy/bin/pip": "installs from the internet into /opt",
    "curl": "asks a service that the lines before started",
    "deploy/secrets.sh": "tests/deploy/ runs it",
    "cp": "the reader's .env",
    "chmod": "the reader's .env",
    "openssl": "a password for kubectl",
    "printf": "input of kubectl",
    "date": "only in the line for cron",
    "ls": "only in the line for cron",
    "tail": "only in the line for cron",
    "xargs": "only in the line for cron",
}


def shell_lines(text: str) -> Iterator[str]:
    """Yield the lines of `sh` blocks, continued ones joined, without the times of cron."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in re.sub(r"(\\|(?<=\|))\n", " ", block).splitlines():
            yield re.sub(r"^(?:[\d*]+ ){5}", "", line.strip())


def commands(line: str) -> Iterator[list[str]]:
    """Yield the simple commands of a shell line, comments left out."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.commenters, words.whitespace_split = "", True
    found = itertools.takewhile(lambda word: not word.startswith("#"), words)
    for ends, part in itertools.groupby(found, lambda word: set(word) <= set("();<>|&")):
        if not ends:
            yield list(part)


def variants(synopsis: str) -> Iterator[list[str]]:
    """Yield what a line of a table stands for: the verb alone, and with each of its options and their values."""
    stem = [STANDS_FOR.get(word, word) for word in shlex.split(re.sub(r"\[.*?\]", "", synopsis))]
    yield stem
    for group in re.findall(r"\[(.*?)\]", synopsis):
        option, _, values = group.partition(" ")
        for value in values.split("|"):
            yield [*stem, option, *([STANDS_FOR.get(value, value)] if value else [])]


def every_command() -> dict[tuple[str, ...], bool]:
    """Return each command of the pages, and whether it stands there as it is typed; what tables add to it does not."""
    found: dict[tuple[str, ...], bool] = {}
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        typed = [command for line in shell_lines(text) for command in commands(line)]
        for quoted in re.findall(r"`((?:paperboy|make) [^`]+)`", text.replace(r"\|", "|")):
            stem, *others = variants(quoted)
            typed.append(stem if not lacks_something(stem) else [*stem, "--help"])
            found |= {tuple(command): False for command in others if tuple(command) not in found}
        found |= {tuple(command): True for command in typed}
    return found


def lacks_something(command: list[str]) -> bool:
    """Tell whether only a verb is named that wants an argument."""
    verb = VERBS.get(command[1])
    return verb is not None and len(command) == 2 and any(param.required for param in verb.params)


COMMANDS_OF_PAGES = every_command()
OURS = {c[c.index("paperboy") + 1 :]: typed for c, typed in COMMANDS_OF_PAGES.items() if "paperboy" in c[:-1]}
NOT_OURS = [command for command in COMMANDS_OF_PAGES if "paperboy" not in command[:-1]]
RUN = [words for words, typed in OURS.items() if typed and words[0] not in PARSED]


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    with serve() as (_, urls):
        yield urls


def test_the_pages_have_commands_of_every_kind():
    assert {words[0] for words in OURS} == set(VERBS) == {words[0] for words in RUN} | set(PARSED)
    assert {command[1] for command in COMMANDS_OF_PAGES if command[0] == "make"} >= {
        "brief",
        "test",
        "lint",
        "pictures",
    }


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_the_program_understands_every_command_line(words):
    try:
        VERBS[words[0]].make_context(words[0], list(words[1:]))
    except typer.Exit as done:
        assert words[-1] == "--help", done  # noqa: PT017 - most lines raise nothing


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_what_can_run_runs(words, sites, redis_url, tmp_path):
    (tmp_path / "mine.toml").write_bytes((ROOT / "brief/default_profile.toml").read_bytes())
    (tmp_path / "votes.jsonl").write_text('{"id": "2604.26904", "vote": 1}\n')
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
        client.set(key_of("refused", "telegram:99"), "")  # what a backup is of
    environ = {"HOME": str(tmp_path), "PAPERBOY_DATA_DIR": str(tmp_path), "REDIS_URL": redis_url, **sites}
    line = [word.replace("/var/backups", str(tmp_path)) for word in on_the_sample_day(words)]
    if line[0] == "restore":
        program(["backup", line[1]], tmp_path, environ)
        with redis.Redis.from_url(redis_url) as client:
            client.flushdb()
    done = program(line, tmp_path, environ)
    assert done.returncode in ({0, 1} if line[0] in MAY_FAIL else {0}), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr


def on_the_sample_day(words: tuple[str, ...]) -> list[str]:
    """Return the command as on the one day that the sites of the tests know, with votes where votes are wanted."""
    line = [
        "votes.jsonl" if before == "--feedback" else word for before, word in zip(("", *words), words, strict=False)
    ]
    dated = any("--date" in param.opts for param in VERBS[words[0]].params) and "--date" not in words
    return [*line, "--date", SAMPLE] if dated else line


def program(line: list[str], folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PAPERBOY, *line],
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": str(PAPERBOY.parent), **environ},
        input="y\n",
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("words", NOT_OURS, ids=" ".join)
def test_every_other_command_names_what_there_is(words):
    assigned = list(itertools.takewhile(lambda word: re.match(r"\w+=", word), words))
    assert {word.partition("=")[0] for word in assigned if word[0].isupper()} <= set(VARIABLES)
    if rest := words[len(assigned) :]:
        known(*rest)
    for word in words:
        if re.match(r"(deploy|docs|bench)/", word) and not word.startswith("deploy/secrets/"):
            assert (ROOT / word).exists(), word


def known(name: str, *words: str) -> None:
    """Fail for a program of no kind: `make` plans its target, a script of ours exists, others have a reason above."""
    if name == "make":
        planned = subprocess.run(["make", "-n", *words], check=False, cwd=ROOT, capture_output=True, text=True)
        assert planned.returncode == 0, planned.stderr
    elif name == "python":
        assert (ROOT / words[0]).exists()
    else:
        assert name in OTHERS


@pytest.mark.parametrize("page", [page for page in PAGES if page.replace(".md", ".zh.md") in PAGES])
def test_a_page_names_the_same_in_both_languages(page):
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in (page, page.replace(".md", ".zh.md")))
    for pattern in (r"^\| (`[^\n]*?`) \| ", r"^```.*?^```", r"`([^`\n]+)`", r"\]\(([^)#]+)"):
        first, second = (
            {bare(one) for one in re.findall(pattern, without_drawings(t), re.MULTILINE | re.DOTALL)}
            for t in (english, chinese)
        )
        assert first == second, pattern
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", chinese, re.MULTILINE))


def bare(code: str) -> str:
    """Return code without comments and languages of pictures and pages, which are the page's."""
    return re.sub(r"\s+#.*|\.(?:en|zh)(?=\.(?:svg|png|md))", "", code)


def without_drawings(text: str) -> str:
    return re.sub(r"^```mermaid\n.*?^```\n", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["docs/readers.md", "docs/readers.zh.md"])
def test_the_page_for_readers_has_every_chat_command_and_no_other(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"`/(\w+)", text)) == {name for name, row in COMMANDS.items() if not row.hidden} - {"start"}


def test_links_between_the_pages_lead_somewhere():
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target, part in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", text):
            there = (ROOT / page).parent / target if target else ROOT / page
            assert there.exists(), (page, target)
            assert not part or part in anchors(there), (page, target, part)


def anchors(page: Path) -> set[str]:
    """Return what GitHub makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_pictures_are_what_the_script_draws_now(tmp_path):
    subprocess.run([sys.executable, ROOT / "docs/pictures.py", tmp_path], check=True, env={"PYTHONPATH": str(ROOT)})
    names = {"terminal": "svg", "telegram": "svg", "slack": "svg", "trends": "png"}
    wanted = {f"{name}.{language}.{kind}" for name, kind in names.items() for language in get_args(Language)}
    kept = ROOT / "docs/pictures"
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in kept.iterdir()} == wanted
    assert [name for name in wanted if not same(tmp_path / name, kept / name)] == [], "make pictures"
    assert sum(path.stat().st_size for path in kept.iterdir()) < 200_000


def same(drawn: Path, kept: Path) -> bool:
    """Tell whether two pictures are the same: SVG by the byte, PNG by what is seen, whatever Pillow packed it."""
    if kept.suffix == ".svg":
        return drawn.read_bytes() == kept.read_bytes()
    with Image.open(drawn) as one, Image.open(kept) as other:
        return one.size == other.size and max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 0.2
