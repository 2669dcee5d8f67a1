"""How the topics of the stored days moved, and how repositories grew: counted, nothing else. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from pydantic import Field

from brief.models import Day, Trend, Trends, Value
from brief.taxonomy import categories, classify

NEEDED = 3  # days without which nothing can have moved
MOST = 4  # topics that rose, and as many that fell
OVERLAP = 7  # days; papers of a listing day are in the editions of the days after it too, longest over holidays
_FEW = 10  # papers of a day that are too few to speak of shares
_CHANCE = 1.5  # standard errors; moves smaller than that happen all the time


class Gist(Value):
    """What of a day is counted: the categories of each paper, and the stars of each repository, by their ids."""

    topics: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    stars: dict[str, int] = Field(default_factory=dict)


@dataclass
class _Count:
    """The papers of some days, and how many of them are of each category."""

    papers: int = 0
    topics: Counter[str] = field(default_factory=Counter)

    def add(self, topics: Iterable[Sequence[str]]) -> _Count:
        for names in topics:
            self.papers += 1
            self.topics.update(names)
        return self

    def share(self, topic: str) -> float:
        return self.topics[topic] / self.papers


def gist_of(day: Day) -> Gist:
    """Return what of a day is counted."""
    topics = {
        paper.id: tuple(label.id for label in classify(f"{paper.title}\n{paper.abstract}", "en", paper.categories))
        for paper in day.papers
    }
    return Gist(topics=topics, stars={repo.id: repo.stars for repo in day.repos if repo.stars is not None})


def trends(gists: Mapping[dt.date, Gist], until: dt.date, asked: int) -> Trends:
    """Return how the topics moved within the `asked` dates up to `until`, by the gists of the days that are stored.

    A paper counts once, on the first day that has it; give the gists of the OVERLAP dates before as well. Topics move
    from one half of the papers to the other, by their shares of each: a day with few papers weighs little. Those that
    moved furthest beyond chance come first.
    """
    fresh = _first_days(gists)
    days = [date for date in sorted(fresh) if 0 <= (until - date).days < asked and fresh[date]]
    counts = [_Count().add(fresh[date]) for date in days]
    found = Trends(asked=asked, days=tuple(days), papers=sum(count.papers for count in counts))
    if len(days) < NEEDED:
        return found.model_copy(update={"ready": until + dt.timedelta(NEEDED - len(days))})
    turn = _turn([count.papers for count in counts])
    halves = days[:turn], days[turn:]
    before, after = (_Count().add(topics for date in half for topics in fresh[date]) for half in halves)
    topics = [one.id for one in categories() if before.topics[one.id] or after.topics[one.id]]
    moved = sorted(((_errors(topic, before, after), topic) for topic in topics), reverse=True)
    rose = [topic for errors, topic in moved if errors >= _CHANCE][:MOST]
    fell = [topic for errors, topic in reversed(moved) if errors <= -_CHANCE][:MOST]
    rows = {one.id: one for one in _rows([*rose, *fell], counts, before, after)}
    both = {"rose": tuple(map(rows.__getitem__, rose)), "fell": tuple(map(rows.__getitem__, fell))}
    return found.model_copy(update={"turn": turn, **both})


def growth(gists: Mapping[dt.date, Gist], ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the stars of repositories that gained some: on the first day that has them and on the last, most first."""
    seen = [gists[date].stars for date in sorted(gists)]
    ends = {repo: [stars[repo] for stars in seen if repo in stars] for repo in ids}
    grown = {repo: (counts[0], counts[-1]) for repo, counts in ends.items() if counts and counts[-1] > counts[0]}
    return dict(sorted(grown.items(), key=lambda item: item[1][0] - item[1][1]))


def _first_days(gists: Mapping[dt.date, Gist]) -> dict[dt.date, list[tuple[str, ...]]]:
    """Return for each day the categories of the papers that no day before it has."""
    seen: set[str] = set()
    fresh = {}
    for date in sorted(gists):
        topics = gists[date].topics
        fresh[date] = [names for paper, names in topics.items() if paper not in seen]
        seen |= topics.keys()
    return fresh


def _turn(papers: Sequence[int]) -> int:
    """Return after how many days half of the papers are closest; one day at least is on either side."""
    sums = list(accumulate(papers))
    return min(range(1, len(papers)), key=lambda n: abs(sums[n - 1] - sums[-1] / 2))


def _errors(topic: str, before: _Count, after: _Count) -> float:
    """Return how far a topic moved, in standard errors of the difference of two shares."""
    whole = (before.topics[topic] + after.topics[topic]) / (before.papers + after.papers)
    error = math.sqrt(whole * (1 - whole) * (1 / before.papers + 1 / after.papers))
    return (after.share(topic) - before.share(topic)) / error if error else 0.0


def _rows(topics: Sequence[str], counts: Sequence[_Count], before: _Count, after: _Count) -> Iterable[Trend]:
    """Yield topics with their shares."""
    for one in categories():
        if one.id in topics:
            shares = tuple(count.share(one.id) if count.papers >= _FEW else None for count in counts)
            ends = {"before": before.share(one.id), "after": after.share(one.id)}
            yield Trend(id=one.id, names={"zh": one.zh, "en": one.en}, shares=shares, **ends)
