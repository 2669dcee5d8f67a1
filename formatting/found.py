"""What is said about papers that somebody else's message links to."""

from __future__ import annotations

from collections.abc import Sequence

from brief.models import Language, Paper, Pick
from formatting import paper as shown
from formatting.document import (
    Bullets,
    Button,
    Buttons,
    Document,
    Importance,
    Link,
    Paragraph,
    Run,
    Style,
    UrlButton,
    plain,
)
from formatting.locales import Locale, load
from formatting.text import shorten

_TITLE = 120  # columns, in a list
_CONTRIBUTION = 300
_IDS = 120


def preview(pick: Pick, language: Language) -> Document:
    """Return what a link to a paper shows: its title and contribution, and how to read on or keep it."""
    locale, paper = load(language), pick.paper
    title = shown.title(paper)
    contribution = shown.said(locale, pick.card.contribution, _CONTRIBUTION)
    facts = " · ".join(filter(None, (shown.dates(locale, paper), shown.signals(locale, paper))))
    lines = [Paragraph((Link(title, paper.url),), Importance.ESSENTIAL)]
    lines += [Paragraph(contribution)] if contribution else []
    lines += [Paragraph((Run(facts, Style.MUTED),), Importance.DETAIL)] if facts else []
    row = (
        Button(locale.text("button.card"), "card", paper.id),
        Button(locale.text("button.save"), "save", paper.id),
        UrlButton(locale.text("button.arxiv"), paper.url),
    )
    return Document(title, language, (*lines, Buttons((row,))), plain(contribution) or title)


def kept(language: Language, papers: Sequence[tuple[Paper, bool]], missing: Sequence[str]) -> Document:
    """Return what was kept of a message as (paper, whether it is new on the list), and the ids nobody knew just now.

    What is new can be taken back.
    """
    locale = load(language)
    title = locale.text("slack.kept.title") if papers else locale.text("slack.kept.none")
    said = [Paragraph((Run(title, Style.STRONG),), Importance.ESSENTIAL)]
    items = Bullets(
        tuple(_item(locale, paper, fresh=fresh) for paper, fresh in papers),
        keys=tuple(_keys(locale, paper, fresh=fresh) for paper, fresh in papers),
    )
    unknown = locale.text("slack.kept.missing", ids=shorten(locale.join(missing), _IDS)) if missing else ""
    below = [Paragraph((Run(unknown, Style.MUTED),))] if unknown else []
    list_button = Buttons(((Button(locale.text("button.later"), "later"),),))
    return Document(title, language, (*said, *([items] if papers else []), *below, list_button), title)


def nothing(language: Language) -> Document:
    """Return that a message links to no paper, with an example of what is looked for."""
    said = load(language).text("slack.kept.nothing")
    return Document(said, language, (Paragraph((Run(said),), Importance.ESSENTIAL),), said)


def _item(locale: Locale, paper: Paper, *, fresh: bool) -> tuple[Paragraph, ...]:
    title = Paragraph((Link(shown.title(paper, _TITLE), paper.url),), Importance.ESSENTIAL)
    already = Paragraph((Run(locale.text("slack.kept.already"), Style.MUTED),), Importance.DETAIL)
    return (title,) if fresh else (title, already)


def _keys(locale: Locale, paper: Paper, *, fresh: bool) -> tuple[Button, ...]:
    card = Button(locale.text("button.card"), "card", paper.id)
    return (Button(locale.text("button.undo"), "remove", paper.id), card) if fresh else (card,)
