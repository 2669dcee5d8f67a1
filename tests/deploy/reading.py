"""The files of deploy/ as data: instructions, services, units, and manifests as Kustomize puts them together."""

from __future__ import annotations

import configparser
import copy
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values
from typer.main import get_command

from bot.cli import app
from brief.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
ROLES = ("collector", "bot", "worker")
VERBS = set(get_command(app).commands)  # type: ignore[attr-defined]
SETTINGS = {form for name in VARIABLES for form in (name, f"{name}_FILE")}
PYTHONS_OWN = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
CONTAINERS_OWN = {"container"}  # https://systemd.io/CONTAINER_INTERFACE


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its continued lines joined."""

    word: str
    rest: str

    @property
    def command(self) -> list[str]:
        """The words of the exec form, the only one that gets signals."""
        return json.loads(self.rest)


def dockerfile() -> list[list[Instruction]]:
    """Return the stages, each beginning with its FROM; what stands before the first is left out."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [Instruction(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in lines)]
    starts = [at for at, one in enumerate(found) if one.word == "FROM"]
    return [found[at:end] for at, end in zip(starts, [*starts[1:], None], strict=True)]


def compose() -> dict[str, Any]:
    """Return the Compose file with its anchors merged."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def unit(name: str) -> dict[str, list[str]]:
    """Return the directives of a unit, all sections together, each with its values in order."""
    parser = configparser.RawConfigParser(strict=False, dict_type=dict)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    text = (DEPLOY / "systemd" / name).read_text()
    parser.read_string(text)  # sections and syntax; it keeps only the last of several values
    pairs = [line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z]\w+=", line)]
    assert {key for key, _ in pairs} == {key for section in parser for key in parser[section]}
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def manifests(folder: str = "base") -> dict[tuple[str, str], dict[str, Any]]:
    """Return the objects of a kustomization, (kind, name) -> object; its resources, patches and generators applied."""
    base = (DEPLOY / "kubernetes" / folder).resolve()
    kustomization = yaml.safe_load((base / "kustomization.yaml").read_text())
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for resource in kustomization["resources"]:
        if (base / resource).is_dir():
            found |= manifests((base / resource).resolve().name)
        else:
            found |= {_key(one): one for one in yaml.safe_load_all((base / resource).read_text())}
    for row in kustomization.get("patches", []):
        patch = yaml.safe_load((base / row["path"]).read_text())
        for key, one in found.items():
            if key[0] == row["target"]["kind"] if "target" in row else key == _key(patch):
                found[key] = _merged(one, {**patch, "metadata": {}})
    for row in kustomization.get("configMapGenerator", []):
        data = {name: value for env in row["envs"] for name, value in dotenv_values(base / env).items()}
        found["ConfigMap", row["name"]] = {"kind": "ConfigMap", "metadata": {"name": row["name"]}, "data": data}
    return found


def pods(folder: str = "base") -> dict[str, dict[str, Any]]:
    """Return the pod of each Deployment and StatefulSet, by its name."""
    every = manifests(folder)
    return {
        name: one["spec"]["template"] for (kind, name), one in every.items() if kind in ("Deployment", "StatefulSet")
    }


def _key(one: dict[str, Any]) -> tuple[str, str]:
    return one["kind"], one["metadata"]["name"]


def _merged(one: Any, patch: Any) -> Any:
    """Return a strategic merge, as far as it is used here: containers by their name, all else as in JSON."""
    if isinstance(one, dict) and isinstance(patch, dict):
        return {key: _merged(one.get(key), patch.get(key)) for key in [*one, *(key for key in patch if key not in one)]}
    if isinstance(one, list) and isinstance(patch, list):
        return [_merged(each, next((p for p in patch if p["name"] == each["name"]), None)) for each in one]
    return copy.deepcopy(one if patch is None else patch)
