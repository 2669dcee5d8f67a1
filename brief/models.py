"""The vocabulary of Paperboy: frozen values that sources produce, the edition arranges and renderers show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]

_NEW_STYLE = r"\d{4}\.\d{4,5}"
_OLD_STYLE = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7}"
_ID = re.compile(rf"(?P<id>{_NEW_STYLE}|{_OLD_STYLE})(?:v(?P<version>[1-9]\d?))?", re.ASCII)
_ID_IN_TEXT = re.compile(rf"(?<![\w./-]){_ID.pattern}(?![\w/-]|\.\d)", re.ASCII)
_ID_IN_URL = re.compile(
    rf"(?:arxiv\.org/(?:abs|pdf|html)|(?:huggingface\.co|hf\.co|alphaxiv\.org)/(?:papers|abs))/{_ID.pattern}",
    re.ASCII | re.IGNORECASE,
)


def split_arxiv_id(text: str) -> tuple[str, int | None] | None:
    """Split `2604.26904v2` into (`2604.26904`, 2); the version is None when absent, the answer None for no id.

    Both schemes of https://info.arxiv.org/help/arxiv_identifier.html are known; an `arXiv:` prefix is dropped.
    """
    match = _ID.fullmatch(text.strip().removeprefix("oai:").removeprefix("arXiv.org:").removeprefix("arXiv:"))
    return (match["id"], int(match["version"]) if match["version"] else None) if match else None


def find_arxiv_ids(text: str) -> Iterator[tuple[str, int | None]]:
    """Yield each arXiv id of a text once, in order: bare ids, and arXiv, Hugging Face or alphaXiv links."""
    seen = set()
    hits = [*_ID_IN_URL.finditer(text), *_ID_IN_TEXT.finditer(text)]
    for match in sorted(hits, key=lambda m: m.start("id")):
        if match["id"] not in seen:
            seen.add(match["id"])
            yield match["id"], int(match["version"]) if match["version"] else None


class Value(BaseModel):
    """A frozen value; unknown fields are a mistake of the caller."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# -- items --------------------------------------------------------------------------------------------------------


class Paper(Value):
    """One paper, whatever number of sites list it.

    `id` is the arXiv id without version. `origins` tells for each filled field which source it came from.
    Times are UTC. `votes`, `comments` and `code_stars` are None when unknown, which is not the same as 0.
    """

    id: str
    version: int | None = None
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    organization: str | None = None
    categories: tuple[str, ...] = ()  # arXiv's, the primary one first
    published: dt.datetime | None = None  # version 1
    updated: dt.datetime | None = None  # this version
    announced: Literal["new", "cross", "replace", "replace-cross"] | None = None
    comment: str | None = None  # the authors' own, where venues are named
    listed: dt.date | None = None  # the day Hugging Face listed it
    votes: int | None = None
    comments: int | None = None
    summary: str | None = None  # Hugging Face's one-sentence summary, made by a model of theirs
    keywords: tuple[str, ...] = ()
    code: str | None = None  # a GitHub repository as owner/name, spelled as given
    code_stars: int | None = None
    project: str | None = None
    thumbnail: str | None = None
    mentions: int = 0  # posts and pages that link to it
    sources: tuple[str, ...] = ()
    origins: dict[str, str] = Field(default_factory=dict)

    @property
    def url(self) -> str:
        """The abstract page, with the version when it is known."""
        return f"https://arxiv.org/abs/{self.id}{f'v{self.version}' if self.version else ''}"

    @property
    def hub_url(self) -> str | None:
        """The page at Hugging Face, when Hugging Face listed the paper."""
        return f"https://huggingface.co/papers/{self.id}" if "huggingface" in self.sources else None

    @property
    def code_url(self) -> str | None:
        """The repository the paper points to."""
        return f"https://github.com/{self.code}" if self.code else None

    @property
    def revised(self) -> bool:
        """Whether this is a later version of an older paper."""
        return (self.version or 1) > 1 or self.announced in ("replace", "replace-cross")


class Repo(Value):
    """A GitHub repository; `id` is its lower-cased owner/name. Times are UTC."""

    id: str
    name: str  # owner/name as GitHub spells it
    description: str = ""
    stars: int | None = None
    pushed: dt.datetime | None = None
    created: dt.datetime | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    papers: tuple[str, ...] = ()  # ids of the papers that point to it
    sources: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The repository's page."""
        return f"https://github.com/{self.name}"


class HubAsset(Value):
    """A model or data set on the Hugging Face hub; `id` is its owner/name (case matters there)."""

    id: str
    kind: Literal["model", "dataset"]
    description: str = ""
    likes: int | None = None
    downloads: int | None = None
    trending: float | None = None  # the hub's own trendingScore
    tags: tuple[str, ...] = ()
    updated: dt.datetime | None = None
    sources: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The page on the hub."""
        return f"https://huggingface.co/{'datasets/' if self.kind == 'dataset' else ''}{self.id}"


class Mention(Value):
    """Posts or pages that link to a paper: a signal, not an item."""

    paper: str
    source: str
    count: int = 1


# -- asking and answering -----------------------------------------------------------------------------------------


class Quiet(StrEnum):
    """Why a day brings little from arXiv."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    LATE = "late"


class Window(Value):
    """What an edition covers.

    `days` are arXiv listing days, oldest first. `since` and `until` bound the submissions asked for (UTC).
    `quiet` is set when nothing new was announced for `date` itself.
    """

    date: dt.date
    days: tuple[dt.date, ...]
    since: dt.datetime
    until: dt.datetime
    quiet: Quiet | None = None

    @property
    def calendar_days(self) -> tuple[dt.date, ...]:
        """Every day from the first listing day to the last day that has begun in UTC, weekends included."""
        last = min(max(self.date, self.days[-1]), self.until.date())
        return tuple(self.days[0] + dt.timedelta(n) for n in range((last - self.days[0]).days + 1))


class Ask(Value):
    """What an edition asks of every source; `searches` are repository search phrases, most wanted first."""

    window: Window
    categories: tuple[str, ...]
    searches: tuple[str, ...] = ()


class Status(StrEnum):
    """How a source did."""

    OK = "ok"
    EMPTY = "empty"
    PARTIAL = "partial"
    FAILED = "failed"
    DISABLED = "disabled"


class Note(Value):
    """One fact about a source, in words a locale supplies: `code` is a key below `note` there."""

    code: str
    params: dict[str, str | int] = Field(default_factory=dict)


class SourceReport(Value):
    """How a source did, in numbers and notes. `requests` counts every try; `skipped` counts malformed rows."""

    source: str
    status: Status
    papers: int = 0
    repos: int = 0
    assets: int = 0
    mentions: int = 0
    skipped: int = 0
    requests: int = 0
    seconds: float = 0.0
    notes: tuple[Note, ...] = ()


class Harvest(Value):
    """What a source returned."""

    report: SourceReport
    papers: tuple[Paper, ...] = ()
    repos: tuple[Repo, ...] = ()
    assets: tuple[HubAsset, ...] = ()
    mentions: tuple[Mention, ...] = ()


class Day(Value):
    """Everything collected for an edition, merged by identity."""

    window: Window
    collected: dt.datetime
    papers: tuple[Paper, ...] = ()
    repos: tuple[Repo, ...] = ()
    assets: tuple[HubAsset, ...] = ()
    reports: tuple[SourceReport, ...] = ()


# -- ranking ------------------------------------------------------------------------------------------------------


class Score(Value):
    """Why an item stands where it does: `total` is the sum of `parts`; `directions` are matched ids, best first.

    `doubt` is how little the reader's clicks tell of such papers, 0 where they tell all or there are none: a reason to
    show one now and then, no part of the total.
    """

    total: float
    parts: dict[str, float]
    directions: tuple[str, ...] = ()
    doubt: float = 0.0


class Ranked(Value):
    """A paper and its score."""

    paper: Paper
    score: Score


# -- the brief ----------------------------------------------------------------------------------------------------


class Label(Value):
    """A name in the brief's language for an id of a closed list (a category, a direction)."""

    id: str
    text: str


class Sentence(Value):
    """A sentence of the brief and where it is from.

    `origin` is `abstract`, `summary` (Hugging Face's), `comment`, `description` (a repository's own),
    `measured` (a template around measured facts) or `model`. `items` are the ids it speaks of.
    `quoted` sentences are the source's own words in the source's language. `checked` are the numbers and names in a
    model's sentence that were looked up in the texts of its items, and found.
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
        papers = {pick.paper.id: pick.paper.version for pick in self.items}
        followed = [
            item.id for follow in (*self.follow, *self.more_follow) for item in (follow.repo, follow.asset) if item
        ]
        return {**papers, **dict.fromkeys(followed)}

    def find(self, paper_id: str) -> Pick | None:
        """Return the pick with this id, from the recommendations or the scanning tier."""
        return next((p for p in self.items if p.paper.id == paper_id), None)


# -- what moved ---------------------------------------------------------------------------------------------------


class Trend(Value):
    """A category that moved: its share of the papers of each day, None for a day with too few, and of both halves."""

    id: str
    names: dict[Language, str]
    shares: tuple[float | None, ...]
    before: float
    after: float


class Trends(Value):
    """How categories moved over the stored days among the `asked` ones; `shares` of each follow the order of `days`.

    With too few days nothing moved yet, and `ready` is when there can be enough. Those that moved most come first.
    """

    asked: int
    days: tuple[dt.date, ...]  # oldest first
    papers: int
    turn: int = 0  # days of the first half; it has about as many papers as the other one
    ready: dt.date | None = None
    rose: tuple[Trend, ...] = ()
    fell: tuple[Trend, ...] = ()

    @property
    def moved(self) -> tuple[Trend, ...]:
        """All of them."""
        return self.rose + self.fell
