"""What each sentence of an abstract does, recognised by the phrases authors use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from brief.models import Paper
from brief.writing.readable import readable
from brief.writing.sentences import split

Kind = Literal["survey", "position", "benchmark", "dataset", "report", "theory", "system", "study", "method"]

_OWN = r"\b(?:we|this (?:paper|work|study|article|report|survey|thesis)|here,?|our \w+)\b"
_OFFERS = re.compile(
    rf"{_OWN}[^.;]{{0,80}}\b(?:propos|introduc|present|develop|design|releas|construct|creat|contribut|formali[sz]|"
    r"unveil|open-sourc|build)",
    re.IGNORECASE,
)
_STUDIES = re.compile(
    rf"{_OWN}[^.;]{{0,60}}\b(?:stud|investigat|examin|analy[sz]|explor|show|find|argue|prove|survey|review|demonstrat|"
    r"reveal|evaluat|describ|report|ask|address|test|compar|assess|benchmark|conduct|perform|revisit)",
    re.IGNORECASE,
)
_MECHANISM = re.compile(
    r"\b(?:by \w+ing|via|through|using|consist|based on|that|which|where|each|first|then|stage|module|combin|"
    r"decompos|leverag|train)",
    re.IGNORECASE,
)
_PROBLEM = re.compile(
    r"\b(?:however|yet|but|existing|current|prior|previous|remains?|challeng|bottleneck|limited|lack|fail|suffer|"
    r"underexplored|unclear|gap|difficult|costly|expensive|struggl|rarely|overlook)",
    re.IGNORECASE,
)
_GAIN = re.compile(
    r"\b(?:improv|outperform|achiev|reduc|speed|faster|gain|surpass|accura|exceed|increas|higher|lower|success rate|"
    r"attain|reach|yield|cut|best|only|drop)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![\w-])\d[\d,.]*\s?(?:%|×|x\b|points?|percent|pp\b|[KMB]\b)|(?<![\w-])\d+\.\d+|(?<![\w-])\d{2,}(?!\w)"
)
_TESTED = re.compile(
    r"\b(?:experiments?|evaluat\w*|benchmarks?|tested|empirical\w*|data ?sets?|results (?:on|show)|ablations?|"
    r"baselines?|across)\b",
    re.IGNORECASE,
)
_CAVEAT = re.compile(
    r"\b(?:limitations?|trade-?offs?|at the (?:cost|expense)|caveats?|only (?:when|if)|fails?|failures?|degrades?|"
    r"still|remains?|cannot|struggles?|far from|no single|plateaus?|collapses?|however)\b",
    re.IGNORECASE,
)
_SOLVED = re.compile(  # words that turn a caveat into a merit, or give it to others
    r"\b(?:without|unlike|negligible|reduc|avoid|outperform|prior|existing|preserv|instead|mitigat|surpass|superior|address|"
    r"eliminat|while (?:still )?(?:remain|maintain|keep))",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:show|demonstrat|validat|prove|finding|outperform|achiev|state-of-the-art|improv)", re.IGNORECASE
)
_TITLE_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("survey", re.compile(r"\b(?:survey|review|overview|taxonomy|roadmap|tutorial)\b", re.IGNORECASE)),
    ("position", re.compile(r"^position\b|\bposition paper\b|\bmanifesto\b", re.IGNORECASE)),
    ("benchmark", re.compile(r"benchmark|bench\b|\bevaluat(?:ing|ion)\b|leaderboard", re.IGNORECASE)),
    ("dataset", re.compile(r"\b(?:data ?sets?|corpus|corpora)\b", re.IGNORECASE)),
    ("report", re.compile(r"\btechnical report\b", re.IGNORECASE)),
    ("theory", re.compile(r"\b(?:theor|convergence|provabl|bounds?\b|regret|complexity of|identifiab)", re.IGNORECASE)),
    (
        "study",
        re.compile(
            r"\?(?: |$)|^(?:do|does|is|are|can|when|why|how|what|understanding|investigating|revisiting)\b|\blessons\b|"
            r"\b(?:empirical|systematic|mechanistic) (?:study|analysis|evaluation)\b|\brethinking\b|^on the\b",
            re.IGNORECASE,
        ),
    ),
    (
        "system",
        re.compile(
            r"\b(?:system|serving|infrastructure|platform|toolkit|library|accelerating|throughput|"
            r"inference engine|operating|deployment|architecture for)\b",
            re.IGNORECASE,
        ),
    ),
)
_CLAIM_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("survey", re.compile(r"\b(?:this|we|our|comprehensive|systematic) (?:survey|review)\b", re.IGNORECASE)),
    ("position", re.compile(r"\b(?:position paper|we argue)\b", re.IGNORECASE)),
    (
        "benchmark",
        re.compile(
            r"\b(?:present|introduce|propose|construct|develop|release|build)\w*\b[^.]{0,80}"
            r"\b(?:benchmark|evaluation suite|testbed)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "dataset",
        re.compile(
            r"\b(?:present|introduce|release|construct|build|curate)\w*\b[^.]{0,60}"
            r"\b(?:data ?set|corpus)\b",
            re.IGNORECASE,
        ),
    ),
    ("theory", re.compile(r"\bwe (?:prove|derive|establish)\b", re.IGNORECASE)),
    ("study", re.compile(r"\bwe (?:study|investigate|examine|analy[sz]e|find|ask|conduct)\b", re.IGNORECASE)),
)
_REPORT = re.compile(r"\bthis (?:technical )?report (?:summari|present|describ|introduc|detail)", re.IGNORECASE)
_NAME = re.compile(r"(?=\w*[A-Z\d]\w*[A-Z\d]|\w*-|[A-Z]\w+$)[\w.$²³⁺∞^-]{2,24}")
_NAMED = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Rr]eport)\s(?:\w+\s){0,2}?(?:propos|introduc|present|develop|releas|call)\w*\s"
    r"(?P<name>(?=[\w-]*[A-Z][\w-]*[A-Z\d])[A-Z][\w-]{1,23}(?:\s?[A-Z\d][\w.-]*)?)(?=[,.:]?\s\(|,|\.|:|\s(?:a|an|the|which|to)\b)"
)
_WORD = re.compile(r"[a-z][a-z-]{3,}")


@dataclass(frozen=True)
class Reading:
    """A paper with its title and abstract made readable and its sentences told apart.

    The sentence-valued properties hold an index into `sentences`, or None when no sentence plays that part.
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
    def name(self) -> str:
        """The title in short: the part before its colon, else the whole."""
        head, colon, _ = self.title.partition(":")
        return head.strip() if colon and 2 <= len(head.strip()) <= 60 else self.title

    @cached_property
    def coined(self) -> str | None:
        """The name the authors gave their work, from the title ("ClawGym: …") or the claim ("we propose L2P, …")."""
        if self.name != self.title and _NAME.fullmatch(self.name):
            return self.name
        match = next((m for s in self.sentences if (m := _NAMED.search(s))), None)
        return match["name"] if match else None

    @cached_property
    def claim(self) -> int | None:
        """The sentence that says what the paper offers."""
        scores = [self._claim_score(i, s) for i, s in enumerate(self.sentences)]
        return max(range(len(scores)), key=scores.__getitem__) if scores else None

    def _claim_score(self, index: int, sentence: str) -> float:
        score = 3.0 * bool(_OFFERS.search(sentence)) or 1.5 * bool(_STUDIES.search(sentence))
        score += 1.5 * bool(self.coined and self.coined in sentence)
        score += 0.8 * bool(_MECHANISM.search(sentence)) + 2 * _shared(words(self.title), words(sentence))
        score -= 1.5 * bool(re.match(r"(?:however|existing|current|recent|while|despite)\b", sentence, re.IGNORECASE))
        score -= 1.0 * (len(sentence) < 60) + 1.0 * bool(re.search(r"\b(?:experiments|code is|code and)\b", sentence))
        return score - 0.12 * index

    @cached_property
    def result(self) -> int | None:
        """The sentence after the claim with the most figures beside a word of gain or loss."""
        found = {i: len(_FIGURE.findall(s)) for i, s in self._after_claim() if len(s) <= 260 and _GAIN.search(s)}
        found = {i: n for i, n in found.items() if n}
        return max(found, key=lambda i: (min(found[i], 3), -i)) if found else None

    @cached_property
    def problem(self) -> int | None:
        """The sentence before the claim that names what is missing so far."""
        before = range(self.claim or 0)
        found = [i for i in before if _PROBLEM.search(self.sentences[i]) and not _OFFERS.search(self.sentences[i])]
        return found[-1] if found else None

    @cached_property
    def method(self) -> int | None:
        """The first sentence after the claim that tells how it works and reports no result."""
        found = [i for i, s in self._after_claim() if _MECHANISM.search(s) and not _REPORTS.search(s)]
        plain = [i for i in found if not _TESTED.search(self.sentences[i]) and not _FIGURE.search(self.sentences[i])]
        return next(iter(plain or found), None)

    @cached_property
    def evaluation(self) -> int | None:
        """The sentence after the claim about experiments, those that report figures first."""
        found = [i for i, s in self._after_claim() if _TESTED.search(s)]
        return max(found, key=lambda i: (bool(_FIGURE.search(self.sentences[i])), -i)) if found else None

    @cached_property
    def caveat(self) -> int | None:
        """The last sentence after the claim that names a limit, a cost or a failure."""
        found = [i for i, s in self._after_claim() if _CAVEAT.search(s) and not _SOLVED.search(s)]
        return found[-1] if found else None

    def _after_claim(self) -> list[tuple[int, str]]:
        start = 0 if self.claim is None else self.claim + 1
        return list(enumerate(self.sentences))[start:]

    @cached_property
    def kind(self) -> Kind:
        """What sort of paper this is, by its title first and its claim second."""
        for kind, pattern in _TITLE_KINDS:
            if pattern.search(self.title):
                return kind
        if _REPORT.search(self.text):
            return "report"
        claim = self.sentences[self.claim] if self.claim is not None else ""
        return next((kind for kind, pattern in _CLAIM_KINDS if pattern.search(claim)), "method")

    @cached_property
    def words(self) -> frozenset[str]:
        """The content words of title and abstract."""
        return words(self.text)


def has_figures(sentence: str) -> bool:
    """Whether a sentence reports a quantity."""
    return bool(_FIGURE.search(sentence))


def words(text: str) -> frozenset[str]:
    """Return the lower-case words of at least four letters that say something."""
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    return len(some & others) / len(some) if some else 0.0


_COMMON_TEXT = (
    "with that this from have which their than these where when such more most into between while through across "
    "also both using based propose introduce present paper work show results models model large language approach "
    "method methods framework towards toward existing however over under they only each other without been being "
    "does them then there what will would can't improves improve improved performance achieves demonstrate "
    "experiments learning novel task tasks data training llms often further"
)
_COMMON = frozenset(_COMMON_TEXT.split())
