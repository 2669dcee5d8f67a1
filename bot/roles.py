"""The verbs that run until a signal ends them; what only a terminal needs stays unloaded for all that time."""

from __future__ import annotations

import asyncio

from bot import wiring
from bot.lean import spare_memory
from bot.logs import log_to_stderr
from bot.serve import Role, serve
from brief.profile import load_profile
from brief.settings import load_settings


def start(role: str) -> None:
    """Do what `run`, `collector`, `worker` or `bot` does until a signal ends it."""
    settings = load_settings()
    log_to_stderr(settings)
    spare_memory()

    async def run() -> None:
        async with wiring.open_services(settings, load_profile(settings.paperboy_profile)) as services:
            await serve(services, Role[role.upper()])

    asyncio.run(run())
