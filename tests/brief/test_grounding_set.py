"""Sentences as a model might write them, half of them with one invention: the check of grounding tells them apart."""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from brief.writing.grounding import Evidence, problems

DATA = Path(__file__).parent / "data/grounding"
TEXTS = tomllib.loads((DATA / "texts.toml").read_text(encoding="utf-8"))
EXACT = ("number", "date", "id", "link")
LOOSE = ("name", "comparison", "superlative")


class Row(NamedTuple):
    given: str
    language: str
    sentence: str
    kind: str
    wrong: str = ""


ROWS = [Row(**json.loads(line)) for line in (DATA / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
FAITHFUL = [row for row in ROWS if row.kind == "faithful"]


def refused(row: Row) -> bool:
    return bool(problems(row.sentence, Evidence([TEXTS[row.given]])))


def listed(rows: list[Row]) -> str:
    return "\n".join(f"{row.given} {row.kind} {row.wrong!r}: {row.sentence}" for row in rows)


def test_the_set_is_large_and_half_of_it_is_faithful():
    kinds = Counter(row.kind for row in ROWS)
    assert set(kinds) == {"faithful", *EXACT, *LOOSE}
    assert len(ROWS) >= 240
    assert min(kinds.values()) >= 15
    assert kinds["number"] >= 35
    assert abs(len(FAITHFUL) / len(ROWS) - 0.5) < 0.02


def test_both_languages_take_half_of_each_half():
    for half in (FAITHFUL, [row for row in ROWS if row.wrong]):
        chinese = sum(row.language == "zh" for row in half)
        assert abs(chinese / len(half) - 0.5) < 0.02
    assert {row.language for row in ROWS} == {"zh", "en"}


def test_every_text_is_used_and_no_sentence_comes_twice():
    assert {row.given for row in ROWS} == set(TEXTS)
    assert len({row.sentence for row in ROWS}) == len(ROWS)
    assert all(60 <= len(text.split()) <= 140 for text in TEXTS.values())


def test_an_invention_stands_in_its_sentence_and_not_in_its_text():
    for row in ROWS:
        assert bool(row.wrong) == (row.kind != "faithful"), row
        assert row.wrong in row.sentence, row
        if row.wrong:
            assert f" {row.wrong} " not in f" {TEXTS[row.given]} ", row


@pytest.mark.parametrize("kind", EXACT)
def test_every_invention_of_a_kind_is_caught(kind):
    missed = [row for row in ROWS if row.kind == kind and not refused(row)]
    assert not missed, listed(missed)


def test_nearly_every_invented_name_comparison_and_superlative_is_caught():
    rows = [row for row in ROWS if row.kind in LOOSE]
    missed = [row for row in rows if not refused(row)]
    assert len(missed) <= 0.05 * len(rows), listed(missed)


def test_hardly_any_faithful_sentence_is_refused():
    wronged = [row for row in FAITHFUL if refused(row)]
    assert len(wronged) <= 0.03 * len(FAITHFUL), listed(wronged)
