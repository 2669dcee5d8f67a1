"""Garbage on the HTTP server, with the right secrets and without: it stays up and small, strangers change nothing."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from bot.telegram_webhook import SECRET_HEADER
from tests.bot.fuzzing import CONTENT_TYPES, request, spoiled
from tests.bot.fuzzing_seeds import EVENTS, FORMS, RESPONSE_URL, UPDATES
from tests.bot.http_surface import EVENTS_PATH, HOOK, SECRET, log, surface, unused_port
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_http import signature

__all__ = ["log", "surface", "unused_port"]  # the fixtures

# slack_sdk 3.47 hands aiohttp the app's id and secret in a way that aiohttp 4 will not take.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BODIES = 100_000 if os.environ.get("PAPERBOY_SOAK") else 10_000
WARM = 600  # bodies until everything is loaded and cached


def bodies(seed: int, count: int, slack: FakeSlack, *, authentic: bool) -> Iterator[bytes]:
    """Yield requests with spoiled bodies for both chats; `authentic` tells whether they carry the right secrets."""
    rng = random.Random(seed)  # noqa: S311 - the same ones each time
    for number in range(seed * BODIES, seed * BODIES + count):
        kind = rng.choice(CONTENT_TYPES) if rng.random() < 0.1 else ""
        if number % 2:
            update = {**rng.choice(UPDATES), "update_id": number}
            secret = SECRET if authentic else rng.choice(("", SECRET[:-1], SECRET.upper(), "x" * 4000, "é"))
            headers = {SECRET_HEADER: secret, "Content-Type": kind or "application/json"}
            yield request(HOOK, spoiled(rng, update, as_form=False), **headers)
        else:
            as_form = rng.random() < 0.5
            event = rng.choice(FORMS if as_form else EVENTS)
            event = {**event, "event_id": f"Ev{number}"} if "event_id" in event else event
            body = answerable(spoiled(rng, event, as_form=as_form), slack)
            forgery = None if authentic else rng.choice(("wrong", "stale", "missing"))
            sort = kind or ("application/x-www-form-urlencoded" if as_form else "application/json")
            yield request(EVENTS_PATH, body, Content_Type=sort, **signature(slack.signing_secret, body, forgery))


def answerable(body: bytes, slack: FakeSlack) -> bytes:
    """Put in the response_url that a payload came with: what is left of one is none, not one where nobody answers."""
    url = slack.responses.issue(slack.room("C1"), "U1")
    return body.replace(RESPONSE_URL.encode(), quote(url, safe="").encode())


async def test_forged_garbage_is_refused_and_changes_nothing(surface, log):
    await surface.asked(bodies(1, WARM, surface.slack, authentic=False))
    blocks, before, said = surface.blocks(), await surface.effects(), log.levels.copy()
    statuses = await surface.asked(bodies(2, BODIES // 2, surface.slack, authentic=False))
    assert statuses.keys() <= {400, 401, 403}, statuses
    assert statuses.total() == BODIES // 2
    assert await surface.effects() == before
    assert log.levels == said
    assert surface.blocks() - blocks < BODIES // 2  # not one small object a request
    await surface.is_well()


async def test_garbage_with_the_right_secrets_ends_nothing_and_leaves_nothing(surface):
    await surface.asked(bodies(3, 4 * WARM, surface.slack, authentic=True))
    await surface.slack.idle()
    blocks = surface.blocks()
    statuses = await surface.asked(bodies(4, BODIES // 2, surface.slack, authentic=True))
    await surface.slack.idle()
    assert statuses.keys() <= {200, 400, 401, 404}, statuses
    assert min(statuses[200], statuses[400]) > BODIES // 8
    assert surface.blocks() - blocks < BODIES // 2
    await surface.is_well()
