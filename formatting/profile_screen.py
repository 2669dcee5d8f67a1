"""What papers are picked by: the directions with the keywords looked for, and what of a reader's words is not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from brief.models import Language, Paper
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Document,
    Heading,
    Importance,
    Link,
    Paragraph,
    Run,
    Spans,
    Style,
)
from formatting.locales import Locale, load
from formatting.text import shorten
from formatting.typed import either
from formatting.why import NO_LESSONS, Lessons, moved

_KEYWORDS = 6  # of a direction
_NAMES = 20  # of whom or what is followed or avoided
_UNREAD = 5  # for one reason
_TITLE = 60  # columns
_FILE = 80  # columns


@dataclass(frozen=True)
class ProfileView:
    """A profile as a reader sees it: `directions` are names with keywords, `unread` words with the reason.

    `own` are the reader's words, empty where the operator's profile is used; `origin` is then the file it comes from,
    empty for the one the program ships with. Own words may name no direction: the operator's stay then. `unsaid` are
    directions of which no stored paper says a word. `seeds` without a title are not stored.
    """

    directions: Sequence[tuple[str, Sequence[str]]]
    avoid: Sequence[str] = ()
    authors: Sequence[str] = ()
    organizations: Sequence[str] = ()
    unread: Sequence[tuple[str, str]] = ()
    own: str = ""
    own_directions: bool = False
    seeds: Sequence[Paper] = ()
    origin: str = ""
    lessons: Lessons = NO_LESSONS
    unsaid: Sequence[str] = ()


@dataclass(frozen=True)
class Forgotten:
    """What a reset took away: own words, and so many clicks."""

    words: bool
    clicks: int


def profile(
    language: Language, view: ProfileView, forgotten: Forgotten | None = None, before: str | None = None
) -> Document:
    """Return how papers are picked and how to change that; after a reset, what is `forgotten` and the way back.

    Just after a change, what was understood comes first; `before` are the words it replaced, which may be none.
    """
    locale = load(language)
    title = locale.text("title.profile")
    directions = Bullets(tuple(_direction(locale, name, keywords) for name, keywords in view.directions))
    told: tuple[Block, ...] = (_forgotten(locale, forgotten),) if forgotten else ()
    told += tuple(_understood(locale, view)) if view.own and before is not None else ()
    told += (Paragraph(locale.spans("profile.replaced", text=_one_line(locale, before))),) if before else ()
    blocks = (*told, directions, *_lists(locale, view), *_unread(locale, view), *_notes(locale, view))
    below = _buttons(locale, view, undo=forgotten is not None)
    return Document(title, language, (Heading(1, (Run(title),)), *blocks, below), title)


def _forgotten(locale: Locale, forgotten: Forgotten) -> Paragraph:
    parts = [locale.text("profile.words")] if forgotten.words else []
    parts += [locale.text("profile.clicks", n=forgotten.clicks)] if forgotten.clicks else []
    said = locale.text("profile.forgotten", what=str(locale.raw("profile.and")).join(parts))
    return Paragraph((Run(said, Style.STRONG),), Importance.ESSENTIAL)


def _understood(locale: Locale, view: ProfileView) -> Iterator[Block]:
    """Yield how much of each kind was understood."""
    kinds = ("directions", "seeds", "authors", "organizations", "avoid")
    counts = {kind: len(getattr(view, kind)) for kind in kinds[not view.own_directions :]}
    what = locale.join([locale.text(f"profile.said.{kind}", n=n) for kind, n in counts.items() if n])
    if what:
        yield Paragraph(locale.spans("profile.understood", what=what), Importance.ESSENTIAL)
    if not view.own_directions:
        yield Paragraph((Run(locale.text("profile.operators")),))


def _direction(locale: Locale, name: str, keywords: Sequence[str]) -> tuple[Paragraph, ...]:
    named = Paragraph((Run(name, Style.STRONG),), Importance.ESSENTIAL)
    said = _enumerated(locale, keywords, _KEYWORDS)
    return (named, Paragraph((Run(said, Style.MUTED),), Importance.DETAIL)) if said else (named,)


def _lists(locale: Locale, view: ProfileView) -> Iterator[Block]:
    """Yield a line for each list that is not empty."""
    colon = str(locale.raw("punctuation.colon"))
    for key, phrases in (("authors", view.authors), ("organizations", view.organizations), ("avoid", view.avoid)):
        if phrases:
            label = Run(locale.text(f"profile.{key}"), Style.STRONG)
            yield Paragraph((label, Run(colon + _enumerated(locale, phrases, _NAMES))))
    if view.seeds:
        yield Paragraph((Run(locale.text("profile.seeds"), Style.STRONG),))
        absent = locale.text("profile.absent")
        links = (Link(f"{one.id} {shorten(one.title, _TITLE) or absent}", one.url) for one in view.seeds)
        yield Bullets(tuple((Paragraph((link,)),) for link in links))


def _unread(locale: Locale, view: ProfileView) -> Iterator[Block]:
    """Yield what could not be understood, and why; then what was, but finds nothing."""
    if view.unread:
        yield Paragraph((Run(locale.text("profile.unread", n=len(view.unread)), Style.STRONG),))
        yield Bullets(tuple((Paragraph(line),) for line in not_understood(locale, view.unread)))
    if view.unsaid:
        yield Paragraph((Run(locale.text("profile.unsaid", text=_enumerated(locale, view.unsaid, _UNREAD))),))


def not_understood(locale: Locale, unread: Sequence[tuple[str, str]]) -> Iterator[Spans]:
    """Yield a line for each reason, with the words that were not understood for it."""
    for reason in dict.fromkeys(reason for _, reason in unread):
        texts = [text for text, why in unread if why == reason]
        quoted = [locale.text("quote.text", text=text) for text in texts]
        yield locale.spans(f"profile.{reason}", text=_enumerated(locale, quoted, _UNREAD), one=texts[0])


def _notes(locale: Locale, view: ProfileView) -> Iterator[Block]:
    """Yield whose profile it is, what votes do, and how to change it."""
    if view.own:
        source = locale.text("profile.own")
    elif view.origin:
        source = locale.text("profile.file", origin=shorten(view.origin, _FILE))
    else:
        source = locale.text("profile.packaged")
    yield Paragraph((Run(source, Style.MUTED),))
    yield from _taught(locale, view.lessons)
    if view.own:
        yield Paragraph(locale.spans("profile.again", text=_one_line(locale, view.own)), Importance.DETAIL)
    else:
        yield Paragraph(locale.spans("profile.change"))


def _taught(locale: Locale, lessons: Lessons) -> Iterator[Paragraph]:
    """Yield how many clicks taught and what they moved most; without any, that clicks teach."""
    if not lessons.clicks:
        yield either(locale, "profile.votes", Style.MUTED)
        return
    words = moved(locale, lessons)
    yield Paragraph((Run(locale.text("profile.taught", n=lessons.clicks), Style.MUTED),))
    if words:
        yield Paragraph((Run(locale.text("profile.moved", words=words), Style.MUTED),))


def _buttons(locale: Locale, view: ProfileView, *, undo: bool) -> Buttons:
    """Return the way to the day, and the way back from a reset or to one, where there is anything to forget."""
    label = "forget" if view.lessons.clicks else "reset"
    back = (Button(locale.text(f"button.{label}"), "profile", "reset"),) if view.own or view.lessons.clicks else ()
    back = (Button(locale.text("button.undo"), "profile", "undo"),) if undo else back
    return Buttons(((Button(locale.text("button.today"), "top"), *back),))


def _one_line(locale: Locale, words: str) -> str:
    """Return words of several lines as they can be sent in one."""
    *lines, last = words.splitlines()
    return str(locale.raw("why.between")).join((*(line.rstrip(" .。;；") for line in lines), last))


def _enumerated(locale: Locale, phrases: Sequence[str], most: int) -> str:
    words, rest = locale.join(phrases[:most]), len(phrases) - most
    return locale.text("profile.more", words=words, n=rest) if rest > 0 else words
