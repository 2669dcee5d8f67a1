"""The manifest makes the app that the code expects, and asks for no more than that takes."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.commands import COMMANDS
from bot.slack_app import SCOPES
from formatting.slack import SLASH_COMMANDS

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = yaml.safe_load((ROOT / "deploy/slack-manifest.yaml").read_text(encoding="utf-8"))
EVENTS = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

# https://docs.slack.dev/reference/events: the scopes of all that we want an event for.
EVENT_SCOPES = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "link_shared": {"links:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "tokens_revoked": set(),
    "channel_id_changed": {"channels:read", "groups:read"},
    **{f"channel_{what}": {"channels:read"} for what in ("archive", "deleted", "left", "rename", "unarchive")},
    **{f"group_{what}": {"groups:read"} for what in ("archive", "deleted", "left", "rename", "unarchive")},
}
# https://docs.slack.dev/reference/methods: as slack_sdk names them.
METHOD_SCOPES = {
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_unfurl": {"links:write"},
    "chat_update": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_upload_v2": {"files:write"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
FAMILIES = "auth|chat|conversations|files|reactions|team|usergroups|users|views|bookmarks|pins|search"


def called() -> set[str]:
    """The Web API methods that the Slack side calls."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").glob("slack*.py"))
    return set(re.findall(rf"client\.((?:{FAMILIES})_\w+)", source))


def listened() -> set[str]:
    """The events that the Slack side mentions, by their names in bolt."""
    source = (ROOT / "bot/slack.py").read_text(encoding="utf-8")
    return {name for name in re.findall(r'"(\w+)"', source) if name in {*EVENT_SCOPES, "message"}}


def test_it_is_what_slack_takes(shared: Path) -> None:
    schema = json.loads((shared / "schemas/slack-manifest-2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.validate(MANIFEST, schema)


def test_every_event_that_is_handled_is_delivered_and_no_other() -> None:
    assert {name.removesuffix(".im") for name in EVENTS} == listened()
    assert sorted(EVENTS) == EVENTS


def test_the_scopes_are_those_that_are_used_and_no_others() -> None:
    assert called() <= set(METHOD_SCOPES), "a method whose scope this table does not know"
    needed = [EVENT_SCOPES[name] for name in EVENTS] + [METHOD_SCOPES[name] for name in called()]
    assert {"commands"}.union(*needed) == set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert tuple(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert "user" not in MANIFEST["oauth_config"]["scopes"]


def test_the_slash_commands_are_commands() -> None:
    commands = [row["command"].removeprefix("/") for row in MANIFEST["features"]["slash_commands"]]
    assert sorted(commands) == sorted([*SLASH_COMMANDS, "paperboy"])
    assert set(SLASH_COMMANDS) <= set(COMMANDS)
    hints = " ".join(
        row["usage_hint"] for row in MANIFEST["features"]["slash_commands"] if "paperboy" in row["command"]
    )
    assert {hint.split()[0] for hint in hints.split(" | ")} <= set(COMMANDS)


@pytest.mark.parametrize(("kind", "name"), [("message", "save_paper"), ("global", "find")])
def test_the_shortcuts_are_listened_to(kind: str, name: str) -> None:
    offered = {(row["type"], row["callback_id"]) for row in MANIFEST["features"]["shortcuts"]}
    assert (kind, name) in offered
    assert f'shortcut("{name}")' in (ROOT / "bot/slack.py").read_text(encoding="utf-8")


def test_it_works_without_a_public_address_and_not_for_whole_organisations() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["org_deploy_enabled"] is False
    assert MANIFEST["settings"]["interactivity"] == {"is_enabled": True}
