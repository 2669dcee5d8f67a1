"""Telegram and Slack can do the same: the same answers, and a counterpart for every way in and out.

What only one of them has stands in DIFFERENCES, with what of the platform forces it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from bot.commands import COMMANDS
from bot.services import Services
from bot.telegram_updates import ALLOWED_UPDATES
from formatting.locales import load
from formatting.press import Press, pack, unpack
from sources.sample_site import SAMPLE_DATE
from tests.bot import slack_talking, telegramming
from tests.bot.slack_talking import KNOWN, data_of
from tests.bot.telegramming import READER
from tests.fakes.slack import FakeSlack
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.slack_things import words
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Message as TelegramMessage

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = yaml.safe_load((ROOT / "deploy/slack-manifest.yaml").read_text(encoding="utf-8"))

# What Telegram delivers -> what Slack delivers for the same.
COUNTERPARTS = {
    "message": {"message.im", "app_mention", "slash command"},
    "callback_query": {"interaction"},
    "my_chat_member": {
        "member_joined_channel",
        "app_uninstalled",
        "tokens_revoked",
        *(f"{kind}_{what}" for kind in ("channel", "group") for what in ("archive", "deleted", "left", "unarchive")),
    },
    "migrate_to_chat_id": {"channel_id_changed"},
    "title of a message's chat": {"channel_rename", "group_rename"},
    "inline_query": {"link_shared", "shortcut find", "shortcut save_paper"},
}
# What Telegram is asked -> what Slack is asked for the same.
CALLS = {
    "send_message": {"chat_postMessage", "chat_postEphemeral", "conversations_open"},
    "edit_message_text": {"chat_update"},
    "edit_message_reply_markup": {"chat_update"},
    "send_document": {"files_upload_v2"},
    "send_photo": {"files_upload_v2"},
    "get_chat_administrators": {"users_info"},
    "answer_inline_query": {"chat_unfurl"},
}
# What one has without the other, and why the platform wants it so.
DIFFERENCES = {
    "channel_post": "Telegram: who posts to a channel has no name there; in Slack all channels are conversations",
    "app_home_opened": "Slack: an app has a tab of its own; Telegram bots have a chat and its menu only",
    "views_open": "Slack: forms and cards over the conversation; in Telegram the message itself turns into them",
    "views_publish": "Slack: the Home tab, see app_home_opened",
    "views_update": "Slack: see views_open",
    "answer_callback_query": "Telegram: a press is acknowledged by a call; in Slack by the response to the delivery",
    "send_chat_action": "Telegram: shows “typing”; Slack has nothing like it for bots, a note says it",
    "set_my_commands": "Telegram: the menu is set by a call; Slack's is in the manifest",
    "set_webhook": "Telegram: the address of the webhook is set by a call; Slack's is in the manifest",
    "delete_webhook": "Telegram: see set_webhook",
    "share": "Slack: an answer in a channel is for one person until they show it; Telegram groups see all",
    "auth_test": "Slack: the workspace of a token is asked for; Telegram's library asks who the bot is by itself",
    "conversations_info": "Slack: whether the bot is in a channel is asked; Telegram tells of groups it is in only",
    "apps_connections_open": "Slack: the way to a websocket; Telegram is polled by its library's own call",
}
TEXTS = {"paper": KNOWN, "search": "agent", "similar": KNOWN, "save": KNOWN, "done": KNOWN, "export": "bibtex"}
TEXTS |= {"why": KNOWN, "like": KNOWN, "dislike": KNOWN, "time": "7:30 Tokyo", "lang": "en", "profile": "reset"}
VISIBLE = [name for name, row in COMMANDS.items() if not row.hidden]
BUTTON_SIZE = 150


@dataclass
class Both:
    """The same services, asked by the same person in Telegram and in Slack."""

    services: Services
    telegram: FakeTelegram
    slack: FakeSlack

    async def asked(self, line: str) -> tuple[list[TelegramMessage], list[SlackMessage]]:
        """Return what a line typed in private is answered with."""
        known = len(self.telegram.messages(READER)), len(self.slack.messages("U1"))
        await self.telegram.send_text(READER, READER, line)
        await self.telegram.next_message(READER)
        await self.slack.say("U1", line)
        await self.slack.idle()
        return self.telegram.messages(READER)[known[0] :], self.slack.messages("U1")[known[1] :]

    async def pressed(self, action: str, value: str) -> tuple[str, str]:
        """Return what a press under a message in private shows: in its place, beside it, or for a moment."""
        data = pack(action, value, SAMPLE_DATE, limit=BUTTON_SIZE)
        page = self.telegram.messages(READER)[0]
        before, known = page.text, len(self.telegram.messages(READER))
        answer = await self.telegram.answered(await self.telegram.press(page, data, READER, shown=False))
        toast = answer.get("text", "")
        if not toast:
            changed = lambda: page.text != before or len(self.telegram.messages(READER)) > known  # noqa: E731
            await self.telegram.until(changed, f"an answer to {data}")
        shown = toast or (page.text if page.text != before else self.telegram.messages(READER)[-1].text)
        page.json["text"] = before
        return shown, await self._pressed_in_slack(data)

    async def _pressed_in_slack(self, data: str) -> str:
        button = {"type": "button", "action_id": "p.1", "text": {"type": "plain_text", "text": "B"}, "value": data}
        page = replace(self.slack.messages("U1")[0], blocks=[{"type": "actions", "elements": [button]}], edits=0)
        known = {message.ts for message in self.slack.messages("U1") + self.slack.whispers("U1")}
        await self.slack.press(page, data)
        await self.slack.idle()
        came = [m for m in self.slack.messages("U1") + self.slack.whispers("U1") if m.ts not in known]
        return said(page) if page.edits else "".join(said(message) for message in came)


@pytest.fixture
async def both(settings) -> AsyncIterator[Both]:
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        slack_talking.settled(slack)
        telegram.user(READER, "Ada")
        tokens = {**slack_talking.tokens(slack), "SLACK_CHANNELS": ""}
        chosen = telegramming.configured(settings, telegram, f"{READER}", **tokens)
        async with (
            telegramming.open_services(chosen) as services,
            telegramming.polling(services),
            slack_talking.serving(services, slack),
        ):
            pair = Both(services, telegram, slack)
            for line in ("subscribe", "time 8:00 Berlin"):  # the two chats begin alike
                await pair.asked(f"/{line}")
            yield pair


def said(message: SlackMessage) -> str:
    """Return the words of a message without those on buttons."""
    blocks = [block for block in message.blocks if block["type"] != "actions"]
    return "\n".join("".join(words(block)) for block in blocks)


def normal(text: str) -> str:
    """Return the letters and digits of a text: spaces, marks and how commands are written are the surface's own.

    So is a line on threads, in which Slack takes no commands.
    """
    text = text.replace(load("en").text("channel.in_threads"), "")
    return "".join(re.findall(r"[^\W_]+", re.sub(r"/paperboy (?=\w)", "/", text)))


@pytest.mark.parametrize("name", VISIBLE)
async def test_every_command_has_the_same_answer_in_both(both, name):
    await both.asked(f"/save {KNOWN}")
    line = f"/{name} {TEXTS.get(name, '')}".strip()
    telegram, slack = await both.asked(line)
    assert telegram
    files = [message.file for message in telegram if message.file]
    assert files == [(file.name, file.content) for file in both.slack.files]
    assert bool(files) or slack
    if not files:
        assert normal("".join(map(said, slack))) == normal("".join(message.text for message in telegram))


async def offered(both: Both) -> dict[str, Press]:
    """Return an example of everything that a screen of either chat offers, by what it does."""
    found: dict[str, Press] = {}
    for name in VISIBLE:
        telegram, slack = await both.asked(f"/{name} {TEXTS.get(name, '')}".strip())
        data = [data for message in telegram for data in message.data]
        data += [data for message in slack for data in data_of(message.blocks)]
        found |= {press.action: press for one in data if (press := unpack(one))}
    return found


async def test_every_button_of_either_does_the_same_in_both(both):
    found = await offered(both)
    assert len(found) > 10
    assert set(found) <= set(COMMANDS)
    for press in found.values():
        await both.asked(f"/save {KNOWN}")
        telegram, slack = await both.pressed(press.action, press.value)
        assert "older version" not in telegram + slack, press
        if not COMMANDS[press.action].toast:
            assert normal(slack) == normal(telegram), press
        else:
            assert normal(telegram) in normal(slack), press


async def test_screens_offer_the_same_in_both(both):
    await both.asked(f"/save {KNOWN}")
    for name in VISIBLE:
        telegram, slack = await both.asked(f"/{name} {TEXTS.get(name, '')}".strip())
        here = {data for message in telegram for data in message.data}
        there = {data for message in slack for data in data_of(message.blocks) if unpack(data)}
        assert here <= there, name  # Slack has buttons beside each item too


def test_everything_delivered_by_one_has_a_counterpart_or_a_reason():
    slack = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) | {"slash command", "interaction"}
    slack |= {f"shortcut {shortcut['callback_id']}" for shortcut in MANIFEST["features"]["shortcuts"]}
    assert set().union(*COUNTERPARTS.values()) | (slack & set(DIFFERENCES)) == slack
    telegram = {*ALLOWED_UPDATES, "migrate_to_chat_id", "title of a message's chat"}
    assert set(COUNTERPARTS) | (telegram & set(DIFFERENCES)) == telegram


def called(pattern: str, verb: str) -> set[str]:
    """Return the methods of a platform that the modules of one side call."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").glob(pattern)))
    return set(re.findall(verb, source))


def test_everything_one_side_does_has_a_counterpart_or_a_reason():
    telegram = called("telegram*.py", r"bot\.((?:send|edit|answer|get|set|delete)_\w+)\(")
    telegram |= {"answer_inline_query"} if called("telegram_inline.py", r"query\.answer\(") else set()
    telegram |= {"send_message"} if called("telegram*.py", r'_post\("sendMessage"') else set()
    slack = called("slack*.py", r"client\.((?:auth|chat|conversations|files|users|views|apps)_\w+)")
    assert set(CALLS) | (telegram & set(DIFFERENCES)) == telegram
    assert set().union(*CALLS.values()) | (slack & set(DIFFERENCES)) == slack


def test_no_difference_is_listed_that_is_none():
    known = set(ALLOWED_UPDATES) | set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) | {"share"}
    known |= called("telegram*.py", r"\b((?:send|edit|answer|get|set|delete)_\w+)")
    known |= called("slack*.py", r"client\.(\w+)")
    assert set(DIFFERENCES) <= known
