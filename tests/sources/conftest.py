from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stamina

from sources._http import Http, LocalTurn
from tests.fakes.site import FakeSite


@pytest.fixture(autouse=True)
def _no_backoff() -> Iterator[None]:
    """Keep the number of tries, drop the pauses between them."""
    with stamina.set_testing(testing=True, attempts=10, cap=True):
        yield


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as fake:
        yield fake


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """A client that keeps the order of a pace and not its seconds."""
    turn = LocalTurn()
    agent = "Paperboy/test (+https://example.org/contact)"
    async with Http(user_agent=agent, turn=lambda key, _: turn(key, 0.0)) as client:
        yield client


@pytest.fixture
def data() -> Path:
    """The recorded inputs of the sources and the items expected of them."""
    return Path(__file__).parent / "data"


@pytest.fixture
def captures() -> Path:
    """Answers recorded from the live sites, where this machine has them."""
    beside = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("PAPERBOY_SHARED", beside)) / "captures"
    if not folder.is_dir():
        pytest.skip("no recorded captures on this machine")
    return folder
