"""All sites at once on loopback, over the packaged sample: refuses what the originals refuse, in their words.

For tests that run the program as a process of its own. Each site has its prefix, as in `HUGGINGFACE_URL=…/hf`.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import feedparser
import httpx

from sources.sample_site import SAMPLE_DATE, SampleTransport

PREFIXES = {
    "HUGGINGFACE_URL": "hf",
    "ARXIV_API_URL": "arxiv",
    "ARXIV_URL": "arxiv",
    "ARXIV_RSS_URL": "rss",
    "GITHUB_API_URL": "github",
}
_ARXIV_PACE = 2.9  # seconds; arXiv asks for 3, a little is lost on the way
_ERROR = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <opensearch:totalResults>1</opensearch:totalResults>
  <entry><id>https://arxiv.org/api/errors#bad_query</id><title>Error</title><summary>{}</summary></entry>
</feed>"""

_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>cs.AI updates on arXiv.org</title><pubDate>Fri, 01 May 2026 00:00:00 -0400</pubDate>{}</channel></rss>"""
_ITEM = """<item><title>{title}</title><link>https://arxiv.org/abs/{id}</link>
<description>arXiv:{id} Announce Type: new \nAbstract: {text}</description>
<guid isPermaLink="false">oai:arXiv.org:{id}</guid><category>cs.AI</category>
<pubDate>Fri, 01 May 2026 00:00:00 -0400</pubDate><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>A. Author</dc:creator></item>"""


class Sites:
    """What the server is told and what it has seen; `down` names prefixes that answer 503."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.hits: dict[str, int] = {}
        self.agents: set[str] = set()
        self.asked: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.too_fast = 0
        self._last_arxiv = 0.0
        self._lock = threading.Lock()

    def answer(self, path: str, agent: str) -> httpx.Response:
        """Return what the site behind a path says."""
        url = urlsplit(path)
        prefix = url.path.strip("/").split("/")[0]
        asked = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        with self._lock:
            self.hits[prefix] = self.hits.get(prefix, 0) + 1
            self.agents.add(agent)
            self.asked[prefix].set()
            early = prefix == "arxiv" and self._too_early()
        if prefix in self.down:
            return httpx.Response(503, text="<html><body>upstream error</body></html>")
        if early:
            return httpx.Response(429, text="Rate exceeded.", headers={"Retry-After": "3"})
        if prefix == "rss":
            return httpx.Response(200, text=_announcements(), headers={"content-type": "application/rss+xml"})
        refusal = self._refusal(prefix, url.path, asked)
        request = httpx.Request("GET", f"http://site{path}")
        return refusal or asyncio.run(SampleTransport().handle_async_request(request))

    def _too_early(self) -> bool:
        now = time.monotonic()
        early = now - self._last_arxiv < _ARXIV_PACE
        self._last_arxiv = now
        self.too_fast += early
        return early

    def _refusal(self, prefix: str, path: str, asked: dict[str, str]) -> httpx.Response | None:
        check = {"hf": _hub_refuses, "arxiv": _arxiv_refuses, "github": _github_refuses}.get(prefix)
        return check(path, asked) if check else None


def _hub_refuses(path: str, asked: dict[str, str]) -> httpx.Response | None:
    day = asked.get("date", str(SAMPLE_DATE))
    if path.endswith("daily_papers") and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return httpx.Response(400, json={"error": "Invalid date"})
    return httpx.Response(400, json={"error": "Date is in the future"}) if day > "2026-05-31" else None


def _arxiv_refuses(path: str, asked: dict[str, str]) -> httpx.Response | None:
    def error(message: str) -> httpx.Response:
        return httpx.Response(400, text=_ERROR.format(message))

    if not path.endswith("/api/query"):
        return None
    if int(asked.get("max_results", 10)) > 2000:
        return error("max_results must not exceed 2000 in a slice and 30000 in all")
    for wanted in filter(None, asked.get("id_list", "").split(",")):
        if not re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?", wanted):
            return error(f"incorrect id format for {wanted}")
    for span in re.findall(r"Date:(\[[^\]]*\])", asked.get("search_query", "")):
        if not re.fullmatch(r"\[\d{12} TO \d{12}\]", span):
            return error(f"incorrect date range {span}")
    return None


def _github_refuses(path: str, asked: dict[str, str]) -> httpx.Response | None:
    if not path.endswith("/search/repositories"):
        return None
    query = asked.get("q", "")
    if not query.strip() or len(query) > 256 or len(re.findall(r"\b(AND|OR|NOT)\b", query)) > 5:
        return httpx.Response(422, json={"message": "Validation Failed"})
    return None


def _announcements() -> str:
    """Return the sample's new papers as arXiv's feed announces them on the sample's day."""
    asked = httpx.Request("GET", "http://site/api/query", params={"search_query": "submittedDate"})
    entries = feedparser.parse(asyncio.run(SampleTransport().handle_async_request(asked)).text).entries
    items = "".join(
        _ITEM.format(id=e.id.rpartition("/")[2], title=escape(e.title), text=escape(e.summary)) for e in entries
    )
    return _FEED.format(items)


@contextmanager
def serve() -> Iterator[tuple[Sites, dict[str, str]]]:
    """Yield the sites and the environment that points the program at them."""
    sites = Sites()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = sites.answer(self.path, self.headers.get("User-Agent", ""))
            self.send_response(answer.status_code)
            for name, value in {**answer.headers, "content-length": str(len(answer.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # the program was ended
                self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        yield sites, {name: f"{base}/{prefix}" for name, prefix in PREFIXES.items()}
        server.shutdown()
