"""The fake Slack is as strict as the original: what its methods refuse, asked over HTTP by the real client."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.slack_calling import calling, error, refused, small_world
from tests.fakes import slack_files
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_world import World

DIVIDER = {"type": "divider"}


@pytest.fixture
def world() -> World:
    return small_world()


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncWebClient]:
    async with calling(world) as client:
        yield client


def words(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": words(text, "mrkdwn")}


def modal(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "modal", "title": words("Settings"), "blocks": list(blocks)}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [DIVIDER] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "divider", "block_id": "a"}] * 2}, "invalid_blocks"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [section("s" * 2400)] * 3 + [section("s" * 2398)]}, "msg_blocks_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "x", "colour": "red"}, "invalid_arguments"),
    ],
)
async def test_a_message_that_cannot_be_sent(client: AsyncWebClient, content: dict[str, Any], expected: str) -> None:
    assert await error(client, "chat.postMessage", channel="C1", **content) == expected


async def test_the_longest_message_is_taken(client: AsyncWebClient) -> None:
    blocks = [section("s" * 2400)] * 3 + [section("s" * 2397)]
    assert (await client.chat_postMessage(channel="C1", text="x" * 40_000, blocks=json.dumps(blocks)))["ok"]
    assert (await client.chat_postMessage(channel="C1", text="x", blocks=[DIVIDER] * 50))["ok"]


async def test_a_refused_block_is_named(client: AsyncWebClient, world: World) -> None:
    answer = await refused(client, "chat.postMessage", channel="C1", text="x", blocks=[DIVIDER, {"type": "wat"}])
    assert answer["error"] == "invalid_blocks"
    problem = "unsupported type: wat [json-pointer:/blocks/1/type]"
    assert answer["errors"] == [problem]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {problem}"]
    assert not world.channels["T1", "C1"].messages


async def test_a_refused_view_is_named_and_leaves_the_trigger(client: AsyncWebClient, world: World) -> None:
    trigger = world.trigger("T1", "U1")
    answer = await refused(client, "views.open", trigger_id=trigger, view={"type": "modal", "blocks": []})
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"][-1] == "[ERROR] missing required field: title [json-pointer:/view]"
    assert (await client.views_open(trigger_id=trigger, view=modal()))["ok"]
    assert await error(client, "views.open", trigger_id=world.trigger("T1", "U1"), view=home()) == "invalid_arguments"


async def test_modals_are_stacked_and_changed(client: AsyncWebClient, world: World) -> None:
    first = (await client.views_open(trigger_id=world.trigger("T1", "U1"), view=modal(DIVIDER)))["view"]
    second = (await client.views_push(trigger_id=world.trigger("T1", "U1"), view=modal()))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    changed = (await client.views_update(view_id=second["id"], hash=second["hash"], view=modal(DIVIDER)))["view"]
    assert changed["hash"] != second["hash"]
    assert [view.content for view in world.modals["T1", "U1"]] == [modal(DIVIDER), modal(DIVIDER)]
    await client.views_push(trigger_id=world.trigger("T1", "U1"), view=modal())
    assert await error(client, "views.push", trigger_id=world.trigger("T1", "U1"), view=modal()) == "push_limit_reached"
    assert (
        await error(client, "views.update", view_id=second["id"], hash=second["hash"], view=modal()) == "hash_conflict"
    )
    world.modals["T1", "U1"].clear()
    assert await error(client, "views.update", view_id=second["id"], view=modal()) == "not_found"
    assert await error(client, "views.push", trigger_id=world.trigger("T1", "U1"), view=modal()) == "not_found"


async def test_a_trigger_is_good_once_and_for_three_seconds(client: AsyncWebClient, world: World) -> None:
    used, late = world.trigger("T1", "U1"), world.trigger("T1", "U1")
    await client.views_open(trigger_id=used, view=modal())
    assert await error(client, "views.open", trigger_id=used, view=modal()) == "exchanged_trigger_id"
    world.skip(3.1)
    assert await error(client, "views.open", trigger_id=late, view=modal()) == "expired_trigger_id"
    assert await error(client, "views.open", trigger_id="1.2.3", view=modal()) == "invalid_trigger_id"


async def test_the_home_tab_is_published_for_one_person(client: AsyncWebClient, world: World) -> None:
    view = (await client.views_publish(user_id="U1", view=home(DIVIDER)))["view"]
    again = (await client.views_publish(user_id="U1", view=home(section("x")), hash=view["hash"]))["view"]
    assert again["id"] == view["id"]
    assert world.homes["T1", "U1"].plain == "x"
    assert await error(client, "views.publish", user_id="U1", view=home(), hash=view["hash"]) == "hash_conflict"
    assert await error(client, "views.publish", user_id="U9", view=home()) == "invalid_arguments"
    assert await error(client, "views.publish", user_id="U1", view=modal()) == "invalid_arguments"


async def test_where_the_bot_may_not_write(client: AsyncWebClient, world: World) -> None:
    world.channel("C2", "T1", members={"U1"})
    world.channel("C3", "T1", members={"U1"}, is_private=True)
    world.channel("C4", "T1", members={"U1", "UBOT1"}, is_archived=True)
    world.team("T2", "xoxb-2")
    world.channel("C5", "T2", members={"UBOT2"})
    world.user("U3", "T1", is_bot=True)
    expected = {"C2": "not_in_channel", "C3": "channel_not_found", "C4": "is_archived", "C5": "channel_not_found"}
    expected |= {"C9": "channel_not_found", "U9": "channel_not_found", "U3": "cannot_dm_bot"}
    for channel, refusal in expected.items():
        assert await error(client, "chat.postMessage", channel=channel, text="hello") == refusal, channel


async def test_a_person_is_written_to_in_the_direct_messages(client: AsyncWebClient, world: World) -> None:
    opened = await client.conversations_open(users="U1")
    posted = await client.chat_postMessage(channel="U1", text="hello")
    assert posted["channel"] == opened["channel"]["id"] == world.dm("T1", "U1").id
    assert await error(client, "conversations.open", users="U9") == "user_not_found"
    assert await error(client, "conversations.open", users="U1,U2") == "missing_scope"


async def test_somebody_deactivated_is_not_noticed_when_posting(client: AsyncWebClient, world: World) -> None:
    world.user("U2", "T1", deleted=True)
    assert (await client.chat_postMessage(channel="U2", text="hello"))["ok"]
    assert (await client.users_info(user="U2"))["user"]["deleted"]
    assert await error(client, "conversations.open", users="U2") == "user_disabled"


async def test_messages_are_changed_and_deleted_by_their_author(client: AsyncWebClient, world: World) -> None:
    channel = world.channels["T1", "C1"]
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[section("one")])
    await client.chat_update(channel="C1", ts=posted["ts"], text="two", blocks=[section("two")])
    message = channel.messages[posted["ts"]]
    assert (message.text, message.plain, message.edits) == ("two", "two", 1)
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=posted["ts"])
    nested = await error(client, "chat.postMessage", channel="C1", text="x", thread_ts=reply["ts"])
    assert nested == "cannot_reply_to_message"
    long = await error(client, "chat.update", channel="C1", ts=posted["ts"], text="x" * 4001)
    assert long == "msg_too_long"
    theirs = world.post(channel, "U1", "mine", [])
    assert await error(client, "chat.update", channel="C1", ts=theirs.ts, text="x") == "cant_update_message"
    assert await error(client, "chat.delete", channel="C1", ts=theirs.ts) == "cant_delete_message"
    assert await error(client, "chat.update", channel="U1", ts=posted["ts"], text="x") == "channel_not_found"
    await client.chat_delete(channel="C1", ts=posted["ts"])
    orphan = await client.chat_postMessage(channel="C1", text="x", thread_ts=posted["ts"])
    assert "thread_ts" not in orphan["message"]
    assert await error(client, "chat.update", channel="C1", ts=posted["ts"], text="x") == "message_not_found"
    channel.is_archived = True
    assert await error(client, "chat.update", channel="C1", ts=reply["ts"], text="x") == "is_inactive"


async def test_an_ephemeral_message_is_seen_by_one_in_the_channel(client: AsyncWebClient, world: World) -> None:
    answer = await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert [message.ts for message in world.whispers["T1", "U1"]] == [answer["message_ts"]]
    assert not world.channels["T1", "C1"].messages
    assert await error(client, "chat.postEphemeral", channel="C1", user="U2", text="x") == "user_not_in_channel"
    assert await error(client, "chat.update", channel="C1", ts=answer["message_ts"], text="x") == "message_not_found"


async def test_only_shared_links_are_unfurled(client: AsyncWebClient, world: World) -> None:
    url = "https://arxiv.org/abs/2604.26904"
    message = world.post(world.channels["T1", "C1"], "U1", url, [])
    world.shared_links["C1", message.ts] = {url, "https://example.org/"}
    world.shared_links["composer", "Uxxx"] = {url}
    unfurls = {url: {"blocks": [section("A paper.")]}}
    await client.chat_unfurl(channel="C1", ts=message.ts, unfurls=unfurls)
    await client.chat_unfurl(source="composer", unfurl_id="Uxxx", unfurls=unfurls)
    assert message.unfurls == unfurls
    assert [found["unfurls"] for found in world.unfurls] == [unfurls, unfurls]
    place = {"channel": "C1", "ts": message.ts}
    blocks = unfurls[url]
    assert await error(client, "chat.unfurl", **place, unfurls={"https://example.org/": blocks}) == "cannot_unfurl_url"
    assert await error(client, "chat.unfurl", **place, unfurls={f"{url}v2": blocks}) == "cannot_unfurl_url"
    assert await error(client, "chat.unfurl", **place, unfurls={url: {"blocks": [{}]}}) == "cannot_parse_attachment"
    assert await error(client, "chat.unfurl", channel="C1", ts="1.1", unfurls=unfurls) == "cannot_find_message"
    assert await error(client, "chat.unfurl", channel="C1", unfurls=unfurls) == "missing_ts"


async def test_a_file_is_announced_sent_and_shared(client: AsyncWebClient, world: World) -> None:
    ticket = await client.files_getUploadURLExternal(filename="brief.md", length=5)
    files = [{"id": ticket["file_id"], "title": "The brief"}]
    assert ticket["upload_url"] == f"{world.url}/upload/{ticket['file_id']}"
    assert await error(client, "files.completeUploadExternal", files=files) == "file_not_found"
    with pytest.raises(SlackRefusal):
        slack_files.receive(world, ticket["file_id"], b"too long")
    slack_files.receive(world, ticket["file_id"], b"brief")
    assert await error(client, "files.completeUploadExternal", files=files, channel_id="U1") == "invalid_arguments"
    assert await error(client, "files.completeUploadExternal", files=files, channel_id="C9") == "channel_not_found"
    await client.files_completeUploadExternal(files=files, channel_id="C1", initial_comment="Today")
    (message,) = world.channels["T1", "C1"].messages.values()
    assert (message.text, message.files[0].title, message.files[0].content) == ("Today", "The brief", b"brief")
    assert await error(client, "files.getUploadURLExternal", filename="x", length=0) == "invalid_arguments"


async def test_people_and_channels_are_described(client: AsyncWebClient, world: World) -> None:
    user = (await client.users_info(user="U1", include_locale=True))["user"]
    assert (user["tz"], user["tz_offset"], user["locale"]) == ("Asia/Shanghai", 28800, "zh-CN")
    assert "locale" not in (await client.users_info(user="U1"))["user"]
    channel = (await client.conversations_info(channel="C1", include_num_members=True))["channel"]
    assert (channel["name"], channel["is_member"], channel["num_members"]) == ("papers", True, 2)
    assert await error(client, "users.info", user="U9") == "user_not_found"
    assert await error(client, "conversations.info", channel="C9") == "channel_not_found"
    assert await error(client, "conversations.info", channel=world.dm("T1", "U1").id) == "missing_scope"
    identity = await client.auth_test()
    assert (identity["team_id"], identity["user_id"], identity["bot_id"]) == ("T1", "UBOT1", "BBOT1")
