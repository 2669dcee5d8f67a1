"""The operator's chat is told of trouble, and when it is over. All the keys of that.

{paperboy}:1:alarms                the causes that were told and are not over              for good
{paperboy}:1:alarm:{cause}:{date}  there when a cause was told about on, or for, a date    40 days

Any number of processes may look; what there is to tell, one of them tells.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from bot.backlog import backlog
from bot.chat import Chat
from bot.deliveries import Deliveries
from bot.services import Services
from bot.surface import Courier
from brief.models import Day, SourceReport, Status
from brief.store import key_of, redis_errors
from formatting import operator as screens
from formatting.document import Document
from formatting.operator import Trouble

EVERY = 300.0  # seconds between looks
GONE = "gone"  # why a delivery is given up every day somewhere: its chat blocked the bot, or was deleted
_DAY = dt.timedelta(days=1)
_KEEP = dt.timedelta(days=40)

_log = logging.getLogger(__name__)


class Alarms:
    """What the chat OPERATOR_CHAT is told, by the couriers there are."""

    def __init__(self, services: Services, deliveries: Deliveries, couriers: Mapping[str, Courier]) -> None:
        self._services, self._deliveries, self._couriers = services, deliveries, couriers
        self._redis = services.store.client
        self._chat = services.settings.operator_chat

    async def watch(self) -> None:
        """Look every 5 minutes until cancelled; returns at once when there is no OPERATOR_CHAT."""
        while self._chat:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look is another try
                _log.warning("nobody could be told whether there is trouble: %r", error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell what is wrong and was not told on this day, and what is over.

        Does nothing in a process without a courier to that chat. Raises StoreError when Redis does not answer.
        """
        courier = self._couriers.get((self._chat or "").partition(":")[0])
        if self._chat is None or courier is None:
            return
        known = await self._services.people.chat(self._chat)
        chat = known or Chat(id=self._chat, language=self._services.settings.brief_language)
        now = [trouble async for trouble in self._troubles()]
        await self._tell_new(courier, chat, now)
        await self._tell_over(courier, chat, {trouble.cause for trouble in now})

    # -- what is wrong ------------------------------------------------------------------------------------------------

    async def _troubles(self) -> AsyncIterator[Trouble]:
        today = self._services.today()
        for report in await self._dead_sources():
            yield Trouble("source", today, report=report)
        waiting = await backlog(self._redis, self._services.clock())
        if waiting.overdue:
            yield Trouble("late", today, waiting.overdue)
        for date in (today - _DAY, today, today + _DAY):  # east of here, tomorrow has begun
            figures = await self._deliveries.figures(date)
            if figures.missed:
                yield Trouble("missed", date, figures.missed)
            if refused := {reason: n for reason, n in figures.failed.items() if reason != GONE}:
                yield Trouble("refused", date, sum(refused.values()), tuple(sorted(refused)))

    async def _dead_sources(self) -> list[SourceReport]:
        """Return the newest reports of the sources that failed in each of the last two editions."""
        dates = (await self._services.store.days())[:2]
        days = [day for date in dates if (day := await self._services.store.day(date))]
        if len(days) < 2:
            return []
        newest, before = (_failed(day) for day in days)
        return [report for source, report in newest.items() if source in before]

    # -- telling ------------------------------------------------------------------------------------------------------

    async def _tell_new(self, courier: Courier, chat: Chat, troubles: Sequence[Trouble]) -> None:
        """Tell what nobody has told; it is marked first, so that another process does not tell it too."""
        fresh = [trouble for trouble in troubles if await self._mark(trouble)]
        if not fresh:
            return
        try:
            await self._tell(courier, chat, screens.alarm(chat.language, fresh))
        except BaseException:  # also when told to stop
            with redis_errors():
                await self._redis.delete(*map(_mark_key, fresh))
            raise
        if lasting := [trouble.cause for trouble in fresh if trouble.lasting]:
            with redis_errors():
                await self._redis.sadd(key_of("alarms"), *lasting)

    async def _tell_over(self, courier: Courier, chat: Chat, causes: Iterable[str]) -> None:
        with redis_errors():
            known: Any = await self._redis.smembers(key_of("alarms"))
            ended = sorted({cause.decode() for cause in known}.difference(causes))
            # Who takes a cause out is the one who tells that it is over.
            over = [cause for cause in ended if await self._redis.srem(key_of("alarms"), cause)]
        if not over:
            return
        try:
            await self._tell(courier, chat, screens.over(chat.language, over))
        except BaseException:  # also when told to stop
            with redis_errors():
                await self._redis.sadd(key_of("alarms"), *over)
            raise

    async def _tell(self, courier: Courier, chat: Chat, document: Document) -> None:
        """Send to the operator; a chat that takes no messages any more is logged about, and not tried again."""
        if chat.stopped or await courier.tell(chat, document) is None:
            _log.warning("OPERATOR_CHAT takes no messages; it would have been told: %s", document.summary)

    async def _mark(self, trouble: Trouble) -> bool:
        with redis_errors():
            return bool(await self._redis.set(_mark_key(trouble), "", nx=True, ex=_KEEP))


def _failed(day: Day) -> dict[str, SourceReport]:
    return {report.source: report for report in day.reports if report.status is Status.FAILED}


def _mark_key(trouble: Trouble) -> str:
    return key_of("alarm", trouble.cause, trouble.date)
