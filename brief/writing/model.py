"""The brief written by a language model, over one written by extraction: what it does not give stays as it was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from brief.edition import PICKS, Draft, readable_item
from brief.models import Brief, Pick, Text
from brief.writing.answers import Choice, ChoiceAnswer
from brief.writing.checking import Asker, Fault, Outcome, Said, sentences
from brief.writing.llm import LanguageModel, Task
from brief.writing.material import (
    Item,
    abstract_of,
    candidate,
    commands,
    directions_of,
    evidence_of,
    followed,
    text_of,
)
from brief.writing.model_card import Told, card_by
from brief.writing.model_reading import read
from brief.writing.prompts import load

LIMIT = 600.0  # seconds for all of a brief; a local model on a slow machine needs minutes
FEWEST = 3  # recommendations, where so many match
_CHOICE_TOKENS = 2000


async def write(
    draft: Draft,
    model: LanguageModel,
    *,
    told: Told = lambda _done, _total: None,
    limit: float = LIMIT,
    scan: bool = True,
) -> Brief:
    """Return the edition as a model writes it, within `limit` seconds; never raises for what a model does.

    Without `scan` no new cards are written of what is worth scanning: only those that another reader's edition has.
    Who wrote it, what it cost and what went wrong stand in `Brief.author`.
    """
    work = await asyncio.to_thread(_Writing, draft, model, told, scan)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit):
            await work.run()
    return work.brief()  # its `author` says how many parts were not reached


class _Writing:
    """One edition on its way: first the choice, then a card each, then what needs all of them."""

    def __init__(self, draft: Draft, model: LanguageModel, told: Told, scan: bool) -> None:  # noqa: FBT001
        self._draft, self._told, self._scan = draft, told, scan
        self._asker = Asker(model, draft.language)
        self._brief = draft.brief()
        self._done, self._total = 0, 2 + len(self._brief.items)

    async def run(self) -> None:
        """Write everything; what is written stays when this is cancelled."""
        self._told(self._done, self._total)
        await self._choose()
        self._advance()
        picks, scanned = self._brief.picks, self._brief.scan
        cards = (self._card(pick, recall=not self._scan and pick in scanned) for pick in (*picks, *scanned))
        await asyncio.gather(*cards)
        self._brief = await read(self._asker, self._brief, self._draft.profile)
        self._advance()

    def brief(self) -> Brief:
        """Return the edition as far as it is written."""
        author = self._asker.author(withheld=self._withheld(), late=self._total - self._done)
        return self._brief.model_copy(update={"author": author})

    def _withheld(self) -> int:
        """Return how many items the model could not be shown."""
        papers = {item.paper.id: item.paper for item in self._draft.candidates}
        papers |= {pick.paper.id: pick.paper for pick in self._brief.items}
        follow = (*self._brief.follow, *self._brief.more_follow)
        shown = [*map(abstract_of, papers.values()), *(followed(1, one).fields for one in follow)]
        return sum(map(commands, shown))

    def _advance(self) -> None:
        self._done += 1
        self._told(self._done, self._total)

    async def _choose(self) -> None:
        """Arrange the edition around the model's recommendations."""
        offered = self._draft.candidates
        if len(offered) < FEWEST:
            return
        profile, language = self._draft.profile, self._draft.language
        items = [candidate(n, readable_item(ranked), profile, language) for n, ranked in enumerate(offered, 1)]
        reader = directions_of(profile)
        task = Task("choice", load("choice", language), ChoiceAnswer, _CHOICE_TOKENS)
        choice = _Choice(items, reader)
        outcome = await self._asker.ask(task, text_of([reader], items), choice.look)
        if outcome is not None and outcome.holds("picks"):
            by_id = {ranked.paper.id: ranked for ranked in offered}
            chosen = [by_id[i] for i in choice.chosen(outcome.value)]
            reasons = choice.reasons(outcome)
            brief = await asyncio.to_thread(self._draft.brief, chosen)
            self._brief = _with(brief, lambda pick: pick.model_copy(update={"reason": reasons.get(pick.paper.id, ())}))

    async def _card(self, pick: Pick, *, recall: bool) -> None:
        card = await card_by(self._asker, pick, self._draft.language, recall=recall)
        self._brief = _with(
            self._brief, lambda one: one.model_copy(update={"card": card}) if one.paper.id == pick.paper.id else one
        )
        self._advance()


class _Choice:
    """The papers a model may choose from, and what it answered about them."""

    def __init__(self, items: Sequence[Item], reader: Item) -> None:
        self._items, self._reader = {item.alias: item for item in items}, reader
        self._fewest = min(FEWEST, len(items))

    def look(self, answer: ChoiceAnswer) -> tuple[Sequence[Said], Sequence[Fault]]:
        """Return the reasons, and what is wrong with the choice itself."""
        unknown = [one.paper for one in answer.picks if one.paper not in self._items]
        faults = [Fault("picks", f"{alias} is none of the candidates") for alias in unknown]
        if len(answer.picks) - len(unknown) < self._fewest:
            faults.append(Fault("picks", f"choose {self._fewest} to {PICKS} candidates"))
        return [self._said(one) for one in answer.picks if one.paper in self._items], faults

    def chosen(self, answer: ChoiceAnswer) -> list[str]:
        """Return the ids of the chosen papers, the best first."""
        return [self._items[one.paper].id for one in answer.picks]

    def reasons(self, outcome: Outcome[ChoiceAnswer]) -> dict[str, Text]:
        """Return the reasons that hold, by paper."""
        said = [self._said(one) for one in outcome.value.picks]
        return {one.items[0]: sentences(one) for one in said if outcome.holds(one.place)}

    def _said(self, one: Choice) -> Said:
        item = self._items[one.paper]
        return Said(f"reasons.{one.paper}", one.reason, evidence_of([item, self._reader]), (item.id,))


def _with(brief: Brief, change: Callable[[Pick], Pick]) -> Brief:
    changed = {name: tuple(change(pick) for pick in getattr(brief, name)) for name in ("picks", "scan")}
    return brief.model_copy(update=changed)
