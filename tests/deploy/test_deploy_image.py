"""The image: built from the locks, without root, with a health check that asks what the server serves."""

import asyncio
import re
import subprocess
import sys
import tomllib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.server import application, unprotected
from tests.deploy.reading import CONTAINERS_OWN, DEPLOY, PYTHONS_OWN, ROOT, SETTINGS, VERBS, Instruction, dockerfile

BUILD, RUNTIME = dockerfile()


def the(word: str, stage: list[Instruction] = RUNTIME) -> Instruction:
    """The only instruction of a kind in a stage."""
    [found] = [one for one in stage if one.word == word]
    return found


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in the("ENV").rest.split())


def health_check() -> list[str]:
    return Instruction("CMD", re.sub(r"^.*? CMD ", "", the("HEALTHCHECK").rest)).command


async def checked(address: str) -> int:
    """The status of the health check for a server at an address, run by the Python at hand."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, *health_check()[1:]], env={"PAPERBOY_LISTEN": address}, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


def test_both_stages_have_the_same_python_and_the_last_gets_only_the_installation():
    assert the("FROM", BUILD).rest == "python:${PYTHON} AS build"
    assert the("FROM").rest == "python:${PYTHON}"
    assert the("COPY").rest == "--from=build /opt/paperboy /opt/paperboy"
    assert not [one for one in RUNTIME if one.word in ("ADD", "VOLUME")]


def test_what_is_downloaded_has_hashes():
    said = " && ".join(one.rest for one in BUILD if one.word == "RUN")
    for command in (part for part in said.split(" && ") if re.match(r"pip (--python \S+ )?(install|wheel)", part)):
        assert {"--require-hashes", "--no-deps"} & set(command.split()), command
        assert {"--no-build-isolation", "--no-index", "build.lock"} & set(command.split()), command


def test_it_runs_as_a_number_that_owns_only_the_data_folder():
    order = [one.word for one in RUNTIME]
    assert re.fullmatch(r"([1-9]\d{3,}):\1", the("USER").rest)
    assert order.index("USER") > max(at for at, word in enumerate(order) if word in ("RUN", "COPY"))
    owner, _, _ = the("USER").rest.partition(":")
    assert f"--uid {owner} --gid {owner}" in the("RUN").rest
    assert f"--owner={owner} --group={owner} --mode=700 {environment()['PAPERBOY_DATA_DIR']}" in the("RUN").rest
    assert "chown" not in the("RUN").rest


def test_it_starts_a_verb_that_gets_the_signals():
    assert the("ENTRYPOINT").command == ["paperboy"]
    assert the("CMD").command[0] in VERBS


def test_its_variables_are_settings():
    assert set(environment()) <= SETTINGS | PYTHONS_OWN | CONTAINERS_OWN
    assert environment()["PAPERBOY_LISTEN"] == f"0.0.0.0:{the('EXPOSE').rest}"


def test_it_says_that_it_is_a_container_so_that_its_address_is_no_mistake(settings, monkeypatch):
    address = environment()["PAPERBOY_LISTEN"].rpartition(":")[0]
    monkeypatch.delenv("container", raising=False)
    assert unprotected(settings, address)
    monkeypatch.setenv("container", environment()["container"])
    assert not unprotected(settings, address)


@pytest.mark.parametrize(("routes", "status"), [(application([]), 0), (web.Application(), 1)], ids=["well", "ill"])
async def test_the_health_check_asks_the_server(routes: web.Application, status: int):
    assert health_check()[0] == "python"
    async with TestServer(routes) as server:
        assert await checked(f"127.0.0.1:{server.port}") == status


async def test_the_health_check_fails_when_nobody_listens():
    assert await checked("127.0.0.1:1") == 1


def test_only_what_it_is_built_from_is_sent_to_the_builder():
    first, *rest = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    let_in = {line.removeprefix("!") for line in rest if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {name.partition(".")[0] for name in project["tool"]["setuptools"]["packages"]}
    copied = set(the("COPY", BUILD[: BUILD.index(Instruction("COPY", ". ."))]).rest.split()[:-1])
    assert first == "*"
    assert let_in == {"LICENSE", "README.md", "pyproject.toml", *packages, *copied}
    assert all((ROOT / name).exists() for name in let_in)


def test_an_installation_has_every_file_that_the_program_reads():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    shipped, there = set(), set()
    for package in project["packages"]:
        folder = ROOT / package.replace(".", "/")
        for pattern in project["package-data"].get(package, []):
            shipped |= {path for path in folder.glob(pattern) if path.is_file()}
        there |= {path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {str(path.relative_to(ROOT)) for path in there - shipped if path.suffix != ".py"} == set()


def test_the_script_of_secrets_makes_files_that_only_the_owner_and_the_containers_reach(tmp_path):
    folder = tmp_path / "deploy"
    folder.mkdir()
    (folder / "secrets.sh").write_text((DEPLOY / "secrets.sh").read_text())
    (tmp_path / ".env").write_text("TELEGRAM_CHATS=1\n")
    subprocess.run(["sh", folder / "secrets.sh"], check=True)
    first = (folder / "secrets/valkey_password").read_text()
    (tmp_path / ".env").write_text("TELEGRAM_CHATS=2\n")
    subprocess.run(["sh", folder / "secrets.sh"], check=True)
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (folder / "secrets").iterdir()} == {0o444}
    assert re.fullmatch("[0-9a-f]{48}", first)
    assert (folder / "secrets/valkey_password").read_text() == first
    assert (folder / "secrets/redis_url").read_text() == f"redis://:{first}@valkey:6379/0"
    assert (folder / "secrets/settings").read_text() == "TELEGRAM_CHATS=2\n"
