"""Small questions to Telegram and Slack that tell whether a token works; used by `paperboy check` and `init`."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

Why = Literal["unreachable", "timeout", "wrong_token", "refused", "strange"]


class ProbeError(Exception):
    """A service could not be used: why, and in the service's own words, at most 200 characters, what it said.

    Neither holds a token. Every reason has a sentence in each locale.
    """

    def __init__(self, why: Why, said: str = "") -> None:
        self.why, self.said = why, said[:200]
        super().__init__(f"{why}: {self.said}")


class Watch:
    """Compares the clock of this machine with those of the sites that answer.

    https://www.rfc-editor.org/rfc/rfc9110#name-date
    """

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self.offsets: dict[str, dt.timedelta] = {}  # host -> how far this machine is ahead of it

    async def heard(self, response: httpx.Response) -> None:
        """Note what time a site has; an event hook of httpx."""
        try:
            date = email.utils.parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        if date.tzinfo:
            self.offsets[response.request.url.netloc.decode()] = self._clock() - date


@dataclass(frozen=True)
class SlackBot:
    """Whose a Slack token is: workspace and its id, the bot's name, and its scopes, None where Slack is silent."""

    team: str
    team_id: str
    name: str
    scopes: frozenset[str] | None


async def telegram(client: httpx.AsyncClient, url: str, token: str, method: str, **parameters: Any) -> Any:
    """Return the result of a method of the Bot API at `url`. Raises ProbeError."""
    answer = await _asked(client, f"{url}/bot{token}/{method}", parameters, {})
    found = _json(answer)
    if found.get("ok") is True:
        return found.get("result")
    if answer.status_code in (401, 404):  # of a token that has no known form, 404
        raise ProbeError("wrong_token", _text(found, "description"))
    raise ProbeError("refused", _text(found, "description"))


async def slack_bot(client: httpx.AsyncClient, url: str, token: str) -> SlackBot:
    """Return whose a bot token is. https://docs.slack.dev/reference/methods/auth.test . Raises ProbeError."""
    found, headers = await _slack(client, url, token, "auth.test")
    scopes = headers.get("x-oauth-scopes")
    return SlackBot(
        team=_text(found, "team"),
        team_id=_text(found, "team_id"),
        name=_text(found, "user"),
        scopes=frozenset(scopes.replace(" ", "").split(",")) if scopes is not None else None,
    )


async def slack_socket(client: httpx.AsyncClient, url: str, token: str) -> None:
    """Ask whether an app-level token may open a connection; opens none, since events would come there.

    https://docs.slack.dev/reference/methods/apps.connections.open . Raises ProbeError.
    """
    await _slack(client, url, token, "apps.connections.open")


async def _slack(
    client: httpx.AsyncClient, url: str, token: str, method: str
) -> tuple[dict[str, Any], Mapping[str, str]]:
    answer = await _asked(client, f"{url}/api/{method}", {}, {"Authorization": f"Bearer {token}"})
    found = _json(answer)
    if found.get("ok") is True:
        return found, answer.headers
    said = _text(found, "error")
    wrong = said in ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive")
    raise ProbeError("wrong_token" if wrong else "refused", said)


async def _asked(
    client: httpx.AsyncClient, url: str, parameters: dict[str, Any], headers: dict[str, str]
) -> httpx.Response:
    failure: ProbeError
    try:
        return await client.post(url, data=parameters, headers=headers)
    except httpx.TimeoutException:
        failure = ProbeError("timeout")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        failure = ProbeError("unreachable", type(error).__name__)
    raise failure  # outside of `except`: the library's error holds the address, and a token may be in it


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProbeError("strange", f"HTTP {answer.status_code}")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    return "".join(char for char in str(found.get(name) or "") if char.isprintable())[:200]
