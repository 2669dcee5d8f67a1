"""Uploads in three steps. https://docs.slack.dev/messaging/working-with-files#upload ."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.slack_call import Call, invalid
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import File
from tests.fakes.slack_world import World


async def get_upload_url(call: Call) -> dict[str, Any]:
    """files.getUploadURLExternal. https://docs.slack.dev/reference/methods/files.getUploadURLExternal ."""
    length = str(call.get("length"))
    if not length.isdecimal() or int(length) == 0:
        raise invalid("[ERROR] must be more than 0 [json-pointer:/length]")
    if len(call.text("alt_txt")) > 1000:
        raise invalid("[ERROR] must be less than 1001 characters [json-pointer:/alt_txt]")
    file = File(call.world.next_id("F"), call.team.id, call.text("filename"), int(length), alt=call.text("alt_txt"))
    call.world.files[file.id] = file
    return {"ok": True, "upload_url": f"{call.world.url}/upload/{file.id}", "file_id": file.id}


def receive(world: World, file_id: str, content: bytes) -> None:
    """Take the bytes posted to the upload address. Raises SlackRefusal unless they are as many as were announced."""
    file = world.files.get(file_id)
    if file is None or file.content is not None or len(content) != file.length:
        raise SlackRefusal("upload_failed")
    file.content = content


async def complete_upload(call: Call) -> dict[str, Any]:
    """files.completeUploadExternal. A person's id is no channel here: https://github.com/slackapi/bolt-js/issues/2115 .

    https://docs.slack.dev/reference/methods/files.completeUploadExternal
    """
    wanted = call.json("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(entry, dict) for entry in wanted):
        raise invalid("[ERROR] must be an array of objects [json-pointer:/files]")
    files = [_uploaded(call, entry) for entry in wanted]
    if call.get("channel_id"):
        _share(call, files)
    return {"ok": True, "files": [file.json() for file in files]}


def _uploaded(call: Call, entry: dict[str, Any]) -> File:
    file = call.world.files.get(str(entry.get("id")))
    if file is None or file.team != call.team.id or file.content is None or file.shared:
        raise SlackRefusal("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file


def _share(call: Call, files: list[File]) -> None:
    if not re.fullmatch(r"[CGDZ][A-Z0-9]+", call.text("channel_id")):
        raise invalid("[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]")
    channel = call.conversation(call.text("channel_id"))
    thread = call.thread(channel)
    for file in files:
        file.shared, file.channel, file.thread = True, channel.id, thread
    bot = {"bot_id": call.team.bot_id, "app_id": call.world.app_id}
    text = call.text("initial_comment")
    call.world.post(channel, call.team.bot_user, text, [], thread=thread, files=files, sent=call.arguments, **bot)
