import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from formatting.text import clean, columns, safe_url, shorten
from formatting.wrap import breaks

CJK_AND_LATIN = st.text(st.sampled_from("ab 语言模型，。（）“”…-é😀\u0301"), max_size=200)


@given(st.text())
def test_clean_text_is_one_line_without_anything_hidden(text: str) -> None:
    out = clean(text)
    assert not {unicodedata.category(c) for c in out} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert clean(out) == out


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("a\x1b[31mred", "a[31mred"),
        ("a\x9b2Jb", "a2Jb"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("pay\u200bpal\u2066x\u2069", "paypalx"),
        ("two\nlines\tand  more", "two lines and more"),
        ("e\u0301", "e\u0301"),
        ("Z" + "\u0300" * 50, "Z" + "\u0300" * 4),
        ("\u3164\u2800name", "name"),
        ("语言 🤖 عربي", "语言 🤖 عربي"),
    ],
)
def test_clean(text: str, out: str) -> None:
    assert clean(text) == out


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/2604.26904v1", "https://arxiv.org/abs/2604.26904v1"),
        ("HTTP://Example.org:8080/a?b=c&d=%20#e", "http://example.org:8080/a?b=c&d=%20#e"),
        ("https://example.org/a b(c)[d]<e>\"f'", "https://example.org/a%20b%28c%29%5Bd%5D%3Ce%3E%22f'"),
        ("https://example.org/%zz?x=&copy;", "https://example.org/%25zz?x=&copy%3B"),
        ("https://example.org/语", "https://example.org/%E8%AF%AD"),
        ("https://example.org\\@evil.org/", None),
        ("https://user:word@example.org/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org/", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://example.org/" + "x" * 3000, None),
        ("", None),
    ],
)
def test_safe_url(url: str, safe: str | None) -> None:
    assert safe_url(url) == safe


@given(st.text(), st.integers(2, 80))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert columns(short) <= limit
    assert short == text.strip() or short.endswith("…")


def test_shortening_ends_at_a_word_and_counts_wide_characters_twice() -> None:
    assert shorten("Growing verifiable workspaces, slowly", 33) == "Growing verifiable workspaces…"
    assert shorten("循环隐状态，作为搜索空间", 12) == "循环隐状态…"
    assert shorten("合成任务并逐个验证，再在其中训练 agent 与评测模型", 30) == "合成任务并逐个验证…"
    assert shorten("short", 40) == "short"


@given(CJK_AND_LATIN, st.integers(10, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    offsets = list(breaks(text, width))
    lines = [text[a:b] for a, b in zip([0, *offsets], [*offsets, len(text)], strict=True)]
    assert "".join(lines) == text
    assert all(cell_len(line.rstrip()) <= width for line in lines)


def test_chinese_fills_the_line_and_no_line_begins_with_a_comma() -> None:
    text = "今天的主线是可验证的环境，五条推荐里有三条在造环境，这很少见。"
    offsets = list(breaks(text, 24))
    assert offsets == [12 - 1, 24 - 1]
    assert all(text[n] not in "，。" for n in offsets)


def test_an_address_is_never_broken() -> None:
    url = "https://example.org/" + "a" * 60
    assert list(breaks(f"see {url} now", 20)) == [4, 4 + len(url) + 1]
