"""Where items come from: one file a site, one row each in SOURCES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import SecretStr

from brief.models import Ask, Harvest
from sources._http import Http
from sources.arxiv_api import ArxivApi
from sources.github import GitHub
from sources.google import Google
from sources.huggingface import HuggingFace
from sources.x import X


class SiteSource(Protocol):
    """What a row builds: a source of `brief.collect` that can also be tried out."""

    name: str

    @property
    def configured(self) -> bool:
        """Whether it has the keys it cannot work without; if not, it is disabled and asks nothing."""

    async def collect(self, ask: Ask) -> Harvest:
        """Return what the site has for this edition, and how asking went. Never raises SourceError."""
        ...

    async def probe(self) -> None:
        """Ask the site for as little as it gives, once. Raises SourceError when it cannot be used."""


class Options(Protocol):
    """The settings that sources read, named by their environment variables.

    Each `*_url` is the part before the site's own path; a key that is None is not configured.
    """

    @property
    def huggingface_url(self) -> str:
        """HUGGINGFACE_URL."""

    @property
    def hf_token(self) -> SecretStr | None:
        """HF_TOKEN."""

    @property
    def arxiv_api_url(self) -> str:
        """ARXIV_API_URL."""

    @property
    def arxiv_url(self) -> str:
        """ARXIV_URL."""

    @property
    def arxiv_rss_url(self) -> str:
        """ARXIV_RSS_URL."""

    @property
    def github_api_url(self) -> str:
        """GITHUB_API_URL."""

    @property
    def github_token(self) -> SecretStr | None:
        """GITHUB_TOKEN."""

    @property
    def x_api_url(self) -> str:
        """X_API_URL."""

    @property
    def x_bearer_token(self) -> SecretStr | None:
        """X_BEARER_TOKEN."""

    @property
    def google_api_url(self) -> str:
        """GOOGLE_API_URL."""

    @property
    def google_api_key(self) -> SecretStr | None:
        """GOOGLE_API_KEY."""

    @property
    def google_cse_id(self) -> str | None:
        """GOOGLE_CSE_ID."""


@dataclass(frozen=True)
class Row:
    """A source: how it is built, and the environment variables it reads."""

    name: str
    build: Callable[[Http, Options], SiteSource]
    settings: tuple[str, ...]


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


SOURCES: Final = (
    Row(
        "arxiv",
        lambda http, options: ArxivApi(http, options.arxiv_api_url, options.arxiv_url, options.arxiv_rss_url),
        ("ARXIV_API_URL", "ARXIV_URL", "ARXIV_RSS_URL"),
    ),
    Row(
        "huggingface",
        lambda http, options: HuggingFace(http, options.huggingface_url, _plain(options.hf_token)),
        ("HUGGINGFACE_URL", "HF_TOKEN"),
    ),
    Row(
        "github",
        lambda http, options: GitHub(http, options.github_api_url, _plain(options.github_token)),
        ("GITHUB_API_URL", "GITHUB_TOKEN"),
    ),
    Row(
        "x",
        lambda http, options: X(http, options.x_api_url, _plain(options.x_bearer_token)),
        ("X_API_URL", "X_BEARER_TOKEN"),
    ),
    Row(
        "google",
        lambda http, options: Google(
            http, options.google_api_url, _plain(options.google_api_key), options.google_cse_id
        ),
        ("GOOGLE_API_URL", "GOOGLE_API_KEY", "GOOGLE_CSE_ID"),
    ),
)
