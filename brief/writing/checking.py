"""Ask a model, hold each of its sentences against what it was given, and send back once what does not hold."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from brief.errors import WritingError
from brief.models import Author, Byline, Language, Note, Sentence, Text
from brief.writing.grounding import Evidence, checked, problems
from brief.writing.llm import Answer, LanguageModel, Meter, Task
from brief.writing.prompts import load
from brief.writing.sentences import split

T = TypeVar("T", bound=BaseModel)

_MOST_FAULTS = 12  # told to the model when its answer is sent back
_CJK = re.compile(r"[一-鿿]")
_LETTER = re.compile(r"[^\W\d_]")
_SHORTEST = 25  # letters; less may be a list of terms, which are English in both languages
_STOP = re.compile(r"(?<=[。！？；])(?![”』」）])")


class Said(NamedTuple):
    """A text of an answer, and what it may say. `items` are the ids it speaks of."""

    place: str
    text: str
    evidence: Evidence
    items: tuple[str, ...]


class Fault(NamedTuple):
    """Something of an answer that cannot be used, and why, in words a model understands."""

    place: str
    reason: str


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """An answer, the places in it that cannot be used, and how many sentences that concerns."""

    value: T
    byline: Byline
    faulty: frozenset[str]
    replaced: int

    def holds(self, place: str) -> bool:
        """Tell whether the text at a place, and everything below it, can be used."""
        return not any(one == place or one.startswith(f"{place}.") for one in self.faulty)


Look = Callable[[T], tuple[Sequence[Said], Sequence[Fault]]]


class Asker:
    """Asks a model for the parts of one brief, and keeps account of what that cost and of what went wrong."""

    def __init__(self, model: LanguageModel, language: Language) -> None:
        self._model, self._language = model, language
        self._meter = Meter()
        self._troubles: Counter[tuple[str, str]] = Counter()
        self._replaced = 0
        self._wrote: Counter[str] = Counter()

    async def ask(self, task: Task[T], text: str, look: Look[T], *, recall: bool = False) -> Outcome[T] | None:
        """Return the better of a model's two answers, None when it gave none: that is noted, see `author`.

        `look` returns the texts of an answer and what is wrong with it besides them. Only an answer with faults is
        sent back; when no second one comes the first one stands, less its faults. To `recall` is to ask nothing: only
        what was answered before counts.
        """
        say = self._model.recall if recall else self._model.ask
        try:
            first = await say(task, text, self._meter)
        except WritingError as error:
            self._troubles[error.trouble.value, error.model] += 1
            return None
        if first is None:
            return None
        wrong = await asyncio.to_thread(faults, look, first.value, self._language)  # chats are answered meanwhile
        outcome = _outcome(first, wrong)
        if wrong:
            with contextlib.suppress(WritingError):
                second = await say(task, _sent_back(text, first.value, wrong), self._meter)
                outcome = await asyncio.to_thread(self._better, outcome, second, look)
        self._replaced += outcome.replaced
        self._wrote[outcome.byline.model] += 1
        return outcome

    def _better(self, first: Outcome[T], second: Answer[T] | None, look: Look[T]) -> Outcome[T]:
        if second is None:
            return first
        still = faults(look, second.value, self._language)
        return _outcome(second, still) if len(still) <= first.replaced else first

    def author(self, *, withheld: int = 0, late: int = 0) -> Author:
        """Return who wrote the brief, with what it cost. `withheld` items were not shown, `late` parts not begun."""
        meter = self._meter
        notes = [
            Note(code=f"model_{trouble}", params={"model": model, "n": n})
            for (trouble, model), n in sorted(self._troubles.items())
        ]
        name = max(self._wrote, key=self._wrote.__getitem__, default=self._model.name)
        second = next((one for one in self._wrote if one != self._model.name), name)
        counted = {"model_fell_back": meter.fell_back, "model_withheld": withheld, "model_late": late}
        notes += [Note(code=code, params={"model": second, "n": n}) for code, n in counted.items() if n]
        return Author(
            kind="model" if self._wrote else "extractive",
            model=name,
            calls=meter.calls,
            remembered=meter.remembered,
            tokens_in=meter.tokens_in,
            tokens_out=meter.tokens_out,
            cost=meter.cost,
            replaced=self._replaced,
            notes=tuple(notes),
        )


def faults(look: Look[T], value: T, language: Language) -> list[Fault]:
    """Return everything that is wrong with an answer."""
    said, others = look(value)
    return [*others, *(fault for one in said for fault in _faults_of(one, language))]


def sentences(said: Said) -> Text:
    """Return a text that holds as the sentences of a brief."""
    return tuple(
        Sentence(text=one, origin="model", items=said.items, checked=checked(one, said.evidence))
        for one in split_said(said.text)
    )


def split_said(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in Chinese, English or both."""
    return tuple(sentence for part in _STOP.split(text) for sentence in split(part))


def _faults_of(said: Said, language: Language) -> Iterable[Fault]:
    if _other_language(said.text, language):
        yield Fault(said.place, f"is not in {'Chinese' if language == 'zh' else 'English'}")
    for sentence in split_said(said.text):
        found = problems(sentence, said.evidence)
        if found:
            named = ", ".join(f"{problem.kind} “{problem.text}”" for problem in found)
            yield Fault(said.place, f"“{sentence}” says what the data does not: {named}")


def _other_language(text: str, language: Language) -> bool:
    """Tell whether a text of some length is in the wrong language; English terms are at home in Chinese."""
    letters, chinese = len(_LETTER.findall(text)), len(_CJK.findall(text))
    if letters < _SHORTEST:
        return False
    return chinese < letters / 20 if language == "zh" else chinese > letters / 20


def _sent_back(text: str, value: BaseModel, wrong: Sequence[Fault]) -> str:
    words = {
        "task": text,
        "answer": value.model_dump_json(),
        "reasons": "\n".join(f"- {fault.place}: {fault.reason}" for fault in wrong[:_MOST_FAULTS]),
    }
    return re.sub(r"\{(\w+)\}", lambda m: words.get(m[1], m[0]), load("again"))


def _outcome(answer: Answer[T], wrong: Sequence[Fault]) -> Outcome[T]:
    byline = Byline(model=answer.model, date=answer.date)
    return Outcome(answer.value, byline, frozenset(fault.place for fault in wrong), len(wrong))
