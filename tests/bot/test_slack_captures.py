"""Payloads that Slack sent to other apps, delivered to this one by Socket Mode and by HTTP: none may hurt it."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.fernet import Fernet

from bot.services import Services
from bot.workspaces import Installations, Workspace
from brief.settings import Settings
from tests.bot.slack_serving import configured, served
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack, Message, NotAckedError

TEAMS = ("T111", "T222", "T_INSTALLED", "T_SOURCE", "T-other-side", "T-installed-workspace")
PEOPLE = ("U111", "U222", "U999", "W111", "W222", "W99999", "W23456789")
CHANNELS = ("C111", "C222", "D111")
KEY = Fernet.generate_key().decode()
MOMENT = "1700000000.000100"

# What stands in the fields of a shape that Slack's libraries generated with every value empty.
SAMPLES = {
    **dict.fromkeys(("team", "user_team", "source_team", "app_installed_team"), "T111"),
    "enterprise": "E111",
    "user": "U111",
    "users": "U111",
    "inviter": "U222",
    "channel": "C111",
    "channel_type": "channel",
    **dict.fromkeys(("ts", "event_ts", "message_ts", "action_ts", "thread_ts", "deleted_ts"), MOMENT),
    "event": "Ev111",
    "callback": "save_paper",
    "trigger": "1.2.3",
    "response_url": "https://hooks.slack.com/x",
    "tab": "home",
    "text": "/top",
    "command": "/paper",
}
# Mentions, commands and presses, whosever they are; what is opened, chosen and sent in the shapes is ours.
ANSWERED = [
    "test_app.py app_mention_event_body",
    "test_app_bot_only.py app_mention_request_body",
    "test_authorize.py block_actions_body",
    "test_block_actions.py body",
    "test_slash_command.py slash_command_body",
    "app-backend__interactive-components__MessageShortcutPayload filled",
    "app-backend__slash-commands__SlashCommandPayload filled",
    "app-backend__views__ViewSubmissionPayload filled",
    "events__AppHomeOpenedPayload filled",
    "events__AppMentionPayload filled",
]

Json = dict[str, Any]


def payloads(shared: Path) -> Iterator[tuple[str, Json]]:
    """Yield the payloads with a name each: those recorded, and the shapes as they are and filled in."""
    folder = shared / "captures" / "slack"
    for row in map(json.loads, (folder / "bolt_python_payloads.jsonl").read_text(encoding="utf-8").splitlines()):
        yield f"{row['file']} {row['name']}", row["payload"] if "payload" in row else dict(parse_qsl(row["form"]))
    shapes = folder / "response_shapes"
    for path in sorted([*shapes.glob("events__*.json"), *shapes.glob("app-backend__*.json")]):
        shape = json.loads(path.read_text(encoding="utf-8"))
        if "event" in shape:
            shape["type"] = "event_callback"  # there would be no delivery without
        yield f"{path.stem} empty", shape
        if "view" in shape:
            shape["view"]["callback_id"] = "settings"
        yield f"{path.stem} filled", filled(shape)


def filled(value: Any, name: str = "") -> Any:
    """Return a shape with ids and texts where it has empty ones."""
    if isinstance(value, dict):
        return {key: filled(part, name if key == "id" else key.removesuffix("_id")) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, name) for part in value]
    return SAMPLES.get(name, "") if value == "" else value


def as_news(fake: FakeSlack, payload: Json, number: int) -> Json:
    """Return a payload as if it had happened just now in the fake: an event of its own, answers go to the fake."""
    payload = dict(payload)
    if "event_id" in payload:
        payload["event_id"] = f"Ev{number}"
    if payload.get("response_url"):
        payload["response_url"] = fake.responses.issue(fake.room("C111", "T111"), "W111")
    event = payload.get("event") or {}
    if event.get("type") in ("app_mention", "message") and event.get("channel") in CHANNELS:
        room, ts = fake.room(event["channel"], "T111"), event.get("ts", "")
        room.messages.setdefault(ts, Message(ts, room.id, "T111", "W111", event.get("text", ""), []))
    return payload


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        for team in TEAMS:
            server.team(team, f"xoxb-{team}")
            for person in PEOPLE:
                server.user(person, team)
            for channel in CHANNELS[:2]:
                server.channel(channel, team, members=PEOPLE)
            server.channel("D111", team, members=PEOPLE[:1], person="U111")
        yield server


@pytest.fixture(autouse=True)
async def nothing_is_lost() -> AsyncIterator[None]:
    """Fail for an exception that nobody caught, in whatever task."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    yield
    gc.collect()  # a task tells of its exception when it is thrown away
    assert told == []


@pytest.fixture(params=["socket", "http"])
def by(request: pytest.FixtureRequest, settings: Settings, fake: FakeSlack) -> Settings:
    """Settings for many workspaces that take deliveries one way or the other."""
    many = {"SLACK_CLIENT_ID": fake.client_id, "SLACK_CLIENT_SECRET": fake.client_secret, "SLACK_ENCRYPTION_KEY": KEY}
    socket, http = {"SLACK_APP_TOKEN": fake.app_token}, {"SLACK_SIGNING_SECRET": fake.signing_secret}
    return configured(settings, fake, **many, **(socket if request.param == "socket" else http))


@pytest.fixture
async def services(by: Settings) -> AsyncIterator[Services]:
    async with open_services(by) as opened:
        yield opened


async def install(fake: FakeSlack, services: Services) -> None:
    for team in map(fake.team, TEAMS):
        found = Workspace(team=team.id, bot_id=team.bot_id, bot_user=team.bot_user, token=f"xoxb-{team.id}")
        await Installations(services.store, KEY).save(found)


async def deliver(fake: FakeSlack, payload: Json) -> str:
    """Return why a payload was not acknowledged within Slack's three seconds, empty when it was."""
    try:
        delivery = await fake.deliver(payload)
    except NotAckedError as error:
        return str(error)
    shown = "command" in payload or not delivery.body
    return "" if shown else f"nobody reads this acknowledgement: {delivery.body}"


async def test_every_payload_is_taken_where_the_app_is_installed(fake, services, shared, caplog):
    await install(fake, services)
    async with served(services, fake):
        every = [(name, as_news(fake, payload, n)) for n, (name, payload) in enumerate(payloads(shared))]
        refused = {name: why for name, payload in every if (why := await deliver(fake, payload))}
    assert len(every) > 100
    assert refused == {}
    assert fake.refusals == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_every_payload_is_taken_where_the_app_is_not_installed_and_nothing_is_done(
    fake, services, shared, caplog
):
    async with served(services, fake):
        refused = {name: why for name, payload in payloads(shared) if (why := await deliver(fake, payload))}
        assert {call.method for call in fake.calls} <= {"apps.connections.open"}
    assert refused == {}
    assert fake.refusals == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_questions_are_answered_and_nothing_else(fake, services, shared):
    await install(fake, services)
    answered = []
    async with served(services, fake):
        for number, (name, payload) in enumerate(payloads(shared)):
            before = len(fake.calls)
            assert await deliver(fake, as_news(fake, payload, number)) == ""
            await fake.idle()
            if {call.method for call in fake.calls[before:]} - {"auth.test", "users.info"}:
                answered.append(name)
    assert answered == ANSWERED


async def test_a_command_where_the_app_is_not_installed_is_told_so(fake, services):
    async with served(services, fake):
        await fake.slash("/paper", "2604.26904", user="U111", channel="C111", team="T111")
        whisper = await fake.next_whisper("U111", "T111")
        assert "not installed" in whisper.text
