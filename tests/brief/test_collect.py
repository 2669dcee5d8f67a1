import asyncio
import datetime as dt

import pytest

from brief.collect import collect, keep_earlier, merge_papers
from brief.models import Ask, Harvest, Mention, Paper, Quiet, Repo, SourceReport, Status
from brief.window import window_for

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
ASK = Ask(window=window_for(NOW.date(), NOW), categories=("cs.AI",))
FRESH = dt.datetime(2026, 4, 30, 12, tzinfo=dt.UTC)


def report(source, status=Status.OK, **more):
    return SourceReport(source=source, status=status, **more)


class Site:
    """A source that answers as told."""

    def __init__(self, name, harvest=None, error=None, wait=None):
        self.name, self.harvest, self.error, self.wait = name, harvest, error, wait

    async def collect(self, ask):
        if self.wait:
            await self.wait.wait()
        if self.error:
            raise self.error
        return self.harvest or Harvest(report=report(self.name, Status.EMPTY))


class Hub(Site):
    """A source that also follows papers to their repositories."""

    async def follow(self, papers):
        repos = tuple(
            Repo(id=p.code.lower(), name=p.code, papers=(p.id,), sources=("github",)) for p in papers if p.code
        )
        return Harvest(report=report("github", repos=len(repos), requests=len(repos)), repos=repos)


def paper(**fields):
    return Paper(**{"id": "2604.00001", "title": "A paper", "sources": ("arxiv",), **fields})


def of(source, **fields):
    made = paper(sources=(source,), **fields)
    filled = [name for name, value in made if value and name not in ("id", "sources", "origins")]
    return made.model_copy(update={"origins": dict.fromkeys(filled, source)})


def test_arxiv_metadata_stands_and_the_hub_fills_what_is_missing():
    hub = of("huggingface", title="A  paper (hub)", votes=41, code="Some/Code", published=FRESH - dt.timedelta(days=1))
    arxiv = of("arxiv", version=2, published=FRESH, comment="Accepted somewhere")
    [merged] = merge_papers([hub, arxiv])
    assert (merged.title, merged.votes, merged.code, merged.published) == ("A paper", 41, "Some/Code", FRESH)
    assert merged.sources == ("arxiv", "huggingface")
    assert merged.origins["title"] == merged.origins["published"] == "arxiv"
    assert merged.origins["votes"] == merged.origins["code"] == "huggingface"


def test_two_versions_are_one_paper_and_the_newest_wins():
    [merged] = merge_papers([of("arxiv", version=1, title="Old title"), of("arxiv", version=3, title="New title")])
    assert (merged.version, merged.title) == (3, "New title")


async def test_a_source_that_breaks_or_hangs_costs_only_its_own_items():
    good = Site("arxiv", Harvest(report=report("arxiv", papers=1), papers=(paper(published=FRESH),)))
    heard = []
    day = await collect(
        [good, Site("huggingface", error=RuntimeError("boom")), Site("x", wait=asyncio.Event())],
        ASK,
        NOW,
        deadline=0.05,
        heard=heard.append,
    )
    assert [p.id for p in day.papers] == ["2604.00001"]
    by_name = {r.source: r for r in day.reports}
    assert by_name["arxiv"].status is Status.OK
    assert by_name["huggingface"].notes[0].code == "unexpected"
    assert by_name["x"].notes[0].code == "deadline"
    assert sorted(r.source for r in heard) == ["arxiv", "huggingface", "x"]


async def test_repositories_are_followed_from_papers_and_counted_in_one_report():
    found = Repo(id="some/code", name="Some/Code", stars=7, sources=("github",))
    hub = Hub("github", Harvest(report=report("github", repos=1, requests=2), repos=(found,)))
    feed = Site("huggingface", Harvest(report=report("huggingface"), papers=(paper(code="Some/Code"),)))
    day = await collect([feed, hub], ASK, NOW)
    [repo] = day.repos
    assert (repo.stars, repo.papers) == (7, ("2604.00001",))
    [github] = [r for r in day.reports if r.source == "github"]
    assert (github.repos, github.requests) == (2, 3)


async def test_a_follower_that_failed_is_not_asked_again():
    hub = Hub("github", Harvest(report=report("github", Status.FAILED)))
    feed = Site("huggingface", Harvest(report=report("huggingface"), papers=(paper(code="Some/Code"),)))
    day = await collect([feed, hub], ASK, NOW)
    assert day.repos == ()


async def test_mentions_are_added_up_over_sources():
    feed = Site("arxiv", Harvest(report=report("arxiv"), papers=(paper(),)))
    posts = [
        Site(name, Harvest(report=report(name), mentions=(Mention(paper="2604.00001", source=name, count=n),)))
        for name, n in (("x", 3), ("google", 2))
    ]
    day = await collect([feed, *posts], ASK, NOW)
    assert day.papers[0].mentions == 5


@pytest.mark.parametrize(
    ("status", "quiet"), [(Status.OK, Quiet.LATE), (Status.EMPTY, Quiet.LATE), (Status.FAILED, None)]
)
async def test_a_late_feed_is_told_from_a_failed_one(status, quiet):
    day = await collect([Site("arxiv", Harvest(report=report("arxiv", status)))], ASK, NOW)
    assert day.window.quiet is quiet


async def test_what_was_collected_earlier_today_is_kept_when_its_source_fails_later():
    feed = Site("arxiv", Harvest(report=report("arxiv"), papers=(paper(),)))
    hub_paper = of("huggingface", id="2604.00002", title="Hub only")
    hub = Site("huggingface", Harvest(report=report("huggingface"), papers=(hub_paper,)))
    morning = await collect([feed, hub], ASK, NOW)
    later = await collect([feed, Site("huggingface", error=OSError())], ASK, NOW)
    kept = keep_earlier(later, morning)
    assert {p.id for p in kept.papers} == {"2604.00001", "2604.00002"}
    [note] = [n for r in kept.reports for n in r.notes if n.code == "kept_earlier"]
    assert note.params["papers"] == 1


async def test_what_a_source_tells_anew_takes_the_place_of_what_it_told_earlier():
    feed = Site("arxiv", Harvest(report=report("arxiv"), papers=(of("arxiv", abstract="arXiv's own"),)))

    def hub(votes):
        listed = of("huggingface", id="2604.00001", title="As listed", votes=votes, code="o/n", abstract="As copied")
        return Site("huggingface", Harvest(report=report("huggingface"), papers=(listed,)))

    morning = await collect([feed, hub(10)], ASK, NOW)
    later = await collect([Site("arxiv", error=OSError()), hub(50)], ASK, NOW)
    [kept] = keep_earlier(later, morning).papers
    assert (kept.votes, kept.abstract, kept.sources) == (50, "arXiv's own", ("arxiv", "huggingface"))
    assert kept.origins | {"votes": "huggingface", "abstract": "arxiv", "title": "arxiv"} == kept.origins


def mentioning(name, **counts):
    mentions = tuple(Mention(paper=f"2604.{number}", source=name, count=n) for number, n in counts.items())
    return Site(name, Harvest(report=report(name, mentions=len(mentions)), mentions=mentions))


async def test_mentions_of_a_source_that_fails_later_are_kept():
    feed = Site("arxiv", Harvest(report=report("arxiv"), papers=(paper(), paper(id="2604.00002"))))
    posts, pages = mentioning("x", **{"00001": 9, "00002": 1}), mentioning("google", **{"00002": 3})
    morning = await collect([feed, posts, pages], ASK, NOW)
    later = await collect([feed, Site("x", error=OSError()), mentioning("google", **{"00002": 6})], ASK, NOW)
    assert {p.id: p.mentions for p in keep_earlier(later, morning).papers} == {"2604.00001": 9, "2604.00002": 6}
    anew = await collect([feed, posts, mentioning("google")], ASK, NOW)
    assert {p.id: p.mentions for p in keep_earlier(anew, morning).papers} == {"2604.00001": 9, "2604.00002": 1}


async def test_a_source_of_mentions_that_is_asked_again_alone_tells_of_what_the_others_found():
    feed = Site("arxiv", Harvest(report=report("arxiv"), papers=(paper(version=2),)))
    gone = paper(id="2604.00003")
    morning = await collect([feed, Site("x", error=OSError())], ASK, NOW)
    posts = mentioning("x", **{"00001": 2, "00003": 5})
    later = await collect([posts], ASK, NOW, known=[*morning.papers, gone])
    [kept] = keep_earlier(later, morning).papers
    assert kept == morning.papers[0].model_copy(update={"mentions": 2})


async def test_only_what_an_answer_in_part_did_not_bring_again_counts_as_kept():
    both = (paper(), paper(id="2604.00002"))
    morning = await collect([Site("arxiv", Harvest(report=report("arxiv"), papers=both))], ASK, NOW)
    part = Harvest(report=report("arxiv", Status.PARTIAL), papers=both[:1])
    kept = keep_earlier(await collect([Site("arxiv", part)], ASK, NOW), morning)
    [note] = [n for r in kept.reports for n in r.notes]
    assert (len(kept.papers), note.params["papers"]) == (2, 1)
