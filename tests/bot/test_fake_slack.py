"""How the fake Slack speaks to an app, driven by the real bolt and client, and by hand where those are polite."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.slack_bolted import app, client, connected, fake, running, served
from tests.fakes.slack import FakeSlack, NotAckedError

__all__ = ["app", "client", "fake", "running"]  # the fixtures


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
    assert [shown.text for shown in fake.whispers("U1")][-2:] == ["working", "done"]  # a command has no original
    assert len(fake.whispers("U1")) == 7


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


async def test_idle_waits_for_what_goes_on_after_the_acknowledgement(fake: FakeSlack, running: AsyncApp) -> None:
    gate, done = asyncio.Event(), []

    @running.event("app_mention")
    async def mentioned() -> None:
        await gate.wait()
        done.append(True)

    await fake.mention("hello")
    asyncio.get_running_loop().call_later(0.15, gate.set)
    await fake.idle()
    assert done


async def test_who_is_too_fast_is_told_when_to_come_again(fake: FakeSlack, client: AsyncWebClient) -> None:
    fake.world.limits.lifted = False
    for _ in range(3):
        await client.chat_postMessage(channel="C1", text="x")
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="C1", text="x")
    assert int(limited.value.response.headers["Retry-After"]) >= 1
    assert fake.refusals == [("chat.postMessage", "ratelimited")]


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
