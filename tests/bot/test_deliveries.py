import asyncio
import datetime as dt

import pytest
from redis.asyncio import Redis

from bot.chat import Chat
from bot.deliveries import LEASE, UNDER_WAY, Deliveries, Figures, Result
from bot.delivery_scripts import HELD, SENT
from bot.people import People
from bot.schedule import next_due
from brief.errors import StoreError
from brief.store import Store, key_of

ANNA, BERT, GROUP, SUPERGROUP = "telegram:7", "telegram:8", "telegram:-20", "telegram:-100500"
DATE = dt.date(2026, 5, 1)  # a Friday
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
EIGHT = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
NOON = EIGHT.replace(hour=12)


class Clock:
    now = EIGHT - DAY / 24

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(store: Store, clock: Clock) -> People:
    return People(store.client, clock)


@pytest.fixture
def deliveries(store: Store) -> Deliveries:
    return Deliveries(store.client)


async def subscribe(people: People, *chat_ids: str, **fields: object) -> None:
    for chat_id in chat_ids:
        await people.save_chat(Chat(id=chat_id, kind="group", subscribed=True, **fields))


async def planned(store: Store) -> dict[str, dt.datetime]:
    found = await store.client.zrange(key_of("due"), 0, -1, withscores=True)
    return {member.decode(): dt.datetime.fromtimestamp(moment, dt.UTC) for member, moment in found}


def over(member: str, *, now: dt.datetime = EIGHT, outcome: str = "sent", **fields: object) -> Result:
    following = next_due(Chat(id=member), now).timestamp()
    return Result(member, DATE, outcome, **{"message": "42" if outcome == "sent" else "", "next": following, **fields})


# -- when --------------------------------------------------------------------------------------------------------------


async def test_a_chat_is_due_from_its_time_on(people, deliveries):
    await subscribe(people, ANNA)
    assert await deliveries.take(EIGHT - SECOND, 10) == []
    assert await deliveries.take(EIGHT, 10) == [ANNA]
    assert await deliveries.take(EIGHT, 10) == []
    assert await deliveries.since([ANNA, BERT]) == [EIGHT, None]


async def test_the_longest_due_come_first_and_no_more_than_asked_for(people, deliveries):
    await subscribe(people, ANNA, GROUP)
    await subscribe(people, BERT, time=dt.time(7, 30))
    taken = await deliveries.take(NOON, 2)
    assert taken[0] == BERT
    assert sorted(taken + await deliveries.take(NOON, 2)) == sorted([ANNA, BERT, GROUP])


async def test_no_more_are_under_way_than_can_be_sent_before_their_leases_end(deliveries):
    await deliveries.owe([f"telegram:{n}" for n in range(UNDER_WAY + 10)], EIGHT)
    first = await deliveries.take(EIGHT, UNDER_WAY + 10)
    assert len(first) == UNDER_WAY
    assert await deliveries.take(EIGHT, 10) == []
    await deliveries.done([over(member) for member in first[:3]], EIGHT)
    assert len(await deliveries.take(EIGHT, 10)) == 3


async def test_a_surface_with_enough_under_way_holds_up_no_other(deliveries):
    await deliveries.owe([f"slack:T1:C{n}" for n in range(2 * UNDER_WAY)], EIGHT)
    assert len(await deliveries.take(EIGHT, 2 * UNDER_WAY)) == UNDER_WAY
    await deliveries.owe([ANNA, BERT], EIGHT + SECOND)
    assert await deliveries.take(EIGHT + SECOND, 10) == [ANNA, BERT]
    assert await deliveries.since([ANNA]) == [EIGHT + SECOND]


async def test_each_member_is_taken_by_one_of_many(people, deliveries):
    members = [f"telegram:{n}" for n in range(100)]
    await deliveries.owe(members, EIGHT)
    taken = await asyncio.gather(*(deliveries.take(EIGHT, 7) for _ in range(20)))
    assert sorted(member for some in taken for member in some) == sorted(members)


async def test_what_was_taken_and_not_done_is_due_again_when_its_lease_ends_after_what_waits(people, deliveries):
    await subscribe(people, ANNA)
    await deliveries.take(EIGHT, 10)
    await deliveries.owe([BERT], EIGHT + SECOND)
    ends = EIGHT + LEASE * SECOND
    assert await deliveries.take(ends - SECOND, 0) == []
    assert await deliveries.take(ends, 10) == [BERT, ANNA]
    assert await deliveries.since([ANNA]) == [EIGHT]


async def test_what_comes_due_soon(people, deliveries):
    await subscribe(people, ANNA)
    assert await deliveries.soon(EIGHT - 20 * SECOND, EIGHT) == []
    assert await deliveries.soon(EIGHT, EIGHT + SECOND) == [ANNA]
    assert await deliveries.soon(EIGHT + SECOND, NOON) == []


async def test_older_chats_are_adopted_and_owed_what_they_waited_for(people, deliveries, store):
    await subscribe(people, ANNA, BERT)
    await store.client.zrem(key_of("due"), ANNA)
    await deliveries.take(EIGHT, 10)
    await deliveries.adopt([Chat(id=chat, subscribed=True) for chat in (ANNA, BERT)] + [Chat(id=GROUP)], NOON)
    assert await planned(store) == {
        ANNA: NOON,
        f"{ANNA}#reminder": EIGHT + DAY,
        f"{BERT}#reminder": EIGHT + DAY,
    }


async def test_a_clock_that_was_years_ahead_costs_nobody_their_briefs(people, deliveries, store):
    await subscribe(people, ANNA, BERT, GROUP)
    ahead = EIGHT + 400 * DAY
    assert set(await deliveries.take(ahead, 10)) == {ANNA, BERT, GROUP}
    await deliveries.done([over(member, now=ahead, outcome="nothing") for member in (ANNA, BERT)], ahead)
    assert min((await planned(store)).values()) > ahead  # and whoever had the group was killed
    await deliveries.adopt(await people.subscribed(), EIGHT - SECOND)
    assert await planned(store) == dict.fromkeys((ANNA, BERT, GROUP), EIGHT)
    assert not await store.client.exists(key_of("leased"))


# -- a chat that changes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "fields", "expected"),
    [
        (NOON, {}, {"subscribed": True}, EIGHT + DAY),  # who comes is offered today's, not sent it
        (EIGHT - SECOND, {}, {"subscribed": True}, EIGHT),
        (NOON, {"subscribed": True}, {"subscribed": False}, None),
        (NOON, {"subscribed": True}, {"stopped": "blocked"}, None),
        (NOON, {"subscribed": True, "stopped": "blocked"}, {"stopped": None}, EIGHT + DAY),
        (EIGHT - SECOND, {"subscribed": True}, {"time": dt.time(20)}, EIGHT + DAY / 2),
        (NOON, {"subscribed": True, "time": dt.time(20)}, {"time": dt.time(11)}, NOON),  # or today's would be lost
        (NOON, {"subscribed": True, "time": dt.time(20)}, {"zone": "Asia/Tokyo"}, NOON),
        (NOON + DAY, {"subscribed": True, "weekdays_only": True}, {"title": "Anna"}, EIGHT + 3 * DAY),
    ],
)
async def test_a_change_plans_a_chat_anew(people, store, clock, now, before, fields, expected):
    clock.now = now
    await people.save_chat(Chat(id=GROUP, kind="group", **before))
    await people.change(GROUP, **fields)
    assert (await planned(store)).get(GROUP) == expected


async def test_a_change_that_moves_nothing_leaves_what_is_due(people, deliveries, store, clock):
    await subscribe(people, ANNA)
    clock.now = NOON  # nobody was there at eight
    await people.change(ANNA, title="Anna", language="zh")
    await people.save_chat((await people.chat(ANNA)).model_copy(update={"items": 3}))
    assert await planned(store) == {ANNA: EIGHT}


async def test_private_chats_are_due_a_reminder_each_saturday_if_they_want_one(people, store):
    await people.save_chat(Chat(id=ANNA, subscribed=True, weekdays_only=True))
    assert await planned(store) == {ANNA: EIGHT, f"{ANNA}#reminder": EIGHT + DAY}
    await people.change(ANNA, weekly=6)  # which tells of the later list too
    assert await planned(store) == {ANNA: EIGHT, f"{ANNA}#weekly": EIGHT + 2 * DAY}
    await people.change(ANNA, weekly=None, reminder=False)
    assert await planned(store) == {ANNA: EIGHT}


async def test_who_is_changed_while_being_sent_to_is_planned_by_the_change(people, deliveries, store, clock):
    await subscribe(people, ANNA, BERT)
    await deliveries.take(EIGHT, 10)
    await deliveries.claim([(ANNA, DATE), (BERT, DATE)], EIGHT)
    clock.now = EIGHT + SECOND
    await people.change(ANNA, time=dt.time(7))
    await people.change(BERT, subscribed=False)
    await deliveries.done([over(ANNA), over(BERT)], EIGHT + 2 * SECOND)
    ends = EIGHT + LEASE * SECOND
    assert await planned(store) == {ANNA: ends}  # then the record tells that today's was sent
    assert await deliveries.take(ends, 10) == [ANNA]
    assert await deliveries.claim([(ANNA, DATE)], ends) == [SENT]


async def test_a_chat_that_moves_while_being_sent_to_is_sent_nothing_twice(people, deliveries, store):
    await subscribe(people, GROUP)
    await deliveries.owe([f"{GROUP}#followup"], EIGHT + DAY / 2)
    await deliveries.take(EIGHT, 10)
    await deliveries.claim([(GROUP, DATE)], EIGHT)
    await people.migrate(GROUP, SUPERGROUP)
    await deliveries.done([over(GROUP)], EIGHT)
    ends = EIGHT + LEASE * SECOND
    assert await planned(store) == {SUPERGROUP: ends, f"{SUPERGROUP}#followup": EIGHT + DAY / 2}
    assert await deliveries.message(SUPERGROUP, DATE) == "42"
    assert await deliveries.take(ends, 10) == [SUPERGROUP]
    assert await deliveries.claim([(SUPERGROUP, DATE)], ends) == [SENT]


# -- claim and done ----------------------------------------------------------------------------------------------------


async def test_exactly_one_of_many_claims_a_date(deliveries):
    answers = await asyncio.gather(*(deliveries.claim([(ANNA, DATE), (BERT, DATE)], EIGHT) for _ in range(50)))
    for claims in zip(*answers, strict=True):
        assert sorted(claims) == [HELD] * 49 + [1]
    assert await deliveries.claim([(ANNA, DATE + DAY)], EIGHT) == [1]


async def test_the_claim_of_one_that_crashed_ends_and_that_of_one_that_sent_does_not(deliveries):
    assert await deliveries.claim([(ANNA, DATE)], EIGHT) == [1]
    assert await deliveries.claim([(ANNA, DATE)], EIGHT + (LEASE - 1) * SECOND) == [HELD]
    assert await deliveries.claim([(ANNA, DATE)], EIGHT + LEASE * SECOND) == [2]
    assert await deliveries.message(ANNA, DATE) is None
    await deliveries.done([over(ANNA)], EIGHT)
    assert await deliveries.message(ANNA, DATE) == "42"
    assert await deliveries.claim([(ANNA, DATE)], EIGHT + DAY) == [SENT]


async def test_a_claim_renews_the_lease(people, deliveries):
    await subscribe(people, ANNA)
    await deliveries.take(EIGHT, 10)
    await deliveries.claim([(ANNA, DATE)], EIGHT + 100 * SECOND)
    assert await deliveries.take(EIGHT + (99 + LEASE) * SECOND, 10) == []
    assert await deliveries.take(EIGHT + (100 + LEASE) * SECOND, 10) == [ANNA]


async def test_what_failed_for_now_comes_back_after_a_while_that_doubles(people, deliveries, store):
    await subscribe(people, ANNA)
    now, waits = EIGHT, []
    for attempt in range(1, 8):
        assert await deliveries.take(now, 10) == [ANNA]
        assert await deliveries.claim([(ANNA, DATE)], now) == [attempt]
        await deliveries.done([over(ANNA, outcome="again", next=None)], now)
        moment = (await planned(store))[ANNA]
        waits.append((moment - now).total_seconds())
        now = moment
    assert waits == [60, 120, 240, 480, 960, 1800, 1800]
    assert await deliveries.since([ANNA]) == [EIGHT]
    assert (await deliveries.figures(DATE)) == Figures(due=1, retried=7)


async def test_what_is_to_come_back_at_a_moment_comes_then(people, deliveries, store):
    await subscribe(people, ANNA)
    await deliveries.take(EIGHT, 10)
    await deliveries.claim([(ANNA, DATE)], EIGHT)
    await deliveries.done([over(ANNA, outcome="again", next=NOON.timestamp())], EIGHT)
    assert await planned(store) == {ANNA: NOON}


async def test_what_failed_for_good_is_planned_no_more(people, deliveries, store):
    await subscribe(people, ANNA)
    await deliveries.take(EIGHT, 10)
    await deliveries.claim([(ANNA, DATE)], EIGHT)
    await deliveries.done([over(ANNA, outcome="failed", reason="gone", next=None)], EIGHT)
    assert await planned(store) == {}
    assert await deliveries.take(EIGHT + DAY, 10) == []
    assert (await deliveries.figures(DATE)).failed == {"gone": 1}


async def test_figures_tell_of_each_chat_once(people, deliveries):
    await subscribe(people, ANNA, BERT, GROUP)
    members = await deliveries.take(EIGHT, 10)
    await deliveries.claim([(member, DATE) for member in members], EIGHT)
    await deliveries.done([over(ANNA)], EIGHT + 20 * SECOND)
    await deliveries.done([over(ANNA)], EIGHT + 25 * SECOND)  # sent twice, after a crash
    await deliveries.done([over(BERT)], EIGHT + 301 * SECOND)
    await deliveries.done([Result(GROUP, DATE, "missed")] * 2, EIGHT + DAY)
    assert await deliveries.figures(DATE) == Figures(due=3, sent=2, late=1, missed=1, lag=321, lag_max=301)
    assert await deliveries.figures(DATE + DAY) == Figures()


async def test_after_a_missed_day_the_lag_is_that_of_the_next(people, deliveries):
    await subscribe(people, ANNA)
    now = EIGHT + DAY + 30 * SECOND
    await deliveries.take(now, 10)
    await deliveries.done([over(ANNA, outcome="missed", next=(EIGHT + DAY).timestamp())], now)
    await deliveries.claim([(ANNA, DATE + DAY)], now)
    await deliveries.done([Result(ANNA, DATE + DAY, "sent", "42")], now)
    assert await deliveries.figures(DATE) == Figures(due=1, missed=1)
    assert await deliveries.figures(DATE + DAY) == Figures(due=1, sent=1, lag=30, lag_max=30)


async def test_a_day_that_was_sent_cannot_be_missed(deliveries):
    await deliveries.claim([(ANNA, DATE)], EIGHT)
    await deliveries.done([over(ANNA)], EIGHT)
    await deliveries.done([Result(ANNA, DATE, "missed")], EIGHT + DAY)
    assert await deliveries.message(ANNA, DATE) == "42"
    assert await deliveries.figures(DATE) == Figures(due=1, sent=1)


async def test_reminders_and_follow_ups_are_sent_once_and_not_counted_as_briefs(deliveries):
    for kind in ("reminder", "followup"):
        assert await deliveries.claim([(f"{ANNA}#{kind}", DATE)], EIGHT) == [1]
        await deliveries.done([over(f"{ANNA}#{kind}")], EIGHT)
        assert await deliveries.claim([(f"{ANNA}#{kind}", DATE)], EIGHT + DAY) == [SENT]
    assert await deliveries.figures(DATE) == Figures()


# -- Redis -------------------------------------------------------------------------------------------------------------


async def test_a_month_of_dates_is_remembered_and_figures_for_40_days(deliveries, store):
    for n in range(41):
        await deliveries.claim([(ANNA, DATE + n * DAY)], EIGHT + n * DAY)
        await deliveries.done([Result(ANNA, DATE + n * DAY, "sent", str(n))], EIGHT + n * DAY)
    dates = await store.client.hkeys(key_of("pushes", ANNA))
    assert sorted(dates) == [str(DATE + n * DAY).encode() for n in range(10, 41)]
    assert 39 * 86_400 < await store.client.ttl(key_of("figures", DATE)) <= 40 * 86_400


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"sending", b"until x", b"sent", b"\xff\x00"])
async def test_a_record_that_does_not_parse_counts_as_absent(deliveries, store, rubbish):
    await store.client.hset(key_of("pushes", ANNA), str(DATE), rubbish)
    assert await deliveries.message(ANNA, DATE) is None
    assert await deliveries.claim([(ANNA, DATE)], EIGHT) == [1]
    await deliveries.done([over(ANNA)], EIGHT)
    assert await deliveries.message(ANNA, DATE) == "42"


async def test_which_edition_was_sent_is_known_of_the_days_since_it_began(deliveries, store):
    later = DATE + DAY
    assert not await deliveries.had(ANNA, DATE, DATE)
    await store.client.hset(key_of("pushes", ANNA), str(DATE), "sent 41")  # by an older version, which kept no edition
    assert not await deliveries.had(ANNA, DATE, later)
    assert await deliveries.message(ANNA, DATE) == "41"
    await deliveries.done([Result(ANNA, later, "sent", message="42", edition=DATE)], EIGHT + DAY)
    assert await deliveries.message(ANNA, later) == "42"
    assert await deliveries.had(ANNA, DATE, later + DAY)
    assert not await deliveries.had(ANNA, DATE, later)
    assert not await deliveries.had(ANNA, later, later + DAY)


async def test_a_claim_of_an_older_version_holds(deliveries, store):
    await store.client.hset(key_of("pushes", ANNA), str(DATE), f"until {NOON.timestamp()}")
    assert await deliveries.claim([(ANNA, DATE)], EIGHT) == [HELD]
    assert await deliveries.claim([(ANNA, DATE)], NOON) == [1]


async def test_nothing_asked_for_is_nothing_done(deliveries, store):
    assert await deliveries.since([]) == []
    assert await deliveries.claim([], EIGHT) == []
    await deliveries.done([], EIGHT)
    await deliveries.owe([], EIGHT)
    await deliveries.adopt([], EIGHT)
    assert await store.client.keys("{paperboy}:1:*") == []


async def test_a_redis_that_is_gone_is_a_store_error():
    async with Redis.from_url("unix:///tmp/paperboy-no-such-redis.sock") as gone:
        deliveries = Deliveries(gone)
        for call in (
            deliveries.adopt([Chat(id=ANNA, subscribed=True)], EIGHT),
            deliveries.take(EIGHT, 1),
            deliveries.soon(EIGHT, NOON),
            deliveries.since([ANNA]),
            deliveries.claim([(ANNA, DATE)], EIGHT),
            deliveries.done([over(ANNA)], EIGHT),
            deliveries.owe([ANNA], EIGHT),
            deliveries.message(ANNA, DATE),
            deliveries.figures(DATE),
        ):
            with pytest.raises(StoreError, match="REDIS_URL"):
                await call
