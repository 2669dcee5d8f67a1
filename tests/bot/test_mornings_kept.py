"""What many mornings leave: in Redis what is kept for good and no more, in memory a few days and briefs."""

import datetime as dt
import gc
from collections import Counter

from learning_days import ANNA, FIRST, Daily, open_services, papers
from test_commands import Clock

from bot.backup import kind_of
from bot.deliveries import Deliveries, Result
from bot.followups import Followups
from bot.schedule import next_due
from brief.models import Brief, Day
from brief.settings import Settings
from brief.store import Store, key_of
from formatting import slack, telegram

DAY = dt.timedelta(days=1)
LATER, ALL = 130, 200  # mornings; items stay 120 days, so after the first nothing grows that is not kept for good
PASSES = 10  # days that time goes on at once in Redis
PUSHES = 40  # of a chat that are remembered
AT_HAND = {"Brief": 20, "Day": 4, "Message": 130}  # at most, of what a process has parsed and rendered


async def morning(anna: Daily, date: dt.date) -> None:
    """Collect, write, deliver and note what may need a follow-up; now and then Anna asks."""
    await anna.wakes(date, *papers(date, 1))
    services, chat = anna.services, ANNA.model_copy(update={"subscribed": True})
    push = await services.editions.push(chat, date)
    telegram.render(push, date=date)
    slack.render(push, date=date)
    now, deliveries = services.clock(), Deliveries(services.store.client)
    if not await services.people.chat(chat.id):
        await services.people.save_chat(chat)
    members = await deliveries.take(now, 10)
    await deliveries.claim([(member, date) for member in members], now)
    following = next_due(chat, now).timestamp()
    await deliveries.done([Result(one, date, "sent", message="1", next=following) for one in members], now)
    await Followups(services.store.client).note(date, {chat.id: await anna.edition()}, now)
    for text in ("/top", "/weekly", "/trends", "/search agentic") if date.weekday() == 0 else ():
        await anna(text)


async def aged(store: Store, days: int) -> None:
    """Let time pass in Redis: every key that ends is so much nearer to its end, or gone."""
    keys = [key async for key in store.client.scan_iter(count=5000)]
    async with store.client.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.pttl(key)
        ends = await pipe.execute()
        for key, left in zip(keys, ends, strict=True):
            if left > 0:
                pipe.pexpire(key, max(1, left - days * 86_400_000))
        await pipe.execute()


async def kinds(store: Store) -> Counter[str]:
    return Counter([kind_of(key.decode()) async for key in store.client.scan_iter(count=5000)])


def in_memory() -> Counter[str]:
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, Brief | Day | telegram.Message))


async def test_mornings_leave_what_is_kept_for_good_and_no_more(settings: Settings, store: Store) -> None:
    clock, others = Clock(), in_memory()
    anna = Daily(open_services(settings, store, clock), clock)
    for n in range(ALL + 1):
        await morning(anna, FIRST + n * DAY)
        if n % PASSES == 0:
            await aged(store, PASSES)
        if n == LATER:
            stored = await kinds(store)
            assert in_memory() - others <= Counter(AT_HAND)
    assert await kinds(store) - stored == {"brief": ALL - LATER}
    assert await store.client.scard(key_of("days")) == ALL + 1
    assert await store.client.hlen(key_of("pushes", ANNA.id)) <= PUSHES
    assert in_memory() - others <= Counter(AT_HAND)
