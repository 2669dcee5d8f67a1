from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.errors import SourceError, Trouble
from sources._http import Fetcher, Http, LocalTurn, Reply, Site
from sources._troubles import LONGEST_PAUSE, asked_pause, pause_before_repeat
from tests.fakes.site import FakeSite


def at(http: Http, url: str, **options: object) -> Fetcher:
    return http.at(Site("a site", url, **options))


async def failure(fetcher: Fetcher, path: str = "/x") -> SourceError:
    with pytest.raises(SourceError) as caught:
        await fetcher.get(path)
    return caught.value


async def test_returns_the_answer_and_names_the_product(http: Http, site: FakeSite) -> None:
    site.on("/base/x", b"hello", headers={"X-Answer": "42"})
    fetcher = at(http, site.url + "/base/", headers={"Accept-Language": "en"})
    reply = await fetcher.get("/x", {"q": "cs.AI & more", "n": 2})
    assert (reply.status, reply.body, reply.headers["x-answer"], reply.tries) == (200, b"hello", "42", 1)
    asked = site.asked[0]
    assert asked.query == {"q": "cs.AI & more", "n": "2"}
    assert asked.headers["user-agent"] == "Paperboy/test (+https://example.org/contact)"
    assert asked.headers["accept-language"] == "en"
    assert fetcher.requests == 1


@pytest.mark.parametrize(
    ("status", "headers", "trouble", "tries"),
    [
        (400, {}, Trouble.REFUSED, 1),
        (401, {}, Trouble.UNAUTHORIZED, 1),
        (403, {}, Trouble.UNAUTHORIZED, 1),
        (403, {"X-RateLimit-Remaining": "0"}, Trouble.RATE_LIMITED, 3),
        (403, {"Retry-After": "1"}, Trouble.RATE_LIMITED, 3),
        (403, {"Retry-After": "3600"}, Trouble.RATE_LIMITED, 1),
        (404, {}, Trouble.NOT_FOUND, 1),
        (429, {}, Trouble.RATE_LIMITED, 3),
        (429, {"Retry-After": "2"}, Trouble.RATE_LIMITED, 3),
        (429, {"Retry-After": "900"}, Trouble.RATE_LIMITED, 1),
        (500, {}, Trouble.SERVER_ERROR, 3),
        (503, {"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}, Trouble.SERVER_ERROR, 1),
    ],
)
async def test_a_status_is_a_trouble_and_only_passing_ones_are_tried_again(
    http: Http, site: FakeSite, status: int, headers: dict[str, str], trouble: Trouble, tries: int
) -> None:
    site.on("/x", "no", status=status, headers=headers, times=tries)
    fetcher = at(http, site.url)
    error = await failure(fetcher)
    assert (error.trouble, error.status, error.tries, error.what) == (trouble, status, tries, "a site")
    assert fetcher.requests == tries


async def test_a_pause_beyond_any_calendar_is_not_kept(http: Http, site: FakeSite) -> None:
    site.on("/x", status=503, headers={"Retry-After": f"Fri, 31 Dec 2999 23:59:59 +{'9' * 20}"}, times=3)
    error = await failure(at(http, site.url))
    assert (error.trouble, error.retry_after) == (Trouble.SERVER_ERROR, None)


async def test_an_accepted_status_is_an_answer(http: Http, site: FakeSite) -> None:
    site.on("/x", "bad id", status=400)
    reply = await at(http, site.url).get("/x", accept=(200, 400))
    assert (reply.status, reply.body) == (400, b"bad id")


async def test_recovers_from_every_passing_failure(http: Http, site: FakeSite) -> None:
    site.on("/x", status=503)
    site.on("/x", fault="reset")
    site.on("/x", b"half of this is lost", fault="truncate")
    site.on("/x", b"")
    site.on("/x", b"at last")
    reply = await at(http, site.url, tries=5).get("/x")
    assert (reply.body, reply.tries) == (b"at last", 5)


@pytest.mark.parametrize(
    ("body", "fault", "trouble", "status"),
    [
        (b"", None, Trouble.EMPTY_ANSWER, 200),
        (b"broken off", "truncate", Trouble.BAD_ANSWER, None),
        (b"", "reset", Trouble.UNREACHABLE, None),
    ],
)
async def test_a_lasting_failure_has_a_name(
    http: Http, site: FakeSite, body: bytes, fault: str | None, trouble: Trouble, status: int | None
) -> None:
    site.on("/x", body, fault=fault, times=3)
    error = await failure(at(http, site.url))
    assert (error.trouble, error.status, error.tries) == (trouble, status, 3)


async def test_a_hanging_site_is_asked_twice(http: Http, site: FakeSite) -> None:
    site.on("/x", until=asyncio.Event(), times=2)
    error = await failure(at(http, site.url, timeout=0.05, tries=5))
    assert (error.trouble, error.tries) == (Trouble.TIMEOUT, 2)


async def test_only_the_site_bounds_how_long_an_answer_takes() -> None:
    limits = {}

    def answer(request: httpx.Request) -> httpx.Response:
        limits.update(request.extensions["timeout"])
        return httpx.Response(200, content=b"1")

    async with Http(user_agent="test", transport=httpx.MockTransport(answer)) as http:
        await at(http, "http://example.org", timeout=60.0).get("/x")
    assert (limits["read"], limits["write"], limits["pool"]) == (None, None, None)
    assert 0 < limits["connect"] < 10


async def test_a_refusing_host_is_asked_twice(http: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = await failure(at(http, f"http://127.0.0.1:{port}", tries=5))
    assert (error.trouble, error.tries, error.status) == (Trouble.UNREACHABLE, 2, None)


@pytest.mark.parametrize("url", ["http://no-such-host.invalid", "http://[nonsense", "ftp://example.org"])
async def test_an_address_that_leads_nowhere_is_an_error_of_the_site(http: Http, url: str) -> None:
    assert (await failure(at(http, url))).trouble in (Trouble.UNREACHABLE, Trouble.REFUSED)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_beyond_the_ceiling_is_not_kept(http: Http, site: FakeSite, *, packed: bool) -> None:
    body = b"x" * 100_001
    site.on("/x", gzip.compress(body) if packed else body, headers={"Content-Encoding": "gzip"} if packed else {})
    error = await failure(at(http, site.url, max_bytes=100_000))
    assert (error.trouble, error.status, error.tries) == (Trouble.TOO_LARGE, 200, 1)


async def test_a_compressed_body_is_inflated(http: Http, site: FakeSite) -> None:
    body = b"x" * 100_000
    site.on("/x", gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert (await at(http, site.url, max_bytes=100_000).get("/x")).body == body
    assert site.asked[0].headers["accept-encoding"] == "gzip"


async def test_an_empty_body_needs_no_compression(http: Http, site: FakeSite) -> None:
    site.on("/x", status=301, headers={"Location": "/y", "Content-Encoding": "gzip"})
    site.on("/y", b"here", headers={"Content-Encoding": "identity"})
    assert (await at(http, site.url).get("/x")).body == b"here"


async def test_a_little_that_inflates_to_much_is_never_held(http: Http, site: FakeSite) -> None:
    site.on("/x", gzip.compress(bytes(128 * 2**20), compresslevel=1), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        error = await failure(at(http, site.url, max_bytes=100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (error.trouble, error.tries) == (Trouble.TOO_LARGE, 1)
    assert peak < 8 * 2**20


async def test_what_follows_a_compressed_body_is_never_held(http: Http, site: FakeSite) -> None:
    site.on("/x", gzip.compress(b"[]") + bytes(100_000), headers={"Content-Encoding": "gzip"})
    error = await failure(at(http, site.url, max_bytes=100_000))
    assert (error.trouble, error.tries) == (Trouble.TOO_LARGE, 1)


@pytest.mark.parametrize("codings", ["gzip, gzip", "br", "gzip, identity, gzip", "nonsense"])
async def test_a_coding_that_was_not_asked_for_is_a_bad_answer(http: Http, site: FakeSite, codings: str) -> None:
    nested = gzip.compress(gzip.compress(b"hello"))
    site.on("/x", nested, headers={"Content-Encoding": codings}, times=3)
    assert (await failure(at(http, site.url))).trouble == Trouble.BAD_ANSWER


@pytest.mark.parametrize("body", [b"this is not gzip", gzip.compress(b"broken off" * 100, mtime=0)[:-10]])
async def test_a_broken_compression_is_a_bad_answer(http: Http, site: FakeSite, body: bytes) -> None:
    site.on("/x", body, headers={"Content-Encoding": "gzip"}, times=3)
    assert (await failure(at(http, site.url))).trouble == Trouble.BAD_ANSWER


async def test_follows_a_redirect_on_the_same_site(http: Http, site: FakeSite) -> None:
    site.on("/x", status=301, headers={"Location": "/y?v=1"})
    site.on("/y", b"here")
    fetcher = at(http, site.url)
    assert (await fetcher.get("/x")).body == b"here"
    assert site.asked[1].query == {"v": "1"}
    assert fetcher.requests == 2


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/x", "http://example.org/x", "https://127.0.0.1/x", "//evil.example/", "file:///etc"]
)
async def test_does_not_leave_the_site(http: Http, site: FakeSite, target: str) -> None:
    site.on("/x", status=302, headers={"Location": target})
    error = await failure(at(http, site.url))
    assert (error.trouble, error.tries) == (Trouble.REDIRECTED, 1)


async def test_follows_an_upgrade_to_https_on_the_same_host() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return httpx.Response(301, headers={"Location": "https://example.org/x"})
        return httpx.Response(200, content=b"safe")

    async with Http(user_agent="test", transport=httpx.MockTransport(answer)) as http:
        assert (await at(http, "http://example.org").get("/x")).body == b"safe"


async def test_gives_up_a_redirect_loop(http: Http, site: FakeSite) -> None:
    site.on("/x", status=302, headers={"Location": "/x"}, times=4)
    assert (await failure(at(http, site.url))).trouble == Trouble.REDIRECTED


async def test_a_gap_means_one_request_at_a_time_for_all_sites_of_the_pace(http: Http, site: FakeSite) -> None:
    site.on("/x", b"1", times=4)
    one = http.at(Site("one", site.url, gap=0.001, pace="shared"))
    two = http.at(Site("two", site.url + "/", gap=0.001, pace="shared"))
    await asyncio.gather(*(fetcher.get("/x") for fetcher in (one, two, one, two)))
    assert site.most_open == 1


async def test_a_turn_is_not_given_before_the_gap_is_over() -> None:
    turn = LocalTurn()
    async with turn("arxiv", 60):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), turn("arxiv", 60):
            pytest.fail("entered 60 seconds early")


async def test_turns_of_different_keys_do_not_wait_for_each_other() -> None:
    turn = LocalTurn()
    async with asyncio.timeout(5), turn("one", 60), turn("two", 60):
        entered = True
    assert entered


async def test_every_try_waits_for_its_turn(site: FakeSite) -> None:
    taken = []

    @contextlib.asynccontextmanager
    async def turn(key: str, gap: float) -> AsyncIterator[None]:
        taken.append((key, gap))
        yield

    site.on("/x", status=503)
    site.on("/x", status=302, headers={"Location": "/y"})
    site.on("/y", b"1")
    async with Http(user_agent="test", turn=turn) as http:
        await at(http, site.url, gap=3.0, pace="arxiv").get("/x")
    assert taken == [("arxiv", 3.0)] * 3


async def test_at_most_so_many_connections(http: Http, site: FakeSite) -> None:
    go = asyncio.Event()
    site.on("/x", b"1", until=go, times=5)
    site.on("/elsewhere/x", b"1")
    crowd = at(http, site.url, connections=2)
    tasks = [asyncio.create_task(crowd.get("/x")) for _ in range(5)]
    await site.reached(2)
    await at(http, site.url + "/elsewhere").get("/x")
    assert len(site.asked) == 3
    go.set()
    await asyncio.gather(*tasks)


async def test_a_cancelled_request_gives_its_turn_back(http: Http, site: FakeSite) -> None:
    site.on("/hang", until=asyncio.Event())
    site.on("/x", b"next")
    fetcher = at(http, site.url, gap=0.001)
    task = asyncio.create_task(fetcher.get("/hang"))
    await site.reached(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await fetcher.get("/x")).body == b"next"


async def test_no_token_in_logs_errors_or_representations(
    http: Http, site: FakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    site.on("/x", status=503, times=3)
    place = Site("a site", site.url, headers={"Authorization": "Bearer s3cret"})
    with pytest.raises(SourceError) as caught:
        await http.at(place).get("/x", {"key": "s3cret"})
    assert "s3cret" not in caplog.text + repr(place) + repr(caught.value)


async def test_a_token_that_no_header_can_carry_is_an_error_without_the_token(http: Http, site: FakeSite) -> None:
    error = await failure(at(http, site.url, headers={"Authorization": "Bearer s3crét"}))
    assert error.trouble == Trouble.REFUSED
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:00 GMT"}, 50.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 31 Dec 2999 23:59:59 +99999999999999999999"}, None),
        ({"x-rate-limit-reset": "25"}, 15.0),
        ({"x-ratelimit-reset": "25", "x-ratelimit-remaining": "0"}, 15.0),
        ({"x-ratelimit-reset": "25", "x-ratelimit-remaining": "9"}, None),
        ({"x-rate-limit-reset": "tomorrow"}, None),
    ],
)
def test_reads_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(headers, now=10.0) == seconds


_dates = st.from_regex(
    r"[A-Z][a-z]{2}, \d{1,3} (Jan|Feb|Xyz) \d{1,5} \d\d:\d\d(:\d\d)? ([+-]\d{1,30}|GMT)?", fullmatch=True
)


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "x-rate-limit-reset", "x-ratelimit-remaining"]), st.text() | _dates, min_size=1
    )
)
def test_no_header_can_break_the_reading(headers: dict[str, str]) -> None:
    pause = asked_pause(headers, time.time())
    assert pause is None or pause >= 0


def test_the_pause_a_site_asks_for_is_kept_up_to_the_ceiling() -> None:
    def limited(seconds: float) -> SourceError:
        return SourceError(Trouble.RATE_LIMITED, "a site", retry_after=seconds)

    assert 2.0 <= pause_before_repeat(limited(2.0)) <= 2.5
    assert pause_before_repeat(limited(LONGEST_PAUSE + 0.1)) is False
    assert pause_before_repeat(KeyError("not ours")) is False


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"", Trouble.EMPTY_ANSWER),
        (b" \n", Trouble.EMPTY_ANSWER),
        (b"<html>", Trouble.BAD_ANSWER),
        (b"\xff\xfe\xfa", Trouble.BAD_ANSWER),
        (b"[" * 100_000, Trouble.BAD_ANSWER),
        (b"9" * 5000, Trouble.BAD_ANSWER),
    ],
)
def test_what_is_not_json_is_a_bad_answer(body: bytes, trouble: Trouble) -> None:
    with pytest.raises(SourceError) as caught:
        Reply(200, {}, body, "a site", tries=2).json()
    assert (caught.value.trouble, caught.value.status, caught.value.tries) == (trouble, 200, 2)


def test_json_is_read() -> None:
    assert Reply(200, {}, '{"a": ["é"]}'.encode(), "a site").json() == {"a": ["é"]}
