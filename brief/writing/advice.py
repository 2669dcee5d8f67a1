"""What a sentence tells or asks its reader, and so does not state of the work it is about."""

from __future__ import annotations

import re

_VERBS = (
    "reproduce|replicate|rerun|start|begin|try|choose|pick|read|check|compare|look|take|use|run|test|measure|watch|skim|see|keep|"
    "prefer|reread|switch|build|apply|ask|treat|consider|repeat|fix|plot|report|train|log|audit|sample|label|swap|replace|add|combine|"
    "evaluate|feed|collect|filter|distil|distill|fine-?tune|log|spend|draw|select|reuse|extend|port|wrap|pair|let|give|vary|ablate"
)
_FIGURE_VERBS = (
    "spend|audit|sample|take|try|run|pick|read|label|check|inspect|collect|skim|look|start|test|repeat|rerun|draw|select|annotate|"
    "measure|budget|allow|give|reserve|plot|compare|limit|allocate|hand-?check|hand-?label|set aside"
)
_FILLERS = r"(?:(?:then|also|next|first|second|third|lastly|please|just|or|and|step\s\d+|finally),?:?\s)*"
_IDEA = re.compile(
    r"^\W*(?:ideas?|next steps?|suggestions?|想法|思路|建议|下一步|可做的?|可以做|实验想法)[^:,。]{0,12}:",
    re.IGNORECASE,
)
_SUGGESTS = (
    r"\b(?:should|worth \w+ing|we (?:recommend|suggest|advise)|you can|one can|advisable|suggested)\b"
    r"|建议|值得(?!注意|一提|称道)|不妨|推荐|优先|复现|可以?(?:先|从|试|选|直接|优先)"
)
# What qualifies a thing the reader is told to do or choose.
ADVICE = re.compile(rf"^\W*{_FILLERS}(?:{_VERBS})\b|{_SUGGESTS}|(?:^|[^首领优])先(?!进|前|验|导)", re.IGNORECASE)
_TOLD = re.compile(rf"^\W*{_FILLERS}(?:{_VERBS})\b", re.IGNORECASE)
_OPEN = re.compile(
    rf"{_SUGGESTS}|\b(?:could|might|would|what if|try)\b|考虑|尝试|试试|可试|能否|能不能|可否|是否|会不会|如果|若",
    re.IGNORECASE,
)
_NEXT = re.compile(r"^\W*(?:and|or|then|before|再|然后|最后)", re.IGNORECASE)
_WORTH = re.compile(
    r"\W*(?!and\b)(?:\w+\s){0,2}(?:could|might|would|should|is worth|as an alternative)\b"
    r"|\W?(?:也|很)?(?:值得|可以?考虑|可以?试)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[;。!?])|(?<=\.)\s+(?=[A-Z\u4e00-\u9fff])")
_BREAK = re.compile(r"[,:;。.!?()](?!\d)")
_SPENT = re.compile(
    rf"(?:^|[.;:!?(]\s*)\W*{_FILLERS}(?:{_FIGURE_VERBS})"
    r"(?:\s(?:for|with|in|on|at|up to|about|around|roughly|at least|at most|only|just|another|a|the first|it|them|over|"
    r"by|some|say|maybe)){0,3}\s$",
    re.IGNORECASE,
)
_ZH_VERBS = "看|试|跑|测|读|抽|标|挑|选|取|做|花|拿|收集|采样|标注|抽取|复现|检查|人工看|人工查"
_SPENT_ZH = re.compile(
    rf"(?:(?:^|[^首领优])先|可以?|建议|不妨|值得)(?:先|再|各|随机|人工|自己|手工)*(?:{_ZH_VERBS}|用)(?:[了个出]|约|大约|前)?\s?$"
)
_SPENT_IN_IDEA = re.compile(rf"(?:{_ZH_VERBS})(?:[了个出]|约|大约|前)?\s?$")


def suggests(text: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` of a folded text is in a question, an order or a suggestion."""
    if _IDEA.search(text):
        return True
    sentence_start = max((m.end() for m in _ENDS.finditer(text, 0, start)), default=0)
    after = _ENDS.search(text, end)
    sentence = text[sentence_start : after.start() if after else len(text)]
    if sentence.rstrip("\"') ").endswith("?"):
        return True
    clause_start = max((m.end() for m in _BREAK.finditer(text, sentence_start, start)), default=sentence_start)
    lead = text[clause_start:start]
    told = _TOLD.search(lead) or (_NEXT.search(lead) and _TOLD.search(text[sentence_start:clause_start]))
    return bool(told or _OPEN.search(lead) or _WORTH.match(text, end))


def spends(text: str, start: int) -> bool:
    """Whether the figure at `start` is one the reader is told to spend, sample or try: `audit 50`, `先看 500 条`."""
    before = text[:start]
    return bool(
        _SPENT.search(before) or _SPENT_ZH.search(before) or (_IDEA.search(before) and _SPENT_IN_IDEA.search(before))
    )
