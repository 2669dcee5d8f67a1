"""The order of the day's papers for one reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from brief.models import Example, Paper, Ranked, Score
from brief.profile import Profile
from brief.ranking.corpus import Corpus, Floats
from brief.ranking.examples import ALIKE, Likeness
from brief.ranking.learning import Learned, Taste, documents, learned, like_examples
from brief.ranking.meaning import Meaning
from brief.ranking.relevance import Relevance, paper_document, relevance, together
from brief.ranking.signals import Followed, typical_votes
from brief.ranking.signals import signals as speaks_for

OFF_TOPIC = 0.026  # the relevance up to which signals would count for less than a hundredth
ON_TOPIC = 0.26  # the relevance from which signals count in full; below it they shrink with its square

NOTHING = Taste()


class Laid(NamedTuple):
    """Papers laid out for `rank`: their words, and what speaks for each whoever reads."""

    corpus: Corpus
    signals: Sequence[dict[str, float]]


def laid_out(papers: Sequence[Paper], now: dt.datetime, earlier: Corpus | None = None) -> Laid:
    """Return papers laid out for `rank`, after those of earlier days, which tell what words are worth.

    The same for all readers of a day: some 50 ms per 1,000 papers, which many readers can share.
    """
    typical = typical_votes(papers)
    corpus = Corpus([paper_document(paper) for paper in papers], earlier)
    return Laid(corpus, [speaks_for(paper, now, typical) for paper in papers])


def rank(
    papers: Sequence[Paper],
    profile: Profile,
    now: dt.datetime,
    *,
    signals: bool = True,
    laid: Laid | None = None,
    taste: Taste = NOTHING,
    meaning: Meaning | None = None,
) -> list[Ranked]:
    """Return the papers best first, with the parts of their scores; equals stand in the order of their ids.

    `now` (aware) dates the papers and clicks. Signals refine: they count by how relevant a paper is, so that no number
    of votes lifts one that is off topic. Whom the reader follows and avoids counts always; without `signals` only the
    text. `laid` is what `laid_out` made of these papers; `taste` is what the reader clicked; `meaning` is that of these
    papers and this profile, and adds to what their words say.
    """
    laid = laid or laid_out(papers, now)
    found, taught, like = _read(laid.corpus, profile, taste, now)
    texts = {"relevance": found.score} | ({"meaning": _gained(found, meaning)} if meaning else {})
    weights = _weights(np.sum(list(texts.values()), axis=0)).tolist()
    texts |= {"learned": taught.gain} if taste.clicks else {}
    columns, doubt = {name: values.tolist() for name, values in texts.items()}, taught.doubt.tolist()
    examples = _examples(papers, taste, like)
    named, followed = np.count_nonzero(found.matched, axis=0).tolist(), Followed(profile)
    ranked = []
    for n, paper in enumerate(papers):
        parts = {name: values[n] for name, values in columns.items()}
        if signals:
            if weight := weights[n]:
                parts |= {name: weight * value for name, value in laid.signals[n].items()}
            parts |= followed.parts(paper)
        directions = found.directions(profile, n) if named[n] else ()
        score = Score(
            total=sum(parts.values()), parts=parts, directions=directions, doubt=doubt[n], example=examples.get(n)
        )
        ranked.append(Ranked(paper=paper, score=score))
    return sorted(ranked, key=lambda r: (-r.score.total, r.paper.id))


def _gained(found: Relevance, meaning: Meaning) -> Floats:
    """Return what nearness in meaning adds to the relevance by words."""
    return together(np.maximum(found.fit + meaning.nearness(), 0.0)) - found.score


def _weights(relevance: Floats) -> Floats:
    """Return the share of the signals that counts for each paper."""
    return np.asarray(np.where(relevance > OFF_TOPIC, np.minimum(1.0, relevance / ON_TOPIC) ** 2, 0.0))


def _examples(papers: Sequence[Paper], taste: Taste, like: Likeness) -> dict[int, Example]:
    """Return the nearest example of each paper, by its number, that is clearly like other papers than itself.

    A paper that the profile names is known to the reader, and no find.
    """
    numbers = {paper.id: n for n, paper in enumerate(papers)}
    whole, shares = like.whole.copy(), like.shares.copy()
    for row, click in enumerate(taste.clicks):
        if (n := numbers.get(click.paper)) is not None:
            whole[n] -= np.inf if click.kind == "named" else shares[row, n]
            shares[row, n] = -np.inf
    found = np.flatnonzero(whole >= ALIKE).tolist()
    nearest = {n: taste.clicks[int(shares[:, n].argmax())] for n in found}
    return {
        n: Example(paper=click.paper, title=click.title, named=click.kind == "named", alike=float(whole[n]))
        for n, click in nearest.items()
    }


def _read(corpus: Corpus, profile: Profile, taste: Taste, now: dt.datetime) -> tuple[Relevance, Learned, Likeness]:
    """Return the relevance of the newest documents of a corpus, what clicks add, and how like examples they are."""
    if not taste.clicks:
        found = relevance(corpus, profile).of(corpus.new)
        none = np.zeros(len(found.score))
        return found, Learned(none, none), Likeness(none, none[None])
    larger = Corpus(documents(taste), corpus)
    found = relevance(larger, profile)
    gain, doubt = learned(taste, larger, found, now)
    like = like_examples(taste, larger, found, now)
    return found.of(corpus.new), Learned(gain[corpus.new], doubt[corpus.new]), like.of(corpus.new)
