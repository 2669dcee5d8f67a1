"""A role of Paperboy as its verb runs it, but on the packaged edition and by the clock of a test.

python -m tests.bot.delivery_process ROLE CLOCK   begins when its standard input ends
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import serve as serving
from bot.logs import log_to_stderr
from brief.settings import load_settings
from tests.bot.clock_file import ClockFile
from tests.bot.telegramming import open_services


async def main(role: str, clock: ClockFile) -> None:
    """Serve in a role until a signal ends it."""
    settings = load_settings()
    log_to_stderr(settings)
    async with open_services(settings, clock=clock, stored=False) as services:
        await serving.serve(services, serving.Role[role.upper()])


if __name__ == "__main__":
    sys.stdin.read()
    asyncio.run(main(sys.argv[1], ClockFile(Path(sys.argv[2]))))
