"""What the Bot API accepts as parameters, and the words it refuses the rest with.

Limits: https://core.telegram.org/bots/api; words: `Client::fail_query_with_error` in tdlib/telegram-bot-api.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_html import ParseError, is_link, parse_html, utf16_length

# tdlib's clean_input_string: control characters become spaces, line separators and bidi overrides go.
_CLEAN = {code: " " for code in range(32) if code != 10} | dict.fromkeys([13, *range(0x2028, 0x202F)])
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_BUTTON_KINDS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
_BUTTON_EXTRAS = {"text", "style", "icon_custom_emoji_id"}


class ApiError(Exception):
    """A refusal: HTTP status and error_code, description, parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        self.code, self.description, self.parameters = code, description, parameters
        super().__init__(description)


def bad_request(what: str) -> ApiError:
    """Return a 400 as Telegram words it."""
    return ApiError(400, f"Bad Request: {what}")


@dataclass
class Parameters:
    """The parameters of one call, each read by its type; `lost` collects what Telegram would drop silently."""

    raw: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        value = self.raw.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        found = re.fullmatch(r"\s*(-?\d+)\s*", str(self.raw.get(name, default)))
        return int(found[1]) if found else default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "1")

    def nested(self, name: str, what: str) -> Any:
        """Return a JSON-encoded value, or None when absent or empty."""
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what}: can't parse JSON object") from None


def message_text(parameters: Parameters, name: str, most: int, field_name: str) -> dict[str, Any]:
    """Return {"text", "entities"} (under other names for a caption) as the reader sees them."""
    raw = parameters.text(name)
    if len(raw.encode("utf-8", "surrogatepass")) > 1 << 15:
        raise bad_request(f"{field_name} is too long")
    mode = parameters.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")  # the original knows Markdown too; nobody here does
    given = parameters.nested("entities" if name == "text" else "caption_entities", "message entities") or []
    text, entities = _parsed(raw, parameters) if mode else (raw.translate(_CLEAN), given)
    text, entities = _trimmed(text, entities)
    if utf16_length(text) > most:
        raise bad_request(f"{field_name} is too long")
    keys = ("text", "entities") if name == "text" else ("caption", "caption_entities")
    return {key: value for key, value in zip(keys, (text, entities), strict=True) if value}


def _parsed(raw: str, parameters: Parameters) -> tuple[str, list[dict[str, Any]]]:
    try:
        parsed = parse_html(raw.translate(_CLEAN))
    except ParseError as error:
        raise bad_request(f"can't parse entities: {error}") from None
    parameters.lost += parsed.lost
    return parsed.text, parsed.entities


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    shown = text.strip(" \n")
    shift, end = len(text) - len(text.lstrip(" \n")), utf16_length(shown)
    moved = []
    for entity in entities:
        begin = max(entity["offset"] - shift, 0)
        length = min(entity["offset"] - shift + entity["length"], end) - begin
        moved += [entity | {"offset": begin, "length": length}] if length > 0 else []
    return shown, moved


def inline_keyboard(parameters: Parameters) -> dict[str, Any] | None:
    """Return the reply_markup of a message; its buttons are checked one by one."""
    markup = parameters.nested("reply_markup", "reply keyboard markup JSON object")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None  # a reply keyboard or a forced reply is not shown below the message
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad_request("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def link_preview(parameters: Parameters) -> dict[str, Any]:
    """Return {"link_preview_options"} of a message, nothing for the default. Unknown ones are lost.

    https://core.telegram.org/bots/api#linkpreviewoptions
    """
    options = parameters.nested("link_preview_options", "link preview options JSON object")
    if not options:
        return {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    known = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
    parameters.lost += sorted(options.keys() - known)
    if options.get("url") and not is_link(str(options["url"])):
        raise bad_request("WEBPAGE_URL_INVALID")
    return {"link_preview_options": options}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text", "")).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    kinds = button.keys() & _BUTTON_KINDS
    if not kinds:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(kinds) > 1 or button.keys() - _BUTTON_KINDS - _BUTTON_EXTRAS:
        raise bad_request("BUTTON_TYPE_INVALID")
    if "callback_data" in kinds and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in kinds and not is_link(str(button["url"])):
        raise bad_request("BUTTON_URL_INVALID")
    if "copy_text" in kinds and not 1 <= len(str(button["copy_text"].get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def bot_commands(parameters: Parameters) -> list[dict[str, str]]:
    """Return the list setMyCommands is given. https://core.telegram.org/bots/api#setmycommands ."""
    commands = parameters.nested("commands", "commands JSON array")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", "")).strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def command_scope(parameters: Parameters) -> tuple[str, str]:
    """Return the scope (as canonical JSON) and language that a command list belongs to."""
    scope = parameters.nested("scope", "BotCommandScope") or {"type": "default"}
    kinds = "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
    if scope.get("type") not in kinds.split():
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    language = parameters.text("language_code")
    if not re.fullmatch("([a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    return json.dumps(scope, sort_keys=True), language


def chat_action(parameters: Parameters) -> str:
    """Return the action of sendChatAction."""
    action = parameters.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return action


def inline_results(parameters: Parameters) -> list[dict[str, Any]]:
    """Return the results of answerInlineQuery. https://core.telegram.org/bots/api#inlinequeryresultarticle ."""
    results = parameters.nested("results", "results JSON array")
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    if len(results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    seen: set[str] = set()
    for result in results:
        key = str(result.get("id", ""))
        if not 1 <= len(key.encode()) <= 64:
            raise bad_request("RESULT_ID_INVALID")
        if key in seen:
            raise bad_request("RESULT_ID_DUPLICATE")
        seen.add(key)
        _check_result(result, parameters)
    return results


def _check_result(result: dict[str, Any], parameters: Parameters) -> None:
    if result.get("type") == "article" and not result.get("title"):
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request("can't parse inline query result: Can't find field \"input_message_content\"")
    for holder, read in _result_parts(result, content):
        inner = Parameters(holder)
        read(inner)
        parameters.lost += inner.lost


def _result_parts(
    result: dict[str, Any], content: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], Callable[..., Any]]]:
    yield result, inline_keyboard
    yield {**content, "text": content.get("message_text", "")}, required_text


def required_text(parameters: Parameters) -> dict[str, Any]:
    """Return {"text", "entities"} of a message, 1 to 4096 UTF-16 units after parsing."""
    if not parameters.text("text"):
        raise bad_request("message text is empty")
    shown = message_text(parameters, "text", 4096, "message")
    if "text" not in shown:
        raise bad_request("text must be non-empty")
    return shown
