"""Every answer the product gives, as a Document: Brief in, words and buttons out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from brief.models import Brief, Day, Language, Pick, Ranked
from formatting import cards, sections
from formatting import explain as explained
from formatting import paper as shown
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Document,
    Heading,
    Importance,
    Link,
    Paragraph,
    Run,
    Spans,
    Style,
    plain,
)
from formatting.locales import Locale, load
from formatting.reports import missing_line, reliability, why_no_more, why_no_papers
from formatting.text import shorten

TOP = 5  # papers in the push
_PUSH_TITLE = 120  # columns; with the next three, five entries stay within one screen
_PUSH_OVERVIEW = 560
_PUSH_CATEGORIES = 3
_PUSH_CONTRIBUTION = 225  # three lines of a narrow terminal
_TYPED_COLUMNS = 80  # of what somebody typed, repeated back
_SUMMARY_COLUMNS = 240

Kind = Literal[
    "unknown_command",
    "strange_command",
    "not_an_id",
    "no_id",
    "no_paper",
    "lookup_failed",
    "no_brief",
    "bad_date",
    "not_begun",
    "expired",
    "old_button",
    "no_delivery",
    "bad_time",
    "bad_zone",
    "which_zone",
    "bad_language",
    "bad_number",
    "bad_switch",
    "bad_page",
    "bad_span",
    "bad_day",
    "bad_kind",
    "no_words",
    "not_saved",
    "nothing_kept",
    "nothing_reset",
    "empty_profile",
    "lone_name",
    "long_profile",
]


def push(brief: Brief, items: int = TOP) -> Document:
    """Return the morning message: the day in a sentence, the best `items`, what is missing, where to go next.

    More items than the brief recommends are filled from those worth scanning.
    """
    locale = load(brief.language)
    overview = shown.said(locale, sections.news(brief, items), _PUSH_OVERVIEW)
    blocks: list[Block] = [*sections.notices(locale, brief)]
    if overview:
        blocks.append(Paragraph(overview, Importance.ESSENTIAL))
    blocks.append(_best(locale, brief, items))
    if (left := len(brief.picks) - items) > 0:  # the overview speaks of them, too
        blocks.append(Paragraph(locale.spans("push.others", n=left)))
    if missing := missing_line(locale, brief):
        blocks.append(sections.aside(missing))
    blocks.append(_navigation(locale, "top", brief.items[:items] if brief.picks else ()))
    return _document(brief, "push", blocks, plain(overview))


def more(brief: Brief) -> Document:
    """Return the papers worth scanning."""
    locale = load(brief.language)
    found = entries(locale, brief.scan, numbered=True) if brief.scan else sections.aside(why_no_more(locale, brief))
    return _document(brief, "more", [found, _navigation(locale, "more", brief.scan)])


def must(brief: Brief) -> Document:
    """Return the must-reads."""
    locale = load(brief.language)
    chosen = [pick for i in brief.must_reads if (pick := brief.find(i))]
    found = sections.must_reads(locale, brief, pressed=True)
    return _document(brief, "must", [*found, _navigation(locale, "must", chosen)])


def repos(brief: Brief) -> Document:
    """Return the repositories, models and data sets to follow."""
    locale = load(brief.language)
    return _document(brief, "repos", [*sections.follow(locale, brief), _navigation(locale, "repos")])


def ideas(brief: Brief) -> Document:
    """Return the research ideas."""
    locale = load(brief.language)
    return _document(brief, "ideas", [*sections.ideas(locale, brief), _navigation(locale, "ideas")])


def sources(brief: Brief) -> Document:
    """Return what was covered, how every source did, and who wrote the edition."""
    locale = load(brief.language)
    blocks = [
        *sections.notices(locale, brief),
        *sections.scope(locale, brief),
        reliability(locale, brief.reports),
        *sections.authorship(locale, brief),
        _navigation(locale, "sources"),
    ]
    return _document(brief, "sources", blocks)


def full(brief: Brief) -> Document:
    """Return the whole brief, every section in its order; a section with nothing to say says why."""
    locale = load(brief.language)
    musts = sum(brief.find(i) is not None for i in brief.must_reads)
    blocks = [
        *sections.notices(locale, brief),
        *sections.scope(locale, brief),
        *(sections.heading(locale, "overview"), *sections.overview(locale, brief)),
        *(sections.counted(locale, "picks", len(brief.picks)), *sections.picks(locale, brief)),
        *(sections.heading(locale, "scan"), *sections.scan(locale, brief)),
        *(sections.counted(locale, "must", musts), *sections.must_reads(locale, brief)),
        *(sections.counted(locale, "follow", len(brief.follow)), *sections.follow(locale, brief)),
        *(sections.heading(locale, "ideas"), *sections.ideas(locale, brief)),
        *(sections.heading(locale, "reliability"), reliability(locale, brief.reports)),
        Divider(),
        *sections.authorship(locale, brief),
    ]
    return _document(brief, "full", blocks, plain(shown.said(locale, brief.overview)))


def explain(brief: Brief) -> Document:
    """Return every sentence of the brief with where it comes from, then who wrote it."""
    locale = load(brief.language)
    told = explained.blocks(locale, brief)
    return _document(
        brief, "explain", [*sections.notices(locale, brief), *told, Divider(), *sections.authorship(locale, brief)]
    )


def card(
    pick: Pick,
    language: Language,
    *,
    saved: bool = False,
    vote: int = 0,
    previous: str | None = None,
    next: str | None = None,  # noqa: A002 - the other end of `previous`
    named: Sequence[cards.Named] = (),
) -> Document:
    """Return one paper in full, its abstract included.

    `saved` and `vote` (1, 0, -1) are the reader's own; `previous` and `next` the ids of its neighbours in the brief.
    `named` are all the papers that were asked for, this one first.
    """
    locale, paper = load(language), pick.paper
    name = shown.title(paper)
    back = Button(locale.text("button.top"), "top")
    turns = (previous and Button("◀", "card", previous), back, next and Button("▶", "card", next))
    rows = (
        cards.opinions(locale, paper, vote, saved=saved),
        cards.pages(locale, paper),
        cards.others(named),
        tuple(turn for turn in turns if turn),
    )
    contribution = plain(shown.said(locale, pick.card.contribution, _SUMMARY_COLUMNS))
    summary = f"{name} — {contribution}" if contribution else name
    return Document(name, language, (*cards.blocks(locale, pick, named), Buttons(tuple(filter(None, rows)))), summary)


def help(rows: Sequence[tuple[str, Spans]], language: Language) -> Document:  # noqa: A001 - the command's name
    """Return the commands and what each does, as (`/paper`, what is said of it) rows."""
    heading = load(language).text("title.help")
    items = tuple((Paragraph((Run(command, Style.CODE), Run(" — "), *said)),) for command, said in rows)
    return Document(heading, language, (Heading(1, (Run(heading),)), Bullets(items)), heading)


def message(kind: Kind, language: Language, text: str = "", reason: str = "") -> Document:
    """Return a short answer instead of a screen.

    `text` is what was typed or asked for, `reason` why it failed or what to try instead.
    """
    locale = load(language)
    title = locale.text(f"message.{kind}.title")
    values = {"text": shorten(text, _TYPED_COLUMNS), "reason": shorten(reason, _SUMMARY_COLUMNS)}
    said = locale.spans(f"message.{kind}.text", **values)
    return Document(title, language, (Paragraph(said, Importance.ESSENTIAL),), plain(said))


def collected(day: Day, language: Language) -> Document:
    """Return what a collection brought and how every source did."""
    locale = load(language)
    title = locale.text("title.collected", date=locale.date(day.window.date))
    counts = {"papers": len(day.papers), "repos": len(day.repos), "assets": len(day.assets)}
    total = locale.join(locale.text(f"count.{name}", n=n) for name, n in counts.items())
    blocks = (Heading(1, (Run(title),)), Paragraph((Run(total),)), reliability(locale, day.reports))
    return Document(title, language, blocks, total)


def ranking(ranked: Sequence[Ranked], language: Language) -> Document:
    """Return papers in the order given, each with the parts of its score."""
    locale = load(language)
    title = locale.text("title.ranking", n=len(ranked))
    items = tuple(_scored(locale, item) for item in ranked)
    return Document(title, language, (Heading(1, (Run(title),)), Bullets(items, numbered=True)), title)


def _scored(locale: Locale, item: Ranked) -> tuple[Paragraph, ...]:
    paper, score = item.paper, item.score
    parts = " + ".join(f"{_part(locale, name)} {value:.2f}" for name, value in score.parts.items())
    line = f"{paper.id} · {score.total:.2f} = {parts}"
    return Paragraph((Link(shown.title(paper, _PUSH_TITLE), paper.url),)), Paragraph((Run(line, Style.MUTED),))


def _part(locale: Locale, name: str) -> str:
    key = f"part.{name}"
    return locale.text(key) if key in locale.keys else name


def check(rows: Sequence[tuple[str, bool | None, str, str]], language: Language) -> Document:
    """Return what was looked at as (what, fine or not or switched off, what was found, what to do) rows."""
    locale = load(language)
    title = locale.text("title.check")
    items = tuple(_checked(locale, *row) for row in rows)
    return Document(title, language, (Heading(1, (Run(title),)), Bullets(items)), title)


def _checked(locale: Locale, what: str, ok: bool | None, found: str, fix: str) -> tuple[Paragraph, ...]:  # noqa: FBT001 - a row of the table
    state = {True: "warn" if fix else "ok", False: "bad", None: "off"}[ok]
    colon = str(locale.raw("punctuation.colon"))
    words = " · ".join(filter(None, (locale.text(f"check.{state}"), found)))
    first = Paragraph((Run(what, Style.STRONG), Run(colon + words)))
    return (first, sections.aside(locale.text("check.fix", fix=fix))) if fix else (first,)


def _document(brief: Brief, key: str, blocks: Sequence[Block], summary: str = "", **params: object) -> Document:
    title = load(brief.language).text(f"title.{key}", date=load(brief.language).date(brief.date), **params)
    shortened = shorten(summary, _SUMMARY_COLUMNS) or title
    return Document(title, brief.language, (Heading(1, (Run(title),)), *blocks), shortened)


def _best(locale: Locale, brief: Brief, items: int) -> Block:
    """Return the best papers, or why there are none."""
    if not brief.picks:
        return sections.aside(why_no_papers(locale, brief))
    return entries(locale, brief.items[:items], numbered=True)


def entries(locale: Locale, picks: Sequence[Pick], *, numbered: bool = False) -> Bullets:
    """Return papers as a list: linked title, contribution, and categories with signals."""
    keys = tuple(cards.beside(locale, pick.paper) for pick in picks)
    return Bullets(tuple(_entry(locale, pick) for pick in picks), numbered, keys)


def _entry(locale: Locale, pick: Pick) -> tuple[Paragraph, ...]:
    """Return the linked title, the contribution, and categories with signals."""
    paper = pick.paper
    sentences = shown.opening(pick.card.contribution or pick.card.judgement, _PUSH_CONTRIBUTION)
    said = shown.said(locale, sentences, _PUSH_CONTRIBUTION)
    marks = (
        shown.revision(locale, pick),
        shown.categories(pick.categories[:_PUSH_CATEGORIES], paper),
        shown.signals(locale, paper),
    )
    meta = " · ".join(filter(None, marks))
    lines = [Paragraph((Link(shown.title(paper, _PUSH_TITLE), paper.url),), Importance.ESSENTIAL)]
    lines += [Paragraph(said)] if said else []
    lines += [Paragraph((Run(meta, Style.MUTED),), Importance.DETAIL)] if meta else []
    return tuple(lines)


def _navigation(locale: Locale, here: str, picks: Sequence[Pick] = ()) -> Buttons:
    """Return buttons that open the papers of a numbered list, five in a row, and the way to the other screens."""
    numbers = tuple(Button(str(n), "card", pick.paper.id) for n, pick in enumerate(picks, 1))
    others = [name for name in ("top", "more", "must", "repos", "ideas", "sources") if name != here]
    return Buttons((*(numbers[n : n + TOP] for n in range(0, len(numbers), TOP)), _rooms(locale, *others)))


def _rooms(locale: Locale, *names: str) -> tuple[Button, ...]:
    return tuple(Button(locale.text(f"button.{name}"), name) for name in names)
