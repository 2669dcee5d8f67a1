"""The clock of the pushes: each minute, what is due is sent; a while before, it is collected."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # version 3 has no types

from bot.people import Chat
from bot.schedule import due, next_due
from bot.services import Services
from bot.telegram import TelegramBot
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

    def __init__(self, services: Services, bot: TelegramBot) -> None:
        self._services, self._people, self._bot = services, services.people, bot
        self._collected: dict[dt.date, dt.datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick every minute; at the end, what has begun is finished if it can be."""
        scheduler = AsyncIOScheduler(timezone=dt.UTC)
        for job in (self.prepare, self.tick):
            scheduler.add_job(self._spawn, "cron", (job,), second=0, misfire_grace_time=None)
        scheduler.start()
        self._spawn(self.tick)
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
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
                for language in sorted({chat.language for chat in soon}):
                    await self._services.brief(date, language)

    async def tick(self) -> None:
        """Send what is due now and was not sent; what fails is tried again by a later tick of the same day."""
        now = self._services.clock()
        chats = await self._chats()
        await asyncio.gather(*(self._push(chat, date) for chat in chats if (date := due(chat, now))))
        every_day = {chat.id: chat.model_copy(update={"weekdays_only": False}) for chat in chats}
        reminders = ((chat, due(every_day[chat.id], now)) for chat in chats if chat.reminder and chat.kind == "private")
        await asyncio.gather(*(self._remind(c, day) for c, day in reminders if day and day.weekday() == REMINDER_DAY))

    async def _push(self, chat: Chat, date: dt.date) -> None:
        async def send() -> int | None:
            return await self._bot.push(chat, min(date, self._services.today()))

        await self._once(chat.id, date, send)

    async def _remind(self, chat: Chat, date: dt.date) -> None:
        waiting = [saved for saved in await self._people.kept(chat.id) if saved.done is None]
        if waiting:
            document = screens.reminder(chat.language, len(waiting), [saved.paper for saved in waiting[-OLDEST:]])
            await self._once(f"{chat.id}#reminder", date, lambda: self._bot.tell(chat, document))

    async def _once(self, key: str, date: dt.date, send: Callable[[], Awaitable[int | None]]) -> None:
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
                await self._people.sent(key, date, str(message))

    async def _chats(self) -> list[Chat]:
        return [chat for chat in await self._people.subscribed() if chat.id.startswith("telegram:")]

    def _spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(job: Callable[[], Awaitable[None]]) -> None:
    try:
        await job()
    except StoreError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - the next minute is another try
        _log.exception("a push failed")
