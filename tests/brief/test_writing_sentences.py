import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.writing.sentences import LONGEST, clip, fold, split


@pytest.mark.parametrize(
    "sentences",
    [
        ["We follow Doe et al. (2024), e.g. GPT-4.1 vs. Llama 3.1.", "Fig. 2 shows a gain of 3.5%."],
        ["It runs on vLLM.", "vLLM is a server.", "τ-bench is a test."],
        ["Does it hold?", "It does!", "It is called “Small.”", "Next."],
        ["See Sec. 3 and Eq. 4 by J. Doe.", "The end"],
        ["i.e. nothing, cf. Table 1, w.r.t. No. 7."],
        ["A line without its space.", "This is the next."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == tuple(sentences)


def test_a_missing_space_still_ends_a_sentence() -> None:
    assert split("Support remains hard.This is why") == ("Support remains hard.", "This is why")


@settings(deadline=None)
@given(st.text(alphabet="aB .!?,;:\n1(\"'", max_size=400) | st.text(max_size=400))
def test_sentences_are_the_text_in_order(text: str) -> None:
    parts = split(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part in fold(text) for part in parts)


def test_a_long_sentence_is_cut_between_clauses() -> None:
    long = f"The system reads the page, {'then it writes the page again, ' * 20}and stops."
    short = clip(long)
    assert len(short) <= LONGEST
    assert short.endswith("again…")


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(min_value=20, max_value=330))
def test_a_cut_sentence_keeps_the_words_and_the_limit(text: str, limit: int) -> None:
    short = clip(text, limit)
    assert len(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))
