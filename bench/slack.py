"""What a post to Slack costs, and how soon Slack hears that its events came: our side beside the bare libraries.

Posts per second and milliseconds of CPU time a post: our send path (a push rendered and sent through our sender, limits
lifted) against slack_sdk's client alone, with the same blocks made before. Then 200 slash commands and presses, each
of somebody the bot has never heard of, at once over Socket Mode: the time until each is acknowledged (Slack shows an
error after three seconds), and until the last answer; beside them the shortest app bolt allows. Each side has a process
and a Redis of its own; rounds alternate. Posts per second are the best round's, other figures medians.

    python bench/slack.py [--rounds 5] [--messages 500] [--interactions 200] [--json]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

sys.path.pop(0)  # in this folder, `slack` is this file
sys.path.insert(0, str(Path(__file__).parent / "shared"))

import aiohttp
from measuring import AT_ONCE, Send, Sent, cost_of_sending, figure, parser, sample_services, server, show
from peers import SLACK_TOKEN, Sending, new_session, slack_client
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.limits import Limit
from bot.slack_install import OneWorkspace
from bot.slack_limits import Limits
from bot.slack_send import Sender, web_client
from bot.slack_serve import SlackSurface
from bot.slack_updates import Place
from formatting import notes, press, screens
from formatting.document import Document
from formatting.slack import parameters, render, text
from sources.sample_site import SAMPLE_DATE

APP_TOKEN = "xapp-nobody"  # noqa: S105  (it opens nothing)
TARGET_RATE = 0.8  # of the bare client's
TARGET_ACK_MS = 500.0
TIME_LIMIT = 60.0  # seconds that a burst may take

Answering = Callable[[str], AbstractAsyncContextManager[None]]
Delivery = tuple[str, dict[str, Any]]


# -- who sends --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def bare_client(url: str) -> AsyncIterator[AsyncWebClient]:
    """Yield slack_sdk's client as it is, on one session."""
    async with new_session() as session:
        yield AsyncWebClient(SLACK_TOKEN, base_url=f"{url}/api/", session=session, retry_handlers=[])


@asynccontextmanager
async def ours(url: str, push: Document) -> AsyncIterator[Send]:
    """Send as the bot does, as fast as it can."""
    async with new_session() as session:
        client = web_client(url, session)
        workspace = OneWorkspace(client, SLACK_TOKEN)
        await workspace.connect()
        sender = Sender(client, workspace, Limits(channel=Limit(1, 0), workspace=Limit(AT_ONCE, 0)))
        yield lambda chat: sender.push(Place("T1", f"C{chat}"), push, SAMPLE_DATE)


SENDERS: dict[str, Sending] = {"ours": ours, "bare": slack_client}


async def measure_sending(who: str, url: str, push: Document, messages: int) -> Sent:
    """Send so many messages, each to another channel."""
    async with SENDERS[who](url, push) as send:
        return await cost_of_sending(send, messages)


# -- who acknowledges and answers -------------------------------------------------------------------------------------


@asynccontextmanager
async def paperboy(url: str) -> AsyncIterator[None]:
    """Run Slack as it is served, limits and all, with the packaged edition stored."""
    environment = {"SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": url}
    async with sample_services(**environment) as services:
        await services.brief(SAMPLE_DATE, "en", services.profile)
        serving = asyncio.create_task(SlackSurface(services).serve(_alone))
        yield
        serving.cancel()
        await asyncio.wait([serving])


@asynccontextmanager
async def _alone(_courier: object) -> AsyncIterator[None]:
    """Nobody has pushes here."""
    yield


@asynccontextmanager
async def echo(url: str) -> AsyncIterator[None]:
    """Run the shortest app that acknowledges and answers."""

    async def handle(ack: Any, respond: Any) -> None:
        await ack()
        await respond("echo")

    async with bare_client(url) as client:
        app = AsyncApp(client=client)
        app.command("/paper")(handle)
        app.action({"type": "block_actions", "action_id": "paperboy.1"})(handle)
        handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=client)
        await handler.connect_async()
        yield
        await handler.close_async()


ANSWERERS: dict[str, Answering] = {"ours": paperboy, "bare": echo}


class Answered(NamedTuple):
    """Milliseconds: until each acknowledgement, and until the last answer."""

    acks: list[float]
    answers: float


async def measure_answering(who: str, url: str, deliveries: list[Delivery]) -> Answered:
    """Deliver everything at once, after one that is not counted."""
    async with ANSWERERS[who](url), aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIME_LIMIT)) as session:

        async def measured(some: list[Delivery]) -> Answered:
            asked = {"deliveries": some, "working": text(notes.working("en"))}
            async with session.post(f"{url}/measure/", json=asked) as answer:
                took = await answer.json()
            return Answered([1000 * ack for ack in took["acks"]], 1000 * max(took["answers"]))

        await measured(deliveries[:1])
        return await measured(deliveries[1:])


def interactions(push: Document, papers: list[str], how_many: int) -> list[Delivery]:
    """Return slash commands and presses in turn, each of another person."""
    message = {"type": "message", "ts": "1.2", "user": "U0BOT", **parameters(render(push, date=SAMPLE_DATE))}
    kinds = (partial(_press, message), _slash)
    return [kinds[n % 2](f"U{n}", papers[n % len(papers)]) for n in range(how_many)]


def _slash(person: str, paper: str) -> Delivery:
    names = {"channel_name": "papers", "user_name": "reader", "team_domain": "bench"}
    ids = {"team_id": "T1", "channel_id": "C1", "user_id": person, "api_app_id": "A1", "trigger_id": "1.2"}
    return "slash_commands", {"token": "none", "command": "/paper", "text": paper, **ids, **names}


def _press(message: dict[str, Any], person: str, paper: str) -> Delivery:
    """Return a press under the push in a channel, which comes with the whole message."""
    value = press.pack("card", paper, SAMPLE_DATE)
    action = {"type": "button", "block_id": "b", "action_id": "paperboy.1", "value": value, "action_ts": "1.2"}
    return "interactive", {
        "type": "block_actions",
        "user": {"id": person, "username": "reader", "team_id": "T1"},
        "team": {"id": "T1", "domain": "bench"},
        "api_app_id": "A1",
        "channel": {"id": "C1", "name": "papers"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": False},
        "message": message,
        "state": {"values": {}},
        "actions": [action],
    }


# -- the measurement --------------------------------------------------------------------------------------------------


async def sample(at_once: int) -> tuple[Document, list[Delivery]]:
    """Return the push of the packaged edition, and what is asked about it."""
    async with sample_services() as services:
        brief = await services.brief(SAMPLE_DATE, "en", services.profile)
    push = screens.push(brief)
    return push, interactions(push, [item.paper.id for item in brief.items], at_once + 1)


def measure(rounds: int, messages: int, at_once: int) -> dict[str, Any]:
    """Return the figures of all rounds."""
    push, deliveries = asyncio.run(sample(at_once))
    sent: dict[str, list[Sent]] = {who: [] for who in SENDERS}
    answered: dict[str, list[Answered]] = {who: [] for who in ANSWERERS}
    with server("slack_api.py") as url, ExitStack() as stack:
        own = {who: stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"))) for who in SENDERS}
        for _ in range(rounds):
            for who, process in own.items():
                sent[who].append(process.submit(run, measure_sending, who, url, push, messages).result())
        for _ in range(rounds):
            for who, process in own.items():
                answered[who].append(process.submit(run, measure_answering, who, url, deliveries).result())
    return report(sent, answered)


def run(measured: Callable[..., Any], *arguments: Any) -> Any:
    """Run a coroutine function in this process."""
    return asyncio.run(measured(*arguments))


def report(sent: dict[str, list[Sent]], answered: dict[str, list[Answered]]) -> dict[str, Any]:
    """Return figure name -> value, target, ok, peers."""
    best = {who: max(one.per_second for one in rounds) for who, rounds in sent.items()}
    usual = {who: statistics.median(one.per_second for one in rounds) for who, rounds in sent.items()}
    cpu = {who: statistics.median(one.cpu_ms for one in rounds) for who, rounds in sent.items()}
    p50, p99 = (
        {who: statistics.median(statistics.quantiles(r.acks, n=100)[n] for r in runs) for who, runs in answered.items()}
        for n in (49, 98)
    )
    last = {who: statistics.median(one.answers for one in runs) for who, runs in answered.items()}
    return {
        "posts/s": figure(best, TARGET_RATE * best["bare"], floor=True),
        "posts/s, median": figure(usual),
        "cpu ms per post": figure(cpu),
        "ack p50 ms": figure(p50),
        "ack p99 ms": figure(p99, TARGET_ACK_MS),
        "last answer ms": figure(last),
    }


def main() -> int:
    """Print the figures; the exit status tells whether every target is met."""
    options = parser(__doc__)
    options.add_argument("--interactions", type=int, default=200, help="at once, a round and application")
    chosen = options.parse_args()
    figures = measure(chosen.rounds, chosen.messages, chosen.interactions)
    return show(figures, ("bare",), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
