"""Documents laid out for counting: phrases, vectors, and what is added later."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.ranking.corpus import TITLE_WEIGHT, Corpus
from brief.ranking.text import terms, words

DOCUMENTS = [
    ("Coding agents", "An agent that writes code. Coding agents again."),
    ("World models", "States of the world; agents plan."),
    ("", ""),
]


def cosine(corpus, one, other) -> float:
    return float(corpus.vectors.dot(corpus.vectors.mean(np.array([one]), np.ones(1)))[other])


def test_a_phrase_is_counted_by_field_and_not_across_fields():
    corpus = Corpus(DOCUMENTS)
    found = corpus.frequency(("coding", "agent"))
    assert found[0] > TITLE_WEIGHT / 2
    assert found[1:].tolist() == [0, 0]
    assert not corpus.frequency(("agent", "agent")).any()  # the title's last word and the abstract's first
    assert not corpus.frequency(("unheard",)).any()


@pytest.mark.parametrize("split", [0, 1, 2, 3])
def test_what_is_added_later_counts_as_if_it_had_been_there(split):
    whole, grown = Corpus(DOCUMENTS), Corpus(DOCUMENTS[split:], Corpus(DOCUMENTS[:split]))
    for phrase in (("agent",), ("coding", "agent"), ("world", "model"), ("world",)):
        assert np.allclose(whole.frequency(phrase), grown.frequency(phrase))
    assert np.allclose(whole.vectors.values, grown.vectors.values)
    assert grown.new == slice(split, 3)


def test_adding_leaves_the_earlier_documents_as_they_are():
    first = Corpus(DOCUMENTS[:1])
    before = first.frequency(("agent",)).tolist()
    Corpus([("Agents and newcomers", "novelty")], first)
    assert first.frequency(("agent",)).tolist() == before
    assert first.number("novelty") is None


def test_vectors_have_length_one_and_are_the_nearer_the_more_rare_words_they_share():
    corpus = Corpus([*DOCUMENTS, ("Coding agents", "writes code"), ("Sheep", "on pastures")])
    assert cosine(corpus, 0, 0) == pytest.approx(1)
    assert cosine(corpus, 0, 3) > cosine(corpus, 0, 1) > cosine(corpus, 0, 4) == 0
    assert cosine(corpus, 2, 2) == 0


def test_rows_in_full_say_what_the_vectors_say():
    vectors = Corpus(DOCUMENTS).vectors
    rows = np.array([2, 0])
    numbers, full = vectors.full(rows)
    assert full[0].tolist() == [0] * len(numbers)
    assert np.linalg.norm(full[1]) == pytest.approx(1)
    assert np.allclose(vectors.mean(rows, np.ones(2))[numbers], full.mean(axis=0))


def test_phrases_are_counted_alike_together_and_one_by_one():
    corpus = Corpus(DOCUMENTS)
    phrases = [("agent",), ("unheard",), ("world",), ("coding", "agent")]
    counts = corpus.counted(phrases)
    for number, phrase in enumerate(phrases):
        own = counts.phrase == number
        assert corpus.frequency(phrase)[counts.document[own]].tolist() == counts.frequency[own].tolist()
        assert np.count_nonzero(corpus.frequency(phrase)) == own.sum()
    assert corpus.counted([]).phrase.size == 0


def test_a_term_is_the_rarer_the_fewer_documents_say_it():
    rarity = Corpus(DOCUMENTS).rarity(np.array([0, 1, 2, 3]))
    assert rarity[0] == 1
    assert (np.diff(rarity) < 0).all()
    assert rarity[-1] > 0


@given(st.text(max_size=80))
def test_words_are_lower_case_letters_and_digits_in_a_row(text):
    found = words(text)
    assert all(word and (word == word.lower() or not word.isascii()) for word in found)
    assert all(not set(word) & set(" -_.,\0\n") for word in found)
    assert [*terms(text)] == [*terms(" ".join(found))]
    assert words(text + "—x")[: len(found)] == found or not text.isascii()
