"""What the verbs do that look after the data: a backup, putting it back, and forgetting somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot import backup, forget, terminal, wiring
from bot.forget import Found
from brief.settings import Settings, load_settings
from brief.store import open_store
from formatting.locales import Locale, load

_T = TypeVar("_T")


def save(path: Path) -> None:
    """Write everything into a file; raises BackupError when it cannot be written."""
    settings = load_settings()
    with terminal.counting(settings.brief_language) as told:
        count = _run(settings, lambda redis: backup.save(redis, path, wiring.now(), told))
    typer.echo(load(settings.brief_language).text("upkeep.saved", n=count, path=path))


def restore(path: Path, *, replace: bool) -> None:
    """Put a backup back; raises BackupError for what cannot be, before anything has changed."""
    settings = load_settings()
    with terminal.counting(settings.brief_language) as told:
        head = _run(settings, lambda redis: backup.restore(redis, path, told, replace=replace), settled=False)
    locale = load(settings.brief_language)
    typer.echo(locale.text("upkeep.restored", n=head.keys, moment=locale.moment(head.made)))


def forget_chat(chat: str, *, yes: bool) -> None:
    """Remove everything about a chat or person, once it was agreed to."""
    settings = load_settings()
    locale = load(settings.brief_language)
    found = _run(settings, lambda redis: forget.find(redis, chat))
    typer.echo(_found(locale, chat, found))
    if found:
        if not yes:
            typer.confirm(locale.text("upkeep.sure"), abort=True)
        _run(settings, lambda redis: forget.remove(redis, found))
        typer.echo(locale.text("upkeep.forgotten", chat=chat))
    if names := _naming(settings, chat):
        typer.echo(locale.text("upkeep.named", names=", ".join(names)))


def _run(settings: Settings, work: Callable[[Any], Coroutine[Any, Any, _T]], *, settled: bool = True) -> _T:
    async def run() -> _T:
        async with open_store(settings, settled=settled) as store:
            return await work(store.client)

    return asyncio.run(run())


def _found(locale: Locale, chat: str, found: Found) -> str:
    if not found:
        return locale.text("upkeep.unknown", chat=chat)
    counts = [locale.text(f"upkeep.count_{what}", n=n) for what, n in sorted(found.counts.items()) if n]
    return locale.text("upkeep.found", chat=chat, counts=locale.join(counts))


def _naming(settings: Settings, chat: str) -> list[str]:
    """Return the settings that name a chat, which would bring it back."""
    surface, _, own = chat.partition(":")
    lists = {
        "telegram": ("TELEGRAM_CHATS", settings.telegram_chats),
        "slack": ("SLACK_CHANNELS", settings.slack_channels),
    }
    name, chats = lists.get(surface, ("", ()))
    found = [name] if own.rpartition(":")[2] in chats else []
    return [*found, "OPERATOR_CHAT"] if chat == settings.operator_chat else found
