"""A whole brief by a real language model, small enough to write mostly nonsense: what it makes up does not get through.

`make test-model` runs it; it needs the weights, a server for them, and some minutes.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from brief.collect import collect
from brief.edition import Draft, Reader, readable_item
from brief.errors import WritingError
from brief.models import Ask, Brief, Day, Sentence
from brief.profile import load_profile
from brief.settings import load_settings
from brief.store import Store
from brief.window import window_for
from brief.writing.checking import split_said
from brief.writing.grounding import Evidence, problems
from brief.writing.llm import LanguageModel, Waits, open_model
from brief.writing.material import abstract_of, directions_of, followed
from brief.writing.model import write
from brief.writing.plain import plain
from sources import SOURCES
from sources._http import Http
from sources.sample_site import SAMPLE_DATE, SampleTransport
from tests.brief.asking_models import NOW

pytestmark = pytest.mark.model

NAME = "smollm2"
PAPERS, REPOS = 5, 2  # of the packaged edition: as many as two cores write of in some minutes
PATIENT = Waits(whole=300)
MOST = 400  # tokens of an answer: a model this small may not find an end
LIMIT = 540.0  # seconds for the brief


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Yield the base URL of the model, in a process that ends with this one."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, Path(__file__).with_name("serve.py")), stdin=pipe, stdout=pipe
    )
    assert server.stdin
    assert server.stdout
    try:
        address = (await server.stdout.readline()).decode().strip()
        assert address, "the server of the model did not start"
        yield f"{address}/v1"
    finally:
        server.stdin.close()
        await server.wait()


async def packaged() -> Day:
    """The packaged edition, cut down to its best papers."""
    settings = load_settings({})
    ask = Ask(window=window_for(SAMPLE_DATE, NOW), categories=settings.arxiv_categories, searches=("agent",))
    async with Http(user_agent="tests", turn=lambda *_: nullcontext(), transport=SampleTransport()) as http:
        day = await collect([row.build(http, settings) for row in SOURCES], ask, NOW)
    best = Draft(day, load_profile(), "en", reader=Reader(), now=NOW).candidates[:PAPERS]
    return day.model_copy(update={"papers": tuple(item.paper for item in best), "repos": day.repos[:REPOS]})


class Counting:
    """A model whose answers are counted and kept, with what each of them was given."""

    def __init__(self, model: LanguageModel) -> None:
        self.name, self._model = model.name, model
        self.answers: list[tuple[BaseModel, str]] = []
        self.failures: Counter[str] = Counter()

    async def ask(self, task, text, meter):
        try:
            answer = await self._model.ask(replace(task, max_tokens=MOST), text, meter)
        except WritingError as error:
            self.failures[error.trouble.value] += 1
            raise
        self.answers.append((answer.value, text))
        return answer

    async def probe(self) -> None:
        await self._model.probe()

    def made_up(self) -> Counter[str]:
        """What its sentences state that nothing it was given does, by kind."""
        return Counter(
            problem.kind
            for value, given in self.answers
            for text in texts_of(value.model_dump())
            for sentence in split_said(text)
            for problem in problems(sentence, Evidence([given]))
        )


def texts_of(value) -> Iterator[str]:
    """Every text of an answer; labels such as P1 say nothing."""
    if isinstance(value, str):
        yield from () if len(value) <= 3 else (value,)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_of(part)


def sentences_of(value) -> Iterator[Sentence]:
    """Every sentence of a brief, wherever it stands."""
    if isinstance(value, Sentence):
        yield value
    elif isinstance(value, BaseModel):
        yield from sentences_of(tuple(value.__dict__.values()))
    elif isinstance(value, tuple):
        for part in value:
            yield from sentences_of(part)


def known_of(brief: Brief, draft: Draft) -> dict[str, str]:
    """What is known of each item of a brief, in the words of its source."""
    papers = {item.paper.id: abstract_of(readable_item(item).paper) for item in draft.candidates}
    follow = [followed(1, one) for one in (*brief.follow, *brief.more_follow)]
    return {
        **{name: "\n".join(fields.values()) for name, fields in papers.items()},
        **{item.id: item.words for item in follow},
    }


def report(counting: Counting, made: Brief) -> Table:
    """What the model gave, and what became of it."""
    asked = made.author.calls
    written = sum(one.origin == "model" for one in sentences_of(made))
    table = Table("of a model with 135 million parameters", "number")
    rows = {
        "requests": asked,
        "answers that fit their schema": len(counting.answers),
        "answers refused, and parts given up": asked - len(counting.answers),
        **{f"parts given up: {trouble}": n for trouble, n in sorted(counting.failures.items())},
        **{f"made up in its answers: {kind}": n for kind, n in sorted(counting.made_up().items())},
        "replaced by extraction": made.author.replaced,
        "sentences of the brief that are its own": written,
        "tokens in": made.author.tokens_in,
        "tokens out": made.author.tokens_out,
    }
    for what, number in rows.items():
        table.add_row(what, str(number))
    return table


async def test_nothing_that_a_small_model_makes_up_is_in_the_brief(store: Store, capsys):
    draft = Draft(await packaged(), load_profile(), "en", reader=Reader(), now=NOW)
    async with serving() as url:
        settings = load_settings({"PATH": os.environ["PATH"], "LLM_MODEL": NAME, "LLM_BASE_URL": url})
        async with open_model(settings, store, lambda: NOW, PATIENT) as model:
            assert model
            counting = Counting(model)
            made = await write(draft, counting, limit=LIMIT)
    with capsys.disabled():
        Console(width=100).print(report(counting, made))

    assert counting.answers, "not one answer came through: nothing was tried"
    assert len(made.picks) == PAPERS
    assert made.overview
    assert len(made.must_reads) == 3
    assert all(pick.card.contribution and pick.card.relation for pick in made.picks)
    assert made.author.model == NAME
    assert {pick.card.byline.model for pick in made.items if pick.card.byline} <= {NAME}

    known, reader = known_of(made, draft), directions_of(draft.profile).words
    for sentence in sentences_of(made):
        if sentence.origin == "model":
            evidence = Evidence([reader, *(known[item] for item in sentence.items)])
            assert problems(sentence.text, evidence) == ()
            assert plain(sentence.text, 1000)
