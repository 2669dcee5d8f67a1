"""Numbers in words and digits, Chinese and English, as exact values."""

from __future__ import annotations

import re
from decimal import Decimal

# Bounded, so that no text makes a number that is dear to handle.
DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,6}(?!\d)(?:\.\d{1,18})?|\d{1,18}(?:\.\d{1,18})?|(?<![\w.])\.\d{1,18})"
CHINESE = r"[零〇一二两三四五六七八九十百千万亿]{1,20}(?:点[零〇一二三四五六七八九]{1,18})?"

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = {
    **{word: n for n, word in enumerate(_UNITS)},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    "dozen": 12,
}
_LARGE = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORD = "|".join(sorted([*_SMALL, *_LARGE], key=len, reverse=True))
ENGLISH = rf"(?:(?:half\s+)?a[\s-]+)?(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD})){{0,12}}"
_LETTERS = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12, "dozen": 12}
_CHINESE_SCALES = {
    "百": 10**2,
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}
SCALES = _LARGE | _LETTERS | _CHINESE_SCALES
_CHINESE_DIGITS = {**{char: n for n, char in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_CHINESE_STEPS = {"十": 10, "百": 100, "千": 1000}


def from_digits(text: str, scale: str | None = None) -> Decimal:
    """Return the value of digits, with a scale such as `K`, `million` or `万` applied."""
    return Decimal(text.replace(",", "")) * SCALES.get((scale or "").lower(), 1)


def from_english(text: str) -> Decimal:
    """Return the value of number words (`one hundred and twenty`); `half a million` is 500,000."""
    total, current = 0, 0
    words = re.findall(r"[a-z]+", text.lower())
    for word in words:
        if word in _SMALL:
            current = current * 12 if word == "dozen" and current else current + _SMALL[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _LARGE:
            total, current = total + max(current, 1) * _LARGE[word], 0
    value = Decimal(total + current)
    return value / 2 if words[:1] == ["half"] else value


def from_chinese(text: str) -> Decimal:
    """Return the value of a Chinese numeral; digits read one by one (`二〇二六`) count as well."""
    whole, _, part = text.partition("点")
    fraction = "".join(str(_CHINESE_DIGITS.get(char, 0)) for char in part)
    if len(whole) > 1 and all(char in _CHINESE_DIGITS for char in whole):
        value = int("".join(str(_CHINESE_DIGITS[char]) for char in whole))
    else:
        value = _chinese_integer(whole)
    return Decimal(f"{value}.{fraction}") if fraction else Decimal(value)


def _chinese_integer(text: str) -> int:
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[char]
        elif char in _CHINESE_STEPS:
            section += (digit or 1) * _CHINESE_STEPS[char]
            digit = 0
        else:
            counted = section + digit
            total = total + (counted or 1) * 10**4 if char == "万" else (total + counted or 1) * 10**8
            section = digit = 0
    return total + section + digit
