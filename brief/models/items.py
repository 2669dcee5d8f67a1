"""What sources find: papers, repositories, models and data sets."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from brief.models.value import Value


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
    def name(self) -> str:
        """What it is called, as a repository has a name beside its id."""
        return self.id

    @property
    def topics(self) -> tuple[str, ...]:
        """Its tags, as they are called at a repository."""
        return self.tags

    @property
    def url(self) -> str:
        """The page on the hub."""
        return f"https://huggingface.co/{'datasets/' if self.kind == 'dataset' else ''}{self.id}"


class Mention(Value):
    """Posts or pages that link to a paper: a signal, not an item."""

    paper: str
    source: str
    count: int = 1
