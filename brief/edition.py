"""Collected items -> ranked -> written -> Brief. Pure: the day, the profile and the clock are passed in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from brief.models import Brief, Day, Follow, HubAsset, Language, Paper, Pick, Ranked, Repo
from brief.profile import Profile
from brief.ranking.diversity import missed, select
from brief.ranking.follow import Known, RankedFollow, rank_follow
from brief.ranking.learning import Taste
from brief.ranking.meaning import Meaning
from brief.ranking.score import NOTHING, Laid, rank
from brief.taxonomy import classify
from brief.writing.cards import labels
from brief.writing.extractive import MUST_READS, Extractive
from brief.writing.readable import readable

PICKS = 5
SCAN = 13
CANDIDATES = 30  # from which a model may choose the recommendations
FOLLOW = 3
MORE_FOLLOW = 3

Shown = Mapping[str, int | None]  # what earlier editions showed: id -> the newest version, None for what has none


def build(day: Day, profile: Profile, language: Language, *, shown: Shown, now: dt.datetime) -> Brief:
    """Return the brief of a day for one reader. `shown` is what earlier editions recommended."""
    return Draft(day, profile, language, reader=Reader(shown=shown), now=now).brief()


@dataclass(frozen=True)
class Reader:
    """What is known of a reader beside the profile: what earlier editions showed, and what they clicked.

    `missed` are papers that stood high yesterday and were not shown: such a one may come back once. `known` are the
    stars of repositories on an earlier day, for how fast they grow. `meaning` is that of the day's papers for this
    reader; `by_words` tells that an embeddings model is configured and did not give it.
    """

    shown: Shown = field(default_factory=dict)
    known: Known = field(default_factory=dict)
    missed: Collection[str] = ()
    taste: Taste = NOTHING
    meaning: Meaning | None = None
    by_words: bool = False


class Draft:
    """An edition in the making: the day ranked for one reader, from which a brief is arranged by extraction.

    `chosen` are the recommendations of the ranking, `candidates` at most 30 papers that could be recommended instead,
    those of the brief first. `laid` is what `laid_out` made of the day's papers, after those of earlier days.
    """

    def __init__(
        self,
        day: Day,
        profile: Profile,
        language: Language,
        *,
        reader: Reader,
        now: dt.datetime,
        laid: Laid | None = None,
    ) -> None:
        self.day, self.profile, self.language, self._now = day, profile, language, now
        self._best, self._returned, self._by_words = ranked(day, profile, reader, laid), reader.missed, reader.by_words
        self._desk = Desk(day.papers, profile, language, day.window.until, reader)
        self.chosen = select(self._best, PICKS)
        self._scanned = select(self._best, SCAN, chosen=self.chosen, named=False)
        brought = [*self.chosen, *self._scanned]
        others = select(self._best, CANDIDATES - len(brought), chosen=brought)
        self.candidates = [item for item in (*brought, *others) if item.score.directions]

    def brief(self, chosen: Sequence[Ranked] | None = None) -> Brief:
        """Return the edition with these recommendations in this order, by default the ranking's.

        What they displace is worth scanning before all else. What the ranking chose beside the directions, for it is
        like papers that the reader wants more of, keeps its place.
        """
        day, desk = self.day, self._desk
        beside = [item for item in self.chosen if not item.score.directions]
        chosen = self.chosen if chosen is None else [*chosen[: PICKS - len(beside)], *beside]
        taken = {item.paper.id for item in chosen}
        scanned = [item for item in (*self.chosen, *self._scanned) if item.paper.id not in taken][:SCAN]
        considered, fresh = len(day.papers), len(self._best)
        picks = desk.picks(chosen)
        stand_in, when = desk.writer.stand_in(picks)
        follow = desk.follow(day)
        return Brief(
            date=day.window.date,
            language=self.language,
            profile=self.profile.name,
            profile_digest=self.profile.digest,
            window=day.window,
            made=self._now,
            collected=day.collected,
            considered=considered,
            unseen=fresh,
            directions=labels(self.profile, touched(chosen), self.language),
            overview=desk.writer.overview(picks, considered=considered, unseen=fresh, quiet=day.window.quiet),
            picks=picks,
            scan=desk.picks(scanned),
            must_reads=tuple(pick.paper.id for pick in picks[:MUST_READS]),
            stand_in=stand_in,
            stand_in_when=when,
            follow=follow[:FOLLOW],
            more_follow=follow[FOLLOW:],
            ideas=desk.writer.ideas([readable_item(item) for item in (*chosen, *scanned)]),
            reports=day.reports,
            by_words=self._by_words,
        )

    def missed(self, shown: Collection[str]) -> list[str]:
        """Return the ids of the papers that stand high and are not `shown`; one that came back is missed no more."""
        return [item.paper.id for item in missed(self._best, shown, self._returned)]


def ranked(day: Day, profile: Profile, reader: Reader, laid: Laid | None = None) -> list[Ranked]:
    """Return the day's papers that no earlier edition showed, best first; a new version of a shown one may return.

    All papers of the day are ranked: what `laid` tells of words is the same for every reader.
    """
    best = rank(day.papers, profile, day.window.until, laid=laid, taste=reader.taste, meaning=reader.meaning)
    return [item for item in best if unseen(item.paper, reader.shown)]


def unseen(paper: Paper, shown: Shown) -> bool:
    """Tell whether a paper may be recommended: never shown, or shown in an older version.

    A site that names no version counts as naming the first.
    """
    return paper.id not in shown or (paper.version or 1) > (shown[paper.id] or 1)


def single(paper: Paper, papers: Sequence[Paper], profile: Profile, language: Language, now: dt.datetime) -> Pick:
    """Return any paper with its card, scored among `papers` (those of its day, for the words they share)."""
    others = [other for other in papers if other.id != paper.id]
    item = next(item for item in rank([paper, *others], profile, now) if item.paper.id == paper.id)
    [pick] = Desk([paper, *others], profile, language, now, Reader()).picks([item])
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
        reader: Reader,
    ) -> None:
        self.writer = Extractive(profile, language, papers, now)
        self._profile, self._language, self._now, self._reader = profile, language, now, reader

    def picks(self, chosen: Sequence[Ranked]) -> tuple[Pick, ...]:
        """Return the papers with their categories, directions and cards."""
        return tuple(self._pick(readable_item(item)) for item in chosen)

    def follow(self, day: Day) -> tuple[Follow, ...]:
        """Return the repositories, models and data sets to follow, best first."""
        papers = {paper.id for paper in day.papers}
        items: tuple[Repo | HubAsset, ...] = (*day.repos, *day.assets)
        reader = self._reader
        best = rank_follow(items, self._profile, self._now, known=reader.known, papers=papers, shown=reader.shown)
        return tuple(self._followed(found) for found in best[: FOLLOW + MORE_FOLLOW])

    def _pick(self, item: Ranked) -> Pick:
        paper = item.paper
        return Pick(
            paper=paper,
            score=item.score,
            categories=classify(f"{paper.title}\n{paper.abstract}", self._language, paper.categories),
            directions=labels(self._profile, item.score.directions, self._language),
            card=self.writer.card(item),
            revision=paper.id in self._reader.shown,
            returned=paper.id in self._reader.missed,
        )

    def _followed(self, found: RankedFollow) -> Follow:
        item = found.item
        status, focus = self.writer.follow(item, found.score.directions)
        return Follow(
            repo=item if isinstance(item, Repo) else None,
            asset=item if isinstance(item, HubAsset) else None,
            categories=classify(f"{item.description}\n{' '.join(item.topics)}", self._language),
            status=status,
            focus=focus,
        )
