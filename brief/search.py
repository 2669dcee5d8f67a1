"""Papers found by words, and papers like another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from brief.models import Paper
from brief.ranking.corpus import Corpus, Floats
from brief.ranking.relevance import paper_document, saturated
from brief.ranking.text import terms

MAX_QUERY = 200  # characters
_STEMS = 20  # words of a query, or of a title, that are looked at
_CANDIDATES = 800  # papers read word by word: some 80 ms
_SAMPLE = 300  # papers that tell how rare a word is among all
_ALIKE = 0.1  # the cosine below which two papers share no more than the language of the field
_PHRASE = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]')


class _Query(NamedTuple):
    """Terms: phrases that have to be said, and words of which any will do."""

    phrases: list[list[str]]
    words: list[str]


def search(words: str, papers: Sequence[Paper], limit: int = 20) -> list[Paper]:
    """Return the papers that say all phrases in quotes and, if there are none, any word; best first, then newest.

    Title, abstract, keywords and authors are read; rare words and those in a title count most (BM25, as in ranking).
    Of more than 800 papers, only those with the rarest of the words are read closely, the newest of them first. A
    paper that is given twice is found once.
    """
    query = _query(words)
    candidates = _candidates(query, papers)
    corpus = Corpus([_document(paper) for paper in candidates])
    scores = _scores(corpus, query)
    best = np.argsort(-scores, kind="stable")[:limit]
    return [candidates[n] for n in best if scores[n] > 0]


def similar(paper: Paper, papers: Sequence[Paper], limit: int = 5) -> list[Paper]:
    """Return the papers most like another one by the cosine of their words' tf-idf, without those hardly alike.

    Compared are the 800 papers that share the rarest words of its title and keywords.
    """
    named = _Query([], terms(" ".join((paper.title, *paper.keywords))))
    candidates = [other for other in _candidates(named, papers) if other.id != paper.id]
    sample = Corpus([paper_document(other) for other in papers[:: 1 + len(papers) // _SAMPLE]])
    corpus = Corpus([paper_document(other) for other in (*candidates, paper)], sample)
    own = corpus.vectors.mean(np.array([corpus.size - 1]), np.ones(1))
    alike = corpus.vectors.dot(own)[corpus.new]
    best = np.argsort(-alike[:-1], kind="stable")[:limit]
    return [candidates[n] for n in best if alike[n] >= _ALIKE]


def _query(words: str) -> _Query:
    words = words[:MAX_QUERY]
    phrases = [found for phrase in _PHRASE.findall(words) if (found := terms(phrase))]
    return _Query(phrases, list(dict.fromkeys(terms(_PHRASE.sub(" ", words)))))


def _candidates(query: _Query, papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers that may match, newest first: of many, those with the rarest words.

    Looks for the letters of a word anywhere, which is quick and misses nothing.
    """
    newest = sorted({paper.id: paper for paper in reversed(papers)}.values(), key=_age)
    needed = dict.fromkeys(_stem(term) for phrase in query.phrases for term in phrase)
    stems = list(needed | dict.fromkeys(map(_stem, query.words)))[:_STEMS]
    texts = (" ".join(_document(paper)).lower() for paper in newest)
    said = np.array([[stem in text for stem in stems] for text in texts], dtype=bool).reshape(len(newest), len(stems))
    weight = said @ np.log1p((1 + len(newest)) / (1 + said.sum(axis=0)))
    weight *= said[:, : len(needed)].all(axis=1)
    best = np.argsort(-weight, kind="stable")[:_CANDIDATES]
    return [newest[n] for n in sorted(best) if weight[n] > 0]


def _stem(term: str) -> str:
    """Return the letters that a term and its plural have in common: `polic` of `policy`."""
    return term.removesuffix("y") or term


def _scores(corpus: Corpus, query: _Query) -> Floats:
    """Return the BM25 score of each document, 0 for one that lacks a phrase."""
    phrases = [*query.phrases, *([word] for word in query.words)]
    counts = corpus.counted(phrases)
    rarity = corpus.rarity(np.bincount(counts.phrase, minlength=len(phrases)))
    scores = corpus.total(counts, rarity[counts.phrase] * saturated(counts.frequency))
    phrases_said = corpus.total(counts, counts.phrase < len(query.phrases))
    return np.where(phrases_said == len(query.phrases), scores, 0.0)


def _document(paper: Paper) -> tuple[str, str]:
    title, body = paper_document(paper)
    return title, " . ".join((body, *paper.authors))


def _age(paper: Paper) -> float:
    moment = paper.published or paper.updated
    return -moment.timestamp() if moment else 0.0
