"""How Telegram fails: the refusals a bot meets through no fault of its text, and failures of the wire."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import inf
from typing import Literal

from tests.fakes.telegram_checks import ApiError, bad_request

Fault = ApiError | Literal["timeout", "reset", "lost", "gateway"]

BLOCKED = ApiError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = ApiError(403, "Forbidden: user is deactivated")
SERVER_ERROR = ApiError(500, "Internal Server Error")
OLD_QUERY = bad_request("query is too old and response timeout expired or query ID is invalid")


def kicked(kind: str) -> ApiError:
    """Return the answer for a chat of a kind ("group", "supergroup", "channel") that threw the bot out."""
    return ApiError(403, f"Forbidden: bot was kicked from the {kind} chat")


def flood(seconds: int) -> ApiError:
    """Return the answer to a bot that sends too fast."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def migrated(new_id: int) -> ApiError:
    """Return the answer for a group that became a supergroup."""
    return ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new_id)


@dataclass
class _Scripted:
    fault: Fault
    times: float
    chat_id: int | None


class Script:
    """The faults to come, by lower-cased method; "*" is any method."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, list[_Scripted]] = defaultdict(list)

    def add(self, method: str, fault: Fault, times: float, chat_id: int | None) -> None:
        self._faults[method.lower()].append(_Scripted(fault, times, chat_id))

    def take(self, method: str, chat_id: int) -> Fault | None:
        """Return the fault this call meets, if any, and count it."""
        for scripted in self._faults[method.lower()] + self._faults["*"]:
            if scripted.times and scripted.chat_id in (None, chat_id):
                scripted.times -= 1
                return scripted.fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def unused(self) -> list[str]:
        """Return the methods with faults nobody met."""
        return [method for method, faults in self._faults.items() if any(0 < f.times < inf for f in faults)]
