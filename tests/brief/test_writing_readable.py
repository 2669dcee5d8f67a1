import logging

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brief.writing.readable import LIMIT, readable


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("plain  text,\n folded", "plain text, folded"),
        (r"We introduce \textbf{DiffGate}, a \emph{small} router", "We introduce DiffGate, a small router"),
        (r"runs in $\mathcal{O}(n)$ time and $9{,}000\times$ faster", "runs in O(n) time and 9,000× faster"),
        (r"a rate of 10$^{-3}$ or $x^2$", "a rate of 10⁻³ or x²"),
        (r"$\alpha$-X by Erd\H{o}s and P\'al", "α-X by Erdős and Pál"),
        (r"gains of 22--25\% over Llama~3", "gains of 22–25% over Llama 3"),
        ("one part --- another", "one part — another"),
        ("start it with tool --flag", "start it with tool --flag"),
        ("about (~40%) of $20M or $30 a day", "about (~40%) of $20M or $30 a day"),
        (r"up to \$0.46 per query, at only \$0.039", "up to $0.46 per query, at only $0.039"),
        ("more than $\\sim$1T tokens", "more than ∼1T tokens"),
        ("50% of $x$ & more #1", "50% of x & more #1"),
        ("up to 3times fewer turns, several times", "up to 3× fewer turns, several times"),
        (r"the method \ours is called \dirty.", "the method ours is called dirty."),
        (
            r"code at \url{https://example.org/a_b} and \href{https://example.org}{here}",
            "code at https://example.org/a_b and here",
        ),
        (r"a \texttt{token} in \textsf{sans}", "a token in sans"),
    ],
)
def test_latex_becomes_text(raw: str, wanted: str) -> None:
    assert readable(raw) == wanted
    assert readable(wanted) == wanted


def test_broken_latex_keeps_its_words() -> None:
    assert readable(r"a \textbf{word {and another").split()[-1] == "another"
    assert "word" in readable("{" * 1000 + "word")


@settings(deadline=None)
@given(st.text(alphabet="\\{}$~^_%&# abf12.-`'", max_size=300) | st.text(max_size=300))
@example("$\\href{a}{b}$")
@example("\\frac" * 100)
@example("\\begin{a}" * 60)
@example("$a" * 3000)
def test_any_text_is_read_without_error(text: str) -> None:
    result = readable(text)
    assert len(result) <= 8 * max(40, len(text))
    assert result == " ".join(result.split())


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    assert len(readable("word " * 100_000)) <= LIMIT


def test_broken_macros_are_not_reported_line_by_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert readable(r"\frac" * 50)
    assert not caplog.records
