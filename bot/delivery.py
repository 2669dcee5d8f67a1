"""Delivers what chats are owed: claim, send, record. What failed is tried again, what cannot succeed is given up.

Sending is at least once: a message is in flight until it is recorded, and is sent again if the process ends before.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.chat import Chat
from bot.deliveries import Deliveries, Result
from bot.delivery_scripts import HELD, LATE, SENT
from bot.followups import Followups, incomplete
from bot.limits import calling
from bot.logs import log_delivery
from bot.looking_back import week_of
from bot.metrics import Metrics
from bot.records import Records
from bot.schedule import due, next_due, next_reminder, next_weekly, reminder_due, weekly_due
from bot.services import Services
from bot.surface import Courier
from brief.errors import DeliveryError, StoreError
from brief.models import Brief
from formatting import people as screens
from formatting import weekly

SEND_LIMIT = 100.0  # seconds; less than the lease of a claim
OLDEST = 3  # papers that the reminder names
_UNSAID = ""  # what is sent instead of a message when there is nothing to say

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a chat is owed: on which of its days, due since when, which edition, tried how often."""

    member: str
    chat: Chat
    date: dt.date
    since: dt.datetime
    edition: dt.date  # where it is made, the chat's own day may not have begun
    attempt: int = 1

    @property
    def surface(self) -> str:
        return surface_of(self.member)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing that is owed: when, when next, and how it is sent; see `Deliverer`."""

    owed: Callable[[Chat, dt.datetime], dt.date | None]
    following: Callable[[Chat, dt.datetime], dt.datetime | None]
    send: Callable[[Deliverer, Courier, _Owed], Awaitable[str | None]]


class Deliverer:
    """Delivers members (see `bot/deliveries.py`) by the couriers there are, by the names of their surfaces."""

    def __init__(
        self, services: Services, deliveries: Deliveries, couriers: Mapping[str, Courier], metrics: Metrics
    ) -> None:
        self._services, self._deliveries, self._couriers, self._metrics = services, deliveries, couriers, metrics
        self._followups = Followups(services.store.client)
        self._under_way: set[str] = set()  # members that are being sent, or whose results are not yet recorded
        self._records = Records(deliveries, services.clock, self._note, self._under_way.discard)
        self._sending: dict[asyncio.Task[None], str] = {}  # and to which surface
        self._gave_up: set[str] = set()
        self._incomplete: dict[dt.date, dict[str, Brief]] = {}  # sent, and not yet noted

    async def batch(self, members: list[str]) -> None:
        """Deliver what members are owed; returns when it is recorded. Raises StoreError when nothing was begun."""
        now = self._services.clock()
        # Leases run out early when the clock is set, or Redis was away.
        members = [member for member in members if member not in self._under_way]
        chats = await self._services.people.chats([chat_of(member) for member in members])
        since = await self._deliveries.since(members)
        rows = zip(members, chats, since, strict=True)
        owed = [one for member, chat, at in rows if (one := self._owed(member, chat, at or now, now))]
        answers = await self._deliveries.claim([(one.member, one.date) for one in owed], now) if owed else []
        for one in (one for one, answer in zip(owed, answers, strict=True) if answer == SENT):
            self._records.add(_over(one, now))
        mine = [replace(one, attempt=n) for one, n in zip(owed, answers, strict=True) if n not in (SENT, HELD)]
        if sending := [self._spawn(one) for one in mine]:
            await asyncio.wait(sending)
        await self._records.written()

    async def _note(self) -> None:
        """Remember who was sent an edition that sources were missing from. Raises StoreError; then call it again."""
        while self._incomplete:
            date, briefs = self._incomplete.popitem()
            try:
                await self._followups.note(date, briefs, self._services.clock())
            except StoreError:
                self._incomplete[date] = briefs | self._incomplete.get(date, {})
                raise

    def give_up(self, surface: str) -> None:
        """End what waits to be sent; called again, what is on its way too, which may arrive unknown to us.

        It is due again at once, for whoever comes next.
        """
        for task, where in self._sending.items():
            if where == surface and (surface in self._gave_up or not calling(task)):
                task.cancel()
        self._gave_up.add(surface)

    def _owed(self, member: str, chat: Chat | None, since: dt.datetime, now: dt.datetime) -> _Owed | None:
        """Return what a member is owed now, None for nothing; then, and of days that have passed, that is recorded."""
        if chat is None or not chat.subscribed or chat.stopped:
            self._records.add(Result(member, None, "nothing"))
            return None
        date = _kind(member).owed(chat, now)
        for missed in _missed(member, chat, since, date, now):
            self._records.add(Result(member, missed, "missed"))
            self._metrics.missed(surface_of(member))
            log_delivery(_log, member, missed, "missed", lag=(now - since).total_seconds(), attempt=0)
        if date is None:
            self._records.add(Result(member, None, "nothing", next=_next(member, chat, now)))
            return None
        return _Owed(member, chat, date, since, min(date, self._services.today()))

    def _spawn(self, owed: _Owed) -> asyncio.Task[None]:
        self._under_way.add(owed.member)
        task = asyncio.create_task(self._deliver(owed))
        self._sending[task] = owed.surface
        task.add_done_callback(self._sending.pop)
        return task

    async def _deliver(self, owed: _Owed) -> None:
        """Send, and record what became of it."""
        result = await self._sent(owed)
        now = self._services.clock()
        self._tell(owed, result, max(0.0, (now - owed.since).total_seconds()))
        self._records.add(result)

    async def _sent(self, owed: _Owed) -> Result:
        """Send what is owed and return what became of it; never raises."""
        try:
            courier = self._couriers[owed.surface]
            async with asyncio.timeout(SEND_LIMIT):
                message = await _kind(owed.member).send(self, courier, owed)
        except DeliveryError as error:
            return self._refused(owed, error)
        except asyncio.CancelledError:  # only `give_up` cancels
            return self._again(owed, "stopped", 0.0)
        except Exception as error:  # noqa: BLE001 - one chat must not cost the others theirs
            expected = isinstance(error, TimeoutError | StoreError)
            _log.warning("a delivery to %s failed: %r", owed.member, error, exc_info=not expected)
            return self._again(owed, type(error).__name__.lower())
        if message is None:  # the courier has stopped the chat
            return Result(owed.member, owed.date, "failed", reason="gone")
        over = _over(owed, self._services.clock())
        return over if message == _UNSAID else replace(over, outcome="sent", message=message, edition=owed.edition)

    def _refused(self, owed: _Owed, error: DeliveryError) -> Result:
        if error.permanent:
            return replace(_over(owed, self._services.clock()), outcome="failed", reason=error.reason)
        return self._again(owed, error.reason, error.retry_after)

    def _again(self, owed: _Owed, reason: str, seconds: float | None = None) -> Result:
        """Return that a delivery failed and is due again in so many seconds, by default after a while that doubles."""
        moment = None if seconds is None else self._services.clock().timestamp() + seconds
        return Result(owed.member, owed.date, "again", reason=reason, next=moment)

    def _tell(self, owed: _Owed, result: Result, lag: float) -> None:
        match result.outcome:
            case "sent":
                self._metrics.delivered(owed.surface, lag, late=lag > LATE)
            case "again":
                self._metrics.again(owed.surface, result.reason)
            case "failed":
                self._metrics.failed(owed.surface, result.reason)
        log_delivery(
            *(_log, owed.member, owed.date, result.outcome),
            lag=lag,
            attempt=owed.attempt,
            message=result.message,
            reason=result.reason,
        )

    # -- the kinds ----------------------------------------------------------------------------------------------------

    async def push(self, courier: Courier, owed: _Owed) -> str | None:
        """Send the newest brief; one line where a chat whose time was moved got that one the day before."""
        if await self._deliveries.had(owed.member, owed.edition, owed.date):
            return await courier.tell(owed.chat, screens.no_newer(owed.chat.language, owed.edition))
        brief = await self._services.editions.brief(owed.chat, owed.edition)
        message = await courier.push(owed.chat, owed.edition)
        if message and incomplete(brief):
            self._incomplete.setdefault(owed.date, {})[owed.chat.id] = brief
        return message

    async def remind(self, courier: Courier, owed: _Owed) -> str | None:
        """Send what waits on the later list, if anything does."""
        chat = owed.chat
        waiting = [saved for saved in await self._services.people.kept(chat.id) if saved.done is None]
        if not waiting or not chat.reminder:
            return _UNSAID
        oldest = [saved.paper for saved in waiting[-OLDEST:]]
        return await courier.tell(chat, screens.reminder(chat.language, len(waiting), oldest))

    async def look_back(self, courier: Courier, owed: _Owed) -> str | None:
        """Send what the week brought, if it brought anything."""
        chat = owed.chat
        week = await week_of(self._services, chat, chat.language, chat.id, owed.edition)
        return await courier.tell(chat, weekly.screen(week, chat.language)) if week.picks or week.kept else _UNSAID

    async def follow_up(self, courier: Courier, owed: _Owed) -> str | None:
        """Send what was recommended since the chat got its brief, if it got it."""
        chat = owed.chat
        sent = await self._followups.of(chat.id, owed.date)
        if sent is None or await self._deliveries.message(chat.id, owed.date) is None:
            return _UNSAID
        brief = await self._services.editions.brief(chat, owed.edition)
        fresh = [pick.paper for pick in brief.picks if pick.paper.id not in sent.papers]
        return await courier.tell(chat, screens.followup(chat.language, fresh)) if fresh else _UNSAID


_KINDS = {
    "": _Kind(due, next_due, Deliverer.push),
    "reminder": _Kind(reminder_due, next_reminder, Deliverer.remind),
    "weekly": _Kind(weekly_due, next_weekly, Deliverer.look_back),
    "followup": _Kind(due, lambda _chat, _now: None, Deliverer.follow_up),
}


def chat_of(member: str) -> str:
    """Return the id of a member's chat."""
    return member.partition("#")[0]


def surface_of(member: str) -> str:
    """Return the name of the surface that a member's chat is at."""
    return member.partition(":")[0]


def _kind(member: str) -> _Kind:
    return _KINDS[member.partition("#")[2]]


def _next(member: str, chat: Chat, now: dt.datetime) -> float | None:
    moment = _kind(member).following(chat, now)
    return moment.timestamp() if moment else None


def _over(owed: _Owed, now: dt.datetime) -> Result:
    """Return that nothing more is owed until the next time."""
    return Result(owed.member, owed.date, "nothing", next=_next(owed.member, owed.chat, now))


def _missed(member: str, chat: Chat, since: dt.datetime, date: dt.date | None, now: dt.datetime) -> Iterator[dt.date]:
    """Yield the dates of briefs that a chat was owed since a moment, except the one it is owed now."""
    while "#" not in member and since <= now:
        passed = due(chat, since)
        if passed and passed != date:
            yield passed
        since = next_due(chat, since)
