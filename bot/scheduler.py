"""What happens by the clock: due members are handed to the workers, editions are made ahead, late sources asked again.

Any number of schedulers may run: members are taken by one of them each, and what costs the sites something is done by
whoever has its lock. None of them keeps anything that another could not find in Redis.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # version 3 has no types
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.delivery import surface_of
from bot.editions import KEPT, Editions
from bot.followups import Followups, incomplete, recommended
from bot.metrics import Metrics
from bot.queue import Queue
from bot.schedule import due, next_due
from bot.services import Services
from brief.errors import StoreError
from brief.models import Language
from brief.profile import Profile
from brief.turns import alone

LEAD = dt.timedelta(minutes=20)  # before an edition is due; sites that fail are asked twice more in it
AGAIN = dt.timedelta(minutes=9)  # until sites are asked again
REFRESHED_FOR = dt.timedelta(hours=3)  # after a chat got an edition with sources missing
BATCH = 50  # members a task
_TAKEN = 500  # members a script
_UNSERVED = dt.timedelta(hours=1)  # until chats of a service that is not set up are looked at again
_GONE = dt.timedelta(days=1)  # a consumer that was silent for so long is of a process that ended
_DAY = dt.timedelta(days=1)
_HUB_FILLED = 20  # o'clock UTC. Hugging Face's page of a day fills until evening there: seen to go from 9 to 18 papers.
_COLLECT_LIMIT = 300.0  # seconds that a scheduler may hold the lock, and a killed one does
_JUMP = 1.5  # seconds by which the clock must be off to have been set

_log = logging.getLogger(__name__)

_Edition = tuple[dt.date, Language, Profile]


@dataclass(frozen=True)
class _Job:
    """A job and its times, in UTC, where no hour is repeated or skipped.

    One run of a job at a time. Times that were missed, asleep or behind a slow run, become one (coalesce). `grace` is
    in seconds: a run later than that is left out; None means that it is done however late.
    """

    run: Callable[[], Awaitable[None]]
    times: dict[str, int | str]
    grace: int | None = None


class Scheduler:
    """The jobs. `surfaces` are the services that are set up; `ticked` is called after each tick."""

    def __init__(
        self,
        services: Services,
        deliveries: Deliveries,
        queue: Queue,
        surfaces: Collection[str],
        metrics: Metrics,
        ticked: Callable[[], None] = lambda: None,
    ) -> None:
        self._services, self._deliveries, self._queue = services, deliveries, queue
        self._surfaces, self._metrics, self._ticked = frozenset(surfaces), metrics, ticked
        self._followups = Followups(services.store.client)
        self._seen_until: dt.datetime | None = None
        self._wanted: dict[_Edition, dt.datetime] = {}  # until when an edition is prepared
        self._collected: dict[dt.date, dt.datetime] = {}
        self._jobs = (
            _Job(self.tick, {"second": "*"}),  # a late tick takes all that earlier ones would have taken
            _Job(self.prepare, {"second": 0}),
            _Job(self.refresh, {"minute": "*/10", "second": 30}),
            _Job(self.settle, {"hour": _HUB_FILLED}, 3 * 3600),  # for those who look in the evening; not past the day
            _Job(self.clean, {"minute": 50}, 3000),  # the next hour's does as well
        )

    async def run(self) -> None:
        """Run the jobs until cancelled; then no member is taken any more."""
        await _logged(self.clean)
        scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job in self._jobs:
            scheduler.add_job(_logged, _trigger(job), (job.run,), id=job.run.__name__, misfire_grace_time=job.grace)
        # The library tells of each run, and of each tick that finds the one before at work.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler.start()
        try:
            await self._watch_clock(scheduler)
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Hand what is due to the workers of its surface, as long as not too much is under way."""
        now = self._services.clock()
        while members := await self._deliveries.take(now, _TAKEN):
            self._metrics.due(len(members))
            for surface, found in _by_surface(members).items():
                if surface not in self._surfaces:
                    await self._put_off(found, now)
                    continue
                for start in range(0, len(found), BATCH):
                    await self._queue.put(surface, found[start : start + BATCH])
        self._ticked()

    async def prepare(self) -> None:
        """Collect and write the editions that come due within the next minutes; each chat is looked at once."""
        now = self._services.clock()
        since, until = self._seen_until or now - _DAY, now + LEAD
        if until > since:
            members = [member for member in await self._deliveries.soon(since, until) if "#" not in member]
            self._want([chat for chat in await self._services.people.chats(members) if chat], now)
        self._seen_until = until  # a clock that was set back begins anew
        self._wanted = {edition: end for edition, end in self._wanted.items() if end >= now}
        for date in sorted({date for date, _, _ in self._wanted}):
            last = self._collected.get(date)
            if last is None or not dt.timedelta() <= now - last <= AGAIN:
                self._collected[date] = now
                if await self._collect(date):
                    await self._make(edition for edition in self._wanted if edition[0] == date)
        self._collected = {date: at for date, at in self._collected.items() if now - at < _DAY}

    async def refresh(self) -> None:
        """Ask the sources again that editions went out without, and follow up where the recommendations changed."""
        now = self._services.clock()
        for date in (now.date() + n * _DAY for n in (-1, 0, 1)):
            sent = await self._followups.all(date)
            waiting = [chat_id for chat_id, one in sent.items() if dt.timedelta() <= now - one.at <= REFRESHED_FOR]
            if waiting and await self._collect(min(date, self._services.today())):
                editions = Editions(self._services.renewed_edition, self._services.clock)  # none of before
                chats = [chat for chat in await self._services.people.chats(waiting) if chat]
                changed = [c.id for c in chats if await self._changed(editions, c, date, sent[c.id].papers)]
                # By then no worker knows the edition as it was.
                moment = self._services.clock() + KEPT
                await self._deliveries.owe([f"{chat_id}#followup" for chat_id in changed], moment)

    async def settle(self) -> None:
        """Collect the day once more, when Hugging Face's page of it has filled."""
        if await self._services.store.days():  # somebody uses it
            await self._collect(self._services.today())

    async def clean(self) -> None:
        """Plan the chats that an older version or a wrong clock left unplanned, forget workers that are gone."""
        await self._deliveries.adopt(await self._services.people.subscribed(), self._services.clock())
        for surface in self._surfaces:
            await self._queue.forget_idle(surface, int(_GONE.total_seconds() * 1000))

    # -- how it is done -----------------------------------------------------------------------------------------------

    async def _put_off(self, members: Iterable[str], now: dt.datetime) -> None:
        """Have chats of a service that is not set up come back later: others must not wait for them."""
        later = (now + _UNSERVED).timestamp()
        await self._deliveries.done([Result(member, None, "nothing", next=later) for member in members], now)

    def _want(self, chats: Iterable[Chat], now: dt.datetime) -> None:
        """Take note of the editions that chats are due soon."""
        for chat in chats:
            moment = now if due(chat, now) else next_due(chat, now)
            date = min(due(chat, moment) or moment.date(), self._services.today())
            edition = date, chat.language, self._services.profile_of(chat, date)
            self._wanted[edition] = max(moment, self._wanted.get(edition, moment))

    async def _collect(self, date: dt.date) -> bool:
        """Ask the sources that a day still needs; False when another scheduler is at it, or was just now."""
        async with alone(self._services.store.client, f"collect:{date}", _COLLECT_LIMIT) as ours:
            if ours:
                for report in (await self._services.day(date, fresh=True)).reports:
                    self._metrics.source(report)
            return ours

    async def _make(self, editions: Iterable[_Edition]) -> None:
        for date, language, profile in list(editions):
            begun = time.perf_counter()
            await self._services.written(date, language, profile)
            self._metrics.edition(time.perf_counter() - begun)

    async def _changed(self, editions: Editions, chat: Chat, date: dt.date, papers: Collection[str]) -> bool:
        """Tell whether a chat is to hear of new recommendations; once it is over, or all is there, ask no more."""
        over = await self._deliveries.over(f"{chat.id}#followup", date)
        edition = None if over else await editions.brief(chat, min(date, self._services.today()))
        changed = edition is not None and not set(recommended(edition)) <= set(papers)
        if edition is None or (not changed and not incomplete(edition)):
            await self._followups.forget(chat.id, date)
        return changed

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Set the jobs anew when the clock was set: the library would sleep through an hour it was set back."""
        offset = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(1)
            before, offset = offset, time.time() - time.monotonic()
            if abs(offset - before) > _JUMP:
                _log.warning("the clock was set by %.0f seconds", offset - before)
                for job in self._jobs:
                    scheduler.reschedule_job(job.run.__name__, trigger=_trigger(job))
                await _logged(self.clean)


def _trigger(job: _Job) -> CronTrigger:
    return CronTrigger(timezone=dt.UTC, **job.times)


def _by_surface(members: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for member in members:
        found.setdefault(surface_of(member), []).append(member)
    return found


async def _logged(job: Callable[[], Awaitable[None]]) -> None:
    try:
        await job()
    except StoreError as error:
        _log.warning("%s", error)
    except Exception:  # noqa: BLE001 - the next run is another try
        _log.exception("a job of the scheduler failed")
