"""The methods of the Bot API that Paperboy calls, one function each: (World, Parameters) -> result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.fakes.telegram_checks import (
    ApiError,
    Parameters,
    bad_request,
    bot_commands,
    chat_action,
    command_scope,
    inline_keyboard,
    inline_results,
    link_preview,
    message_text,
    required_text,
)
from tests.fakes.telegram_faults import OLD_QUERY
from tests.fakes.telegram_world import Chat, Message, World

_SAME = "message is not modified: specified new message content and reply markup are exactly the same"
_SAME += " as a current content and reply markup of the message"


def _chat(world: World, parameters: Parameters) -> Chat:
    wanted = parameters.text("chat_id").strip()
    if not wanted:
        raise bad_request("chat_id is empty")
    if wanted.startswith("@"):
        found = next((c for c in world.chats.values() if c.username.lower() == wanted[1:].lower()), None)
    else:
        found = world.chats.get(parameters.number("chat_id"))
    if found is None:
        raise bad_request("chat not found")
    if found.refusal:
        raise found.refusal
    return found


def _thread(chat: Chat, parameters: Parameters, replied: Message | None) -> dict[str, Any]:
    thread = parameters.number("message_thread_id")
    if thread and thread not in chat.topics:
        raise bad_request("message thread not found")
    thread = thread or (replied.thread or 0 if replied and chat.topics else 0)
    return {"message_thread_id": thread, "is_topic_message": True} if thread else {}


def _replied(chat: Chat, parameters: Parameters) -> Message | None:
    reply = parameters.nested("reply_parameters", "reply parameters JSON object") or {}
    wanted = reply.get("message_id") or parameters.number("reply_to_message_id")
    found = chat.messages.get(int(wanted))
    if wanted and (found is None or found.deleted):
        if reply.get("allow_sending_without_reply") or parameters.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return found


def _place(chat: Chat, parameters: Parameters) -> dict[str, Any]:
    """Return the fields that say where in the chat a new message stands, and its keyboard."""
    replied = _replied(chat, parameters)
    place = _thread(chat, parameters, replied)
    if replied:
        place["reply_to_message"] = {k: v for k, v in replied.json.items() if k != "reply_to_message"}
    keyboard = inline_keyboard(parameters)
    return place | ({"reply_markup": keyboard} if keyboard else {})


def _send(world: World, chat: Chat, content: dict[str, Any]) -> Message:
    message = world.post(chat, world.bot, content)
    if chat.type == "channel":
        message.json["sender_chat"] = chat.json()
        del message.json["from"]
    return message


def send_message(world: World, parameters: Parameters) -> dict[str, Any]:
    chat = _chat(world, parameters)
    content = required_text(parameters) | link_preview(parameters)
    message = _send(world, chat, _place(chat, parameters) | content)
    message.html = parameters.text("text")
    return message.json


def send_document(world: World, parameters: Parameters) -> dict[str, Any]:
    chat = _chat(world, parameters)
    name, content = _uploaded(parameters, "document", 50)
    caption = message_text(parameters, "caption", 1024, "message caption")
    file_id = f"file{world.next_id('message')}"
    document = {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": len(content)}
    message = _send(world, chat, _place(chat, parameters) | caption | {"document": document})
    message.html, message.file = parameters.text("caption"), (name, content)
    return message.json


def send_photo(world: World, parameters: Parameters) -> dict[str, Any]:
    """sendPhoto: "at most 10 MB in size. The photo's width and height must not exceed 10000 in total. Width and height
    ratio must be at most 20." https://core.telegram.org/bots/api#sendphoto
    """
    chat = _chat(world, parameters)
    name, content = _uploaded(parameters, "photo", 10)
    if content[:8] != b"\x89PNG\r\n\x1a\n":  # the original takes others too; nobody here sends any
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = (int.from_bytes(content[n : n + 4], "big") for n in (16, 20))
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    caption = message_text(parameters, "caption", 1024, "message caption")
    file_id = f"file{world.next_id('message')}"
    size = {"file_id": file_id, "file_unique_id": file_id, "width": width, "height": height, "file_size": len(content)}
    message = _send(world, chat, _place(chat, parameters) | caption | {"photo": [size]})
    message.html, message.file = parameters.text("caption"), (name, content)
    return message.json


def _uploaded(parameters: Parameters, kind: str, most: int) -> tuple[str, bytes]:
    """Return the name and content of an upload of at most so many MB."""
    part = parameters.text(kind).removeprefix("attach://")
    found = parameters.files.get(kind) or parameters.files.get(part)
    if found is None:
        raise bad_request(f"there is no {kind} in the request")
    if not found[1]:
        raise bad_request("file must be non-empty")
    if len(found[1]) > most * 1024 * 1024:
        raise ApiError(413, "Request Entity Too Large")
    return found


def _own_message(world: World, parameters: Parameters) -> Message:
    chat = _chat(world, parameters)
    if not parameters.number("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(parameters.number("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if not message.own:
        raise bad_request("message can't be edited")
    return message


def _edit(message: Message, content: dict[str, Any], keyboard: dict[str, Any] | None) -> dict[str, Any]:
    old = {name: value for name, value in message.json.items() if name != "edit_date"}
    replaced = {"reply_markup", *(("text", "entities", "link_preview_options") if content else ())}
    new = {name: value for name, value in old.items() if name not in replaced} | content
    new |= {"reply_markup": keyboard} if keyboard else {}
    if new == old:
        raise bad_request(_SAME)
    message.json = new | {"edit_date": int(time.time())}
    message.edits += 1
    return message.json


def edit_message_text(world: World, parameters: Parameters) -> dict[str, Any]:
    message = _own_message(world, parameters)
    if "text" not in message.json:
        raise bad_request("there is no text in the message to edit")
    content = required_text(parameters) | link_preview(parameters)
    edited = _edit(message, content, inline_keyboard(parameters))
    message.html = parameters.text("text")
    return edited


def edit_message_reply_markup(world: World, parameters: Parameters) -> dict[str, Any]:
    return _edit(_own_message(world, parameters), {}, inline_keyboard(parameters))


def delete_message(world: World, parameters: Parameters) -> bool:
    chat = _chat(world, parameters)
    message = chat.messages.get(parameters.number("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    if not message.own and chat.type != "private" and world.bot["id"] not in chat.admins:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    return True


def answer_callback_query(world: World, parameters: Parameters) -> bool:
    query = parameters.text("callback_query_id")
    if query not in world.queries or world.queries[query] is not None:
        raise OLD_QUERY
    if len(parameters.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    world.queries[query] = dict(parameters.raw)
    return True


def answer_inline_query(world: World, parameters: Parameters) -> bool:
    query = parameters.text("inline_query_id")
    if query not in world.queries or world.queries[query] is not None:
        raise OLD_QUERY
    if len(parameters.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    world.queries[query] = dict(parameters.raw) | {"results": inline_results(parameters)}
    return True


def get_me(world: World, parameters: Parameters) -> dict[str, Any]:
    can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}
    return world.bot | can


def send_chat_action(world: World, parameters: Parameters) -> bool:
    _thread(_chat(world, parameters), parameters, None)
    return bool(chat_action(parameters))


def set_my_commands(world: World, parameters: Parameters) -> bool:
    world.commands[command_scope(parameters)] = bot_commands(parameters)
    return True


def get_my_commands(world: World, parameters: Parameters) -> list[dict[str, str]]:
    return world.commands.get(command_scope(parameters), [])


def delete_my_commands(world: World, parameters: Parameters) -> bool:
    world.commands.pop(command_scope(parameters), None)
    return True


def get_chat(world: World, parameters: Parameters) -> dict[str, Any]:
    return _chat(world, parameters).json() | {"accent_color_id": 0, "max_reaction_count": 11}


def _member(world: World, chat: Chat, user_id: int) -> dict[str, Any]:
    user = world.bot if user_id == world.bot["id"] else world.users[user_id]
    if user_id not in chat.admins:
        return {"user": user, "status": "member"}
    if chat.admins[0] == user_id:
        return {"user": user, "status": "creator", "is_anonymous": False}
    rights = "manage_chat delete_messages manage_video_chats restrict_members promote_members change_info invite_users"
    rights += " post_stories edit_stories delete_stories"
    allowed = {f"can_{right}": True for right in rights.split()} | {"can_be_edited": False, "is_anonymous": False}
    return {"user": user, "status": "administrator"} | allowed


def get_chat_member(world: World, parameters: Parameters) -> dict[str, Any]:
    chat, user_id = _chat(world, parameters), parameters.number("user_id")
    if user_id not in world.users and user_id != world.bot["id"]:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return _member(world, chat, user_id)


def get_chat_administrators(world: World, parameters: Parameters) -> list[dict[str, Any]]:
    chat = _chat(world, parameters)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [_member(world, chat, user_id) for user_id in chat.admins]


def leave_chat(world: World, parameters: Parameters) -> bool:
    chat = _chat(world, parameters)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.refusal = ApiError(403, f"Forbidden: bot is not a member of the {chat.type} chat")
    return True


_PLACE = (
    "business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification protect_content"
)
_PLACE += " allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup parse_mode"
_EDIT = "business_connection_id chat_id message_id inline_message_id reply_markup"
_SCOPE = "scope language_code"

# Each method with the parameters it knows; any other is dropped by the original without a word.
METHODS: dict[str, tuple[Callable[[World, Parameters], Any], str]] = {
    "getme": (get_me, ""),
    "sendmessage": (send_message, _PLACE + " text entities link_preview_options"),
    "senddocument": (
        send_document,
        _PLACE + " document thumbnail caption caption_entities disable_content_type_detection",
    ),
    "sendphoto": (send_photo, _PLACE + " photo caption caption_entities show_caption_above_media has_spoiler"),
    "editmessagetext": (edit_message_text, _EDIT + " text parse_mode entities link_preview_options"),
    "editmessagereplymarkup": (edit_message_reply_markup, _EDIT),
    "deletemessage": (delete_message, "chat_id message_id"),
    "answercallbackquery": (answer_callback_query, "callback_query_id text show_alert url cache_time"),
    "answerinlinequery": (answer_inline_query, "inline_query_id results cache_time is_personal next_offset button"),
    "sendchataction": (send_chat_action, "business_connection_id chat_id message_thread_id action"),
    "setmycommands": (set_my_commands, _SCOPE + " commands"),
    "getmycommands": (get_my_commands, _SCOPE),
    "deletemycommands": (delete_my_commands, _SCOPE),
    "getchat": (get_chat, "chat_id"),
    "getchatmember": (get_chat_member, "chat_id user_id"),
    "getchatadministrators": (get_chat_administrators, "chat_id return_bots"),
    "leavechat": (leave_chat, "chat_id"),
}
