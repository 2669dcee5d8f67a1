"""The brief: scores, sentences, cards, and the whole."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from brief.models.day import Note, SourceReport, Window
from brief.models.items import HubAsset, Paper, Repo
from brief.models.value import Language, Value


class Example(Value):
    """A paper of which a reader wants more: `named` in the profile, else liked although it is of no direction.

    `alike` is how like all the reader's examples the paper is that is compared with this one, the nearest of them.
    """

    paper: str
    title: str
    named: bool
    alike: float


class Score(Value):
    """Why an item stands where it does: `total` is the sum of `parts`; `directions` are matched ids, best first.

    `doubt` is how little the reader's clicks tell of such papers, 0 where they tell all or there are none: a reason to
    show one now and then, no part of the total. Neither is `example`, there for a paper that is clearly like one.
    """

    total: float
    parts: dict[str, float]
    directions: tuple[str, ...] = ()
    doubt: float = 0.0
    example: Example | None = None


class Ranked(Value):
    """A paper and its score."""

    paper: Paper
    score: Score


class Label(Value):
    """A name in the brief's language for an id of a closed list (a category, a direction)."""

    id: str
    text: str


class Sentence(Value):
    """A sentence of the brief and where it is from.

    `origin` is `abstract`, `summary` (Hugging Face's), `comment`, `description` (a repository's own),
    `measured` (a template around measured facts) or `model`. `items` are the ids it speaks of.
    `quoted` sentences are the source's own words in the source's language. `checked` are the numbers and names in a
    model's sentence that were looked up and found in what it was shown for it: the texts of its items, and where they
    were shown the reader's directions.
    """

    text: str
    origin: Literal["abstract", "summary", "comment", "description", "measured", "model"]
    items: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()

    @property
    def quoted(self) -> bool:
        """Whether these are a source's own words."""
        return self.origin in ("abstract", "summary", "comment", "description")


Text = tuple[Sentence, ...]


class Byline(Value):
    """Which model wrote something, and when."""

    model: str
    date: dt.date


class Card(Value):
    """What is said about one paper; an empty part has nothing to say. `byline` is set when a model wrote of it."""

    contribution: Text = ()
    why: Text = ()
    relation: Text = ()
    judgement: Text = ()
    focus: Text = ()
    byline: Byline | None = None


class Pick(Value):
    """A paper of the brief. `revision` marks one that was shown before and returns in a new version.

    `returned` marks one that stood high yesterday, was not shown, and comes back this once. `reason` is why a model
    chose it for the top five.
    """

    paper: Paper
    score: Score
    categories: tuple[Label, ...] = ()
    directions: tuple[Label, ...] = ()
    card: Card = Card()
    reason: Text = ()
    revision: bool = False
    returned: bool = False


class Follow(Value):
    """A repository, model or data set to follow: exactly one of `repo` and `asset` is set."""

    repo: Repo | None = None
    asset: HubAsset | None = None
    categories: tuple[Label, ...] = ()
    status: Text = ()
    focus: Text = ()

    @property
    def item(self) -> Repo | HubAsset:
        """What is to be followed. Raises ValueError for nothing."""
        if found := self.repo or self.asset:
            return found
        raise ValueError("a Follow has neither a repository nor an asset")


class Idea(Value):
    """A research idea built from papers of the brief; it ends in an open question."""

    title: str
    papers: tuple[str, ...]
    body: Text
    steps: Text = ()
    question: Text


class Author(Value):
    """Who wrote the brief: `extractive`, or a model with what this making of it cost.

    `remembered` counts answers that were there from an earlier making or another reader's edition, at no cost. `cost`
    is in US dollars, None when the model's price is not known. `notes` say what went wrong, see `SourceReport.notes`.
    """

    kind: Literal["extractive", "model"] = "extractive"
    model: str | None = None
    calls: int = 0
    remembered: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    replaced: int = 0  # sentences that failed grounding
    notes: tuple[Note, ...] = ()


class Brief(Value):
    """One edition for one profile in one language."""

    date: dt.date
    language: Language
    profile: str
    profile_digest: str = ""  # a fingerprint of what the profile said
    window: Window
    made: dt.datetime
    collected: dt.datetime
    considered: int  # papers ranked
    unseen: int  # of those, not shown in an earlier edition
    directions: tuple[Label, ...] = ()  # the reader's, those the brief touches first
    overview: Text = ()
    picks: tuple[Pick, ...] = ()
    scan: tuple[Pick, ...] = ()
    must_reads: tuple[str, ...] = ()  # ids of picks
    stand_in: str | None = None
    stand_in_when: Text = ()
    follow: tuple[Follow, ...] = ()
    more_follow: tuple[Follow, ...] = ()
    ideas: tuple[Idea, ...] = ()
    reports: tuple[SourceReport, ...] = ()
    author: Author = Author()
    by_words: bool = False  # ranked without the embeddings model that is configured, as it did not answer
    sample: bool = False

    @property
    def items(self) -> tuple[Pick, ...]:
        """Every paper of the brief, the recommendations first."""
        return self.picks + self.scan

    @property
    def shown(self) -> dict[str, int | None]:
        """What the reader sees of the day: paper ids with their versions, and what there is to follow."""
        papers: dict[str, int | None] = {pick.paper.id: pick.paper.version for pick in self.items}
        return papers | {follow.item.id: None for follow in (*self.follow, *self.more_follow)}

    def find(self, paper_id: str) -> Pick | None:
        """Return the pick with this id, from the recommendations or the scanning tier."""
        return next((p for p in self.items if p.paper.id == paper_id), None)
