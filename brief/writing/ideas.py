"""Research ideas from pairs of papers that complement each other: one brings what the other lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from brief.models import Idea, Sentence
from brief.writing.cards import Voice
from brief.writing.facts import baseline, benchmarks, mechanism
from brief.writing.reading import Reading
from brief.writing.roles import Part

CONSIDERED = 30
MOST_PER_PAPER = 2
MOST_STEPS = 3
# The share of words two papers have in common: below, they have nothing to say to each other; above, they are one idea.
LEAST_SHARED, MOST_SHARED = 0.02, 0.3


class Pairing(NamedTuple):
    """A sort of idea: the roles of its two papers, and what it is worth before the papers are looked at."""

    name: str
    first: str
    second: str
    worth: float


PAIRINGS = (
    Pairing("latent_training", "latent", "training", 3.0),
    Pairing("world_testbed", "world", "testbed", 3.0),
    Pairing("efficiency_training", "efficiency", "training", 2.6),
    Pairing("training_testbed", "training", "testbed", 2.4),
    Pairing("data_testbed", "data", "testbed", 2.2),
    Pairing("method_testbed", "method", "testbed", 1.4),
)


class IdeaWriter:
    """Finds the pairs of a day's best papers that make an idea, and writes them."""

    def __init__(self, voice: Voice, ranked: Sequence[tuple[Reading, tuple[str, ...]]]) -> None:
        self._voice = voice
        best = enumerate(ranked[:CONSIDERED])
        self._parts = [Part(reading, directions, n) for n, (reading, directions) in best if directions]

    def ideas(self, limit: int) -> tuple[Idea, ...]:
        """Return the best pairs as ideas: a pair once, a paper at most twice, each sort of idea once."""
        chosen: list[Idea] = []
        uses: Counter[str] = Counter()
        sorts: set[str] = set()
        for _, pairing, one, other in sorted(self._candidates(), key=lambda c: -c[0]):
            ids = (one.reading.paper.id, other.reading.paper.id)
            known = any(set(ids) == set(idea.papers) for idea in chosen)
            if len(chosen) < limit and not known and pairing.name not in sorts and self._free(ids, uses):
                chosen.append(self._write(pairing, one, other))
                uses.update(ids)
                sorts.add(pairing.name)
        return tuple(chosen)

    @staticmethod
    def _free(ids: tuple[str, str], uses: Counter[str]) -> bool:
        return all(uses[i] < MOST_PER_PAPER for i in ids)

    def _candidates(self) -> Iterator[tuple[float, Pairing, Part, Part]]:
        for one, other in permutations(self._parts, 2):
            for pairing in PAIRINGS:
                if pairing.first in one.roles and pairing.second in other.roles and _complement(pairing, one, other):
                    yield _worth(pairing, one, other), pairing, one, other

    def _write(self, pairing: Pairing, one: Part, other: Part) -> Idea:
        key, names = f"idea.{pairing.name}", {"a": one.name, "b": other.name}
        ids = (one.reading.paper.id, other.reading.paper.id)
        body = (
            self._voice.measured(f"{key}.first", ids[0], **names),
            self._contribution(one),
            self._voice.measured(f"{key}.second", ids[1], **names),
            self._contribution(other),
        )
        steps = self._voice.phrases.say_known(f"{key}.step", {**names, **self._facts(one, other)})
        return Idea(
            title=self._voice.phrases.say(f"{key}.title", **names),
            papers=ids,
            body=body,
            steps=tuple(Sentence(text=step, origin="measured", items=ids) for step in steps[:MOST_STEPS]),
            question=(self._voice.measured(f"{key}.question", *ids, **names),),
        )

    def _contribution(self, part: Part) -> Sentence:
        return self._voice.quoted(part.claim or "", "abstract", part.reading.paper.id)

    def _facts(self, one: Part, other: Part) -> dict[str, Any]:
        tested = benchmarks(other.reading) or benchmarks(one.reading)
        return {
            "mech_a": _unless(one.name, mechanism(one.reading)),
            "baseline": baseline(other.reading) or baseline(one.reading),
            "bench": tested[0] if tested else None,
        }


def _unless(name: str | None, phrase: str | None) -> str | None:
    return None if phrase == name else phrase


def _complement(pairing: Pairing, one: Part, other: Part) -> bool:
    """Whether two papers speak of one subject without being the same work, and the second lacks the first's role."""
    if pairing.first in other.roles and pairing.first != "method":
        return False
    agents = one.for_agents and other.for_agents
    if one.field != other.field or one.name == other.name or (one.for_language != other.for_language and not agents):
        return False
    if pairing.second == "testbed" and one.for_agents != other.for_agents:
        return False
    asked = other.subject or (other.tasks if pairing.second == "testbed" else frozenset())
    if (asked or pairing.second == "testbed") and not one.tasks & asked:
        return False
    return LEAST_SHARED <= _shared(one, other) <= MOST_SHARED


def _shared(one: Part, other: Part) -> float:
    words, others = one.reading.words, other.reading.words
    return len(words & others) / max(1, len(words | others))


def _worth(pairing: Pairing, one: Part, other: Part) -> float:
    different = one.directions[0] != other.directions[0]
    return pairing.worth + 2 * different + 10 * _shared(one, other) - 1.5 * (one.place + other.place) / CONSIDERED
