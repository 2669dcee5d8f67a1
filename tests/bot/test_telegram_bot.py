"""The bot against a strict Bot API on loopback: who is answered, where, in what order, and what survives."""

import asyncio
import io
import json
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import redis

from bot.server import serving
from bot.services import Services
from bot.telegram import TelegramBot
from bot.telegram_limits import Limiter
from bot.telegram_poll import Inbox
from bot.telegram_webhook import SECRET_HEADER, routes
from brief.settings import Settings
from sources.sample_site import SAMPLE_DATE
from tests.bot.telegramming import (
    ADMIN,
    CHANNEL,
    FORUM,
    GROUP,
    OTHER,
    READER,
    STRANGER,
    TOPIC,
    configured,
    hurried,
    open_services,
    polling,
    said,
)
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_checks import ApiError
from tests.fakes.telegram_faults import BLOCKED, SERVER_ERROR, flood
from tests.patience import PATIENCE

PAPERBOY = Path(sys.executable).with_name("paperboy")
KNOWN = "2604.26904"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.chat(GROUP, title="Reading group", admins=(ADMIN,))
        server.chat(CHANNEL, "channel", title="Papers", admins=(ADMIN,))
        server.chat(FORUM, title="Forum", admins=(ADMIN,), topics=(TOPIC,))
        yield server
    assert not server.refusals


@pytest.fixture
async def services(settings: Settings, fake: FakeTelegram) -> AsyncIterator[Services]:
    async with open_services(configured(settings, fake)) as opened:
        yield opened


@pytest.fixture
async def bot(services: Services) -> AsyncIterator[TelegramBot]:
    async with polling(services) as running:
        yield running


# -- who is answered --------------------------------------------------------------------------------------------------


async def test_a_reader_gets_a_card_for_whatever_names_a_paper(fake, bot):
    for text in (
        f"/paper {KNOWN}",
        KNOWN,
        f"look: https://arxiv.org/abs/{KNOWN}v1",
        f"/start p_{KNOWN.replace('.', '-')}",
    ):
        assert "ClawGym" in (await said(fake, text)).text


async def test_a_first_word_in_private_is_greeted(fake, bot):
    greeted = await said(fake, "hello")
    assert "/help" in greeted.text
    assert "not an arXiv id" not in greeted.text


async def test_a_stranger_is_refused_once_and_costs_nothing_more(fake, bot):
    first = await said(fake, "/top", STRANGER)
    for text in ("/top", "hello", f"/paper {KNOWN}"):
        await fake.send_text(STRANGER, STRANGER, text)
    query = await fake.ask_inline(STRANGER, "agents")
    await fake.idle()
    assert [message.id for message in fake.messages(STRANGER)] == [first.id]
    assert "Sorry" in first.text
    assert f"the id of this chat is {STRANGER}" in first.text
    assert fake.world.queries[query] is None


async def test_an_open_bot_serves_everyone_in_their_language(fake, settings):
    async with open_services(configured(settings, fake, "*")) as services, polling(services):
        fake.user(STRANGER, "Li", "zh-hans")
        assert "研究机会" in (await said(fake, "/ideas", STRANGER)).text
        chat = await services.people.chat(f"telegram:{STRANGER}")
        assert chat
        assert (chat.language, chat.subscribed) == ("zh", False)


async def test_chats_of_the_allow_list_are_subscribed_from_the_start_until_they_say_otherwise(fake, services):
    async with polling(services):
        assert len(await services.people.subscribed()) == 5
        await said(fake, "/unsubscribe")
    async with polling(services):
        assert len(await services.people.subscribed()) == 4


async def test_groups_are_spoken_to_by_command_only(fake, bot):
    for text in ("hello", KNOWN, "/top@other_bot", "/nonsense"):
        await fake.send_text(GROUP, ADMIN, text)
    answer = await said(fake, "/must@paperboy_bot", GROUP, OTHER)
    assert fake.messages(GROUP) == [answer]
    assert answer.json["reply_to_message"]["text"] == "/must@paperboy_bot"
    assert "/nonsense" in (await said(fake, "/nonsense@paperboy_bot", GROUP)).text


async def test_a_topic_is_answered_in_the_topic_and_gets_the_push_there(fake, services, bot):
    assert (await said(fake, "/must", FORUM, OTHER, thread=TOPIC)).thread == TOPIC
    await said(fake, "/subscribe", FORUM, ADMIN, thread=TOPIC)
    chat = await services.people.chat(f"telegram:{FORUM}")
    assert chat
    await bot.push(chat, SAMPLE_DATE)
    assert (await fake.next_message(FORUM)).thread == TOPIC


async def test_a_channel_is_answered_to_commands(fake, bot):
    await fake.send_text(CHANNEL, None, "just news")
    assert "Must-reads" in (await said(fake, "/must", CHANNEL)).text


async def test_only_administrators_change_a_group(fake, services, bot):
    refused = await said(fake, "/lang zh", GROUP, OTHER)
    assert "administrators" in refused.text
    await said(fake, "/lang zh", GROUP, ADMIN)
    chat = await services.people.chat(f"telegram:{GROUP}")
    assert chat
    assert chat.language == "zh"
    await said(fake, "/lang en", GROUP, 1087968824, sender_chat=fake.chat(GROUP).json())  # in the group's name
    chat = await services.people.chat(f"telegram:{GROUP}")
    assert chat
    assert chat.language == "en"
    assert len(fake.sent("getChatAdministrators")) == 1


async def test_a_group_sees_its_profile_and_an_administrator_writes_it_in_lines(fake, services, bot):
    lines = "computer use: GUI agent\navoid: biology"
    assert "administrators" in (await said(fake, f"/profile {lines}", GROUP, OTHER)).text
    assert "biology" in (await said(fake, f"/profile {lines}", GROUP, ADMIN)).text
    chat = await services.people.chat(f"telegram:{GROUP}")
    assert chat
    assert chat.profile == lines
    shown = await said(fake, "/profile", GROUP, OTHER)
    assert "GUI agent" in shown.text
    assert "<code>/profile computer use: GUI agent; avoid: biology</code>" in shown.html
    assert "characters" in (await said(fake, f"/profile {'long words ' * 300}", GROUP, ADMIN)).text


async def test_edited_messages_and_inline_results_are_not_questions(fake, bot):
    message = await fake.send_text(READER, READER, "/must", via_bot=fake.world.bot)
    fake.push_update({"edited_message": {**message.json, "edit_date": 1}})
    await fake.idle()
    assert fake.messages(READER) == []


async def test_the_menu_of_commands_is_set_in_both_languages(fake, bot):
    calls = fake.sent("setMyCommands")
    assert [call.parameters.get("language_code") for call in calls] == [None, "zh"]
    assert all(len(json.loads(call.parameters["commands"])) > 15 for call in calls)


async def test_inline_mode_finds_papers_and_leads_into_the_bot(fake, bot):
    answer = await fake.answered(await fake.ask_inline(READER, "agents"))
    assert answer["results"]
    assert all("arxiv.org" in item["input_message_content"]["message_text"] for item in answer["results"])
    assert json.loads(answer["button"])["start_parameter"]
    assert (await fake.answered(await fake.ask_inline(READER, "")))["results"] == []
    assert (await fake.answered(await fake.ask_inline(READER, "很")))["results"] == []  # nothing English to look for


@pytest.mark.parametrize("words", ["2604.26904", "https://arxiv.org/abs/2604.26904v1", "see hf.co/papers/2604.26904"])
async def test_inline_mode_finds_the_paper_of_an_id_or_link_and_no_other(fake, bot, words):
    answer = await fake.answered(await fake.ask_inline(READER, words))
    assert [item["id"] for item in answer["results"]] == ["2604.26904"]


async def test_inline_mode_has_no_other_paper_for_an_id_it_does_not_know(fake, bot):
    assert (await fake.answered(await fake.ask_inline(READER, "2604.00001")))["results"] == []


# -- what happens to chats --------------------------------------------------------------------------------------------


async def test_a_reader_who_blocks_the_bot_gets_nothing_until_he_is_back(fake, services, bot):
    reader = await services.people.chat(f"telegram:{READER}")
    assert reader
    fake.fail("sendMessage", BLOCKED, chat_id=READER)
    assert await bot.push(reader, SAMPLE_DATE) is None
    assert READER not in [int(chat.id.split(":")[1]) for chat in await services.people.subscribed()]
    fake.block(OTHER)
    await fake.idle()
    await said(fake, "/start")
    assert len(await services.people.subscribed()) == 4


async def test_a_group_that_becomes_a_supergroup_moves_once_with_all_it_has(fake, services, settings):
    old, new = -55, -1000055
    async with open_services(configured(settings, fake, str(old))) as opened, polling(opened) as bot:
        await said(fake, f"/save {KNOWN}", old)
        chat = await opened.people.chat(f"telegram:{old}")
        assert chat
        fake.migrate(old, new)
        await bot.push(chat, SAMPLE_DATE)
        assert "1" in [key["text"] for key in (await fake.next_message(new)).buttons]
        await fake.idle()
        assert "ClawGym" in (await said(fake, "/later", new)).text
    async with open_services(configured(settings, fake, str(old))) as opened, polling(opened):
        assert [chat.id for chat in await opened.people.subscribed()] == [f"telegram:{new}"]
        assert "ClawGym" in (await said(fake, "/later", new)).text


# -- many at once, and Telegram in trouble ----------------------------------------------------------------------------


async def test_two_hundred_updates_at_once_are_answered_in_order_within_the_limits(fake, settings):
    fake.enforce_limits = True
    chats = range(1001, 1051)
    asked = ("/must", "/repos", "/ideas", f"/paper {KNOWN}")
    for text in asked:
        for chat in chats:
            await fake.send_text(chat, chat, text)
    async with open_services(configured(settings, fake, "*")) as services, polling(services, Limiter()):
        await fake.until(lambda: all(len(fake.messages(chat)) == 4 for chat in chats), "200 answers")
        await fake.idle()
    for chat in chats:
        starts = [message.text.split(" · ")[0].split("\n")[0][:12] for message in fake.messages(chat)]
        assert starts == ["Must-reads", "Repositories", "Research ide", "ClawGym: A S"]
    assert not [call for call in fake.calls if call.error and call.method != "getUpdates"]


async def test_an_answer_waits_for_telegram_to_be_up_again(fake, bot):
    fake.fail("sendMessage", SERVER_ERROR, times=2)
    fake.fail("sendMessage", "reset")
    assert "Must-reads" in (await said(fake, "/must")).text
    fake.fail("getUpdates", "reset")
    assert "Repositories" in (await said(fake, "/repos")).text
    await fake.idle()
    assert len(fake.messages(READER)) == 2


async def test_another_program_that_polls_for_the_same_bot_is_named_in_the_log(fake, bot, caplog):
    fake.fail("getUpdates", ApiError(409, "Conflict: terminated by other getUpdates request"))
    await said(fake, "/help")
    await fake.idle()
    assert "another program fetches this bot's messages" in caplog.text
    assert "does not answer" not in caplog.text


async def test_another_program_is_named_also_after_other_failures_and_each_kind_once(fake, bot, caplog):
    fake.fail("getUpdates", SERVER_ERROR, times=2)
    fake.fail("getUpdates", ApiError(409, "Conflict: terminated by other getUpdates request"))
    await said(fake, "/help")
    await fake.idle()
    told = [record.getMessage() for record in caplog.records if record.name == "bot.telegram_poll"]
    assert ["another program" in line for line in told] == [False, True]


async def test_an_update_that_does_not_parse_does_not_spoil_its_neighbours(fake, bot):
    fake.push_update({"message": {"chat": {"id": READER, "type": "private"}, "migrate_to_chat_id": 5}})
    fake.push_update({"callback_query": {"id": "1"}})
    assert "Must-reads" in (await said(fake, "/must")).text
    await fake.idle()


async def test_captured_updates_are_handled(fake, settings, shared, caplog):
    files = (shared / "captures" / "telegram").glob("*.jsonl")
    rows = [row for path in files for row in path.read_text(encoding="utf-8").splitlines()]
    updates = [update for row in rows if (update := complete(json.loads(row)["obj"]))]
    assert len(updates) >= 3
    async with open_services(configured(settings, fake, "*")) as services, polling(services):
        for update in updates:
            fake.push_update(update)
        await fake.idle()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    fake.refusals.clear()  # the presses are of queries the fake never asked


def complete(captured: dict) -> dict | None:
    """Return a captured update with what its source had left out; None for what is no update."""
    if "update_id" not in captured:
        return None
    message = captured.get("message")
    return {**captured, "message": {"message_id": 1, "date": 1, **message}} if message else captured


# -- the program as a process -----------------------------------------------------------------------------------------


@pytest.fixture
def environ(settings: Settings, fake: FakeTelegram) -> dict[str, str]:
    assert settings.redis_url
    return {
        "PATH": os.environ["PATH"],
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir),
        "TELEGRAM_BOT_TOKEN": fake.token,
        "TELEGRAM_API_URL": fake.url,
        "TELEGRAM_CHATS": "*",
    }


async def start(environ: dict[str, str], verb: str = "bot") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(PAPERBOY, verb, env=environ, stderr=subprocess.PIPE)


async def test_a_killed_process_loses_no_update(fake, environ, settings):
    async with open_services(configured(settings, fake)):
        fake.fail("sendMessage", "timeout", times=math.inf)
        for chat in (READER, OTHER):
            await fake.send_text(chat, chat, "/help")
        first = await start(environ)
        await fake.until(lambda: len(fake.sent("sendMessage")) == 2, "both answers to be on their way")
        await fake.until(lambda: len(fake.sent("getUpdates")) > 3, "updates to be asked for again")
        first.kill()
        await first.communicate()
        fake.mend()
        second = await start(environ)
        for chat in (READER, OTHER):
            await fake.until(lambda chat=chat: fake.messages(chat), "an answer after the restart")
        await fake.idle()
        second.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(second.communicate(), PATIENCE)
        assert second.returncode == 0, log


async def test_a_failing_handler_tells_the_reader_something_and_the_log_all_but_the_token(fake, environ, settings):
    async with open_services(configured(settings, fake)):
        with redis.Redis.from_url(environ["REDIS_URL"]) as client:
            client.set(f"{{paperboy}}:1:later:telegram:{READER}", "not a hash")
        process = await start(environ, "run")
        told = await said(fake, f"/later {fake.token}")
        told = await said(fake, "/later")
        process.send_signal(signal.SIGINT)
        _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    reference = told.text.split("noted as ")[1].split(".")[0]
    assert f"[{reference}]".encode() in log
    assert b"Traceback" in log
    assert b"WRONGTYPE" in log
    assert fake.token.encode() not in log


async def test_a_wrong_token_ends_in_a_sentence(fake, environ):
    process = await start({**environ, "TELEGRAM_BOT_TOKEN": "123:wrong"})
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert b"TELEGRAM_BOT_TOKEN" in log.splitlines()[-1]
    assert b"123:wrong" not in log


@pytest.mark.parametrize("webhook", [False, True])
async def test_a_start_that_telegram_finds_too_soon_waits_as_long_as_it_is_told_to(fake, environ, webhook):
    """As when several processes begin at once."""
    last = "setWebhook" if webhook else "deleteWebhook"
    for method in ("getMe", last):
        fake.fail(method, flood(1))
    process = await start({**environ, **HOOK} if webhook else environ)
    await fake.until(lambda: [call for call in fake.sent(last) if not call.error], "it to start")
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log


async def test_it_stops_while_telegram_is_down(fake, environ):
    fake.fail("getMe", SERVER_ERROR, times=math.inf)
    process = await start(environ)
    await fake.until(lambda: len(fake.sent("getMe")) >= 2, "a second try")
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log
    fake.mend()


# -- the webhook ------------------------------------------------------------------------------------------------------

HOOK = {
    "TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram",
    "TELEGRAM_WEBHOOK_SECRET": "opens-sesame",
    "PAPERBOY_LISTEN": "127.0.0.1:0",
}


@pytest.fixture
async def hook(settings: Settings, fake: FakeTelegram) -> AsyncIterator[str]:
    """The address of a bot's server that only its webhook feeds."""
    async with open_services(configured(settings, fake, **HOOK)) as services:
        bot = TelegramBot(services, fake.token, hurried())
        paths = routes(services.settings, Inbox(bot.bot, bot.handle))
        async with bot.running(), serving(services.settings, paths) as (host, port):
            yield f"http://{host}:{port}"


async def post(url: str, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(body), headers=headers) as answer:
        return answer.status


async def test_the_webhook_answers_when_the_update_was_handled(fake, hook):
    message = await fake.send_text(READER, READER, "/must")
    update = json.dumps({"update_id": 1, "message": message.json}).encode()
    assert await post(f"{hook}/telegram", update, "opens-sesame") == 200
    [answer] = fake.messages(READER)
    assert "Must-reads" in answer.text


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (None, b'{"update_id": 1}', 403),
        ("opens-sesam", b'{"update_id": 1}', 403),
        ("opens-sesame", b"{", 400),
        ("opens-sesame", b"[]", 400),
        ("opens-sesame", b'{"update_id": "1"}', 400),
        ("opens-sesame", b"[" * 100_000, 400),
        ("opens-sesame", b" " * (1 << 21), 413),
        ("opens-sesame", b'{"update_id": 1, "message": {}}', 200),
    ],
)
async def test_the_webhook_takes_only_updates_and_only_with_the_secret(fake, hook, secret, body, status):
    assert await post(f"{hook}/telegram", body, secret) == status
    assert fake.sent("sendMessage") == []


async def test_the_server_says_that_it_is_well(hook):
    async with aiohttp.ClientSession() as session, session.get(f"{hook}/healthz") as answer:
        assert answer.status == 200
        assert await answer.json() == {"ok": True}


async def test_the_process_serves_the_webhook_it_registered(fake, environ, settings, unused_port):
    listen = f"127.0.0.1:{unused_port}"
    fake.delivery.hosts["https://bot.example.org"] = f"http://{listen}"
    async with open_services(configured(settings, fake)):
        process = await start({**environ, **HOOK, "PAPERBOY_LISTEN": listen})
        assert "Must-reads" in (await said(fake, "/must")).text
        await fake.idle()
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log
    assert fake.delivery.hook["url"] == HOOK["TELEGRAM_WEBHOOK_URL"]


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
