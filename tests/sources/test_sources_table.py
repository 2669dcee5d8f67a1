from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brief.errors import SourceError
from brief.models import Harvest, Repo, Status
from brief.settings import Settings
from sources import SOURCES, Options, Row
from sources._http import Http
from sources.github import GitHub
from sources.huggingface import HuggingFace
from tests.fakes.site import FakeSite
from tests.sources.asking import DAY, ask

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
every_row = pytest.mark.parametrize("row", SOURCES, ids=lambda row: row.name)


@pytest.fixture
def options(site: FakeSite, tmp_path: Path) -> Options:
    return Settings.model_validate(
        {
            "paperboy_data_dir": str(tmp_path),
            "huggingface_url": f"{site.url}/hf",
            "hf_token": "hf_secret",
            "arxiv_api_url": f"{site.url}/arxiv",
            "github_api_url": f"{site.url}/github",
            "github_token": "github_pat_secret",
            "x_api_url": f"{site.url}/x",
            "x_bearer_token": "AAAA-secret",
            "google_api_url": f"{site.url}/google",
            "google_api_key": "AIza-secret",
            "google_cse_id": "engine0",
        }
    )


def recordings(row: Row) -> list[Path]:
    return [folder for folder in DATA.iterdir() if folder.name == row.name or folder.name.startswith(f"{row.name}_")]


@every_row
def test_a_source_has_its_file_and_carries_its_name(row: Row, http: Http, options: Options) -> None:
    source = row.build(http, options)
    assert source.name == row.name
    assert type(source).__module__.removeprefix("sources.").startswith(row.name)


@every_row
def test_a_source_has_recorded_input_beside_the_expected_items(row: Row) -> None:
    folders = recordings(row)
    assert folders
    for folder in folders:
        names = {file.name for file in folder.iterdir()}
        assert any("expected" in name for name in names), f"no expected items in {folder.name}"
        assert any("expected" not in name for name in names), f"no recorded input in {folder.name}"


@every_row
def test_a_source_has_its_lines_in_the_example_environment(row: Row) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    documented = {line.partition("=")[0].removeprefix("# ") for line in lines}
    assert set(row.settings) <= documented
    assert {name.lower() for name in row.settings} <= set(Settings.model_fields)


def test_every_setting_of_a_source_belongs_to_a_row_and_every_row_to_a_name_of_its_own() -> None:
    read = [name for row in SOURCES for name in row.settings]
    assert sorted(read) == sorted({name.upper() for name in vars(Options) if not name.startswith("_")})
    assert len({row.name for row in SOURCES}) == len(SOURCES)


@pytest.mark.parametrize(
    ("name", "answers", "secret"),
    [
        ("huggingface", {f"/hf/api/{part}": "[]" for part in ("daily_papers", "models", "datasets")}, "hf_secret"),
        ("github", {"/github/search/repositories": '{"items": []}'}, "github_pat_secret"),
        ("x", {"/x/2/tweets/search/recent": '{"meta": {}}'}, "AAAA-secret"),
        ("google", {"/google/customsearch/v1": '{"searchInformation": {}}'}, "AIza-secret"),
    ],
)
async def test_a_row_hands_its_settings_to_its_source(
    http: Http, site: FakeSite, options: Options, name: str, answers: dict[str, str], secret: str
) -> None:
    for path, body in answers.items():
        site.on(path, body, times=2 if name == "github" else 1)
    row = next(row for row in SOURCES if row.name == name)
    harvest = await row.build(http, options).collect(ask(DAY, searches=("agents",)))
    assert harvest.report.status == Status.EMPTY
    assert all(secret in asked.headers.get("authorization", "") + asked.query.get("key", "") for asked in site.asked)


PROBES = {
    "arxiv": ("/arxiv/api/query", '<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title></feed>'),
    "huggingface": ("/hf/api/daily_papers", "[]"),
    "github": ("/github/search/repositories", '{"items": []}'),
    "x": ("/x/2/tweets/search/recent", '{"meta": {}}'),
    "google": ("/google/customsearch/v1", '{"searchInformation": {}}'),
}


@every_row
async def test_a_probe_is_one_request_that_proves_the_site(
    row: Row, http: Http, site: FakeSite, options: Options
) -> None:
    path, body = PROBES[row.name]
    source = row.build(http, options)
    assert source.configured
    site.on(path, body)
    await source.probe()
    for status, answer, trouble in [(200, "<html>Sign in</html>", "bad_answer"), (503, "", "server_error")]:
        site.on(path, answer, status=status)
        with pytest.raises(SourceError) as caught:
            await source.probe()
        assert (caught.value.trouble, caught.value.tries) == (trouble, 1)


@every_row
async def test_a_source_without_keys_is_not_probed_when_it_needs_them(row: Row, http: Http, tmp_path: Path) -> None:
    source = row.build(http, Settings.model_validate({"paperboy_data_dir": str(tmp_path)}))
    assert source.configured is (row.name not in ("x", "google"))
    if not source.configured:
        await source.probe()


def test_importing_the_sources_does_not_load_the_feed_parser() -> None:
    code = "import sys, sources, sources.sample_site; sys.exit('feedparser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


# -- the replay of real days, where this machine has it ----------------------------------------------------------


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    serve = Path(os.environ.get("PAPERBOY_SHARED", ROOT.parent / "shared")) / "replay" / "serve.py"
    if not serve.is_file():
        pytest.skip("no replay on this machine")
    with subprocess.Popen([sys.executable, serve, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address
            yield address[0]
        finally:
            process.terminate()


async def test_a_real_day_of_hugging_face(http: Http, replay: str) -> None:
    harvest = await HuggingFace(http, f"{replay}/hf").collect(ask(DAY))
    report = harvest.report
    assert (report.status, report.requests, report.skipped, report.notes) == (Status.OK, 3, 0, ())
    assert report.papers == len(harvest.papers) > 5
    assert {asset.kind for asset in harvest.assets} == {"model", "dataset"}
    for paper in harvest.papers:
        assert paper.listed == DAY
        assert paper.votes is not None
        assert paper.published is not None
        assert {"abstract", "authors", "thumbnail"} <= set(paper.origins)
        assert await HuggingFace(http, f"{replay}/hf").paper(paper.id) is not None


async def test_a_real_day_of_github(http: Http, replay: str) -> None:
    source = GitHub(http, f"{replay}/github")
    found = await source.collect(ask(DAY, searches=("agent", "reasoning", "reinforcement learning")))
    assert (found.report.status, found.report.requests) == (Status.OK, 2)
    papers = (await HuggingFace(http, f"{replay}/hf").collect(ask(DAY))).papers
    followed = await source.follow(papers)
    assert followed.report.status == Status.OK
    assert followed.report.notes == ()
    assert 0 < len(followed.repos) <= 10
    pointed = {paper.id: paper.code for paper in papers}
    assert all(_points_to(pointed, repo) for repo in followed.repos)
    assert Harvest.model_validate(json.loads(followed.model_dump_json())) == followed


def _points_to(pointed: dict[str, str | None], repo: Repo) -> bool:
    return bool(repo.papers) and all((pointed[name] or "").lower() == repo.id for name in repo.papers)
