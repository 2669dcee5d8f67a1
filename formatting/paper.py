"""The pieces a paper is shown in: title, links, dates, categories, signals, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, groupby, pairwise

from brief.models import Label, Paper, Pick, Text
from formatting.document import Importance, Link, Paragraph, Run, Span, Spans, Style, plain, separated
from formatting.locales import Locale
from formatting.reports import model_name, source_name
from formatting.text import columns, shorten

TITLE_COLUMNS = 240
SENTENCE_COLUMNS = 900
PARTS = ("contribution", "why", "relation", "judgement", "focus")  # of a card
_AUTHORS_NAMED = 5
_NAME_COLUMNS = 60
_ENDS = frozenset(".!?:;\u2026\u3002\uff01\uff1f\uff1a\uff1b\uff0c,")
_OPENING, _CLOSING = (
    "\u201c\u2018\u300c\u300e\u300a\u3010\uff08([\"'",
    "\u201d\u2019\u300d\u300f\u300b\u3011\uff09)]\"'",
)
_OPENING_OF = dict(zip(_CLOSING, _OPENING, strict=True))


def title(paper: Paper, limit: int = TITLE_COLUMNS) -> str:
    """Return the title, bounded; a paper without one is called by its id."""
    return shorten(paper.title, limit) or f"arXiv:{paper.id}"


def field(locale: Locale, name: str, spans: Spans, importance: Importance = Importance.NORMAL) -> Paragraph:
    """Return a labelled line; the label of a detail does not stand out."""
    style = Style.MUTED if importance is Importance.DETAIL else Style.STRONG
    label = Run(locale.text(f"field.{name}"), style)
    return Paragraph((label, Run(str(locale.raw("punctuation.colon"))), *spans), importance)


def said(locale: Locale, text: Text, limit: int = SENTENCE_COLUMNS) -> Spans:
    """Return the sentences that fit `limit` columns as spans, the first one cut if need be; a source's words in quotes.

    A sentence that ends in a colon introduces the quotation itself; only Hugging Face's summary, which is not the
    authors' own, is named even then.
    """
    spans: list[Span] = []
    for origin, group in groupby(opening(text, limit), key=lambda s: s.origin if s.quoted else None):
        words = shorten(joined(s.text for s in group), limit)
        limit = max(0, limit - columns(words))
        if not words:
            continue
        if spans:
            spans.append(Run(gap(plain(spans))))
        if origin:
            if origin == "summary" or not _introduces(plain(spans)):
                spans.append(Run(str(locale.raw(f"quote.{origin}")), Style.MUTED))
            spans.append(Run(locale.text("quote.text", text=words), Style.QUOTE))
        else:
            spans.append(Run(words))
    return tuple(spans)


def opening(text: Text, limit: int) -> Text:
    """Return the first sentences that fit `limit` columns together, one at least."""
    fitting = sum(width <= limit for width in accumulate(columns(sentence.text) for sentence in text))
    return text[: max(1, fitting)]


def points(locale: Locale, text: Text) -> tuple[Spans, ...]:
    """Return sentences one point each; a quotation stays with what introduces it."""
    return tuple(spans for point in introduced(text) if (spans := said(locale, point)))


def introduced(text: Text) -> tuple[Text, ...]:
    """Return sentences one by one, a quotation together with the one that introduces it."""
    starts = [n for n, sentence in enumerate(text) if n and not (sentence.quoted and _introduces(text[n - 1].text))]
    return tuple(text[a:b] for a, b in pairwise((0, *starts, len(text))) if a < b)


def links(paper: Paper) -> Spans:
    """Return the paper's pages, each shown by its address."""
    urls = [url for url in (paper.url, paper.hub_url, paper.code_url) if url]
    return separated([Link(url, url) for url in urls])


def dates(locale: Locale, paper: Paper) -> str:
    """Return when it was submitted, revised and listed, as far as known."""
    shown = [f"{paper.published:%Y-%m-%d}"] if paper.published else []
    if paper.updated and paper.revised:
        shown.append(locale.text("date.updated", date=f"{paper.updated:%Y-%m-%d}", version=paper.version or "?"))
    if paper.listed:
        shown.append(locale.text("date.listed", date=paper.listed.isoformat()))
    return " · ".join(shown)


def categories(labels: tuple[Label, ...], paper: Paper | None = None) -> str:
    """Return the categories' names, or arXiv's own codes where the brief gives none."""
    return " / ".join([label.text for label in labels] or (list(paper.categories[:4]) if paper else []))


def signals(locale: Locale, paper: Paper) -> str:
    """Return votes, discussion, mentions and code, as far as known."""
    shown = [
        locale.text(f"signal.{name}", n=n)
        for name in ("votes", "comments", "mentions", "code_stars")
        if (n := getattr(paper, name))
    ]
    if paper.code and not paper.code_stars:
        shown.append(locale.text("signal.code"))
    return " · ".join(shown)


def revision(locale: Locale, pick: Pick) -> str:
    """Return the mark of a paper that was shown before, or was missed and comes back, else nothing."""
    if not pick.revision:
        return locale.text("paper.returned") if pick.returned else ""
    version = pick.paper.version
    return locale.text("paper.revision", version=version) if version else locale.text("paper.revision_plain")


def authors(locale: Locale, paper: Paper) -> str:
    """Return the first authors, and how many there are when not all are named."""
    named = locale.join(shorten(name, _NAME_COLUMNS) for name in paper.authors[:_AUTHORS_NAMED])
    if len(paper.authors) <= _AUTHORS_NAMED:
        return named
    return locale.text("paper.more_authors", authors=named, n=len(paper.authors))


def sources(locale: Locale, paper: Paper) -> str:
    """Return the names of the sites that brought the paper."""
    return " / ".join(source_name(locale, source) for source in paper.sources)


def facts(locale: Locale, pick: Pick) -> tuple[Paragraph, ...]:
    """Return the labelled lines above what is said: links, source, date, categories, signals."""
    paper = pick.paper
    shown = {
        "source": sources(locale, paper),
        "date": " · ".join(filter(None, (dates(locale, paper), revision(locale, pick)))),
        "categories": categories(pick.categories, paper),
        "signals": signals(locale, paper),
    }
    lines = [field(locale, name, (Run(text),), Importance.DETAIL) for name, text in shown.items() if text]
    return (field(locale, "links", links(paper), Importance.DETAIL), *lines)


def parts(locale: Locale, pick: Pick, *names: str) -> tuple[Paragraph, ...]:
    """Return the named parts of the card that have something to say, labelled; `reason` is why it was picked."""
    texts = ((name, pick.reason if name == "reason" else getattr(pick.card, name)) for name in names)
    return tuple(field(locale, name, spans) for name, text in texts if (spans := said(locale, text)))


def byline(locale: Locale, pick: Pick) -> tuple[Paragraph, ...]:
    """Return which model wrote of the paper, and when; nothing where none did."""
    by = pick.card.byline
    if by is None:
        return ()
    line = locale.text("author.byline", model=model_name(locale, by.model), date=locale.day(by.date))
    return (Paragraph((Run(line, Style.MUTED),)),)


def joined(sentences: Iterable[str]) -> str:
    """Return sentences one after the other, apart as their language wants it."""
    whole = ""
    for sentence in sentences:
        whole += gap(whole) + sentence.strip()
    return whole


def _introduces(text: str) -> bool:
    return text.rstrip().endswith((":", "\uff1a"))


def gap(before: str) -> str:
    """Return what separates the next sentence from the one before, which is ended where it has no end of its own.

    A full stop within its closing quotes and brackets ends it too.
    """
    if not before:
        return ""
    last = before.rstrip()
    bare = last.rstrip(_CLOSING)
    end = "" if bare[-1:] in _ENDS else "\uff1b" if columns((_unquoted(last) or bare)[-1:]) > 1 else "."
    return end + (" " if columns((before + end)[-1]) == 1 else "")


def _unquoted(text: str) -> str:
    """Return a text without a quotation or bracket at its end, which may be in another language."""
    while text[-1:] in _OPENING_OF:
        text = text[: max(0, text.rfind(_OPENING_OF[text[-1]], 0, -1))].rstrip()
    return text
