"""How events and interactions reach the app: over Socket Mode, or signed over HTTP when `events_url` is set.

https://docs.slack.dev/apis/events-api ; https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.fakes.slack_http import HttpCarrier
from tests.fakes.slack_socket import SocketCarrier
from tests.fakes.slack_world import World

Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass
class Delivery:
    """One payload and how it was acknowledged: after `seconds`, with `body` (None, text, or what JSON held)."""

    kind: Kind
    payload: dict[str, Any]
    attempt: int = 0
    reason: str = ""
    seconds: float = 0
    body: Any = None
    acked: bool = False


class Carrier(Protocol):
    """Takes a payload to the app and returns the body of the acknowledgement.

    Raises TimeoutError when none comes in time, ConnectionError with the reason when the app refuses.
    """

    async def carry(self, delivery: Any, within: float) -> Any: ...


class NotAckedError(AssertionError):
    """The app did not acknowledge in time; the person sees "operation_timeout". `delivery` can be delivered again."""

    def __init__(self, delivery: Delivery, why: str) -> None:
        what = delivery.payload.get("command") or delivery.payload.get("event", delivery.payload).get("type")
        super().__init__(f"{what} was not acknowledged: {why}")
        self.delivery = delivery


@dataclass
class Deliveries:
    """Everything on its way to the app. `ack_within` is Slack's patience in seconds."""

    world: World
    signing_secret: str
    refusals: list[tuple[str, str]]
    events_url: str = ""
    ack_within: float = 3.0
    sent: list[Delivery] = field(default_factory=list)
    open: int = 0

    def __post_init__(self) -> None:
        self.socket = SocketCarrier(self.world, self.refusals)
        self.http = HttpCarrier(self.signing_secret)

    @property
    def listening(self) -> bool:
        """Whether anybody takes what is delivered."""
        return bool(self.events_url) or self.socket.connected

    async def deliver(self, payload: dict[str, Any], attempt: int = 0, reason: str = "") -> Delivery:
        """Take a payload to the app and wait for its acknowledgement. Raises NotAckedError."""
        delivery = Delivery(kind_of(payload), payload, attempt, reason)
        self.sent.append(delivery)
        self.open += 1
        try:
            await self._carry(delivery)
        finally:
            self.open -= 1
            self.world.changed()
        return delivery

    async def _carry(self, delivery: Delivery) -> None:
        self.http.url = self.events_url
        carrier: Carrier = self.http if self.events_url else self.socket
        begun = time.monotonic()
        try:
            delivery.body = await carrier.carry(delivery, self.ack_within)
        except (TimeoutError, ConnectionError) as error:
            raise NotAckedError(delivery, str(error) or "operation_timeout") from None
        delivery.seconds, delivery.acked = time.monotonic() - begun, True

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Deliver an event again, as Slack does when it saw no acknowledgement; nothing else is ever repeated."""
        assert delivery.kind == "events_api", "Slack repeats events only"
        assert delivery.attempt < 3, "Slack gives up after three retries"
        return await self.deliver(
            delivery.payload, delivery.attempt + 1, "http_timeout" if self.events_url else "timeout"
        )

    async def close(self) -> None:
        await self.http.close()
        await self.socket.close()


def kind_of(payload: dict[str, Any]) -> Kind:
    """Return how an envelope calls this kind of payload."""
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload.get("type") in {"event_callback", "url_verification"} else "interactive"
