"""Days of made-up papers on a few subjects, and a reader who goes from one to the next."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from test_commands import Clock, Reader, words

from bot.chat import Chat
from bot.people import People
from bot.services import Services
from brief.models import Brief, Day, Paper, SourceReport, Status
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import Store
from brief.window import window_for

FIRST = dt.date(2026, 5, 4)  # a Monday
ANNA = Chat(id="telegram:7")
# The words that papers on a subject choose among; the first are said by all of them.
SUBJECTS = {
    "rl": "reinforcement learning, agentic RL, RLVR, verifiable rewards, GRPO, credit assignment, process reward",
    "latent": "latent reasoning, latent space, continuous thought, latent tokens, hidden states, looped transformer",
    "code": "coding agent, SWE-bench, program repair, terminal agent, repository-level, software engineering, sandbox",
    "prover": "theorem proving, Lean lemmas, formal proofs, RLVR, verifiable rewards, GRPO",
    "helper": "tool use, dialogue, calendar, shopping, sandbox, kitchen, household",
    "soil": "soil, vineyard, spectrometer, grapes, moisture",
}
_FILLER = [
    first + last for first in ("ba", "do", "fi", "gu", "ke", "lo", "mi", "nu") for last in ("rans", "teps", "vore")
]


def papers(date: dt.date, each: int = 6) -> tuple[Paper, ...]:
    """Return papers of all subjects that are new on a date, each with words of its own."""
    chance, made = random.Random(date.toordinal()), []  # noqa: S311 - the same papers each time
    for n, subject in enumerate(name for name in SUBJECTS for _ in range(each)):
        filler = " ".join(chance.choices(_FILLER, k=4))
        common, *others = SUBJECTS[subject].split(", ")
        said = chance.sample(others, 4)
        made.append(
            Paper(
                id=f"26{date:%m}.{date.day:02}{n:03}",
                version=1,
                title=f"{chance.choice(_FILLER).title()}{n}: {said[0]} for {common}",
                abstract=f"For language models we study {common}: {', '.join(said)}. {filler.capitalize()}.",
                published=dt.datetime.combine(date, dt.time(1), dt.UTC),
                sources=("arxiv",),
            )
        )
    return tuple(made)


def subject_of(paper: Paper) -> str:
    """Return the subject of one of these papers."""
    return next(name for name, said in SUBJECTS.items() if f"study {said.split(', ')[0]}:" in paper.abstract)


async def collected(services: Services, date: dt.date, found: Sequence[Paper]) -> Day:
    """Store a day, as if it had been collected at six."""
    at_six = dt.datetime.combine(date, dt.time(6), dt.UTC)
    report = SourceReport(source="arxiv", status=Status.OK, papers=len(found))
    day = Day(window=window_for(date, at_six), collected=at_six, papers=tuple(found), reports=(report,))
    await services.store.save_day(day)
    return day


def open_services(settings: Settings, store: Store, clock: Clock) -> Services:
    """Return services without any source: the days are put there."""
    people = People(store.client, clock)
    return Services(settings=settings, profile=load_profile(), store=store, people=people, sources=[], clock=clock)


class Daily(Reader):
    """A reader on some morning."""

    def __init__(self, services: Services, clock: Clock, chat: Chat = ANNA, person: str = "") -> None:
        super().__init__(services, chat, person)
        self.clock = clock

    async def wakes(self, date: dt.date, *more: Paper) -> list[str]:
        """Go on to nine o'clock of a date, whose papers are collected, and return what the brief shows."""
        self.clock.now = dt.datetime.combine(date, dt.time(9), dt.UTC)
        self.request = replace(self.request, date=date)
        if await self.services.store.day(date) is None:
            await collected(self.services, date, [*papers(date), *more])
        return [pick.paper.id for pick in (await self.edition()).items]

    async def edition(self) -> Brief:
        chat = await self.services.people.chat(self.request.chat.id) or self.request.chat
        return await self.services.edition(chat, self.request.date)

    async def likes(self, found: list[Paper], vote: str = "like") -> None:
        for paper in found:
            self.clock.now += dt.timedelta(minutes=1)
            await self(f"/{vote} {paper.id}")

    async def clicks(self) -> list[tuple[str, str, str, float]]:
        """Return what counts of the clicks of the chat."""
        taste = (await self.services.tastes.of(self.request.chat.id)).taste()
        return [(click.paper, click.kind, click.by, click.share) for click in taste.clicks]

    async def why(self, paper: Paper, **options: Any) -> str:
        return words(await self(f"/why {paper.id}", **options))
