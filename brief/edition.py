"""Collected items -> ranked -> written -> Brief. Pure: the day, the profile and the clock are passed in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from brief.models import Brief, Day, Follow, HubAsset, Label, Language, Paper, Pick, Ranked, Repo
from brief.profile import Profile
from brief.ranking.diversity import select
from brief.ranking.follow import RankedFollow, rank_follow
from brief.ranking.learning import Taste, learn
from brief.ranking.score import rank
from brief.taxonomy import classify
from brief.writing.cards import labels
from brief.writing.extractive import MUST_READS, Extractive
from brief.writing.readable import readable

PICKS = 5
SCAN = 13
FOLLOW = 3
MORE_FOLLOW = 3

Shown = Mapping[str, int | None]  # what earlier editions showed: id -> the newest version, None for what has none


def build(day: Day, profile: Profile, language: Language, *, shown: Shown, now: dt.datetime) -> Brief:
    """Return the brief of a day for one reader. `shown` is what earlier editions recommended."""
    best = ranked(day, profile, shown=shown)
    chosen = select(best, PICKS)
    scanned = select(best, SCAN, chosen=chosen, named=False)
    desk = Desk(day.papers, profile, language, day.window.until, shown)
    picks = desk.picks(chosen)
    stand_in, when = desk.writer.stand_in(picks)
    follow = desk.follow(day)
    return Brief(
        date=day.window.date,
        language=language,
        profile=profile.name,
        profile_digest=profile.digest,
        window=day.window,
        made=now,
        collected=day.collected,
        considered=len(day.papers),
        unseen=len(best),
        directions=labels(profile, touched(chosen), language),
        overview=desk.writer.overview(picks, considered=len(day.papers), unseen=len(best), quiet=day.window.quiet),
        picks=picks,
        scan=desk.picks(scanned),
        must_reads=tuple(pick.paper.id for pick in picks[:MUST_READS]),
        stand_in=stand_in,
        stand_in_when=when,
        follow=follow[:FOLLOW],
        more_follow=follow[FOLLOW:],
        ideas=desk.writer.ideas([readable_item(item) for item in (*chosen, *scanned)]),
        reports=day.reports,
    )


def ranked(day: Day, profile: Profile, *, shown: Shown, votes: Sequence[tuple[Paper, int]] = ()) -> list[Ranked]:
    """Return the day's papers that no earlier edition showed, best first; a new version of a shown one may return.

    `votes` are papers the reader liked (1) or disliked (-1), oldest first.
    """
    taste = Taste()
    for paper, vote in votes:
        taste = learn(taste, paper, "like" if vote > 0 else "dislike", day.window.until)
    return rank([paper for paper in day.papers if unseen(paper, shown)], profile, day.window.until, taste=taste)


def unseen(paper: Paper, shown: Shown) -> bool:
    """Tell whether a paper may be recommended: never shown, or shown in an older version.

    A site that names no version counts as naming the first.
    """
    return paper.id not in shown or (paper.version or 1) > (shown[paper.id] or 1)


def single(paper: Paper, papers: Sequence[Paper], profile: Profile, language: Language, now: dt.datetime) -> Pick:
    """Return any paper with its card, scored among `papers` (those of its day, for the words they share)."""
    others = [other for other in papers if other.id != paper.id]
    item = next(item for item in rank([paper, *others], profile, now) if item.paper.id == paper.id)
    [pick] = Desk([paper, *others], profile, language, now, {}).picks([item])
    return pick


def touched(chosen: Sequence[Ranked]) -> list[str]:
    """Return the ids of the directions the chosen papers match, the most matched first."""
    return [direction for direction, _ in Counter(d for item in chosen for d in item.score.directions).most_common()]


def readable_item(item: Ranked) -> Ranked:
    """Return the item with the LaTeX of its title and abstract made readable."""
    paper = item.paper
    text = {"title": readable(paper.title), "abstract": readable(paper.abstract)}
    return item.model_copy(update={"paper": paper.model_copy(update=text)})


class Desk:
    """Writes the parts of one edition for one reader."""

    def __init__(
        self,
        papers: Sequence[Paper],
        profile: Profile,
        language: Language,
        now: dt.datetime,
        shown: Shown | None = None,
    ) -> None:
        self.writer = Extractive(profile, language, papers, now)
        self._profile, self._language, self._now, self._shown = profile, language, now, shown or {}

    def picks(self, chosen: Sequence[Ranked]) -> tuple[Pick, ...]:
        """Return the papers with their categories, directions and cards."""
        return tuple(self._pick(readable_item(item)) for item in chosen)

    def follow(self, day: Day) -> tuple[Follow, ...]:
        """Return the repositories, models and data sets to follow, best first."""
        papers = {paper.id for paper in day.papers}
        items: tuple[Repo | HubAsset, ...] = (*day.repos, *day.assets)
        best = rank_follow(items, self._profile, self._now, papers=papers, shown=self._shown)
        return tuple(self._followed(found) for found in best[: FOLLOW + MORE_FOLLOW])

    def _pick(self, item: Ranked) -> Pick:
        paper = item.paper
        categories = self._categories(f"{paper.title}\n{paper.abstract}", paper.categories)
        return Pick(
            paper=paper,
            score=item.score,
            categories=categories,
            directions=labels(self._profile, item.score.directions, self._language),
            card=self.writer.card(item),
            revision=paper.id in self._shown,
        )

    def _followed(self, found: RankedFollow) -> Follow:
        item = found.item
        status, focus = self.writer.follow(item, found.score.directions)
        if isinstance(item, Repo):
            categories = self._categories(f"{item.description}\n{' '.join(item.topics)}")
            return Follow(repo=item, categories=categories, status=status, focus=focus)
        categories = self._categories(f"{item.description}\n{' '.join(item.tags)}")
        return Follow(asset=item, categories=categories, status=status, focus=focus)

    def _categories(self, text: str, arxiv: Sequence[str] = ()) -> tuple[Label, ...]:
        return classify(text, self._language, arxiv)
