import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.workspaces import STATE_LIFE, Installations, Workspace
from brief.errors import StoreError
from brief.settings import Settings
from brief.store import Store, key_of, open_store

KEY = Fernet.generate_key().decode()
ADA = Workspace(
    team="T1",
    bot_id="B1",
    bot_user="UBOT",
    token="xoxe.xoxb-s3cret",
    refresh_token="xoxe-1-s3cret",
    expires=1_800_000_000,
)


@pytest.fixture
def installations(store: Store) -> Installations:
    return Installations(store, KEY)


async def raw(store: Store) -> bytes:
    keys = await store.client.keys("{paperboy}:1:*")
    return b"\n".join([*keys, *[await store.client.get(key) for key in keys]])


async def test_a_workspace_comes_back_as_it_was_saved(installations):
    assert await installations.workspace("T1") is None
    await installations.save(ADA)
    assert await installations.workspace("T1") == ADA
    assert await installations.workspace("T2") is None


async def test_no_token_lies_in_redis_or_shows_in_a_log(installations, store):
    await installations.save(ADA)
    stored = await raw(store)
    assert b"{paperboy}:1:workspace:T1" in stored
    assert b"s3cret" not in stored
    assert b"xox" not in stored
    assert "s3cret" not in repr(ADA) + str(ADA)


async def test_a_key_that_is_wrong_again_is_said_again(installations, store, caplog):
    other = Installations(store, Fernet.generate_key().decode())
    for _ in range(2):
        await installations.save(ADA)
        assert await other.workspace("T1") is None
        await other.save(ADA)
        assert await other.workspace("T1") == ADA
    assert len(caplog.records) == 2


async def test_another_key_means_absent_and_is_said_once(installations, store, caplog):
    await installations.save(ADA)
    other = Installations(store, Fernet.generate_key().decode())
    with caplog.at_level(logging.WARNING):
        assert [await other.workspace("T1") for _ in range(3)] == [None] * 3
    [record] = caplog.records
    assert "{paperboy}:1:workspace:T1" in record.getMessage()
    assert "SLACK_ENCRYPTION_KEY" in record.getMessage()
    assert await installations.workspace("T1") == ADA


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"team": "T1"}', b"\xff"])
async def test_what_is_no_workspace_means_absent(installations, store, text):
    await store.client.set(key_of("workspace", "T1"), Fernet(KEY).encrypt(text))
    assert await installations.workspace("T1") is None
    await store.client.set(key_of("workspace", "T1"), text)
    assert await installations.workspace("T1") is None


async def test_a_removed_workspace_is_gone_but_not_one_that_was_installed_anew(installations):
    await installations.save(ADA)
    anew = ADA.model_copy(update={"token": "xoxb-new"})
    await installations.save(anew)
    await installations.remove(ADA)
    assert await installations.workspace("T1") == anew
    await installations.remove(anew)
    assert await installations.workspace("T1") is None


async def test_a_state_is_good_once_and_not_for_ever(installations, store):
    state, other = await installations.begin(), await installations.begin()
    assert state != other
    assert await store.client.keys(key_of("install", "*")) == []  # anyone may begin one, as often as they like
    assert await installations.finish("made up") is False
    assert [await installations.finish(state) for _ in range(2)] == [True, False]
    [finished] = await store.client.keys(key_of("install", "*"))
    seconds = await store.client.ttl(finished)
    assert STATE_LIFE.total_seconds() - 60 < seconds <= STATE_LIFE.total_seconds()
    fernet = Fernet(KEY)
    old = fernet.encrypt_at_time(fernet.decrypt(other.encode()), int(time.time() - STATE_LIFE.total_seconds() - 1))
    assert await installations.finish(old.decode()) is False
    assert await installations.finish(other) is True


async def test_nothing_else_that_was_sealed_with_the_key_is_a_state(installations, store):
    await installations.save(ADA)
    sealed = await store.client.get(key_of("workspace", "T1"))
    others = (sealed.decode(), Fernet(Fernet.generate_key()).encrypt(b"install:x").decode(), "", "\ud800", "é" * 9999)
    assert [await installations.finish(state) for state in others] == [False] * len(others)


async def test_two_browsers_cannot_use_one_state(installations):
    state = await installations.begin()
    assert sorted(await asyncio.gather(*(installations.finish(state) for _ in range(5)))) == [False] * 4 + [True]


@pytest.fixture
async def elsewhere(settings: Settings) -> AsyncIterator[Store]:
    """The same Redis, as another process sees it."""
    async with open_store(settings) as opened:
        yield opened


async def test_one_process_at_a_time_renews(installations, elsewhere):
    order = []

    async def renew(name: str, renewing: Installations) -> None:
        async with renewing.renewing("T1"):
            order.append(f"{name} begins")
            await renewing.save(ADA)
            order.append(f"{name} ends")

    await asyncio.gather(renew("a", installations), renew("b", Installations(elsewhere, KEY)))
    assert order in (["a begins", "a ends", "b begins", "b ends"], ["b begins", "b ends", "a begins", "a ends"])


async def test_a_redis_that_is_gone_is_a_store_error(tmp_path):
    async with Redis(unix_socket_path=str(tmp_path / "none"), retry=Retry(NoBackoff(), 0)) as nothing:
        installations = Installations(Store(nothing), KEY)
        state = await installations.begin()
        for call in (installations.workspace("T1"), installations.save(ADA), installations.finish(state)):
            with pytest.raises(StoreError):
                await call
