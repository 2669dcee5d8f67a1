"""One paper in full: what is known, what is said, its abstract, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from brief.models import Paper, Pick
from formatting import paper as shown
from formatting.document import (
    Block,
    Bullets,
    Button,
    Heading,
    Image,
    Importance,
    Link,
    Paragraph,
    Quote,
    Run,
    Style,
    UrlButton,
)
from formatting.locales import Locale
from formatting.text import safe_url, shorten

_ABSTRACT_COLUMNS = 1800
_NAME_COLUMNS = 80
_COMMENT_COLUMNS = 240
_OTHERS = 3  # papers named beside the first that a button opens: a row
_PICTURE_HOSTS = ("https://cdn-thumbnails.huggingface.co/", "https://cdn-uploads.huggingface.co/")

Row = tuple[Button | UrlButton, ...]
Named = tuple[str, int | None]  # a paper as it is asked for: id and version


def blocks(locale: Locale, pick: Pick, named: Sequence[Named] = ()) -> list[Block]:
    """Return the paper under its title, with the picture that Hugging Face has of it; see `screens.card`."""
    found: list[Block] = [
        Heading(1, (Run(shown.title(pick.paper)),)),
        *_unlike_asked(locale, pick.paper, named),
        *_thumbnail(locale, pick.paper),
        Bullets(tuple((line,) for line in _facts(locale, pick))),
        *shown.parts(locale, pick, "contribution", "why", "relation", "reason", "judgement", "focus"),
        *shown.byline(locale, pick),
    ]
    if pick.paper.abstract:
        label = Run(locale.text("field.abstract"), Style.STRONG)
        found += [Paragraph((label,)), Quote((Run(shorten(pick.paper.abstract, _ABSTRACT_COLUMNS)),))]
    return found


def _unlike_asked(locale: Locale, paper: Paper, named: Sequence[Named]) -> Iterator[Paragraph]:
    """Yield that this is another version than was asked for, and that other papers were asked for, too."""
    version = named[0][1] if named else None
    if version and version != paper.version:
        key = "paper.other_version" if paper.version else "paper.some_version"
        url = f"https://arxiv.org/abs/{paper.id}v{version}"
        said = locale.text(key, asked=version, shown=paper.version)
        yield Paragraph((Run(said + str(locale.raw("punctuation.colon"))), Link(url, url)), Importance.ESSENTIAL)
    if len(named) > 1:
        ids = locale.join(paper_id for paper_id, _ in named[1 : _OTHERS + 1])
        yield Paragraph((Run(locale.text("paper.first_named", n=len(named), ids=ids)),), Importance.ESSENTIAL)


def others(named: Sequence[Named]) -> Row:
    """Return buttons that open the papers asked for after the first."""
    return tuple(Button(paper_id, "card", paper_id) for paper_id, _ in named[1 : _OTHERS + 1])


def opinions(locale: Locale, paper: Paper, vote: int, *, saved: bool) -> Row:
    """Return the buttons of a reader's own: later, like, dislike, similar, why; what is in force is marked."""
    others = (Button(locale.text(f"button.{name}"), name, paper.id) for name in ("similar", "why"))
    return (*own(locale, paper.id, vote, saved=saved), *others)


def own(locale: Locale, paper_id: str, vote: int, *, saved: bool) -> tuple[Button, Button, Button]:
    """Return later, like and dislike; what is in force is marked, and pressed once more taken back."""
    return (
        Button(locale.text("button.saved" if saved else "button.save"), "remove" if saved else "save", paper_id),
        Button("👍 ✓" if vote > 0 else "👍", "like", paper_id),
        Button("👎 ✓" if vote < 0 else "👎", "dislike", paper_id),
    )


def beside(locale: Locale, paper: Paper) -> Row:
    """Return what can be done with a paper in a list: its card, the reader's own, its page."""
    card = Button(locale.text("button.card"), "card", paper.id)
    return (card, *opinions(locale, paper, 0, saved=False), UrlButton(locale.text("button.arxiv"), paper.url))


def kept(locale: Locale, paper: Paper) -> Row:
    """Return what can be done with a paper of the later list that is not read."""
    return tuple(Button(locale.text(f"button.{name}"), name, paper.id) for name in ("card", "done", "remove"))


def pages(locale: Locale, paper: Paper) -> Row:
    """Return the buttons that open the paper's pages, as far as there are any."""
    urls = {
        "arxiv": paper.url,
        "pdf": f"https://arxiv.org/pdf/{paper.id}",
        "hub": paper.hub_url,
        "code": paper.code_url,
        "project": paper.project,
    }
    return tuple(UrlButton(locale.text(f"button.{name}"), url) for name, url in urls.items() if url)


def _thumbnail(locale: Locale, paper: Paper) -> tuple[Image, ...]:
    """Return the paper's picture; none at an address that is not of Hugging Face's."""
    url = safe_url(paper.thumbnail or "") or ""
    alt = locale.text("paper.picture", title=shown.title(paper))
    return (Image(url, alt),) if url.startswith(_PICTURE_HOSTS) else ()


def _facts(locale: Locale, pick: Pick) -> tuple[Paragraph, ...]:
    paper = pick.paper
    extra = {
        "authors": shown.authors(locale, paper),
        "organization": shorten(paper.organization or "", _NAME_COLUMNS),
        "comment": shorten(paper.comment or "", _COMMENT_COLUMNS),
        "directions": locale.join(label.text for label in pick.directions),
    }
    lines = (shown.field(locale, name, (Run(text),), Importance.DETAIL) for name, text in extra.items() if text)
    return (*shown.facts(locale, pick), *lines)
