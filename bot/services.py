"""What a command can ask for: the day, the brief, a paper. Clients come from wiring, time from the clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.background import Background
from bot.chat import Chat, profile_at
from bot.drafts import Drafts
from bot.editions import Editions
from bot.lean import give_back
from bot.lookup import look_up
from bot.people import People
from bot.seeds import Seeds
from bot.shelf import Shelf
from bot.tastes import Tastes
from brief import edition
from brief.collect import Source, collect, keep_earlier
from brief.embeddings import PATIENT, Embeddings
from brief.models import Ask, Author, Brief, Day, Language, Paper, Pick, Ranked, SourceReport, Status
from brief.profile import Profile
from brief.ranking.meaning import paper_text
from brief.settings import Settings
from brief.store import Store
from brief.turns import alone
from brief.window import edition_time, window_for
from brief.writing.llm import LanguageModel
from brief.writing.model import LIMIT, write
from brief.writing.model_card import Told, pick_by

FRESH_FOR = dt.timedelta(hours=1)  # how long a collection of today is not repeated without being asked


Heard = Callable[[SourceReport], None]


@contextmanager
def silently() -> Iterator[Heard]:
    """Ask without telling anybody how it goes."""
    yield lambda _: None


@contextmanager
def unwatched() -> Iterator[Told]:
    """Write without telling anybody how far it is."""
    yield lambda _done, _total: None


@dataclass(frozen=True)
class Services:
    """Everything a command needs. `asking` is entered while sources are asked, and is told each report.

    `embeddings` tell what papers mean, `model` writes, where one is configured; `reading` and `writing` are entered
    while they do, and told how far it is; `wrote` is told of each brief that the model wrote. Who is `patient` waits
    for it, others get what extraction makes.

    `profile` is the operator's: sources are asked what it names. An edition is for the profile it is asked with.
    """

    settings: Settings
    profile: Profile
    store: Store
    people: People
    sources: Sequence[Source]
    clock: Callable[[], dt.datetime]
    asking: Callable[[], AbstractContextManager[Heard]] = silently
    own_profiles: bool = True  # not where a profile was named for this run
    model: LanguageModel | None = None
    embeddings: Embeddings | None = None
    writing: Callable[[], AbstractContextManager[Told]] = unwatched
    reading: Callable[[], AbstractContextManager[Told]] = unwatched
    wrote: Callable[[Author], None] = lambda _: None
    patient: bool = False

    def today(self) -> dt.date:
        """Return the date of the edition that is current in the configured time zone."""
        return self.clock().astimezone(self.settings.brief_timezone).date()

    async def edition_date(self, chat: Chat) -> dt.date:
        """Return the date a chat's commands are about: its own today if that edition is stored, else the newest one.

        With nothing stored it is the date of the edition to collect.
        """
        local = self.clock().astimezone(ZoneInfo(chat.zone)).date()
        if await self.store.has_day(local):
            return local
        return next(iter(await self.store.days()), self.today())

    def profile_of(self, chat: Chat, date: dt.date) -> Profile:
        """Return the profile that a chat's edition of a date is for: the operator's, unless it has words or clicked."""
        return profile_at(chat, self.profile, date) if self.own_profiles else self.profile

    async def collect(self, date: dt.date, only: Collection[str] | None = None) -> Day:
        """Ask the sources (all, or those named) for an edition and store the day; what was there is not lost.

        The papers that profiles name to see more of are stored too, those of chats while nobody waits.
        Raises ValueError for a date that has not begun or is older than arXiv.
        """
        until = edition_time(date, self.settings.brief_time, self.settings.brief_timezone, self.clock())
        ask = Ask(
            window=window_for(date, until),
            categories=self.settings.arxiv_categories,
            searches=tuple(query for direction in self.profile.directions for query in direction.queries),
        )
        earlier = await self.store.day(date)
        sources = [source for source in self.sources if only is None or source.name in only]
        with self.asking() as heard:
            known = earlier.papers if earlier else ()
            day = await collect(sources, ask, self.clock(), known=known, heard=heard)
        day = keep_earlier(day, earlier) if earlier else day
        await self.store.save_day(day)
        await self._understand(day)
        await self.seeds.fetch(self.profile.seeds)
        give_back()
        return day

    async def _understand(self, day: Day) -> None:
        """Have what the papers mean remembered, so that no reader waits for it."""
        if self.embeddings:
            with self.reading() as told:
                await self.embeddings.of(map(paper_text, day.papers), told=told, within=PATIENT)

    async def day(self, date: dt.date, *, fresh: bool = False) -> Day:
        """Return the stored day, collecting it when there is none with anything in it.

        `fresh` also asks the sources again that failed, and all of them when a collection of today is over an hour old.
        """
        stored = await self.store.day(date)
        if stored is None or nothing_collected(stored):
            return await self.collect(date)
        if fresh and date == self.today() and self.clock() - stored.collected > FRESH_FOR:
            return await self.collect(date)
        failed = {report.source for report in stored.reports if report.status in (Status.FAILED, Status.PARTIAL)}
        return await self.collect(date, failed) if fresh and failed else stored

    async def brief(self, date: dt.date, language: Language, profile: Profile, *, fresh: bool = False) -> Brief:
        """Return the brief of a date for a profile; it is made and stored when the stored one fits no longer.

        An edition that was made is remembered as shown: later ones do not recommend its papers again.
        """
        stored = await self.store.brief(date, profile.name, language)
        if stored and not fresh and await self.store.day(date) is None:
            return stored  # items expire, briefs stay
        day = await self.day(date, fresh=fresh)
        if stored and _fits(stored, day, profile):
            return stored
        draft = await self.drafts.draft(day, language, profile)
        made = await asyncio.to_thread(draft.brief)
        await self.drafts.keep(draft, made)
        return made

    async def written(self, date: dt.date, language: Language, profile: Profile, *, fresh: bool = False) -> Brief:
        """Return the brief as `brief` does, written by the model where there is one, which may take minutes.

        What a model could not do before is tried again. One process at a time writes an edition; who comes meanwhile
        gets what there is.
        """
        if self.model is None:
            return await self.brief(date, language, profile, fresh=fresh)
        stored = await self.store.brief(date, profile.name, language)
        day = await self.store.day(date) if stored and not fresh else await self.day(date, fresh=fresh)
        if day is None or (
            stored and _fits(stored, day, profile) and stored.collected == day.collected and not _unfinished(stored)
        ):
            return await self.brief(date, language, profile)
        async with alone(self.store.client, f"writing:{date}:{profile.name}:{language}", LIMIT + 30) as ours:
            if not ours:
                return await self.brief(date, language, profile)
            draft = await self.drafts.draft(day, language, profile)
            with self.writing() as told:
                brief = await write(draft, self.model, told=told, scan=profile.name == self.profile.name)
            if stored and brief.author.kind == "extractive" and _fits(stored, day, profile):
                kept = stored  # what a model wrote of an earlier collection says more
            else:
                await self.drafts.keep(draft, kept := brief)
            self.wrote(brief.author)
            return kept

    async def current(self, date: dt.date, language: Language, profile: Profile) -> Brief:
        """Return the brief of a date for somebody who waits: the model writes it meanwhile, unless they are patient."""
        if self.patient:
            return await self.written(date, language, profile)
        brief = await self.brief(date, language, profile)
        if self.model and brief.author == Author():  # it was not tried yet
            self._later.add(self.written(date, language, profile))
        return brief

    async def stored_brief(self, date: dt.date, language: Language, profile: Profile) -> Brief | None:
        """Return the brief of a date without asking a source; made anew of the stored day when outdated."""
        stored = await self.store.brief(date, profile.name, language)
        if (stored and stored.profile_digest == profile.digest) or await self.store.day(date) is None:
            return stored
        return await self.current(date, language, profile)

    async def expired(self, date: dt.date) -> bool:
        """Tell whether nothing is stored of a date, but a newer day is: its edition is gone, not still to come."""
        days = await self.store.days()
        return date not in days and any(day > date for day in days)

    async def ranked(self, date: dt.date, profile: Profile, votes: Mapping[str, int]) -> list[Ranked]:
        """Return every paper of a day that no earlier edition showed, best first; see `Drafts.ranked`."""
        return await self.drafts.ranked(await self.day(date), profile, votes)

    async def pick(self, paper: Paper, brief: Brief | None, language: Language, profile: Profile) -> Pick:
        """Return any paper with a card of its own for a profile, written among the papers of the brief's day."""
        day = await self.store.day(brief.date) if brief else None
        papers = day.papers if day else ()
        return await asyncio.to_thread(edition.single, paper, papers, profile, language, self.clock())

    async def written_pick(self, paper: Paper, brief: Brief | None, language: Language, profile: Profile) -> Pick:
        """Return a paper as `pick` does, its card by the model where there is one; that may take a minute."""
        pick = await self.pick(paper, brief, language, profile)
        if self.model is None:
            return pick
        with self.writing() as told:
            return await pick_by(self.model, pick, profile, language, told)

    async def paper(self, paper_id: str) -> Paper | None:
        """Return a paper from the store, else from the sites, which is then stored; None when nobody knows it.

        Raises SourceError when it is not stored and every site failed.
        """
        if stored := await self.store.paper(paper_id):
            return stored
        if found := await look_up(self.sources, paper_id):
            await self.store.save_paper(found)
        return found

    async def search(self, words: str, limit: int) -> list[tuple[Paper, dt.date]]:
        """Return the papers of the newest 30 stored days that fit the words, best first, with their days."""
        return await self._shelf.search(words, limit)

    async def similar(self, paper: Paper) -> list[Paper]:
        """Return the five papers of the newest 30 stored days most like another one."""
        return await self._shelf.similar(paper)

    @cached_property
    def editions(self) -> Editions:
        """The editions that are going out."""
        return Editions(self.edition, self.clock)

    async def edition(self, chat: Chat, date: dt.date) -> Brief:
        """Return the brief of a date as a chat reads it; see `brief`."""
        return await self.brief(date, chat.language, self.profile_of(chat, date))

    async def renewed_edition(self, chat: Chat, date: dt.date) -> Brief:
        """Return the brief of a date as a chat reads it, written anew where the day has changed; see `written`."""
        return await self.written(date, chat.language, self.profile_of(chat, date))

    @cached_property
    def tastes(self) -> Tastes:
        """What chats clicked."""
        return Tastes(self.store.client)

    @cached_property
    def drafts(self) -> Drafts:
        """The editions in the making."""
        return Drafts(self.store, self.tastes, self.clock, self.embeddings)

    @cached_property
    def seeds(self) -> Seeds:
        """The papers that profiles name."""
        return Seeds(self.store, self.paper, self._later)

    @cached_property
    def _later(self) -> Background:
        return Background()

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.store, self.clock)


def _fits(stored: Brief, day: Day, profile: Profile) -> bool:
    """Tell whether a stored brief can still go out: what a model wrote outlives a later collection of its day."""
    same_day = stored.collected == day.collected or stored.author.kind == "model"
    return same_day and stored.profile_digest == profile.digest


def _unfinished(brief: Brief) -> bool:
    """Tell whether a model has something left to do: never asked, or not able to then."""
    done = ("model_withheld", "model_fell_back")
    return brief.author.kind == "extractive" or any(note.code not in done for note in brief.author.notes)


def nothing_collected(day: Day) -> bool:
    """Tell whether no source delivered anything."""
    failed = (Status.FAILED, Status.DISABLED)
    return not (day.papers or day.repos or day.assets) and all(r.status in failed for r in day.reports)
