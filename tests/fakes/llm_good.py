"""A model as one wishes it: it answers every task of the writer, in the language asked for, from what it was given."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.llm import Asked

_ITEM = re.compile(r"\[(?P<alias>[^\]\n]+)\]\n<(?P<tag>data \w+)>\n(?P<body>.*?)\n</(?P=tag)>", re.DOTALL)
_END = re.compile(r"(?<=[a-z)][.!?])\s+(?=[A-Z])")

Fields = dict[str, str]
Items = dict[str, Fields]


def good(asked: Asked) -> Any:
    """Return the answer to a task of the writer; how it is told apart is by what its schema wants."""
    wants = set(asked.schema["properties"])
    items = items_of(asked.user)
    language = "zh" if "Chinese" in asked.system else "en"
    [answer] = [make for fields, make in _ANSWERS[language].items() if set(fields.split()) == wants]
    return answer(items)


def items_of(text: str) -> Items:
    """Return the fenced items of a text, label -> field -> text."""
    return {m["alias"]: dict(line.split(": ", 1) for line in m["body"].splitlines()) for m in _ITEM.finditer(text)}


def papers(items: Items) -> Items:
    """Return the items that are papers."""
    return {label: fields for label, fields in items.items() if label.startswith("P")}


def name(fields: Fields) -> str:
    """Return a paper's title up to its colon."""
    return fields.get("title", "").partition(":")[0]


def claim(fields: Fields) -> str:
    """Return a sentence of the abstract, not the first one, which is background."""
    sentences = _END.split(fields.get("abstract", ""))
    return sentences[min(1, len(sentences) - 1)]


def best(items: Items) -> list[str]:
    """Return five labels: the papers that match most directions first."""
    found = papers(items)
    return sorted(found, key=lambda label: (-found[label].get("matches", "").count(";"), int(label[1:])))[:5]


def _card_en(items: Items) -> Any:
    [fields] = items.values()
    return {
        "contribution": claim(fields),
        "why": f"{name(fields)} moves the question from the single task to how it is set up.",
        "judgement": f"For who builds such systems; check the evaluation of {name(fields)} before reuse.",
        "focus": ["how the data is made", "what the evaluation leaves out"],
    }


def _card_zh(items: Items) -> Any:
    [fields] = items.values()
    return {
        "contribution": f"{name(fields)} 给出了一个可以复现的做法，原文的说法是：{claim(fields)}",
        "why": f"{name(fields)} 把问题从单个任务推进到任务本身如何构造，做同类训练的人可以直接对照。",
        "judgement": f"适合正在搭建同类系统的人扫读 {name(fields)}，细节要回到原文核对。",
        "focus": ["数据与任务如何构造", "评测覆盖了什么，又漏掉了什么"],
    }


def _choice(reason: Callable[[Fields], str]) -> Callable[[Items], Any]:
    return lambda items: {"picks": [{"paper": p, "reason": reason(items[p])} for p in best(items)]}


def _reading(say: dict[str, Callable[..., str]]) -> Callable[[Items], Any]:
    def answer(items: Items) -> Any:
        found = papers(items)
        picks = [label for label, fields in found.items() if "abstract" in fields]
        names = {label: name(fields) for label, fields in found.items()}
        return {
            "overview": say["overview"](", ".join(names[p] for p in picks[:3])),
            "relations": [{"paper": p, "text": say["relation"](names[p])} for p in picks],
            "must_reads": picks[:3],
            "stand_in": {"paper": picks[3], "when": say["when"](names[picks[3]])} if len(picks) > 3 else None,
            "repos": [{"item": r, "focus": say["repo"](items[r]["name"])} for r in items if r.startswith("R")][:3],
            "ideas": [_idea(say, names, pair) for pair in zip(picks[:2], picks[2:4], strict=False)],
        }

    return answer


def _idea(say: dict[str, Callable[..., str]], names: dict[str, str], pair: tuple[str, str]) -> Any:
    one, other = (names[label] for label in pair)
    return {
        "title": say["title"](one, other),
        "papers": list(pair),
        "body": say["body"](one, other),
        "steps": [say["step"](one), say["step"](other)],
        "question": say["question"](one, other),
    }


_EN: dict[str, Callable[..., str]] = {
    "overview": lambda names: f"The main line today is how agents are trained; read {names} first.",
    "relation": lambda one: f"Close to your own directions: try the setup of {one} on a task of yours.",
    "when": lambda one: f"Take {one} when the cost of training is what holds you up.",
    "repo": lambda one: f"Look at how {one} lays out a run and what it logs.",
    "title": lambda one, other: f"{one} inside {other}",
    "body": lambda one, other: f"{one} says how to act, {other} where to try it; together they make a testbed.",
    "step": lambda one: f"Reproduce one run of {one}.",
    "question": lambda one, other: f"Does what {one} learns carry over to {other}?",
}
_ZH: dict[str, Callable[..., str]] = {
    "overview": lambda names: f"今天的主线是智能体训练从单个任务转向环境与数据，建议先读 {names}。",
    "relation": lambda one: f"与你的方向直接相关：可以先把 {one} 的设置搬到自己的任务上，看奖励能否照用。",
    "when": lambda one: f"如果今天更关心训练成本，就用 {one} 替换最后一篇。",
    "repo": lambda one: f"看 {one} 如何组织一次训练，以及它记录了哪些指标。",
    "title": lambda one, other: f"把 {one} 放进 {other}",
    "body": lambda one, other: f"{one} 说明如何行动，{other} 提供试验场；两者结合可以得到一个能训练的环境。",
    "step": lambda one: f"复现 {one} 的一次运行；",
    "question": lambda one, other: f"{one} 学到的东西能否迁移到 {other}？",
}
_ANSWERS: dict[str, dict[str, Callable[[Items], Any]]] = {
    "en": {
        "contribution why judgement focus": _card_en,
        "picks": _choice(lambda fields: f"It touches {fields['matches'].split(';')[0]} with a method of its own."),
        "text": lambda items: {"text": _EN["relation"](name(items["P1"]))},
        "overview relations must_reads stand_in repos ideas": _reading(_EN),
    },
    "zh": {
        "contribution why judgement focus": _card_zh,
        "picks": _choice(lambda fields: f"与读者方向 {fields['matches'].split(';')[0]} 直接相关，做法可以复用。"),
        "text": lambda items: {"text": _ZH["relation"](name(items["P1"]))},
        "overview relations must_reads stand_in repos ideas": _reading(_ZH),
    },
}
