"""A choice of papers that are good one by one and different together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from brief.models import Ranked
from brief.ranking.relevance import paper_document
from brief.ranking.text import terms

SAME_DIRECTION = 0.05  # what each paper already chosen of the same leading direction costs the next
SAME_WORDS = 0.8  # what sharing all words with a chosen paper costs
_LOOK = 10  # candidates looked at for each place


def select(ranked: Sequence[Ranked], count: int, chosen: Sequence[Ranked] = ()) -> list[Ranked]:
    """Return at most `count` papers in the order they were chosen, different from each other and from `chosen`.

    Maximal marginal relevance: each step takes the best total less what it repeats. Papers that match no direction,
    whose total is not above 0, or that were chosen before are left out: a short list is better than a padded one.
    """
    taken = {r.paper.id for r in chosen}
    candidates = [r for r in ranked if r.paper.id not in taken and r.score.directions and r.score.total > 0]
    candidates = candidates[: count * _LOOK]
    words = {r.paper.id: frozenset(terms(" ".join(paper_document(r.paper)))) for r in (*candidates, *chosen)}
    repeated = dict.fromkeys((r.paper.id for r in candidates), 0.0)
    directions = Counter(r.score.directions[0] for r in chosen if r.score.directions)
    picked: list[Ranked] = []

    def note(new: Ranked) -> None:
        for r in candidates:
            likeness = _likeness(words[r.paper.id], words[new.paper.id])
            repeated[r.paper.id] = max(repeated[r.paper.id], likeness)

    def worth(r: Ranked) -> float:
        crowd = directions[r.score.directions[0]]
        return r.score.total - SAME_WORDS * repeated[r.paper.id] - SAME_DIRECTION * crowd

    for old in chosen:
        note(old)
    while candidates and len(picked) < count:
        best = max(candidates, key=worth)  # the first of equals, so the order given decides
        candidates.remove(best)
        picked.append(best)
        directions[best.score.directions[0]] += 1
        note(best)
    return picked


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words two texts have in common, in 0..1 (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 0.0
