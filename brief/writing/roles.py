"""What a paper can bring to a research idea: judged by its kind, its own name and the words of its claim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from brief.writing import cues
from brief.writing.reading import Reading
from brief.writing.sentences import clip

QUOTE_LENGTH = 240  # what is cut off a claim bears out no role
NAME_WORDS = 3  # a longer name is a title

_AGENT = re.compile(r"\bagents?\b|\bagentic\b", re.IGNORECASE)
_OTHER_FIELDS = re.compile(
    r"\b(?:video|vision\b|visual\b|robot|image|speech|audio|medical|clinical|doctor|3d|driving|molecul|"
    r"protein|time series|recommend|translation|graph neural|federated|cad\b|moral|safety|social)",
    re.IGNORECASE,
)
_TASKS = {  # the tasks a testbed consists of, and a method is made for
    "web": r"\bweb(?:site|page)?s?\b|\bbrows(?:er|ing)\b",
    "screen": r"\bGUIs?\b|\bcomputer[- ]use\b|\bmobile\b|\bdesktop\b",
    "code": r"\bcod(?:e|ing)\b|\bsoftware\b|\bterminal\b|\brepositor|\bSWE\b|\bcommand[- ]line\b|\bprograms?\b",
    "search": r"\bdeep research\b|\bsearch (?:agent|task|engine)s?\b|\bagentic search\b|\bretrieval\b",
    "tools": r"\btool[- ](?:use|using|call\w*)\b|\btools\b|\bMCP\b|\bfunction[- ]calling\b",
    "mathematics": r"\bmath\w*\b|\btheorem|\bproofs?\b|\bolympiad",
    "memory": r"\bmemor(?:y|ies)\b",
    "skills": r"\bskills?\b",
    "travel": r"\btravel\b",
    "science": r"\bscientific\b|\bscience\b",
    "long tasks": r"\blong-horizon\b|\bworkspaces?\b|\bworkflows?\b",
}
_TASK_CUES = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _TASKS.items()}

# What a claim must say before a template may put a paper into a role.
_RL = re.compile(
    r"\breinforcement learning\b|\bRL(?:VR|HF)?\b|[Pp]olicy [Oo]ptimi[sz]ation|\b\w*[A-Z]PO\b|\brollouts?\b"
)
_NO_TRAINING = re.compile(
    r"\btraining-free\b|\bwithout (?:\w+ ){0,2}(?:re)?(?:training|fine-tuning)\b|\bno (?:additional )?training\b|"
    r"\bextrapolat|\breward model|\bverifier framework",
    re.IGNORECASE,
)
_FASTER = re.compile(
    r"(?=.*\b(?:rollouts?|generation|inference|decoding|sampling)\b)"
    r"(?=.*\b(?:accelerat\w*|speed\w*|throughput|latency|faster|asynchron\w*|efficien\w*|lossless)\b)",
    re.IGNORECASE,
)
_WORLD = re.compile(
    r"\bworld[- ]models?\b|\bnext[- ]states?\b|\benvironment dynamics\b|\bfuture states?\b", re.IGNORECASE
)
_DATA = re.compile(
    r"\b(?:data|trajector(?:y|ies)|tasks?|corpus|environments?)\b[^.]{0,30}\b(?:synthe\w+|generat\w+|collect\w+|curat\w+)|"
    r"\b(?:synthe\w+|generat\w+|collect\w+|curat\w+)\b[^.]{0,40}\b(?:data|trajector(?:y|ies)|tasks?|corpus)\b|"
    r"\bdata ?set\b",
    re.IGNORECASE,
)
_RUNNABLE = re.compile(
    r"\b(?:frameworks?|methods?|approach|algorithms?|strateg(?:y|ies)|mechanisms?|agents?|architectures?|paradigm)\b",
    re.IGNORECASE,
)
_A_MODEL = re.compile(
    r"\b(?:foundation|language|base) model (?:for|of|that)\b|\bmodel family\b|\bfamily of \w* ?models\b", re.IGNORECASE
)
_TESTBED = re.compile(r"\bbenchmark\b|\benvironments?\b|\btestbed\b|\btasks\b|\bgym\b|\bbench\b", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A paper as one half of an idea."""

    reading: Reading
    directions: tuple[str, ...]
    place: int  # its rank, 0 the best

    @cached_property
    def name(self) -> str | None:
        """The short name the authors coined, which is also in the sentence quoted or the title; else None."""
        name = self.reading.coined
        if name is None or len(name.split()) > NAME_WORDS or not re.search(re.escape(name), self.reading.core):
            return None
        return name

    @cached_property
    def claim(self) -> str | None:
        """The sentence to quote, as short as it will be: one in which the authors present a thing of their own."""
        index = self.reading.claim
        sentence = "" if index is None else clip(self.reading.sentences[index], QUOTE_LENGTH)
        return sentence if cues.PRESENTS.search(sentence) and not cues.ASIDE.search(sentence) else None

    @cached_property
    def roles(self) -> frozenset[str]:
        """What the paper can bring to an idea, as far as its own words bear it out."""
        if self.name is None or self.claim is None:
            return frozenset()
        if self.reading.kind in ("benchmark", "environment"):
            return frozenset({"testbed"} if _TESTBED.search(self.claim) else ())
        if self.reading.kind == "dataset":
            return frozenset({"data"} if _DATA.search(self.claim) else ())
        return self._method_roles() if self.reading.kind in ("method", "system") else frozenset()

    def _method_roles(self) -> frozenset[str]:
        reading, claim = self.reading, self.claim or ""
        trains = cues.LANGUAGE.search(reading.text) and _RL.search(claim) and not _NO_TRAINING.search(reading.core)
        found = {
            "latent": "latent" in reading.topics,
            "world": _WORLD.search(claim) and _AGENT.search(reading.core),
            "efficiency": "efficiency" in reading.topics and _FASTER.search(reading.core),
            "training": trains and "efficiency" not in reading.topics,
            "data": "data" in reading.topics and _DATA.search(claim),
        }
        roles = {role for role, said in found.items() if said}
        runnable = _RUNNABLE.search(claim) and not _A_MODEL.search(claim)
        return frozenset(roles or ({"method"} if runnable else ()))

    @cached_property
    def for_agents(self) -> bool:
        """Whether its abstract speaks of agents: what is made for them is tested with them."""
        return bool(_AGENT.search(self.reading.text))

    @cached_property
    def for_language(self) -> bool:
        """Whether its abstract speaks of language models."""
        return bool(cues.LANGUAGE.search(self.reading.text))

    @cached_property
    def field(self) -> frozenset[str]:
        """The special fields its title names."""
        return frozenset(field.lower() for field in _OTHER_FIELDS.findall(self.reading.title))

    @cached_property
    def tasks(self) -> frozenset[str]:
        """The sorts of task its whole abstract names: what it may be tried on."""
        return frozenset(name for name, cue in _TASK_CUES.items() if cue.search(self.reading.text))

    @cached_property
    def subject(self) -> frozenset[str]:
        """The sorts of task its title and claim name: what it is for; empty when it is for any."""
        return frozenset(name for name, cue in _TASK_CUES.items() if cue.search(self.reading.core))
