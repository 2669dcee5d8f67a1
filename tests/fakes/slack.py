"""A strict Slack on loopback: what Slack refuses it refuses, in its words, and it remembers everything.

async with FakeSlack() as fake:
    client = AsyncWebClient(fake.token, base_url=f"{fake.url}/api/")
    fake.user("U1"), fake.channel("C1", members=("U1",))
    await fake.slash("/paper", "2604.26904")       # over Socket Mode, or over HTTP once fake.events_url is set
    whisper = await fake.next_whisper("U1")
    await fake.press(whisper, "Save")
    await fake.idle()
assert not fake.refusals
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack_admin import Admin, News
from tests.fakes.slack_delivery import Deliveries, Delivery, NotAckedError
from tests.fakes.slack_faults import Fault, Script
from tests.fakes.slack_interactions import TEAM, Acts
from tests.fakes.slack_response import Responses
from tests.fakes.slack_routes import Call, Routes
from tests.fakes.slack_things import Channel, File, Message, Team, User, View
from tests.fakes.slack_world import World
from tests.patience import PATIENCE

__all__ = ["Call", "Delivery", "FakeSlack", "Message", "NotAckedError", "View"]

_SETTLED = 0.05  # seconds without a call after which nobody is thought to be at work


@dataclass
class FakeSlack(Routes, Acts, Admin):
    """The server, what tests do to it (see also Acts and Admin) and what it saw.

    `enforce_limits` answers 429 to calls that come too fast; see slack_limits for the pace. `refusals` lists every
    refusal that was not scripted with `fail`; answers to response_url and uploads are there as "response_url" and
    "upload", what the app said over Socket Mode without need as "socket". `consenting` is who agrees on the OAuth page.
    """

    enforce_limits: bool = False
    token: str = "xoxb-1-fake-token-of-the-bot"
    app_token: str = "xapp-1-A1-fake-token-of-the-app"
    signing_secret: str = "fake-signing-secret"
    client_id: str = "111.222"
    client_secret: str = "fake-client-secret"
    consenting: tuple[str, str] | None = (TEAM, "U1")
    calls: list[Call] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.client_id, self.client_secret)
        self.world.limits.lifted = not self.enforce_limits
        self.world.app(self.app_token)
        self.world.team(TEAM, self.token)
        self.deliveries = Deliveries(self.world, self.signing_secret, self.refusals)
        self.responses = Responses(self.world)
        self.news: set[News] = set()
        self.script, self.closing, self.busy = Script(), asyncio.Event(), 0
        self._seen: defaultdict[tuple[str, str], str] = defaultdict(str)
        self._seen_views: set[str] = set()

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.closing.set()
        for task in list(self.news):
            task.cancel()
        await self.deliveries.close()
        await self._runner.cleanup()
        assert kind or not self.script.unused(), f"faults nobody met: {self.script.unused()}"

    @property
    def events_url(self) -> str:
        """Where payloads are posted; empty means Socket Mode."""
        return self.deliveries.events_url

    @events_url.setter
    def events_url(self, url: str) -> None:
        self.deliveries.events_url = url

    def team(self, team: str, token: str | None = None) -> Team:
        return self.world.team(team, token)

    def user(self, user: str, team: str = TEAM, **more: Any) -> User:
        return self.world.user(user, team, **more)

    def channel(
        self, channel: str, team: str = TEAM, *, members: tuple[str, ...] = (), bot: bool = True, **more: Any
    ) -> Channel:
        """Return a conversation, made on first use with its people; `bot` tells whether the bot is in it."""
        for person in members:
            self.user(person, team)
        inside = {*members, self.world.team(team).bot_user} if bot else set(members)
        return self.world.channel(channel, team, members=inside, **more)

    def fail(self, method: str, error: str, times: float = 1, **headers: str | float) -> None:
        """Answer the next calls of a method with an error; `retry_after=1` becomes the header, "ratelimited" is a 429.

        "timeout" never answers, "reset" tears the connection before anything is done, "lost" after it is done. The
        methods "response_url" and "upload" are the other addresses. `math.inf` times lasts until `mend`; a lesser
        number that is not used up fails the test on leaving.
        """
        named = {name.replace("_", "-").title(): str(value) for name, value in headers.items()}
        self.script.add(method, Fault(error, 429 if error == "ratelimited" else 200, named, times))

    def fail_http(self, method: str, status: int, times: float = 1) -> None:
        """Answer the next calls of a method with a page that is no JSON."""
        self.script.add(method, Fault(status=status, times=times))

    def mend(self) -> None:
        """Nothing fails any more."""
        self.script.clear()

    def sent(self, method: str) -> list[Call]:
        """Return the calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    def messages(self, channel: str, team: str = TEAM) -> list[Message]:
        """Return the bot's messages in a conversation as they are now, oldest first; deleted ones are gone."""
        bot = self.world.team(team).bot_user
        return [m for m in self.room(channel, team).messages.values() if m.user == bot and not m.deleted]

    def whispers(self, user: str, team: str = TEAM) -> list[Message]:
        """Return the ephemeral messages a person sees now, oldest first."""
        return [message for message in self.world.whispers.get((team, user), []) if not message.deleted]

    def home(self, user: str, team: str = TEAM) -> View | None:
        return self.world.homes.get((team, user))

    def modals(self, user: str, team: str = TEAM) -> list[View]:
        """Return the open modals of a person, the shown one last."""
        return list(self.world.modals.get((team, user), []))

    @property
    def unfurls(self) -> list[dict[str, Any]]:
        return self.world.unfurls

    @property
    def files(self) -> list[File]:
        """The uploads that were shared, in order."""
        return [file for file in self.world.files.values() if file.shared]

    async def next_message(self, channel: str, team: str = TEAM) -> Message:
        """Return the bot's next message in a conversation, in order, each one once; waits for it."""
        return await self._next(("message", f"{team} {channel}"), lambda: self.messages(channel, team))

    async def next_whisper(self, user: str, team: str = TEAM) -> Message:
        """Return the next ephemeral message a person got, in order, each one once; waits for it."""
        return await self._next(("whisper", f"{team} {user}"), lambda: self.whispers(user, team))

    async def _next(self, key: tuple[str, str], found: Callable[[], list[Message]]) -> Message:
        await self.until(lambda: found()[-1:] and found()[-1].ts > self._seen[key], f"the next {' in '.join(key)}")
        message = next(message for message in found() if message.ts > self._seen[key])
        self._seen[key] = message.ts
        return message

    async def next_view(self, user: str, team: str = TEAM) -> View:
        """Return a view of a person that is new, or new in content, since it was last returned; waits for it."""

        def fresh() -> list[View]:
            home = self.home(user, team)
            return [v for v in [*([home] if home else []), *self.modals(user, team)] if v.hash not in self._seen_views]

        await self.until(fresh, f"a view for {user}")
        view = fresh()[0]
        self._seen_views.add(view.hash)
        return view

    async def edited(self, message: Message, times: int = 1) -> Message:
        """Return a message once the bot has changed it this often in all."""
        await self.until(lambda: message.edits >= times, f"{times} edits of message {message.ts}")
        return message

    async def connected(self, connections: int = 1) -> None:
        """Return when the app holds this many Socket Mode connections."""
        await self.until(lambda: len(self.deliveries.socket.open()) >= connections, f"{connections} connections")

    async def refresh_connection(self) -> None:
        """Tell the app to replace its Socket Mode connections, as Slack does every few hours. Waits for a new one."""
        await self.deliveries.socket.refresh()

    async def until(self, true: Callable[[], Any], what: str = "it", seconds: float = PATIENCE) -> None:
        """Return when `true()` is; it is asked again after every call and every act. Fails after `seconds`."""
        if not await self.world.until(true, seconds):
            latest = [f"{call.method} {call.error}".strip() for call in self.calls[-5:]]
            raise AssertionError(f"waited {seconds} s for {what}; the last calls were {latest}")

    async def idle(self) -> None:
        """Return when nothing is in flight: no call, no delivery, no listener of bolt at work in this loop, and a
        moment without a new call has passed (the app may have started something in the background).
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.until(lambda: not (self.busy or self.deliveries.open or self.news), "quiet")
                if listeners := _listeners():
                    await asyncio.wait(listeners)
                    continue
                seen = len(self.calls), len(self.deliveries.sent)
                if not await self.world.until(lambda: (len(self.calls), len(self.deliveries.sent)) != seen, _SETTLED):  # noqa: B023
                    return


def _listeners() -> list[asyncio.Task[Any]]:
    """Return the tasks in which bolt runs listeners after they acknowledged."""
    return [task for task in asyncio.all_tasks() if "run_ack_function_asynchronously" in repr(task.get_coro())]
