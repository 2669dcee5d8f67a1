"""The units: hardened as promised, stopped with patience, and their settings reach nobody else."""

import re
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

from brief import redis_server
from tests.deploy.reading import DEPLOY, PYTHONS_OWN, ROLES, SETTINGS, VERBS, unit

UNITS = ("paperboy.service", "paperboy@.service")
# What `systemd-analyze security` weighs, as strict as it can be. Left open, because it is needed: the network, Unix
# sockets, and the program's own files in /opt.
PROMISED = {
    "CapabilityBoundingSet": "",
    "DevicePolicy": "closed",
    "DynamicUser": "yes",
    "KeyringMode": "private",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "NoNewPrivileges": "yes",
    "PrivateDevices": "yes",
    "PrivateIPC": "yes",
    "PrivateMounts": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "ProcSubset": "pid",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHome": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "ProtectSystem": "strict",
    "RemoveIPC": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}


@pytest.mark.parametrize("name", UNITS)
def test_it_is_hardened(name: str):
    found = unit(name)
    assert {key: found.get(key) for key in PROMISED} == {key: [value] for key, value in PROMISED.items()}
    assert found["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert not {"User", "ReadWritePaths", "AmbientCapabilities", "PermissionsStartOnly"} & set(found)


@pytest.mark.parametrize("name", UNITS)
def test_its_settings_are_a_credential_in_its_working_directory(name: str):
    found = unit(name)
    assert found["LoadCredential"] == [".env:/etc/paperboy/.env"]
    assert found["WorkingDirectory"] == ["%d"]
    variables = {value.partition("=")[0] for value in found["Environment"]}
    assert variables <= {*SETTINGS, *PYTHONS_OWN}
    assert "sudo install -D -m 600 .env /etc/paperboy/.env" in (DEPLOY / "systemd/paperboy.service").read_text()


@pytest.mark.parametrize("name", UNITS)
def test_it_comes_back_for_ever(name: str):
    found = unit(name)
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert {"MemoryMax", "TasksMax"} <= set(found)


def test_what_it_starts_are_verbs():
    assert unit("paperboy.service")["ExecStart"] == ["/opt/paperboy/bin/paperboy run"]
    assert unit("paperboy@.service")["ExecStart"] == ["/opt/paperboy/bin/paperboy %i"]
    assert {*ROLES, "run"} <= VERBS


def test_only_the_program_is_told_to_stop_and_it_has_time_to():
    found = unit("paperboy.service")
    assert found["KillMode"] == ["mixed"], "redis-server must live until the last results are recorded"
    # It asks the server to end, which may take as long as it waits for it to have ended.
    own = 10 + 2 * redis_server._STOP_LIMIT
    assert int(found["TimeoutStopSec"][0]) > own
    assert int(unit("paperboy@.service")["TimeoutStopSec"][0]) > 10


def test_each_role_of_a_machine_has_a_port_of_its_own():
    assert unit("paperboy@.service")["EnvironmentFile"] == ["/etc/paperboy/%i.env"]
    folder = DEPLOY / "systemd"
    assert {path.stem for path in folder.glob("*.env")} == set(ROLES)
    given = [dotenv_values(folder / f"{role}.env") for role in ROLES]
    assert all(set(one) == {"PAPERBOY_LISTEN"} for one in given)
    listened = {str(one["PAPERBOY_LISTEN"]) for one in given}
    assert len(listened) == len(ROLES)
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+", one) for one in listened)


def test_the_all_in_one_keeps_its_data_in_its_own_folder():
    found = unit("paperboy.service")
    assert found["StateDirectory"] == ["paperboy"]
    assert "PAPERBOY_DATA_DIR=%S/paperboy" in found["Environment"]
    assert "StateDirectory" not in unit("paperboy@.service")
    assert unit("paperboy@.service")["Conflicts"] == ["paperboy.service"]


def test_the_script_of_the_verbs_has_the_settings_and_the_data_of_the_unit(tmp_path: Path):
    found = unit("paperboy.service")
    script = (DEPLOY / "systemd/paperboy.sh").read_text(encoding="utf-8")
    program = found["ExecStart"][0].split()[0]
    settings = Path(found["LoadCredential"][0].partition(":")[2]).parent
    assert f"PAPERBOY_DATA_DIR=/var/lib/private/{found['StateDirectory'][0]} exec {program} " in script
    echo = tmp_path / "paperboy"
    echo.write_text('#!/bin/sh\npwd; printf "%s\\n" "$PAPERBOY_DATA_DIR" "$@"\n')
    echo.chmod(0o700)
    script = script.replace(program, str(echo)).replace(f"cd {settings}", f"cd {tmp_path}")
    done = subprocess.run(["sh", "-c", script, "sh", "forget", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(tmp_path), "/var/lib/private/paperboy", "forget", "a b"]
