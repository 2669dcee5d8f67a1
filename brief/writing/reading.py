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

    `claim`, `results`, `problem`, `methods`, `evaluations` and `caveat` are indices into `sentences`, best first; None
    or empty when no sentence plays that part.
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
        score = 3.5 * bool(cues.OFFERS.search(sentence)) or 2.2 * bool(cues.STUDIES.search(sentence))
        score += 1.5 * bool(self.coined and self.coined in sentence)
        score += 0.8 * bool(cues.MECHANISM.search(sentence)) + 2 * _share(words(self.title), words(sentence))
        score -= 1.5 * bool(cues.BACKGROUND.search(sentence) or cues.AVAILABILITY.search(sentence))
        score += 1.0 * bool(cues.SPEAKS_FOR_ITSELF.search(sentence)) - 2.5 * bool(cues.ASIDE.search(sentence))
        score -= 1.0 * (len(sentence) < 60) + 1.0 * bool(cues.EXPERIMENTS.search(sentence))
        return score - 0.12 * index

    @cached_property
    def results(self) -> tuple[int, ...]:
        """The sentences after the claim with figures beside a word of gain or loss, those with most figures first."""
        rows = [(i, s) for i, s in self._after_claim() if len(s) <= LONGEST_RESULT and cues.GAIN.search(s)]
        counts = {i: n for i, s in rows if (n := len(cues.FIGURE.findall(s)))}
        return tuple(sorted(counts, key=lambda i: (-min(counts[i], 3), i)))

    @cached_property
    def problem(self) -> int | None:
        """The last sentence before the claim that names what is missing so far."""
        before = list(enumerate(self.sentences))[: self.claim or 0]
        found = [i for i, s in before if cues.PROBLEM.search(s) and not cues.OWN_WORK.search(s)]
        return found[-1] if found else None

    @cached_property
    def methods(self) -> tuple[int, ...]:
        """The sentences from the claim on that name a mechanism and report no result, those without figures first."""
        found = [i for i, s in self._after_claim() if _tells_how(s)]
        found.sort(key=lambda i: bool(cues.TESTED.search(self.sentences[i])) or has_figures(self.sentences[i]))
        own = self.claim is not None and _tells_how(self.sentences[self.claim]) and self._presents(self.claim)
        return (*found, self.claim) if own and self.claim is not None else tuple(found)

    def _presents(self, index: int) -> bool:
        return bool(cues.PRESENTS.search(self.sentences[index]))

    @cached_property
    def evaluations(self) -> tuple[int, ...]:
        """The sentences after the claim about experiments, those that report figures first."""
        found = [i for i, s in self._after_claim() if cues.TESTED.search(s) and not cues.OFFERS.search(s)]
        found = [i for i in found if i not in self.methods or has_figures(self.sentences[i])]
        return tuple(sorted(found, key=lambda i: not has_figures(self.sentences[i]))) or self.results

    @cached_property
    def caveat(self) -> int | None:
        """The last sentence after the claim that states a limit of the work itself or an open question."""
        found = [i for i, s in self._after_claim() if self._limits(s)]
        return found[-1] if found else None

    def _limits(self, sentence: str) -> bool:
        if cues.OPEN.search(sentence):
            return True
        own = cues.OWN_SUBJECT.search(sentence) or (self.coined and self.coined in sentence[:60])
        return bool(own and cues.LIMIT.search(sentence) and not cues.SOLVED.search(sentence))

    def _after_claim(self) -> list[tuple[int, str]]:
        start = 0 if self.claim is None else self.claim + 1
        rows = list(enumerate(self.sentences))[start:]
        return [(i, s) for i, s in rows if not cues.AVAILABILITY.search(s)]

    @cached_property
    def kind(self) -> cues.Kind:
        """What sort of paper this is, by its title, its own word for itself or its claim; "unsure" if none tells."""
        titled = self._titled_kind()
        if titled and titled != "study":
            return titled
        declared = next((kind for kind, pattern in cues.DECLARED_KINDS if pattern.search(self.text)), None)
        if declared:
            return declared
        claim = self.sentences[self.claim] if self.claim is not None else ""
        presents = bool(cues.OFFERS.search(claim))
        claimed = next((kind for kind, pattern in cues.CLAIM_KINDS if pattern.search(claim)), None)
        if presents and self.coined and claimed in (None, "study"):
            return "method"  # whatever the title asks, the abstract answers with a named method
        return claimed or titled or ("method" if presents or not claim else "unsure")

    def _titled_kind(self) -> cues.Kind | None:
        titled = next((kind for kind, pattern in cues.TITLE_KINDS if pattern.search(self.title)), None)
        return None if titled == "system" and not cues.HARDWARE.search(self.text) else titled

    @cached_property
    def topics(self) -> tuple[cues.Topic, ...]:
        """What its title and claim speak of, in the order of `cues.TOPICS`.

        "latent" is said only of language models that reason there: the latent space of pictures is another subject.
        """
        found = tuple(topic for topic, pattern in cues.TOPICS if pattern.search(self.core))
        thinks = cues.THINKS.search(self.core) and cues.LANGUAGE.search(self.text)
        return found if thinks and not cues.PICTURES.search(self.core) else tuple(t for t in found if t != "latent")

    @cached_property
    def words(self) -> frozenset[str]:
        """The content words of title and abstract."""
        return words(self.text)


def has_figures(sentence: str) -> bool:
    """Tell whether a sentence reports a quantity."""
    return bool(cues.FIGURE.search(sentence))


def _tells_how(sentence: str) -> bool:
    told = cues.MECHANISM.search(sentence) and cues.HOW.search(sentence)
    reports = cues.REPORTS.search(sentence) or (has_figures(sentence) and cues.GAIN.search(sentence))
    return bool(told) and not cues.NOT_HOW.search(sentence) and not reports


def words(text: str) -> frozenset[str]:
    """Return the lower-case words of at least four letters that say something."""
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def _share(some: frozenset[str], others: frozenset[str]) -> float:
    return len(some & others) / len(some) if some else 0.0
