"""Papers found by words, and papers like another one: an index of numbers that keeps no texts, a leaf for each day."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brief.models import Paper
from brief.ranking.corpus import LENGTH_SHARE, TITLE_WEIGHT, Floats, rarity
from brief.ranking.relevance import paper_document, saturated
from brief.ranking.text import term, terms, words

MAX_QUERY = 200  # characters
_ALIKE = 0.15  # the share of a paper's own score below which another shares no more than the language of the field
_ENOUGH = 0.499  # half, whichever way a sum is rounded
_PHRASE = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]')

_FIELDS = np.array([TITLE_WEIGHT, 1.0, 1.0])  # what a word counts for in title, abstract with keywords, and authors
_BREAK, _SKIP = 0, 1
_END = "\0"  # between two fields; no word of a text is that

Numbers = NDArray[np.uint32]


class Leaf(NamedTuple):
    """The papers of a day: their terms in a row with a break after each field, three a paper.

    `terms` are the numbers of the different terms, sorted, `said` are places among these: two bytes each, where the
    numbers would take four. `ends` are where the breaks are, `ages` are negative seconds. 600 papers take 270 kB.
    """

    ids: tuple[str, ...]
    ages: Floats
    terms: Numbers
    said: NDArray[np.unsignedinteger[Any]]
    ends: NDArray[np.int32]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """The number of terms of each paper."""
        return np.diff(self.ends[2::3], prepend=-1)


def leaf(papers: Sequence[Paper]) -> Leaf:
    """Return papers laid out to be searched; 1,000 of them take 60 ms."""
    said = chain.from_iterable((*words(field), _END) for paper in papers for field in _fields(paper))
    numbers = np.fromiter(map(_Numbers().__getitem__, said), dtype=np.uint32)
    numbers = numbers[numbers != _SKIP]
    ends = np.flatnonzero(numbers == _BREAK).astype(np.int32)
    ages = np.array([_age(paper) for paper in papers])
    terms, places = np.unique(numbers, return_inverse=True)
    return Leaf(tuple(paper.id for paper in papers), ages, terms, places.astype(np.min_scalar_type(len(terms))), ends)


def search(query: str, leaves: Sequence[Leaf], limit: int = 20) -> list[str]:
    """Return the ids of papers that say all phrases in quotes and, if there are none, enough of the words, best first.

    Enough is half of what any paper says, by how rare the words are: with `recommender system` those of systems alone
    are left out. Of equals the newest comes first. Title, abstract, keywords and authors are read; rare words and those
    in a title count most (BM25, as in ranking). A paper of several leaves is found once.
    """
    phrases, single = _parsed(query)
    wanted = _sorted(map(_number, single))
    weights = _rarities(leaves, wanted)
    scores = _scores(leaves, wanted, weights)
    if not phrases:
        said = np.concatenate([np.zeros(0), *((_counts(one, wanted) > 0) @ weights for one in leaves)])
        scores = np.where(said >= _ENOUGH * said.max(initial=0.0), scores, 0.0)
    stretch = np.concatenate([np.zeros(0), *_stretches(leaves)])
    for phrase in phrases:
        found = np.concatenate([np.zeros(0), *(_phrase(one, phrase) for one in leaves)])
        worth = rarity(len(found), np.count_nonzero(found, axis=0)) * saturated(found / stretch)
        scores = np.where(found > 0, scores + worth, -np.inf)
    return _best(leaves, scores, 0.0, limit)


def similar(paper: Paper, leaves: Sequence[Leaf], limit: int = 5) -> list[str]:
    """Return the ids of the papers most like another one, without those hardly alike.

    They are searched for by all its words, as many in a long query.
    """
    own = leaf([paper.model_copy(update={"authors": ()})])
    wanted = _sorted(own.terms)
    weights = np.log1p(_counts(own, wanted)[0]) * _rarities(leaves, wanted)
    *scores, most = _scores([*leaves, own], wanted, weights)
    found = _best(leaves, np.array(scores), _ALIKE * most, limit + 1)
    return [one for one in found if one != paper.id][:limit]


class _Numbers(dict[str, int]):
    """Word to the number of its term, made on first sight: any number but two, so that no list of terms is needed."""

    def __missing__(self, word: str) -> int:
        self[word] = _BREAK if word == _END else _number(found) if (found := term(word)) else _SKIP
        return self[word]


def _number(found: str) -> int:
    return max(zlib.crc32(found.encode()), _SKIP + 1)


def _fields(paper: Paper) -> tuple[str, str, str]:
    return (*paper_document(paper), " . ".join(paper.authors))


def _age(paper: Paper) -> float:
    moment = paper.published or paper.updated
    return -moment.timestamp() if moment else 0.0


def _parsed(query: str) -> tuple[list[list[str]], list[str]]:
    """Return the phrases of a query that have to be said, as terms, and the terms of which any will do."""
    query = query[:MAX_QUERY]
    phrases = [found for phrase in _PHRASE.findall(query) if (found := terms(phrase))]
    return phrases, terms(_PHRASE.sub(" ", query))


def _sorted(numbers: Iterable[int]) -> Numbers:
    """Return the different numbers of terms."""
    found = np.fromiter(set(numbers) - {_BREAK}, dtype=np.uint32)
    return np.sort(found)


def _counts(one: Leaf, wanted: Numbers) -> Floats:
    """Return how often each paper says each of the wanted terms, which are sorted, weighted by field."""
    shape = len(one.ids), len(wanted)
    columns = np.full(len(one.terms), -1, dtype=np.int32)
    _, known, asked = np.intersect1d(one.terms, wanted, assume_unique=True, return_indices=True)
    columns[known] = asked
    found = columns[one.said]
    places = np.flatnonzero(found >= 0)
    fields = np.searchsorted(one.ends, places)
    cells = fields // 3 * len(wanted) + found[places]
    sums = np.bincount(cells, _FIELDS[fields % 3], minlength=shape[0] * shape[1])
    return np.asarray(sums, dtype=np.float64).reshape(shape)


def _phrase(one: Leaf, phrase: Sequence[str]) -> Floats:
    """Return how often each paper says some terms in a row, weighted by field."""
    numbers = np.array([_number(found) for found in phrase], dtype=np.uint32)
    spelled = np.searchsorted(one.terms, numbers)
    if not np.array_equal(one.terms[spelled[spelled < len(one.terms)]], numbers):
        return np.zeros(len(one.ids))
    first, *rest = spelled.astype(one.said.dtype)
    places = np.flatnonzero(one.said == first)
    for offset, number in enumerate(rest, 1):
        places = places[one.said[np.minimum(places + offset, len(one.said) - 1)] == number]
    fields = np.searchsorted(one.ends, places)
    sums = np.bincount(fields // 3, _FIELDS[fields % 3], minlength=len(one.ids))
    return np.asarray(sums, dtype=np.float64)


def _stretches(leaves: Sequence[Leaf]) -> list[Floats]:
    """Return BM25's measure of how long each paper is among all."""
    mean = sum(len(one.said) for one in leaves) / max(1, sum(len(one.ids) for one in leaves))
    return [np.asarray(1 - LENGTH_SHARE + LENGTH_SHARE * one.lengths / max(1.0, mean)) for one in leaves]


def _rarities(leaves: Sequence[Leaf], wanted: Numbers) -> Floats:
    """Return the inverse document frequency of terms."""
    said = sum((np.count_nonzero(_counts(one, wanted), axis=0) for one in leaves), np.zeros(len(wanted), dtype=np.intp))
    return rarity(sum(len(one.ids) for one in leaves), said)


def _scores(leaves: Sequence[Leaf], wanted: Numbers, weights: Floats) -> Floats:
    """Return what each paper says of some terms, which are sorted, with a weight each.

    It is reckoned leaf by leaf: all at once would take ten times the memory of the leaves.
    """
    stretches = zip(leaves, _stretches(leaves), strict=True)
    rated = (saturated(_counts(one, wanted) / stretch[:, None]) @ weights for one, stretch in stretches)
    return np.concatenate([np.zeros(0), *rated])


def _best(leaves: Sequence[Leaf], scores: Floats, least: float, limit: int) -> list[str]:
    """Return different ids, of the best scores above `least`, the newest of equals first."""
    ids = [paper_id for one in leaves for paper_id in one.ids]
    order = np.lexsort((np.concatenate([np.zeros(0), *(one.ages for one in leaves)]), -scores))
    good = order[: np.count_nonzero(scores > least)]
    return list(dict.fromkeys(ids[n] for n in good))[:limit]
