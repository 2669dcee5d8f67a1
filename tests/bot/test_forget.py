"""Forgetting: nothing that names the chat is left, in keys or values, and nothing of its neighbours is lost."""

import contextlib
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import forget
from bot.chat import own_name
from bot.tastes import Tastes
from brief.models import Paper
from brief.settings import Settings
from brief.store import Store
from tests.bot.filled import ANNA, GROUP, IN_GROUP, NEIGHBOURS, NOON, SLACK, everything, fill
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of Redis, inflated where it is compressed."""
    if isinstance(value, bytes):
        with contextlib.suppress(zlib.error):
            value = zlib.decompress(value)
        yield value.decode(errors="replace")
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(list(pair))
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from texts(one)


async def naming(redis: Any, chat: str) -> list[str]:
    """Return the keys that name a chat, themselves or in their values."""
    own = re.compile(rf"(?<![\w:/-]){re.escape(chat)}(?![\w-])|(?<=:1:)\w+:{re.escape(chat)}(?![\w-])|{own_name(chat)}")
    found = await everything(redis)
    return [key for key, (value, _) in found.items() if any(own.search(text) for text in (key, *texts(value)))]


@pytest.mark.parametrize("chat", [ANNA, GROUP, SLACK])
async def test_nothing_names_the_chat_afterwards(store: Store, chat: str) -> None:
    await fill(store)
    kinds = {key.split(":")[2] for key in await naming(store.client, chat)}
    assert kinds >= {
        "chat",
        "subscribed",
        "owners",
        "later",
        "votes",
        "refused",
        "pushes",
        "incomplete",
        "brief",
        "shown",
    }
    assert kinds & {"due", "leased"}
    assert "deliveries" in kinds
    await forget.remove(store.client, await forget.find(store.client, chat))
    assert await naming(store.client, chat) == []
    assert not await forget.find(store.client, chat)


async def test_a_person_takes_their_lists_and_votes_in_groups_along(store: Store) -> None:
    await fill(store)
    assert await naming(store.client, IN_GROUP)
    await forget.remove(store.client, await forget.find(store.client, ANNA))
    assert await naming(store.client, IN_GROUP) == []
    assert await naming(store.client, f"{GROUP}/8")


async def test_neighbours_keep_everything(store: Store) -> None:
    await fill(store)
    lone = [*NEIGHBOURS, *(f"{chat}/8" for chat in NEIGHBOURS)]
    before = {chat: await naming(store.client, chat) for chat in lone}
    for chat in (ANNA, GROUP, SLACK):
        await forget.remove(store.client, await forget.find(store.client, chat))
    for chat, keys in before.items():
        after = await naming(store.client, chat)
        gone = {key for key in keys if key not in after and ":deliveries:" not in key}
        assert not {key for key in gone if not key.endswith("/7")}  # ANNA, wherever she is


async def test_it_counts_what_it_found(store: Store) -> None:
    await fill(store)
    found = await forget.find(store.client, GROUP)
    assert (found.counts["settings"], found.counts["papers"], found.counts["votes"], found.counts["briefs"]) == (
        1,
        3,
        3,
        1,
    )


def test_the_verb_asks_first_and_says_what_brings_the_chat_back(settings: Settings, tmp_path: Path) -> None:
    assert settings.redis_url
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "OPERATOR_CHAT": "telegram:7",
        "TELEGRAM_CHATS": "7 8",
    }

    def paperboy(*words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        command = [str(PAPERBOY), *words]
        return subprocess.run(
            command,
            env=environ,
            cwd=tmp_path,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    nobody = paperboy("forget", "telegram:7")
    assert nobody.returncode == 0
    assert "Nothing is kept" in nobody.stdout
    assert "TELEGRAM_CHATS, OPERATOR_CHAT" in nobody.stdout
    paperboy("ask", "/items 4")
    assert paperboy("forget", "terminal:local", typed="n\n").returncode == 1
    assert paperboy("forget", "terminal:local").returncode == 1
    assert "Papers in the message: 4" in paperboy("ask", "/settings").stdout
    assert "is forgotten" in paperboy("forget", "terminal:local", "--yes").stdout
    assert "Papers in the message: 4" not in paperboy("ask", "/settings").stdout
    assert paperboy("forget", "somebody").returncode == 2


async def test_what_a_person_clicked_in_groups_is_forgotten_with_them(store: Store) -> None:
    await fill(store)
    tastes = Tastes(store.client)
    await forget.remove(store.client, await forget.find(store.client, ANNA))
    assert [fact.by for fact in (await tastes.of(GROUP)).facts] == ["8"]
    assert [fact.by for fact in (await tastes.of("slack:T1:U77")).facts] == ["7", "8"]  # another service


@pytest.mark.parametrize(("person", "by", "group"), [(ANNA, "7", GROUP), (SLACK, SLACK, "slack:T1:C1")])
async def test_who_did_no_more_than_open_a_card_in_a_group_is_found(
    store: Store, person: str, by: str, group: str
) -> None:
    """In a channel of Slack a click is of `slack:T1:U7`, in a group of Telegram of 7."""
    tastes, paper = Tastes(store.client), Paper(id="2605.00001", title="A paper")
    await tastes.learn(group, paper, "opened", NOON, by)
    await tastes.reset(group, "", None)
    await tastes.learn(group, paper, "opened", NOON, by)
    found = await forget.find(store.client, person)
    assert found.counts["other"] == 1
    await forget.remove(store.client, found)
    assert (await tastes.of(group)).facts == ()
    assert await tastes.undo(group) is None
    assert not await forget.find(store.client, person)
