"""A model as one wishes it: it answers every task of the writer, in the language asked for, from what it was given.

What it says is as long as in a brief made by hand, in Chinese characters: contribution 90, why 150, relation 110,
judgement 50, focus 3 x 12, overview 200, an idea 200 with four steps and a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brief.writing.prompts import banned
from tests.fakes.llm import Asked

_ITEM = re.compile(r"\[(?P<alias>[^\]\n]+)\]\n<(?P<tag>data \w+)>\n(?P<body>.*?)\n</(?P=tag)>", re.DOTALL)
_END = re.compile(r"(?<=[a-z)][.!?])\s+(?=[A-Z])")

_LONGEST = 300

Fields = dict[str, str]
Items = dict[str, Fields]


def good(asked: Asked) -> Any:
    """Return the answer to a task of the writer; how it is told apart is by what its schema wants."""
    wants = set(asked.schema["properties"])
    if wants == {"ok"}:  # the probe
        return {"ok": True}
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
    """Return a paper's title up to its colon, at most four words of it."""
    return " ".join(fields.get("title", "").partition(":")[0].split()[:4])


def claim(fields: Fields) -> str:
    """Return a sentence of the abstract, no long one and none that praises; the first one is background."""
    sentences = _END.split(fields.get("abstract", ""))
    fit = (s for s in sentences[1:] if len(s) <= _LONGEST and not banned().search(s))
    return next(fit, " ".join(sentences[0].split()[:20]))


def best(items: Items) -> list[str]:
    """Return five labels: the papers that match most directions first."""
    found = papers(items)
    return sorted(found, key=lambda label: (-found[label].get("matches", "").count(";"), int(label[1:])))[:5]


def _card(say: Mapping[str, Callable[..., str]], focus: Sequence[str]) -> Callable[[Items], Any]:
    def answer(items: Items) -> Any:
        [fields] = items.values()
        said = {part: say[part](name(fields)) for part in ("why", "judgement")}
        return {"contribution": say["contribution"](name(fields), claim(fields)), **said, "focus": list(focus)}

    return answer


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
            "ideas": [_idea(say, names, pair) for pair in zip(picks, picks[2:], strict=False)],
        }

    return answer


def _idea(say: dict[str, Callable[..., str]], names: dict[str, str], pair: tuple[str, str]) -> Any:
    one, other = (names[label] for label in pair)
    return {
        "title": say["title"](one, other),
        "papers": list(pair),
        "body": say["body"](one, other),
        "steps": [say[f"step {n}"](one, other) for n in range(1, 5)],
        "question": say["question"](one, other),
    }


_EN: dict[str, Callable[..., str]] = {
    "contribution": lambda one, claim: f"{one} lays out one way to do it that can be repeated: {claim}",
    "why": lambda one: (
        f"{one} moves the question from the score of a single task to how tasks, states and signals are made. These"
        " steps were done by hand, hard to repeat and hard to enlarge. Who trains such systems can hold their own"
        " pipeline against it and see which step is the bottleneck."
    ),
    "judgement": lambda one: (
        f"For who builds such systems and looks for a design to copy; check the evaluation of {one} and what it costs"
        " before reuse."
    ),
    "overview": lambda names: (
        "The main line today is how agents are trained: from a score on one task to tasks, states and signals that can"
        " be made and checked. A second line runs through the reasoning itself, from written steps to what stays"
        f" hidden. Read {names} first, for the environment and for the signal; the others can wait for a question of"
        " your own, the evaluation above all."
    ),
    "relation": lambda one: (
        f"Close to your own directions: try the setup of {one} on a task of yours and see whether its signal carries"
        " over. Then compare how it filters data with what you do now, failed attempts above all. Worth asking: does"
        " it still hold on repositories or on longer tasks?"
    ),
    "when": lambda one: f"Prefer {one} when the cost of training, not the choice of tasks, is what holds you up today.",
    "repo": lambda one: f"Look at how {one} lays out a run, what it logs, and where a task of your own would go in.",
    "title": lambda one, other: f"{one} inside {other}",
    "body": lambda one, other: (
        f"{one} says how to act, {other} where to try it; together they make a testbed in which both can be varied."
        " Each leaves open what the other fixes: where the tasks come from, and what a good step looks like when no"
        " final answer is near. Put into one loop, the tasks that fail become the next ones to train on, and the"
        " signal can be checked against a run without it."
    ),
    "step 1": lambda one, _: f"Reproduce one short run of {one}, and keep all its logs.",
    "step 2": lambda _, other: f"Write the interface between it and {other}: state, action, end of a task.",
    "step 3": lambda *_: "Train with and without the new signal on the same tasks, at the same cost.",
    "step 4": lambda *_: "Read what fails by hand, and sort it into tasks, signal and policy.",
    "question": lambda one, other: (
        f"Does what {one} learns carry over to {other}, or does it only fit the tasks that it was made with?"
    ),
}
_ZH: dict[str, Callable[..., str]] = {
    "contribution": lambda one, claim: (
        f"{one} 给出了一套可以复现的做法，把任务如何产生、信号如何校验、结果如何诊断放进同一流程，原文的说法是：{claim}"
    ),
    "why": lambda one: (
        f"{one} 把问题从单个任务的得分推进到任务、状态与信号如何构造：过去这些环节多靠人工挑选，难以复现，也难以放大。"
        "做同类训练的人可以直接对照自己的流程，看哪一步是瓶颈，哪一条假设不再成立；如果做法可以迁移，训练数据与评测就能"
        "由同一条流水线产生，失败的样本也能回到下一轮。"
    ),
    "judgement": lambda one: (
        f"适合正在搭建同类系统的人扫读 {one}；评测范围与训练开销在摘要里没有展开，复用之前需要回到原文核对。"
    ),
    "overview": lambda names: (
        "今天的主线是智能体训练从单个任务的得分转向环境、数据与验证信号：讨论的重点变成任务如何产生、状态如何复现、奖励"
        "从哪里来。另一条线索是推理过程本身，从写出来的步骤移到隐藏状态里。对关注训练方法的读者，"
        f"建议先读 {names}：前者看环境与数据如何搭建，后者看同样的想法能否用在推理上；其余几篇等有具体问题时再细看，"
        "尤其是评测与开销的部分。"
    ),
    "relation": lambda one: (
        f"与你的方向直接相关：可以先把 {one} 的设置搬到自己的任务上，看奖励与验证能否照用；再比较它筛选数据的办法和现有"
        "的流程，尤其是失败轨迹如何处理。值得先问的是：换成代码仓库或更长的任务之后，它的信号是否仍然可信？"
    ),
    "when": lambda one: f"如果今天更关心训练成本而不是任务从哪里来，就用 {one} 替换最后一篇。",
    "repo": lambda one: f"看 {one} 如何组织一次训练、记录了哪些指标，以及自己的任务可以从哪里接进去。",
    "title": lambda one, other: f"把 {one} 的做法放进 {other} 的环境里训练",
    "body": lambda one, other: (
        f"{one} 说明如何行动，{other} 提供试验场；两者结合可以得到能训练、也能诊断的环境。前者没有回答任务从哪里来，"
        "后者没有回答没有最终答案时怎样判断一步走得好不好，正好互相补上。放进同一个循环之后，失败的任务成为下一轮的训练"
        "数据，中间信号的作用也可以和不用它的训练直接比较；如果两边的结论不一致，问题就落在接口上，可以单独检查状态、动作"
        "和终止条件各自带来的影响。"
    ),
    "step 1": lambda one, _: f"先在小规模上复现 {one} 的一次运行，保留全部日志；",
    "step 2": lambda _, other: f"写出它与 {other} 之间的接口：状态、动作与终止条件；",
    "step 3": lambda *_: "在同样的任务和开销下，分别用与不用新的信号训练；",
    "step 4": lambda *_: "人工阅读失败的轨迹，按任务、信号和策略归类。",
    "question": lambda one, other: (
        f"{one} 学到的东西能否迁移到 {other}，还是只适合它自己构造的任务？换一批任务之后信号是否仍然有效？"
    ),
}
_FOCUS = {
    "en": ("how the tasks are made and filtered", "what the evaluation leaves out", "the cost, and what fails"),
    "zh": ("任务与数据如何构造和筛选", "评测覆盖了什么又漏了什么", "训练开销与失败案例怎样报告"),
}
_ANSWERS: dict[str, dict[str, Callable[[Items], Any]]] = {
    "en": {
        "contribution why judgement focus": _card(_EN, _FOCUS["en"]),
        "picks": _choice(lambda fields: f"It touches {fields['matches'].split(';')[0]} with a method of its own."),
        "text": lambda items: {"text": _EN["relation"](name(items["P1"]))},
        "overview relations must_reads stand_in repos ideas": _reading(_EN),
    },
    "zh": {
        "contribution why judgement focus": _card(_ZH, _FOCUS["zh"]),
        "picks": _choice(lambda fields: f"与读者方向 {fields['matches'].split(';')[0]} 直接相关，做法可以复用。"),
        "text": lambda items: {"text": _ZH["relation"](name(items["P1"]))},
        "overview relations must_reads stand_in repos ideas": _reading(_ZH),
    },
}
