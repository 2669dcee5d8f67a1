"""The version of the layout of what is kept in Redis, and the way from an older one to this one.

{paperboy}:layout        the version that all keys have, as a number; `restoring` while a backup is put back   for good
{paperboy}:layout:lock   who brings the keys to a new version                                                 10 minutes

All other keys carry their version, `{paperboy}:1:…`. A change of the layout raises LAYOUT and adds a row to MIGRATIONS.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from brief.errors import StoreError

LAYOUT: Final = 1
KEY: Final = "{paperboy}:layout"
RESTORING: Final = b"restoring"
_LOCK_LIMIT = 600  # seconds that bringing a store to a new version may take

Migration = Callable[[Any], Awaitable[None]]
"""Makes keys of the next version from those of one; may be called again after it was interrupted."""

MIGRATIONS: Mapping[int, Migration] = {}  # by the version that it starts from


async def settle(redis: Any, layout: int = LAYOUT, migrations: Mapping[int, Migration] = MIGRATIONS) -> None:
    """Bring what is stored to a layout. Processes of an older program must have ended before.

    Raises StoreError for a newer one, which this program would damage, and for a restore that was interrupted; lets
    errors of Redis through.
    """
    if await _version(redis, layout) == layout:
        return
    async with redis.lock(f"{KEY}:lock", timeout=_LOCK_LIMIT, blocking_timeout=_LOCK_LIMIT):
        for version in range(await _version(redis, layout), layout):
            await migrations[version](redis)
            await redis.set(KEY, version + 1)


async def _version(redis: Any, layout: int) -> int:
    """Return the version of what is stored; what has no number yet is of version 1."""
    found = await redis.get(KEY)
    if found is None:
        await redis.set(KEY, 1, nx=True)
        return 1
    if found == RESTORING:
        raise StoreError("a restore did not come to its end: run `paperboy restore FILE --replace` again")
    version = int(found) if found.isdigit() else layout + 1
    if version > layout:
        newer = found.decode(errors="replace")[:20]
        raise StoreError(
            f"the data in Redis is of a newer Paperboy (layout {newer}, this one knows {layout}): update Paperboy, or "
            "give REDIS_URL another Redis"
        )
    return version
