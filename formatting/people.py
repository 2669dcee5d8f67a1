"""Every answer about people: their later list, votes, searches, what a chat is told when something changes for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brief.models import Language, Paper
from formatting import cards
from formatting import paper as shown
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
    Style,
    plain,
)
from formatting.export import FORMATS
from formatting.locales import Locale, load
from formatting.text import shorten
from formatting.typed import either

_TITLE = 120  # columns, in a list
_NAMED = 60  # columns, where a title is named in a sentence: the whole stays within a toast's 200 characters
_TYPED = 80  # columns of what somebody typed, repeated back

Kept = tuple[Paper, dt.datetime, dt.datetime | None]


def later(language: Language, rows: Sequence[Kept], page: int = 1, pages: int = 1) -> Document:
    """Return one page of the later list as (paper, when it was added, when it was read) rows, or how to begin one."""
    locale = load(language)
    title = locale.text("title.later_page", page=page, pages=pages) if pages > 1 else locale.text("title.later")
    if not rows:
        return _screen(language, title, either(locale, "later.empty"), _today(locale))
    offered = tuple(_beside(locale, paper.id, done) for paper, _, done in rows)
    papers = Bullets(tuple(_kept(locale, row) for row in rows), numbered=True, keys=offered)
    keys = tuple(_keys(n, paper.id, done) for n, (paper, _, done) in enumerate(rows, 1))
    turns = [Button("◀", "later", str(page - 1))] if page > 1 else []
    turns += [Button("▶", "later", str(page + 1))] if page < pages else []
    below = (*turns, Button(locale.text("button.export"), "export"))
    return _screen(language, title, papers, either(locale, "later.keys", Style.MUTED), Buttons((*keys, below)))


def reading_key(number: str, paper_id: str, *, waits: bool) -> Button:
    """Return what marks a paper of the list as read; or lets it wait again where it does not."""
    return Button(f"✓ {number}", "done", paper_id) if waits else Button(f"↩ {number}", "save", paper_id)


def saved_note(language: Language, paper: Paper, fresh: bool) -> Document:  # noqa: FBT001 - what People.keep answered
    """Return that a paper is on the later list, from now on, with a way back, or already."""
    back = (_undo(language, "remove", paper.id),) if fresh else ()
    return _note(language, "later.saved" if fresh else "later.already", back, title=shown.title(paper, _NAMED))


def done_note(language: Language, paper: Paper) -> Document:
    """Return that a paper is marked as read, with a way back."""
    return _note(language, "later.done", (_undo(language, "save", paper.id),), title=shown.title(paper, _NAMED))


def dropped_note(language: Language, paper: Paper) -> Document:
    """Return that a paper is off the later list, with a way back."""
    return _note(language, "later.dropped", (_undo(language, "save", paper.id),), title=shown.title(paper, _NAMED))


def vote_note(language: Language, paper_id: str, vote: int, before: int = 0) -> Document:
    """Return what a vote of 1 or -1 does, with the way back to the one `before`; or for 0 that it is taken back."""
    if vote == 0:
        return _note(language, "vote.none")
    action = "like" if (before or vote) > 0 else "dislike"  # without one before, once more takes it back
    return _note(language, "vote.up" if vote > 0 else "vote.down", (_undo(language, action, paper_id),))


@dataclass(frozen=True)
class LookedFor:
    """The words of a search: as typed, as looked for, and those that could not be."""

    typed: str
    words: str
    unknown: Sequence[str] = ()


def search_results(
    language: Language, looked_for: LookedFor, papers: Sequence[tuple[Paper, dt.date]], *, more: bool = False
) -> Document:
    """Return what a search found, each paper with the day of its brief; `more` says that the list was cut."""
    locale = load(language)
    title = locale.text("title.search", words=shorten(looked_for.typed, _TYPED))
    said = _looked_for(locale, looked_for)
    if not papers:
        return _screen(language, title, *said, Paragraph(locale.spans("search.none")))
    dated = [(paper, locale.text("search.collected", date=day.isoformat())) for paper, day in papers]
    cut = [_muted(locale.text("search.more"))] if more else []
    return _screen(language, title, *said, _listed(locale, dated), *cut, _cards([paper for paper, _ in papers]))


def _looked_for(locale: Locale, looked_for: LookedFor) -> list[Paragraph]:
    """Return what was looked for instead of what was typed, and what was not."""
    words, unknown = shorten(looked_for.words, _TYPED), shorten(locale.join(looked_for.unknown), _TYPED)
    said = [_muted(locale.text("search.translated", words=words))] if words and words != looked_for.typed else []
    return [*said, Paragraph((Run(locale.text("search.unknown", words=unknown)),))] if unknown else said


def similar(language: Language, paper: Paper, papers: Sequence[Paper]) -> Document:
    """Return the papers closest to one, the closest first."""
    locale = load(language)
    title = locale.text("title.similar", title=shown.title(paper, _NAMED))
    back = Button(f"◀ {shown.title(paper, 30)}", "card", paper.id)
    if not papers:
        return _screen(language, title, Paragraph((Run(locale.text("search.no_similar")),)), Buttons(((back,),)))
    dated = [(found, shown.dates(locale, found)) for found in papers]
    return _screen(language, title, _listed(locale, dated), _cards(papers, back))


def reminder(language: Language, count: int, oldest: Sequence[Paper]) -> Document:
    """Return the weekly reminder: how many papers wait, and the oldest of them."""
    locale = load(language)
    text = Paragraph((Run(locale.text("reminder.text", n=count)),), Importance.ESSENTIAL)
    dated = [(paper, shown.dates(locale, paper)) for paper in oldest]
    below = (Button(locale.text("button.later"), "later"), Button(locale.text("reminder.off"), "reminder", "off"))
    papers = replace(_listed(locale, dated), keys=tuple(_beside(locale, paper.id) for paper in oldest))
    return _screen(language, locale.text("title.reminder"), text, papers, _cards(oldest, *below))


def followup(language: Language, papers: Sequence[Paper]) -> Document:
    """Return what is recommended since the brief was sent, when sources were missing from it."""
    locale = load(language)
    text = Paragraph((Run(locale.text("followup.text", n=len(papers))),), Importance.ESSENTIAL)
    dated = [(paper, shown.dates(locale, paper)) for paper in papers]
    today = Button(locale.text("button.today"), "top")
    return _screen(language, locale.text("title.followup"), text, _listed(locale, dated), _cards(papers, today))


def no_newer(language: Language, edition: dt.date) -> Document:
    """Return that there is no newer edition than one that a chat has."""
    locale = load(language)
    today = Button(locale.text("button.today"), "top")
    return _note(language, "followup.no_newer", buttons=(today,), date=locale.date(edition))


def export_choice(language: Language) -> Document:
    """Return the formats the later list can be taken away in."""
    locale = load(language)
    formats = tuple(Button(one.name, "export", kind) for kind, one in FORMATS.items())
    text = Paragraph((Run(locale.text("export.choose")),))
    return _screen(language, locale.text("title.export"), text, Buttons((formats,)))


def export_caption(language: Language, count: int, kind: str) -> Document:
    """Return what is said with an exported file; `kind` is a key of `export.FORMATS`."""
    return _note(language, "export.caption", n=count, kind=FORMATS[kind].name)


def start(language: Language, name: str, *, subscribed: bool, when: str, typed: str = "") -> Document:
    """Return the welcome: what this is, what arrives `when` (see `settings_screen.when`), how to change it.

    `when` is empty where nothing can arrive; `typed` are words that can be searched for.
    """
    locale = load(language)
    who = shorten(name, 40)
    title = locale.text("start.hello", name=who) if who else locale.text("start.hello_plain")
    arrives = locale.spans("start.subscribed" if subscribed else "start.not_subscribed", when=when)
    paragraphs = [
        Paragraph(locale.spans("start.purpose")),
        Paragraph(arrives if when else locale.spans("message.no_delivery.text")),
        either(locale, "start.push"),
        Paragraph(locale.spans("start.ask")),
        either(locale, "start.change"),
    ]
    if typed:
        paragraphs.insert(0, Paragraph(locale.spans("start.typed", text=shorten(typed, _TYPED))))
    own = ("unsubscribe" if subscribed else "subscribe",) if when else ()
    return _screen(language, title, *paragraphs, _today(locale, *own, "settings", "help"))


def subscribed(language: Language, when: str, *, too_late: bool, fresh: bool = True) -> Document:
    """Return that the brief arrives from now on; where it was `too_late` for today's, a way to it.

    As in the next two, there is a way back from what is `fresh`, not the case before.
    """
    today = (Button(load(language).text("button.today"), "top"),) if too_late else ()
    back = (_undo(language, "unsubscribe"),) if fresh else ()
    return _note(language, "say.subscribed", (*today, *back), when=when)


def unsubscribed(language: Language, *, fresh: bool = True) -> Document:
    """Return that the brief no longer arrives."""
    return _note(language, "say.unsubscribed", (_undo(language, "subscribe"),) if fresh else ())


def stopped(language: Language, back: str | None = "") -> Document:
    """Return that nothing is sent any more; `back` says what comes back with the brief, None that nothing was sent."""
    return _note(language, "say.stopped", () if back is None else (_undo(language, "subscribe", back),))


def refusal(language: Language, chat: int) -> Document:
    """Return the one thing a stranger is told: whom to ask, and the id of the chat, which the operator needs."""
    return _note(language, "say.refusal", chat=chat)


def admins_only(language: Language) -> Document:
    """Return that a member of a group may not do this."""
    return _note(language, "say.admins_only")


def failed(language: Language, reference: str) -> Document:
    """Return that something went wrong, with the reference under which it was logged."""
    return _note(language, "say.failed", reference=shorten(reference, _NAMED))


def _kept(locale: Locale, row: Kept) -> tuple[Paragraph, ...]:
    paper, added, done = row
    facts = [locale.text("later.added", date=f"{added:%Y-%m-%d}")]
    facts += [locale.text("later.finished", date=f"{done:%Y-%m-%d}")] if done else []
    return _linked(paper), _detail(" · ".join(facts))


def _keys(number: int, paper_id: str, done: dt.datetime | None) -> tuple[Button, ...]:
    mark = reading_key(str(number), paper_id, waits=done is None)
    return Button(str(number), "card", paper_id), mark, Button(f"✕ {number}", "remove", paper_id)


def _beside(locale: Locale, paper_id: str, done: dt.datetime | None = None) -> tuple[Button, ...]:
    """Return what can be done with a paper of the later list, for where that stands beside it."""
    names = {"card": "card", "unread" if done else "done": "save" if done else "done", "remove": "remove"}
    return tuple(Button(locale.text(f"button.{label}"), action, paper_id) for label, action in names.items())


def _listed(locale: Locale, dated: Sequence[tuple[Paper, str]]) -> Bullets:
    """Return papers numbered, each with a line of what is known of it."""
    items = []
    for paper, date in dated:
        facts = " · ".join(filter(None, (date, shown.signals(locale, paper))))
        items.append((_linked(paper), _detail(facts)) if facts else (_linked(paper),))
    keys = tuple(cards.beside(locale, paper) for paper, _ in dated)
    return Bullets(tuple(items), numbered=True, keys=keys)


def _linked(paper: Paper) -> Paragraph:
    return Paragraph((Link(shown.title(paper, _TITLE), paper.url),), Importance.ESSENTIAL)


def _detail(text: str) -> Paragraph:
    return Paragraph((Run(text, Style.MUTED),), Importance.DETAIL)


def _muted(text: str) -> Paragraph:
    return Paragraph((Run(text, Style.MUTED),))


def _cards(papers: Sequence[Paper], *below: Button) -> Buttons:
    """Return buttons that open the papers by number, five in a row, and a row below."""
    numbers = tuple(Button(str(n), "card", paper.id) for n, paper in enumerate(papers, 1))
    rows = [numbers[n : n + 5] for n in range(0, len(numbers), 5)]
    return Buttons((*rows, below) if below else tuple(rows))


def _today(locale: Locale, *names: str) -> Buttons:
    """Return the way to today's papers and to the named commands."""
    others = (Button(locale.text(f"button.{name}"), name) for name in names)
    return Buttons(((Button(locale.text("button.today"), "top"), *others),))


def _undo(language: Language, action: str, value: str = "") -> Button:
    return Button(load(language).text("button.undo"), action, value)


def _screen(language: Language, title: str, *blocks: Block) -> Document:
    return Document(title, language, (Heading(1, (Run(title),)), *blocks), title)


def _note(language: Language, key: str, buttons: tuple[Button, ...] = (), **params: object) -> Document:
    """Return a single sentence that fits a toast of 200 characters."""
    said = load(language).spans(key, **params)
    below = (Buttons((buttons,)),) if buttons else ()
    return Document(plain(said), language, (Paragraph(said, Importance.ESSENTIAL), *below), plain(said))
