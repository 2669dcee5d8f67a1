"""A paper read: which sentence of its abstract does what, what sort of paper it is, what it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from brief.models import Paper
from brief.writing import cues
from brief.writing.readable import readable
from brief.writing.sentences import split

LONGEST_RESULT = 260  # characters; a longer sentence of results is a list nobody reads
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_COMMON_TEXT = (
    "with that this from have which their than these where when such more most into between while through across "
    "also both using based propose introduce present paper work show results models model large language approach "
    "method methods framework towards toward existing however over under they only each other without been being "
    "does them then there what will would improves improve improved performance achieves demonstrate experiments "
    "learning novel task tasks data training llms often further"
)
_COMMON = frozenset(_COMMON_TEXT.split())


@dataclass(frozen=True)
class Reading:
    """A paper with its title and abstract made readable and its sentences told apart.

    `claim`, `result`, `problem`, `methods`, `evaluation` and `caveat` are indices into `sentences`, None or empty when
    no sentence plays that part.
    """

    paper: Paper

    @cached_property
    def title(self) -> str:
        """The readable title."""
        return readable(self.paper.title)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the readable abstract."""
        return split(readable(self.paper.abstract))

    @cached_property
    def text(self) -> str:
        """Title and abstract in one."""
        return f"{self.title}. {' '.join(self.sentences)}"

    @cached_property
    def core(self) -> str:
        """The title and the claim: what the paper is about at heart."""
        return f"{self.title}. {'' if self.claim is None else self.sentences[self.claim]}"

    @cached_property
    def name(self) -> str:
        """The title in short: the part before its colon, else the whole."""
        head, colon, _ = self.title.partition(":")
        return head.strip() if colon and 2 <= len(head.strip()) <= 60 else self.title

    @cached_property
    def coined(self) -> str | None:
        """The name the authors gave their work, from the title ("ClawGym: …") or the text ("we propose L2P, …")."""
        if self.name != self.title and cues.COINED_TITLE.fullmatch(self.name):
            return self.name
        match = next((m for s in self.sentences if (m := cues.COINED_CLAIM.search(s))), None)
        return match["short"] or match["name"] if match else None

    @cached_property
    def claim(self) -> int | None:
        """The sentence that says what the paper offers."""
        scores = [self._claim_score(i, s) for i, s in enumerate(self.sentences)]
        return max(range(len(scores)), key=scores.__getitem__) if scores else None

    def _claim_score(self, index: int, sentence: str) -> float:
        score = 3.0 * bool(cues.OFFERS.search(sentence)) or 1.5 * bool(cues.STUDIES.search(sentence))
        score += 1.5 * bool(self.coined and self.coined in sentence)
        score += 0.8 * bool(cues.MECHANISM.search(sentence)) + 2 * _share(words(self.title), words(sentence))
        score -= 1.5 * bool(cues.BACKGROUND.search(sentence) or cues.AVAILABILITY.search(sentence))
        score -= 1.0 * (len(sentence) < 60) + 1.0 * bool(cues.EXPERIMENTS.search(sentence))
        return score - 0.12 * index

    @cached_property
    def result(self) -> int | None:
        """The sentence after the claim with the most figures beside a word of gain or loss."""
        rows = [(i, s) for i, s in self._after_claim() if len(s) <= LONGEST_RESULT and cues.GAIN.search(s)]
        counts = {i: n for i, s in rows if (n := len(cues.FIGURE.findall(s)))}
        return max(counts, key=lambda i: (min(counts[i], 3), -i), default=None)

    @cached_property
    def problem(self) -> int | None:
        """The last sentence before the claim that names what is missing so far."""
        before = list(enumerate(self.sentences))[: self.claim or 0]
        found = [i for i, s in before if cues.PROBLEM.search(s) and not cues.OFFERS.search(s) and "revisit" not in s]
        return found[-1] if found else None

    @cached_property
    def methods(self) -> tuple[int, ...]:
        """The sentences after the claim that tell how it works and report no result, those without figures first."""
        found = [i for i, s in self._after_claim() if cues.MECHANISM.search(s) and not cues.REPORTS.search(s)]
        return tuple(sorted(found, key=lambda i: bool(cues.TESTED.search(self.sentences[i])) or self._figures(i)))

    def _figures(self, index: int) -> bool:
        return has_figures(self.sentences[index])

    @cached_property
    def evaluation(self) -> int | None:
        """The sentence after the claim about experiments, one that reports figures first."""
        found = [i for i, s in self._after_claim() if cues.TESTED.search(s) and not cues.OFFERS.search(s)]
        return max(found, key=lambda i: (self._figures(i), -i), default=self.result)

    @cached_property
    def caveat(self) -> int | None:
        """The last sentence after the claim that names a limit, a cost or a failure."""
        found = [i for i, s in self._after_claim() if cues.CAVEAT.search(s) and not cues.SOLVED.search(s)]
        return found[-1] if found else None

    def _after_claim(self) -> list[tuple[int, str]]:
        start = 0 if self.claim is None else self.claim + 1
        rows = list(enumerate(self.sentences))[start:]
        return [(i, s) for i, s in rows if not cues.AVAILABILITY.search(s)]

    @cached_property
    def kind(self) -> cues.Kind:
        """What sort of paper this is, by its title first and its claim second."""
        titled = next((kind for kind, pattern in cues.TITLE_KINDS if pattern.search(self.title)), None)
        if titled and titled != "study":
            return titled
        if cues.TECHNICAL_REPORT.search(self.text):
            return "report"
        claim = self.sentences[self.claim] if self.claim is not None else ""
        claimed = next((kind for kind, pattern in cues.CLAIM_KINDS if pattern.search(claim)), None)
        if titled and not claimed and self.coined and cues.OFFERS.search(claim):
            return "method"  # a title that asks, an abstract that answers with a named method
        return claimed or titled or "method"

    @cached_property
    def topics(self) -> tuple[cues.Topic, ...]:
        """What its title and claim speak of, in the order of `cues.TOPICS`."""
        return tuple(topic for topic, pattern in cues.TOPICS if pattern.search(self.core))

    @cached_property
    def words(self) -> frozenset[str]:
        """The content words of title and abstract."""
        return words(self.text)


def has_figures(sentence: str) -> bool:
    """Tell whether a sentence reports a quantity."""
    return bool(cues.FIGURE.search(sentence))


def words(text: str) -> frozenset[str]:
    """Return the lower-case words of at least four letters that say something."""
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def _share(some: frozenset[str], others: frozenset[str]) -> float:
    return len(some & others) / len(some) if some else 0.0
