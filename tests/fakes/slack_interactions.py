"""What people do in the fake Slack: type, press, fill in forms, share links. Each waits for the acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes import slack_forms, slack_payloads
from tests.fakes.slack_delivery import Deliveries, Delivery
from tests.fakes.slack_errors import SlackRefusal
from tests.fakes.slack_http import Forgery
from tests.fakes.slack_response import Responses
from tests.fakes.slack_things import Channel, Message, User, View
from tests.fakes.slack_world import World

TEAM = "T1"


class Acts:
    """The side of FakeSlack that tests drive. People and conversations are named by their ids.

    All acts raise NotAckedError when the app does not acknowledge within three seconds.
    """

    world: World
    deliveries: Deliveries
    responses: Responses
    refusals: list[tuple[str, str]]

    def room(self, channel: str, team: str = TEAM) -> Channel:
        """Return a conversation; a person's id means the direct messages with them."""
        if channel.startswith(("U", "W")):
            return self.world.dm(team, self._person(channel, team).id)
        assert (team, channel) in self.world.channels, f"there is no {channel} in {team}"
        return self.world.channels[team, channel]

    def _person(self, user: str, team: str) -> User:
        assert (team, user) in self.world.users, f"there is no {user} in {team}"
        return self.world.users[team, user]

    async def deliver(self, payload: dict[str, Any]) -> Delivery:
        """Deliver any payload as it is."""
        return await self.deliveries.deliver(payload)

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Deliver an event again, as after an acknowledgement that was late or lost."""
        return await self.deliveries.redeliver(delivery)

    async def event(self, event: Mapping[str, Any], team: str = TEAM) -> Delivery:
        """Deliver an event; its wrapping is added."""
        return await self.deliver(slack_payloads.event_callback(self.world, team, dict(event)))

    async def forge(self, payload: dict[str, Any], forgery: Forgery) -> int:
        """Post a payload whose signature is wrong, stale or missing; returns the HTTP status."""
        http = self.deliveries.http
        http.url = self.deliveries.events_url
        return (await http.post(payload, self.deliveries.ack_within, {}, forgery))[0]

    async def verify_url(self) -> Any:
        """Do what Slack does when an events URL is entered; returns what came back for the challenge "fake"."""
        return (
            await self.deliver({"token": "verification_token", "challenge": "fake", "type": "url_verification"})
        ).body

    async def slash(
        self, command: str, text: str = "", user: str = "U1", channel: str = "C1", team: str = TEAM
    ) -> Delivery:
        """Type a slash command. What the acknowledgement says is shown, as an answer to response_url would be."""
        room, person = self.room(channel, team), self._person(user, team)
        url = self.responses.issue(room, user)
        delivery = await self.deliver(slack_payloads.slash(self.world, command, text, person, room, url))
        if delivery.body:
            body = {"text": delivery.body} if isinstance(delivery.body, str) else delivery.body
            self._show(url, body)
        return delivery

    def _show(self, url: str, body: Any) -> None:
        try:
            self.responses.show(self.responses.addresses[url.removeprefix(self.world.url)], body)
        except SlackRefusal as refusal:
            self.refusals.append(("slash", refusal.error))

    async def mention(
        self, text: str, user: str = "U1", channel: str = "C1", thread: str | None = None, team: str = TEAM
    ) -> Delivery:
        """Write to the bot in a channel it is in."""
        room, bot = self.room(channel, team), self.world.team(team).bot_user
        assert bot in room.members, f"the bot is not in {channel}"
        message = self.write(user, f"<@{bot}> {text}", channel, thread, team)
        return await self.event(slack_payloads.written(message, "app_mention"), team)

    async def say(self, user: str, text: str, thread: str | None = None, team: str = TEAM) -> Delivery:
        """Write a direct message to the bot."""
        message = self.write(user, text, user, thread, team)
        return await self.event(slack_payloads.written(message, channel_type="im"), team)

    def write(self, user: str, text: str, channel: str = "C1", thread: str | None = None, team: str = TEAM) -> Message:
        """Add a person's message to a conversation, and return it; the app is told nothing."""
        shown, blocks = slack_payloads.typed(text)
        room = self.room(channel, team)
        return self.world.post(room, self._person(user, team).id, shown, blocks, thread=thread)

    async def press(self, where: Message | View, wanted: str, user: str = "U1") -> Delivery:
        """Press the button, or choose the menu entry, with this value or label; it must be there now."""
        action, person = slack_forms.pressed(where.blocks, wanted), self._person(user, where.team)
        if isinstance(where, View):
            assert where in list(self.world.views()), "the view is not open any more"
            assert where.user == user, "nobody else sees this view"
            return await self.deliver(slack_payloads.view_press(self.world, where, person, action))
        assert not where.deleted, "the message is gone"
        assert where.seen_by in ("", user), "nobody else sees this message"
        room = self.world.channels[where.team, where.channel]
        url = self.responses.issue(room, user, where)
        return await self.deliver(slack_payloads.message_press(self.world, where, room, person, action, url))

    async def press_unfurl(self, message: Message, link: str, wanted: str, user: str = "U1") -> Delivery:
        """Press a button in the preview of a link in somebody's message."""
        action = slack_forms.pressed(message.unfurls[link]["blocks"], wanted)
        room, person = self.world.channels[message.team, message.channel], self._person(user, message.team)
        press = action, self.responses.issue(room, user, message)
        return await self.deliver(slack_payloads.unfurl_press(self.world, message, room, person, link, press))

    async def shortcut(self, callback_id: str, message: Message, user: str = "U1") -> Delivery:
        """Choose a message shortcut; the app gets the message, wherever it is."""
        room, person = self.world.channels[message.team, message.channel], self._person(user, message.team)
        url = self.responses.issue(room, user)
        return await self.deliver(slack_payloads.message_shortcut(self.world, callback_id, message, room, person, url))

    async def global_shortcut(self, callback_id: str, user: str = "U1", team: str = TEAM) -> Delivery:
        """Choose a global shortcut."""
        return await self.deliver(slack_payloads.global_shortcut(self.world, callback_id, self._person(user, team)))

    async def submit(
        self, view: View, values: Mapping[str, Mapping[str, Any]] | None = None, user: str = "U1"
    ) -> Delivery:
        """Fill in a modal and send it: block_id -> action_id -> text, or the value of an option (or several).

        Fails before anything is sent where Slack's client would complain; then does what the app answers.
        """
        assert self._shown(view, user), "the modal is not the one on top"
        view.state = slack_forms.filled(view, values or {})
        person = self._person(user, view.team)
        delivery = await self.deliver(slack_payloads.view_event(self.world, "view_submission", view, person))
        slack_forms.respond(self.world, view, delivery.body)
        self.world.changed()
        return delivery

    async def dismiss(self, view: View, user: str = "U1") -> Delivery | None:
        """Close a modal; the app is told only when it asked to be."""
        assert self._shown(view, user), "the modal is not the one on top"
        self.world.modals[view.team, user].remove(view)
        if not view.content.get("notify_on_close"):
            return None
        return await self.deliver(
            slack_payloads.view_event(self.world, "view_closed", view, self._person(user, view.team))
        )

    def _shown(self, view: View, user: str) -> bool:
        return self.world.modals.get((view.team, user), [None])[-1:] == [view]

    async def open_home(self, user: str = "U1", tab: str = "home", team: str = TEAM) -> Delivery:
        """Open the app's Home or messages tab. https://docs.slack.dev/reference/events/app_home_opened ."""
        room, view = self.room(user, team), self.world.homes.get((team, user))
        event = {"type": "app_home_opened", "user": user, "channel": room.id, "tab": tab}
        return await self.event(event | ({"view": view.json()} if view and tab == "home" else {}), team)

    async def share_link(
        self, url: str, user: str = "U1", channel: str = "C1", team: str = TEAM, *, composing: bool = False
    ) -> Delivery:
        """Post a message with links (one or more, separated by spaces), or type it and not send it yet (`composing`).

        https://docs.slack.dev/reference/events/link_shared
        """
        where = self._composed(url) if composing else self._posted(url, user, channel, team)
        links = [{"url": link, "domain": link.split("/")[2]} for link in url.split()]
        event = {"type": "link_shared", "user": user, "links": links, **where}
        event |= {"is_bot_user_member": self.world.team(team).bot_user in self.room(channel, team).members}
        return await self.event(event, team)

    def _posted(self, url: str, user: str, channel: str, team: str) -> dict[str, Any]:
        message, unfurl_id = self.write(user, url, channel, None, team), self.world.next_id("unfurl-")
        for key in (message.channel, message.ts), ("conversations_history", unfurl_id):
            self.world.shared_links[key] = set(url.split())
        where = {"channel": message.channel, "message_ts": message.ts}
        return where | {"unfurl_id": unfurl_id, "source": "conversations_history"}

    def _composed(self, url: str) -> dict[str, Any]:
        unfurl_id = self.world.next_id("unfurl-")
        self.world.shared_links["composer", unfurl_id] = set(url.split())
        return {"channel": "COMPOSER", "message_ts": unfurl_id, "unfurl_id": unfurl_id, "source": "composer"}
