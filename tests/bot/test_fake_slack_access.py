"""The fake Slack is as strict as the original: who may call, how an app is installed, and how fast."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.slack_calling import APP_TOKEN, calling, error, refused, small_world
from tests.fakes import slack_oauth
from tests.fakes.slack_limits import Pace
from tests.fakes.slack_things import Token
from tests.fakes.slack_world import SCOPES, World

REDIRECT = "https://paperboy.example/slack/oauth_redirect"
BASIC_AUTH = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # slack_sdk passes one


@pytest.fixture
def world() -> World:
    return small_world()


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncWebClient]:
    async with calling(world) as client:
        yield client


async def test_a_token_that_is_not_good(client: AsyncWebClient, world: World) -> None:
    world.tokens["xoxb-less"] = Token("xoxb-less", "bot", "T1", SCOPES - {"chat:write"})
    client.token = "xoxb-less"
    answer = await refused(client, "chat.postMessage", channel="C1", text="x")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "chat:write" not in answer["provided"].split(",")
    for token, expected in (("", "not_authed"), ("xoxb-9", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")):
        client.token = token
        assert await error(client, "auth.test") == expected
    client.token = "xoxb-1"
    assert await error(client, "chat.scream") == "unknown_method"
    assert await error(client, "users.info") == "invalid_arguments"
    assert await error(client, "apps.connections.open") == "not_allowed_token_type"
    await client.auth_revoke()
    assert await error(client, "auth.test") == "token_revoked"
    world.team("T1", "xoxb-new")
    world.revoke("T1", "account_inactive")
    client.token = "xoxb-new"
    assert await error(client, "auth.test") == "account_inactive"


async def test_an_app_token_opens_a_connection(client: AsyncWebClient, world: World) -> None:
    first = await client.apps_connections_open(app_token=APP_TOKEN)
    second = await client.apps_connections_open(app_token=APP_TOKEN)
    assert first["url"].startswith("ws://127.0.0.1")
    assert first["url"] != second["url"]
    assert len(world.tickets) == 2


async def exchange(client: AsyncWebClient, **arguments: str) -> Any:
    return await client.oauth_v2_access(**{"client_id": "client", "client_secret": "secret", **arguments})


async def failed_exchange(client: AsyncWebClient, **arguments: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await exchange(client, **arguments)
    return str(caught.value.response["error"])


@BASIC_AUTH
async def test_a_code_installs_once(client: AsyncWebClient, world: World) -> None:
    code = slack_oauth.consent(world, "T2", "U5", SCOPES, REDIRECT)
    assert await failed_exchange(client, code=code, redirect_uri=REDIRECT, client_secret="wrong") == "bad_client_secret"
    assert await failed_exchange(client, code=code, redirect_uri="https://evil.example/") == "bad_redirect_uri"
    installed = await exchange(client, code=code, redirect_uri=REDIRECT)
    assert (installed["team"]["id"], installed["authed_user"]["id"]) == ("T2", "U5")
    assert "refresh_token" not in installed.data
    assert (await client.auth_test(token=installed["access_token"]))["team_id"] == "T2"
    assert await failed_exchange(client, code=code, redirect_uri=REDIRECT) == "code_already_used"
    assert await failed_exchange(client, code="made-up") == "invalid_code"


@BASIC_AUTH
async def test_a_refresh_token_is_good_once(client: AsyncWebClient, world: World) -> None:
    world.rotation = True
    first = await exchange(client, code=slack_oauth.consent(world, "T2", "U5", SCOPES, ""))
    assert first["expires_in"] == 43_200
    world.skip(43_200)
    client.token = first["access_token"]
    assert await error(client, "auth.test") == "token_expired"
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await exchange(client, **refresh)
    assert (await client.auth_test(token=second["access_token"]))["ok"]
    assert await failed_exchange(client, **refresh) == "invalid_refresh_token"
    world.revoke("T2")
    refresh["refresh_token"] = second["refresh_token"]
    assert await failed_exchange(client, **refresh) == "invalid_refresh_token"


async def test_who_posts_too_fast_has_to_wait(client: AsyncWebClient, world: World) -> None:
    world.limits.lifted = False
    for _ in range(3):
        await client.chat_postMessage(channel="C1", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x")
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    await client.chat_postMessage(channel="U1", text="another channel has its own pace")
    world.skip(float(response.headers["Retry-After"]))
    await client.chat_postMessage(channel="C1", text="x")
    assert world.limits.exceeded == ["channel: chat.postMessage C1"]


async def test_a_workspace_and_a_method_have_a_pace_too(client: AsyncWebClient, world: World) -> None:
    world.limits.lifted, world.limits.workspace = False, Pace(2, 60)
    world.channel("C2", "T1", members={"UBOT1"})
    world.channel("C3", "T1", members={"UBOT1"})
    for channel in ("C1", "C2"):
        await client.chat_postMessage(channel=channel, text="x")
    assert await error(client, "chat.postMessage", channel="C3", text="x") == "ratelimited"
    for _ in range(50):
        await client.conversations_info(channel="C1")
    assert await error(client, "conversations.info", channel="C1") == "ratelimited"
