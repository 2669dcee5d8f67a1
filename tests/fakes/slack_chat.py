"""Messages. https://docs.slack.dev/reference/methods/chat.postMessage and the pages of the other chat.* methods."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.fakes.slack_blocks import LONGEST_TEXT, LONGEST_UPDATE, check_message, check_pictures
from tests.fakes.slack_call import Call
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import Channel

_FORMAT = "invalid_blocks_format"


async def post_message(call: Call) -> dict[str, Any]:
    """chat.postMessage. A person's id stands for the direct messages with them.

    For somebody deactivated it succeeds and nobody reads it: https://github.com/slackapi/python-slack-sdk/issues/1156 .
    """
    channel = _addressed(call)
    thread = call.thread(channel)
    blocks = _content(call, LONGEST_TEXT)
    bot = {"bot_id": call.team.bot_id, "app_id": call.world.app_id}
    message = call.world.post(
        channel, call.team.bot_user, call.text("text"), blocks, thread=thread, sent=call.arguments, **bot
    )
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": message.json()}


async def update(call: Call) -> dict[str, Any]:
    """chat.update; what is not given stays as it is. https://docs.slack.dev/reference/methods/chat.update ."""
    try:
        channel = call.conversation(call.text("channel"))
    except SlackRefusal as refusal:
        raise SlackRefusal("is_inactive" if refusal.error == "is_archived" else refusal.error) from None
    message = call.own_message(channel, "cant_update_message")
    blocks = _content(call, LONGEST_UPDATE)
    if "text" in call.arguments:
        message.text = call.text("text")
    if "blocks" in call.arguments:
        message.blocks = blocks
    message.edits += 1
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": message.json()}


async def post_ephemeral(call: Call) -> dict[str, Any]:
    """chat.postEphemeral. https://docs.slack.dev/reference/methods/chat.postEphemeral ."""
    channel = call.conversation(call.text("channel"))
    user = call.text("user")
    if user not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    thread = call.thread(channel)
    blocks = _content(call, LONGEST_TEXT)
    message = call.world.whisper(channel, user, call.text("text"), blocks, thread=thread, sent=call.arguments)
    return {"ok": True, "message_ts": message.ts}


async def delete(call: Call) -> dict[str, Any]:
    """chat.delete. https://docs.slack.dev/reference/methods/chat.delete ."""
    channel = call.conversation(call.text("channel"))
    message = call.own_message(channel, "cant_delete_message")
    message.deleted = True
    return {"ok": True, "channel": channel.id, "ts": message.ts}


async def unfurl(call: Call) -> dict[str, Any]:
    """chat.unfurl: by channel and ts, or by source and unfurl_id, as the link_shared event had them; once is enough.

    https://docs.slack.dev/reference/methods/chat.unfurl
    """
    where = _shared(call)
    unfurls = call.json("unfurls", "invalid_unfurls_format")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackRefusal("missing_unfurls" if not unfurls else "invalid_unfurls_format")
    for url, content in unfurls.items():
        host = urlsplit(url).hostname or ""
        allowed = any(host == domain or host.endswith("." + domain) for domain in call.world.unfurl_domains)
        if not allowed or url not in call.world.shared_links[where]:
            raise SlackRefusal("cannot_unfurl_url")
        _check_unfurl(content)
    place = {name: call.text(name) for name in ("channel", "ts", "source", "unfurl_id") if call.get(name)}
    call.world.unfurls.append({"team": call.team.id, **place, "unfurls": unfurls})
    message = call.world.channels.get((call.team.id, call.text("channel")))
    if message and call.text("ts") in message.messages:
        message.messages[call.text("ts")].unfurls.update(unfurls)
    return {"ok": True}


def _addressed(call: Call) -> Channel:
    target = call.text("channel")
    if target.startswith(("U", "W")):
        return call.world.dm(call.team.id, call.person(target, unknown="channel_not_found"))
    return call.conversation(target)


def _content(call: Call, longest: int) -> list[dict[str, Any]]:
    blocks = call.json("blocks", _FORMAT)
    if blocks is not None and not isinstance(blocks, list):
        raise SlackRefusal(_FORMAT)
    check_message(blocks, call.text("text"), longest=longest)
    check_pictures(blocks or [], call.world.unreachable)
    return blocks or []


def _shared(call: Call) -> tuple[str, str]:
    by_message, by_id = ("channel", "ts"), ("source", "unfurl_id")
    given = [names for names in (by_message, by_id) if all(call.get(name) for name in names)]
    if len(given) != 1:
        raise SlackRefusal("missing_ts" if call.get("channel") else "missing_channel")
    first, second = (call.text(name) for name in given[0])
    if (first, second) not in call.world.shared_links:
        raise SlackRefusal("cannot_find_message")
    return first, second


def _check_unfurl(content: Any) -> None:
    if not isinstance(content, dict) or set(content) - {"blocks", "color", "preview"} or not content.get("blocks"):
        raise SlackRefusal("cannot_parse_attachment")
    try:
        check_message(content["blocks"], None)
    except SlackRefusal as refusal:
        raise SlackRefusal("cannot_parse_attachment", refusal.messages) from None
