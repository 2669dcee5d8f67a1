"""The brief written without a language model: sources' own sentences, and templates around measured facts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from brief.models import Card, HubAsset, Idea, Language, Paper, Pick, Quiet, Ranked, Repo, Sentence, Text
from brief.profile import Profile
from brief.writing.cards import CardWriter, Voice, labels
from brief.writing.facts import Votes
from brief.writing.ideas import IdeaWriter
from brief.writing.readable import readable
from brief.writing.reading import Reading

MUST_READS = 3
MOST_TOUCHED = 4  # directions named in the overview
DESCRIPTION_LENGTH = 200
MOST_POINTING = 2  # papers named that point to a repository


class Extractive:
    """Writes every section of a brief for one reader in one language.

    `papers` are all candidates of the edition, for ranks among them; `now` tells which dates need their year.
    Nothing here asks a site or a model, and nothing raises on odd text.
    """

    def __init__(self, profile: Profile, language: Language, papers: Sequence[Paper], now: dt.datetime) -> None:
        self._profile, self._language = profile, language
        self._voice = Voice(language, now.year)
        self._votes = Votes(papers)
        self._papers = {paper.id: paper for paper in papers}
        self._by_code = {paper.code.lower(): paper.id for paper in papers if paper.code}
        self._readings: dict[str, Reading] = {}

    def card(self, ranked: Ranked) -> Card:
        """Return all five parts of a paper's card."""
        return CardWriter(self._voice, self._profile, self._votes, self._read(ranked.paper), ranked).card()

    def overview(self, picks: Sequence[Pick], *, considered: int, unseen: int, quiet: Quiet | None) -> Text:
        """Return what came out, why a quiet day is short, which papers lead and which directions they touch."""
        voice, ids = self._voice, tuple(pick.paper.id for pick in picks)
        if not considered:
            return (voice.measured("overview.nothing"),)
        count = "count_new" if unseen == considered else "count"
        counted = voice.measured(f"overview.{count}", considered=considered, unseen=unseen)
        text = [] if quiet is None else [voice.measured(f"overview.quiet.{quiet.value}")]
        if not picks:
            return (*text, counted, voice.measured("overview.none"))
        counts = Counter(direction for pick in picks for direction in pick.score.directions)
        best = [direction for direction, _ in counts.most_common(MOST_TOUCHED)]
        touched = tuple(label.text for label in labels(self._profile, best, self._language))
        if touched:
            text.append(voice.measured("overview.directions", *ids, directions=touched))
        text.append(voice.measured("overview.picks", *ids, names=tuple(self._name(pick) for pick in picks)))
        return (*text, counted)

    def stand_in(self, picks: Sequence[Pick]) -> tuple[str | None, Text]:
        """Return the pick to read in place of a must-read, and when; (None, ()) when there is none.

        The must-reads are the first three picks. Preferred is a later pick of a direction they do not lead with, in
        place of the last of them that does not touch it.
        """
        must, rest = picks[:MUST_READS], picks[MUST_READS:]
        if not rest:
            return None, ()
        covered = {pick.score.directions[0] for pick in must if pick.score.directions}
        for pick in rest:
            own = [d for d in labels(self._profile, pick.score.directions[:1], self._language) if d.id not in covered]
            others = [one for one in must if own and own[0].id not in one.score.directions]
            if others:
                return pick.paper.id, self._swap("stand_in.direction", pick, others[-1], direction=own[0].text)
        return rest[0].paper.id, self._swap("stand_in.next", rest[0], must[-1])

    def _swap(self, key: str, pick: Pick, last: Pick, **facts: Any) -> Text:
        names = {"name": self._name(pick), "last": self._name(last)}
        return (self._voice.measured(key, pick.paper.id, last.paper.id, **names, **facts),)

    def follow(self, item: Repo | HubAsset, directions: Sequence[str]) -> tuple[Text, Text]:
        """Return the measured state of a repository, model or data set, and why to look at it."""
        kind = "repo" if isinstance(item, Repo) else "asset"
        parts = self._voice.phrases.say_known(f"follow.{kind}", _state(item))
        status = self._voice.joined("follow", parts, item.id) if parts else self._say_of("follow.no_status", item)
        return (status,), self._follow_focus(item, directions)

    def _follow_focus(self, item: Repo | HubAsset, directions: Sequence[str]) -> Text:
        described = readable(item.description)
        text = [self._say_of("follow.no_description", item)]
        if described:
            text = [self._voice.quoted(described, "description", item.id, DESCRIPTION_LENGTH)]
        touched = tuple(label.text for label in labels(self._profile, directions, self._language))
        if touched:
            text.append(self._say_of("follow.directions", item, directions=touched))
        pointing = self._pointing(item)
        if pointing:
            names = tuple(self._read(paper).name for paper in pointing)
            text.append(self._voice.measured("follow.papers", item.id, *(p.id for p in pointing), names=names))
        return tuple(text)

    def _pointing(self, item: Repo | HubAsset) -> list[Paper]:
        if not isinstance(item, Repo):
            return []
        ids = dict.fromkeys((*item.papers, self._by_code.get(item.id, "")))
        return [self._papers[i] for i in ids if i in self._papers][:MOST_POINTING]

    def ideas(self, ranked: Sequence[Ranked], limit: int = 3) -> tuple[Idea, ...]:
        """Return at most `limit` research ideas, each from two of the best papers, the most promising pair first."""
        readings = [(self._read(r.paper), r.score.directions) for r in ranked]
        return IdeaWriter(self._voice, readings).ideas(limit)

    def _read(self, paper: Paper) -> Reading:
        return self._readings.setdefault(paper.id, Reading(paper))

    def _name(self, pick: Pick) -> str:
        return self._read(pick.paper).name

    def _say_of(self, key: str, item: Repo | HubAsset, **facts: Any) -> Sentence:
        return self._voice.measured(key, item.id, **facts)


def _state(item: Repo | HubAsset) -> Mapping[str, Any]:
    if isinstance(item, Repo):
        return {"stars": item.stars, "pushed": item.pushed.date() if item.pushed else None}
    trending = None if item.trending is None else round(item.trending)
    updated = item.updated.date() if item.updated else None
    return {"likes": item.likes, "downloads": item.downloads, "trending": trending, "updated": updated}
