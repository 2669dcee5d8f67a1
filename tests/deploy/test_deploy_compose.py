"""Compose: every container is locked down, and what one names another has."""

import re
from pathlib import Path

import pytest

from brief.settings import load_settings
from tests.deploy.reading import DEPLOY, ROLES, VERBS, compose, dockerfile, pods

FILE = compose()
SERVICES = FILE["services"]
RUNTIME = {one.word: one.rest for one in dockerfile()[1]}


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_locked_down(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert not {"ports", "privileged", "cap_add", "network_mode"} & set(service)


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_the_image_with_its_verb_behind_a_redis_that_answers(name: str):
    service = SERVICES[name]
    assert service["command"] == [name]
    assert name in VERBS
    assert service["depends_on"] == {"valkey": {"condition": "service_healthy"}}
    assert service["environment"]["PAPERBOY_LISTEN"] == f"0.0.0.0:{RUNTIME['EXPOSE']}"
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert "healthcheck" not in service, "the image's own asks /healthz"


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_names_is_there(name: str):
    service = SERVICES[name]
    secrets = {one if isinstance(one, str) else one["source"] for one in service["secrets"]}
    assert secrets <= set(FILE["secrets"])
    assert set(service["networks"]) <= set(FILE["networks"])
    assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(FILE["volumes"])
    assert set(service.get("depends_on", {})) <= {other for other in SERVICES if "healthcheck" in SERVICES[other]}


def test_secrets_are_files_where_they_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    service = SERVICES["bot"]
    [settings] = [one for one in service["secrets"] if not isinstance(one, str)]
    assert settings["target"] == f"{RUNTIME['WORKDIR']}/.env"
    files = {name: value for name, value in service["environment"].items() if name.endswith("_FILE")}
    assert {Path(path).name for path in files.values()} == {one for one in service["secrets"] if isinstance(one, str)}
    assert {Path(path).parent for path in files.values()} == {Path("/run/secrets")}
    # What the containers get, as the program reads it: a REDIS_URL in .env gives way.
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("REDIS_URL=redis://localhost:1\nTELEGRAM_CHATS=7\nPAPERBOY_LISTEN=127.0.0.1:1\n")
    (tmp_path / "redis_url").write_text("redis://:word@valkey:6379/0")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "redis_url"))
    monkeypatch.setenv("PAPERBOY_LISTEN", service["environment"]["PAPERBOY_LISTEN"])
    read = load_settings()
    assert read.redis_url
    assert read.redis_url.get_secret_value() == "redis://:word@valkey:6379/0"
    assert (read.telegram_chats, read.paperboy_listen) == (("7",), "0.0.0.0:8080")


def test_the_files_of_secrets_are_made_by_the_script_and_ignored_by_git():
    made = (DEPLOY / "secrets.sh").read_text()
    for row in FILE["secrets"].values():
        assert row["file"] in made
        assert row["file"].startswith("secrets/")
    assert "deploy/secrets/" in (DEPLOY.parent / ".gitignore").read_text().splitlines()


def test_the_redis_is_reached_from_inside_only_and_keeps_what_it_acknowledged():
    assert SERVICES["valkey"]["networks"] == ["inside"]
    assert FILE["networks"]["inside"]["internal"] is True
    [script] = SERVICES["valkey"]["command"]
    assert re.search(r"--appendonly yes --appendfsync always .*--maxmemory-policy noeviction", script, re.DOTALL)
    before, _, after = script.partition("<<END")
    assert "requirepass" in after, "the password comes over stdin"
    assert "requirepass" not in before, "ps would show it"


def test_kubernetes_runs_the_same_redis():
    [container] = pods()["paperboy-valkey"]["spec"]["containers"]
    assert container["command"] == SERVICES["valkey"]["entrypoint"]
    assert container["args"] == [SERVICES["valkey"]["command"][0].replace("$$", "$")]
    assert container["image"] == SERVICES["valkey"]["image"]
    assert container["livenessProbe"]["exec"]["command"][-1] == SERVICES["valkey"]["healthcheck"]["test"][1].replace(
        "$$", "$"
    )
