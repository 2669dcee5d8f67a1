"""The order of the day's papers for one reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from brief.models import Paper, Ranked, Score
from brief.profile import Profile
from brief.ranking.learning import learned
from brief.ranking.relevance import paper_document, relevance
from brief.ranking.signals import followed, typical_votes
from brief.ranking.signals import signals as speaks_for

ON_TOPIC = 0.3  # the relevance from which signals count in full; below it they shrink with its square


def rank(
    papers: Sequence[Paper],
    profile: Profile,
    now: dt.datetime,
    *,
    signals: bool = True,
    votes: Sequence[tuple[Paper, int]] = (),
) -> list[Ranked]:
    """Return the papers best first, with the parts of their scores; equals stand in the order of their ids.

    `now` (aware) dates the papers. Signals refine: they count by how relevant a paper is, so that no number of votes
    lifts one that is off topic. Whom the reader follows and avoids counts always; without `signals` only the text.
    `votes` are papers the reader liked (1) or disliked (-1).
    """
    found = relevance([paper_document(p) for p in papers], profile)
    typical = typical_votes(papers)
    taught = learned(papers, votes) if votes else []
    ranked = []
    for n, paper in enumerate(papers):
        text = float(found.score[n])
        parts = {"relevance": text}
        if signals:
            weight = min(1.0, text / ON_TOPIC) ** 2
            parts |= {k: weight * v for k, v in speaks_for(paper, now, typical).items()} | followed(paper, profile)
        if taught:
            parts["learned"] = taught[n]
        score = Score(total=sum(parts.values()), parts=parts, directions=found.directions(profile, n))
        ranked.append(Ranked(paper=paper, score=score))
    return sorted(ranked, key=lambda r: (-r.score.total, r.paper.id))
