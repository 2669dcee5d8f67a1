"""The packaged sample edition: the sites' answers for 2026-05-01, served without a network.

Titles, authors, dates, votes, stars and links are facts the sites published; a time of day that was not known stands
on the full hour, and what was not known at all is left out. Every abstract, summary and keyword list was written for
this project: none is the authors' own text.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import httpx

from brief.models import split_arxiv_id

SAMPLE_DATE = dt.date(2026, 5, 1)

_DATA = resources.files("sources") / "sample"
_ATOM = {"content-type": "application/atom+xml; charset=utf-8"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_FEEDS = ("new", "revised", "earlier")


class SampleTransport(httpx.AsyncBaseTransport):
    """Answers the paths of Hugging Face, arXiv and GitHub from the package, whatever the host and prefix.

    A search is not evaluated: it finds everything the edition holds. Repositories that papers link to answer by name,
    with the stars Hugging Face told of, but no search finds them. A day nothing is known of is an empty list; any other
    path and any unknown id is a 404.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to `request`. Raises nothing."""
        for pattern, answer in _ROUTES:
            if match := re.search(pattern, request.url.path):
                return answer(match[1], request.url.params)
        return _not_found()


def _daily(_: str, asked: httpx.QueryParams) -> httpx.Response:
    return httpx.Response(200, json=_days().get(asked.get("date", str(SAMPLE_DATE)), []))


def _hub_paper(wanted: str, _: httpx.QueryParams) -> httpx.Response:
    found = (httpx.Response(200, json=row["paper"]) for row in _rows() if row["paper"]["id"] == wanted)
    return next(found, _not_found())


def _hub_assets(kind: str, _: httpx.QueryParams) -> httpx.Response:
    return httpx.Response(200, json=_json(f"huggingface/{kind}.json"))


def _query(_: str, asked: httpx.QueryParams) -> httpx.Response:
    if "id_list" in asked:
        wanted = {_unversioned(text) for text in asked["id_list"].split(",")}
        return httpx.Response(200, text=_selection(wanted), headers=_ATOM)
    name = "revised" if "lastUpdatedDate" in asked.get("search_query", "") else "new"
    return httpx.Response(200, text=_text(f"arxiv/{name}.xml"), headers=_ATOM)


def _page(wanted: str, _: httpx.QueryParams) -> httpx.Response:
    import feedparser  # noqa: PLC0415 - a fifth of a second that only this page is worth

    for entry in feedparser.parse(_selection({_unversioned(wanted)})).entries:
        return httpx.Response(200, text=_markup(entry), headers=_HTML)
    return _not_found()


def _repo_search(_: str, __: httpx.QueryParams) -> httpx.Response:
    return httpx.Response(200, json=_json("github/search.json"))


def _repo(wanted: str, _: httpx.QueryParams) -> httpx.Response:
    repos = [*_json("github/search.json")["items"], *_json("github/linked.json")]
    found = (httpx.Response(200, json=repo) for repo in repos if repo["full_name"].lower() == wanted.lower())
    return next(found, _not_found())


_ROUTES: tuple[tuple[str, Callable[[str, httpx.QueryParams], httpx.Response]], ...] = (
    (r"/api/(daily_papers)$", _daily),
    (r"/api/papers/([^/]+)$", _hub_paper),
    (r"/api/(models|datasets)$", _hub_assets),
    (r"/api/(query)$", _query),
    (r"/abs/(.+)$", _page),
    (r"/search/(repositories)$", _repo_search),
    (r"/repos/([^/]+/[^/]+)$", _repo),
)


def _not_found() -> httpx.Response:
    return httpx.Response(404, json={"error": "Not found"})


def _text(path: str) -> str:
    return _DATA.joinpath(path).read_text(encoding="utf-8")


def _json(path: str) -> Any:
    return json.loads(_text(path))


def _days() -> dict[str, list[dict[str, Any]]]:
    files = sorted(file.name for file in _DATA.joinpath("huggingface").iterdir())
    return {name[-15:-5]: _json(f"huggingface/{name}") for name in files if name.startswith("daily_papers_")}


def _rows() -> Iterator[dict[str, Any]]:
    for rows in _days().values():
        yield from rows


def _unversioned(text: str) -> str:
    split = split_arxiv_id(text)
    return split[0] if split else text


def _selection(wanted: set[str]) -> str:
    """Return an Atom feed of the entries with these ids."""
    text = "".join(_text(f"arxiv/{name}.xml") for name in _FEEDS)
    entries = re.findall(r"  <entry>.*?</entry>\n", text, re.DOTALL)
    found = [e for e in entries if (url := re.search(r"/abs/(.+?)</id>", e)) and _unversioned(url[1]) in wanted]
    head = re.sub(
        r"(<opensearch:(?:itemsPerPage|totalResults)>)\d+", rf"\g<1>{len(found)}", text[: text.index("  <entry>")]
    )
    return f"{head}{''.join(found)}</feed>\n"


def _markup(entry: Any) -> str:
    """Return an abstract page with the `citation_*` tags of arXiv's (https://arxiv.org/abs/2604.26904)."""
    paper = _unversioned(entry.id.rpartition("/abs/")[2])
    tags = [
        ("title", entry.title),
        *(("author", _family_first(author.name)) for author in entry.authors),
        ("date", entry.published[:10].replace("-", "/")),
        ("online_date", entry.updated[:10].replace("-", "/")),
        ("pdf_url", f"https://arxiv.org/pdf/{paper}"),
        ("arxiv_id", paper),
        ("abstract", entry.summary),
    ]
    metas = "".join(f'<meta name="citation_{name}" content="{html.escape(value)}" />\n' for name, value in tags)
    return f"<!DOCTYPE html>\n<html><head><title>[{paper}] {html.escape(entry.title)}</title>\n{metas}</head></html>\n"


def _family_first(name: str) -> str:
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}" if given else family
