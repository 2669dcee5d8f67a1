"""The fake Slack is driven by the real bolt and the real client, and by hand where those are polite."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, NotAckedError


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        server.user("U1", name="Ada", tz="Asia/Shanghai", locale="zh-CN")
        server.channel("C1", name="papers", members=("U1", "U2"))
        yield server


@pytest.fixture
async def client(fake: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(fake.token, base_url=f"{fake.url}/api/", session=session, retry_handlers=[])


@pytest.fixture
def app(fake: FakeSlack, client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, signing_secret=fake.signing_secret)


@asynccontextmanager
async def connected(app: AsyncApp, fake: FakeSlack, times: int = 1) -> AsyncIterator[None]:
    handlers = [AsyncSocketModeHandler(app, fake.app_token, ping_interval=1) for _ in range(times)]
    try:
        for handler in handlers:
            await handler.connect_async()
        await fake.connected(times)
        yield
    finally:
        for handler in handlers:
            await handler.close_async()


@asynccontextmanager
async def served(app: AsyncApp, fake: FakeSlack) -> AsyncIterator[None]:
    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


def buttons(*labels: str, text: str = "Hello") -> list[dict[str, Any]]:
    """One section, a row of buttons and a menu with the last two labels again."""
    plain = lambda words: {"type": "plain_text", "text": words}  # noqa: E731
    row = [{"type": "button", "text": plain(x), "value": f"v-{x}", "action_id": f"b.{x}"} for x in labels]
    options = [{"text": plain(f"Menu {x}"), "value": f"m-{x}"} for x in labels[-2:]]
    menu = {"type": "overflow", "action_id": "menu", "options": options}
    return [{"type": "section", "text": plain(text)}, {"type": "actions", "block_id": "row", "elements": [*row, menu]}]


def modal(*labels: str, **more: Any) -> dict[str, Any]:
    """A modal with one text field for each label."""
    plain = lambda words: {"type": "plain_text", "text": words}  # noqa: E731
    field = {"type": "plain_text_input", "action_id": "typed", "max_length": 20}
    inputs = [{"type": "input", "block_id": name, "label": plain(name), "element": field} for name in labels]
    return {"type": "modal", "title": plain("A form"), "submit": plain("Send"), "blocks": inputs, **more}


@pytest.fixture(params=["socket", "http"])
async def running(request: pytest.FixtureRequest, app: AsyncApp, fake: FakeSlack) -> AsyncIterator[AsyncApp]:
    """The app with Slack's payloads coming in, once over each way."""
    async with connected(app, fake) if request.param == "socket" else served(app, fake):
        yield app


async def test_a_slash_command_is_answered_to_one_person(fake: FakeSlack, running: AsyncApp) -> None:
    got: dict[str, Any] = {}

    @running.command("/paper")
    async def answer(ack: Any, body: Any, respond: Any) -> None:
        got.update(body)
        await ack()
        await respond("for you")
        await respond("for all", response_type="in_channel")

    delivery = await fake.slash("/paper", "a & b", user="U1", channel="C1")
    whisper, message = await fake.next_whisper("U1"), await fake.next_message("C1")
    assert delivery.body is None
    assert (whisper.text, message.text) == ("for you", "for all")
    assert (got["command"], got["text"], got["channel_name"]) == ("/paper", "a & b", "papers")
    assert fake.whispers("U2") == []
    assert not fake.refusals


async def test_an_acknowledgement_with_text_is_an_answer_too(fake: FakeSlack, running: AsyncApp) -> None:
    @running.command("/paper")
    async def answer(ack: Any) -> None:
        await ack("at once")

    await fake.slash("/paper")
    assert (await fake.next_whisper("U1")).text == "at once"


async def test_who_does_not_acknowledge_has_failed(fake: FakeSlack, running: AsyncApp) -> None:
    fake.deliveries.ack_within = 0.2
    with pytest.raises(NotAckedError, match="not acknowledged"):
        await fake.slash("/unknown")


async def test_a_mention_and_a_direct_message(fake: FakeSlack, running: AsyncApp) -> None:
    @running.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(f"read {event['text']}", thread_ts=event["ts"])

    @running.event("message")
    async def written(event: Any, say: Any) -> None:
        assert event["channel_type"] == "im"
        await say(f"heard {event['text']}")

    await fake.mention("see https://arxiv.org/abs/2604.26904 <now>")
    message = await fake.next_message("C1")
    assert message.text == "read <@UBOT1> see <https://arxiv.org/abs/2604.26904> &lt;now&gt;"
    assert message.thread in fake.room("C1").messages
    await fake.say("U1", "hello")
    assert (await fake.next_message("U1")).text == "heard hello"


async def test_an_unacknowledged_event_comes_again(fake: FakeSlack, app: AsyncApp) -> None:
    heard: list[str] = []

    @app.event("app_mention")
    async def mentioned(body: Any) -> None:
        heard.append(body["event_id"])

    async with connected(app, fake):
        delivery = await fake.redeliver(await fake.mention("hello"))
        await fake.idle()
    assert len(heard) == 2
    assert heard[0] == heard[1]
    assert (delivery.attempt, delivery.reason) == (1, "timeout")

    delivery.kind = "slash_commands"
    with pytest.raises(AssertionError, match="events only"):
        await fake.redeliver(delivery)


async def test_what_is_pressed_must_be_there(fake: FakeSlack, running: AsyncApp, client: AsyncWebClient) -> None:
    got: list[dict[str, Any]] = []

    @running.action("b.Save")
    async def pressed(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        got.append(body)
        await respond(text="saved", blocks=buttons("Undo", "More"), replace_original=True)

    @running.action("menu")
    async def chosen(ack: Any, action: Any, client: AsyncWebClient, body: Any) -> None:
        await ack()
        text = action["selected_option"]["value"]
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=text)

    await client.chat_postMessage(channel="C1", text="Hello", blocks=buttons("Save", "More"))
    message = await fake.next_message("C1")
    assert message.buttons["Save"] == "v-Save"
    await fake.press(message, "Save", user="U2")
    await fake.edited(message)
    assert (message.text, got[0]["container"]["message_ts"]) == ("saved", message.ts)
    assert got[0]["message"]["blocks"][0]["type"] == "section"
    with pytest.raises(AssertionError, match="cannot be pressed"):
        await fake.press(message, "v-Save")
    await fake.press(message, "Menu More")
    await fake.edited(message, 2)
    assert message.text == "m-More"


async def test_an_ephemeral_message_changes_in_place(fake: FakeSlack, running: AsyncApp) -> None:
    bodies: list[dict[str, Any]] = []

    @running.command("/paper")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="card", blocks=buttons("Save", "More"))

    @running.action("b.Save")
    async def pressed(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        bodies.append(body)
        await respond(text="saved", replace_original=True)

    @running.action("b.More")
    async def gone(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    await fake.slash("/paper")
    whisper = await fake.next_whisper("U1")
    with pytest.raises(AssertionError, match="nobody else"):
        await fake.press(whisper, "Save", user="U2")
    await fake.press(whisper, "Save")
    await fake.edited(whisper)
    assert [w.text for w in fake.whispers("U1")] == ["saved"]
    assert "message" not in bodies[0]
    assert bodies[0]["container"]["is_ephemeral"] is True
    await fake.slash("/paper")
    await fake.press(await fake.next_whisper("U1"), "More")
    await fake.idle()
    assert [w.text for w in fake.whispers("U1")] == ["saved"]


async def test_a_response_url_is_used_up_and_expires(fake: FakeSlack, client: AsyncWebClient) -> None:
    async def post(url: str, **payload: Any) -> tuple[int, str]:
        async with client.session.post(url, json=payload) as answer:
            return answer.status, await answer.text()

    room = fake.room("C1")
    url = fake.responses.issue(room, "U1")
    assert [await post(url, text="x") for _ in range(5)] == [(200, "ok")] * 5
    status, text = await post(url, text="x")
    assert (status, json.loads(text)["error"]) == (404, "used_url")
    old = fake.responses.issue(room, "U1")
    fake.world.skip(1801)
    assert "expired_url" in (await post(old, text="x"))[1]
    assert (await post(f"{fake.url}/response/T1/R1", text="x"))[0] == 404
    good = fake.responses.issue(room, "U1")
    assert "no_text" in (await post(good))[1]
    assert "invalid_blocks" in (await post(good, text="x", blocks=[{"type": "nothing"}]))[1]
    assert "invalid_payload" in (await post(good, text="x", typo=1))[1]
    assert (await post(good, text="working"))[0] == 200
    assert (await post(good, text="done", replace_original=True))[0] == 200
    assert fake.whispers("U1")[-1].text == "done"
    assert len(fake.whispers("U1")) == 6


async def test_each_event_goes_to_one_of_the_connections(fake: FakeSlack, app: AsyncApp) -> None:
    heard: list[str] = []

    @app.event("app_mention")
    async def mentioned(event: Any) -> None:
        heard.append(event["text"].split()[-1])

    async with connected(app, fake, 2):
        await asyncio.gather(*(fake.mention(str(number)) for number in range(6)))
        await fake.idle()
        shares = [len(connection.envelopes) for connection in fake.deliveries.socket.connections]
    assert sorted(heard) == list("012345")
    assert shares == [3, 3]


async def test_connections_are_replaced_when_slack_asks(fake: FakeSlack, app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mentioned(say: Any) -> None:
        await say("still here")

    async with connected(app, fake):
        await fake.refresh_connection()
        await fake.mention("there?")
        assert (await fake.next_message("C1")).text == "still here"
    assert len(fake.sent("apps.connections.open")) == 2


async def test_a_ticket_is_good_once_and_ten_connections_are_enough(fake: FakeSlack, client: AsyncWebClient) -> None:
    async def url() -> str:
        return str((await client.apps_connections_open(app_token=fake.app_token))["url"])

    used = await url()
    sockets = [await client.session.ws_connect(used)]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.session.ws_connect(used)
    sockets += [await client.session.ws_connect(await url()) for _ in range(9)]
    assert [(await socket.receive_json())["num_connections"] for socket in sockets] == list(range(1, 11))
    eleventh = await client.session.ws_connect(await url())
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    await sockets[0].send_json({"envelope_id": "made up"})
    await fake.until(lambda: fake.refusals, "the made-up acknowledgement")
    for socket in [*sockets, eleventh]:
        await socket.close()


async def test_only_slack_is_believed_over_http(fake: FakeSlack, app: AsyncApp) -> None:
    heard: list[str] = []

    @app.event("app_mention")
    async def mentioned(event: Any) -> None:
        heard.append(event["text"])

    async with served(app, fake):
        delivery = await fake.mention("hello")
        refused = [await fake.forge(delivery.payload, how) for how in ("wrong", "stale", "missing")]
        again = await fake.redeliver(delivery)
        assert (await fake.verify_url())["challenge"] == "fake"
        await fake.idle()
    assert refused == [401, 401, 401]
    assert len(heard) == 2
    assert again.reason == "http_timeout"


async def test_a_form_is_checked_sent_and_answered(fake: FakeSlack, running: AsyncApp) -> None:
    got: list[dict[str, Any]] = []

    @running.shortcut("find")
    async def find(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("words", callback_id="find"))
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await client.views_open(trigger_id=body["trigger_id"], view=modal("again"))

    @running.view("find")
    async def found(ack: Any, view: Any) -> None:
        got.append(view["state"]["values"])
        typed = view["state"]["values"]["words"]["typed"]["value"]
        answers: dict[str, dict[str, Any]] = {
            "wrong": {"response_action": "errors", "errors": {"words": "no such paper"}},
            "next": {"response_action": "update", "view": modal("words", callback_id="find", private_metadata="2")},
            "deeper": {"response_action": "push", "view": modal("words", callback_id="find")},
        }
        await ack(**answers.get(typed, {}))

    await fake.global_shortcut("find")
    view = await fake.next_view("U1")
    for wrong, why in (
        ({}, "must be filled in"),
        ({"words": {"typed": "x" * 21}}, "too long"),
        ({"words": {"typed": "x", "other": "y"}}, "no such fields"),
    ):
        with pytest.raises(AssertionError, match=why):
            await fake.submit(view, wrong)
    refused = await fake.submit(view, {"words": {"typed": "wrong"}})
    assert refused.body["errors"] == {"words": "no such paper"}
    await fake.submit(view, {"words": {"typed": "next"}})
    assert fake.modals("U1")[0].content["private_metadata"] == "2"
    await fake.submit(view, {"words": {"typed": "deeper"}})
    assert len(fake.modals("U1")) == 2
    await fake.idle()
    await fake.submit(fake.modals("U1")[1], {"words": {"typed": "done"}})
    await fake.dismiss(view)
    assert fake.modals("U1") == []
    assert got[0] == {"words": {"typed": {"type": "plain_text_input", "value": "wrong"}}}


async def test_home_and_its_buttons(fake: FakeSlack, running: AsyncApp) -> None:
    @running.event("app_home_opened")
    async def opened(event: Any, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": buttons("Save", "More")})

    @running.action("b.Save")
    async def pressed(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
        view = {"type": "home", "blocks": buttons("Undo", "More", text="saved")}
        await client.views_publish(user_id=body["user"]["id"], view=view, hash=body["view"]["hash"])

    await fake.open_home("U1")
    await fake.press(await fake.next_view("U1"), "Save")
    changed = await fake.next_view("U1")
    assert changed is fake.home("U1")
    assert "saved" in changed.plain
    assert "Undo" in changed.buttons
    await fake.idle()
    assert not fake.refusals


async def test_shortcuts_links_and_previews(fake: FakeSlack, running: AsyncApp) -> None:
    link, got = "https://arxiv.org/abs/2604.26904", []

    @running.shortcut("save_paper")
    async def save(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        await respond(f"saved from {body['message']['text']}")

    @running.event("link_shared")
    async def shared(event: Any, client: AsyncWebClient) -> None:
        unfurls = {link["url"]: {"blocks": buttons("Save", "More")} for link in event["links"]}
        place = {"unfurl_id": event["unfurl_id"], "source": event["source"]}
        if event["source"] != "composer":
            place = {"channel": event["channel"], "ts": event["message_ts"]}
        await client.chat_unfurl(unfurls=unfurls, **place)

    @running.action("b.Save")
    async def pressed(ack: Any, body: Any) -> None:
        await ack()
        got.append(body["container"])

    await fake.shortcut("save_paper", fake.write("U2", "look here"))
    assert (await fake.next_whisper("U1")).text == "saved from look here"
    await fake.share_link(link)
    await fake.share_link(link, composing=True)
    await fake.until(lambda: len(fake.unfurls) == 2)
    message = next(m for m in fake.room("C1").messages.values() if m.unfurls)
    await fake.press_unfurl(message, link, "Save")
    await fake.idle()
    assert got[0]["app_unfurl_url"] == link
    assert not fake.refusals


async def test_what_administrators_do_is_told_and_true(fake: FakeSlack, running: AsyncApp) -> None:
    heard: list[str] = []
    names = "channel_archive channel_unarchive channel_rename channel_left member_joined_channel channel_deleted"
    for name in (*names.split(), "tokens_revoked", "app_uninstalled"):

        @running.event(name)
        async def told(event: Any) -> None:
            heard.append(event["type"])

    for act in fake.archive, fake.unarchive, fake.kick, fake.invite, fake.delete_channel:
        await act("C1")
    await fake.rename("C1", "new")
    fake.uninstall()
    await fake.idle()
    assert sorted(heard) == sorted([*names.split(), "tokens_revoked", "app_uninstalled"])
    with pytest.raises(SlackApiError, match="account_inactive"):
        await running.client.auth_test(token=fake.token)


async def test_an_upload_in_three_steps(fake: FakeSlack, client: AsyncWebClient) -> None:
    await client.files_upload_v2(content="# Brief", filename="brief.md", channel="C1", initial_comment="today")
    assert [(file.name, file.content, file.channel) for file in fake.files] == [("brief.md", b"# Brief", "C1")]
    message = await fake.next_message("C1")
    assert (message.text, message.files) == ("today", fake.files)


async def test_scripted_failures(fake: FakeSlack, client: AsyncWebClient) -> None:
    fake.fail("chat.postMessage", "ratelimited", retry_after=7)
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="C1", text="x")
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "7")
    fake.fail("chat.postMessage", "fatal_error")
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(channel="C1", text="x")
    fake.fail_http("chat.postMessage", 503)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="x")
    for fault in "reset", "lost":
        fake.fail("chat.postMessage", fault)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="C1", text=fault)
    assert [message.text for message in fake.messages("C1")] == ["lost"]
    assert not fake.refusals


async def test_a_failure_nobody_met_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="nobody met"):
        async with FakeSlack() as fake:
            fake.fail("chat.postMessage", "fatal_error")


async def test_the_consent_page_sends_the_browser_back(fake: FakeSlack, client: AsyncWebClient) -> None:
    page = f"{fake.url}/oauth/v2/authorize"
    asked = {"client_id": fake.client_id, "scope": "chat:write", "state": "s", "redirect_uri": "http://127.0.0.1/back"}
    async with client.session.get(page, params=asked, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    assert back.startswith("http://127.0.0.1/back?state=s&code=")
    told = {"client_id": fake.client_id, "client_secret": fake.client_secret, "redirect_uri": asked["redirect_uri"]}
    async with client.session.post(
        f"{fake.url}/api/oauth.v2.access", data=told | {"code": back.rpartition("=")[2]}
    ) as answer:
        granted = await answer.json()
    assert granted["team"]["id"] == "T1"
    fake.consenting = None
    async with client.session.get(page, params=asked, allow_redirects=False) as answer:
        assert "error=access_denied" in answer.headers["Location"]
