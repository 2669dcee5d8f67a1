"""The parts of the full brief, each as blocks; the smaller screens show some of them alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from brief.models import Author, Brief, Follow, Idea, Pick, Status, Text
from formatting import cards
from formatting import paper as shown
from formatting.document import Block, Bullets, Heading, Importance, Link, Paragraph, Run, Spans, Style, separated
from formatting.locales import Locale
from formatting.reports import (
    model_name,
    note_text,
    source_name,
    status_name,
    why_no_more,
    why_no_papers,
    why_nothing_to_follow,
)
from formatting.text import shorten

_NAME_COLUMNS = 120
_REMARK_COLUMNS = 240


def heading(locale: Locale, key: str, **params: object) -> Heading:
    """Return a section's heading."""
    return Heading(2, (Run(locale.text(f"section.{key}", **params)),))


def counted(locale: Locale, key: str, number: int) -> Heading:
    """Return the heading of a section that says how many entries follow, without the number when none do."""
    return heading(locale, key, n=number) if number else heading(locale, f"no_{key}")


def aside(text: str) -> Paragraph:
    """Return a line in passing."""
    return Paragraph((Run(text, Style.MUTED),))


def notices(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return what a reader must know first: that this is the packaged sample."""
    if not brief.sample:
        return ()
    label = locale.text("sample.label", date=locale.date(brief.date))
    return (Paragraph((Run(label, Style.STRONG),), Importance.ESSENTIAL),)


def scope(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return the time range, why it is a quiet one, and the sources consulted."""
    window = brief.window
    days = _days(locale, window.days)
    parts = [locale.text("window.listing_day", days=days)] if days else []
    since, until = locale.moment(window.since), locale.moment(window.until)
    parts.append(locale.text("window.span", since=since, until=until))
    clause, end = str(locale.raw("punctuation.clause")), str(locale.raw("punctuation.end"))
    quiet = (aside(locale.text(f"quiet.{window.quiet}")),) if window.quiet else ()
    return (
        _labelled(locale, "time_range", clause.join(parts) + end),
        *quiet,
        _labelled(locale, "sources", _consulted(locale, brief)),
    )


def _days(locale: Locale, days: tuple[dt.date, ...]) -> str:
    if len(days) < 2:
        return "".join(day.isoformat() for day in days)
    return locale.text("date.range", first=days[0].isoformat(), last=days[-1].isoformat())


def _labelled(locale: Locale, key: str, text: str) -> Paragraph:
    label = Run(locale.text(f"section.{key}"), Style.STRONG)
    return Paragraph((label, Run(str(locale.raw("punctuation.colon"))), Run(text)))


def _consulted(locale: Locale, brief: Brief) -> str:
    """Name every source asked; those that did not answer in full say so."""
    good = (Status.OK, Status.EMPTY)
    names = [
        source_name(locale, r.source)
        if r.status in good
        else locale.text("missing.one", source=source_name(locale, r.source), status=status_name(locale, r.status))
        for r in brief.reports
    ]
    return locale.join(names) + str(locale.raw("punctuation.end")) if names else locale.text("missing.none_asked")


def overview(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return what the day is about, in the writer's words."""
    said = shown.said(locale, brief.overview) or (Run(why_no_papers(locale, brief)),)
    return (Paragraph(said, Importance.ESSENTIAL),)


def news(brief: Brief, items: int) -> Text:
    """Return the overview for where the best `items` follow by title: without a measured sentence that lists them."""
    names = [name for pick in brief.items[:items] if (name := pick.paper.title.partition(":")[0].strip())]
    return tuple(
        sentence
        for sentence in brief.overview
        if sentence.origin != "measured" or 2 * sum(name in sentence.text for name in names) <= len(names)
    )


def picks(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return the recommendations in full."""
    if not brief.picks:
        return (aside(why_no_papers(locale, brief)),)
    return tuple(block for n, pick in enumerate(brief.picks, 1) for block in _recommended(locale, brief, n, pick))


def _recommended(locale: Locale, brief: Brief, number: int, pick: Pick) -> tuple[Block, ...]:
    lines = (*shown.facts(locale, pick), *shown.parts(locale, pick, "contribution"))
    return (
        _titled(locale, brief, pick, f"{number}. "),
        Bullets(tuple((line,) for line in lines)),
        *shown.parts(locale, pick, "why", "relation", "reason"),
    )


def _titled(locale: Locale, brief: Brief, pick: Pick, number: str = "") -> Heading:
    """Return a paper's heading; one that is extracted amid what a model wrote says so."""
    mark = (Run(f" · {locale.text('author.extracted')}", Style.MUTED),) if extracted(brief, pick) else ()
    return Heading(3, (Run(number + shown.title(pick.paper)), *mark))


def extracted(brief: Brief, pick: Pick) -> bool:
    """Whether nothing that is said of a paper is by the model that wrote the rest."""
    said = (sentence for name in shown.PARTS for sentence in getattr(pick.card, name))
    return brief.author.kind == "model" and all(sentence.origin != "model" for sentence in said)


def scan(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return the papers worth scanning: facts, contribution, quick judgement."""
    if not brief.scan:
        return (aside(why_no_more(locale, brief)),)
    blocks: list[Block] = []
    for pick in brief.scan:
        lines = (*shown.facts(locale, pick), *shown.parts(locale, pick, "contribution", "judgement"))
        blocks += [_titled(locale, brief, pick), Bullets(tuple((line,) for line in lines))]
    return tuple(blocks)


def must_reads(locale: Locale, brief: Brief, *, pressed: bool = False) -> tuple[Block, ...]:
    """Return the papers to read closely, what to read for, and the stand-in; `pressed` gives them buttons."""
    chosen = [pick for i in brief.must_reads if (pick := brief.find(i))]
    if not chosen:
        return (aside(why_no_papers(locale, brief)),)
    items = tuple((_linked(pick), *_focus(locale, pick)) for pick in chosen)
    keys = tuple(cards.beside(locale, pick.paper) for pick in chosen) if pressed else ()
    return (Bullets(items, numbered=True, keys=keys), *_stand_in(locale, brief))


def _focus(locale: Locale, pick: Pick) -> tuple[Paragraph, ...]:
    """Return what to read for, a line each point, the first one labelled."""
    lines = shown.points(locale, pick.card.focus)
    return (*(shown.field(locale, "focus", line) for line in lines[:1]), *(Paragraph(line) for line in lines[1:]))


def _linked(pick: Pick) -> Paragraph:
    return Paragraph((Link(shown.title(pick.paper), pick.paper.url),), Importance.ESSENTIAL)


def _stand_in(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    pick = brief.find(brief.stand_in) if brief.stand_in else None
    if pick is None:
        return ()
    when = shown.said(locale, brief.stand_in_when)
    gap = (Run(" — "),) if when else ()
    return (shown.field(locale, "stand_in", (*_linked(pick).spans, *gap, *when)),)


def follow(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return the repositories, models and data sets to follow, then the rest by name."""
    if not brief.follow:
        return (aside(why_nothing_to_follow(locale, brief)),)
    blocks: list[Block] = [Bullets(tuple(_followed(locale, item) for item in brief.follow))]
    if brief.more_follow:
        blocks.append(Paragraph((Run(locale.text("section.more_follow"), Style.STRONG),)))
        blocks.append(Bullets(tuple((_followed_briefly(locale, item),) for item in brief.more_follow)))
    return tuple(blocks)


def _followed(locale: Locale, item: Follow) -> tuple[Paragraph, ...]:
    name, url, kind = named(item)
    fields = {
        "links": (Link(url, url),),
        "follow_status": shown.said(locale, item.status),
        "categories": _runs(shown.categories(item.categories)),
        "follow_focus": shown.said(locale, item.focus),
    }
    first = Paragraph((Run(name, Style.STRONG), Run(f" · {locale.text(f'kind.{kind}')}", Style.MUTED)))
    return (first, *(shown.field(locale, key, spans) for key, spans in fields.items() if spans))


def _followed_briefly(locale: Locale, item: Follow) -> Paragraph:
    name, url, _ = named(item)
    remark = shown.said(locale, item.focus or item.status, _REMARK_COLUMNS)
    gap = (Run(" — "),) if remark else ()
    return Paragraph((Link(name, url), *gap, *remark))


def named(item: Follow) -> tuple[str, str, str]:
    """Return the name, page and kind of what is followed; raises ValueError for nothing."""
    return shorten(item.item.name, _NAME_COLUMNS), item.item.url, item.asset.kind if item.asset else "repo"


def _runs(text: str) -> Spans:
    return (Run(text),) if text else ()


def ideas(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return the research ideas, each with its papers and its open question."""
    if not brief.ideas:
        return (aside(locale.text("empty.no_ideas")),)
    return tuple(block for n, idea in enumerate(brief.ideas, 1) for block in _idea(locale, brief, n, idea))


def _idea(locale: Locale, brief: Brief, number: int, idea: Idea) -> tuple[Block, ...]:
    head = locale.text("section.idea", n=number, title=shorten(idea.title, shown.TITLE_COLUMNS))
    blocks: list[Block] = [Heading(3, (Run(head),)), Paragraph(shown.said(locale, idea.body))]
    if idea.steps:
        blocks.append(Bullets(tuple((Paragraph(shown.said(locale, (step,))),) for step in idea.steps)))
    blocks.append(shown.field(locale, "question", shown.said(locale, idea.question), Importance.ESSENTIAL))
    found = [pick for i in idea.papers if (pick := brief.find(i))]
    if found:
        titles = [Link(shown.title(pick.paper, _NAME_COLUMNS), pick.paper.url) for pick in found]
        blocks.append(shown.field(locale, "papers", separated(titles), Importance.DETAIL))
    return tuple(blocks)


def authorship(locale: Locale, brief: Brief) -> tuple[Block, ...]:
    """Return who wrote the edition, at what cost, and when."""
    author = brief.author
    mixed = sum(extracted(brief, pick) for pick in brief.items)
    counts = {"remembered": author.remembered, "replaced": author.replaced, "mixed": mixed}
    who = [
        *([locale.text("author.extractive")] if author.kind == "extractive" else []),
        *([_asked(locale, author)] if author.calls or author.kind == "model" else []),
        *(locale.text(f"author.{name}", n=n) for name, n in counts.items() if n),
    ]
    lines = [
        shown.joined(who),
        *(note_text(locale, note) for note in author.notes),
        *([locale.text("author.by_words")] if brief.by_words else []),
        locale.text("author.times", collected=locale.moment(brief.collected), made=locale.moment(brief.made)),
    ]
    return tuple(aside(line) for line in lines)


def _asked(locale: Locale, author: Author) -> str:
    """Return what a model wrote, or that it was asked in vain, at what cost."""
    cost = (
        locale.text("author.no_cost")
        if author.cost is None
        else locale.text("author.cost", dollars=_money(author.cost))
    )
    counts = {"calls": author.calls, "tokens_in": author.tokens_in, "tokens_out": author.tokens_out}
    key = "model" if author.kind == "model" else "in_vain"
    return locale.text(f"author.{key}", model=model_name(locale, author.model), cost=cost, **counts)


def _money(dollars: float) -> str:
    """Return dollars and cents, below one dollar three digits that count."""
    return f"{dollars:,.2f}" if dollars >= 1 else f"{Decimal(f'{dollars:#.3g}'):f}"
