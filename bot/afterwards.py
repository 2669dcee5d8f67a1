"""What an answer need not wait for. It belongs to the question: who waits for that to be handled waits for this, too.

So Telegram's update is acknowledged, and the chat's next one begun, when both are done, and a stopping bot ends both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

Work = Callable[[], Awaitable[None]]

_put_off: ContextVar[list[Work] | None] = ContextVar("put_off", default=None)


async def answering(answer: Awaitable[None]) -> None:
    """Have a question answered, and then do what was put off for that. Raises what either of them raises."""
    work: list[Work] = []
    before = _put_off.set(work)
    try:
        await answer
    finally:
        _put_off.reset(before)
    for one in work:
        await one()


async def put_off(work: Work) -> None:
    """Have something done once the question of the moment is answered; now where nothing is shown afterwards."""
    waiting = _put_off.get()
    if waiting is None:
        await work()
    else:
        waiting.append(work)
