"""The clock of the pushes: each minute, what is due is sent; a while before, it is collected."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # version 3 has no types

from bot.chat import Chat
from bot.schedule import due, next_due
from bot.services import Services
from bot.surface import Courier
from brief.errors import StoreError
from formatting import people as screens

LEAD = dt.timedelta(minutes=20)  # before a push; sites that fail are asked twice more in it
AGAIN = dt.timedelta(minutes=9)
PUSH_LIMIT = 100.0  # seconds; less than the lease of a claim
STOP_LIMIT = 6.0  # seconds for what is being sent when the program is told to stop
AT_ONCE = 100
REMINDER_DAY = 5  # Saturday
OLDEST = 3  # papers that the reminder names

_log = logging.getLogger(__name__)


class Pushes:
    """What is sent without being asked for: the brief of the day, and once a week what waits on the later list."""

    def __init__(self, services: Services) -> None:
        self._services, self._people = services, services.people
        self._couriers: dict[str, Courier] = {}
        self._collected: dict[dt.date, dt.datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick every minute."""
        scheduler = AsyncIOScheduler(timezone=dt.UTC)
        for job in (self.prepare, self.tick):
            scheduler.add_job(self._spawn, "cron", (job,), second=0, misfire_grace_time=None)
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    @asynccontextmanager
    async def joined(self, surface: str, courier: Courier) -> AsyncIterator[None]:
        """Send to the chats of a surface, what is due already at once; at the end, finish what has begun if it can be.

        `surface` is the part of a chat's id before its first colon.
        """
        self._couriers[surface] = courier
        self._spawn(self.tick)
        try:
            yield
        finally:
            del self._couriers[surface]
            if self._tasks:
                _, late = await asyncio.wait(list(self._tasks), timeout=STOP_LIMIT)
                for task in late:
                    task.cancel()

    async def prepare(self) -> None:
        """Collect and write the editions that are due within the next minutes."""
        now = self._services.clock()
        soon = [chat for chat in await self._chats() if next_due(chat, now) - now <= LEAD]
        for chat in soon:
            moment = next_due(chat, now)
            date = min(moment.astimezone(self._services.settings.brief_timezone).date(), self._services.today())
            last = self._collected.get(date)
            if last is None or now - last > AGAIN:
                self._collected[date] = now
                await self._services.day(date, fresh=True)
                for language, profile in dict.fromkeys((c.language, self._services.profile_of(c)) for c in soon):
                    await self._services.brief(date, language, profile)

    async def tick(self) -> None:
        """Send what is due now and was not sent; what fails is tried again by a later tick of the same day."""
        now = self._services.clock()
        chats = await self._chats()
        await asyncio.gather(*(self._push(chat, date) for chat in chats if (date := due(chat, now))))
        every_day = {chat.id: chat.model_copy(update={"weekdays_only": False}) for chat in chats}
        reminders = ((chat, due(every_day[chat.id], now)) for chat in chats if chat.reminder and chat.kind == "private")
        await asyncio.gather(*(self._remind(c, day) for c, day in reminders if day and day.weekday() == REMINDER_DAY))

    async def _push(self, chat: Chat, date: dt.date) -> None:
        courier = self._couriers.get(_surface(chat))
        if courier:
            await self._once(chat.id, date, lambda: courier.push(chat, min(date, self._services.today())))

    async def _remind(self, chat: Chat, date: dt.date) -> None:
        waiting = [saved for saved in await self._people.kept(chat.id) if saved.done is None]
        courier = self._couriers.get(_surface(chat))
        if waiting and courier:
            document = screens.reminder(chat.language, len(waiting), [saved.paper for saved in waiting[-OLDEST:]])
            await self._once(f"{chat.id}#reminder", date, lambda: courier.tell(chat, document))

    async def _once(self, key: str, date: dt.date, send: Callable[[], Awaitable[str | None]]) -> None:
        """Claim, send, record; only what was recorded is never sent again."""
        if await self._people.was_sent(key, date):
            return
        async with self._room:
            if not await self._people.claim(key, date, self._services.clock()):
                return
            try:
                async with asyncio.timeout(PUSH_LIMIT):
                    message = await send()
            except Exception:  # noqa: BLE001 - one chat must not cost the others theirs
                _log.exception("the push of %s to %s failed and will be tried again", date, key)
                return
            if message is not None:
                await self._people.sent(key, date, message)

    async def _chats(self) -> list[Chat]:
        return [chat for chat in await self._people.subscribed() if _surface(chat) in self._couriers]

    def _spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _surface(chat: Chat) -> str:
    return chat.id.partition(":")[0]


async def _logged(job: Callable[[], Awaitable[None]]) -> None:
    try:
        await job()
    except StoreError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - the next minute is another try
        _log.exception("a push failed")
