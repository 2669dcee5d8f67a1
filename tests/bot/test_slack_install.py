"""Who the bot is in a workspace: by one token, or by installations that are renewed and forgotten."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_app import SCOPES
from bot.slack_install import Access, ManyWorkspaces, NotInstalledError, OneWorkspace
from bot.workspaces import Installations, Workspace
from brief.errors import SettingsError
from brief.settings import Settings
from brief.store import Store, open_store
from tests.fakes import slack_oauth
from tests.fakes.slack import FakeSlack

# slack_sdk 3.47 hands aiohttp the app's id and secret in a way that aiohttp 4 will not take.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

KEY = Fernet.generate_key().decode()
HOUR = 3600


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as running:
        yield running


@pytest.fixture
async def client(fake: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(base_url=f"{fake.url}/api/", session=session, retry_handlers=[])


@pytest.fixture
async def elsewhere(settings: Settings) -> AsyncIterator[Store]:
    """The same Redis, as another process sees it."""
    async with open_store(settings) as opened:
        yield opened


def workspaces(fake: FakeSlack, client: AsyncWebClient, store: Store) -> ManyWorkspaces:
    installations = Installations(store, KEY)
    return ManyWorkspaces(client, installations, client_id=fake.client_id, client_secret=fake.client_secret)


async def installed(fake: FakeSlack, store: Store, team: str = "T1", *, seconds: float | None = None) -> Workspace:
    """Install the app as Slack sees it, its token good for so long; None means for ever."""
    fake.world.rotation = seconds is not None
    code = slack_oauth.consent(fake.world, team, "U1", SCOPES, "")
    arguments = {"client_id": fake.client_id, "client_secret": fake.client_secret, "code": code}
    answer = slack_oauth.access(fake.world, arguments)
    bot = fake.team(team)
    workspace = Workspace(
        team=team,
        bot_id=bot.bot_id,
        bot_user=bot.bot_user,
        token=answer["access_token"],
        refresh_token=answer.get("refresh_token"),
        expires=None if seconds is None else int(time.time() + seconds),
    )
    if seconds is not None:
        fake.world.tokens[workspace.token].expires = workspace.expires
    await Installations(store, KEY).save(workspace)
    return workspace


async def works(client: AsyncWebClient, access: Access) -> bool:
    answer = await client.auth_test(token=access.token)
    return (answer["team_id"], answer["bot_id"], answer["user_id"]) == (access.team, access.bot_id, access.bot_user)


def renewals(fake: FakeSlack) -> int:
    return len([call for call in fake.sent("oauth.v2.access") if call.arguments.get("grant_type") == "refresh_token"])


# -- one workspace ----------------------------------------------------------------------------------------------------


async def test_one_token_is_one_workspace_and_slack_is_asked_once(fake, client):
    one = OneWorkspace(client, fake.token)
    with pytest.raises(NotInstalledError):
        await one.access("T1")
    access = await one.connect()
    assert access == await one.access("T1")
    assert await works(client, access)
    assert len(fake.sent("auth.test")) == 2  # one of them is ours
    assert "xoxb" not in repr(access)
    with pytest.raises(NotInstalledError, match=r"^T2$"):
        await one.access("T2")


async def test_it_waits_for_a_slack_that_does_not_answer(fake, client):
    fake.fail("auth.test", "reset")
    fake.fail_http("auth.test", 503)
    fake.fail("auth.test", "ratelimited", retry_after=0)
    assert (await OneWorkspace(client, fake.token).connect()).bot_user == fake.team("T1").bot_user
    assert len(fake.sent("auth.test")) == 4


@pytest.mark.parametrize("token", ["xoxb-s3cret-unknown", "revoked"])
async def test_a_wrong_token_is_a_mistake_in_the_settings(fake, client, token):
    if token == "revoked":
        token = fake.token
        fake.world.revoke("T1")
    with pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN: Slack says (invalid_auth|token_revoked); ") as caught:
        await OneWorkspace(client, token).connect()
    assert token not in str(caught.value)


async def test_a_token_taken_back_is_the_operators_matter(fake, client, caplog):
    one = OneWorkspace(client, fake.token)
    await one.connect()
    assert await one.forget("T1") is False
    fake.uninstall("T1")
    assert await one.forget("T2") is False
    with caplog.at_level(logging.ERROR):
        assert [await one.forget("T1") for _ in range(3)] == [True] * 3
    assert len(caplog.records) == 1
    assert "SLACK_BOT_TOKEN" in caplog.text
    assert fake.token not in caplog.text


# -- many workspaces --------------------------------------------------------------------------------------------------


async def test_each_workspace_has_its_own_token(fake, client, store):
    many = workspaces(fake, client, store)
    for team in ("T1", "T2"):
        await installed(fake, store, team)
    first, second = await many.access("T1"), await many.access("T2")
    assert first.token != second.token
    assert await works(client, first)
    assert await works(client, second)
    with pytest.raises(NotInstalledError, match=r"^T3$"):
        await many.access("T3")
    assert renewals(fake) == 0


async def test_a_token_that_ends_within_two_hours_is_renewed(fake, client, store):
    many = workspaces(fake, client, store)
    old = await installed(fake, store, seconds=3 * HOUR)
    assert (await many.access("T1")).token == old.token
    old = await installed(fake, store, seconds=HOUR)
    access = await many.access("T1")
    assert access.token != old.token
    assert await works(client, access)
    stored = await Installations(store, KEY).workspace("T1")
    assert stored.token == access.token
    assert stored.refresh_token != old.refresh_token
    assert stored.expires > time.time() + 11 * HOUR
    assert await many.access("T1") == access
    assert renewals(fake) == 1


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_two_processes_that_need_a_new_token_at_once_get_the_same(fake, client, store, elsewhere, seconds):
    await installed(fake, store, seconds=seconds)
    one, other = workspaces(fake, client, store), workspaces(fake, client, elsewhere)
    found = await asyncio.gather(*(many.access("T1") for many in (one, other) for _ in range(5)))
    assert len(set(found)) == 1
    assert await works(client, found[0])
    assert renewals(fake) == 1
    assert fake.refusals == []


async def test_a_renewal_goes_on_without_who_asked_for_it(fake, client, store):
    old = await installed(fake, store, seconds=-HOUR)
    many = workspaces(fake, client, store)
    asking = asyncio.create_task(many.access("T1"))
    await fake.until(lambda: renewals(fake), "a renewal")
    asking.cancel()
    access = await many.access("T1")
    assert access.token != old.token
    assert await works(client, access)
    assert renewals(fake) == 1


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "reset", "timeout"])
async def test_while_slack_does_not_renew_a_good_token_is_used_and_not_asked_about_again_and_again(
    fake, client, store, error, caplog
):
    old = await installed(fake, store, seconds=HOUR)
    many = workspaces(fake, client, store)
    fake.fail("oauth.v2.access", error, math.inf)
    for _ in range(3):
        assert (await many.access("T1")).token == old.token
    assert renewals(fake) == 1
    assert old.token not in caplog.text
    assert old.refresh_token not in caplog.text
    fake.mend()
    await many.close(0)


async def test_a_renewal_under_way_is_finished_when_the_program_ends(fake, client, store):
    old = await installed(fake, store, seconds=HOUR)
    many = workspaces(fake, client, store)
    asking = asyncio.create_task(many.access("T1"))
    await fake.until(lambda: renewals(fake), "a renewal")
    asking.cancel()
    await many.close()
    stored = await Installations(store, KEY).workspace("T1")
    assert stored.token != old.token
    await many.close()


async def test_a_workspace_whose_refresh_token_is_dead_is_not_installed_once_its_token_ends(fake, client, store):
    old = await installed(fake, store, seconds=HOUR)
    fake.world.tokens[old.refresh_token].refusal = "invalid_refresh_token"
    assert (await workspaces(fake, client, store).access("T1")).token == old.token
    await Installations(store, KEY).save(old.model_copy(update={"expires": int(time.time()) - 1}))
    with pytest.raises(NotInstalledError):
        await workspaces(fake, client, store).access("T1")
    assert await Installations(store, KEY).workspace("T1") is None


async def test_a_key_that_is_another_one_means_not_installed(fake, client, store):
    await installed(fake, store)
    other = Installations(store, Fernet.generate_key().decode())
    with pytest.raises(NotInstalledError):
        await ManyWorkspaces(client, other, client_id="1.2", client_secret="s").access("T1")


async def test_a_workspace_that_removed_the_app_is_forgotten_and_no_other(fake, client, store):
    many = workspaces(fake, client, store)
    for team in ("T1", "T2"):
        await installed(fake, store, team)
    fake.uninstall("T1")
    assert await many.forget("T1") is True
    assert await many.forget("T1") is True
    with pytest.raises(NotInstalledError):
        await many.access("T1")
    assert await works(client, await many.access("T2"))


async def test_a_workspace_installed_again_does_not_wait_for_what_failed_before(fake, client, store):
    many = workspaces(fake, client, store)
    before = await installed(fake, store, seconds=HOUR)
    fake.fail("oauth.v2.access", "internal_error")
    assert (await many.access("T1")).token == before.token
    fake.uninstall("T1")
    assert await many.forget("T1") is True
    again = await installed(fake, store, seconds=HOUR)
    assert (await many.access("T1")).token != again.token


async def test_late_news_does_not_forget_a_workspace_that_installed_the_app_again(fake, client, store):
    many = workspaces(fake, client, store)
    await installed(fake, store)
    fake.uninstall("T1")
    await installed(fake, store)
    assert await many.forget("T1") is False
    assert await works(client, await many.access("T1"))


@pytest.mark.parametrize("error", ["internal_error", "reset"])
async def test_a_workspace_is_kept_while_slack_does_not_say_what_became_of_it(fake, client, store, error):
    many = workspaces(fake, client, store)
    await installed(fake, store)
    fake.fail("auth.test", error)
    assert await many.forget("T1") is False
    assert await works(client, await many.access("T1"))
