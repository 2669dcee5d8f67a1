"""A store with something of every kind in it: what the tests of backups and of forgetting share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cryptography.fernet import Fernet

from bot import alarms
from bot.chat import Chat, own_name
from bot.deliveries import Deliveries, Result
from bot.followups import Followups
from bot.limits import Limit
from bot.people import People
from bot.queue import Queue
from bot.shared_limits import SharedPace
from bot.tastes import Tastes
from bot.workspaces import Installations, Workspace
from brief import edition
from brief.embeddings import open_embeddings
from brief.models import Day, Paper, Window
from brief.profile import load_profile
from brief.settings import load_settings
from brief.store import Store, key_of
from brief.turns import turn
from brief.writing.budget import NOTHING, Budget
from brief.writing.memory import Memory, Remembered
from tests.fakes.embeddings import FakeEmbeddings

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
TODAY = NOON.date()
ANNA, GROUP, SLACK = "telegram:7", "telegram:-100", "slack:T1:U7"
NEIGHBOURS = ("telegram:71", "telegram:-7", "telegram:-1007", "slack:T1:U77", "slack:T17:U7")
IN_GROUP = f"{GROUP}/7"


async def fill(store: Store) -> None:
    """Store what a bot has after a morning; ANNA, GROUP and SLACK have everything a chat can have."""
    people, tastes, redis = People(store.client, lambda: NOON), Tastes(store.client), store.client
    paper = Paper(id="2605.00001", title="A paper", abstract="About it. " * 20)
    window = Window(date=TODAY, days=(TODAY,), since=NOON - dt.timedelta(days=1), until=NOON)
    day = Day(window=window, collected=NOON, papers=(paper,))
    await store.save_day(day)
    chats = (ANNA, GROUP, SLACK, *NEIGHBOURS)
    for chat in chats:
        await people.save_chat(Chat(id=chat, kind="group", title="Ünï 读", subscribed=True, profile="latent reasoning"))
        for owner in (chat, f"{chat}/7", f"{chat}/8"):
            await people.keep(owner, paper, NOON)
            await people.vote(owner, paper.id, -1)
        await people.refused(chat)
        for clicks in (tastes.learn(chat, paper, "like", NOON), tastes.reset(chat, "latent reasoning", TODAY)):
            await clicks
        for person in ("7", "8"):
            await tastes.learn(chat, paper, "dislike", NOON, person)
        profile = load_profile().model_copy(update={"name": own_name(chat)})
        brief = edition.build(day, profile, "en", shown={}, now=NOON)
        await store.save_brief(brief)
        await store.save_shown(profile.name, TODAY, {paper.id: 1}, NOON)
    await people.migrate("telegram:-5", GROUP)
    await Followups(redis).note(TODAY, dict.fromkeys(chats, brief), NOON)
    await _deliver(Deliveries(redis), chats)
    await Queue(redis).put("telegram", [*chats, f"{ANNA}#reminder"])
    installations = Installations(store, Fernet.generate_key().decode())
    await installations.save(Workspace(team="T1", bot_id="B1", bot_user="U1", token="xoxb-1"))
    await installations.finish(await installations.begin())
    await _written(store)
    await _pass_by(store, people)


async def _deliver(deliveries: Deliveries, chats: tuple[str, ...]) -> None:
    """Deliver to some, lease others, leave some due."""
    tomorrow = NOON + dt.timedelta(days=1)
    taken = await deliveries.take(tomorrow, len(chats) - 2)
    await deliveries.claim([(member, TODAY) for member in chats], tomorrow)
    moment = (tomorrow + dt.timedelta(days=1)).timestamp()
    sent = [Result(member, TODAY, "sent", message="8812", next=moment) for member in taken[:-2]]
    await deliveries.done(sent, tomorrow)


async def _pass_by(store: Store, people: People) -> None:
    """Leave what lives for seconds or minutes."""
    await people.heard("event-1")
    await store.client.set(key_of("picture", "0123"), b"PNG", ex=60)
    async with turn(store.client, "arxiv", 30):
        pass
    pace = SharedPace(store.client, "telegram", "token")
    await pace.turn("7", (Limit(1, 30),), Limit(30, 30))
    await pace.pause("7", 30)


async def _written(store: Store) -> None:
    """Leave what a language model did, and of what the operator was told."""
    await Memory(store).keep("0123", Remembered(answer="{}", model="small", date=TODAY))
    assert await Budget(store, tokens=100, usd=None, today=lambda: TODAY).reserve(NOTHING)
    async with FakeEmbeddings() as fake:
        given = {"EMBEDDINGS_MODEL": fake.model, "EMBEDDINGS_BASE_URL": fake.url, "EMBEDDINGS_API_KEY": fake.key}
        async with open_embeddings(load_settings(given), store, lambda: NOON) as model:
            assert model
            await model.of(["reward"])
    await store.client.sadd(key_of("alarms"), "late")
    await store.client.set(key_of("alarm", "late", TODAY), "", ex=alarms._KEEP)


async def everything(redis: Any) -> dict[str, tuple[Any, int]]:
    """Return every key with its value as its type has it, and the milliseconds it has left, -1 for for good."""
    found = {}
    async for key in redis.scan_iter(match="{paperboy}:1:*"):
        kind = (await redis.type(key)).decode()
        value = {
            "string": lambda key=key: redis.get(key),
            "hash": lambda key=key: redis.hgetall(key),
            "set": lambda key=key: redis.smembers(key),
            "zset": lambda key=key: redis.zrange(key, 0, -1, withscores=True),
            "stream": lambda key=key: redis.xrange(key),
        }[kind]
        found[key.decode()] = ((kind, await value()), await redis.pttl(key))
    return found
