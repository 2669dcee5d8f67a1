"""A paper's card by a language model: each in a request of its own, so that no text can touch another paper's card."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from brief.models import Card, Language, Pick
from brief.profile import Profile
from brief.writing.answers import CardAnswer, RelationAnswer
from brief.writing.checking import Asker, Fault, Outcome, Said, sentences
from brief.writing.llm import LanguageModel, Task
from brief.writing.material import Item, directions_of, evidence_of, recommended, text_of
from brief.writing.prompts import load

ON_DEMAND = 60.0  # seconds that somebody waits for a card
_CARD_TOKENS = 2000
_RELATION_TOKENS = 1000

Told = Callable[[int, int], None]  # is told how many parts of how many are done


async def card_by(asker: Asker, pick: Pick, language: Language, *, recall: bool = False) -> Card:
    """Return the card with what the model says of the paper itself; its other parts, and what fails, stay as they are.

    It depends on the paper and the language only: readers share it. To `recall` is to write no new one.
    """
    item = recommended(1, pick)
    if item.withheld:
        return pick.card
    task = Task("card", load("card", language), CardAnswer, _CARD_TOKENS)
    outcome = await asker.ask(task, text_of([item]), lambda answer: (list(_said(answer, item)), []), recall=recall)
    return pick.card if outcome is None else _filled(pick.card, item, outcome)


async def pick_by(
    model: LanguageModel, pick: Pick, profile: Profile, language: Language, told: Told, limit: float = ON_DEMAND
) -> Pick:
    """Return a paper with the card a model writes for one reader; what it does not give in time stays as it is."""
    asker = Asker(model, language)
    parts = _counted(told, card_by(asker, pick, language), _related(asker, pick, profile, language))
    try:
        async with asyncio.timeout(limit):
            card, relation = await asyncio.gather(*parts)
    except TimeoutError:
        return pick
    byline = card.byline or relation.byline
    return pick.model_copy(update={"card": card.model_copy(update={"relation": relation.relation, "byline": byline})})


def _counted(told: Told, *parts: Awaitable[Card]) -> list[Awaitable[Card]]:
    """Return parts that tell when they are done."""
    done = 0

    async def counted(part: Awaitable[Card]) -> Card:
        nonlocal done
        card = await part
        told(done := done + 1, len(parts))
        return card

    told(0, len(parts))
    return [counted(part) for part in parts]


async def _related(asker: Asker, pick: Pick, profile: Profile, language: Language) -> Card:
    """Return the card with the relation to a reader's directions."""
    item, reader = recommended(1, pick), directions_of(profile)
    if item.withheld or not pick.score.directions:
        return pick.card
    evidence = evidence_of([item, reader])
    task = Task("relation", load("relation", language), RelationAnswer, _RELATION_TOKENS)

    def look(answer: RelationAnswer) -> tuple[Sequence[Said], Sequence[Fault]]:
        return [Said("text", answer.text, evidence, (item.id,))], []

    outcome = await asker.ask(task, text_of([reader], [item]), look)
    if outcome is None or not outcome.holds("text"):
        return pick.card
    [said] = look(outcome.value)[0]
    return pick.card.model_copy(update={"relation": sentences(said), "byline": outcome.byline})


def _said(answer: CardAnswer, item: Item) -> Iterable[Said]:
    evidence, items = evidence_of([item]), (item.id,)
    for name in ("contribution", "why", "judgement"):
        yield Said(name, getattr(answer, name), evidence, items)
    for n, point in enumerate(answer.focus):
        yield Said(f"focus.{n}", point, evidence, items)


def _filled(card: Card, item: Item, outcome: Outcome[CardAnswer]) -> Card:
    """Return the card with the parts that hold; a part with one false sentence is replaced as a whole."""
    parts: dict[str, list[Said]] = {}
    for said in _said(outcome.value, item):
        parts.setdefault(said.place.partition(".")[0], []).append(said)
    written = {
        name: tuple(sentence for said in texts for sentence in sentences(said))
        for name, texts in parts.items()
        if outcome.holds(name)
    }
    return card.model_copy(update={**written, "byline": outcome.byline} if written else {})
