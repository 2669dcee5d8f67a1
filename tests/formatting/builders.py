"""Editions made up for these tests: invented papers, with everything a brief can carry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from brief.models import (
    Author,
    Brief,
    Byline,
    Card,
    Follow,
    HubAsset,
    Idea,
    Label,
    Language,
    Note,
    Paper,
    Pick,
    Repo,
    Score,
    Sentence,
    SourceReport,
    Status,
    Text,
    Window,
)

DATE = dt.date(2026, 5, 1)
MORNING = dt.datetime(2026, 5, 1, 0, 30, tzinfo=dt.UTC)
WINDOW = Window(
    date=DATE,
    days=(dt.date(2026, 4, 29), dt.date(2026, 4, 30), DATE),
    since=dt.datetime(2026, 4, 28, 18, 0, tzinfo=dt.UTC),
    until=MORNING,
)
_NAMES = {
    "zh": {"agent": "LLM Agent", "eval": "评测", "latent": "隐空间推理", "tools": "工具使用"},
    "en": {"agent": "LLM agents", "eval": "Evaluation", "latent": "Latent reasoning", "tools": "Tool use"},
}
_TITLES = (
    "SandGarden: Growing Verifiable Workspaces for Terminal Agents",
    "Think in Circles: Looped Hidden States as a Search Space",
    "A Letter a Day: Delayed Rewards from Public Forecasts",
    "Half the Tokens: Draft Models inside the Rollout Loop",
    "Who Moved My Button? State Transitions in Graphical Interfaces",
    "Clean Rooms: Deduplicating Agent Traces before Pre-training",
    "The Patient Tester: Failure Reports as Curriculum",
)


def label(language: Language, name: str) -> Label:
    return Label(id=name, text=_NAMES[language][name])


def said(text: str, origin: str = "measured") -> Text:
    return (Sentence.model_validate({"text": text, "origin": origin}),)


def paper(number: int = 1, **changes: Any) -> Paper:
    fields: dict[str, Any] = {
        "id": f"2604.{26900 + number}",
        "version": 1,
        "title": _TITLES[(number - 1) % len(_TITLES)],
        "abstract": "Agents need places to practise. We grow such places from short stories and check them by program.",
        "authors": ("Ada Example", "Bo Sample", "Chi Muster", "Dee Probe"),
        "organization": "Institute of Examples",
        "categories": ("cs.AI", "cs.CL"),
        "published": dt.datetime(2026, 4, 29, 17, tzinfo=dt.UTC),
        "listed": dt.date(2026, 4, 30),
        "votes": 1200 + number,
        "comments": number,
        "code": f"examples/garden-{number}",
        "code_stars": 340,
        "sources": ("arxiv", "huggingface"),
    }
    return Paper(**{**fields, **changes})


def card(language: Language, number: int) -> Card:
    zh = language == "zh"
    why = "当日 Hugging Face 第 2 名，1,201 票。" if zh else "Second on Hugging Face that day with 1,201 votes."
    relation = "命中方向“代码与终端 agent”。" if zh else "Matches your direction “code and terminal agents”."
    judgement = "有代码，可先看评测部分。" if zh else "Code is public; start with the evaluation."
    origin = "summary" if number % 2 else "abstract"
    return Card(
        contribution=said("It grows 4,200 checkable workspaces from short stories and trains agents in them.", origin),
        why=said(why),
        relation=said(relation) + said("Agents need places to practise.", "abstract"),
        judgement=said(judgement),
        focus=said("We check every workspace by program before an agent enters it.", "abstract"),
    )


def pick(language: Language = "zh", number: int = 1, **changes: Any) -> Pick:
    fields: dict[str, Any] = {
        "paper": paper(number),
        "score": Score(total=1.0, parts={"relevance": 1.0}, directions=("agent",)),
        "categories": (label(language, "agent"), label(language, "tools")),
        "directions": (label(language, "agent"),),
        "card": card(language, number),
    }
    return Pick(**{**fields, **changes})


def model_said(text: str, number: int, *checked: str) -> Text:
    return (Sentence(text=text, origin="model", items=(f"2604.{26900 + number}",), checked=checked),)


MODEL = "examples/scribe-8b"
_WRITTEN: dict[Language, dict[str, str]] = {
    "zh": {
        "contribution": "提出从短篇故事合成终端工作区的流程，产出 4,200 个可由程序验证的任务，并在其中训练 agent。",
        "why": "它补的是 agent 强化学习里“环境工程”这一环：任务、状态与奖励都能复现。",
        "relation": "直接关系到“代码与终端 agent”：可以试着把它的验证方式搬到仓库修复任务上。",
        "judgement": "值得精读任务合成与过滤两节，训练结果只在一个模型上给出。",
        "focus": "看每个工作区如何验证，以及过滤掉了哪些任务。",
        "reason": "五篇里唯一同时给出环境与验证器的一篇。",
    },
    "en": {
        "contribution": "Grows 4,200 terminal workspaces from short stories, checked by program, and trains in them.",
        "why": "It fills the gap of environment engineering for agents: tasks, states and rewards can be reproduced.",
        "relation": "Bears on “code and terminal agents”: try its checks on tasks of repository repair.",
        "judgement": "Read the parts on synthesis and filtering closely; results are given for one model.",
        "focus": "How each workspace is checked, and which tasks are filtered out.",
        "reason": "The only one of the five with both an environment and a verifier.",
    },
}


def written_pick(language: Language, number: int, **changes: Any) -> Pick:
    """A paper a model wrote of."""
    texts = {name: model_said(text, number) for name, text in _WRITTEN[language].items()}
    texts["contribution"] = model_said(_WRITTEN[language]["contribution"], number, "4,200")
    reason = texts.pop("reason")
    return pick(language, number, card=Card(**texts, byline=Byline(model=MODEL, date=DATE)), reason=reason, **changes)


def written(language: Language = "zh", **changes: Any) -> Brief:
    """An edition a model wrote, but for the fifth paper and what is worth scanning."""
    overview = (
        "今天的主线是 agent 训练从单点任务转向可合成、可验证的环境工程。"
        "对关注 LLM Agent 与隐空间推理的你，SandGarden 与 Think in Circles 最值得先读。"
        if language == "zh"
        else "Agent training moves from single tasks to environments that can be grown and verified. "
        "For your directions LLM agents and latent reasoning, SandGarden and Think in Circles come first."
    )
    notes = (
        Note(code="model_timeout", params={"model": MODEL, "n": 3}),
        Note(code="model_withheld", params={"model": MODEL, "n": 1}),
    )
    costs: dict[str, Any] = {"calls": 19, "remembered": 4, "tokens_in": 27_514, "tokens_out": 6_902, "cost": 0.009636}
    fields: dict[str, Any] = {
        "overview": model_said(overview, 1, "SandGarden", "Think in Circles"),
        "picks": (*(written_pick(language, n) for n in range(1, 5)), pick(language, 5)),
        "author": Author(kind="model", model=MODEL, replaced=2, notes=notes, **costs),
    }
    return brief(language, **{**fields, **changes})


def follow(language: Language, name: str = "Examples/Garden") -> Follow:
    repo = Repo(id=name.lower(), name=name, stars=1400, sources=("github",))
    status = "最近更新 2026-04-29,1,400 stars。" if language == "zh" else "Updated 2026-04-29, 1,400 stars."
    return Follow(
        repo=repo,
        categories=(label(language, "agent"),),
        status=said(status),
        focus=said("Workspaces for agents, in one command.", "description"),
    )


def asset(language: Language) -> Follow:
    made = HubAsset(id="examples/garden-7b", kind="model", likes=51, sources=("huggingface",))
    return Follow(asset=made, status=said("♥ 51"), categories=(label(language, "agent"),))


def idea(language: Language) -> Idea:
    zh = language == "zh"
    return Idea(
        title="用循环隐状态在可验证的工作区里做搜索"
        if zh
        else "Search verifiable workspaces with looped hidden states",
        papers=("2604.26901", "2604.26902"),
        body=said(
            "前者提供环境，后者提供搜索空间。" if zh else "One brings the environment, the other the search space."
        ),
        steps=said("先复现环境。" if zh else "Reproduce the environment.")
        + said("再接上搜索。" if zh else "Add search."),
        question=said("隐状态的新颖度能否预测任务成功？" if zh else "Does novelty in hidden states predict success?"),
    )


def reports() -> tuple[SourceReport, ...]:
    limited = Note(code="rate_limited", params={"what": "arXiv API", "tries": 3, "status": 429})
    fallback = Note(code="fallback", params={"what": "RSS", "papers": 312})
    filling = Note(code="page_filling", params={"day": "2026-05-01", "papers": 9})
    return (
        SourceReport(
            source="huggingface", status=Status.OK, papers=56, assets=20, requests=5, seconds=1.24, notes=(filling,)
        ),
        SourceReport(
            source="arxiv",
            status=Status.PARTIAL,
            papers=312,
            requests=4,
            seconds=9.81,
            notes=(limited, fallback, Note(code="rss_lacks")),
        ),
        SourceReport(source="github", status=Status.OK, repos=1, requests=1, seconds=0.4),
        SourceReport(source="x", status=Status.DISABLED, notes=(Note(code="no_key", params={"variable": "X_TOKEN"}),)),
    )


def brief(language: Language = "zh", **changes: Any) -> Brief:
    zh = language == "zh"
    overview = (
        "今天的主线是可验证的 agent 环境：五条推荐里有三条在造环境。"
        if zh
        else "Today is about verifiable environments for agents: three of five recommendations build one."
    )
    when = (
        "如果今天更偏系统效率，用它替换第 3 篇。"
        if zh
        else "Take it instead of the third if you care for systems today."
    )
    fields: dict[str, Any] = {
        "date": DATE,
        "language": language,
        "profile": "default",
        "window": WINDOW,
        "made": MORNING,
        "collected": MORNING,
        "considered": 612,
        "unseen": 540,
        "directions": (label(language, "agent"), label(language, "latent")),
        "overview": said(overview),
        "picks": tuple(pick(language, n) for n in range(1, 6)),
        "scan": tuple(pick(language, n) for n in (6, 7)),
        "must_reads": ("2604.26901", "2604.26902", "2604.26903"),
        "stand_in": "2604.26904",
        "stand_in_when": said(when),
        "follow": (follow(language), asset(language)),
        "more_follow": (follow(language, "Examples/Shed"),),
        "ideas": (idea(language),),
        "reports": reports(),
    }
    return Brief(**{**fields, **changes})
