"""Facts of a paper that can be read off its fields: venue, benchmarks and baselines named, votes and their rank."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable

from brief.models import Paper
from brief.ranking.signals import venue as venue_named
from brief.writing import cues
from brief.writing.readable import readable
from brief.writing.reading import Reading
from brief.writing.sentences import clip

MOST_NAMES = 4
LEAST_KNOWN = 5  # papers of a listing day: fewer are what a merge left of it, not the day

_ACCEPTED = re.compile(r"\b(?:accepted|published|to appear|in press|oral|spotlight|best paper)\b", re.IGNORECASE)
_PENDING = re.compile(r"\b(?:submitted|under review|in submission|preprint|rejected|not accepted)\b", re.IGNORECASE)
_COMMENT_PART = re.compile(r"[^;.\n,]+(?:[.,](?!\s)[^;.\n,]*)*")

_KNOWN_BENCHMARKS = (
    r"GSM8K|GSM-?Symbolic|MATH-?500|AIME(?:['’ ]?\s?20\d\d|['’ ]?2\d)?|MMLU(?:-Pro)?|GPQA(?:[- ]Diamond)?|HumanEval\+?",
    r"MBPP\+?|LiveCodeBench|SWE-?[Bb]ench(?:[- ](?:Verified|Lite|Pro|Multilingual|Live))?|Terminal-?[Bb]ench(?: 2\.0)?",
    r"(?:Visual)?WebArena(?:-Lite)?|OSWorld(?:-Verified)?|AndroidWorld|Mind2Web|GAIA|BrowseComp(?:-Plus|-ZH)?|ALFWorld",
    r"WebShop|ScienceWorld|ToolBench|(?:tau|τ)[²2]?-?[Bb]ench|BFCL|HotpotQA|MuSiQue|2WikiMultihopQA|TriviaQA|Bamboogle",
    r"RULER|BEIR|MTEB|MS MARCO|ImageNet(?:-1K|-1k|-21K)?|MS-?COCO|CIFAR-100?|LIBERO|CALVIN|RoboCasa|RoboTwin(?: 2\.0)?",
    r"D4RL|MuJoCo|Minecraft|Crafter|MMMU(?:-Pro)?|MathVista|ChartQA|DocVQA|ScanNet|nuScenes|NAVSIM|KITTI|BBH|IFEval",
    r"ARC-AGI(?:-[123])?|Humanity['’]s Last Exam|HellaSwag|TruthfulQA|FineWeb(?:-Edu)?|RedPajama|LibriSpeech|VBench",
    r"ScreenSpot(?:-Pro|-v2)?|LoCoMo|LongMemEval|PaperBench|MLE-?[Bb]ench|SimpleQA|WikiText(?:-2|-103)?",
    r"[A-Z][A-Za-z\d]*[A-Za-z\d](?:-?Bench(?:mark)?|QA|-?Gym|-?Arena|Eval)(?:[- ](?:v?\d(?:\.\d)?|Pro|Lite|Hard))?",
)
_BENCHMARK = re.compile(rf"(?<![\w-])(?:{'|'.join(_KNOWN_BENCHMARKS)})(?![\w-])")
_BASELINE = re.compile(
    r"\b(?:outperform\w*|surpass\w*|over|than|compared (?:to|with)|versus|vs\.?|against|baselines? (?:such as|like))\s"
    r"(?:[a-z-]+\s){0,3}?(?P<name>GRPO|PPO|DPO|DAPO|RLOO|REINFORCE\+*|GSPO|SFT|ReAct|LoRA|MCTS|Reflexion|RAG|Mem0|BM25|"
    r"self-consistency|beam search|best-of-N|speculative decoding|EAGLE(?:-[23])?|vLLM|SGLang|FlashAttention(?:-[23])?|"
    r"knowledge distillation|chain-of-thought|[Gg]reedy decoding|DreamerV3|Coconut)(?![\w-])"
)
_TOO_GENERAL = frozenset(
    {"reinforcement learning", "policy optimization", "large language models", "large language model", "reward model"}
    | {"language models", "tool use", "multi-agent systems", "deep learning", "machine learning", "llm agents"}
)
_MADE_HERE = re.compile(rf"(?:{cues.PRESENTS.pattern})[^.,]{{0,20}}$", re.IGNORECASE)  # what stands before a name
_AMOUNT = re.compile(r"(?:Only|Just|Fewer|More|Less)\b")
_MECHANISM = re.compile(
    r"\b(?:via|through|using|with|by)\s(?P<phrase>[A-Z][\w-]*(?:[ -][A-Z\d][\w-]*){1,5})(?=$|[,:?])"
)


def venue(paper: Paper) -> str | None:
    """Return the part of the authors' comment that tells where the paper was accepted, in their words."""
    known = venue_named(paper)
    for match in _COMMENT_PART.finditer(readable((paper.comment or "")[:1000])):
        part = match[0].strip()
        told = _ACCEPTED.search(part) or (known and known in part)
        if told and len(part) > 3 and not _PENDING.search(part) and "://" not in part:
            return clip(part, 120)
    return None


def benchmarks(reading: Reading) -> tuple[str, ...]:
    """Return at most four benchmarks and data sets the abstract names, its own work left out, in order."""
    own = tuple({reading.name.casefold(), (reading.coined or reading.name).casefold()})
    text = " ".join(reading.sentences)
    found = dict.fromkeys(
        m[0] for m in _BENCHMARK.finditer(text) if not _MADE_HERE.search(text[max(0, m.start() - 60) : m.start()])
    )
    return tuple(name for name in found if not name.casefold().startswith(own) and name not in reading.name)[
        :MOST_NAMES
    ]


def baseline(reading: Reading) -> str | None:
    """Return a well-known method the abstract compares itself with."""
    match = next((m for s in reading.sentences if (m := _BASELINE.search(s))), None)
    return match["name"] if match and match["name"] != reading.coined else None


def mechanism(reading: Reading) -> str | None:
    """Return the phrase by which the title tells how the paper works ("via Skill Graphs"), as written there."""
    match = _MECHANISM.search(reading.title)
    if match is None or match["phrase"].casefold() in _TOO_GENERAL or _AMOUNT.match(match["phrase"]):
        return None
    return match["phrase"]


def announced(reading: Reading) -> str | None:
    """Return what the authors promise and where: "code_abstract", "code_comment", "data_abstract" or "data_comment"."""
    for place, text in (("abstract", reading.sentences), ("comment", ((reading.paper.comment or "")[:1000],))):
        found = [sentence for sentence in text if cues.ANNOUNCED.search(sentence)]
        if found:
            return f"{'code' if any(map(cues.CODE.search, found)) else 'data'}_{place}"
    return None


class Votes:
    """The Hugging Face votes of a day's papers, for a paper's rank on the day it was listed."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._days: dict[dt.date, list[int]] = defaultdict(list)
        for paper in papers:
            if paper.listed and paper.votes is not None:
                bisect.insort(self._days[paper.listed], paper.votes)

    def rank(self, paper: Paper) -> tuple[int, int] | None:
        """Return (rank, papers listed that day) for the best third, equal votes sharing the better rank.

        None below that, where the rank speaks against the paper, and where too little of the day is known to count.
        """
        counts = self._days.get(paper.listed, []) if paper.listed else []
        if paper.votes is None or paper.votes not in counts or len(counts) < LEAST_KNOWN:
            return None
        rank = len(counts) - bisect.bisect_right(counts, paper.votes) + 1
        return (rank, len(counts)) if 3 * rank <= len(counts) else None
