"""How the topics moved, in words: shares as lines of blocks and as numbers, and what is said with the picture of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brief.models import Language, Trend, Trends
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Document,
    Heading,
    Importance,
    Paragraph,
    Run,
    Style,
    plain,
)
from formatting.locales import Locale, load

SPANS = (7, 30)  # days
_LEVELS = "▁▂▃▅▇"
_NO_LEVEL = "·"  # of a day with too few papers


def screen(trends: Trends, language: Language, *, drawn: bool = False) -> Document:
    """Return which topics rose and fell, on how many days that rests, and the way to the other span.

    What is `drawn` has a picture beside it, and no lines of blocks.
    """
    locale = load(language)
    title = locale.text("title.trends", n=trends.asked)
    told = list(_told(locale, trends, drawn=drawn))
    blocks = (Heading(1, (Run(title),)), *told, Buttons((_spans(locale, trends.asked),)))
    lead = next((plain(block.spans) for block in told if isinstance(block, Paragraph)), "")
    return Document(title, language, blocks, f"{title} — {lead}")


def alt(trends: Trends, language: Language) -> str:
    """Return what the picture shows, for those who do not see it."""
    locale = load(language)
    rose, fell = (locale.join(moves(locale, part)) or locale.text("trends.none") for part in (trends.rose, trends.fell))
    return locale.text("trends.alt", rose=rose, fell=fell, basis=basis(locale, trends))


def moves(locale: Locale, trends: Iterable[Trend]) -> list[str]:
    """Return each topic with its share before and after: `LLM Agent 4.1% → 7.3%`."""
    return [
        locale.text(
            "trends.move", name=one.names[locale.language], before=f"{one.before:.1%}", after=f"{one.after:.1%}"
        )
        for one in trends
    ]


def basis(locale: Locale, trends: Trends) -> str:
    """Return what was counted."""
    days = {"since": f"{trends.days[0]}", "until": f"{trends.days[-1]}"}
    return locale.text("trends.basis", papers=trends.papers, days=len(trends.days), **days)


def compared(locale: Locale, trends: Trends) -> str:
    """Return which days are compared."""
    return locale.text("trends.compare", before=trends.turn, after=len(trends.days) - trends.turn)


def too_few(locale: Locale, trends: Trends) -> str:
    """Return that there are too few days, and when there can be enough."""
    ready = locale.day(trends.ready) if trends.ready else ""
    return locale.text("trends.few", days=len(trends.days), asked=trends.asked, ready=ready)


def sparkline(shares: Sequence[float | None]) -> str:
    """Return shares as blocks between nothing and the largest of them."""
    most = max((share for share in shares if share is not None), default=0.0) or 1.0
    return "".join(_NO_LEVEL if s is None else _LEVELS[round(s / most * (len(_LEVELS) - 1))] for s in shares)


def _told(locale: Locale, trends: Trends, *, drawn: bool) -> Iterable[Block]:
    if trends.ready:
        yield Paragraph((Run(too_few(locale, trends)),), Importance.ESSENTIAL)
        return
    yield Paragraph((Run(basis(locale, trends)),))
    if not trends.moved:
        yield Paragraph((Run(locale.text("trends.still")),), Importance.ESSENTIAL)
        return
    for name, part in (("rose", trends.rose), ("fell", trends.fell)):
        if part:
            yield Paragraph((Run(locale.text(f"trends.{name}"), Style.STRONG),))
            yield Bullets(tuple((line(locale, one, drawn=drawn),) for one in part))
    yield Paragraph((Run(compared(locale, trends), Style.MUTED),), Importance.DETAIL)


def line(locale: Locale, one: Trend, *, drawn: bool = False) -> Paragraph:
    """Return a topic with its shares, as blocks as well unless they are `drawn`."""
    [move] = moves(locale, (one,))
    return Paragraph((Run(move if drawn else f"{sparkline(one.shares)} {move}"),), Importance.ESSENTIAL)


def _spans(locale: Locale, asked: int) -> tuple[Button, ...]:
    names = {days: locale.text("button.days", n=days) for days in SPANS}
    return tuple(Button(f"✓ {name}" if days == asked else name, "trends", str(days)) for days, name in names.items())
