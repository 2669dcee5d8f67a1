"""Editions with an embeddings model: what it adds, and what is said when it does not answer."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
from learning_days import ANNA, FIRST, Daily, collected, open_services, papers
from test_commands import Clock

from bot import check
from bot.request import File
from brief.embeddings import AT_ONCE, open_embeddings
from brief.models import Ask, Harvest, Paper, SourceReport, Status
from brief.ranking.meaning import paper_text
from brief.settings import Settings, load_settings
from brief.store import Store
from tests.brief.asking_models import QUICK
from tests.fakes.embeddings import FakeEmbeddings
from tests.fakes.llm_replies import Reply, error

NEXT = FIRST + dt.timedelta(days=1)


class Listing:
    """A source with some papers."""

    name = "arxiv"

    def __init__(self, found: Sequence[Paper]) -> None:
        self._found = found

    async def collect(self, _ask: Ask) -> Harvest:
        report = SourceReport(source=self.name, status=Status.OK, papers=len(self._found))
        return Harvest(report=report, papers=tuple(self._found))


def configured(settings: Settings, fake: FakeEmbeddings) -> Settings:
    given = {"EMBEDDINGS_MODEL": fake.model, "EMBEDDINGS_BASE_URL": fake.url, "EMBEDDINGS_API_KEY": fake.key}
    read = load_settings({"PAPERBOY_DATA_DIR": str(settings.paperboy_data_dir), **given})
    return settings.model_copy(update={name.lower(): getattr(read, name.lower()) for name in given})


@asynccontextmanager
async def reading(settings: Settings, store: Store, fake: FakeEmbeddings) -> AsyncIterator[Daily]:
    clock = Clock()
    async with open_embeddings(configured(settings, fake), store, clock, QUICK) as embeddings:
        yield Daily(replace(open_services(settings, store, clock), embeddings=embeddings), clock)


async def test_an_edition_knows_what_its_papers_mean_and_asks_once_for_each(settings, store) -> None:
    async with FakeEmbeddings() as fake, reading(settings, store, fake) as anna:
        await anna.wakes(FIRST)
        brief = await anna.edition()
        assert all("meaning" in pick.score.parts for pick in brief.items)
        assert not brief.by_words
        assert "meaning" in await anna.why(brief.picks[0].paper)
        asked = len(fake.texts)
        await anna.likes([pick.paper for pick in brief.picks])
        await anna.wakes(NEXT)
        assert len(fake.texts) - asked == len(papers(NEXT))


@pytest.mark.parametrize(("language", "said"), [("en", "by their words alone"), ("zh", "只按文字排序")])
async def test_without_an_answer_the_brief_is_ranked_by_words_and_says_so(settings, store, language, said) -> None:
    plain = Daily(open_services(settings, store, Clock()), Clock())
    by_words = await plain.wakes(FIRST)
    await store.client.flushdb()
    async with FakeEmbeddings([error(401, "no")]) as fake, reading(settings, store, fake) as anna:
        anna.request = replace(anna.request, chat=ANNA.model_copy(update={"language": language}), language=language)
        assert await anna.wakes(FIRST) == by_words
        assert (await anna.edition()).by_words
        file = await anna("/brief")
        assert isinstance(file, File)
        assert said in file.content.decode()


async def test_a_model_that_changed_behind_its_name_costs_one_edition_its_meaning(settings, store) -> None:
    async with FakeEmbeddings() as fake, reading(settings, store, fake) as anna:
        await anna.wakes(FIRST)
        fake.width = 64
        await anna.wakes(NEXT)
        assert (await anna.edition()).by_words
        await anna.wakes(NEXT + dt.timedelta(days=1))
        assert not (await anna.edition()).by_words


async def test_without_an_answer_days_are_laid_out_once_all_the_same(settings, store, caplog) -> None:
    async with FakeEmbeddings([error(401, "no")]) as fake, reading(settings, store, fake) as anna:
        await anna.wakes(FIRST)
        drafts = anna.services.drafts
        await asyncio.gather(*(anna.why(paper) for paper in papers(FIRST)[:4]))
        assert len(drafts._layouts) == 1
    assert [record.getMessage() for record in caplog.records if "embeddings" in record.name] == [
        "embeddings: fake-embeddings: unauthorized"
    ]


async def test_a_day_that_is_collected_again_takes_the_place_of_what_was_laid_out(settings, store) -> None:
    async with FakeEmbeddings() as fake, reading(settings, store, fake) as anna:
        drafts, kept = anna.services.drafts, []
        for n in range(4):
            await anna.wakes(FIRST + n * dt.timedelta(days=1))
            found = [*papers(FIRST), *papers(NEXT)][: 40 + n]
            day = await collected(anna.services, FIRST + n * dt.timedelta(days=1), found)
            await drafts.ranked(day, anna.services.profile, {})
            kept.append([state[0] for state in drafts._layouts])
        assert kept == [[FIRST + m * dt.timedelta(days=1) for m in range(max(0, n - 1), n + 1)] for n in range(4)]
        assert list(drafts._meanings._papers) == list(drafts._layouts)


async def test_when_it_answers_again_the_next_edition_has_it(settings, store) -> None:
    async with FakeEmbeddings([error(404, "no")]) as fake, reading(settings, store, fake) as anna:
        await anna.wakes(FIRST)
        await anna.wakes(NEXT)
        assert not (await anna.edition()).by_words


async def test_what_is_collected_is_read_at_once_and_progress_is_told(settings, store) -> None:
    found, heard = papers(FIRST), list[tuple[int, int]]()

    @contextmanager
    def reading_papers():
        yield lambda done, total: heard.append((done, total))

    async with FakeEmbeddings() as fake, reading(settings, store, fake) as anna:
        anna.clock.now = dt.datetime.combine(FIRST, dt.time(9), dt.UTC)
        services = replace(anna.services, sources=[Listing(found)], reading=reading_papers)
        await services.collect(FIRST)
        assert sorted(fake.texts) == sorted(map(paper_text, found))
    assert heard == [(n, len(found)) for n in range(0, len(found), AT_ONCE)]


@pytest.mark.parametrize(
    ("reply", "ok", "found", "fix"),
    [
        (None, True, "fake-embeddings answers: vectors of 256 components", ""),
        (error(401, "no"), False, "fake-embeddings: unauthorized", "a key that works: EMBEDDINGS_API_KEY"),
        (error(400, "no"), False, "fake-embeddings: rejected", "EMBEDDINGS_MODEL"),
        (Reply(body=b"<html>"), False, "fake-embeddings: bad_answer", "EMBEDDINGS_MODEL"),
    ],
)
async def test_check_asks_it(settings, store, reply, ok, found, fix) -> None:
    async with FakeEmbeddings([reply] if reply else []) as fake:
        finding = await check.embeddings_finding(configured(settings, fake), store)
    assert (finding.ok, finding.found) == (ok, found)
    assert finding.fix.endswith(fix)


async def test_check_says_when_none_is_configured_or_redis_is_missing(settings, store) -> None:
    assert (await check.embeddings_finding(settings, store)).ok is None
    async with FakeEmbeddings() as fake:
        assert (await check.embeddings_finding(configured(settings, fake), None)).ok is False
        assert fake.requests == 0
