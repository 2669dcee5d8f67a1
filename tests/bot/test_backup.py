"""Backups: what comes back is what was there, whatever Redis it came from; what is damaged or newer is refused."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import backup
from brief import layout
from brief.errors import BackupError, StoreError
from brief.settings import Settings
from brief.store import Store, key_of, open_store
from tests.bot.filled import NOON, everything, fill
from tests.brief.test_store_kinds import cluster, kept, master, sentinel, url  # noqa: F401 - fixtures
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")


def quiet(_: int) -> None:
    pass


def lasting(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if backup.kind_of(key) not in backup.PASSING}


async def test_backup_wipe_restore_gives_every_byte_back_on_any_redis(kept: Store, tmp_path: Path) -> None:  # noqa: F811
    redis, file = kept.client, tmp_path / "backup"
    await fill(kept)
    before = lasting(await everything(redis))
    assert {kind for (kind, _), _ in before.values()} == {"string", "hash", "set", "zset"}
    assert {backup.kind_of(key) for key in before} >= {"chat", "later", "votes", "brief", "day", "due", "workspace"}
    assert await backup.save(redis, file, NOON, quiet) == len(before)
    assert file.stat().st_mode & 0o777 == 0o600
    await redis.flushdb()
    head = await backup.restore(redis, file, quiet, replace=False)
    after = await everything(redis)
    assert head == backup.Head(1, NOON, len(before))
    assert {key: value for key, (value, _) in after.items()} == {key: value for key, (value, _) in before.items()}
    for key, (_, left) in before.items():
        assert after[key][1] == -1 if left == -1 else 0 <= left - after[key][1] < 20_000
    assert await redis.get(layout.KEY) == b"1"


async def endings(redis: Any) -> dict[str, float]:
    """Return the seconds since 1970 at which keys end, by the clock of Redis."""
    found = {}
    for key, (_, left) in lasting(await everything(redis)).items():
        seconds, microseconds = await redis.time()
        if left >= 0:
            found[key] = seconds + microseconds / 1e6 + await redis.pttl(key) / 1000
    return found


async def test_moments_at_which_keys_end_come_back_to_the_second(store: Store, tmp_path: Path) -> None:
    await fill(store)
    before = await endings(store.client)
    await backup.save(store.client, tmp_path / "b", NOON, quiet)
    await store.client.flushdb()
    await backup.restore(store.client, tmp_path / "b", quiet, replace=False)
    after = await endings(store.client)
    assert after.keys() == before.keys()
    assert all(abs(after[key] - end) < 1 for key, end in before.items())


async def test_what_passes_is_not_saved(store: Store, tmp_path: Path) -> None:
    await fill(store)
    await backup.save(store.client, tmp_path / "b", NOON, quiet)
    lines = gzip.decompress((tmp_path / "b").read_bytes()).splitlines()
    kinds = {backup.kind_of(json.loads(line)["key"]) for line in lines if b'"key"' in line}
    assert not kinds & backup.PASSING
    assert {backup.kind_of(key) for key in await everything(store.client)} > backup.PASSING - {"alone"}


async def test_a_store_in_use_is_replaced_only_when_asked(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "b"
    await fill(store)
    await backup.save(store.client, file, NOON, quiet)
    await store.client.set(key_of("refused", "telegram:99"), "")
    with pytest.raises(BackupError, match="--replace"):
        await backup.restore(store.client, file, quiet, replace=False)
    await backup.restore(store.client, file, quiet, replace=True)
    assert key_of("refused", "telegram:99") not in await everything(store.client)


async def test_passing_keys_alone_are_no_data(store: Store, tmp_path: Path) -> None:
    await store.client.set(key_of("refused", "telegram:99"), "")
    await backup.save(store.client, tmp_path / "b", NOON, quiet)
    await store.client.flushdb()
    await store.client.set(key_of("heard", "event"), "", ex=60)
    with pytest.raises(BackupError, match="nothing is kept here"):
        await backup.save(store.client, tmp_path / "none", NOON, quiet)
    assert (await backup.restore(store.client, tmp_path / "b", quiet, replace=False)).keys == 1


async def test_a_backup_of_nothing_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_bytes(b"the one before")
    with pytest.raises(BackupError, match="PAPERBOY_DATA_DIR"):
        await backup.save(store.client, file, NOON, quiet)
    assert file.read_bytes() == b"the one before"


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    text = gzip.decompress(content)
    return gzip.compress(text.replace(b'"type":"set"', b'"type":"zet"', 1))


def _shortened(content: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(content).splitlines(keepends=True)[:-1]))


def _dropped(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:1] + lines[2:]))


def _newer(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"layout":1', b'"layout":2', 1))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_cut, "damaged"),
        (_flipped, "damaged"),
        (_shortened, "damaged"),
        (_dropped, "damaged"),
        (_newer, "newer"),
        (lambda _: b"", "damaged"),
        (lambda _: b"hello", "no backup"),
        (lambda _: gzip.compress(b"[1, 2]\n"), "no backup"),
        (lambda _: gzip.compress(b"7\n"), "no backup"),
        (lambda _: gzip.compress(b'{"layout":1}\n'), "no backup"),
    ],
)
async def test_what_is_damaged_or_newer_is_refused_and_changes_nothing(
    store: Store, tmp_path: Path, harm: Any, says: str
) -> None:
    file = tmp_path / "b"
    await fill(store)
    await backup.save(store.client, file, NOON, quiet)
    file.write_bytes(harm(file.read_bytes()))
    before = {key: value for key, (value, _) in lasting(await everything(store.client)).items()}
    with pytest.raises(BackupError, match=says):
        await backup.restore(store.client, file, quiet, replace=True)
    assert {key: value for key, (value, _) in lasting(await everything(store.client)).items()} == before


async def test_a_restore_that_breaks_off_leaves_a_store_that_nobody_uses(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    await fill(store)
    await backup.save(store.client, tmp_path / "b", NOON, quiet)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await backup.restore(store.client, tmp_path / "b", stop, replace=True)
    with pytest.raises(StoreError, match="restore FILE --replace"):
        async with open_store(settings):
            pass
    await backup.restore(store.client, tmp_path / "b", quiet, replace=True)
    async with open_store(settings) as again:
        assert await again.days()


async def test_a_file_that_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        await backup.save(store.client, tmp_path / "none" / "b", NOON, quiet)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    await fill(store)
    with pytest.raises(KeyboardInterrupt):
        await backup.save(store.client, tmp_path / "b", NOON, stop)
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 - a look, and nobody waits


def test_the_verbs_carry_data_from_one_embedded_redis_to_another(tmp_path: Path) -> None:
    def paperboy(folder: str, *words: object) -> "subprocess.CompletedProcess[str]":
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PAPERBOY_DATA_DIR": str(tmp_path / folder)}
        command = [str(PAPERBOY), *map(str, words)]
        return subprocess.run(
            command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    assert paperboy("one", "ask", "/items 4").returncode == 0
    saved = paperboy("one", "backup", tmp_path / "b")
    assert (saved.returncode, saved.stderr) == (0, "")
    assert "saved in" in saved.stdout
    assert paperboy("two", "restore", tmp_path / "b").returncode == 0
    assert "Papers in the message: 4" in paperboy("two", "ask", "/settings").stdout
    again = paperboy("two", "restore", tmp_path / "b")
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert paperboy("two", "restore", tmp_path / "none").returncode == 1
