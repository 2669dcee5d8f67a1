"""The phrases by which authors of abstracts say what a sentence, a title or a paper does."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "survey", "position", "benchmark", "environment", "dataset", "report", "theory", "system", "study", "method"
]
Topic = Literal["latent", "world", "efficiency", "data", "multi_agent", "training", "tools"]


def _cue(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_OWN = r"\b(?:we|this (?:paper|work|study|article|report|survey|thesis)|here,?|our \w+)\b"

OFFERS = _cue(
    rf"{_OWN}[^.;]{{0,80}}\b(?:propos|introduc|present|develop|design|releas|construct|creat|contribut|formali[sz]|"
    r"unveil|open-sourc|build)"
)
STUDIES = _cue(
    rf"{_OWN}[^.;]{{0,60}}\b(?:stud|investigat|examin|analy[sz]|explor|show|find|argue|prove|survey|review|demonstrat|"
    r"reveal|evaluat|describ|report|ask|address|test|compar|assess|benchmark|conduct|perform|revisit)"
)
BACKGROUND = _cue(r"^(?:however|existing|current|recent|recently|while|despite|although)\b")
AVAILABILITY = _cue(
    r"\b(?:code|data|models?|weights) (?:is|are|will be|and)\b[^.]{0,120}\b(?:available|released|github)\b", "https?:"
)
EXPERIMENTS = _cue(r"^(?:extensive |our |comprehensive )?(?:experiments|experimental results|results|evaluations?)\b")
MECHANISM = _cue(
    r"\b(?:by \w+ing|via|through|using|consist|compris|based on|that|which|where|each|first|then|stage|module|combin|"
    r"decompos|leverag|train|pair(?:ed|s)|integrat|synthesi[sz])"
)
PROBLEM = _cue(
    r"\b(?:however|yet|but|existing|current|prior|previous|remains?|challeng|bottleneck|limited|lack|fail|suffer|"
    r"underexplored|unclear|gap|difficult|costly|expensive|struggl|rarely|overlook)"
)
GAIN = _cue(
    r"\b(?:improv|outperform|achiev|reduc|speed|faster|gain|surpass|accura|exceed|increas|higher|lower|success rate|"
    r"attain|reach|yield|cut|best|only|drop|raises?)"
)
FIGURE = _cue(
    r"(?<![\w,.-])\d[\d,.]*\s?(?:%|×|x\b|points?|percent|pp\b|[KMB]\b)",
    r"(?<![\w-])\d+\.\d+",
    r"(?<![\w-])\d{2,}(?!\w)",
)
TESTED = _cue(
    r"\b(?:experiment(?:s|al)?|evaluat\w*|benchmarks?|tested|empirical\w*|results (?:on|show)|ablations?|baselines?)\b"
)
REPORTS = _cue(
    r"\b(?:show|demonstrat|validat|prove|finding|outperform|achiev|state-of-the-art|improv|highlight|"
    r"reveal|struggl|blueprint|effective)"
)
CAVEAT = _cue(
    r"\b(?:limitations?|trade-?offs?|at the (?:cost|expense)|caveats?|only (?:when|if)|fails?|failures?|degrades?|"
    r"still|remains?|cannot|struggles?|far from|no single|plateaus?|collapses?|however)\b"
)
SOLVED = _cue(  # words that turn a caveat into a merit, or give it to others
    r"\b(?:without|unlike|negligible|reduc|avoid|outperform|prior|existing|preserv|instead|mitigat|surpass|superior|"
    r"address|eliminat|breaks?\b|overcom|resolv|recover|prevent|while (?:still )?(?:remain|maintain|keep))"
)

TITLE_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("survey", _cue(r"\b(?:survey|review|overview|taxonomy|roadmap|tutorial)\b")),
    ("position", _cue(r"^position\b", r"\bposition paper\b", r"\bmanifesto\b")),
    ("benchmark", _cue(r"benchmark", r"bench\b", r"\bevaluat(?:ing|ion)\b", r"leaderboard")),
    ("environment", _cue(r": an? (?:[\w-]+ ){0,3}(?:environment|simulator|sandbox|gym)\b", r"\bgym\b", "gym:")),
    ("dataset", _cue(r"\b(?:data ?sets?|corpus|corpora)\b")),
    ("report", _cue(r"\btechnical report\b")),
    ("theory", _cue(r"\b(?:theor|convergence|provabl|bounds?\b|regret|complexity of|identifiab)")),
    (
        "study",
        _cue(
            r"\?(?: |$)|^(?:do|does|is|are|can|when|why|how|what|understanding|investigating|revisiting|exploring|"
            r"comparing|measuring|characteri[sz]ing|analy[sz]ing|probing|assessing|on the)\b",
            r"\b(?:empirical|systematic|mechanistic) (?:study|analysis|evaluation)\b|\blessons\b|\brethinking\b",
        ),
    ),
    (
        "system",
        _cue(
            r"\b(?:system|serving|infrastructure|platform|toolkit|library|accelerating|throughput|inference engine|"
            r"operating|deployment|architecture for)\b"
        ),
    ),
)
_HEAD = r"\b(?=[,.;:]|\s(?:that|for|with|which|where|to|of|in|built|on|comprising|consisting|spanning)\b|$)"
_BUILDS = r"\b(?:present|introduc|propos|construct|develop|releas|build|curat)\w*\b[^.]{0,80}\b"
CLAIM_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "survey",
        _cue(
            r"\b(?:this|we|our|comprehensive|systematic) (?:survey|review|overview)\b",
            r"\boutline\b[^.]*\b(?:directions|challenges)\b",
        ),
    ),
    ("position", _cue(r"\b(?:position paper|we argue)\b")),
    ("benchmark", _cue(rf"{_BUILDS}(?:benchmark|evaluation suite|testbed){_HEAD}")),
    ("environment", _cue(rf"{_BUILDS}(?:environment|simulator|sandbox){_HEAD}")),
    ("dataset", _cue(rf"{_BUILDS}(?:data ?set|corpus)\b")),
    ("theory", _cue(r"\bwe (?:prove|derive|establish)\b")),
    ("study", _cue(r"\bwe (?:study|investigate|examine|analy[sz]e|find|ask|conduct|compare)\b")),
)
TECHNICAL_REPORT = _cue(r"\bthis (?:technical )?report (?:summari|present|describ|introduc|detail)")

TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    ("latent", _cue(r"\blatent", r"\bhidden[- ](?:state|representation)", "continuous thought")),
    (
        "world",
        _cue(
            r"\bworld models?|state[- ]transition|\bforecast|predictive agents?",
            r"predict\w* (?:the )?(?:future|next state|outcome)",
        ),
    ),
    (
        "efficiency",
        _cue(
            r"\bspeculative|\bthroughput|\baccelerat(?:e|es|ed|ing|ion)\b|\bspeed-?ups?\b|\bKV[- ]cache|\blow-latency"
        ),
    ),
    (
        "data",
        _cue(
            r"\b(?:task|data|trajectory|environment)s? (?:synthesis|generation|engineering|curation)|synthesi[sz]",
            "training trajectories|synthetic (?:training )?(?:data|tasks)",
        ),
    ),
    ("multi_agent", _cue(r"\bmulti-?agent|\bagents? collaborat")),
    (
        "training",
        _cue(
            r"\breinforcement learning|\bRL(?:VR|HF)?\b|\b\w?[GPD]R?PO\b|policy optimi[sz]ation|post-training",
            "self-distill",
        ),
    ),
    ("tools", _cue(r"\btool[- ](?:use|using|call)|\bcoding agents?|\bcode agents?|\bterminal|\bcomputer[- ]use")),
)

# A name the authors gave their work: in the title before the colon, or where they first offer it.
COINED_TITLE = re.compile(r"(?=\w*[A-Z\d]\w*[A-Z\d]|\w*-|[A-Z]\w+$)[\w.$²³⁺∞^-]{2,24}")
COINED_CLAIM = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Rr]eport)\s(?:\w+\s){0,2}?(?:propos|introduc|present|develop|releas|call)\w*\s"
    r"(?:(?:(?:the|a|an)\s)?[\w-]+(?:\s[\w-]+){0,7}\s\((?P<short>[A-Za-z]*[A-Z][\w-]*[A-Z][\w-]{0,15})\)|"
    r"(?P<name>(?=[\w-]*[A-Z][\w-]*[A-Z\d])[A-Z][\w-]{1,23}(?:\s?[A-Z\d][\w.-]*)?)"
    r"(?=[,.:]|\s\(|\s(?:a|an|the|which|to)\b))"
)
