"""What operators are given agrees with the program: alert rules, dashboard, runbook, and how long each key lives."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot import backup
from bot.cli import app
from bot.commands import COMMANDS
from bot.metrics import Metrics
from brief.errors import WritingTrouble
from brief.models import Status
from brief.settings import VARIABLES
from brief.store import Store
from tests.bot.filled import everything, fill

ROOT = Path(__file__).resolve().parents[1]
DOCS = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operations.md", "runbook.md")}
RULES = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy/grafana.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]
MODULES = [path for package in ("bot", "brief") for path in sorted((ROOT / package).rglob("*.py"))]
KEPT = dict(re.findall(r"^\| `(\w+)` \| .* \| (.+) \|$", DOCS["operations.md"], re.MULTILINE))

# The names of a metric's series by its type. https://prometheus.io/docs/instrumenting/exposition_formats
SERIES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
LABELS = {"surface", "reason", "source", "status", "model", "direction", "trouble", "le", "job", "instance"}


def metrics() -> set[str]:
    """Return the series that a process serves, those of its process included."""
    families = re.findall(r"^# TYPE (\S+) (\w+)$", Metrics().text().decode(), re.MULTILINE)
    return {name + end for name, kind in families for end in SERIES.get(kind, ("",)) if not name.endswith("_created")}


@pytest.mark.parametrize("query", QUERIES)
def test_every_metric_and_label_that_is_named_exists(query: str) -> None:
    assert set(re.findall(r"\b(?:paperboy|process)_\w+", query)) <= metrics()
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(",")}
    assert grouped | set(re.findall(r"(\w+)(?:=~|!=|=)\"", query)) <= LABELS
    assert set(re.findall(r'trouble!?="(\w+)"', query)) <= set(WritingTrouble)
    named = re.findall(r'status=~?"([^"]*)"', query)
    assert {status for one in named for status in one.split("|")} <= set(Status)
    assert query.count("(") == query.count(")")


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = " ".join(QUERIES)
    own = {name for name in metrics() if name.startswith("paperboy_") and not name.endswith(("_count", "_sum"))}
    assert {name for name in own if name not in shown} == set()


def test_every_rule_leads_to_an_entry_of_the_runbook_that_names_it() -> None:
    entries = dict(re.findall(r"^## (\d+)\. [^\n]*\n(.*?)(?=^## |\Z)", DOCS["runbook.md"], re.MULTILINE | re.DOTALL))
    assert len(entries) == 10
    for text in entries.values():
        assert [text.count(f"**{part}**") for part in ("You see", "Why", "Do")] == [1, 1, 1]
    for rule in RULES:
        number = rule["annotations"]["runbook"].removeprefix("docs/runbook.md, ")
        assert number in entries, rule["alert"]
        assert rule["annotations"]["summary"]
    assert set(re.findall(r"`(Paperboy[A-Z]\w+)`", DOCS["runbook.md"])) <= {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("name", sorted(DOCS))
def test_verbs_commands_and_settings_that_are_named_exist(name: str) -> None:
    text = DOCS[name]
    verbs = get_command(app).commands  # type: ignore[attr-defined]
    for verb, rest in re.findall(r"paperboy ([a-z]+)\b([^`\n#]*)", "\n".join(_code(text))):
        assert verb in verbs, verb
        options = {option for parameter in verbs[verb].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= options, (verb, rest)
    for command in re.findall(r"`/(\w+)[^`]*`", text):
        assert command in COMMANDS or command in ("readyz", "metrics", "invite"), command
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text)) <= set(VARIABLES)


def _code(text: str) -> Iterator[str]:
    yield from re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", text)


# -- how long keys live -----------------------------------------------------------------------------------------------


def listed() -> set[str]:
    """Return the kinds of keys that modules list at their tops."""
    tops = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in MODULES)
    return {kind for top in tops for kind in re.findall(r"^\{paperboy\}:1:(\w+)", top, re.MULTILINE)}


def used() -> set[str]:
    """Return the kinds of keys that are made anywhere."""
    return {kind for path in MODULES for kind in re.findall(r'key_of\(\s*"(\w+)"', path.read_text(encoding="utf-8"))}


def test_every_kind_of_key_is_listed_by_its_module_and_where_its_life_is_told() -> None:
    assert used() <= listed()
    assert listed() == set(KEPT) | backup.PASSING
    assert not set(KEPT) & backup.PASSING
    assert all(f"`{kind}`" in DOCS["operations.md"] for kind in backup.PASSING)


async def test_keys_live_as_long_as_it_is_told(store: Store) -> None:
    await fill(store)
    found: dict[str, Any] = {}
    for key, (_, left) in (await everything(store.client)).items():
        found.setdefault(backup.kind_of(key), left)
    assert set(KEPT) <= set(found)
    for kind, life in KEPT.items():
        if kind in found and life == "for good":
            assert found[kind] == -1, kind
        elif kind in found:
            days = found[kind] / 86_400_000
            assert int(life.split()[0]) - 1 < days <= int(life.split()[0]), kind
