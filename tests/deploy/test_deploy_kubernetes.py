"""Kubernetes: what one object names another is, every pod is locked down, and no secret is in the repository."""

from typing import Any

import pytest
from aiohttp import web

from bot.health import Readiness, views
from bot.metrics import Metrics
from bot.server import application
from brief.settings import Settings, load_settings
from tests.deploy.reading import DEPLOY, ROLES, ROOT, SETTINGS, VERBS, dockerfile, manifests, pods

FOLDERS = ("base", "webhook")
SECRETS = {"paperboy-settings": {".env"}, "paperboy-valkey": {"password", "url"}}  # as deploy/README.md makes them
PODS = [(folder, name) for folder in FOLDERS for name in pods(folder)]
RUNTIME = {one.word: one.rest for one in dockerfile()[1]}


def container(folder: str, name: str) -> dict[str, Any]:
    [found] = pods(folder)[name]["spec"]["containers"]
    return found


def chosen(labels: dict[str, str], folder: str) -> set[str]:
    """The pods that a selector selects."""
    return {name for name, pod in pods(folder).items() if labels.items() <= pod["metadata"]["labels"].items()}


@pytest.mark.parametrize(("folder", "name"), PODS)
def test_every_pod_is_locked_down(folder: str, name: str):
    pod, one = pods(folder)[name]["spec"], container(folder, name)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(one)
    assert set(one["resources"]["requests"]) == {"cpu", "memory"}
    assert "memory" in one["resources"]["limits"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_role_is_deployed_with_its_verb_and_the_user_of_the_image(folder: str):
    for role in ROLES:
        one = container(folder, f"paperboy-{role}")
        assert one["args"] == [role]
        assert role in VERBS
        assert "command" not in one, "the image's entry point starts it"
        assert one["workingDir"] == RUNTIME["WORKDIR"]
        user = pods(folder)[f"paperboy-{role}"]["spec"]["securityContext"]
        assert f"{user['runAsUser']}:{user['runAsGroup']}" == RUNTIME["USER"]
    assert set(pods(folder)) == {"paperboy-valkey", *(f"paperboy-{role}" for role in ROLES)}


def test_probes_ask_paths_that_are_served_at_the_port_that_is_listened_at():
    readiness = Readiness(None, lambda: None, [], schedules=False)  # type: ignore[arg-type, return-value]
    app: web.Application = application(views(readiness, Metrics()))
    served = {resource.canonical for resource in app.router.resources()}
    one = container("base", "paperboy-bot")
    assert {one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness")} == {"/healthz"} < served
    assert one["readinessProbe"]["httpGet"]["path"] == "/readyz" in served
    assert {one[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")} == {"http"}
    listened = manifests()["ConfigMap", "paperboy"]["data"]["PAPERBOY_LISTEN"]
    assert [f"0.0.0.0:{port['containerPort']}" for port in one["ports"]] == [listened]


@pytest.mark.parametrize(("folder", "name"), PODS)
def test_what_is_mounted_is_a_volume_and_what_is_referred_to_is_there(folder: str, name: str):
    pod, one = pods(folder)[name]["spec"], container(folder, name)
    stateful = manifests(folder).get(("StatefulSet", name), {}).get("spec", {})
    claims = {claim["metadata"]["name"] for claim in stateful.get("volumeClaimTemplates", [])}
    assert {mount["name"] for mount in one["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]} | claims
    for reference in one.get("envFrom", []):
        assert ("ConfigMap", reference["configMapRef"]["name"]) in manifests(folder)
    for volume in pod["volumes"]:
        sources = [row["secret"] for row in volume.get("projected", {}).get("sources", [])]
        sources += [{"name": volume["secret"]["secretName"], **volume["secret"]}] if "secret" in volume else []
        for secret in sources:
            assert {item["key"] for item in secret["items"]} <= SECRETS[secret["name"]]


def test_the_settings_are_settings_and_the_address_of_redis_is_the_secret_that_is_mounted():
    data = manifests()["ConfigMap", "paperboy"]["data"]
    assert set(data) <= SETTINGS
    load_settings({**data, "REDIS_URL_FILE": ""})
    [mount] = [one for one in container("base", "paperboy-bot")["volumeMounts"] if one["name"] == "settings"]
    [volume] = [one for one in pods()["paperboy-bot"]["spec"]["volumes"] if one["name"] == "settings"]
    paths = [item["path"] for row in volume["projected"]["sources"] for item in row["secret"]["items"]]
    assert {f"{mount['mountPath']}/{path}" for path in paths} == {
        f"{RUNTIME['WORKDIR']}/.env",
        data["REDIS_URL_FILE"],
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_secret_and_no_namespace_is_contained(folder: str):
    for (kind, _), one in manifests(folder).items():
        assert kind not in ("Secret", "Namespace")
        assert "namespace" not in one["metadata"]
    secret = {name.upper() for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)}
    assert not secret & set(manifests(folder)["ConfigMap", "paperboy"]["data"])
    assert "REDIS_URL" in secret


@pytest.mark.parametrize("folder", FOLDERS)
def test_selectors_select(folder: str):
    every = manifests(folder)
    for (kind, name), one in every.items():
        spec = one.get("spec", {})
        if kind in ("Deployment", "StatefulSet"):
            assert chosen(spec["selector"]["matchLabels"], folder) == {name}
        if kind == "Service":
            [target] = chosen(spec["selector"], folder)
            ports = {port["name"] for port in container(folder, target)["ports"]}
            assert {port["targetPort"] for port in spec["ports"]} <= ports
        if kind == "PodDisruptionBudget":
            assert chosen(spec["selector"]["matchLabels"], folder) == {name}
        if kind == "HorizontalPodAutoscaler":
            scaled = every[spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]]
            assert "replicas" not in scaled["spec"], "two would decide"
            assert "cpu" in container(folder, name)["resources"]["requests"], "utilization is of what is requested"
    assert (
        every["StatefulSet", "paperboy-valkey"]["spec"]["serviceName"]
        == every["Service", "paperboy-valkey"]["metadata"]["name"]
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_policies_let_the_roles_to_redis_and_nobody_else(folder: str):
    every = {name: one["spec"] for (kind, name), one in manifests(folder).items() if kind == "NetworkPolicy"}
    roles = {f"paperboy-{role}" for role in ROLES}
    assert chosen(every["paperboy"]["podSelector"]["matchLabels"], folder) == roles
    assert chosen(every["paperboy-valkey"]["podSelector"]["matchLabels"], folder) == {"paperboy-valkey"}
    assert every["paperboy"]["ingress"] == []
    assert every["paperboy-valkey"]["egress"] == []
    [rule] = every["paperboy-valkey"]["ingress"]
    assert [chosen(peer["podSelector"]["matchLabels"], folder) for peer in rule["from"]] == [roles]
    port = container(folder, "paperboy-valkey")["ports"][0]["containerPort"]
    assert [one["port"] for one in rule["ports"]] == [port]
    assert {"port": port} in [one for rule in every["paperboy"]["egress"] for one in rule["ports"]]


def test_one_bot_polls_and_with_a_webhook_several_answer():
    one, several = (manifests(folder)["Deployment", "paperboy-bot"]["spec"] for folder in FOLDERS)
    assert (one["replicas"], one["strategy"]) == (1, {"type": "Recreate"})
    assert several["replicas"] > 1
    assert several["strategy"]["type"] == "RollingUpdate"


def test_what_is_public_is_what_the_chats_call():
    [rule] = manifests("webhook")["Ingress", "paperboy"]["spec"]["rules"]
    assert {path["path"] for path in rule["http"]["paths"]} == {"/telegram", "/slack"}
    for path in rule["http"]["paths"]:
        service = manifests("webhook")["Service", path["backend"]["service"]["name"]]
        assert path["backend"]["service"]["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}


def test_the_image_is_of_this_version():
    text = (DEPLOY / "kubernetes/base/kustomization.yaml").read_text()
    version = next(line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version"))
    assert f"newTag: {version.split(chr(34))[1]}" in text
