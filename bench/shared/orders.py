"""Orders of a day's papers for a profile: ours, and the ones it is compared with."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence

import bm25s
import numpy as np
from shared import minilm
from shared.labelled import LabelledDay

from brief.models import Paper
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.relevance import paper_document
from brief.ranking.score import rank

Order = Callable[[LabelledDay, Profile], list[str]]


def ours(day: LabelledDay, profile: Profile) -> list[str]:
    """Order papers as the brief does, by their text only, with what the days before tell of words."""
    now = dt.datetime.combine(day.date, dt.time(8), dt.UTC)
    return [r.paper.id for r in rank(day.papers, profile, now, signals=False, laid=day.laid)]


def plain_bm25(day: LabelledDay, profile: Profile) -> list[str]:
    """Order papers by BM25 with every word of the profile as the query."""
    texts = [f"{p.title} {p.abstract}" for p in day.papers]
    model = bm25s.BM25()
    model.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    [query] = bm25s.tokenize([_query(profile)], return_ids=False, show_progress=False)
    return _by_score(day.papers, model.get_scores(query))


def tfidf(day: LabelledDay, profile: Profile) -> list[str]:
    """Order papers by the cosine of their words' tf-idf with those of the whole profile."""
    corpus = Corpus([*map(paper_document, day.papers), ("", _query(profile))])
    query = corpus.vectors.mean(np.array([corpus.size - 1]), np.ones(1))
    return _by_score(day.papers, corpus.vectors.dot(query)[:-1])


def at_random(day: LabelledDay, _profile: Profile) -> list[str]:
    """Order papers by chance, the same chance every time."""
    ids = sorted(p.id for p in day.papers)
    random.Random(len(ids)).shuffle(ids)
    return ids


def with_minilm(day: LabelledDay, profile: Profile) -> list[str]:
    """Order papers as the brief does where MiniLM is the embeddings model."""
    now, meant = dt.datetime.combine(day.date, dt.time(8), dt.UTC), minilm.meaning(day, profile)
    return [r.paper.id for r in rank(day.papers, profile, now, signals=False, laid=day.laid, meaning=meant)]


def minilm_alone(day: LabelledDay, profile: Profile) -> list[str]:
    """Order papers by how near MiniLM has them to a direction."""
    return _by_score(day.papers, minilm.cosines(day, profile).tolist())


ORDERS: dict[str, Order] = {"ours": ours, "bm25": plain_bm25, "tfidf": tfidf, "random": at_random}
EMBEDDED: dict[str, Order] = {"ours+minilm": with_minilm, "minilm": minilm_alone}


def _query(profile: Profile) -> str:
    return " ".join(" ".join((d.en, *d.keywords, *d.context)) for d in profile.directions)


def _by_score(papers: Sequence[Paper], scores: Sequence[float]) -> list[str]:
    return [papers[n].id for n in sorted(range(len(papers)), key=lambda n: (-scores[n], papers[n].id))]
