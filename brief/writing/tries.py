"""A request to a model, and its repeats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import stamina

TRIES: Final = 3

_T = TypeVar("_T")

stamina.instrumentation.set_on_retry_hooks(())  # it would tell of repeats on its own; the brief's notes do


async def repeated(work: Callable[[], Awaitable[_T]], again: Callable[[Exception], bool | float], backoff: float) -> _T:
    """Return what work gives at one of three tries, with pauses that grow from `backoff` seconds.

    `again` tells whether an error is worth another try, or in how many seconds. Raises the last error.
    """
    async for attempt in stamina.retry_context(
        on=again, attempts=TRIES, timeout=None, wait_initial=backoff, wait_max=4 * backoff, wait_jitter=backoff
    ):
        with attempt:
            return await work()
    raise AssertionError("stamina returns or raises")
