"""The phrases by which authors of abstracts say what a sentence, a title or a paper does."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "survey",
    "position",
    "benchmark",
    "environment",
    "dataset",
    "report",
    "theory",
    "system",
    "study",
    "method",
    "unsure",
]
Topic = Literal["latent", "world", "efficiency", "data", "multi_agent", "training", "tools"]


def _cue(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_OWN = r"\b(?:we|this (?:paper|work|study|article|report|survey|thesis)|here,?|our \w+)\b"

OFFERS = _cue(
    rf"{_OWN}[^.;]{{0,80}}\b(?:propos|introduc|present|develop|design|releas|construct|creat|contribut|formali[sz]|"
    r"unveil|open-sourc|build|offer)"
)
PRESENTS = _cue(  # a sentence that hands over a thing of its own: "We introduce X", "this paper presents X"
    r"\b(?:we|this (?:paper|work|report))\s(?:\w+\s){0,2}?(?:propos|introduc|present|develop|build|design|construct|"
    r"releas)\w*\b"
)
ASIDE = _cue(  # a sentence that adds to another, or hopes
    r"^(?:furthermore|finally|beyond|additionally|moreover|also|first|second|third|lastly|"
    r"remarkably|notably|ultimately|extensive|th(?:is|ese) (?:results?|demonstrates|suggests?|shows?)|"
    r"we (?:further|also|then|hope)|to (?:demonstrate|validate|evaluate|support)|together|overall|"
    r"our (?:findings|results|analys[ie]s))\b",
    r"\bwe (?:\w+ )?hope\b",
)
SPEAKS_FOR_ITSELF = _cue(r"^(?:in )?this (?:paper|work|study|survey|article|report|thesis)\b")
STUDIES = _cue(
    rf"{_OWN}[^.;]{{0,60}}\b(?:stud|investigat|examin|analy[sz]|explor|show|find|prove|survey|review|demonstrat|"
    r"reveal|evaluat|describ|report|ask|address|test|compar|assess|benchmark|conduct|perform|revisit)"
)
BACKGROUND = _cue(
    r"^(?:however|existing|current|recent|recently|while|despite|although)\b",
    r"\b(?:has|have) (?:traditionally|recently|emerged|become|shown|demonstrated|enabled|witnessed|long)\b",
)
AVAILABILITY = _cue(
    r"\b(?:code|data|models?|weights) (?:is|are|will be|and)\b[^.]{0,120}\b(?:available|released|github)\b", "https?:"
)
EXPERIMENTS = _cue(r"^(?:extensive |our |comprehensive )?(?:experiments|experimental results|results|evaluations?)\b")
HOW = _cue(  # what a method does, in verbs and parts
    r"\b(?:(?:two|three|four)[- ]stage|decompos|leverag|combin|integrat|synthesi[sz]|construct|optimi[sz]|"
    r"sampl(?:es|ing)|mask|assign|retriev|select|encod|compress|rout(?:es|ing)|replac|generat|predict|filter|merg|distill?|"
    r"search|verif|aggregat|weight|updat|cache|train(?:s|ed|ing)?|fine-tun|project|align|rank|prun|schedul|"
    r"inject|condition|reward|penali[sz]|connect|transform|convert|extract|maintain|alternat|switch|adapt|learns?|"
    r"stores?|keeps?|reads?|sorts?|splits?|maps?|uses?|using|employ|operates|treats?|casts?|spans?|contains?|compris)"
)
NOT_HOW = _cue(  # openness, hope, structure, findings and motives: not how it works
    r"\b(?:remains? open|open (?:question|problem|challenge|direction)s?|whether|hope|testbed|"
    r"experiments?|performance can|we (?:also )?(?:evaluate|contribute)|"
    r"we (?:\w+ ){0,2}identif(?:y|ied)|recipe|in principle|motivat|observ(?:ation|e)|findings?|"
    r"we (?:\w+ )?(?:find|project)|discuss|outline|highlight|analysis|insights?|release|future|challenges?|"
    r"limitations?|suggest|reveals?|well-known|"
    r"contributions?|advances?|paving|paves|practical recommend)",
    r"^(?:finally|furthermore|beyond|additionally|however|yet|while|overall|recent|existing|ultimately|these results|"
    r"to (?:evaluate|validate))\b",
)
MECHANISM = _cue(
    r"\b(?:by \w+ing|via|through|using|consist|compris|based on|that|which|where|each|first|then|stage|module|combin|"
    r"decompos|leverag|train|pair(?:ed|s)|integrat|synthesi[sz])"
)
PROBLEM = _cue(
    r"\b(?:however|yet|but|existing|current|prior|previous|remains?|challeng|bottleneck|limited|lack|fail|suffer|"
    r"underexplored|unclear|gap|difficult|costly|expensive|struggl|rarely|overlook)"
)
OWN_WORK = _cue(r"\b(?:we|our|this (?:paper|work|study))\b|\brevisit", r"^under this\b")
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
    r"\b(?:experiment(?:s|al)?|evaluat\w*|benchmarks|tested|empirical\w*|results (?:on|show)|ablations?|baselines)\b"
)
REPORTS = _cue(
    r"\b(?:show|demonstrat|validat|prove|finding|outperform|achiev|state-of-the-art|improv|highlight|"
    r"reveal|struggl|blueprint|effective)"
)
LIMIT = _cue(  # what does not work: one's own when the sentence starts with the work itself
    r"\b(?:at the (?:cost|expense) of|only (?:when|if)|does not (?:hold|transfer|generali[sz]e|improve|help)|cannot|"
    r"fails? (?:to|on|when|at|for)|still (?:fail|struggl|lag|need|require)\w*|far from|degrades|plateaus|collapses)\b"
)
OPEN = _cue(
    r"\bopen (?:question|problem|challenge)s?\b|\bremains? (?:an )?open\b",
    r"\b(?:left|leave\w*) (?:\w+ ){0,3}?future work",
    r"\b(?:a|one|its|our|key|main|the) limitations? (?:is|are|of (?:our|this))\b|\bcaveats?\b",
)
OWN_SUBJECT = _cue(r"^(?:\w+,? ){0,3}?(?:we|our|it|its|this (?:method|approach|framework|system))\b")
SOLVED = _cue(  # words that turn a caveat into a merit, or give it to others
    r"\b(?:without|unlike|negligible|reduc|avoid|outperform|prior|existing|preserv|instead|mitigat|surpass|superior|"
    r"address|reveal|shows?\b|find\b|found\b|eliminat|breaks?\b|overcom|resolv|recover|prevent|"
    r"while (?:still )?(?:remain|maintain|keep))"
)

TITLE_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "survey",
        _cue(
            r"\b(?:survey|(?:literature|systematic) review|overview|roadmap|tutorial)\b",
            r": a review\b|^a review\b|\btaxonomy\b|\bfoundations,|\bfuture directions?\b",
        ),
    ),
    ("position", _cue(r"^position\b", r"\bposition paper\b", r"\bmanifesto\b")),
    ("benchmark", _cue(r"\bbenchmark(?:s|ing)?\b(?! tasks?\b)", r"bench\b", r"leaderboard")),
    ("environment", _cue(r": an? (?:[\w-]+ ){0,3}(?:environment|simulator|sandbox|gym)\b", r"\bgym\b", "gym:")),
    ("dataset", _cue(r"\b(?:data ?set|corpus)\b")),
    ("report", _cue(r"\btechnical report\b")),
    ("theory", _cue(r"\b(?:theor(?:y|em|ems)\b|convergence|provabl|bounds?\b|regret|complexity of|identifiab)")),
    (
        "study",
        _cue(
            r"\?(?: |$)|^(?:do|does|is|are|can|when|why|how|what|understanding|investigating|revisiting|exploring|"
            r"comparing|measuring|characteri[sz]ing|analy[sz]ing|probing|assessing|evaluating|on the)\b",
            r": (?:evaluating|understanding|measuring|analy[sz]ing|characteri[sz]ing)\b|\bdesign space\b|\bimpact of\b",
            r"\b(?:empirical|systematic|mechanistic) (?:study|analysis|evaluation)\b|\blessons\b|\brethinking\b",
        ),
    ),
    (
        "system",
        _cue(r"\b(?:system|serving|infrastructure|toolkit|library|accelerating|throughput|inference engine)\b"),
    ),
)
HARDWARE = _cue(  # without one of these a "system" is no paper about computing systems
    r"\b(?:throughput|latency|[GN]PUs?|TPUs?|speed-?ups?|memory footprint|hardware|kernels?|bandwidth|wall-clock)\b"
)
_HEAD = (
    r"\b(?=[,.;:]|\s(?:that|for|with|which|where|to|of|in|built|on|designed|covering|containing|"
    r"measuring|evaluating|comprising|consisting|spanning)\b|$)"
)
_BUILDS = r"\b(?:present|introduc|propos|construct|develop|releas|build|built|curat|creat)\w*\b[^.]{0,80}\b"
_BUILDS_ONE = _BUILDS.replace("[^.]{0,80}", "[^.,]{0,60}(?:, (?:a|an|the) [^.,]{0,60})?")
CLAIM_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "survey",
        _cue(
            r"\b(?:this|we|our|comprehensive|systematic) (?:survey|review|overview)\b",
            r"\boutline\b[^.]*\b(?:directions|challenges)\b",
        ),
    ),
    ("position", _cue(r"\bposition paper\b", r"^(?:in this paper, |here, |thus, )?we argue\b", r"^this paper argues")),
    ("benchmark", _cue(rf"{_BUILDS}(?:benchmark|(?:evaluation|test) suite|testbed){_HEAD}")),
    ("environment", _cue(rf"{_BUILDS}(?:environment|simulator|sandbox){_HEAD}")),
    ("dataset", _cue(rf"{_BUILDS_ONE}(?:data ?set|corpus)\b")),
    ("theory", _cue(r"\bwe (?:prove|derive|establish)\b")),
    (
        "study",
        _cue(
            r"\bwe (?:\w+ )?(?:study|investigate|examine|analy[sz]e|find|ask|conduct|compare|"
            r"characteri[sz]e|measure)\b",
            r"\bthis (?:study|work|paper) (?:stud|investigat|examin|analy[sz]|describ|compar|characteri[sz])",
            r"\b(?:first|systematic|comprehensive|empirical) (?:evaluation|analysis|study|exploration)\b",
            r"^our findings\b",
            r"\bdesign space\b",
        ),
    ),
)
DECLARED_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (  # what a paper calls itself, anywhere in its text
    ("survey", _cue(r"\b(?:this|the|our) (?:survey|review)\b|\bwe (?:\w+ )?(?:survey|review)\b")),
    ("position", _cue(r"\bthis (?:position|perspective) paper\b")),
    ("report", _cue(r"\bthis (?:technical )?report (?:summari|present|describ|introduc|detail)")),
)

TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (
        "latent",
        _cue(
            r"\blatent[- ](?:visual )?(?:space|reason|thought|state|token|communicat|represent|distill|think|chain)",
            r"\bhidden[- ](?:state|representation)|\bcontinuous thought|\blooped",
        ),
    ),
    (
        "world",
        _cue(
            r"\bworld models?|next[- ]states?|\bforecast|predictive agents?",
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

THINKS = _cue(r"\breason(?:s|ing)?\b|\bdecod|\bthought|\bthink|\bexplor|\btokens?\b|\brecursive|\blooped|\bcommunicat")
LANGUAGE = _cue(r"\bM?LLMs?\b|\blanguage[- ]models?\b|\btransformers?\b|\bchain-of-thought\b|\bCoT\b")
PICTURES = _cue(r"\bdiffusion|\bimages?\b|\bvideos?\b|\bpixels?\b|\bvisual|\b3d\b")

# A name the authors gave their work: in the title before the colon, or where they first offer it.
COINED_TITLE = re.compile(r"(?=\w*[A-Z\d]\w*[A-Z\d]|\w*-|[A-Z]\w+$)[\w.$²³⁺∞^-]{2,24}")
COINED_CLAIM = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Rr]eport)\s(?:\w+\s){0,2}?(?:propos|introduc|present|develop|releas|call)\w*\s"
    r"(?:(?:(?:the|a|an)\s)?[\w-]+(?:\s[\w-]+){0,7}\s\((?P<short>[A-Za-z]*[A-Z][\w-]*[A-Z][\w-]{0,15})\)|"
    r"(?P<name>(?=[\w-]*[A-Z][\w-]*[A-Z\d])[A-Za-z][\w-]{1,23}(?:\s?[A-Z\d][\w.-]*)?|"
    r"[A-Z][\w-]{3,23}(?:\s[A-Z][\w-]{2,23}){0,2}(?=,\s(?:a|an|the)\b|\s\([A-Z]))"
    r"(?=[,.:]|\s\(|\s(?:a|an|the|which|to)\b))"
)
ANNOUNCED = _cue(  # code or data promised in words, with or without an address
    r"\b(?:code|codebase|data ?sets?|data|models?|weights|checkpoints|resources?|implementation|framework|benchmark|"
    r"toolkit|version)\b.{0,120}(?:https?://|github\.com|\b(?:publicly|openly|freely) available|\bopen-?sourced\b|"
    r"\bwill be (?:\w+ )?(?:available|released)|\b(?:is|are) (?:made )?available (?:at|on|via|here)\b)",
    r"\bwe (?:will )?(?:publicly )?(?:release|open-source)\b[^.]{0,60}\b"
    r"(?:code|data|models?|weights|resources|benchmark)",
)
CODE = _cue(r"\b(?:code|implementation|source|toolkit|framework)\b|github\.com")
