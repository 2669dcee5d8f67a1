"""The order of the day's papers for one reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from brief.models import Paper, Ranked, Score
from brief.profile import Profile
from brief.ranking.corpus import Corpus
from brief.ranking.learning import Learned, Taste, documents, learned
from brief.ranking.relevance import Relevance, paper_document, relevance
from brief.ranking.signals import Followed, typical_votes
from brief.ranking.signals import signals as speaks_for

OFF_TOPIC = 0.02  # the relevance up to which signals would count for less than a hundredth
ON_TOPIC = 0.2  # the relevance from which signals count in full; below it they shrink with its square

NOTHING = Taste()

_Score, _Ranked = Score.model_construct, Ranked.model_construct  # our own values, a thousand at a time: not checked


def laid_out(papers: Sequence[Paper], earlier: Corpus | None = None) -> Corpus:
    """Return papers laid out for `rank`, after those of earlier days, which tell what words are worth.

    The same for all readers of a day: some 40 ms per 1,000 papers, which many readers can share.
    """
    return Corpus([paper_document(paper) for paper in papers], earlier)


def rank(
    papers: Sequence[Paper],
    profile: Profile,
    now: dt.datetime,
    *,
    signals: bool = True,
    corpus: Corpus | None = None,
    taste: Taste = NOTHING,
) -> list[Ranked]:
    """Return the papers best first, with the parts of their scores; equals stand in the order of their ids.

    `now` (aware) dates the papers and clicks. Signals refine: they count by how relevant a paper is, so that no number
    of votes lifts one that is off topic. Whom the reader follows and avoids counts always; without `signals` only the
    text. `corpus` is what `laid_out` made of these papers; `taste` is what the reader clicked.
    """
    corpus = corpus or laid_out(papers)
    found, taught = _read(corpus, profile, taste, now)
    gain, doubt = (part.tolist() for part in taught)
    typical, followed = typical_votes(papers), Followed(profile)
    ranked = []
    for n, (paper, text) in enumerate(zip(papers, found.score.tolist(), strict=True)):
        parts = {"relevance": text} | ({"learned": gain[n]} if taste.clicks else {})
        if signals:
            if text > OFF_TOPIC:
                weight = min(1.0, text / ON_TOPIC) ** 2
                parts |= {k: weight * v for k, v in speaks_for(paper, now, typical).items()}
            parts |= followed.parts(paper)
        directions = found.directions(profile, n)
        score = _Score(total=sum(parts.values()), parts=parts, directions=directions, doubt=doubt[n])
        ranked.append(_Ranked(paper=paper, score=score))
    return sorted(ranked, key=lambda r: (-r.score.total, r.paper.id))


def _read(corpus: Corpus, profile: Profile, taste: Taste, now: dt.datetime) -> tuple[Relevance, Learned]:
    """Return the relevance of the newest documents of a corpus, and what the clicks add to it."""
    if not taste.clicks:
        found = relevance(corpus, profile).of(corpus.new)
        return found, Learned(np.zeros(len(found.score)), np.zeros(len(found.score)))
    larger = Corpus(documents(taste), corpus)
    found = relevance(larger, profile)
    gain, doubt = learned(taste, larger, found, now)
    return found.of(corpus.new), Learned(gain[corpus.new], doubt[corpus.new])
