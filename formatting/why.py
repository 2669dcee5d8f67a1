"""Why a paper stands where it does: its score in parts, the words that matched, and what clicks changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from brief.models import Language, Paper, Score
from formatting import paper as shown
from formatting.document import Block, Bullets, Button, Buttons, Document, Heading, Importance, Paragraph, Run, Style
from formatting.locales import Locale, load
from formatting.typed import either

_NAMED = 60  # columns of a title in the heading
_WORDS = 5  # keywords of a direction, and words that moved
_STEP, _STEPS = 0.1, 6  # what a block of a bar stands for, and the most blocks
_LEAST = 0.005  # a part that would be shown as 0.00 is left out

_STANDS = {"other_day": "why.beside", "seen": "why.again"}  # reason -> how the place is told of what is not in line

Place = Literal["top", "scan", "none"]
Reason = Literal["", "other_day", "seen", "avoided", "unnamed", "lower", "alike"]


@dataclass(frozen=True)
class Lessons:
    """What clicks taught: how many, the words they moved towards and away from, and from which edition on they count.

    `last` is how many of them moved the words; `since` is None where the edition counts them already.
    """

    clicks: int = 0
    last: int = 0
    towards: Sequence[str] = ()
    away: Sequence[str] = ()
    since: dt.date | None = None


NO_LESSONS = Lessons()


@dataclass(frozen=True)
class WhyView:
    """A paper's score and where that puts it: at a place among so many papers of a date.

    `matched` are names of directions with their keywords that the paper says; `facts` tell what a part of the score
    rests on where the paper alone does not; `usual_votes` are what its votes are compared with, `seeds` how many papers
    the profile names; `common` are the words it shares with the example that its score names; `curiosity` is what doubt
    adds when the five are chosen. `reason` says why a paper is not among these.
    """

    paper: Paper
    score: Score
    date: dt.date
    place: int
    of: int
    found: Place
    reason: Reason
    matched: Sequence[tuple[str, Sequence[str]]] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    usual_votes: float = 1.0
    seeds: int = 0
    common: Sequence[str] = ()
    curiosity: float = 0.0
    lessons: Lessons = NO_LESSONS


def why(language: Language, view: WhyView) -> Document:
    """Return the score of a paper in words and parts, a bar each."""
    locale = load(language)
    title = locale.text("title.why", title=shown.title(view.paper, _NAMED))
    place = _place(locale, view)
    blocks = (
        Heading(1, (Run(title),)),
        Paragraph((Run(place),), Importance.ESSENTIAL),
        Bullets(tuple((Paragraph((Run(line),)),) for line in _parts(locale, view))),
        *_matched(locale, view),
        *_alike(locale, view),
        *_clicks(locale, view),
        _buttons(locale, view.paper),
    )
    return Document(title, language, blocks, place)


def moved(locale: Locale, lessons: Lessons) -> str:
    """Return the words that moved, `+ latent, world; − benchmark`; empty for none."""
    signed = (("towards", lessons.towards), ("away", lessons.away))
    parts = (locale.text(f"why.{key}", words=locale.join(words[:_WORDS])) for key, words in signed if words)
    return str(locale.raw("why.between")).join(parts)


def _place(locale: Locale, view: WhyView) -> str:
    """Return where the paper stands, whether the brief shows it, and if not, why."""
    values = {
        "place": view.place,
        "of": view.of,
        "date": locale.day(view.date),
        "score": _number(view.score.total).removeprefix("+"),
    }
    stands = locale.text(_STANDS.get(view.reason, "why.place"), **values)
    found = locale.text(f"why.found.{view.found}")
    reason = locale.text(f"why.reason.{view.reason}", n=view.place - 1) if view.reason else ""
    return shown.joined(filter(None, (stands, found, reason)))


def _parts(locale: Locale, view: WhyView) -> Iterator[str]:
    """Yield `■■■■ +0.41 relevance` for each part of the score, the largest first."""
    for name, value in sorted(view.score.parts.items(), key=lambda part: -abs(part[1])):
        if abs(value) >= _LEAST:
            bar = "■" * min(_STEPS, max(1, round(abs(value) / _STEP)))
            key = f"part.{name}"
            words = locale.text(key) if key in locale.keys else name
            fact = view.facts.get(name) or _fact(locale, view, name)
            said = locale.text("why.fact", part=words, fact=fact) if fact else words
            yield f"{bar} {_number(value)} {said}"


def _fact(locale: Locale, view: WhyView, part: str) -> str:
    """Return what a part rests on: a date, or what was counted."""
    paper = view.paper
    dates = {"fresh": paper.published, "revised": paper.updated}
    if moment := dates.get(part):
        return locale.day(moment.date())
    if part == "votes" and paper.votes:
        return locale.text("why.votes", n=paper.votes, usual=f"{view.usual_votes:.0f}")
    counts: dict[str, dict[str, int | None]] = {
        "code": {"signal.code_stars": paper.code_stars},
        "talk": {"signal.comments": paper.comments, "signal.mentions": paper.mentions},
        "learned": {"profile.clicks": view.lessons.clicks, "why.seeds": view.seeds},
    }
    return locale.join([locale.text(key, n=n) for key, n in counts.get(part, {}).items() if n])


def _matched(locale: Locale, view: WhyView) -> Iterator[Block]:
    """Yield the directions with the words that matched."""
    if not view.matched:
        yield Paragraph((Run(locale.text("why.unmatched")),))
        return
    colon = str(locale.raw("punctuation.colon"))
    yield Paragraph((Run(locale.text("why.matched"), Style.STRONG),))
    lines = ((Run(name, Style.STRONG), Run(colon + locale.join(words[:_WORDS]))) for name, words in view.matched)
    yield Bullets(tuple((Paragraph(spans),) for spans in lines))


def _alike(locale: Locale, view: WhyView) -> Iterator[Block]:
    """Yield which paper that the reader named or liked it is like, and by which words."""
    if example := view.score.example:
        key = "why.named" if example.named else "why.liked"
        title = shown.title(Paper(id=example.paper, title=example.title), _NAMED)
        said = locale.text(key, paper=example.paper, title=title, words=locale.join(view.common))
        yield Paragraph((Run(said),))


def _clicks(locale: Locale, view: WhyView) -> Iterator[Block]:
    """Yield what clicks changed, what they leave open, and from when they count; without any, how they teach."""
    lessons = view.lessons
    if not lessons.clicks:
        yield either(locale, "why.only_seeds" if view.seeds else "why.no_clicks", Style.MUTED)
        return
    words = moved(locale, lessons)
    if words:
        yield Paragraph((Run(locale.text("why.moved", n=lessons.last, words=words)),))
    if view.curiosity:
        yield Paragraph((Run(locale.text("why.curiosity", by=_number(view.curiosity))),))
    if lessons.since:
        dates = {"date": locale.day(view.date), "since": locale.day(lessons.since)}
        yield Paragraph((Run(locale.text("why.since", **dates), Style.MUTED),))


def _buttons(locale: Locale, paper: Paper) -> Buttons:
    card = Button(f"◀ {locale.text('button.card')}", "card", paper.id)
    others = (
        Button(locale.text("button.similar"), "similar", paper.id),
        Button(locale.text("button.profile"), "profile"),
    )
    return Buttons(((card, *others),))


def _number(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
