"""The transport against a small server of its own: what goes over the wire, what is said when nothing comes back."""

import asyncio
import io
import logging
import traceback
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.telegram_limits import Limiter
from bot.telegram_poll import Inbox, Poller, PollingBot
from bot.telegram_transport import AiohttpRequest, Timeouts
from tests.patience import PATIENCE

TOKEN = "12345:SECRET-of-the-bot"
MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "hello"}


def plain(value):
    return value if isinstance(value, str) else (value.filename, value.content_type, value.file.read())


class Server:
    """Answers each method with the handler of its name, by default as Telegram answers sendMessage."""

    def __init__(self):
        self.handlers = {}
        self.forms = []
        self.headers = []
        self.connections = set()
        self.open = self.most_open = 0
        self.asked = asyncio.Event()
        self.url = ""

    async def handle(self, request):
        self.connections.add(request.transport.get_extra_info("peername"))
        self.headers.append(request.headers)
        self.forms.append({name: plain(value) for name, value in (await request.post()).items()})
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self.asked.set()
        try:
            handler = self.handlers.get(request.path.rpartition("/")[2])
            return await handler(request) if handler else web.json_response({"ok": True, "result": MESSAGE})
        finally:
            self.open -= 1


@pytest.fixture
async def server():
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = "http://{}:{}".format(*runner.addresses[0])
    yield server
    await runner.cleanup()


@asynccontextmanager
async def bot_on(url, connections=4, limiter=None, **timeouts):
    async with AiohttpRequest(connections, Timeouts(**timeouts)) as request:
        yield ExtBot(TOKEN, base_url=f"{url}/bot", request=request, rate_limiter=limiter)


def answer(status, **body):
    async def handler(_request):
        return web.json_response(body, status=status)

    return handler


async def never(_request):
    await asyncio.Event().wait()


async def torn(request):
    request.transport.abort()
    return web.Response()


async def test_a_message_arrives_as_a_form(server):
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Öffnen", callback_data="1|card|260501|2604.26904")]])
    text = "<b>&amp; 你好 🎉</b>\n+ % = ?"
    async with bot_on(server.url) as bot:
        message = await bot.send_message(5, text, parse_mode="HTML", reply_markup=keys)
    assert message.text == "hello"
    assert "python-telegram-bot" in server.headers[0]["User-Agent"]
    [form] = server.forms
    assert (form["chat_id"], form["text"], form["parse_mode"]) == ("5", text, "HTML")
    assert '"callback_data": "1|card|260501|2604.26904"' in form["reply_markup"]


@pytest.mark.parametrize("content", [b"# Brief\n", io.BytesIO(b"# Brief\n")])
async def test_a_document_arrives_with_its_name_type_and_caption(server, content):
    async with bot_on(server.url) as bot:
        await bot.send_document(5, content, filename='brief "论文".md', caption="the <day>")
    [form] = server.forms
    assert form["caption"] == "the <day>"
    assert form["document"] == ('brief "论文".md', "text/markdown", b"# Brief\n")


async def test_half_a_surrogate_pair_does_not_stop_a_message(server):
    async with bot_on(server.url) as bot:
        await bot.send_message(5, "cut \ud83d here")
    assert server.forms[0]["text"] == "cut ? here"


async def test_a_method_without_parameters_and_a_file_to_fetch(server):
    server.handlers["file.txt"] = lambda _request: _text("content")
    async with bot_on(server.url) as bot:
        server.handlers["getMe"] = answer(200, ok=True, result={"id": 1, "is_bot": True, "first_name": "Paperboy"})
        assert (await bot.get_me()).first_name == "Paperboy"
        assert await bot.request.retrieve(f"{server.url}/file.txt") == b"content"


async def _text(text):
    return web.Response(text=text)


async def test_connections_are_kept_and_no_more_than_allowed(server):
    async def slow(_request):
        await asyncio.sleep(0.01)
        return web.json_response({"ok": True, "result": MESSAGE})

    server.handlers["sendMessage"] = slow
    async with bot_on(server.url, connections=3) as bot:
        await asyncio.gather(*(bot.send_message(chat, "hello") for chat in range(12)))
        await bot.send_message(5, "hello")
    assert len(server.forms) == 13
    assert server.most_open == 3
    assert len(server.connections) == 3


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden, "blocked by the user"),
        (429, {"description": "Too Many Requests", "parameters": {"retry_after": 7}}, RetryAfter, "0:00:07"),
        (500, {"description": "Internal Server Error"}, NetworkError, "Internal Server Error"),
    ],
)
async def test_refusals_keep_their_meaning(server, status, body, error, said):
    server.handlers["sendMessage"] = answer(status, ok=False, error_code=status, **body)
    async with bot_on(server.url) as bot:
        with pytest.raises(error, match=said):
            await bot.send_message(5, "hello")


async def test_a_redirect_is_not_followed(server):
    async def elsewhere(_request):
        raise web.HTTPFound(f"{server.url}/elsewhere/sendMessage")

    server.handlers["sendMessage"] = elsewhere
    async with bot_on(server.url) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(5, "hello")
    assert len(server.forms) == 1


def told(error: TelegramError) -> str:
    """Return everything a log could show of an error: its text, its causes, their contexts."""
    shown = "".join(traceback.format_exception(error)) + repr(error)
    inner = error.__context__
    while inner:
        shown, inner = shown + repr(inner) + repr(vars(inner)), inner.__context__
    return shown


@pytest.mark.parametrize(
    ("handler", "error"), [(never, TimedOut), (torn, NetworkError), (None, NetworkError)], ids=["slow", "torn", "down"]
)
async def test_no_failure_tells_the_token(server, handler, error, caplog):
    server.handlers["sendMessage"] = handler
    url = server.url if handler else "http://127.0.0.1:1"
    async with bot_on(url, read=0.1) as bot:
        caplog.set_level(logging.DEBUG)  # from here on: python-telegram-bot's own Bot tells its address at this level
        with pytest.raises(error) as caught:
            await bot.send_message(5, "hello")
    assert "SECRET" not in told(caught.value)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("url", ["http://[::bad", "nonsense", "http://exa mple"])
async def test_a_broken_address_does_not_tell_the_token_either(url):
    async with bot_on(url) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(5, "hello")
    assert "SECRET" not in told(caught.value)


async def test_time_outs_of_a_call_come_before_the_usual_ones(server):
    server.handlers["sendMessage"] = never
    async with bot_on(server.url) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(5, "hello", read_timeout=0.05)
        with pytest.raises(TimedOut):
            await bot.send_message(5, "hello", read_timeout=0.05, pool_timeout=None)
        assert bot.request.read_timeout == Timeouts().read


async def test_an_answer_that_trickles_is_given_up(server):
    async def trickle(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    server.handlers["sendMessage"] = trickle
    async with bot_on(server.url, read=0.1, write=0.1, connect=0.1, pool=0.1) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(5, "hello")


async def test_who_finds_no_free_connection_is_told_so_and_the_others_go_on(server):
    free = asyncio.Event()

    async def wait(_request):
        await free.wait()
        return web.json_response({"ok": True, "result": MESSAGE})

    server.handlers["sendMessage"] = wait
    async with bot_on(server.url, connections=1) as bot:
        first = asyncio.create_task(bot.send_message(5, "hello"))
        await server.asked.wait()
        with pytest.raises(TimedOut):
            await bot.send_message(6, "hello", connect_timeout=0.05, pool_timeout=0.05)
        free.set()
        assert (await first).text == "hello"
    assert len(server.forms) == 1


async def test_given_up_and_torn_requests_leave_their_connection_to_others(server):
    async with bot_on(server.url, connections=1) as bot:
        for handler in (torn, never):
            server.handlers["getUpdates"] = handler
            for _ in range(3):
                with pytest.raises(NetworkError):
                    await bot.request.post(f"{server.url}/bot{TOKEN}/getUpdates", read_timeout=0.05)
        server.asked.clear()
        asking = asyncio.create_task(bot.request.post(f"{server.url}/bot{TOKEN}/getUpdates"))
        await server.asked.wait()
        asking.cancel()
        assert (await bot.send_message(5, "hello")).text == "hello"


async def test_it_opens_and_closes_as_often_as_asked(server):
    request = AiohttpRequest(1)
    await request.shutdown()
    with pytest.raises(NetworkError, match="not initialized"):
        await request.post(f"{server.url}/bot{TOKEN}/sendMessage")
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        assert await request.post(f"{server.url}/bot{TOKEN}/sendMessage") == MESSAGE
        await request.shutdown()
        await request.shutdown()


async def test_the_proxy_of_the_environment_is_used_except_where_it_is_not_wanted(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with bot_on("http://telegram.invalid") as bot:
        await bot.send_message(5, "hello")
    assert server.headers.pop()["Host"] == "telegram.invalid"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with bot_on(server.url) as bot:
        await bot.send_message(5, "hello")
    assert server.headers.pop()["Host"] in server.url


async def test_a_bot_with_transport_and_limiter_carries_on_after_a_429(server):
    answers = [answer(429, ok=False, description="Too Many Requests", parameters={"retry_after": 1})]

    async def handler(request):
        return await answers.pop()(request) if answers else web.json_response({"ok": True, "result": MESSAGE})

    server.handlers["sendMessage"] = handler
    async with bot_on(server.url, limiter=Limiter()) as bot:
        assert (await bot.send_message(5, "hello")).text == "hello"
    assert len(server.forms) == 2


@pytest.mark.parametrize("result", [{}, [1], [{"message": MESSAGE}], [{"update_id": "1"}]])
async def test_what_is_no_list_of_updates_is_asked_for_again_after_a_pause_like_no_answer(server, result, caplog):
    server.handlers["getUpdates"] = answer(200, ok=True, result=result)

    async def handle(_update):
        raise AssertionError

    async with AiohttpRequest(2) as request:
        bot = PollingBot(TOKEN, base_url=f"{server.url}/bot", request=request, get_updates_request=request)
        polling = asyncio.create_task(Poller(bot, Inbox(bot, handle)).run())
        await server.asked.wait()
        async with asyncio.timeout(PATIENCE):
            while "Telegram does not answer" not in caplog.text and not polling.done():  # noqa: ASYNC110 - a line of a log
                await asyncio.sleep(0.01)
        polling.cancel()
        await asyncio.wait([polling])
    assert polling.cancelled()
    assert len(server.forms) == 2  # the second says, at the end, what was handled
