"""The fake Telegram is as strict as the original: driven by the real client, and by hand where that one is polite."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import ExtBot

from tests.fakes.telegram import DEACTIVATED, SERVER_ERROR, FakeTelegram, Limits, Pace, flood
from tests.fakes.telegram_html import ParseError, parse_html

GROUP, FORUM, CHANNEL = -77, -1001, -1002


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.chat(7)
        server.chat(GROUP, "group", admins=(1, 2))
        server.chat(FORUM, "supergroup", topics=(5,))
        server.chat(CHANNEL, "channel", username="papers")
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with ExtBot(fake.token, base_url=fake.base_url, base_file_url=fake.base_file_url) as client:
        yield client


@dataclass
class Raw:
    """The API without a client that checks anything."""

    client: httpx.AsyncClient
    base: str

    async def __call__(self, method: str, **parameters: Any) -> Any:
        return (await self.client.post(f"{self.base}/{method}", json=parameters)).json()

    async def error(self, method: str, **parameters: Any) -> str:
        answer = await self(method, **parameters)
        assert not answer["ok"]
        return str(answer["description"])


@pytest.fixture
async def raw(fake: FakeTelegram) -> AsyncIterator[Raw]:
    async with httpx.AsyncClient() as client:
        yield Raw(client, f"{fake.base_url}{fake.token}")


def keys(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(f"Key {d}", callback_data=d)] for d in data])


async def test_a_conversation_with_the_real_client(fake, bot):
    await fake.send_text(7, 7, "/start p_1")
    [update] = await bot.get_updates(timeout=5)
    assert update.message.text == "/start p_1"
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [("bot_command", 0, 6)]
    await bot.send_message(7, "<b>Hi</b> &lt;you&gt;", parse_mode="HTML", reply_markup=keys("1|x"))
    message = await fake.next_message(7)
    assert (message.text, message.html, message.data) == ("Hi <you>", "<b>Hi</b> &lt;you&gt;", ["1|x"])
    query = await fake.press(message, "1|x", 7)
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    await update.callback_query.answer("done")
    assert (await fake.answered(query))["text"] == "done"
    await update.callback_query.edit_message_text("<i>new</i>", parse_mode="HTML")
    await fake.edited(message)
    assert [(m.text, m.buttons) for m in fake.messages(7)] == [("new", [])]
    await bot.get_updates(offset=update.update_id + 1, timeout=0)
    await fake.idle()
    assert not fake.refusals


async def test_updates_stay_until_acknowledged(fake, bot):
    for text in ("one", "two", "three"):
        await fake.send_text(7, 7, text)
    first = await bot.get_updates(limit=2)
    again = await bot.get_updates()
    assert [u.message.text for u in first] == ["one", "two"]
    assert [u.message.text for u in again] == ["one", "two", "three"]
    [last] = await bot.get_updates(offset=again[1].update_id + 1)
    assert last.message.text == "three"
    assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["three"]
    assert await bot.get_updates(offset=last.update_id + 1) == ()


async def test_a_second_poll_ends_the_first(fake, bot, raw):
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await fake.until(lambda: fake.sent("getUpdates"))
    second = asyncio.create_task(raw("getUpdates", timeout=20))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    await fake.send_text(7, 7, "hello")
    assert [update["message"]["text"] for update in (await second)["result"]] == ["hello"]


async def test_only_wanted_updates_are_kept(fake, bot):
    await bot.get_updates(allowed_updates=["message"])
    assert fake.push_update({"inline_query": {"id": "1", "from": fake.user(7), "query": "", "offset": ""}}) is None
    fake.block(7)
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("é <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <br/>", 'Unsupported start tag "br/" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href= ", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x", "Unexpected end of name token at byte offset 8"),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<i =x>y</i>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<i x>y</i>", 'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x<i>y</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("&#xD800;", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_html_is_refused_in_telegrams_words(html, complaint):
    with pytest.raises(ParseError) as caught:
        parse_html(html)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&lt;&gt;&amp;&quot;", '<>&"'),
        ("&nbsp;&apos;&copy;", "&nbsp;&apos;&copy;"),
        ("&lt b &#65;&#x42;", "< b AB"),
        ("AT&T & &; &#; &#0;", "AT&T & &; &#; &#0;"),
        ("&#12345678;", "&#12345678;"),
        ("<B>x</B><i>y</>", "xy"),
    ],
)
def test_html_references(html, text):
    assert parse_html(html).text == text


def test_html_entities_count_in_utf16_units():
    parsed = parse_html(
        '😀<b>x<i>y😀</i></b> <a href="arxiv.org/abs/1?a=1&amp;b=2">l</a>'
        '<pre><code class="language-py">z</code></pre><blockquote expandable>q</blockquote>'
    )
    assert not parsed.lost
    assert parsed.entities == [
        {"type": "bold", "offset": 2, "length": 4},
        {"type": "italic", "offset": 3, "length": 3},
        {"type": "text_link", "offset": 7, "length": 1, "url": "arxiv.org/abs/1?a=1&b=2"},
        {"type": "pre", "offset": 8, "length": 1, "language": "py"},
        {"type": "expandable_blockquote", "offset": 9, "length": 1},
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>a<blockquote>b</blockquote></blockquote>",
        "<code>a<b>b</b></code>",
        "<b><code>b</code></b>",
        '<a href="https://a.org">a<code>b</code></a>',
        '<a href="nowhere">a</a>',
        '<a href="https://a.org"></a>',
        "<b>x</b>" * 101,
    ],
)
async def test_what_telegram_drops_silently_is_noticed(fake, raw, html):
    assert (await raw("sendMessage", chat_id=7, text=f"x{html}", parse_mode="HTML"))["ok"]
    assert [refusal.lost for refusal in fake.refusals] == [True]
    assert len(fake.messages(7)[0].json.get("entities", [])) <= 100


async def test_an_unknown_parameter_is_noticed(fake, raw):
    await raw("sendMessage", chat_id=7, text="x", parsemode="HTML")
    assert [refusal.description for refusal in fake.refusals] == ["parameter 'parsemode'"]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag corresponding to start tag"),
        ({"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        ({"text": "x", "chat_id": 999}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "chat_id": FORUM, "message_thread_id": 6}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 12345}}, "message to be replied not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_messages_are_refused_in_telegrams_words(raw, parameters, error):
    assert (await raw.error("sendMessage", **{"chat_id": 7, **parameters})).startswith(f"Bad Request: {error}")


@pytest.mark.parametrize(
    ("button", "error"),
    [
        ({"callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"url": "not a link"}, "BUTTON_URL_INVALID"),
        ({"url": "https://nodots/"}, "BUTTON_URL_INVALID"),
        ({"text": ""}, "inline keyboard button text must be non-empty"),
        ({}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"url": "https://a.org", "callback_data": "x"}, "BUTTON_TYPE_INVALID"),
        ({"copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ],
)
async def test_buttons_are_refused(raw, button, error):
    markup = {"inline_keyboard": [[{"text": "Key"} | button]]}
    assert await raw.error("sendMessage", chat_id=7, text="x", reply_markup=markup) == f"Bad Request: {error}"


@pytest.mark.parametrize("rows", [[9], [8] * 12 + [5]])
async def test_a_keyboard_has_a_size(raw, rows):
    button = {"text": "Key", "callback_data": "x" * 64}
    markup = {"inline_keyboard": [[button] * count for count in rows]}
    assert await raw.error("sendMessage", chat_id=7, text="x", reply_markup=markup) == (
        "Bad Request: reply markup is too long"
    )


async def test_the_limits_themselves_are_accepted(fake, raw):
    markup = {"inline_keyboard": [[{"text": "Key", "callback_data": "x" * 64}] * 8] * 12}
    text = "<b>x</b>" * 100 + "&lt;" * 3996
    form = {"chat_id": "7", "text": text, "parse_mode": "HTML", "reply_markup": json.dumps(markup)}
    answer = await raw.client.post(f"{raw.base}/sendMessage", data=form)
    assert answer.json()["ok"]
    assert len(fake.messages(7)[0].text) == 4096
    assert not fake.refusals


async def test_edits(fake, bot):
    sent = await bot.send_message(7, "one", reply_markup=keys("a"))
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup are"):
        await bot.edit_message_text("one", 7, sent.message_id, reply_markup=keys("a"))
    await bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keys("b"))
    await bot.edit_message_text("one", 7, sent.message_id)
    assert [(m.text, m.data, m.edits) for m in fake.messages(7)] == [("one", [], 2)]
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 7, 999)
    theirs = await fake.send_text(7, 7, "mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", 7, theirs.id)
    await bot.delete_message(7, sent.message_id)
    assert fake.messages(7) == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(7, sent.message_id)


async def test_a_document_is_uploaded(fake, bot):
    await bot.send_document(7, io.BytesIO(b"@misc{x}"), filename="later.bib", caption="<b>Later</b>", parse_mode="HTML")
    message = await fake.next_message(7)
    assert (message.file, message.text) == (("later.bib", b"@misc{x}"), "Later")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(7, io.BytesIO(b"x"), filename="x", caption="x" * 1025)
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(7, io.BytesIO(b""), filename="x")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", 7, message.id)


async def test_a_press_is_answered_once_and_in_time(fake, bot):
    await bot.send_message(7, "x", reply_markup=keys("a"))
    message = await fake.next_message(7)
    first, late = await fake.press(message, "a", 7), await fake.press(message, "a", 7)
    fake.expire(late)
    await bot.answer_callback_query(first)
    for query in (first, late):
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
            await bot.answer_callback_query(query)
    with pytest.raises(AssertionError, match="is not among"):
        await fake.press(message, "gone", 7)
    await fake.press(message, "gone", 7, shown=False)
    assert [u.callback_query.data for u in await bot.get_updates()] == ["a", "a", "gone"]


async def test_topics_and_channels(fake, bot):
    theirs = await fake.send_text(FORUM, 7, "/top", thread=5)
    sent = await bot.send_message(FORUM, "there", reply_to_message_id=theirs.id)
    assert (sent.message_thread_id, sent.is_topic_message, sent.chat.is_forum) == (5, True, True)
    posted = await bot.send_message("@papers", "hello")
    assert (posted.sender_chat.id, posted.from_user) == (CHANNEL, None)
    await fake.send_text(CHANNEL, None, "/top")
    assert [(u.message or u.channel_post).text for u in await bot.get_updates()] == ["/top", "/top"]


async def test_members_and_administrators(fake, bot):
    fake.user(3)
    admins = await bot.get_chat_administrators(GROUP)
    assert [(a.user.id, a.status) for a in admins] == [(1, "creator"), (2, "administrator")]
    assert (await bot.get_chat_member(GROUP, 3)).status == "member"
    assert (await bot.get_chat(GROUP)).title == "Chat -77"
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await bot.get_chat_administrators(7)
    await bot.leave_chat(GROUP)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(GROUP, "x")


async def test_chats_that_are_gone(fake, bot):
    fake.block(7)
    fake.kick(FORUM)
    fake.migrate(GROUP, -1009)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(7, "x")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(FORUM, "x")
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(GROUP, "x")
    await bot.send_message(moved.value.new_chat_id, "x")
    fake.unblock(7)
    await bot.send_message(7, "x")
    blocked, kicked, left, came, back = await bot.get_updates()
    assert [u.my_chat_member.new_chat_member.status for u in (blocked, kicked, back)] == ["kicked", "kicked", "member"]
    assert (left.message.migrate_to_chat_id, came.message.migrate_from_chat_id) == (-1009, GROUP)


async def test_command_menus(fake, bot, raw):
    commands = [BotCommand("top", "The five best")]
    await bot.set_my_commands(commands, BotCommandScopeAllPrivateChats(), "zh")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "zh") == tuple(commands)
    assert await bot.get_my_commands() == ()
    for bad, error in [
        ([{"command": "Top", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "top", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "top", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ]:
        assert await raw.error("setMyCommands", commands=bad) == f"Bad Request: {error}"
    assert "language code" in await raw.error("setMyCommands", commands=[], language_code="zh-hans")
    assert "action" in await raw.error("sendChatAction", chat_id=7, action="dancing")
    assert await bot.send_chat_action(7, "typing")


async def test_inline_queries(fake, bot, raw):
    query = await fake.ask_inline(7, "agents")
    [update] = await bot.get_updates()
    article = InlineQueryResultArticle("1", "Title", InputTextMessageContent("<b>x</b>", parse_mode="HTML"))
    await update.inline_query.answer([article])
    assert [result["id"] for result in (await fake.answered(query))["results"]] == ["1"]
    plain = {"type": "article", "title": "T", "input_message_content": {"message_text": "x"}}
    broken = {**plain, "id": "1", "input_message_content": {"message_text": "<b>", "parse_mode": "HTML"}}
    for results, error in [
        ([plain | {"id": str(n)} for n in range(51)], "RESULTS_TOO_MUCH"),
        ([plain | {"id": "x" * 65}], "RESULT_ID_INVALID"),
        ([plain | {"id": "1"}] * 2, "RESULT_ID_DUPLICATE"),
        ([broken], "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    ]:
        again = await fake.ask_inline(7, "x")
        assert await raw.error("answerInlineQuery", inline_query_id=again, results=results) == f"Bad Request: {error}"


async def test_scripted_faults(fake, bot, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the client warns of its old seconds otherwise
    fake.fail("sendMessage", flood(3), chat_id=GROUP)
    fake.fail("sendMessage", SERVER_ERROR)
    fake.fail("sendMessage", DEACTIVATED)
    fake.fail("sendMessage", "reset")
    fake.fail("sendMessage", "gateway")
    fake.fail("sendMessage", "lost")
    with pytest.raises(RetryAfter) as slow:
        await bot.send_message(GROUP, "x")
    assert slow.value.retry_after.total_seconds() == 3
    for error in (NetworkError, Forbidden, NetworkError, NetworkError, NetworkError):
        with pytest.raises(error):
            await bot.send_message(7, "x")
    assert len(fake.messages(7)) == 1  # the last one was done, only its answer was lost
    fake.fail("sendMessage", "timeout")
    with pytest.raises(TimedOut):
        await bot.send_message(7, "x", read_timeout=0.05)
    fake.fail("sendMessage", SERVER_ERROR, times=float("inf"))
    with pytest.raises(NetworkError):
        await bot.send_message(7, "x")
    fake.mend()
    await bot.send_message(7, "x")
    assert not fake.refusals


async def test_an_unused_fault_fails_the_test():
    with pytest.raises(AssertionError, match="nobody met"):
        async with FakeTelegram() as fake:
            fake.fail("sendMessage", SERVER_ERROR)


async def test_a_wrong_token_or_method(fake, raw):
    stranger = ExtBot("1:wrong", base_url=fake.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    assert await raw.error("sendPigeon") == "Not Found"


async def test_limits_are_counted_and_enforced_with_edits():
    limits = Limits(overall=Pace(6, 60), private=Pace(2, 60), group=Pace(3, 60))
    async with FakeTelegram(limits=limits, enforce_limits=True) as fake, httpx.AsyncClient() as client:
        raw = Raw(client, f"{fake.base_url}{fake.token}")
        fake.chat(7), fake.chat(8), fake.chat(GROUP)
        sent = await raw("sendMessage", chat_id=7, text="x")
        await raw("editMessageText", chat_id=7, message_id=sent["result"]["message_id"], text="y")
        refused = await raw("sendMessage", chat_id=7, text="x")
        assert refused["error_code"] == 429
        assert refused["parameters"]["retry_after"] in range(1, 61)
        assert refused["description"] == f"Too Many Requests: retry after {refused['parameters']['retry_after']}"
        for _ in range(3):
            assert (await raw("sendMessage", chat_id=GROUP, text="x"))["ok"]
        assert (await raw("sendMessage", chat_id=GROUP, text="x"))["error_code"] == 429
        assert (await raw("sendMessage", chat_id=8, text="x"))["ok"]
        assert (await raw("sendMessage", chat_id=8, text="x"))["error_code"] == 429
    assert [text.split(":")[0] for text in fake.limits.exceeded] == ["private limit", "group limit", "overall limit"]
    assert fake.limits.most == {"overall": 6, "private": 2, "group": 3}


async def test_a_webhook_gets_each_update_until_it_takes_it(fake, bot, raw):
    seen: list[tuple[str | None, int]] = []
    answers = iter([500, 200, 200])

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update["update_id"]))
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.delivery.hosts["https://paper.example"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert "HTTPS URL must be provided" in await raw.error("setWebhook", url="http://paper.example/hook")
    assert "only on ports" in await raw.error("setWebhook", url="https://paper.example:99/hook")
    assert "unallowed characters" in await raw.error("setWebhook", url="https://paper.example", secret_token="a b")
    await bot.set_webhook("https://paper.example/hook", secret_token="s3cret")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await fake.send_text(7, 7, "one")
    await fake.send_text(7, 7, "two")
    await fake.idle()
    assert [(secret, number - seen[0][1]) for secret, number in seen] == [("s3cret", 0), ("s3cret", 0), ("s3cret", 1)]
    assert (await bot.get_webhook_info()).url == "https://paper.example/hook"
    await bot.delete_webhook()
    assert await bot.get_updates() == ()
    await runner.cleanup()


async def test_an_update_from_elsewhere_can_be_answered(fake, bot):
    someone = {"id": 55, "is_bot": False, "first_name": "Ada"}
    chat = {"id": 55, "type": "private", "first_name": "Ada"}
    message = {"message_id": 900, "date": 1, "chat": chat, "from": fake.world.bot, "text": "old"}
    press = {"id": "q1", "from": someone, "chat_instance": "1", "data": "x", "message": message}
    fake.push_update({"update_id": 1, "callback_query": press})
    [update] = await bot.get_updates()
    await update.callback_query.answer()
    await update.callback_query.edit_message_text("new")
    assert [m.text for m in fake.messages(55)] == ["new"]
