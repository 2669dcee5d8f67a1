"""Two workspaces that installed one app, with the same ids for their channels and people: nothing mixes."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import pytest
from cryptography.fernet import Fernet
from yarl import URL

from bot.server import serving
from bot.services import Services
from bot.slack_chats import UNINSTALLED
from bot.slack_serve import SlackSurface
from bot.workspaces import Installations
from brief.settings import Settings
from tests.bot.delivery_setting import Pushing
from tests.bot.slack_serving import configured, unpaced
from tests.bot.slack_talking import KNOWN, KNOWN_TITLE, offered
from tests.bot.telegramming import open_services
from tests.fakes.slack import FakeSlack

# slack_sdk 3.47 hands aiohttp the app's id and secret in a way that aiohttp 4 will not take.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

TEAMS = ("T1", "T2")


MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
EIGHT = dt.time(8, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that tests set; it begins a minute before the pushes of that day."""

    now: dt.datetime = dt.datetime.combine(dt.date(2026, 5, 1), EIGHT) - MINUTE

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Office:
    """The served app, and the browsers of those who install it."""

    fake: FakeSlack
    services: Services
    pushes: Pushing
    clock: Clock
    url: str
    pages: list[str] = field(default_factory=list)

    async def install(self, team: str) -> None:
        """Go through the installation as a person does, on Slack's page and back."""
        self.fake.consenting = (team, "U1")
        page, cookie = await self._get(f"{self.url}/slack/install")
        [target] = re.findall(r'href="(http[^"]+)"', page)
        back, _ = await self._get(target.replace("&amp;", "&"))
        page, _ = await self._get(f"{self.url}/slack/oauth_redirect{back}", cookie.partition(";")[0])
        await self.fake.idle()

    async def _get(self, url: str, cookie: str = "") -> tuple[str, str]:
        """Return a page, or where it leads, and the cookie that came with it."""
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
            browser.get(URL(url), headers={"Cookie": cookie} if cookie else {}, allow_redirects=False) as answer,
        ):
            assert answer.status in {200, 302}
            self.pages.append(await answer.text())
            return answer.headers.get("Location", self.pages[-1]), answer.headers.get("Set-Cookie", "")

    async def tomorrow(self) -> None:
        """Let the pushes of the next morning go out."""
        self.clock.now = dt.datetime.combine(self.clock.now.date() + DAY, EIGHT)
        await self.pushes.tick()

    async def stopped(self, team: str) -> str | None:
        chat = await self.services.people.chat(f"slack:{team}:C1")
        assert chat
        return chat.stopped


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        for team in TEAMS:
            server.team(team)
            server.channel("C1", team, name="papers", members=("U1",))
        server.user("U1", "T1", tz="Asia/Shanghai", locale="en-US", name="Ada")
        server.user("U1", "T2", tz="Europe/Berlin", locale="zh-CN", name="Bo")
        yield server


@pytest.fixture
def key() -> str:
    return Fernet.generate_key().decode()


@asynccontextmanager
async def opened(base: Settings, fake: FakeSlack, key: str) -> AsyncIterator[Office]:
    """The app as the program serves it, by Socket Mode, with its pages for installing."""
    app = {"SLACK_CLIENT_ID": fake.client_id, "SLACK_CLIENT_SECRET": fake.client_secret, "SLACK_ENCRYPTION_KEY": key}
    settings, clock = configured(base, fake, SLACK_APP_TOKEN=fake.app_token, **app), Clock()
    async with open_services(settings, clock=clock) as services:
        pushes, surface = Pushing(services), SlackSurface(services, unpaced())
        async with serving(settings, surface.routes) as (host, port):
            task = asyncio.create_task(surface.serve(partial(pushes.joined, "slack")))
            try:
                await fake.connected()
                yield Office(fake, services, pushes, clock, f"http://{host}:{port}")
                await fake.idle()
            finally:
                task.cancel()
                await asyncio.wait([task])


@pytest.fixture
async def office(settings, fake, key, caplog) -> AsyncIterator[Office]:
    with caplog.at_level(logging.INFO):
        async with opened(settings, fake, key) as office:
            yield office
            await no_secret(office, caplog.text)


async def no_secret(office: Office, log: str) -> None:
    """Fail if a token, the key or the app's secret is in Redis, in the log, or on a page."""
    redis = office.services.store.client
    stored = await redis.keys("*")
    contents = b"".join([key + (await redis.dump(key) or b"") for key in stored])
    secrets = [token.value for token in office.fake.world.tokens.values()] + [office.fake.client_secret]
    secrets.append(office.services.settings.slack_encryption_key.get_secret_value())
    for secret in secrets:
        assert secret.encode() not in contents
        assert secret not in log
        assert not any(secret in page for page in office.pages)


@pytest.fixture
async def both(office, fake) -> Office:
    for team in TEAMS:
        await office.install(team)
    fake.calls.clear()
    return office


async def subscribed(office: Office) -> None:
    """Let C1 ask for the brief in both workspaces."""
    for team in TEAMS:
        await office.fake.slash("/paperboy", "subscribe", team=team)
        await office.fake.idle()
    office.clock.now += MINUTE
    await office.pushes.tick()  # that of today
    for team in TEAMS:
        assert len(office.fake.messages("C1", team)) == 1
    office.fake.calls.clear()


# -- apart ------------------------------------------------------------------------------------------------------------


async def test_lists_and_votes_of_the_same_ids_are_two_peoples(both, fake):
    await fake.slash("/paperboy", f"save {KNOWN}", team="T1")
    await fake.slash("/paperboy", f"like {KNOWN}", team="T1")
    await fake.idle()
    people = both.services.people
    assert [saved.paper.id for saved in await people.kept("slack:T1:U1")] == [KNOWN]
    assert (await people.marks("slack:T1:U1", KNOWN)).vote == 1
    assert await people.kept("slack:T2:U1") == []
    assert (await people.marks("slack:T2:U1", KNOWN)).vote == 0
    for team in TEAMS:
        await fake.slash("/later", team=team)
        await fake.idle()
    assert KNOWN_TITLE in fake.whispers("U1", "T1")[-1].plain
    assert KNOWN_TITLE not in fake.whispers("U1", "T2")[-1].plain


async def test_settings_and_subscriptions_are_of_one_workspace(both, fake):
    for line in ("subscribe", "lang zh", "items 3", "time 6:30 Tokyo"):
        await fake.slash("/paperboy", line, team="T1")
        await fake.idle()
    await fake.slash("/paperboy", "settings", team="T2")
    await fake.idle()
    one, other = [await both.services.people.chat(f"slack:{team}:C1") for team in TEAMS]
    assert (one.subscribed, one.language, one.items, one.zone) == (True, "zh", 3, "Asia/Tokyo")
    assert (other.subscribed, other.language, other.items, other.zone) == (False, "en", 5, "UTC")
    await both.tomorrow()
    assert [len(fake.messages("C1", team)) for team in TEAMS] == [1, 0]


async def test_home_tabs_and_modals_are_of_one_workspace(both, fake):
    for team in TEAMS:
        await fake.open_home("U1", team=team)
        await fake.idle()
    english, chinese = [fake.home("U1", team) for team in TEAMS]
    assert "Asia/Shanghai" in english.plain
    assert "Europe/Berlin" in chinese.plain
    paper = next(value for action, value in offered(chinese) if action == "save")
    unchanged = english.plain
    await fake.press(chinese, offered(chinese)["save", paper])
    await fake.idle()
    await fake.press(fake.home("U1", "T2"), offered(fake.home("U1", "T2"))["card", paper])
    await fake.idle()
    assert ("done", paper) in offered(fake.home("U1", "T2"))
    assert fake.home("U1", "T1").plain == unchanged
    assert (len(fake.modals("U1", "T1")), len(fake.modals("U1", "T2"))) == (0, 1)
    assert await both.services.people.kept("slack:T1:U1") == []


async def test_answers_and_pushes_go_where_they_belong_with_their_own_token(both, fake):
    await subscribed(both)
    for team in TEAMS:
        await fake.mention(f"paper {KNOWN}", team=team)
        await fake.say("U1", "must", team=team)
        await fake.idle()
    await both.tomorrow()
    for team in TEAMS:
        assert len(fake.messages("U1", team)) == 1
        assert len([m for m in fake.messages("C1", team) if not m.thread]) == 2
    assert len({call.token for call in fake.sent("chat.postMessage")}) == 2
    assert fake.refusals == []


async def test_one_person_at_work_does_not_hold_up_the_namesake_of_another_workspace(both, fake):
    deliveries = await asyncio.gather(*(fake.say("U1", "search agent", team=team) for team in TEAMS for _ in range(3)))
    assert all(delivery.acked for delivery in deliveries)
    await fake.idle()
    assert [len(fake.messages("U1", team)) for team in TEAMS] == [3, 3]


async def test_a_workspace_that_did_not_install_is_answered_nothing(both, fake):
    fake.team("T3", "xoxb-3")
    fake.channel("C1", "T3", members=("U1",))
    await fake.slash("/paper", KNOWN, team="T3")
    await fake.mention("must", team="T3")
    await fake.idle()
    assert fake.messages("C1", "T3") == []
    assert [call for call in fake.calls if call.token == "xoxb-3"] == []
    assert await both.services.people.chat("slack:T3:U1") is None


# -- tokens -----------------------------------------------------------------------------------------------------------


async def test_a_push_that_nobody_triggered_renews_the_token_of_its_workspace(office, fake):
    fake.world.rotation = True
    for team in TEAMS:
        await office.install(team)
    await subscribed(office)
    before = {call.token for call in fake.calls} | set(fake.world.tokens)
    fake.world.skip(50_000)  # for Slack the night is over
    fake.expire_tokens("T1")
    fake.expire_tokens("T2")
    await expire(office, *TEAMS)
    await office.tomorrow()
    assert [len(fake.messages("C1", team)) for team in TEAMS] == [2, 2]
    renewed = [call.arguments["grant_type"] for call in fake.sent("oauth.v2.access")]
    assert renewed == ["refresh_token"] * 2
    assert not {call.token for call in fake.sent("chat.postMessage")} & before
    assert fake.refusals == []


async def expire(office: Office, *teams: str) -> None:
    """Let what is stored of workspaces say that their tokens have run out, as after a night."""
    key = office.services.settings.slack_encryption_key
    assert key
    known = Installations(office.services.store, key.get_secret_value())
    for team in teams:
        workspace = await known.workspace(team)
        assert workspace
        await known.save(workspace.model_copy(update={"expires": 1}))


@pytest.mark.parametrize("how", ["uninstall", "revoke"])
async def test_a_workspace_that_removes_the_app_is_silent_until_it_is_back(both, fake, how):
    await subscribed(both)
    await getattr(fake, how)("T1")
    await fake.idle()
    fake.calls.clear()
    for _ in range(3):
        await both.tomorrow()
    assert await both.stopped("T1") == UNINSTALLED
    assert await both.stopped("T2") is None
    assert {call.token for call in fake.calls} == {fake.world.token_of("T2").value}
    assert [len(fake.messages("C1", team)) for team in TEAMS] == [1, 4]
    await both.install("T1")
    assert await both.stopped("T1") is None
    await both.tomorrow()
    assert [len(fake.messages("C1", team)) for team in TEAMS] == [2, 5]
    await fake.mention("must", team="T1")
    await fake.idle()
    assert len(fake.messages("C1", "T1")) == 3


async def test_a_token_revoked_in_silence_is_found_out_by_the_push_and_tried_once(both, fake):
    await subscribed(both)
    fake.world.revoke("T1")
    for _ in range(3):
        await both.tomorrow()
    assert await both.stopped("T1") == UNINSTALLED
    assert fake.refusals == [("chat.postMessage", "token_revoked"), ("auth.test", "token_revoked")]
    await both.install("T1")
    await both.tomorrow()
    assert [len(fake.messages("C1", team)) for team in TEAMS] == [2, 5]


async def test_news_of_an_old_token_does_not_undo_a_new_installation(both, fake):
    """The events of an uninstallation may come after the app was installed again."""
    fake.world.revoke("T1")
    await both.install("T1")
    await fake.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [fake.team("T1").bot_user]}})
    await fake.event({"type": "app_uninstalled"})
    await fake.idle()
    await fake.slash("/paper", KNOWN)
    await fake.mention("must")
    await fake.idle()
    assert len(fake.messages("C1", "T1")) == 1


async def test_installations_outlast_the_program(settings, fake, key):
    async with opened(settings, fake, key) as office:
        for team in TEAMS:
            await office.install(team)
        await subscribed(office)
    async with opened(settings, fake, key) as office:
        await office.tomorrow()
        await fake.mention("must", team="T2")
        await fake.idle()
        assert [len(fake.messages("C1", team)) for team in TEAMS] == [2, 3]


async def test_with_another_key_nobody_is_installed_and_nothing_breaks(settings, fake, key, caplog):
    async with opened(settings, fake, key) as office:
        await office.install("T1")
    async with opened(settings, fake, Fernet.generate_key().decode()) as office:
        fake.calls.clear()
        await fake.slash("/paper", KNOWN)
        await fake.idle()
        assert [call.method for call in fake.calls if call.method != "apps.connections.open"] == []
        assert "SLACK_ENCRYPTION_KEY" in caplog.text
        await office.install("T1")
        await fake.slash("/paper", KNOWN)
        await fake.idle()
        assert KNOWN_TITLE in fake.whispers("U1")[-1].plain
