"""What `paperboy check` looks at: the settings in force, Redis, and whether each site answers a small question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.wiring import user_agent
from brief.errors import ProfileError, SourceError, StoreError
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import open_store
from sources._http import Http, Site


@dataclass(frozen=True)
class Finding:
    """One line of the report: `ok` is None for what is switched off on purpose."""

    what: str
    ok: bool | None
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Probe:
    """A small question to a site, and the setting to look at when it stays without an answer."""

    what: str
    base_url: str
    path: str
    variable: str


async def run(settings: Settings) -> list[Finding]:
    """Return a finding for everything that is configured; asks each site once, Redis first."""
    findings = [_profile(settings), await _redis(settings)]
    async with Http(user_agent=user_agent(settings)) as http:
        findings += await asyncio.gather(*(_site(http, probe) for probe in probes(settings)))
    return findings + _switched_off(settings)


def probes(settings: Settings) -> Sequence[Probe]:
    """Return the question for each site that needs no key: the cheapest answer it has."""
    return (
        Probe("Hugging Face", settings.huggingface_url, "/api/daily_papers?limit=1", "HUGGINGFACE_URL"),
        Probe("arXiv API", settings.arxiv_api_url, "/api/query?id_list=1706.03762&max_results=1", "ARXIV_API_URL"),
        Probe("arXiv RSS", settings.arxiv_rss_url, "/rss/cs.MA", "ARXIV_RSS_URL"),
        Probe("GitHub", settings.github_api_url, "/search/repositories?q=llm&per_page=1", "GITHUB_API_URL"),
    )


async def _site(http: Http, probe: Probe) -> Finding:
    site = Site(what=probe.what, base_url=probe.base_url, timeout=8.0, tries=1)
    try:
        await http.at(site).get(probe.path)
    except SourceError as error:
        return Finding(
            probe.what, ok=False, found=str(error), fix=f"is the network up? {probe.variable}={probe.base_url}"
        )
    return Finding(probe.what, ok=True, found="answers")


def _profile(settings: Settings) -> Finding:
    try:
        profile = load_profile(settings.paperboy_profile)
    except ProfileError as error:
        return Finding("profile", ok=False, found=str(error), fix="PAPERBOY_PROFILE=/path/to/profile.toml")
    source = settings.paperboy_profile or "packaged; PAPERBOY_PROFILE names your own"
    return Finding("profile", ok=True, found=f"{profile.name}, {len(profile.directions)} directions ({source})")


async def _redis(settings: Settings) -> Finding:
    try:
        async with open_store(settings) as store:
            days = await store.days()
    except StoreError as error:
        return Finding("Redis", ok=False, found=str(error), fix="REDIS_URL=redis://localhost:6379/0")
    where = "REDIS_URL" if settings.redis_url else f"embedded, in {settings.paperboy_data_dir}"
    return Finding("Redis", ok=True, found=f"{where}; {len(days)} days stored")


def _switched_off(settings: Settings) -> list[Finding]:
    keys = {
        "X": ("X_BEARER_TOKEN", settings.x_bearer_token),
        "Google": ("GOOGLE_API_KEY, GOOGLE_CSE_ID", settings.google_api_key),
        "GitHub token": ("GITHUB_TOKEN", settings.github_token),
    }
    return [
        Finding(what, ok=True, found="configured") if value else Finding(what, ok=None, found=f"optional: {variable}")
        for what, (variable, value) in keys.items()
    ]
