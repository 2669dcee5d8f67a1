"""Whom a reader's own words say to follow: people, and the laboratories they are with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from brief.own_lines import EDGES, apart, is_phrase
from brief.vocabulary import FOREIGN

FOLLOW = re.compile(
    r"(?:(?:(?:i|we)\s+)?(?:also\s+)?follow\s+|(?:(?:more )?papers?|work) (?:by|from)\s+|我?(?:也|还|同时)*关注\s*)"
    r"(?=(?-i:[A-Z]))",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[A-Z][\w.’'-]*(?:\s+(?:[A-Z][\w.’'-]*|al|bin|da|de|del|den|der|di|dos|el|la|le|van|von)){0,4}")
_LAB = re.compile(  # what no person is called
    r".*\b(?:[A-Z]{2,}|\w+AI|Academy|Adobe|Alibaba|Amazon|Anthropic|Apple|Baidu|Berkeley|ByteDance|Caltech|Cambridge|"
    r"Cohere|College|Company|Corporation|Cornell|Deep[A-Z]\w+|Fudan|Google|Group|Harvard|Hospital|Huawei|Inc|Inria|"
    r"Institute?\w*|Intel|Kuaishou|Lab\w*|Meituan|Meta|Microsoft|Mila|Mistral|Moonshot|Nvidia|Oxford|Peking|Princeton|"
    r"Qwen|Research|Salesforce|Samsung|School|Sony|Stanford|Team|Tech|Tencent|Tsinghua|Universit\w*|Yale|Zhejiang)\b.*"
)

_PLAIN = re.compile(  # what names laboratories together with a place or a company, and none by itself
    r"(?:\W|\b(?:A\.?I|Academy|Cent(?:er|re)|College|Company|Department|Group|Institute|Lab(?:s|orator(?:y|ies))?|ML|NLP|of|"
    r"Research|School|Team|University)\b)*",
    re.IGNORECASE,
)

Kind = Literal["authors", "organizations"]


def names(part: str) -> Iterator[str]:
    """Yield the name of a person or an organization, as the sites write it: in Latin letters.

    Nothing of one whose Latin letters alone would name any laboratory, as those of 上海 AI Lab.
    """
    name = FOREIGN.sub(" ", part).strip(EDGES)
    half = FOREIGN.search(part) and is_any_lab(name)
    if not half and is_phrase(name) and re.search("[A-Za-z]", name):
        yield name


def all_names(text: str) -> list[str]:
    """Return the names between commas and words for "and"; see `names`."""
    return [name for part in apart(text) for name in names(part)]


def is_any_lab(name: str) -> bool:
    """Tell whether a name holds for any laboratory: `AI Lab`."""
    return bool(_PLAIN.fullmatch(name))


def is_name(name: str) -> bool:
    """Tell whether a name is written as those of people and laboratories are."""
    return bool(_PERSON.fullmatch(name))


def kind_of(name: str) -> Kind | None:
    """Return which list a name belongs to; None for a lone word that may be a surname or anything else."""
    if _LAB.fullmatch(name):
        return "organizations"
    return "authors" if " " in name else None
