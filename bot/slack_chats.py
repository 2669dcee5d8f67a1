"""The channels and people of Slack workspaces, as chats in Redis, and who may change them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Chat
from bot.people import language_of
from bot.services import Services
from bot.slack_install import NotInstalledError, Workspaces
from bot.slack_updates import Place, chat_id

PROFILE_FOR = 60.0  # seconds that a person's profile is not asked for again
_PROFILES_KNOWN = 10_000  # kept at most
UNINSTALLED = "uninstalled"  # why the chats of a workspace stopped that removed the app

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Member:
    """What Slack says of a person: IANA zone, language, and whether they are a guest in the workspace."""

    zone: str = ""
    language: str = ""
    name: str = ""
    guest: bool = False


class Chats:
    """The chats of one Slack app, kept in Redis by `people`."""

    def __init__(self, services: Services, client: AsyncWebClient, workspaces: Workspaces) -> None:
        self._people, self._settings = services.people, services.settings
        self._client, self._workspaces = client, workspaces
        self._members: dict[str, tuple[float, Member]] = {}

    async def of_person(self, team: str, person: str) -> Chat:
        """Return a person's own chat; a new one has the zone and language of their Slack profile.

        While Slack does not tell them, it has the operator's, and is not remembered.
        """
        known = await self._people.chat(chat_id(team, person))
        if known is None:
            member = await self.member(team, person)
            if member is None:
                return self._new(team, person, "private")
            known = self._new(team, person, "private", member.name)
            known = known.model_copy(update={"language": language_of(member.language, known.language)})
            known = _in_zone(known, member.zone)
            await self._people.save_chat(known)
        return await self._awake(known)

    async def of_channel(self, place: Place, title: str = "") -> Chat:
        """Return a channel's chat; a new one is remembered, one that had been left is back."""
        known = await self._people.chat(chat_id(place.team, place.channel))
        if known is None:
            known = self._new(place.team, place.channel, "channel", title)
            await self._people.save_chat(known)
        elif title and known.title != title:
            known = await self._people.change(known.id, title=title)
        return await self._awake(known)

    async def presubscribe(self, team: str) -> None:
        """Subscribe the new channels of SLACK_CHANNELS in the one workspace there then is."""
        for channel in self._settings.slack_channels:
            if await self._people.chat(chat_id(team, channel)) is None:
                kind = "private" if channel.startswith(("U", "W")) else "channel"
                await self._people.save_chat(self._new(team, channel, kind).model_copy(update={"subscribed": True}))

    async def reachable(self, place: Place) -> bool:
        """Tell whether messages to a channel arrive: whether the bot is in it. A doubt counts as yes."""
        try:
            access = await self._workspaces.access(place.team)
            answer = await self._client.conversations_info(channel=place.channel, token=access.token)
        except SlackApiError as error:
            return str(error.response.get("error")) not in (
                "channel_not_found",
                "method_not_supported_for_channel_type",
            )
        except (SlackClientError, OSError, TimeoutError, NotInstalledError):
            return True
        return bool((answer.get("channel") or {}).get("is_member", True))

    async def stopped(self, place: Place, reason: str) -> None:
        """Note that nothing can be sent to a chat until it comes back; said once in the log."""
        known = await self._people.chat(chat_id(place.team, place.channel))
        if known and known.stopped is None:
            await self._people.change(known.id, stopped=reason)
            _log.info("chat %s takes no messages any more: %s", known.id, reason)

    async def back(self, place: Place) -> None:
        """Note that a chat takes messages again."""
        known = await self._people.chat(chat_id(place.team, place.channel))
        if known:
            await self._awake(known)

    async def installed(self, team: str) -> None:
        """Bring the chats of a workspace back that had stopped because the app was removed from it."""
        for chat in await self._people.silenced(chat_id(team, ""), UNINSTALLED):
            await self._awake(chat)

    async def renamed(self, place: Place, title: str) -> None:
        """Note a channel's new name."""
        if await self._people.chat(chat_id(place.team, place.channel)):
            await self._people.change(chat_id(place.team, place.channel), title=title[:128])

    async def moved(self, team: str, old: str, new: str) -> None:
        """Give everything of a channel to the id it now has: https://docs.slack.dev/reference/events/channel_id_changed."""
        await self._people.migrate(chat_id(team, old), chat_id(team, new))

    async def member(self, team: str, person: str) -> Member | None:
        """Return what Slack says of a person, asked at most once a minute; None when it does not say."""
        key = chat_id(team, person)
        until, member = self._members.get(key, (0.0, None))
        if member is None or until < time.monotonic():
            if len(self._members) >= _PROFILES_KNOWN:
                self._members.clear()
            member = await self._ask_member(team, person)
            if member:
                self._members[key] = time.monotonic() + PROFILE_FOR, member
        return member

    async def _ask_member(self, team: str, person: str) -> Member | None:
        try:
            access = await self._workspaces.access(team)
            answer = await self._client.users_info(user=person, include_locale=True, token=access.token)
        except (SlackClientError, OSError, TimeoutError, NotInstalledError) as error:
            _log.info("the profile of %s in %s cannot be told: %s", person, team, type(error).__name__)
            return None
        return _member(answer.get("user"))

    async def _awake(self, chat: Chat) -> Chat:
        return await self._people.change(chat.id, stopped=None) if chat.stopped else chat

    def _new(self, team: str, channel: str, kind: Any, title: str = "") -> Chat:
        settings = self._settings
        return Chat(
            id=chat_id(team, channel),
            kind=kind,
            title=title[:128],
            language=settings.brief_language,
            time=settings.brief_time,
            zone=settings.brief_timezone.key,
        )


def _member(user: object) -> Member | None:
    """Read https://docs.slack.dev/reference/objects/user-object."""
    if not isinstance(user, Mapping):
        return None
    profile = user.get("profile") if isinstance(user.get("profile"), Mapping) else {}
    name = (profile or {}).get("display_name") or user.get("real_name") or user.get("name")
    guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    return Member(str(user.get("tz") or ""), str(user.get("locale") or ""), str(name or "")[:64], bool(guest))


def _in_zone(chat: Chat, zone: str) -> Chat:
    try:
        return Chat.model_validate({**chat.model_dump(), "zone": zone}) if zone else chat
    except ValidationError:  # Slack may know zones that this machine does not
        return chat
