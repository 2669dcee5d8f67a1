"""The five parts of a paper's card, from its own sentences and the facts measured about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from brief.models import Card, Label, Language, Paper, Ranked, Sentence, Text
from brief.profile import Direction, Profile
from brief.ranking.relevance import matches
from brief.ranking.text import names as says
from brief.ranking.text import spoken
from brief.writing.facts import Votes, baseline, benchmarks, venue
from brief.writing.phrases import Phrases
from brief.writing.readable import readable
from brief.writing.reading import Reading, has_figures
from brief.writing.sentences import clip, fold

MOST_WORDS = 4  # matched keywords named on a card
MOST_DIRECTIONS = 3
RESULT_LENGTH = 240  # a longer result sentence is left to the abstract
SHORT_CLAIM = 110  # a claim this short rarely names its mechanism: the next sentence does
PROBLEM_LENGTH = 240

Quote = Literal["abstract", "summary", "comment", "description"]


class Voice:
    """Makes the two kinds of sentence: measured facts in the brief's language, and quotations."""

    def __init__(self, language: Language, year: int) -> None:
        self.phrases = Phrases(language, year)

    def measured(self, key: str, *items: str, **facts: Any) -> Sentence:
        """Return a template filled with measured facts about the items."""
        return Sentence(text=self.phrases.say(key, **facts), origin="measured", items=items)

    def quoted(self, text: str, origin: Quote, item: str, limit: int = 320) -> Sentence:
        """Return a source's own words, shortened to `limit` characters."""
        return Sentence(text=clip(text, limit), origin=origin, items=(item,))

    def joined(self, table: str, parts: Sequence[str], *items: str) -> Sentence:
        """Return the parts as one sentence, with the separator and the end of a table."""
        text = self.phrases.say(f"{table}.separator").join(parts) + self.phrases.say(f"{table}.end")
        return Sentence(text=text, origin="measured", items=items)


@dataclass
class CardWriter:
    """Writes one card; the sentences already quoted are remembered, so that no part repeats another."""

    voice: Voice
    profile: Profile
    votes: Votes
    reading: Reading
    ranked: Ranked
    used: set[int] = field(default_factory=set)

    @property
    def paper(self) -> Paper:
        """The paper the card is about."""
        return self.ranked.paper

    def card(self) -> Card:
        """Return all five parts."""
        return Card(
            contribution=self.contribution(),
            why=self.why(),
            relation=self.relation(),
            judgement=self.judgement(),
            focus=self.focus(),
        )

    def contribution(self) -> Text:
        """Return Hugging Face's summary or the claim sentence, then the result in figures when it is short."""
        reading, text = self.reading, []
        summary = readable(self.paper.summary or "")
        if summary:
            text.append(self.voice.quoted(summary, "summary", self.paper.id))
        elif reading.claim is not None:
            text.append(self._quote(reading.claim))
            if len(text[0].text) < SHORT_CLAIM:
                text += [self._quote(index) for index in reading.methods[:1]]
        if not text:
            return (self._say("contribution.none"),)
        if reading.result is not None and len(reading.sentences[reading.result]) <= RESULT_LENGTH:
            text.append(self._quote(reading.result))
        return tuple(text)

    def why(self) -> Text:
        """Return what was measured, then the problem in the paper's words; never empty."""
        text = [*self._signals(), *self._named()]
        if not text:
            text.append(self._say("why.unmeasured" if self.paper.revised else "why.new"))
        problem = self.reading.problem
        if problem is not None and problem not in self.used:
            text += [self._say("why.problem"), self._quote(problem, PROBLEM_LENGTH)]
        return tuple(text)

    def _signals(self) -> Iterator[Sentence]:
        paper, rank = self.paper, self.votes.rank(self.paper)
        if paper.votes and paper.listed and rank:
            yield self._say("why.votes", votes=paper.votes, rank=rank[0], total=rank[1], day=paper.listed)
        elif paper.votes:
            yield self._say("why.votes_only", votes=paper.votes)
        if paper.code and paper.code_stars:
            yield self._say("why.code_stars", repo=paper.code[:100], stars=paper.code_stars)
        elif paper.code:
            yield self._say("why.code", repo=paper.code[:100])
        if paper.mentions > 0:
            yield self._say("why.mentions", mentions=paper.mentions)

    def _named(self) -> Iterator[Sentence]:
        accepted, tested = venue(self.paper), benchmarks(self.reading)
        if accepted:
            yield self._say("why.venue")
            yield self.voice.quoted(accepted, "comment", self.paper.id)
        if tested:
            yield self._say("why.benchmarks", names=tested)
        organization = clip(fold((self.paper.organization or "")[:300]), 80)
        if organization:
            yield self._say("why.organization", organization=organization)
        if self.paper.revised:
            yield self._revision()

    def _revision(self) -> Sentence:
        if self.paper.version and self.paper.version > 1 and self.paper.published:
            return self._say("why.revision", version=self.paper.version, month=self.paper.published.date())
        return self._say("why.revision_undated")

    def relation(self) -> Text:
        """Return the directions matched and on which words, then the sentence with most of them."""
        directions = self._directions()
        if not directions:
            return (self._off_topic(),)
        spoken_of = tuple(dict.fromkeys(word for d in directions for word in matches(self.paper, d)))
        titles = tuple(self._label(d) for d in directions[:MOST_DIRECTIONS])
        if not spoken_of:
            return (self._say("relation.matched_only", directions=titles),)
        text = [self._say("relation.matched", directions=titles, words=spoken_of[:MOST_WORDS])]
        sentence = self._closest(spoken_of)
        return (*text, self._say("relation.quote"), self._quote(sentence)) if sentence is not None else tuple(text)

    def _off_topic(self) -> Sentence:
        """Say why a paper that matches no direction is here: a word of one in passing, its votes, or neither."""
        for direction in self.profile.directions:
            words = matches(self.paper, direction)
            if words:
                facts = {"direction": self._label(direction), "words": words[:MOST_WORDS]}
                return self._say("relation.passing", **facts)
        return self._say("relation.voted" if self.paper.votes else "relation.none")

    def _closest(self, keywords: Sequence[str]) -> int | None:
        """Return the unused sentence that says most of the keywords."""
        counts = {}
        for index, sentence in enumerate(self.reading.sentences):
            if index not in self.used:
                said = spoken(sentence)
                counts[index] = sum(says(said, keyword) for keyword in keywords)
        best = max(counts, key=counts.__getitem__, default=None)
        return best if best is not None and counts[best] else None

    def judgement(self) -> Text:
        """Return one line for a reader who scans: what sort of paper, which direction, code, tested on what."""
        say, directions = self.voice.phrases.say, self._directions()
        parts = [say(self._by_topic("judgement.about", "judgement.kind"))]
        label = self._label(directions[0]) if directions else ""
        parts.append(say("judgement.direction", direction=label) if directions else say("judgement.off"))
        code = self.paper.code
        parts.append(say("judgement.code", repo=code[:100]) if code else say("judgement.no_code"))
        tested = benchmarks(self.reading)
        if tested:
            parts.append(say("judgement.names", names=tested[:2]))
        return (self.voice.joined("judgement", parts, self.paper.id),)

    def focus(self) -> Text:
        """Return how it works, how it is tested, what to check, and the question to read with."""
        text: list[Sentence] = []
        reading = self.reading
        method = next((i for i in reading.methods if i not in self.used), reading.claim)
        shown: set[int] = set()
        for key, index in (("method", method), ("evaluation", reading.evaluation), ("caveat", reading.caveat)):
            if index is not None and index not in shown:
                shown.add(index)
                text += [self._say(f"focus.{key}"), self._quote(index)]
        missing = self._missing()
        if missing:
            text.append(self._say(f"focus.missing.{missing}"))
        return (*text, self._say(self._by_topic("focus.ask_about", "focus.ask")))

    def _by_topic(self, topics: str, kinds: str) -> str:
        """Return the key in the table `topics` by what a method is about, else in `kinds` by the sort of paper."""
        reading = self.reading
        return (
            f"{topics}.{reading.topics[0]}"
            if reading.kind == "method" and reading.topics
            else f"{kinds}.{reading.kind}"
        )

    def _missing(self) -> str | None:
        """Return what a method's abstract leaves out, the gravest first."""
        if self.reading.kind not in ("method", "system") or not self.reading.sentences:
            return None
        if not any(has_figures(sentence) for sentence in self.reading.sentences):
            return "figures"
        if not baseline(self.reading) and "baseline" not in self.reading.text.lower():
            return "baseline"
        return None if self.paper.code else "code"

    def _directions(self) -> list[Direction]:
        known = {d.id: d for d in self.profile.directions}
        return [known[i] for i in self.ranked.score.directions if i in known]

    def _label(self, direction: Direction) -> str:
        return direction.zh if self.voice.phrases.language == "zh" else direction.en

    def _say(self, key: str, **facts: Any) -> Sentence:
        return self.voice.measured(key, self.paper.id, **facts)

    def _quote(self, index: int, limit: int = 320) -> Sentence:
        self.used.add(index)
        return self.voice.quoted(self.reading.sentences[index], "abstract", self.paper.id, limit)


def labels(profile: Profile, ids: Sequence[str], language: Language) -> tuple[Label, ...]:
    """Return the directions with these ids, named in a language, in the order of the ids."""
    known = {d.id: d for d in profile.directions}
    return tuple(Label(id=i, text=getattr(known[i], language)) for i in ids if i in known)
