"""What a process says of itself: what it counted, whether it is ready, and one log line a delivery."""

import asyncio
import contextlib
import datetime as dt
import io
import logging
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from bot.health import Readiness, observed, views
from bot.logs import log_delivery, log_to_stderr
from bot.metrics import REASONS, Metrics
from bot.server import serving
from brief.errors import SettingsError
from brief.models import Author, Note, SourceReport, Status
from brief.settings import load_settings
from tests.bot.delivery_setting import EIGHT, MINUTE, Clock
from tests.bot.telegramming import configured
from tests.fakes.telegram import FakeTelegram
from tests.patience import PATIENCE

SECOND = dt.timedelta(seconds=1)
PAPERBOY = Path(sys.executable).with_name("paperboy")


def counted(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return the samples that are not zero, by their name and the values of their labels, the last label first."""
    families = text_string_to_metric_families(metrics.text().decode())
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("paperboy")]
    return {
        (s.name, *(s.labels[label] for label in sorted(s.labels, reverse=True))): s.value for s in samples if s.value
    }


def test_what_happened_is_counted_by_surface_and_reason():
    metrics = Metrics()
    metrics.due(3)
    metrics.delivered("telegram", 0.4, late=False)
    metrics.delivered("telegram", 400, late=True)
    metrics.again("slack", "timeout")
    metrics.failed("slack", "gone")
    metrics.missed("slack")
    found = counted(metrics)
    assert found["paperboy_due_total",] == 3
    assert found["paperboy_sent_total", "telegram"] == 2
    assert found["paperboy_late_total", "telegram"] == 1
    assert found["paperboy_retried_total", "slack", "timeout"] == 1
    assert found["paperboy_failed_total", "slack", "gone"] == 1
    assert found["paperboy_missed_total", "slack"] == 1
    assert found["paperboy_lag_seconds_count", "telegram"] == 2
    assert found["paperboy_lag_seconds_bucket", "telegram", "0.5"] == 1


def test_sources_and_editions_are_counted():
    metrics = Metrics()
    metrics.source(SourceReport(source="arxiv", status=Status.OK, papers=300, repos=2))
    metrics.source(SourceReport(source="arxiv", status=Status.FAILED))
    metrics.edition(0.2)
    found = counted(metrics)
    assert found["paperboy_source_reports_total", "ok", "arxiv"] == 1
    assert found["paperboy_source_reports_total", "failed", "arxiv"] == 1
    assert ("paperboy_source_items", "arxiv") not in found  # the last answer had none
    assert found["paperboy_edition_seconds_count",] == 1


def test_what_a_model_took_and_did_not_write_is_counted():
    metrics = Metrics()
    notes = (
        Note(code="model_timeout", params={"model": "small", "n": 3}),
        Note(code="model_withheld", params={"n": 1}),
    )
    costs = {"calls": 9, "remembered": 4, "tokens_in": 21_000, "tokens_out": 5_000, "cost": 0.0125, "replaced": 2}
    metrics.written(Author(kind="model", model="small", notes=notes, **costs))
    metrics.written(Author(kind="model", model="small", calls=1))  # of no known price
    totals = {key: n for key, n in counted(metrics).items() if re.match(r"paperboy_model_.*_total", key[0])}
    assert totals == {
        ("paperboy_model_calls_total", "small"): 10,
        ("paperboy_model_tokens_total", "small", "in"): 21_000,
        ("paperboy_model_tokens_total", "small", "out"): 5_000,
        ("paperboy_model_cost_dollars_total",): 0.0125,
        ("paperboy_model_answers_remembered_total",): 4,
        ("paperboy_model_sentences_replaced_total",): 2,
        ("paperboy_model_failures_total", "timeout"): 3,
    }


def test_reasons_from_outside_cannot_grow_without_end():
    metrics = Metrics()
    for n in range(3 * REASONS):
        metrics.failed("slack", f"invented_{n}")
    for odd in ("", "Bad Request: nope", "x" * 4000, 'a"b\nc'):
        metrics.failed("slack", odd)
    reasons = {key[2]: n for key, n in counted(metrics).items() if key[0] == "paperboy_failed_total"}
    assert len(reasons) == REASONS + 1
    assert reasons["other"] == 2 * REASONS + 4


# -- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT)


@pytest.fixture
async def readiness(store, clock) -> Readiness:
    return Readiness(store.client, clock, ["telegram", "slack"], schedules=True)


@pytest.fixture
async def address(settings, readiness) -> AsyncIterator[str]:
    listening = settings.model_copy(update={"paperboy_listen": "127.0.0.1:0"})
    async with serving(listening, views(readiness, Metrics())) as (host, port):
        yield f"http://{host}:{port}"


async def asked(url: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.json()


async def test_ready_is_who_has_its_chats_and_a_clock_that_ticks(address, readiness, clock):
    status, said = await asked(f"{address}/readyz")
    assert status == 503
    assert said["ready"] is False
    assert list(said["missing"]) == ["slack", "telegram", "scheduler"]
    readiness.ticked()
    with readiness.joined("telegram"), readiness.joined("slack"):
        clock.now += MINUTE
        assert await asked(f"{address}/readyz") == (200, {"ready": True, "missing": {}})
        clock.now += SECOND
        assert list(await readiness.missing()) == ["scheduler"]
    assert list(await readiness.missing()) == ["slack", "telegram", "scheduler"]


async def test_without_redis_nobody_is_ready_but_everybody_alive(settings, clock, unused_port):
    async with Redis(port=unused_port) as nowhere:
        readiness = Readiness(nowhere, clock, [], schedules=False)
        listening = settings.model_copy(update={"paperboy_listen": "127.0.0.1:0"})
        async with serving(listening, views(readiness, Metrics())) as (host, port):
            assert await asked(f"http://{host}:{port}/readyz") == (
                503,
                {"ready": False, "missing": {"redis": "does not answer"}},
            )
            assert await asked(f"http://{host}:{port}/healthz") == (200, {"ok": True})


async def test_metrics_come_in_the_format_of_prometheus(address):
    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics") as answer:
        text = await answer.text()
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"paperboy_due", "paperboy_edition_seconds", "process_resident_memory_bytes"} <= names


async def test_an_address_that_is_taken_stops_only_who_receives_there(settings, readiness, unused_port, caplog):
    async def receive(_: web.Request) -> web.Response:
        return web.Response()

    same = settings.model_copy(update={"paperboy_listen": f"127.0.0.1:{unused_port}"})
    async with observed(same, [web.post("/telegram", receive)], readiness, Metrics()):
        async with observed(same, [], readiness, Metrics()):
            assert (await asked(f"http://{same.paperboy_listen}/healthz"))[0] == 200
        assert "an address of its own" in caplog.text
        with pytest.raises(SettingsError, match="PAPERBOY_LISTEN"):
            async with observed(same, [web.post("/telegram", receive)], readiness, Metrics()):
                pass


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        for port in random.sample(range(20_000, 30_000), 100):  # no other socket is given one of these by itself
            with contextlib.suppress(OSError):
                taken.bind(("127.0.0.1", port))
                return port
    pytest.fail("no port is free")


@pytest.mark.parametrize("role", ["run", "collector", "worker", "bot"])
async def test_every_role_becomes_ready(settings, unused_port, role):
    async with FakeTelegram() as fake:
        chosen = configured(settings, fake)
        environ = {
            "PATH": os.environ["PATH"],
            "REDIS_URL": chosen.redis_url.get_secret_value(),
            "PAPERBOY_DATA_DIR": str(chosen.paperboy_data_dir),
            "TELEGRAM_BOT_TOKEN": fake.token,
            "TELEGRAM_API_URL": fake.url,
            "PAPERBOY_LISTEN": f"127.0.0.1:{unused_port}",
        }
        process = await asyncio.create_subprocess_exec(PAPERBOY, role, env=environ, stderr=subprocess.PIPE)
        async with asyncio.timeout(PATIENCE):
            while not await is_ready(f"http://127.0.0.1:{unused_port}"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log


async def is_ready(url: str) -> bool:
    try:
        return (await asked(f"{url}/readyz"))[0] == 200
    except aiohttp.ClientConnectionError:
        return False


# -- the log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a service whose bot token is known; afterwards, loggers are as they were."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    log_to_stderr(load_settings({"TELEGRAM_BOT_TOKEN": "123:AAE-s3cret"}))
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written := io.StringIO())
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def test_a_delivery_is_one_line_with_the_same_keys_and_no_secret(log):
    logger, day = logging.getLogger("bot.delivery"), EIGHT.date()
    log_delivery(logger, "telegram:-1001", day, "sent", lag=0.42, attempt=1, message="8812")
    log_delivery(logger, "slack:T1:C1", day, "failed", lag=61, attempt=3, reason='bot123:AAE-s3cret said\n"no"')
    sent, failed = (line.partition("bot.delivery: ")[2] for line in log.getvalue().splitlines())
    assert sent == (
        'delivery chat=telegram:-1001 date=2026-05-01 outcome=sent lag=0.4 attempt=1 message=8812 reason=""'
    )
    assert failed.endswith(r'attempt=3 message="" reason="bot[secret] said\n\"no\""')
