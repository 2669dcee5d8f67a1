"""The weekly digest: the week's best, what waits to be read, which topics moved, which repositories grew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from brief.models import Language, Paper, Pick, Repo, Trends
from formatting import cards, screens
from formatting import paper as shown
from formatting import trends as topics
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
)
from formatting.locales import Locale, load

_TITLE = 120  # columns, in a list
_MOVES = 3  # topics named
_KEPT = 3  # papers of the later list named


@dataclass(frozen=True)
class Week:
    """What a week brought: from how many editions, the best papers, what was kept and is not read (newest first).

    `grown` are repositories with their stars before and now.
    """

    since: dt.date
    until: dt.date
    editions: int
    picks: Sequence[Pick]
    kept: Sequence[Paper]
    trends: Trends
    grown: Sequence[tuple[Repo, int, int]]


def screen(week: Week, language: Language) -> Document:
    """Return the digest as one message."""
    locale = load(language)
    title = locale.text("title.weekly", since=f"{week.since}", until=f"{week.until}")
    best = locale.text("weekly.best" if week.picks else "weekly.nothing", n=week.editions)
    blocks = (
        Heading(1, (Run(title),)),
        Paragraph((Run(best),), Importance.ESSENTIAL),
        *((screens.entries(locale, week.picks, numbered=True),) if week.picks else ()),
        *_kept(locale, week.kept),
        *_moved(locale, week.trends),
        *_grown(locale, week.grown),
        _buttons(locale, week),
    )
    return Document(title, language, blocks, f"{title} — {best}")


def _kept(locale: Locale, papers: Sequence[Paper]) -> Iterator[Block]:
    if papers:
        yield _label(locale.text("weekly.kept", n=len(papers)))
        named = papers[:_KEPT]
        lines = tuple((Paragraph((Link(shown.title(paper, _TITLE), paper.url),)),) for paper in named)
        yield Bullets(lines, keys=tuple(cards.kept(locale, paper) for paper in named))


def _moved(locale: Locale, trends: Trends) -> Iterator[Block]:
    yield _label(locale.text("weekly.moved"))
    if trends.ready:
        yield Paragraph((Run(topics.too_few(locale, trends)),))
        return
    if not trends.moved:
        yield Paragraph((Run(locale.text("trends.still")),))
        return
    by_turns = chain.from_iterable(zip_longest(trends.rose, trends.fell))
    lines = [topics.line(locale, one) for one in by_turns if one][:_MOVES]
    yield Bullets(tuple((line,) for line in lines))


def _grown(locale: Locale, grown: Sequence[tuple[Repo, int, int]]) -> Iterator[Block]:
    if grown:
        yield _label(locale.text("weekly.grown"))
        stars = [(repo, locale.text("weekly.stars", before=before, now=now)) for repo, before, now in grown]
        yield Bullets(tuple((Paragraph((Link(repo.name, repo.url), Run(f" {text}"))),) for repo, text in stars))


def _label(text: str) -> Paragraph:
    return Paragraph((Run(text, Style.STRONG),), Importance.ESSENTIAL)


def _buttons(locale: Locale, week: Week) -> Buttons:
    numbers = tuple(Button(str(n), "card", pick.paper.id) for n, pick in enumerate(week.picks, 1))
    labels = {"today": "top", "later": "later", "trends": "trends"}
    rooms = tuple(Button(locale.text(f"button.{label}"), action) for label, action in labels.items())
    return Buttons((numbers, rooms) if numbers else (rooms,))
