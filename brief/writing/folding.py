"""Texts brought into one shape, so that what they state can be compared."""

from __future__ import annotations

import re
import unicodedata

_NOT_SEEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)])
_SHAPES = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("∼～", "~"),
        **dict.fromkeys("‘’ʼ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        "⁄": "/",
        "\u00a0": " ",
    }
)
_RAISED = re.compile("[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_CIRCLED = re.compile("[\u2460-\u249b\u2776-\u2793]")  # they number a list
_OTHER_DIGITS = re.compile(r"[^\W\D_]", re.UNICODE)
# Inline mathematics, after the rule of https://pandoc.org/MANUAL.html#math.
_MATH = re.compile(r"(?<![\\$])\$(?!\s)([^$]{1,200}?)(?<![\s\\])\$(?!\d)", re.ASCII)
_MATH_COMMAND = re.compile(r"\$(\\[a-z]+)\$")  # pandoc's rule misses $\sim$80
_LATEX = (
    (re.compile(r"(?<=\w)~(?=[A-Za-z])"), " "),
    (re.compile(r"\\times(?![A-Za-z])|(?<=\d)times\b"), "×"),
    (re.compile(r"\\(?:approx|sim)(?![A-Za-z])"), "~"),
    (re.compile(r"\\(?:text|math)?(?:bf|it|rm|sf|tt|cal|bb|emph|text|sc)\b"), ""),
    (re.compile(r"(?<=\d)(?:\{,\}|\\,|\\ )(?=\d{3})"), ","),
    (re.compile(r"\\[,;: ]"), " "),
    (re.compile(r"\\(?=[^\w\s]|\w)"), ""),
    (re.compile(r"[{}]"), ""),
)


def folded(text: str, limit: int) -> str:
    """Return the first `limit` characters with widths, dashes, quotes, digits and LaTeX made the same.

    Exponents keep their meaning (`10⁵` becomes `10^5`). Never raises.
    """
    text = text[:limit].translate(_NOT_SEEN)
    text = _RAISED.sub(lambda m: f"^{unicodedata.normalize('NFKC', m[0])}", _CIRCLED.sub(" ", text))
    text = unicodedata.normalize("NFKC", text).translate(_SHAPES)
    if not text.isascii():
        text = _OTHER_DIGITS.sub(lambda m: str(unicodedata.decimal(m[0], m[0])), text)
    if "$" in text:
        text = _MATH.sub(r"\1", _MATH_COMMAND.sub(r"\1", text))
    if "~" in text or "\\" in text or "{" in text or "times" in text:
        for pattern, plain in _LATEX:
            text = pattern.sub(plain, text)
    return text
