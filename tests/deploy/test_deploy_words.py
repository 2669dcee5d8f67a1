"""What the papers and files of deploy/ name exists: verbs, settings, metrics, make targets and files of ours."""

import re
from pathlib import Path

import pytest

from bot.metrics import Metrics
from brief.settings import Settings
from tests.deploy.reading import DEPLOY, ROOT, SETTINGS, VERBS

PAPERS = [ROOT / "SECURITY.md", DEPLOY / "README.md"]
EVERY = [*PAPERS, *(path for path in DEPLOY.rglob("*") if path.is_file() and path not in PAPERS)]
FILES = [path for path in EVERY if not path.is_relative_to(DEPLOY / "secrets")]  # an operator's own
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b")
# Not ours: X_FILE stands for all, then pip's, Python's and redis-cli's, and systemd's words for kinds of addresses.
OTHERS = re.compile(r"X_FILE$|PIP_|PYTHON|REDISCLI_AUTH$|AF_")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_variable_is_a_setting(path: Path):
    named = {name for name in VARIABLE.findall(text(path)) if not OTHERS.match(name)}
    assert named <= SETTINGS, named - SETTINGS


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_verb_is_one(path: Path):
    verbs = re.findall(r"(?:`|bin/|exec \w+ )paperboy ([a-z]+)", text(path))
    assert set(verbs) <= VERBS


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
def test_every_file_and_target_is_there(path: Path):
    named = re.findall(r"`((?:bot|brief|sources|formatting|deploy)/[\w./@-]+|requirements\.lock)`", text(path))
    assert [name for name in named if not (ROOT / name).exists() and name != "deploy/secrets/"] == []
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text(path))) <= targets


def test_every_metric_that_is_watched_is_told():
    told = Metrics().text().decode()
    for name in set(re.findall(r"`(paperboy_\w+)`", text(DEPLOY / "README.md"))) - {"paperboy_valkey"}:
        assert name in told


def test_no_file_contains_a_secret_or_says_where_it_was_written():
    secret = [name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    for path in FILES:
        assert not re.search(rf"^\s*-?\s*({'|'.join(secret)})[:=][ \t]*[\"']?\w", text(path), re.MULTILINE), path


def test_what_is_installed_on_a_machine_is_there_under_these_names():
    commands = re.findall(r"^(?:# +)?(?:sudo )?install (.*)$", "".join(map(text, FILES)), re.MULTILINE)
    sources = {word for command in commands for word in command.split() if word.startswith("deploy/")}
    assert sources
    assert all((ROOT / source).is_file() for source in sources)
