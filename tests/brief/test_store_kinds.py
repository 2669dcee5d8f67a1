"""What is kept is kept in a Redis of any kind: on TCP or a Unix socket, behind a sentinel, in a cluster."""

import asyncio
import contextlib
import datetime as dt
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography.fernet import Fernet
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.backlog import backlog
from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.health import Readiness
from bot.people import People
from bot.queue import Queue
from bot.workspaces import Installations, Workspace
from brief.errors import StoreError
from brief.models import Day, Paper, Window
from brief.redis_server import find_server
from brief.settings import load_settings
from brief.store import Store, key_of, open_store
from brief.turns import turn
from tests.patience import PATIENCE

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
PASSWORD = "p@ss:w/rd"
ANNA, OLD, NEW = "telegram:1", "telegram:-1", "telegram:-1001"


@dataclass(frozen=True)
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def client(self) -> Any:
        return redis.Redis(port=self.port, password=PASSWORD)


def _free_port() -> int:
    """Return a port whose cluster bus, 10,000 above it, has room too."""
    while True:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            if (port := int(tried.getsockname()[1])) < 55_000:
                return port


@contextlib.contextmanager
def _started(folder: Path, *options: object, config: str = "") -> Iterator[Server]:
    port = _free_port()
    folder.mkdir(exist_ok=True)
    file = folder / f"{port}.conf"
    file.write_text(f'port {port}\nbind 127.0.0.1\ndir "{folder}"\nsave ""\n{config}')
    command = [str(find_server()), str(file), *map(str, options)]
    with (folder / f"{port}.log").open("wb") as log, subprocess.Popen(command, stdout=log) as process:
        server = Server(port, process)
        try:
            _until(lambda: _answers(port), f"the server of {folder}")
            yield server
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False


def _until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"{what} does not answer"
        time.sleep(0.02)


_DATA = f'requirepass "{PASSWORD}"\nmasterauth "{PASSWORD}"\n'


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _started(tmp_path_factory.mktemp("master"), config=_DATA) as server:
        yield server


@contextlib.contextmanager
def _watching(folder: Path, master: Server) -> Iterator[Server]:
    config = (
        f"sentinel monitor papers 127.0.0.1 {master.port} 1\n"
        f'sentinel auth-pass papers "{PASSWORD}"\n'
        "sentinel down-after-milliseconds papers 300\nsentinel failover-timeout papers 2000\n"
    )
    with _started(folder, "--sentinel", config=config) as sentinel:
        yield sentinel


@pytest.fixture(scope="module")
def sentinel(tmp_path_factory: pytest.TempPathFactory, master: Server) -> Iterator[Server]:
    with _watching(tmp_path_factory.mktemp("sentinel"), master) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One node with every slot: it refuses what touches two slots at once, as many nodes would."""
    with _started(tmp_path_factory.mktemp("cluster"), "--cluster-enabled", "yes", config=_DATA) as server:
        with server.client as client:
            client.execute_command("CLUSTER ADDSLOTS", *range(16384))
            _until(lambda: client.execute_command("CLUSTER INFO")["cluster_state"] == "ok", "the cluster")
        yield server


@pytest.fixture(params=["unix", "tcp", "sentinel", "cluster"])
def url(request: pytest.FixtureRequest) -> str:
    login = ":p%40ss%3Aw%2Frd@"
    if request.param == "unix":
        return str(request.getfixturevalue("redis_url"))
    if request.param == "tcp":
        return f"redis://{login}127.0.0.1:{request.getfixturevalue('master').port}/1"
    if request.param == "sentinel":
        nobody, port = _free_port(), request.getfixturevalue("sentinel").port
        return f"redis+sentinel://{login}127.0.0.1:{nobody},127.0.0.1:{port}/papers/2"
    return f"redis+cluster://{login}127.0.0.1:{request.getfixturevalue('cluster').port}"


@pytest.fixture
async def kept(url: str):
    async with open_store(load_settings({"REDIS_URL": url})) as store:
        await store.client.flushdb()
        yield store


async def test_days_and_turns(kept: Store) -> None:
    paper = Paper(id="2605.00001", title="A paper", abstract="About.")
    window = Window(date=NOON.date(), days=(NOON.date(),), since=NOON - dt.timedelta(days=1), until=NOON)
    await kept.save_day(Day(window=window, collected=NOON, papers=(paper,)))
    assert await kept.days() == [NOON.date()]
    assert await kept.paper(paper.id) == paper
    await kept.save_shown("me", NOON.date(), {paper.id: 1}, NOON)
    assert await kept.shown("me", NOON.date() + dt.timedelta(days=1), NOON) == {paper.id: 1}
    for _ in range(2):
        async with turn(kept.client, "arxiv", 0.01):
            pass


async def test_people(kept: Store) -> None:
    people = People(kept.client, lambda: NOON)
    paper = Paper(id="2605.00001", title="A paper")
    await people.save_chat(Chat(id=OLD, kind="group"))
    await people.change(OLD, subscribed=True, title="The group")
    assert await people.keep(f"{OLD}/7", paper, NOON)
    assert await people.finish(f"{OLD}/7", paper.id, NOON)
    assert await people.vote(f"{OLD}/7", paper.id, 1) == 1
    await people.migrate(OLD, NEW)
    assert [chat.title for chat in await people.subscribed()] == ["The group"]
    assert [saved.done for saved in await people.kept(f"{NEW}/7")] == [NOON]
    assert (await people.marks(f"{NEW}/7", paper.id)).vote == 1
    assert await people.moved(OLD) == NEW
    assert await people.refused(ANNA)
    assert not await people.refused(ANNA)


async def test_workspaces(kept: Store) -> None:
    installations = Installations(kept, Fernet.generate_key().decode())
    workspace = Workspace(team="T1", bot_id="B1", bot_user="U1", token="xoxb-1")
    await installations.save(workspace)
    assert await installations.workspace("T1") == workspace
    assert await installations.finish(await installations.begin())
    async with installations.renewing("T1"):
        await installations.remove(workspace.model_copy(update={"token": "xoxb-2"}))
    assert await installations.workspace("T1") == workspace
    await installations.remove(workspace)
    assert await installations.workspace("T1") is None


async def test_the_operators_view(kept: Store) -> None:
    people = People(kept.client, lambda: NOON)
    for n in range(3):
        await people.change(f"telegram:{n}", kind="group", subscribed=True)
    tomorrow = NOON + dt.timedelta(days=1)
    waiting = await backlog(kept.client, tomorrow)
    assert (waiting.subscribed, waiting.under_way, waiting.overdue) == (3, 0, 3)
    assert waiting.next == tomorrow.replace(hour=8)
    assert await Readiness(kept.client, lambda: NOON, [], schedules=False).missing() == {}


async def test_deliveries(kept: Store) -> None:
    people, deliveries = People(kept.client, lambda: NOON), Deliveries(kept.client)
    chats = [await people.change(f"telegram:{n}", subscribed=True) for n in range(1, 4)]
    tomorrow = NOON + dt.timedelta(days=1)
    members = sorted(chat.id for chat in chats)
    taken = [member for member in await deliveries.take(tomorrow, 10) if member in members]
    assert sorted(taken) == members
    claims = await deliveries.claim([(member, tomorrow.date()) for member in members], tomorrow)
    assert len(claims) == 3
    await deliveries.done([Result(member, tomorrow.date(), "sent", message="1") for member in members], tomorrow)
    assert (await deliveries.figures(tomorrow.date())).sent == 3


async def test_batches_are_carried_acknowledged_and_no_more_repeated(kept: Store) -> None:
    queue, all_there, given = Queue(kept.client), asyncio.Event(), []

    async def deliver(members: list[str]) -> None:
        given.append(members)
        if len(given) == 3:
            all_there.set()

    await queue.put("telegram", ["telegram:1"])  # before the first worker ever came
    async with queue.delivering("telegram", deliver, lambda _: None):
        await queue.put("telegram", ["telegram:2", "telegram:3"])
        await queue.put("telegram", ["telegram:4"])
        async with asyncio.timeout(PATIENCE):
            await all_there.wait()
    assert sorted(given) == [["telegram:1"], ["telegram:2", "telegram:3"], ["telegram:4"]]
    assert (await kept.client.xpending(key_of("deliveries", "telegram"), "paperboy"))["pending"] == 0
    await queue.forget_idle("telegram", -1)
    assert await kept.client.xinfo_consumers(key_of("deliveries", "telegram"), "paperboy") == []


async def test_more_at_once_than_there_are_connections(kept: Store) -> None:
    people = People(kept.client, lambda: NOON)
    await asyncio.gather(*(people.change(f"telegram:{n}", title=str(n)) for n in range(1, 301)))
    chats = await asyncio.gather(*(people.chat(f"telegram:{n}") for n in range(1, 301)))
    assert [chat and chat.title for chat in chats] == [str(n) for n in range(1, 301)]


async def test_another_server_takes_over(tmp_path: Path) -> None:

    with contextlib.ExitStack() as stack:
        master = stack.enter_context(_started(tmp_path / "master", config=_DATA))
        config = f"{_DATA}replicaof 127.0.0.1 {master.port}\n"
        replica = stack.enter_context(_started(tmp_path / "replica", config=config))
        with replica.client as client:
            _until(lambda: client.info("replication")["master_link_status"] == "up", "the replica")
        sentinel = stack.enter_context(_watching(tmp_path / "sentinel", master))
        with redis.Redis(port=sentinel.port) as client:
            _until(lambda: client.sentinel_master("papers")["num-slaves"] == 1, "the sentinel")
        url = f"redis+sentinel://:p%40ss%3Aw%2Frd@127.0.0.1:{sentinel.port}/papers"
        async with open_store(load_settings({"REDIS_URL": url})) as store:
            await People(store.client, lambda: NOON).change(ANNA, title="before")
            assert await store.client.wait(1, 5000) == 1
            master.process.kill()
            master.process.wait()
            await _insist(lambda: People(store.client, lambda: NOON).change(ANNA, subscribed=True))
            chat = await People(store.client, lambda: NOON).chat(ANNA)
            assert chat
            assert (chat.title, chat.subscribed) == ("before", True)


async def _insist(call: Callable[[], Any]) -> None:
    """Call again while nobody is master: the sentinel takes a while to be sure."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(StoreError):
                await call()
                return
