"""What `paperboy check` looks at on this machine: the data folder, the address to listen at, and the clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import socket
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bot.findings import Finding
from bot.server import OPEN, PROTECT, unprotected
from brief.settings import Settings

CLOCK_LIMIT = dt.timedelta(minutes=5)  # Slack refuses signatures that are older, and 8:00 should be 8:00
ROOM = 200_000_000  # bytes; 120 days take some 150 MB, and as much again while Redis writes its file anew
FULL = 10_000_000  # bytes
_ANSWER = 2.0  # seconds


def folder(path: Path) -> Finding:
    """Tell whether the data folder can be written, or made where it is not there yet, and has room on its disk."""
    there = next(one for one in (path, *path.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        fix = "PAPERBOY_DATA_DIR=/a/folder/of/yours"
        return Finding("data folder", ok=False, found=f"{there} cannot be written ({error.strerror})", fix=fix)
    free = shutil.disk_usage(there).free
    if free < ROOM:
        fix = "room on that disk, or PAPERBOY_DATA_DIR=/a/folder/of/yours on another one"
        found = f"{path}: {free // 1_000_000} MB are free on its disk"
        return Finding("data folder", ok=free >= FULL, found=found, fix=fix)
    return Finding("data folder", ok=True, found=str(path))


async def address(settings: Settings) -> Finding:
    """Tell whether the HTTP server finds its address free; another Paperboy's is fine, one for everyone not quite."""
    listen, what = settings.paperboy_listen, "PAPERBOY_LISTEN"
    host, _, port = listen.rpartition(":")
    host, found = host.strip("[]"), f"{listen} is free"
    try:
        _try(host, int(port))
    except (OSError, OverflowError) as error:
        if not await _is_paperboy(host, port):
            found = f"{listen} cannot be used ({getattr(error, 'strerror', None) or error})"
            return Finding(what, ok=False, found=found, fix="an address that is free: PAPERBOY_LISTEN=127.0.0.1:8081")
        found = f"a Paperboy listens at {listen}"
    if unprotected(settings, str(socket.getaddrinfo(host, None)[0][4][0])):
        fix = f"PAPERBOY_LISTEN=127.0.0.1:{port}; else {PROTECT}"
        return Finding(what, ok=True, found=f"{found}; {OPEN}", fix=fix)
    return Finding(what, ok=True, found=found)


def clock(offsets: Iterable[dt.timedelta]) -> Finding:
    """Tell whether this machine's clock agrees with those of the sites that answered: with the median of them."""
    known = sorted(offsets)
    if not known:
        return Finding("clock", ok=None, found="no site answered that has one to compare")
    ahead = known[len(known) // 2]
    if abs(ahead) <= CLOCK_LIMIT:
        return Finding("clock", ok=True, found=f"right to {max(1, round(abs(ahead).total_seconds()))} s")
    minutes = round(abs(ahead).total_seconds() / 60)
    found = f"{minutes} minutes {'ahead' if ahead > dt.timedelta() else 'behind'}"
    return Finding("clock", ok=False, found=found, fix="set it by the network, as with: timedatectl set-ntp true")


def _try(host: str, port: int) -> None:
    """Listen for a moment. Raises OSError, OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((host, port))


async def _is_paperboy(host: str, port: str) -> bool:
    """Tell whether what listens at an address answers /healthz as ours does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - asked, not bound
    with suppress(OSError, TimeoutError, ValueError, OverflowError, asyncio.IncompleteReadError):
        async with asyncio.timeout(_ANSWER):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                return (await reader.read(4096)).rstrip().endswith(b'{"ok": true}')
            finally:
                writer.close()
    return False
