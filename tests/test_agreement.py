"""What the papers of the project say agrees with what the program does."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.commands import COMMANDS, help_rows
from brief.settings import VARIABLES
from formatting.document import plain
from sources import SOURCES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
MENU = [name for name, row in COMMANDS.items() if not row.hidden]
SECTION = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))


def test_every_setting_is_in_the_example_file_and_in_the_readme():
    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE)) == set(VARIABLES)
    assert set(re.findall(r"`([A-Z][A-Z_]{3,})`", SECTION["Settings"])) - {"X_FILE"} == set(VARIABLES)


def test_every_source_reads_only_settings_that_exist():
    assert {name for row in SOURCES for name in row.settings} <= set(VARIABLES)


def test_the_readme_lists_every_chat_command_and_no_other():
    listed = set(re.findall(r"`/(\w+)", SECTION["Commands"]))
    assert listed == set(MENU)


def test_the_readme_lists_every_verb_with_its_options():
    verbs = get_command(app).commands  # type: ignore[attr-defined]
    rows = dict(re.findall(r"^\| `paperboy (\w+)(.*?)` \|", SECTION["Commands"], re.MULTILINE))
    assert set(rows) == set(verbs)
    for verb, command in verbs.items():
        options = {option for param in command.params for option in param.opts if option.startswith("--")}
        assert set(re.findall(r"--[a-z]+", rows[verb])) == options - {"--help"}, verb


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_has_a_help_text_in_each_language(language):
    rows = help_rows(language)
    assert [name for name, _ in rows] == [f"/{name}" for name in MENU]
    for name, said in rows:
        text = plain(said)
        assert bool(re.search(r"[一-鿿]", text)) == (language == "zh"), name


def test_the_two_commands_of_the_readme_come_first_and_exist():
    first = README.index("```sh")
    assert README[first : README.index("```", first + 3)].split("\n")[1].startswith("make brief")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"brief", "test", "lint", "bench"} <= set(targets)


def test_every_package_is_listed_and_its_data_is_shipped():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = {
        ".".join(f.parent.relative_to(ROOT).parts)
        for p in ("brief", "sources", "formatting", "bot")
        for f in (ROOT / p).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == found


def test_links_between_our_own_documents_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "deploy/README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
            assert (ROOT / name).parent.joinpath(target).exists(), (name, target)


def test_nothing_is_raised_where_debians_python_would_wrap_it():
    """Python before 3.11.4, so Debian 12's 3.11.2, makes a group of what an `except*` raises: cpython issue 103590."""
    trees = (ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in ROOT.glob("[bfs]*/**/*.py"))
    groups = [handler for tree in trees for node in tree if isinstance(node, ast.TryStar) for handler in node.handlers]
    assert groups
    raised = [node for handler in groups for node in ast.walk(handler) if isinstance(node, ast.Raise) and node.exc]
    assert not raised
