"""Where each sentence of a brief comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from brief.models import Brief, Follow, Idea, Pick, Sentence, Text
from formatting import paper as shown
from formatting import sections
from formatting.document import Block, Bullets, Heading, Paragraph, Run, Style
from formatting.locales import Locale
from formatting.reports import model_name
from formatting.text import shorten

_CHECKED_COLUMNS = 240
_MOST_NAMED = 5  # ids; a sentence about the whole day rests on all of it

Item = tuple[Paragraph, Paragraph]


def blocks(locale: Locale, brief: Brief) -> Iterator[Block]:
    """Yield the sections that say something: each sentence, and under it where it comes from."""
    tell = _Teller(locale, brief.author.model)
    followed = (*brief.follow, *brief.more_follow)
    found: Mapping[Heading, Iterable[Block]] = {
        sections.heading(locale, "overview"): tell.sentences({"": brief.overview}),
        sections.counted(locale, "picks", len(brief.picks)): _each(
            tell.pick(pick, f"{n}. ") for n, pick in enumerate(brief.picks, 1)
        ),
        sections.heading(locale, "scan"): _each(map(tell.pick, brief.scan)),
        sections.counted(locale, "must", len(brief.must_reads)): tell.sentences({"stand_in": brief.stand_in_when}),
        sections.counted(locale, "follow", len(followed)): _each(map(tell.follow, followed)),
        sections.heading(locale, "ideas"): _each(tell.idea(n, idea) for n, idea in enumerate(brief.ideas, 1)),
    }
    for heading, below in found.items():
        if said := tuple(below):
            yield from (heading, *said)


def _each(groups: Iterable[Iterable[Block]]) -> Iterator[Block]:
    return (block for group in groups for block in group)


@dataclass(frozen=True)
class _Teller:
    """Tells of sentences where they come from; `model` is who wrote those of origin `model`."""

    locale: Locale
    model: str | None

    def pick(self, pick: Pick, number: str = "") -> Iterator[Block]:
        """Yield the sentences about a paper."""
        card = pick.card
        parts = {name: getattr(card, name) for name in shown.PARTS}
        teller = replace(self, model=card.byline.model) if card.byline else self
        yield Heading(3, (Run(number + shown.title(pick.paper)),))
        yield from teller.sentences({**parts, "reason": pick.reason}, pick.paper.id)

    def follow(self, item: Follow) -> Iterator[Block]:
        """Yield the sentences about a repository, model or data set."""
        name, _, _ = sections.named(item)
        yield Heading(3, (Run(name),))
        yield from self.sentences({"follow_status": item.status, "follow_focus": item.focus}, name)

    def idea(self, number: int, idea: Idea) -> Iterator[Block]:
        """Yield the sentences of a research idea."""
        title = shorten(idea.title, shown.TITLE_COLUMNS)
        yield Heading(3, (Run(self.locale.text("section.idea", n=number, title=title)),))
        yield from self.sentences({"": idea.body + idea.steps, "question": idea.question}, *idea.papers)

    def sentences(self, parts: Mapping[str, Text], *about: str) -> Iterator[Block]:
        """Yield one list of the sentences of some fields; `about` are the ids where a sentence names none."""
        items = tuple(item for field, text in parts.items() for item in self._items(field, text, about))
        if items:
            yield Bullets(items)

    def _items(self, field: str, text: Text, about: tuple[str, ...]) -> Iterator[Item]:
        for n, point in enumerate(shown.introduced(text)):
            *lead, sentence = point
            said = (*(Run(s.text + shown.gap(s.text)) for s in lead), self._words(sentence))
            line = shown.field(self.locale, field, said) if field and not n else Paragraph(said)
            yield line, sections.aside(f"→ {self._origin(sentence, sentence.items or about)}")

    def _words(self, sentence: Sentence) -> Run:
        words = shorten(sentence.text, shown.SENTENCE_COLUMNS)
        return Run(self.locale.text("quote.text", text=words), Style.QUOTE) if sentence.quoted else Run(words)

    def _origin(self, sentence: Sentence, ids: tuple[str, ...]) -> str:
        """Return `abstract of 2604.26904`, or for a model what was looked up and found."""
        locale = self.locale
        named = locale.join(ids) if len(ids) <= _MOST_NAMED else locale.text("explain.many", n=len(ids))
        of, basis = (locale.text(f"explain.{key}", items=named) if ids else "" for key in ("of", "basis"))
        model = model_name(locale, self.model)
        origin = locale.text(f"explain.{sentence.origin}", of=of, basis=basis, model=model)
        found = shorten(locale.join(sentence.checked), _CHECKED_COLUMNS)
        return origin + (locale.text("explain.checked", found=found) if found else "")
