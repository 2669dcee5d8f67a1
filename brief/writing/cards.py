"""The five parts of a paper's card, from its own sentences and the facts measured about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from brief.models import Card, Label, Language, Paper, Ranked, Sentence, Text
from brief.profile import Direction, Profile
from brief.ranking.relevance import matches
from brief.ranking.text import names as says
from brief.ranking.text import spoken
from brief.writing import cues
from brief.writing.facts import Votes, announced, baseline, benchmarks, venue
from brief.writing.phrases import Phrases
from brief.writing.readable import readable
from brief.writing.reading import Reading, has_figures
from brief.writing.sentences import clip, fold

MOST_WORDS = 3  # matched keywords named of a direction
MOST_DIRECTIONS = 3
RESULT_LENGTH = 240  # a longer result sentence is left to the abstract
SHORT_CLAIM = 110  # a claim this short rarely names its mechanism: the next sentence does
PROBLEM_LENGTH = 240
TITLE_LENGTH = 80  # of another paper that a card names
# Which sorts of paper tell how they work, and which what they are made of; a survey or a study does neither.
HOW = {"method": "method", "system": "method", "benchmark": "parts", "environment": "parts", "dataset": "parts"}

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
                text += [self._quote(index) for index in self._unused(reading.methods)[:1]]
        if not text:
            return (self._say("contribution.none"),)
        if reading.results and len(reading.sentences[reading.results[0]]) <= RESULT_LENGTH:
            text += [self._quote(index) for index in self._unused(reading.results[:1])]
        return tuple(text)

    def why(self) -> Text:
        """Return what was measured, else a result in figures; then the problem it takes up."""
        text = [*self._signals(), *self._named()]
        problem = self.reading.problem
        result = next(iter(self._unused(self.reading.results)), None)
        if result is not None and not text:
            text += [self._say("why.result"), self._quote(result)]
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
        """Return the directions matched, each on which words, then the sentence with most of them."""
        spoken_of = self._matched()
        if not spoken_of:
            return (self._off_topic(),)
        say = self.voice.phrases.say
        titles = [
            say("relation.direction", direction=self._label(direction), words=_telling(words)[:MOST_WORDS])
            for direction, words in spoken_of[:MOST_DIRECTIONS]
        ]
        text = (self._say("relation.matched", directions=tuple(titles)),)
        sentence = self._closest([word for _, words in spoken_of for word in words])
        return (*text, self._say("relation.quote"), self._quote(sentence)) if sentence is not None else text

    def _matched(self) -> list[tuple[Direction, tuple[str, ...]]]:
        """Return the directions scored for the paper with the words of theirs it says, each word once."""
        known = {d.id: d for d in self.profile.directions}
        found, seen = [], set[str]()
        for direction in (known[i] for i in self.ranked.score.directions if i in known):
            words = tuple(word for word in matches(self.paper, direction) if word not in seen)
            seen.update(words)
            if words:
                found.append((direction, words))
        return found

    def _off_topic(self) -> Sentence:
        """Say what brings a paper that matches no direction: an example, a word in passing, else its votes, if any."""
        if example := self.ranked.score.example:
            title = clip(readable(example.title), TITLE_LENGTH)
            return self._say("relation.named" if example.named else "relation.liked", title=title)
        for direction in self.profile.directions:
            words = matches(self.paper, direction)
            if words:
                facts = {"direction": self._label(direction), "words": words[:MOST_WORDS]}
                return self._say("relation.passing", **facts)
        return self._say("relation.voted", votes=self.paper.votes) if self.paper.votes else self._say("relation.none")

    def _closest(self, keywords: Sequence[str]) -> int | None:
        """Return the unused sentence, from the claim on, that says most of the keywords; how it works is kept back."""
        start = self.reading.claim or 0
        kept, counts = self._how()[:1], {}
        for index in self._unused(range(start, len(self.reading.sentences))):
            if index in kept:
                continue
            sentence = self.reading.sentences[index]
            said = "" if cues.AVAILABILITY.search(sentence) else spoken(sentence)
            counts[index] = sum(says(said, keyword) for keyword in keywords)
        best = max(counts, key=counts.__getitem__, default=None)
        return best if best is not None and counts[best] else None

    def judgement(self) -> Text:
        """Return one line for a reader who scans: what sort of paper, which direction, code, tested on what."""
        say, matched = self.voice.phrases.say, self._matched()
        parts = [say(self._by_topic("judgement.about", "judgement.kind"))]
        parts += [self._closest_to(matched), self._code()]
        tested = benchmarks(self.reading)
        if tested:
            parts.append(say("judgement.names", names=tested[:2]))
        return (self.voice.joined("judgement", parts, self.paper.id),)

    def _closest_to(self, matched: Sequence[tuple[Direction, tuple[str, ...]]]) -> str:
        say = self.voice.phrases.say
        if matched:
            return say("judgement.direction", direction=self._label(matched[0][0]))
        return say("judgement.example" if self.ranked.score.example else "judgement.off")

    def _code(self) -> str:
        if self.paper.code:
            return self.voice.phrases.say("judgement.code", repo=self.paper.code[:100])
        promised = announced(self.reading)
        return self.voice.phrases.say(f"judgement.announced.{promised}" if promised else "judgement.no_code")

    def focus(self) -> Text:
        """Return how it works, how it is tested, what to check, and the question to read with."""
        text: list[Sentence] = []
        for key, candidates in self._sections():
            for index in self._unused(candidates)[:1]:
                text += [self._say(f"focus.{key}"), self._quote(index)]
        missing = self._missing()
        if missing:
            text.append(self._say(f"focus.missing.{missing}"))
        question = self._by_topic("focus.ask_about", "focus.ask")
        return (*text, self._say(question)) if self.voice.phrases.knows(question) else tuple(text)

    def _sections(self) -> Iterator[tuple[str, Sequence[int]]]:
        reading = self.reading
        yield HOW.get(reading.kind, "method"), self._how()
        if reading.kind not in ("survey", "position"):
            yield "evaluation", reading.evaluations
            yield "caveat", () if reading.caveat is None else (reading.caveat,)

    def _how(self) -> list[int]:
        return self._unused(self.reading.methods) if self.reading.kind in HOW else []

    def _unused(self, indices: Iterable[int]) -> list[int]:
        return [index for index in indices if index not in self.used]

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
        return None if self.paper.code or announced(self.reading) else "code"

    def _label(self, direction: Direction) -> str:
        return direction.zh if self.voice.phrases.language == "zh" else direction.en

    def _say(self, key: str, **facts: Any) -> Sentence:
        return self.voice.measured(key, self.paper.id, **facts)

    def _quote(self, index: int, limit: int = 320) -> Sentence:
        self.used.add(index)
        return self.voice.quoted(self.reading.sentences[index], "abstract", self.paper.id, limit)


def _telling(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words without those that another one says as well: `RL` beside `RL for LLMs`."""
    kept: list[str] = []
    for word in words:
        if not any(says(spoken(other), word) for other in kept):
            kept = [*(other for other in kept if not says(spoken(word), other)), word]
    return tuple(kept)


def labels(profile: Profile, ids: Sequence[str], language: Language) -> tuple[Label, ...]:
    """Return the directions with these ids, named in a language, in the order of the ids."""
    known = {d.id: d for d in profile.directions}
    return tuple(Label(id=i, text=getattr(known[i], language)) for i in ids if i in known)
