"""A reader's own words, cut into the lines they are read by, and the papers they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from brief.models import find_arxiv_ids
from brief.ranking.text import terms

PHRASE = 80  # characters, the limit of Phrase
EDGES = " \t.,:'\"“”‘’()[]{}<>-–—_*`~"

_COMMAS = re.compile(r"\s*[,，、|]+\s*")
_AND = re.compile(r"\s*[,，、|]+\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+|\s*(?:以及|或者|[和与及或])\s*")

_ID = 20  # characters, the limit of ArxivId
_ENDS = re.compile(r"[\n;；。•!！?？]+|(?<=\w{3}\.)\s+")  # "et al." and "e.g." end no sentence
_BULLET = re.compile(r"^(?:[-*·–—+#>]+|\d{1,2}[.)、]|[一二三四五六七八九十]{1,2}、)\s*")
_OPENING = re.compile(
    r"^(?:(?:also|(?:i|we)(?:['’]m| am| are)?(?: also| mostly| mainly)? (?:work(?:ing)? on|interested in|care about|"
    r"study(?:ing)?|like|follow(?!\s+(?-i:[A-Z]))|want to (?:read|see|know)(?: about)?|look(?:ing)? for)|interested in|"
    r"my (?:research|work|interests?|field|focus) (?:is|are)(?: on| in| about)?|"
    r"(?:papers?|research|work|anything) (?:on|in|about))\s+)+",
    re.IGNORECASE,
)
_OPENING_ZH = re.compile(  # a subject stands before what is also a noun: 研究智能体 may be a research agent
    r"(?:(?:(?:我们?|本人|也|还|同时|另外)(?:目前|主要|平时|最近|一直|现在|也|还)*(?:是|在)*(?:做|研究|从事|看)|"
    r"我?(?:目前|主要|平时|最近|一直|也|还|同时)*(?:关注(?!\s*(?-i:[A-Z]))|关心|想看|想了解|喜欢看?)|"
    r"我的?(?:研究|工作)?(?:方向|兴趣|领域)(?:主要)?是)(?:的是)?(?!\s*[:：])\s*)+",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:https?://|(?<![\w/.])(?:www\.|arxiv\.org/|hf\.co/|huggingface\.co/))[!-+\--:<-~]*[\w/]", re.ASCII
)
_NOT = (  # in English
    r"(?:avoid|exclude|except|not?|nothing (?:about|on|with)|"
    r"(?:(?:i|we) )?(?:dislike|(?:do not|don['’]t) (?:want|show|like|care about)))\s"
)
_TURN = re.compile(  # where what is wanted turns into what is not, whom to follow, or a paper to see more of
    rf"\s*[,，、]\s*(?=(?:but |and )?{_NOT}|(?:and )?follow (?-i:[A-Z])|(?:and )?more like\b|"
    r"(?:但|也|还|并|请|我)*(?:不(?:看|要|想|喜欢|关|需)|别[看推给])|但?我?对[^,，、]+?不太?感兴趣|排除|避开|回避|"
    r"(?:(?:我?[也还]|同时)+(?:关注|关心|做|研究|想看)|关注\s*(?-i:[A-Z]))|更多类似|多推荐)|"
    rf"\s+(?=(?:but|and) {_NOT})",
    re.IGNORECASE,
)
_PAPER = "\0"  # in the place of an arXiv id
_ALIKE = re.compile(  # a paper with the words that only say to look for others like it
    r"(?:(?:\b(?:also|and|arxiv|as|find|give|i|like|me|more|of|papers?|please|see|seeds?|show|similar|some|such|the|this|"
    r"to|want|we|work|would)\b|[个像再和喜多些想我找来样欢看给要跟这那篇类似相近似更的与一点]|论文|文章|工作|推荐)[\s:：]*)*\0"
    r"(?:[\s,，、]*(?:\b(?:and|or|please)\b|这样的|那样的|的|相似|类似|相近|论文|文章|工作|这篇))*",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """What a line says; `told` where it was a sentence, by the words that only introduced it: `I work on`, 我做."""

    text: str
    told: bool


def lines(text: str) -> Iterator[Line]:
    """Yield the lines, sentences and bullets of a text, without the words that only introduce them.

    A link to a paper becomes its arXiv id; a turn to what is not wanted, or to whom to follow, begins a line.
    """
    text = _URL.sub(lambda url: next(paper_ids(url[0]), url[0]), text)
    for piece in (piece for sentence in _ENDS.split(text) for piece in _TURN.split(sentence)):
        line = whole = _BULLET.sub("", piece.strip())
        for opening in (_OPENING, _OPENING_ZH):
            line = line[found.end() :].strip() if (found := opening.match(line)) else line
        if line:
            yield Line(line, told=line != whole)


def paper_ids(text: str) -> Iterator[str]:
    """Yield the arXiv ids in a text that a profile can hold."""
    return (paper_id for paper_id, _ in find_arxiv_ids(text) if len(paper_id) <= _ID)


def without_papers(line: str) -> tuple[list[str], str]:
    """Return the arXiv ids in a line, and what else it says than to look for papers like these."""
    ids = list(paper_ids(line))
    for paper_id in ids:
        line = re.sub(rf"(?:arxiv:\s*)?{re.escape(paper_id)}(?:v\d+)?(?!\d)", _PAPER, line, flags=re.IGNORECASE)
    return ids, _ALIKE.sub(" ", line).strip(f"{EDGES}，。、（）") if ids else line


def commas(text: str) -> list[str]:
    """Return what stands between commas."""
    return [part for part in _COMMAS.split(text) if part.strip()]


def apart(text: str) -> list[str]:
    """Return what commas and words for "and" join: `audio and speech` are two things."""
    return [part for part in _AND.split(text) if part.strip()]


def is_phrase(text: str) -> bool:
    """Tell whether words can be looked for: not too long, and more than filler."""
    return len(text) <= PHRASE and bool(terms(text))
