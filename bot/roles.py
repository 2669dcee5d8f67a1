"""The verbs that run until a signal ends them; what only a terminal needs stays unloaded for all that time."""

from __future__ import annotations

import asyncio
import ctypes

from bot import wiring
from bot.logs import log_to_stderr
from bot.serve import Role, serve
from brief.profile import load_profile
from brief.settings import load_settings


def start(role: str) -> None:
    """Do what `run`, `collector`, `worker` or `bot` does until a signal ends it."""
    settings = load_settings()
    log_to_stderr(settings)
    _spare_memory()

    async def run() -> None:
        async with wiring.open_services(settings, load_profile(settings.paperboy_profile)) as services:
            await serve(services, Role[role.upper()])

    asyncio.run(run())


def _spare_memory() -> None:
    """Have glibc give freed memory back, where it is the C library: a day that was laid out leaves 25 MB otherwise.

    M_ARENA_MAX = 1 and M_TRIM_THRESHOLD = 100 kB, see mallopt(3); threads here wait for the interpreter anyway.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(-8, 1)
        mallopt(-1, 100_000)
