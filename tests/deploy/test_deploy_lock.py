"""The locks hold what pyproject.toml asks for, each with its hashes, and name no place to fetch it from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.reading import DEPLOY, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {
    ROOT / "requirements.lock": PROJECT["project"]["dependencies"],
    DEPLOY / "build.lock": PROJECT["build-system"]["requires"],
}
# Where an image or a server may run: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
PLACES = [
    {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "platform_machine": machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "extra": "",
    }
    for python in ("3.11", "3.12", "3.13")
    for machine in ("x86_64", "aarch64")
]


def entries(lock: Path) -> list[str]:
    """The lock's requirements, each with its hashes on one line."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def pinned(lock: Path, place: dict[str, str]) -> dict[str, str]:
    """Name -> version of what is installed at a place."""
    found = [Requirement(entry.partition(" --hash")[0]) for entry in entries(lock)]
    here = [one for one in found if not one.marker or one.marker.evaluate(place)]
    versions = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in here}
    assert len(versions) == len(here), "one package in two versions"
    return versions


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['python_version']}-{place['platform_machine']}")
def test_every_dependency_is_there_in_a_version_that_is_asked_for(lock: Path, place: dict[str, str]):
    versions = pinned(lock, place)
    wanted = [Requirement(text) for text in LOCKS[lock]]
    for one in (one for one in wanted if not one.marker or Marker(str(one.marker)).evaluate(place)):
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), f"{one}: run `make lock`"


def test_an_extra_is_locked_with_what_it_brings():
    wanted = {canonicalize_name(Requirement(text).name) for text in LOCKS[ROOT / "requirements.lock"]}
    brought = {"pydantic-ai-slim[openai]": "openai"}
    extras = {text.partition(">")[0] for text in LOCKS[ROOT / "requirements.lock"] if "[" in text}
    assert extras == set(brought), "an extra whose packages this test does not know"
    assert set(brought.values()) <= set(pinned(ROOT / "requirements.lock", PLACES[0])) - wanted


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes_and_no_place_to_fetch_it_from(lock: Path):
    for entry in entries(lock):
        assert re.match(r"[a-z0-9.-]+==[\w.!+]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+$", entry), entry[:80]
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|--trusted-host", lock.read_text())


def test_what_builds_is_asked_for_in_one_way():
    asked = [line for line in (DEPLOY / "build.in").read_text().splitlines() if not line.startswith("#")]
    assert asked == PROJECT["build-system"]["requires"]
