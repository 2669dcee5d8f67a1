"""A chat and its settings."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from brief.models import Language, Value
from brief.own_profile import LENGTH, Unread, profile_from_text
from brief.profile import Profile

ChatKind = Literal["private", "group", "channel", "terminal"]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, LookupError) as error:  # a folder of the zone files; a zone that is not there
        raise ValueError(f"{name[:40]!r} is not an IANA time zone") from error


class Chat(Value):
    """A chat and its settings; `time` is local to `zone`. `stopped` tells why nothing is sent to it any more."""

    id: str  # "telegram:-100123", "slack:T123:C456", "slack:T123:U789", "terminal:local"
    kind: ChatKind = "private"
    title: str = ""
    language: Language = "en"
    time: dt.time = dt.time(8)
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    items: Annotated[int, Field(ge=3, le=10)] = 5  # papers in the push
    weekdays_only: bool = False
    subscribed: bool = False
    reminder: bool = True  # of the later list, weekly
    pictures: bool = True  # beside what is said
    weekly: Annotated[int, Field(ge=0, le=6)] | None = None  # the day of the weekly digest, Monday is 0
    thread: int | None = None  # the forum topic that pushes go to
    stopped: str | None = None  # "blocked", "kicked", "deactivated", "archived", "removed", "uninstalled", "unknown"
    profile: Annotated[str, Field(max_length=LENGTH)] = ""  # what papers are picked by, in the reader's words
    learns_since: dt.date | None = None  # the date of the first edition that clicks count in; None without any


class OwnProfile(Profile):
    """What a chat's own editions are made by: its words or the operator's directions, and from a date on its clicks.

    `before` is the name of the profile whose editions the chat read until then; empty for one that has own words.
    """

    chat: str = Field(exclude=True)  # what is excluded is no part of the digest
    learns_since: dt.date | None = Field(default=None, exclude=True)
    before: str = Field(default="", exclude=True)


def own_profile(chat: Chat, known: Profile) -> tuple[Profile | None, tuple[Unread, ...]]:
    """Return how the own words of a chat are understood, see `profile_from_text`; (None, ()) without any.

    The profile is named after the chat, not after what it says: what was shown stays remembered when the words change.
    """
    return profile_from_text(chat.profile, own_name(chat.id), known)


def profile_at(chat: Chat, known: Profile, date: dt.date) -> Profile:
    """Return what a chat's edition of a date is made by: `known`, or an OwnProfile where it has words or learned."""
    words = own_profile(chat, known)[0]
    learns = reads_own(chat, date)
    if words is None and not learns:
        return known
    return OwnProfile(
        **{**dict(words or known), "name": own_name(chat.id)},
        chat=chat.id,
        learns_since=chat.learns_since if learns else None,
        before="" if words else known.name,
    )


def reads_own(chat: Chat, date: dt.date) -> bool:
    """Tell whether what the chat clicked counts in its edition of a date."""
    return chat.learns_since is not None and date >= chat.learns_since


def own_name(chat_id: str) -> str:
    """Return the name under which a chat's own editions are kept."""
    return f"chat-{hashlib.sha256(chat_id.encode()).hexdigest()[:16]}"
