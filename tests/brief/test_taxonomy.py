"""Every paper gets at least one category of the closed list, in the brief's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.ranking.text import terms
from brief.taxonomy import MOST, categories, classify


def ids(*args) -> list[str]:
    return [label.id for label in classify(*args)]


def test_the_list_is_closed_named_in_both_languages_and_free_of_doubles():
    known = categories()
    assert len({c.id for c in known}) == len({c.zh for c in known}) == len({c.en for c in known}) == len(known)
    assert all(c.zh and c.en and all(terms(k) for k in c.keywords) for c in known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Training coding agents\nWe repair programs on SWE-bench.", "code-agent"),
        ("Verifiable rewards for short proofs\nWe run GRPO.", "rlvr"),
        ("Thinking in silence\nLatent reasoning replaces spoken steps with latent thoughts.", "latent-reasoning"),
        ("Clicking buttons\nA GUI agent grounds elements of a screen; the GUI changes.", "gui-agent"),
        ("Two arms, one cup\nA robot learns manipulation; the robot is small.", "robotics"),
        ("Cleaner words\nWe study pretraining data and deduplication of a pretraining corpus.", "pretraining-data"),
        ("World-Models for browsers\nThe world model predicts a page.", "world-models"),
    ],
)
def test_a_text_falls_where_its_words_say(text, expected):
    assert expected in ids(text, "en")


def test_the_title_decides_the_order():
    assert ids("A benchmark of robots\nWe quantize, too: quantization.", "en")[0] in ("evaluation", "robotics")
    assert ids("Speculative decoding\nA benchmark shows it.", "en")[0] == "decoding"


def test_a_part_of_a_word_or_half_a_phrase_is_not_a_keyword():
    assert "gui-agent" not in ids("Guidance\nA guide on usable computers.", "en")
    assert "tool-use" not in ids("Calling\nThe use of a function.", "en")


def test_labels_are_in_the_language_asked_for():
    [zh], [en] = classify("机器人\n", "zh", ("cs.RO",)), classify("x", "en", ("cs.RO",))
    assert (zh.id, zh.text) == ("robotics", "机器人与具身")
    assert (en.id, en.text) == ("robotics", "Robotics")


@pytest.mark.parametrize("name", ["cs.CV", "cs.RO", "cs.CL", "cs.LG", "cs.XX", "stat.ML", "math.NA", "physics.bio-ph"])
def test_a_text_that_says_nothing_known_is_placed_by_its_arxiv_category(name):
    assert len(ids("On things", "en", (name,))) == 1


def test_nothing_known_at_all_has_no_label():
    assert ids("On things", "zh") == []


@given(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_gets_at_most_four_different_labels(text, names):
    found = ids(text, "zh", names)
    assert len(found) == len(set(found)) <= MOST
