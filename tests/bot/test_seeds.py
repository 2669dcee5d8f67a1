"""Papers that a chat names are asked for without keeping it waiting."""

import asyncio
import datetime as dt
from dataclasses import replace

from test_commands import Reader, clock, services  # noqa: F401  (fixtures)

from bot import seeds
from bot.background import Background
from brief.errors import SourceError, Trouble
from brief.models import Harvest, Paper, SourceReport, Status
from sources.sample_site import SAMPLE_DATE

IDS = [f"2604.{n:05}" for n in range(1, 9)]


class Site:
    """A site that answers when it is told to; it does not know the first paper, and once fails for the second."""

    def __init__(self, store):
        self.store, self.asked, self.opened, self.all_had = store, [], asyncio.Event(), asyncio.Event()

    async def __call__(self, paper_id):
        self.asked.append(paper_id)
        await self.opened.wait()
        if paper_id == IDS[1] and self.asked.count(paper_id) == 1:
            raise SourceError(Trouble.TIMEOUT, "the site")
        found = None if paper_id == IDS[0] else Paper(id=paper_id, title="A paper")
        if found:
            await self.store.save_paper(found)
        if paper_id == IDS[-1]:
            self.all_had.set()
        return found


async def test_a_few_are_waited_for_and_the_others_come_later(store):
    site = Site(store)
    site.opened.set()
    assert await seeds.Seeds(store, site, Background()).ask(IDS) == [IDS[0]]
    assert all([await store.paper(paper_id) for paper_id in IDS[2:5]])
    await site.all_had.wait()
    assert sorted(site.asked) == IDS
    await seeds.Seeds(store, site, Background()).fetch(IDS)
    assert site.asked[len(IDS) :] == IDS[:2]  # what is stored is not asked for again
    assert await store.paper(IDS[1])


async def test_who_waits_for_a_silent_site_waits_for_a_while_only(store, monkeypatch):
    monkeypatch.setattr(seeds, "PATIENCE", 0.01)
    site = Site(store)
    assert await seeds.Seeds(store, site, Background()).ask(IDS[-1:]) == []
    site.opened.set()
    await site.all_had.wait()  # it was not given up
    assert await store.paper(IDS[-1])


class Library:
    """A source that knows any paper, once it is there at all."""

    name, up = "library", False

    async def collect(self, ask):
        return Harvest(report=SourceReport(source=self.name, status=Status.OK))

    async def paper(self, paper_id):
        if not self.up:
            raise SourceError(Trouble.TIMEOUT, "the library")
        return Paper(id=paper_id, title="A paper")


async def test_what_failed_is_asked_for_when_the_words_are_said_again(services):  # noqa: F811
    library = Library()
    reader = Reader(replace(services, sources=[library]))
    shown = await reader.text(f"/profile more like {IDS[0]}")
    assert "no site knows" not in shown
    assert await services.store.paper(IDS[0]) is None
    library.up = True
    await reader.text(f"/profile more like {IDS[0]}")
    assert await services.store.paper(IDS[0])


async def test_what_the_operators_profile_names_is_had_with_each_collection(services):  # noqa: F811
    library = Library()
    asked = replace(services, sources=[library], profile=services.profile.model_copy(update={"seeds": (IDS[0],)}))
    for library.up in (False, True):
        await asked.collect(SAMPLE_DATE - dt.timedelta(days=1))
        assert bool(await asked.store.paper(IDS[0])) is library.up
