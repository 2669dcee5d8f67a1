"""What a model says of a day for one reader: the main line, relations, must-reads, repositories, ideas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from brief.models import Brief, Card, Follow, Idea, Pick, Text
from brief.profile import Profile
from brief.writing.answers import IdeaAnswer, ReadingAnswer
from brief.writing.checking import Asker, Fault, Outcome, Said, sentences
from brief.writing.extractive import MUST_READS
from brief.writing.llm import Task
from brief.writing.material import Item, directions_of, evidence_of, followed, mentioned, recommended, text_of
from brief.writing.prompts import load

_TOKENS = 6000


async def read(asker: Asker, brief: Brief, profile: Profile) -> Brief:
    """Return the brief with what the model says across its papers; what fails stays as it was.

    The picks are given with their abstracts, the other papers in a line each.
    """
    if not brief.picks:
        return brief
    desk = _Desk(brief, profile)
    task = Task("reading", load("reading", brief.language), ReadingAnswer, _TOKENS)
    outcome = await asker.ask(task, desk.text, desk.look)
    return brief if outcome is None else desk.filled(outcome)


class _Desk:
    """The papers and repositories of a brief under their labels, and what a model answered about them."""

    def __init__(self, brief: Brief, profile: Profile) -> None:
        self._brief = brief
        self._reader = directions_of(profile)
        count = len(brief.picks)
        papers = [recommended(n, pick) for n, pick in enumerate(brief.picks, 1)]
        papers += [mentioned(n, pick) for n, pick in enumerate(brief.scan, count + 1)]
        self._picks = {item.alias: item for item in papers[:count] if not item.withheld}
        self._papers = {item.alias: item for item in papers if not item.withheld}
        follow = (followed(n, one) for n, one in enumerate((*brief.follow, *brief.more_follow), 1))
        self._repos = {item.alias: item for item in follow if not item.withheld}

    @property
    def text(self) -> str:
        """What the model reads."""
        return text_of([self._reader], [*self._papers.values(), *self._repos.values()])

    # -- what is wrong with an answer ---------------------------------------------------------------------------------

    def look(self, answer: ReadingAnswer) -> tuple[Sequence[Said], Sequence[Fault]]:
        """Return the texts of an answer, and the labels in it that stand for nothing here."""
        faults = [
            *self._unknown("relations", ((one.paper, one.paper) for one in answer.relations), self._picks),
            *self._unknown("must_reads", ((name, name) for name in answer.must_reads), self._picks),
            *self._unknown("repos", ((one.item, one.item) for one in answer.repos), self._repos),
            *self._unknown(
                "ideas", ((str(n), p) for n, one in enumerate(answer.ideas) for p in one.papers), self._papers
            ),
        ]
        if answer.stand_in and answer.stand_in.paper not in self._picks.keys() - set(answer.must_reads):
            faults.append(Fault("stand_in", f"{answer.stand_in.paper} is no other pick than the must-reads"))
        return list(self._said(answer)), faults

    @staticmethod
    def _unknown(place: str, named: Iterable[tuple[str, str]], known: dict[str, Item]) -> list[Fault]:
        return [Fault(f"{place}.{at}", f"{label} is not among them") for at, label in named if label not in known]

    def _said(self, answer: ReadingAnswer) -> Iterable[Said]:
        """Return the texts whose labels are known."""
        yield self._of("overview", answer.overview, self._papers)
        for relation in answer.relations:
            yield self._of(f"relations.{relation.paper}", relation.text, [relation.paper])
        if answer.stand_in:
            yield self._of("stand_in", answer.stand_in.when, [answer.stand_in.paper, *answer.must_reads])
        for looked in answer.repos:
            yield self._of(f"repos.{looked.item}", looked.focus, [looked.item])
        for n, idea in enumerate(answer.ideas):
            for place, text in _texts(idea):
                yield self._of(f"ideas.{n}.{place}", text, idea.papers)

    def _of(self, place: str, text: str, labels: Iterable[str]) -> Said:
        """Return a text that speaks of some items; the reader's directions are evidence for it too."""
        known = self._papers | self._repos
        items = [known[label] for label in labels if label in known]
        return Said(place, text, evidence_of([self._reader, *items]), tuple(item.id for item in items))

    # -- what holds, in the brief -------------------------------------------------------------------------------------

    def filled(self, outcome: Outcome[ReadingAnswer]) -> Brief:
        """Return the brief with every part that holds."""
        said = {one.place: sentences(one) for one in self._said(outcome.value) if outcome.holds(one.place)}
        related = {
            self._picks[one.paper].id: said.get(f"relations.{one.paper}") for one in self._known_relations(outcome)
        }
        update: dict[str, Any] = {
            "picks": tuple(_related(pick, related.get(pick.paper.id), outcome) for pick in self._brief.picks),
            **self._must_reads(outcome, said),
            **self._follow(outcome, said),
        }
        if "overview" in said:
            update["overview"] = said["overview"]
        if ideas := self._ideas(outcome, said):
            update["ideas"] = ideas
        return self._brief.model_copy(update=update)

    def _known_relations(self, outcome: Outcome[ReadingAnswer]) -> Iterable[Any]:
        return (one for one in outcome.value.relations if one.paper in self._picks)

    def _must_reads(self, outcome: Outcome[ReadingAnswer], said: dict[str, Text]) -> dict[str, Any]:
        """Return the must-reads and their stand-in, filled from the picks where the model named fewer."""
        named = [self._picks[label].id for label in outcome.value.must_reads if label in self._picks]
        order = dict.fromkeys((*named, *(pick.paper.id for pick in self._brief.picks)))
        found: dict[str, Any] = {"must_reads": tuple(order)[:MUST_READS]}
        stand_in = outcome.value.stand_in
        if stand_in and "stand_in" in said:
            found |= {"stand_in": self._picks[stand_in.paper].id, "stand_in_when": said["stand_in"]}
        elif self._brief.stand_in in found["must_reads"]:
            found |= {"stand_in": None, "stand_in_when": ()}
        return found

    def _follow(self, outcome: Outcome[ReadingAnswer], said: dict[str, Text]) -> dict[str, Any]:
        focus = {
            self._repos[one.item].id: said[f"repos.{one.item}"]
            for one in outcome.value.repos
            if f"repos.{one.item}" in said
        }
        return {
            name: tuple(_focused(one, focus) for one in getattr(self._brief, name))
            for name in ("follow", "more_follow")
        }

    def _ideas(self, outcome: Outcome[ReadingAnswer], said: dict[str, Text]) -> tuple[Idea, ...]:
        """Return the ideas of which every sentence holds."""
        answers = enumerate(outcome.value.ideas)
        return tuple(self._idea(n, answer, said) for n, answer in answers if outcome.holds(f"ideas.{n}"))

    def _idea(self, number: int, answer: IdeaAnswer, said: dict[str, Text]) -> Idea:
        place = f"ideas.{number}"
        steps = tuple(sentence for n in range(len(answer.steps)) for sentence in said[f"{place}.steps.{n}"])
        return Idea(
            title=answer.title,
            papers=tuple(self._papers[label].id for label in answer.papers),
            body=said[f"{place}.body"],
            steps=steps,
            question=said[f"{place}.question"],
        )


def _texts(idea: IdeaAnswer) -> Iterable[tuple[str, str]]:
    yield from (("title", idea.title), ("body", idea.body), ("question", idea.question))
    yield from ((f"steps.{n}", step) for n, step in enumerate(idea.steps))


def _related(pick: Pick, text: Text | None, outcome: Outcome[ReadingAnswer]) -> Pick:
    if not text:
        return pick
    byline = pick.card.byline or outcome.byline
    card: Card = pick.card.model_copy(update={"relation": text, "byline": byline})
    return pick.model_copy(update={"card": card})


def _focused(follow: Follow, focus: dict[str, Text]) -> Follow:
    said = focus.get(follow.item.id)
    return follow.model_copy(update={"focus": said}) if said else follow
