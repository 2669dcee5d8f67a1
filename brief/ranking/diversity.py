"""A choice of papers that are good one by one and different together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

from brief.models import Ranked
from brief.ranking.relevance import MATCHED, paper_document
from brief.ranking.text import terms

SAME_DIRECTION = 0.05  # what each paper already chosen of the same leading direction costs the next
SAME_WORDS = 0.8  # what sharing all words with a chosen paper costs
USUAL_WORDS = 0.1  # the share of words any two abstracts have in common, which costs nothing
CURIOUS = 0.3  # what doubt about a direction the choice does not have yet counts for: otherwise a niche stays unseen
STRONG = 10  # places of an order in which a paper that was not shown is missed
LIKE_EXAMPLES = 1, 2  # places of the recommendations and of the last tier that are kept for what is like examples
MOST_OF_ONE = 0.6  # the share of a choice that may lead with one direction while another has a paper


def select(ranked: Sequence[Ranked], count: int, chosen: Sequence[Ranked] = (), *, named: bool = True) -> list[Ranked]:
    """Return at most `count` papers in the order they were chosen, different from each other and from `chosen`.

    Maximal marginal relevance (https://doi.org/10.1145/290941.291025): each step takes the best total less what it
    repeats. Left out are papers chosen before, avoided ones, and those too far from every direction; with `named` also
    those that name none of its keywords: a short list is better than a padded one. Without it, which is the last tier,
    papers of a followed author come first, whatever they are about and whatever clicks say of that.

    What is most like a paper that the reader named, or liked beside all directions, has a place whatever its total: the
    last of a short list, unless it is chosen before, and the first ones of the last tier.
    """
    taken = {r.paper.id for r in chosen}
    rest = [r for r in ranked if r.paper.id not in taken]
    alike = _most_alike(rest, LIKE_EXAMPLES[0] if named else LIKE_EXAMPLES[1])
    fitting = [r for r in rest if r.paper.id in alike or (_wanted(r) and _near(r, named=named))]
    owed = alike if named else alike | {r.paper.id for r in fitting if _followed(r)}
    choice = _Choice(fitting, count, owed, last=named)
    for old in chosen:
        choice.compare(old)
    return [choice.take() for _ in range(min(count, len(choice.candidates)))]


def missed(ranked: Sequence[Ranked], shown: Collection[str], returned: Collection[str] = ()) -> list[Ranked]:
    """Return the papers among an edition's STRONG best that it did not show, best first: they may come back once.

    `ranked` is the order of the day before, `shown` the ids of its recommendations and its scanning tier, `returned`
    those that came back already. A paper nobody would have been shown, off topic or avoided, is not missed.
    """
    gone = {*shown, *returned}
    return [r for r in ranked[:STRONG] if r.paper.id not in gone and r.score.directions and r.score.total > 0]


class _Choice:
    """Candidates, and how much each repeats what was noted so far.

    Those that are `owed` a place get the first ones, or the `last` ones that are left.
    """

    def __init__(self, candidates: list[Ranked], count: int, owed: set[str], *, last: bool) -> None:
        self.candidates, self._owed, self._last = candidates, owed, last
        self._left = count
        self._most = max(1, round(count * MOST_OF_ONE))
        self._words = {r.paper.id: _words(r) for r in candidates}
        self._repeated = dict.fromkeys(self._words, 0.0)
        self._served: Counter[str] = Counter()

    def take(self) -> Ranked:
        owed = [r for r in self.candidates if r.paper.id in self._owed]
        if self._last and len(owed) < self._left:
            owed = []
        self._left -= 1
        open_ = owed or [r for r in self.candidates if self._served[_leading(r)] < self._most] or self.candidates
        best = max(open_, key=self._worth)  # the first of equals, so the order given decides
        self.candidates.remove(best)
        self.compare(best)
        self._served[_leading(best)] += 1
        return best

    def compare(self, new: Ranked) -> None:
        words = _words(new)
        for paper_id in self._repeated:
            likeness = _likeness(self._words[paper_id], words)
            self._repeated[paper_id] = max(self._repeated[paper_id], likeness)

    def _worth(self, r: Ranked) -> float:
        repeated = max(0.0, self._repeated[r.paper.id] - USUAL_WORDS)
        curious = 0.0 if self._served[_leading(r)] else CURIOUS * r.score.doubt
        return r.score.total + curious - SAME_WORDS * repeated - SAME_DIRECTION * self._served[_leading(r)]


def _most_alike(ranked: Sequence[Ranked], count: int) -> set[str]:
    """Return the ids of the papers that are most like an example, at most so many, none of them avoided."""
    alike = [(r.score.example.alike, r.paper.id) for r in ranked if r.score.example and "avoided" not in r.score.parts]
    return {paper_id for _, paper_id in sorted(alike, reverse=True)[:count]}


def _near(r: Ranked, *, named: bool) -> bool:
    return bool(r.score.directions) or (not named and (r.score.parts["relevance"] >= MATCHED or _followed(r)))


def _wanted(r: Ranked) -> bool:
    return r.score.total > 0 or _followed(r)


def _followed(r: Ranked) -> bool:
    return "author" in r.score.parts and "avoided" not in r.score.parts


def _leading(r: Ranked) -> str:
    return next(iter(r.score.directions), "")


def _words(ranked: Ranked) -> frozenset[str]:
    return _said(" ".join(paper_document(ranked.paper)))


@lru_cache(maxsize=512)  # the papers of a day are compared for each of its readers; 10 kB each
def _said(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words two texts have in common, in 0..1 (Jaccard)."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if one or other else 0.0
