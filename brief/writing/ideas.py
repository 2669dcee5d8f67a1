"""Research ideas from pairs of papers that complement each other: one brings what the other lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any, NamedTuple

from brief.models import Idea, Sentence
from brief.writing.cards import Voice
from brief.writing.facts import baseline, benchmarks, mechanism
from brief.writing.readable import readable
from brief.writing.reading import Reading
from brief.writing.sentences import clip

CONSIDERED = 30
MOST_PER_PAPER = 2
MOST_STEPS = 3
QUOTE_LENGTH = 240
NAME_LENGTH = 45
# The share of words two papers have in common: below, they have nothing to say to each other; above, they are one idea.
LEAST_SHARED, MOST_SHARED = 0.02, 0.3

_AGENT = re.compile(r"\bagents?\b|\bagentic\b", re.IGNORECASE)
_THINKING = re.compile(
    r"\breason(?:s|ing)?\b|\bdecod|\bthought|\bexplor|\btokens?\b|\brecursive|\blooped", re.IGNORECASE
)
_LANGUAGE = re.compile(r"\bM?LLMs?\b|\blanguage models?\b", re.IGNORECASE)
_OTHER_FIELDS = re.compile(
    r"\b(?:video|vision|visual|robot|image|speech|audio|medical|clinical|3d|driving|molecul|protein|gui\b|time series|"
    r"recommend|translation|graph neural|federated|cad\b)",
    re.IGNORECASE,
)


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
    Pairing("study_training", "study", "training", 2.0),
    Pairing("method_testbed", "method", "testbed", 1.4),
)


@dataclass(frozen=True)
class Part:
    """A paper as one half of an idea."""

    reading: Reading
    directions: tuple[str, ...]
    place: int  # its rank, 0 the best

    @cached_property
    def name(self) -> str:
        """The name the authors coined, else the title or its mechanism, whichever is short enough to be one."""
        reading = self.reading
        short = reading.name if len(reading.name) <= NAME_LENGTH else mechanism(reading)
        return reading.coined or short or clip(reading.name, NAME_LENGTH)

    @cached_property
    def roles(self) -> frozenset[str]:
        """What the paper can bring to an idea."""
        kind, topics = self.reading.kind, frozenset(self.reading.topics)
        if kind in ("benchmark", "environment"):
            return frozenset({"testbed"})
        if kind == "dataset":
            return frozenset({"data"})
        if kind == "study":
            return frozenset({"study"} if topics & {"training", "latent"} else ())
        if kind in ("survey", "position", "report", "theory"):
            return frozenset()
        unfit = {"training"} if "efficiency" in topics else set()
        if not _THINKING.search(self.reading.core):
            unfit.add("latent")  # a latent space of images or of anomalies steers no rollouts
        return (topics - unfit) | {"method"}

    @cached_property
    def for_agents(self) -> bool:
        """Whether its title or claim speaks of agents: what is made for them is tested with them."""
        return bool(_AGENT.search(self.reading.core))

    @cached_property
    def for_language(self) -> bool:
        """Whether its abstract speaks of language models."""
        return bool(_LANGUAGE.search(self.reading.text))

    @cached_property
    def field(self) -> frozenset[str]:
        """The special fields its title names."""
        return frozenset(field.lower() for field in _OTHER_FIELDS.findall(self.reading.title))


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
        reading, paper = part.reading, part.reading.paper
        if reading.claim is not None:
            return self._voice.quoted(reading.sentences[reading.claim], "abstract", paper.id, QUOTE_LENGTH)
        return self._voice.quoted(readable(paper.summary or reading.title), "summary", paper.id, QUOTE_LENGTH)

    def _facts(self, one: Part, other: Part) -> dict[str, Any]:
        tested = benchmarks(other.reading) or benchmarks(one.reading)
        return {
            "mech_a": _unless(one.name, mechanism(one.reading)),
            "mech_b": _unless(other.name, mechanism(other.reading)),
            "baseline": baseline(other.reading) or baseline(one.reading),
            "bench": tested[0] if tested else None,
        }


def _unless(name: str, phrase: str | None) -> str | None:
    return None if phrase == name else phrase


def _complement(pairing: Pairing, one: Part, other: Part) -> bool:
    """Whether two papers speak of one subject without being the same work, and the second lacks the first's role."""
    if pairing.first in other.roles and pairing.first != "method":
        return False
    if one.field != other.field or one.for_language != other.for_language or one.name == other.name:
        return False
    if pairing.second == "testbed" and one.for_agents != other.for_agents:
        return False
    return LEAST_SHARED <= _shared(one, other) <= MOST_SHARED


def _shared(one: Part, other: Part) -> float:
    words, others = one.reading.words, other.reading.words
    return len(words & others) / max(1, len(words | others))


def _worth(pairing: Pairing, one: Part, other: Part) -> float:
    different = one.directions[0] != other.directions[0]
    unnamed = one.name.endswith("…") + other.name.endswith("…")
    return pairing.worth + different - unnamed + 10 * _shared(one, other) - 1.5 * (one.place + other.place) / CONSIDERED
