"""The Home tab of a Slack app: what is new today, what waits to be read, what is set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from brief.models import Brief, Language
from formatting import people, screens
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Document,
    Heading,
    Paragraph,
    Run,
    Style,
    UrlButton,
)
from formatting.locales import Locale, load
from formatting.people import Kept
from formatting.settings_screen import SettingsView, said

NEWEST = 10  # papers of the later list

Key = Button | UrlButton


def home(language: Language, brief: Brief | None, kept: Sequence[Kept], values: SettingsView) -> Document:
    """Return the tab: today's papers, the newest of the later list, the settings, how to ask for more.

    `brief` is None while there is none of today; `kept` is the whole later list, newest first.
    """
    locale = load(language)
    title = locale.text("slack.modal.name")
    waiting = {paper.id for paper, _, done in kept if not done}
    today = screens.push(brief).blocks if brief else _none_yet(locale, title)
    blocks = (
        *_starred(locale, today, waiting),
        *_later(locale, kept),
        *_settings(locale, values),
        Divider(),
        Paragraph(locale.spans("slack.home.how_to")),
    )
    return Document(title, language, blocks, title)


def noted(document: Document, note: Document) -> Document:
    """Return a screen with what the last press did said first."""
    return replace(document, blocks=(*note.blocks, Divider(), *document.blocks))


def _none_yet(locale: Locale, title: str) -> tuple[Block, ...]:
    collect = Button(locale.text("slack.home.collect"), "top")
    return (
        Heading(1, (Run(title),)),
        Paragraph((Run(locale.text("slack.home.no_brief")),)),
        Buttons(((collect,),)),
    )


def _later(locale: Locale, kept: Sequence[Kept]) -> Iterator[Block]:
    """Yield the newest papers kept and what can be done with the list, or how to begin one."""
    yield Divider()
    yield Heading(2, (Run(locale.text("title.later")),))
    shown = Bullets if kept else Paragraph  # the buttons stand beside the papers and need no legend
    yield from (block for block in people.later(locale.language, kept[:NEWEST]).blocks if isinstance(block, shown))
    if len(kept) > NEWEST:
        yield Paragraph((Run(locale.text("slack.home.later_more", n=len(kept) - NEWEST), Style.MUTED),))
    if kept:
        rest = (Button(locale.text("slack.home.all_later"), "later"),) if len(kept) > NEWEST else ()
        yield Buttons(((*rest, Button(locale.text("button.export"), "export")),))


def _settings(locale: Locale, values: SettingsView) -> Iterator[Block]:
    yield Divider()
    yield Heading(2, (Run(locale.text("title.settings")),))
    own, state = ("unsubscribe", "subscribed") if values.subscribed else ("subscribe", "not_subscribed")
    yield Paragraph((Run(locale.text(f"slack.home.{state}")),))  # a tab is no place where it could arrive
    yield said(locale.language, values)[1]
    subscription = Button(locale.text(f"button.{own}"), own)
    yield Buttons(((subscription, Button(locale.text("slack.home.change"), "settings")),))


def _starred(locale: Locale, blocks: Iterable[Block], waiting: set[str]) -> Iterator[Block]:
    """Yield the blocks with the papers marked that wait on the later list."""
    star = locale.text("button.saved")

    def marked(key: Key) -> Key:
        kept = isinstance(key, Button) and key.action == "save" and key.value in waiting
        return replace(key, label=star, action="remove") if isinstance(key, Button) and kept else key

    for block in blocks:
        if isinstance(block, Bullets):
            yield replace(block, keys=tuple(tuple(map(marked, keys)) for keys in block.keys))
        else:
            yield block
