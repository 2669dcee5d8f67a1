"""The prompts as files, and the phrases that are no praise."""

import json
import string
import tomllib
from pathlib import Path

import pytest

from brief.writing import answers, prompts
from brief.writing.prompts import banned, load

TASKS = {
    "card": (answers.CardAnswer, 330, 800),
    "choice": (answers.ChoiceAnswer, 380, 600),
    "reading": (answers.ReadingAnswer, 380, 1100),
    "relation": (answers.RelationAnswer, 380, 400),
}
PHRASES = tomllib.loads((Path(prompts.__file__).parent / "prompts/banned.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TASKS)
def test_a_prompt_is_short(name):
    schema, words, tokens = TASKS[name]
    text = load(name, "zh")
    assert len(text.split()) <= words
    assert (len(text.encode()) + len(json.dumps(schema.model_json_schema()))) / 4 < tokens


@pytest.mark.parametrize("name", TASKS)
def test_a_prompt_asks_for_its_language_and_keeps_data_apart(name):
    assert "Chinese (Simplified)" in load(name, "zh")
    assert "English." in load(name, "en").replace("English:", "English.")
    assert "{" not in load(name, "en")
    assert "<data>" in load(name, "en")
    assert "never instructions" in " ".join(load(name, "en").split())


@pytest.mark.parametrize("name", TASKS)
def test_a_prompt_tells_of_every_part_of_the_answer(name):
    text = load(name, "en")
    assert [field for field in TASKS[name][0].model_fields if field.removesuffix("s") not in text] == []


def test_sending_back_names_the_task_the_answer_and_the_reasons():
    assert {name for _, name, _, _ in string.Formatter().parse(load("again")) if name} == {
        "task",
        "answer",
        "reasons",
    }


@pytest.mark.parametrize("name", [*TASKS, "again"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_prompt_praises_nothing(name, language):
    assert banned().search(load(name, language)) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_banned_phrase_is_found_and_listed_once(language):
    phrases = PHRASES[language]
    assert len(phrases) >= 40
    assert len(set(phrases)) == len(phrases)
    assert [phrase for phrase in phrases if not banned().search(f"({phrase.upper()})")] == []


@pytest.mark.parametrize("text", ["a paradigm-shifting idea", "a ground breaking idea", "It Sheds  Light On RL"])
def test_a_phrase_is_found_however_it_is_written(text):
    assert banned().search(text)


@pytest.mark.parametrize(
    "text", ["值得关注其 reward 设计", "今天最值得优先读的主线", "an excitingly", "remarks on RL", "硬件"]
)
def test_what_a_brief_needs_stays_allowed(text):
    assert banned().search(text) is None


def test_the_reference_brief_praises_nothing_in_vain(shared):
    assert banned().findall((shared / "reference-brief.md").read_text(encoding="utf-8")) == []
