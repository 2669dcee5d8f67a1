"""Insisting on a call while the other side does not answer; which errors mean that is the caller's to say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # seconds between tries
_SAID = 160  # characters of an error; it may hold a whole page of a gateway

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


async def until_answered(
    call: Callable[[], Awaitable[_T]],
    silence: Callable[[Exception], str | None],
    who: str,
    tries: int | None = None,
) -> _T:
    """Return what a call returns, made again after every error that `silence` has words for; others are raised.

    The caller sets the time limit, or says after how many `tries` silence is raised, too. What the call does may so be
    done twice, when only the answer was lost.
    """
    for n in count():
        try:
            return await call()
        except Exception as error:
            said = silence(error)
            if said is None or n + 1 == tries:
                raise
            if n == 0:
                _log.warning("%s does not answer (%s); trying again", who, " ".join(said.split())[:_SAID])
        await asyncio.sleep(_PAUSES[min(n, len(_PAUSES) - 1)])
    raise AssertionError  # count() does not end
