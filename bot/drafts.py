"""Editions in the making: what the ranking is told of the day, of the reader, and of what they were shown before."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping

from bot.chat import OwnProfile
from bot.lean import give_back
from bot.meanings import Meanings, State, beside, state_of
from bot.tastes import Tastes
from brief import edition
from brief.edition import Draft
from brief.embeddings import Embeddings
from brief.models import Brief, Day, Language, Paper, Ranked
from brief.profile import Profile
from brief.ranking.corpus import Corpus, Document
from brief.ranking.learning import Taste, learn, planted
from brief.ranking.relevance import paper_document
from brief.ranking.score import Laid, laid_out
from brief.standing import Moved, Standing, moved_words, standing
from brief.store import Store, newest

EARLIER = 4  # days before a day whose papers tell what words are worth
_LAYOUTS = 2  # days kept laid out, as they were last collected: some 10 MB each
_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


class Drafts:
    """Makes drafts for readers. Every method raises StoreError when Redis does not answer.

    Ranking takes a tenth of a second; it is done in threads, so that other chats need not wait for it.
    """

    def __init__(
        self, store: Store, tastes: Tastes, clock: Callable[[], dt.datetime], embeddings: Embeddings | None = None
    ) -> None:
        self._store, self._tastes, self._clock, self._meanings = store, tastes, clock, Meanings(embeddings)
        self._layouts: dict[State, asyncio.Task[Laid]] = {}

    async def draft(self, day: Day, language: Language, profile: Profile) -> Draft:
        """Return the day ranked for a reader, by what they had clicked when this edition was first made."""
        now, date = self._clock(), day.window.date
        made = await self._first_made(profile, date) or now
        laid = await self._laid(day)
        meaning = await self._meanings.of(day, profile)
        reader = edition.Reader(
            shown=await self._shown(profile, date, now),
            known=await self._stars(date),
            missed=await self._missed(profile, date, made),
            taste=await self.taste(profile, made),
            meaning=meaning,
            by_words=self._meanings.configured and meaning is None and bool(day.papers),
        )
        return await asyncio.to_thread(Draft, day, profile, language, reader=reader, laid=laid, now=now)

    async def keep(self, draft: Draft, brief: Brief) -> None:
        """Store a brief and what it showed; one that is empty shows nothing and is made again."""
        if brief.shown:
            await self._store.save_brief(brief, for_good=not isinstance(draft.profile, OwnProfile))
            missed = draft.missed(brief.shown)
            await self._store.save_shown(brief.profile, brief.date, brief.shown, brief.made, missed)

    async def ranked(self, day: Day, profile: Profile, votes: Mapping[str, int]) -> list[Ranked]:
        """Return every paper of a day that no earlier edition for a profile showed, best first.

        `votes`, 1 or -1 by paper id, join what was clicked; an id that is not stored teaches nothing.
        """
        now, until = self._clock(), day.window.until
        taste = await self.taste(profile)
        for paper, vote in zip(await self._store.papers([*votes]), votes.values(), strict=True):
            if paper:
                taste = learn(taste, paper, "like" if vote > 0 else "dislike", until)
        laid, shown = await self._laid(day), await self._shown(profile, day.window.date, now)
        reader = edition.Reader(shown=shown, taste=taste, meaning=await self._meanings.of(day, profile))
        return await asyncio.to_thread(edition.ranked, day, profile, reader, laid)

    async def standing(self, paper: Paper, day: Day, profile: Profile, taste: Taste) -> Standing:
        """Return where a paper stands for a taste among those of a day that were not shown before it."""
        shown = await self._shown(profile, day.window.date, self._clock())
        laid = await self._laid(day)
        reader = edition.Reader(shown=shown, taste=taste, meaning=await self._meanings.of(day, profile))
        return await asyncio.to_thread(standing, paper, day, profile, reader=reader, laid=laid)

    async def moved(self, day: Day | None, profile: Profile, taste: Taste, last: int) -> Moved:
        """Return which words the `last` clicks of a taste moved most, among the papers of a day."""
        corpus = (await self._laid(day)).corpus if day else Corpus(())
        return await asyncio.to_thread(moved_words, corpus, profile, taste, last, self._clock())

    async def taste(self, profile: Profile, until: dt.datetime | None = None) -> Taste:
        """Return what a profile's reader clicked, until a moment, and the papers the profile names to see more of."""
        taste = Taste()
        if isinstance(profile, OwnProfile) and profile.learns_since:
            taste = (await self._tastes.of(profile.chat)).taste(until)
        seeds = await self._store.papers(profile.seeds, lasting=True)
        return planted(taste, [seed for seed in seeds if seed], until or self._clock())

    # -- what is known of the days before -----------------------------------------------------------------------------

    async def _first_made(self, profile: Profile, date: dt.date) -> dt.datetime | None:
        memory = await self._store.memory(profile.name, date)
        return memory.made if memory else None

    async def _shown(self, profile: Profile, date: dt.date, now: dt.datetime) -> dict[str, int | None]:
        """Return what the reader was shown before a date, in the editions they read then."""
        shown = await self._store.shown(profile.name, before=date, now=now)
        if not isinstance(profile, OwnProfile) or not profile.before or not profile.learns_since:
            return shown
        made = await self._first_made(profile, date) or now
        shared = await self._store.shown(profile.before, before=min(date, profile.learns_since), now=made)
        return newest((shown, shared))

    async def _missed(self, profile: Profile, date: dt.date, made: dt.datetime) -> tuple[str, ...]:
        """Return the papers that the reader's edition of the day before left out, though they stood high."""
        switched = isinstance(profile, OwnProfile) and profile.before and date == profile.learns_since
        name = profile.before if isinstance(profile, OwnProfile) and switched else profile.name
        yesterday = await self._store.memory(name, date - _DAY)
        return yesterday.missed if yesterday and yesterday.made <= made else ()

    async def _stars(self, date: dt.date) -> dict[str, tuple[int, dt.date]]:
        """Return the stars of repositories on the first stored day of the week before a date, and that day."""
        gists = await self._store.gists(date - _WEEK, date - _DAY)
        newest_first = sorted(gists, reverse=True)
        return {repo: (stars, day) for day in newest_first for repo, stars in gists[day].stars.items()}

    async def _laid(self, day: Day) -> Laid:
        """Return a day's papers laid out after those of the days before, once for all of its readers."""
        key = state_of(day)
        if key not in self._layouts:
            self._layouts = beside(key, self._layouts, _LAYOUTS)
            self._layouts[key] = asyncio.ensure_future(self._lay_out(day))
        try:
            return await asyncio.shield(self._layouts[key])
        except Exception:
            self._layouts.pop(key, None)
            raise

    async def _lay_out(self, day: Day) -> Laid:
        known = {paper.id for paper in day.papers}
        documents: list[Document] = []
        async for before in self._store.recent(EARLIER, day.window.date):
            documents += [paper_document(paper) for paper in before.papers if paper.id not in known]
            known.update(paper.id for paper in before.papers)
        laid = await asyncio.to_thread(lambda: laid_out(day.papers, day.window.until, Corpus(documents)))
        give_back()
        return laid
