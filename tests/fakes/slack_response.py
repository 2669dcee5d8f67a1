"""The addresses an app answers slash commands and presses through: five answers within thirty minutes each.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_blocks import check_message, check_pictures
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_things import Channel, Message
from tests.fakes.slack_world import World

USES, SECONDS = 5, 30 * 60
_KNOWN = {"text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"}
_KNOWN |= {"unfurl_links", "unfurl_media", "mrkdwn", "metadata"}


@dataclass
class Address:
    """Where the answers to one slash command or press go; `original` is the message that was pressed, if any.

    An answer to a slash command has none, whatever it says of `replace_original`:
    https://github.com/slackapi/bolt-python/issues/1268, https://github.com/slackapi/bolt-js/issues/2287
    """

    channel: Channel
    person: str
    expires: float
    pressed: bool
    original: Message | None = None
    uses: int = 0


class Responses:
    """All addresses given out. They need no token, and no membership of the channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.addresses: dict[str, Address] = {}

    def issue(self, channel: Channel, person: str, pressed: Message | None = None) -> str:
        """Return a response_url for a person in a channel; `pressed` is the message under the button."""
        path = f"/response/{channel.team}/{self.world.next_id('R')}"
        address = Address(channel, person, self.world.now() + SECONDS, pressed is not None, pressed)
        self.addresses[path] = address
        return self.world.url + path

    def spend(self, url: str) -> None:
        """Use an address up."""
        self.addresses[url.removeprefix(self.world.url)].uses = USES

    def take(self, path: str, payload: Any) -> None:
        """Show what was posted to an address. Raises SlackRefusal; a refused payload costs no use."""
        address = self.addresses.get(path)
        if address is None:
            raise SlackRefusal("no_service")
        if self.world.now() > address.expires:
            raise SlackRefusal("expired_url")
        if address.uses >= USES:
            raise SlackRefusal("used_url")
        self.show(address, payload)
        address.uses += 1

    def show(self, address: Address, payload: Any) -> None:
        """Post, replace or delete as a payload says. Raises SlackRefusal for one that Slack would not take."""
        if not isinstance(payload, dict) or payload.keys() - _KNOWN:
            raise SlackRefusal("invalid_payload", [f"unknown: {sorted(set(payload) - _KNOWN)}"])
        replace, delete = payload.get("replace_original"), payload.get("delete_original")
        if address.pressed and replace is None and delete is None:
            # The documentation says "ephemeral by default" and, of older buttons, "defaults to true".
            raise SlackRefusal("invalid_payload", ["say replace_original: what Slack does without it is not certain"])
        if delete:
            self._delete(address)
            return
        text, blocks = str(payload.get("text") or ""), _listed(payload.get("blocks"))
        check_message(blocks, text)
        check_pictures(blocks, self.world.unreachable)
        if replace and address.original is not None:
            _replace(address.original, text, blocks)
        else:
            self._post(address, payload, text, blocks)

    def _post(self, address: Address, payload: dict[str, Any], text: str, blocks: list[dict[str, Any]]) -> None:
        kind = payload.get("response_type", "ephemeral")
        if kind not in {"ephemeral", "in_channel"}:
            raise SlackRefusal("invalid_payload", [f"response_type {kind!r}"])
        team = self.world.teams[address.channel.team]
        more = {"thread": payload.get("thread_ts"), "bot_id": team.bot_id, "app_id": self.world.app_id}
        more |= {"sent": payload}
        if kind == "ephemeral":
            self.world.whisper(address.channel, address.person, text, blocks, **more)
        else:
            self.world.post(address.channel, team.bot_user, text, blocks, **more)

    def _delete(self, address: Address) -> None:
        if address.original is None:
            raise SlackRefusal("message_not_found")
        address.original.deleted = True


def _listed(blocks: Any) -> list[dict[str, Any]]:
    try:
        return json.loads(blocks) if isinstance(blocks, str) else list(blocks or [])
    except (TypeError, ValueError):
        raise SlackRefusal("invalid_blocks_format") from None


def _replace(message: Message, text: str, blocks: list[dict[str, Any]]) -> None:
    message.text, message.blocks = text, blocks
    message.edits += 1
