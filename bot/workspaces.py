"""The workspaces in Redis that installed the Slack app, and the installations under way. All its keys.

{paperboy}:1:workspace:{team}     a Workspace, as JSON encrypted with Fernet                               for good
{paperboy}:1:install:{nonce}      an installation that was finished, so that none is twice                  10 minutes
{paperboy}:1:pace:slack:{team}:…  who renews a workspace's token: a turn of brief/store.py                 30 s

A value that does not decrypt, because the key is another one, counts as absent.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from contextlib import AbstractAsyncContextManager
from typing import Any

from pydantic import Field

from brief.models import Value
from brief.store import Store, key_of, parsed, redis_errors
from brief.turns import turn

STATE_LIFE = dt.timedelta(minutes=10)
_STATE = b"install:"  # before the nonce of a state: workspaces are sealed with the same key

_log = logging.getLogger(__name__)


class Workspace(Value):
    """An installed workspace. `expires` is in seconds since 1970, None for a token that does not expire."""

    team: str
    bot_id: str
    bot_user: str
    token: str = Field(repr=False)
    refresh_token: str | None = Field(None, repr=False)
    expires: int | None = None


class Installations:
    """The installed workspaces. Every method raises StoreError when Redis does not answer."""

    def __init__(self, store: Store, encryption_key: str) -> None:
        self._redis = store.client
        from cryptography import fernet  # noqa: PLC0415 - 8 MB that an app of one workspace does without

        self._fernet, self._wrong_key = fernet.Fernet(encryption_key), fernet.InvalidToken
        self._unreadable: set[str] = set()  # of which it was said that the key is wrong

    async def save(self, workspace: Workspace) -> None:
        """Store a workspace, in place of an earlier installation."""
        value = self._fernet.encrypt(workspace.model_dump_json().encode())
        with redis_errors():
            await self._redis.set(key_of("workspace", workspace.team), value)

    async def workspace(self, team: str) -> Workspace | None:
        """Return a workspace as it was last saved; None for one that did not install the app or removed it."""
        key = key_of("workspace", team)
        with redis_errors():
            value: Any = await self._redis.get(key)
        text = self._decrypted(key, value) if value else None
        return parsed(key, text, Workspace.model_validate_json)

    async def remove(self, workspace: Workspace) -> None:
        """Forget a workspace, unless it was installed anew meanwhile."""
        key = key_of("workspace", workspace.team)

        async def attempt(pipe: Any) -> None:
            value = await pipe.get(key)
            text = self._decrypted(key, value) if value else None
            pipe.multi()
            if parsed(key, text, Workspace.model_validate_json) == workspace:
                pipe.delete(key)

        with redis_errors():
            await self._redis.transaction(attempt, key)

    def renewing(self, team: str) -> AbstractAsyncContextManager[None]:
        """Hold the right to renew a workspace's token, of which there is one over all processes, for at most 30 s."""
        return turn(self._redis, f"slack:{team}", 0)

    async def begin(self) -> str:
        """Return the state of a new installation: sealed by us, good once, for ten minutes.

        Nothing is stored: anyone may begin one, as often as they like.
        """
        return self._fernet.encrypt(_STATE + secrets.token_hex(16).encode()).decode()

    async def finish(self, state: str) -> bool:
        """Tell whether an installation was begun with a state and not finished yet."""
        try:
            sealed = self._fernet.decrypt(state.encode(), ttl=int(STATE_LIFE.total_seconds()))
        except (self._wrong_key, UnicodeEncodeError):
            return False
        if not sealed.startswith(_STATE):
            return False
        key = key_of("install", sealed.removeprefix(_STATE).decode())
        with redis_errors():
            return bool(await self._redis.set(key, "", ex=STATE_LIFE, nx=True))

    def _decrypted(self, key: str, value: bytes) -> bytes | None:
        try:
            text = self._fernet.decrypt(value)
        except self._wrong_key:
            if key not in self._unreadable:
                self._unreadable.add(key)
                _log.warning("%s does not decrypt with SLACK_ENCRYPTION_KEY and counts as absent", key)
            return None
        self._unreadable.discard(key)
        return text
