import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.chat import Chat
from bot.people import Marks, People, Saved
from brief.errors import StoreError
from brief.models import Paper
from brief.settings import load_settings
from brief.store import Store, open_store

ANNA, GROUP, SUPERGROUP = "telegram:7", "telegram:-20", "telegram:-100500"
DATE = dt.date(2026, 5, 1)
NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
FOREVER = -1


def paper(number: int = 1, title: str = "A title") -> Paper:
    return Paper(id=f"2605.{number:05}", title=title)


@pytest.fixture
def people(store: Store) -> People:
    return People(store.client, lambda: NOW)


@pytest.fixture
async def raw(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


# -- chats ------------------------------------------------------------------------------------------------------------


async def test_a_chat_comes_back_whole(people: People) -> None:
    chat = Chat(
        id=GROUP,
        kind="group",
        title="论文 & <b>",
        language="zh",
        time=dt.time(7, 45),
        zone="Asia/Kolkata",
        items=10,
        weekdays_only=True,
        subscribed=True,
        reminder=False,
        thread=3,
        stopped="kicked",
    )
    assert await people.chat(GROUP) is None
    await people.save_chat(chat)
    assert await people.chat(GROUP) == chat


async def test_a_chat_is_changed_field_by_field_and_begins_with_the_defaults(people: People) -> None:
    assert await people.change(ANNA, zone="Europe/Berlin") == Chat(id=ANNA, zone="Europe/Berlin")
    assert await people.change(ANNA, items=3) == Chat(id=ANNA, zone="Europe/Berlin", items=3)
    assert await people.chat(ANNA) == Chat(id=ANNA, zone="Europe/Berlin", items=3)


@pytest.mark.parametrize(
    "fields",
    [{"zone": "Mars/Olympus"}, {"zone": ""}, {"zone": "../etc"}, {"zone": "Europe"}, {"items": 11}, {"colour": "red"}],
)
async def test_what_a_chat_cannot_be_changes_nothing(people: People, fields: dict[str, object]) -> None:
    await people.save_chat(Chat(id=ANNA, items=7))
    with pytest.raises(ValueError, match=next(iter(fields))):
        await people.change(ANNA, **fields)
    assert await people.chat(ANNA) == Chat(id=ANNA, items=7)


async def test_changes_at_once_are_all_kept(people: People) -> None:
    changes = [{"items": 9}, {"zone": "Asia/Tokyo"}, {"language": "zh"}, {"thread": 4}, {"weekdays_only": True}]
    await asyncio.gather(*(people.change(ANNA, **fields) for fields in changes))
    expected = Chat(id=ANNA, items=9, zone="Asia/Tokyo", language="zh", thread=4, weekdays_only=True)
    assert await people.chat(ANNA) == expected


async def test_subscribed_are_those_that_wait_for_pushes(people: People) -> None:
    for chat_id in (GROUP, ANNA, "telegram:8", "telegram:9"):
        await people.change(chat_id, subscribed=True)
    await people.change("telegram:8", subscribed=False)
    await people.change("telegram:9", stopped="blocked")
    await people.change("telegram:10", language="zh")
    assert [chat.id for chat in await people.subscribed()] == [GROUP, ANNA]
    await people.change("telegram:9", stopped=None)
    assert [chat.id for chat in await people.subscribed()] == [GROUP, ANNA, "telegram:9"]


async def test_a_thousand_subscribers(people: People) -> None:
    ids = sorted(f"telegram:{n}" for n in range(1_001))
    for chat_id in ids:
        await people.save_chat(Chat(id=chat_id, subscribed=True))
    assert [chat.id for chat in await people.subscribed()] == ids


# -- the later list ---------------------------------------------------------------------------------------------------


async def test_the_later_list_newest_first_with_what_is_done(people: People) -> None:
    assert await people.keep(ANNA, paper(1), NOW)
    assert await people.keep(ANNA, paper(2), LATER)
    assert await people.finish(ANNA, paper(2).id, LATER)
    assert await people.kept(ANNA) == [Saved(paper=paper(2), saved=LATER, done=LATER), Saved(paper=paper(1), saved=NOW)]
    assert await people.kept(GROUP) == []


async def test_keeping_again_brings_back_what_was_done_in_its_place(people: People) -> None:
    await people.keep(ANNA, paper(1), NOW)
    await people.finish(ANNA, paper(1).id, NOW)
    assert not await people.keep(ANNA, paper(1, "A newer title"), LATER)
    assert await people.kept(ANNA) == [Saved(paper=paper(1, "A newer title"), saved=NOW)]


async def test_finishing_twice_is_harmless_and_finishing_nothing_is_told(people: People) -> None:
    assert not await people.finish(ANNA, paper().id, NOW)
    assert await people.kept(ANNA) == []
    await people.keep(ANNA, paper(), NOW)
    assert await people.finish(ANNA, paper().id, NOW)
    assert await people.finish(ANNA, paper().id, LATER)
    assert await people.kept(ANNA) == [Saved(paper=paper(), saved=NOW, done=NOW)]


async def test_dropping(people: People) -> None:
    await people.keep(ANNA, paper(), NOW)
    assert await people.drop(ANNA, paper().id)
    assert not await people.drop(ANNA, paper().id)
    assert await people.kept(ANNA) == []


async def test_of_many_presses_at_once_one_is_the_first(people: People) -> None:
    answers = await asyncio.gather(*(people.keep(ANNA, paper(n % 3), NOW) for n in range(30)))
    assert answers.count(True) == 3
    assert len(await people.kept(ANNA)) == 3


# -- votes ------------------------------------------------------------------------------------------------------------


async def test_a_vote_is_cast_turned_and_taken_back(people: People) -> None:
    assert await people.vote(ANNA, "2605.00001", 1) == 1
    assert await people.vote(ANNA, "2605.00001", -1) == -1
    assert await people.vote(ANNA, "2605.00002", 1) == 1
    assert [(await people.marks(ANNA, one)).vote for one in ("2605.00001", "2605.00002")] == [-1, 1]
    assert await people.vote(ANNA, "2605.00001", -1) == 0
    assert [(await people.marks(ANNA, one)).vote for one in ("2605.00001", "2605.00002")] == [0, 1]


async def test_an_even_number_of_presses_at_once_leaves_no_vote(people: People) -> None:
    answers = await asyncio.gather(*(people.vote(ANNA, "2605.00001", 1) for _ in range(20)))
    assert sorted(answers) == [0] * 10 + [1] * 10
    assert not (await people.marks(ANNA, "2605.00001")).vote


async def test_the_marks_of_a_paper_are_its_own_and_its_owners(people: People) -> None:
    await people.keep(ANNA, paper(1), NOW)
    await people.vote(ANNA, paper(1).id, -1)
    assert await people.marks(ANNA, paper(1).id) == Marks(waits=True, vote=-1)
    assert await people.marks(ANNA, paper(2).id) == await people.marks(GROUP, paper(1).id) == Marks(waits=False, vote=0)
    await people.finish(ANNA, paper(1).id, NOW)
    assert await people.marks(ANNA, paper(1).id) == Marks(waits=False, vote=-1)


# -- once --------------------------------------------------------------------------------------------------------------


async def test_a_stranger_is_refused_once(people: People) -> None:
    answers = await asyncio.gather(*(people.refused("telegram:99") for _ in range(10)))
    assert answers.count(True) == 1
    assert await people.refused("telegram:100")


# -- a chat that gets a new id ----------------------------------------------------------------------------------------


async def test_everything_of_a_chat_moves(people: People, raw: Redis) -> None:
    await people.save_chat(Chat(id=GROUP, kind="group", items=8, subscribed=True))
    await people.keep(f"{GROUP}/7", paper(1), NOW)
    await people.keep(GROUP, paper(2), NOW)
    await people.vote(f"{GROUP}/8", "2605.00001", -1)
    await people.keep(f"{GROUP}0/7", paper(3), NOW)  # another group, whose id only begins alike
    await people.migrate(GROUP, SUPERGROUP)
    assert await people.subscribed() == [Chat(id=SUPERGROUP, kind="group", items=8, subscribed=True)]
    assert await people.kept(f"{SUPERGROUP}/7") == [Saved(paper=paper(1), saved=NOW)]
    assert await people.kept(SUPERGROUP) == [Saved(paper=paper(2), saved=NOW)]
    assert (await people.marks(f"{SUPERGROUP}/8", "2605.00001")).vote == -1
    assert await people.kept(f"{GROUP}0/7") == [Saved(paper=paper(3), saved=NOW)]
    assert [key async for key in raw.scan_iter(f"*:{GROUP}")] == [f"{{paperboy}}:1:moved:{GROUP}".encode()]
    assert [key async for key in raw.scan_iter(f"*:{GROUP}/*")] == []


async def test_what_the_new_chat_has_already_stays(people: People) -> None:
    await people.save_chat(Chat(id=GROUP, language="zh"))
    await people.keep(f"{GROUP}/7", paper(1), NOW)
    await people.vote(f"{GROUP}/7", "2605.00001", 1)
    await people.save_chat(Chat(id=SUPERGROUP))  # its first message came before the news
    await people.keep(f"{SUPERGROUP}/7", paper(2), LATER)
    await people.vote(f"{SUPERGROUP}/7", "2605.00001", -1)
    await people.migrate(GROUP, SUPERGROUP)
    assert await people.chat(SUPERGROUP) == Chat(id=SUPERGROUP, language="zh")
    assert [saved.paper for saved in await people.kept(f"{SUPERGROUP}/7")] == [paper(2), paper(1)]
    assert (await people.marks(f"{SUPERGROUP}/7", "2605.00001")).vote == -1


async def test_a_chat_moves_once_however_often_it_is_told(people: People) -> None:
    await people.change(GROUP, items=8)
    await asyncio.gather(*(people.migrate(GROUP, SUPERGROUP) for _ in range(5)))
    await people.change(SUPERGROUP, items=9)
    await people.change(GROUP, stopped="kicked")  # a late answer to a message of the old chat
    await people.migrate(GROUP, SUPERGROUP)
    assert await people.chat(SUPERGROUP) == Chat(id=SUPERGROUP, items=9)


async def test_a_move_can_be_followed_by_another(people: People) -> None:
    await people.keep(f"{GROUP}/7", paper(), NOW)
    await people.migrate(GROUP, SUPERGROUP)
    await people.migrate(SUPERGROUP, "telegram:-100600")
    assert [await people.moved(chat) for chat in (GROUP, SUPERGROUP, ANNA)] == [SUPERGROUP, "telegram:-100600", None]
    assert await people.kept("telegram:-100600/7") == [Saved(paper=paper(), saved=NOW)]


# -- Redis ------------------------------------------------------------------------------------------------------------


async def test_lists_chats_and_votes_are_kept_for_good(people: People, raw: Redis) -> None:
    await people.change(ANNA, subscribed=True)
    await people.keep(ANNA, paper(), NOW)
    await people.vote(ANNA, paper().id, 1)
    await people.refused("telegram:99")
    ttl = {key.decode().removeprefix("{paperboy}:1:"): await raw.ttl(key) async for key in raw.scan_iter()}
    assert ttl.pop("refused:telegram:99") > 0
    kept = {"{paperboy}:layout": FOREVER, "subscribed": FOREVER, "due": FOREVER} | {
        f"{kind}:{ANNA}": FOREVER for kind in ("chat", "owners", "later", "votes")
    }
    assert ttl == kept


@pytest.mark.parametrize(
    "rubbish", [b"", b"rubbish", b"[1]", b"null", b'{"zone": "Mars/Olympus"}', b"sent", b"until x"]
)
async def test_what_does_not_parse_counts_as_absent(people: People, raw: Redis, rubbish: bytes) -> None:
    await people.change(ANNA, subscribed=True)
    await raw.set(f"{{paperboy}}:1:chat:{ANNA}", rubbish)
    await raw.hset(f"{{paperboy}}:1:later:{ANNA}", paper().id, rubbish)
    await raw.hset(f"{{paperboy}}:1:votes:{ANNA}", paper().id, rubbish)
    assert await people.chat(ANNA) is None
    assert await people.subscribed() == []
    assert await people.kept(ANNA) == []
    assert not await people.finish(ANNA, paper().id, NOW)
    assert await people.marks(ANNA, paper().id) == Marks(waits=False, vote=0)
    assert await people.keep(ANNA, paper(), NOW)
    assert await people.vote(ANNA, paper().id, 1) == 1
    assert await people.change(ANNA, items=4) == Chat(id=ANNA, items=4)


async def test_everything_is_there_after_a_new_connection(people: People, redis_url: str) -> None:
    await people.keep(ANNA, paper(), NOW)
    async with open_store(load_settings({"REDIS_URL": redis_url})) as again:
        assert await People(again.client, lambda: NOW).kept(ANNA) == [Saved(paper=paper(), saved=NOW)]


async def test_a_redis_that_is_gone_is_a_store_error() -> None:
    async with Redis.from_url("unix:///tmp/paperboy-no-such-redis.sock") as gone:
        people = People(gone, lambda: NOW)
        for call in (
            people.chat(ANNA),
            people.chats([ANNA]),
            people.save_chat(Chat(id=ANNA)),
            people.subscribed(),
            people.change(ANNA, items=4),
            people.migrate(GROUP, SUPERGROUP),
            people.moved(GROUP),
            people.keep(ANNA, paper(), NOW),
            people.kept(ANNA),
            people.finish(ANNA, paper().id, NOW),
            people.drop(ANNA, paper().id),
            people.vote(ANNA, paper().id, 1),
            people.marks(ANNA, paper().id),
            people.refused(ANNA),
        ):
            with pytest.raises(StoreError, match="REDIS_URL"):
                await call
