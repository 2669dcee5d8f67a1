"""What people do in the fake Slack, and what comes of it, with small apps of the real bolt."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.slack_bolted import app, buttons, client, fake, modal, running, served
from tests.fakes.slack import FakeSlack

__all__ = ["app", "client", "fake", "running"]  # the fixtures


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


async def test_what_nobody_acknowledges_is_remembered(fake: FakeSlack, app: AsyncApp) -> None:
    fake.deliveries.ack_within = 0.1
    async with served(app, fake):
        fake.archive("C1")
        await fake.idle()
    assert [method for method, _ in fake.refusals] == ["event"]


async def test_a_trigger_is_good_for_three_seconds(fake: FakeSlack, client: AsyncWebClient) -> None:
    trigger = fake.world.trigger("T1", "U1")
    fake.world.skip(4)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal("words"))
