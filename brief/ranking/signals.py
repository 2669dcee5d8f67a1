"""What else speaks for a paper: votes, code, mentions, venue, freshness, revision, and whom the reader follows."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from statistics import median

from brief.models import Paper
from brief.profile import Profile
from brief.ranking.text import names, spoken

# The most each part can give, where a text that fits gives 0.3 and one that fits very well 0.6.
VOTES, CODE, TALK, VENUE, FRESH, REVISED, AUTHOR, ORGANIZATION = 0.3, 0.06, 0.06, 0.05, 0.12, 0.03, 0.3, 0.15
AVOIDED = -5.0  # below every paper without an avoided keyword

_HALF_LIFE = 7.0  # days in which freshness halves
_FEW = 4  # votes of a listing day with fewer papers are compared with all days' instead
_ACCEPTED = re.compile(r"\b(?:accepted|to appear|published|camera[- ]ready|oral|spotlight)\b", re.IGNORECASE)
_VENUE = re.compile(
    r"\b(?:ICLR|ICML|NeurIPS|ACL|EMNLP|NAACL|EACL|COLING|COLM|TACL|TMLR|JMLR|AAAI|IJCAI|AAMAS|AISTATS|UAI|CVPR|ICCV|"
    r"ECCV|KDD|WWW|SIGIR|ICSE|FSE|ASE|ISSTA|MLSys|OSDI|SOSP|CoRL|ICRA|IROS|RSS|CHI)\b"
)


def venue(paper: Paper) -> str | None:
    """Return the venue the authors' comment names, such as `ICLR`; None for none, or when only submitted to it."""
    comment = (paper.comment or "")[:1000]
    found = _VENUE.search(comment)
    submitted = re.search(r"\bsubmitted|under review\b", comment, re.IGNORECASE) and not _ACCEPTED.search(comment)
    return found[0] if found and not submitted else None


def typical_votes(papers: Sequence[Paper]) -> dict[dt.date | None, float]:
    """Return the median votes of each listing day, at least 1; None stands for all days together.

    Papers listed the same day have had the same time to gather votes, so the day stands for the age.
    """
    days: dict[dt.date | None, list[int]] = defaultdict(list)
    for paper in papers:
        for day in {None, paper.listed} if paper.votes is not None else ():
            days[day].append(paper.votes or 0)
    return {day: max(1.0, median(votes)) for day, votes in days.items() if day is None or len(votes) >= _FEW}


def usual_votes(paper: Paper, typical: dict[dt.date | None, float]) -> float:
    """Return the votes that a paper's are compared with: those typical of its day, or of all where that had few."""
    return typical.get(paper.listed, typical.get(None, 1.0))


def signals(paper: Paper, now: dt.datetime, typical: dict[dt.date | None, float]) -> dict[str, float]:
    """Return the parts that speak for a paper beside its text, each bounded, none of them 0.

    `typical` is what `typical_votes` returned for the day's papers.
    """
    parts = {
        "votes": VOTES * _votes(paper, typical),
        "code": CODE * _code(paper),
        "talk": TALK * _growing((paper.comments or 0) + 2 * paper.mentions, 20),
        "venue": VENUE if venue(paper) else 0.0,
        "fresh": FRESH * _freshness(paper.published, now),
        "revised": REVISED * _freshness(paper.updated, now) if paper.revised else 0.0,
    }
    return {name: value for name, value in parts.items() if value}


class Followed:
    """Whom a reader follows and what they avoid, made ready to be looked for in many papers."""

    def __init__(self, profile: Profile) -> None:
        self._authors = {person(name) for name in profile.authors}
        self._organizations, self._avoid = profile.organizations, profile.avoid

    def parts(self, paper: Paper) -> dict[str, float]:
        """Return what a paper gains from a followed author or organization and loses for an avoided keyword."""
        parts = {}
        if self._authors and any(person(author) in self._authors for author in paper.authors):
            parts["author"] = AUTHOR
        if self._organizations and self._from(spoken(paper.organization or "")):
            parts["organization"] = ORGANIZATION
        if self._avoid and self._avoided(paper):
            parts["avoided"] = AVOIDED
        return parts

    def _from(self, organization: str) -> bool:
        return any(names(organization, name) for name in self._organizations)

    def _avoided(self, paper: Paper) -> bool:
        said = spoken(f"{paper.title} . {paper.abstract} . {' . '.join(paper.keywords)}")
        return any(names(said, phrase) for phrase in self._avoid)


@lru_cache(maxsize=20_000)  # the authors of a day, whom many readers' profiles are held against
def person(name: str) -> str:
    """Return a person's name as names are compared: without case, accents and initials between first and last name."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    first, *others = plain.replace(".", ". ").split() or [""]
    return " ".join((first, *(one for one in others[:-1] if len(one.strip(".")) > 1), *others[-1:]))


def _votes(paper: Paper, typical: dict[dt.date | None, float]) -> float:
    """Return 0 for a paper nobody listed, 0.5 for the typical one of its day, near 1 for the day's favourite."""
    if not paper.votes or paper.votes < 0:
        return 0.0
    return paper.votes / (paper.votes + usual_votes(paper, typical))


def _code(paper: Paper) -> float:
    """Return half for public code, the rest as its stars grow to 1,000."""
    return (1 + _growing(paper.code_stars or 0, 1000)) / 2 if paper.code else 0.0


def _growing(count: int, full: int) -> float:
    """Return 0 for none and 1 from `full` on, by the logarithm."""
    return min(1.0, math.log1p(max(0, count)) / math.log1p(full))


def _freshness(moment: dt.datetime | None, now: dt.datetime) -> float:
    """Return 1 for this moment, half after a week; 0 for an unknown one.

    A paper is as new as its first version; that its authors still work on it is a signal of its own, and a small one.
    """
    if moment is None:
        return 0.0
    days = max(0.0, (now - moment).total_seconds() / 86_400)
    return float(0.5 ** (days / _HALF_LIFE))
