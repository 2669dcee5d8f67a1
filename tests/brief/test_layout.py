"""The layout of what is stored: which versions are taken, and how an older one becomes this one."""

import asyncio
from typing import Any

import pytest

from brief import layout
from brief.errors import StoreError
from brief.settings import Settings
from brief.store import Store, key_of, open_store


async def test_a_store_says_which_layout_it_has(store: Store) -> None:
    assert await store.client.get(layout.KEY) == b"1"
    assert key_of("chat").startswith(f"{{paperboy}}:{layout.LAYOUT}:")


@pytest.mark.parametrize(
    ("found", "says"), [("2", "newer Paperboy (layout 2"), ("?!", "newer"), ("restoring", "--replace")]
)
async def test_what_this_program_does_not_know_is_left_alone(
    settings: Settings, store: Store, found: str, says: str
) -> None:
    await store.client.set(layout.KEY, found)
    with pytest.raises(StoreError, match=says.replace("(", r"\(")):
        async with open_store(settings):
            pass
    assert await store.client.get(layout.KEY) == found.encode()


class Renaming:
    """An invented third layout: version 2 renames a key, version 3 adds to it."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.fails = False

    async def to_2(self, redis: Any) -> None:
        self.calls.append(1)
        if await redis.exists("{paperboy}:1:days"):
            await redis.rename("{paperboy}:1:days", "{paperboy}:2:dates")

    async def to_3(self, redis: Any) -> None:
        self.calls.append(2)
        if self.fails:
            raise ConnectionError
        await redis.sadd("{paperboy}:2:dates", "new")

    @property
    def table(self) -> dict[int, layout.Migration]:
        return {1: self.to_2, 2: self.to_3}


async def test_an_older_layout_is_brought_up_step_by_step_and_once(store: Store) -> None:
    renaming = Renaming()
    await store.client.sadd("{paperboy}:1:days", "old")
    await asyncio.gather(*(layout.settle(store.client, 3, renaming.table) for _ in range(5)))
    assert renaming.calls == [1, 2]
    assert await store.client.smembers("{paperboy}:2:dates") == {b"old", b"new"}
    assert await store.client.get(layout.KEY) == b"3"


async def test_what_was_interrupted_goes_on_where_it_was(store: Store) -> None:
    renaming = Renaming()
    renaming.fails = True
    with pytest.raises(ConnectionError):
        await layout.settle(store.client, 3, renaming.table)
    assert await store.client.get(layout.KEY) == b"2"
    renaming.fails = False
    await layout.settle(store.client, 3, renaming.table)
    assert renaming.calls == [1, 2, 2]


def test_every_older_layout_has_a_way_up() -> None:
    assert set(layout.MIGRATIONS) == set(range(1, layout.LAYOUT))
