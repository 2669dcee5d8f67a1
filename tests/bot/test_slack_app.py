"""Bolt's app over HTTP, and the installation as a browser goes through it."""

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.server import serving
from bot.slack_app import SCOPES, build_app, oauth_flow, routes
from bot.slack_install import ManyWorkspaces, OneWorkspace
from bot.workspaces import Installations
from brief.settings import Settings, load_settings
from brief.store import Store
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import signature

# slack_sdk 3.47 hands aiohttp the app's id and secret in a way that aiohttp 4 will not take.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

ENVIRONMENT = {
    "SLACK_BOT_TOKEN": "xoxb-of-another-app",
    "SLACK_SIGNING_SECRET": "of another app",
    "SLACK_VERIFICATION_TOKEN": "of another app",
    "SLACK_CLIENT_ID": "9.9",
    "SLACK_CLIENT_SECRET": "of another app",
    "SLACK_SCOPES": "admin",
    "SLACK_USER_SCOPES": "admin",
    "SLACK_REDIRECT_URI": "https://elsewhere.example.org/",
    "SLACK_INSTALL_PATH": "/elsewhere",
    "SLACK_REDIRECT_URI_PATH": "/elsewhere",
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as running:
        yield running


@pytest.fixture
async def client(fake: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(base_url=f"{fake.url}/api/", session=session, retry_handlers=[])


def configured(settings: Settings, fake: FakeSlack, **more: str) -> Settings:
    given = {"SLACK_API_URL": fake.url, "PAPERBOY_LISTEN": "127.0.0.1:0", **more}
    return load_settings({**given, "PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir)})


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home directory, and an environment that is another app's: nothing of either is to be used."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    yield
    assert not (tmp_path / "home").exists()  # bolt's own stores are files there


# -- events over HTTP -------------------------------------------------------------------------------------------------


@dataclass
class Heard:
    """What reached the listeners, each as event, its team, and the token it would be answered with."""

    events: list[tuple[str, str, str]] = field(default_factory=list)


@pytest.fixture
async def heard(
    settings: Settings, fake: FakeSlack, client: AsyncWebClient, surroundings: None
) -> AsyncIterator[Heard]:
    """One workspace over HTTP."""
    chosen = configured(settings, fake, SLACK_BOT_TOKEN=fake.token, SLACK_SIGNING_SECRET=fake.signing_secret)
    one = OneWorkspace(client, fake.token)
    await one.connect()
    app, found = build_app(chosen, client, one, None), Heard()

    @app.event("app_mention")
    async def mentioned(body, context):
        found.events.append((body["event"]["text"], context.team_id, context.bot_token))

    @app.command("/paper")
    async def slashed(ack, body):
        await ack(f"about {body['text']}")

    async with serving(chosen, routes(chosen, app, None)) as (host, port):
        fake.events_url = f"http://{host}:{port}/slack/events"
        yield found


async def post(fake: FakeSlack, body: bytes, headers: dict[str, str]) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(fake.events_url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


async def test_signed_events_and_commands_arrive_with_the_workspaces_own_token(fake, heard):
    fake.user("U1")
    fake.channel("C1", members=("U1",))
    await fake.mention("paper 2604.26904", user="U1", channel="C1")
    await fake.idle()
    [(text, team, token)] = heard.events
    assert text.endswith("paper 2604.26904")
    assert (team, token) == ("T1", fake.token)
    delivery = await fake.slash("/paper", "2604.26904", user="U1", channel="C1")
    assert delivery.body == "about 2604.26904"
    assert fake.refusals == []


MENTION = json.dumps(
    {"type": "event_callback", "team_id": "T1", "event": {"type": "app_mention", "text": "hi"}}
).encode()


@pytest.mark.parametrize(("forgery", "status"), [(None, 200), ("wrong", 401), ("stale", 401), ("missing", 401)])
async def test_only_what_slack_signed_just_now_is_heard(fake, heard, forgery, status):
    headers = {"Content-Type": "application/json", **signature(fake.signing_secret, MENTION, forgery)}
    assert await post(fake, MENTION, headers) == status
    await fake.idle()
    assert len(heard.events) == (status == 200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"payload=",
        b"payload=[]",
        b"payload=1",
        b"payload={",
        b"\xff\xfe",
        b"null",
        b'{"team_id": [], "event": 1, "authorizations": 5}',
        b'{"type": "event_callback", "event": []}',
        b" " * (1 << 21),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=none"])
async def test_garbage_is_refused_before_anything_is_heard(fake, heard, body, kind, caplog):
    assert 400 <= await post(fake, body, {"Content-Type": kind, **signature("not the secret", body)}) < 500
    assert heard.events == []
    assert "Traceback" not in caplog.text


async def test_another_workspace_is_not_answered(fake, heard):
    body = MENTION.replace(b"T1", b"T2")
    headers = {"Content-Type": "application/json", **signature(fake.signing_secret, body)}
    assert await post(fake, body, headers) == 200
    await fake.idle()
    assert heard.events == []


async def test_there_is_no_path_for_events_that_cannot_be_verified(settings, fake, client):
    chosen = configured(settings, fake, SLACK_BOT_TOKEN=fake.token, SLACK_APP_TOKEN=fake.app_token)
    app = build_app(chosen, client, OneWorkspace(client, fake.token), None)
    assert routes(chosen, app, None) == []


# -- installation -----------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """A server where the app can be installed, and the browser of somebody who does."""

    fake: FakeSlack
    installations: Installations
    url: str = ""
    told: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    cookie: str = ""

    async def get(self, url: str | URL, cookie: str = "") -> tuple[int, str]:
        """Return status and text, or where a redirection leads, without following it."""
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
            browser.get(url, headers={"Cookie": cookie} if cookie else {}, allow_redirects=False) as answer,
        ):
            self.cookie = answer.headers.get("Set-Cookie", "")
            self.pages.append(await answer.text())
            return answer.status, answer.headers.get("Location", self.pages[-1])

    async def begin(self) -> tuple[URL, str]:
        """Open the install page; return where its button leads and the cookie it set."""
        status, page = await self.get(f"{self.url}/slack/install")
        assert status == 200
        [target] = re.findall(r'href="(http[^"]+)"', page)
        return URL(target.replace("&amp;", "&")), self.cookie

    async def consent(self, target: URL) -> str:
        """Agree, or not, on Slack's page; return the address it sends the browser back to."""
        status, back = await self.get(target)
        assert status == 302
        return f"{self.url}/slack/oauth_redirect{back}"


@pytest.fixture
async def site(
    settings: Settings, fake: FakeSlack, client: AsyncWebClient, store: Store, surroundings: None
) -> AsyncIterator[Site]:
    key = Fernet.generate_key().decode()
    chosen = configured(
        settings,
        fake,
        SLACK_CLIENT_ID=fake.client_id,
        SLACK_CLIENT_SECRET=fake.client_secret,
        SLACK_ENCRYPTION_KEY=key,
        SLACK_APP_TOKEN=fake.app_token,
    )
    site = Site(fake, Installations(store, key))

    async def installed(team: str) -> None:
        site.told.append(team)

    flow = oauth_flow(chosen, client, site.installations, installed)
    many = ManyWorkspaces(client, site.installations, client_id=fake.client_id, client_secret=fake.client_secret)
    app = build_app(chosen, client, many, flow)
    async with serving(chosen, routes(chosen, app, flow)) as (host, port):
        site.url = f"http://{host}:{port}"
        yield site


def named(cookie: str) -> str:
    return cookie.partition(";")[0]


@pytest.mark.parametrize("rotation", [False, True])
async def test_a_workspace_installs_the_app(fake, site, store, rotation):
    fake.world.rotation = rotation
    target, cookie = await site.begin()
    assert target.path == "/oauth/v2/authorize"
    assert target.query["client_id"] == fake.client_id
    assert sorted(target.query["scope"].split(",")) == sorted(SCOPES)
    assert not target.query.get("user_scope")
    assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
    status, _ = await site.get(await site.consent(target), named(cookie))
    assert status == 200
    assert site.told == ["T1"]
    workspace = await site.installations.workspace("T1")
    assert (workspace.bot_id, workspace.bot_user) == (fake.team("T1").bot_id, fake.team("T1").bot_user)
    assert bool(workspace.refresh_token) == bool(workspace.expires) == rotation
    stored = b"".join([await store.client.get(key) for key in await store.client.keys("{paperboy}:1:*")])
    for secret in filter(None, (workspace.token, workspace.refresh_token)):
        assert secret in fake.world.tokens
        assert secret.encode() not in stored
        assert not any(secret in page for page in site.pages)
    assert fake.refusals == []


async def test_two_workspaces_install_and_keep_apart(fake, site):
    for team, person in (("T1", "U1"), ("T2", "U2")):
        fake.team(team)
        fake.consenting = (team, person)
        target, cookie = await site.begin()
        await site.get(await site.consent(target), named(cookie))
    assert site.told == ["T1", "T2"]
    first, second = await site.installations.workspace("T1"), await site.installations.workspace("T2")
    assert first.token != second.token


async def test_a_state_works_once(fake, site):
    target, cookie = await site.begin()
    back = await site.consent(target)
    assert (await site.get(back, named(cookie)))[0] == 200
    status, page = await site.get(back, named(cookie))
    assert (status, "invalid_state" in page) == (401, True)
    assert site.told == ["T1"]


@pytest.mark.parametrize("cookie", ["", "slack-app-oauth-state=another", "other=1"])
async def test_another_browser_cannot_finish_an_installation(fake, site, cookie):
    target, _ = await site.begin()
    status, page = await site.get(await site.consent(target), cookie)
    assert (status, "invalid_browser" in page) == (400, True)
    assert await site.installations.workspace("T1") is None


async def test_a_state_nobody_issued_is_refused(fake, site):
    back = f"{site.url}/slack/oauth_redirect?code=c&state=made-up"
    status, page = await site.get(back, "slack-app-oauth-state=made-up")
    assert (status, "invalid_state" in page) == (401, True)
    assert fake.sent("oauth.v2.access") == []


async def test_who_does_not_agree_installs_nothing_and_the_operator_reads_why(fake, site, caplog):
    fake.consenting = None
    target, cookie = await site.begin()
    status, page = await site.get(await site.consent(target), named(cookie))
    assert (status, "access_denied" in page) == (200, True)
    assert "access_denied" in caplog.text
    assert site.told == []


async def test_what_a_stranger_says_went_wrong_is_no_html_and_no_second_line_of_the_log(fake, site, caplog):
    error = "<script>x</script>\n" + "x" * 5000
    _, page = await site.get(URL(f"{site.url}/slack/oauth_redirect").with_query(error=error))
    assert "<script>x" not in page
    [record] = [record for record in caplog.records if record.name == "bot.slack_app"]
    assert len(record.getMessage().splitlines()) == 1
    assert len(record.getMessage()) < 200


@pytest.mark.parametrize("error", ["invalid_code", "bad_client_secret"])
async def test_a_code_slack_does_not_take_installs_nothing(fake, site, error):
    target, cookie = await site.begin()
    fake.fail("oauth.v2.access", error)
    status, _ = await site.get(await site.consent(target), named(cookie))
    assert status == 401
    assert await site.installations.workspace("T1") is None


async def test_a_whole_organisation_cannot_install_the_app(settings, fake, client, store):
    async def installed(team: str) -> None:
        raise AssertionError(team)

    ids = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_APP_TOKEN": fake.app_token}
    key = Fernet.generate_key().decode()
    chosen = configured(settings, fake, **ids, SLACK_ENCRYPTION_KEY=key)
    flow = oauth_flow(chosen, client, Installations(store, key), installed)
    everywhere = Installation(user_id="U1", enterprise_id="E1", bot_token="xoxb-1", is_enterprise_install=True)
    with pytest.raises(BoltError, match="single workspaces"):
        await flow.settings.installation_store.async_save(everywhere)
    assert await store.client.keys("*workspace*") == []
