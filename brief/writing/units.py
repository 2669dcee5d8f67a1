"""Units of measurement, so that 540 ms and 0.54 s are one quantity and 540 s another."""

from __future__ import annotations

import re
from decimal import Decimal

# What the units of a kind are worth in the smallest one of it; English spellings before the bar, Chinese behind it.
_UNITS: dict[str, list[tuple[str, str]]] = {
    "time": [
        ("1e-9", "ns|nanoseconds?|纳秒"),
        ("1e-6", "[uμµ]s|microseconds?|微秒"),
        ("1e-3", "ms|msecs?|milliseconds?|毫秒"),
        ("1", "s|secs?|seconds?|秒钟?"),
        ("60", "min|mins|minutes?|分钟"),
        ("3600", "h|hrs?|hours?|个?小时|个?钟头"),
        ("86400", "days?|天"),
        ("604800", "weeks?|周|个?星期"),
    ],
    "calendar": [("1", "months?|个月"), ("12", "years?|年")],
    "bytes": [
        ("1", "bytes?|字节"),
        ("1e3", "KB|kilobytes?"),
        ("1e6", "MB|megabytes?|兆字节|兆"),
        ("1e9", "GB|gigabytes?|G(?=[\\s\u4e00-\u9fff]?(?:显存|内存))|吉字节"),
        ("1e12", "TB|terabytes?"),
        ("1e15", "PB|petabytes?"),
    ],
    "length": [
        ("1e-9", "nm|nanomet(?:er|re)s?|纳米"),
        ("1e-6", "[μµ]m|microns?|micromet(?:er|re)s?|微米"),
        ("1e-3", "mm|millimet(?:er|re)s?|毫米"),
        ("1e-2", "cm|centimet(?:er|re)s?|厘米"),
        ("1", "m|met(?:er|re)s?|米"),
        ("1e3", "km|kilomet(?:er|re)s?|公里|千米"),
    ],
    "mass": [
        ("1e-3", "mg|milligrams?|毫克"),
        ("1", "g|grams?|克"),
        ("1e3", "kg|kilograms?|千克|公斤"),
        ("1e6", "tons?|tonnes?|吨"),
    ],
    "frequency": [
        ("1", "Hz|hertz|赫兹?"),
        ("1e3", "kHz|kilohertz|千赫"),
        ("1e6", "MHz|megahertz|兆赫"),
        ("1e9", "GHz|gigahertz|吉赫"),
    ],
    "power": [("1e-3", "mW|milliwatts?|毫瓦"), ("1", "W|watts?|瓦"), ("1e3", "kW|kilowatts?|千瓦"), ("1e6", "MW|兆瓦")],
    "energy": [("1", "Wh|瓦时"), ("1e3", "kWh|千瓦时|度电"), ("1e6", "MWh|兆瓦时")],
}
_FACTORS = {
    f"u{i}": (kind, Decimal(factor), spelled)
    for i, (kind, factor, spelled) in enumerate((k, f, s) for k, rows in _UNITS.items() for f, s in rows)
}
_UNIT = re.compile(
    r"(?:[\s-]?(?:"
    + "|".join(f"(?P<{name}>{spelled})" for name, (_, _, spelled) in _FACTORS.items())
    + r"))(?![A-Za-z0-9/^])",
    re.ASCII,
)
KINDS = frozenset(_UNITS) | {"binary bytes"}
_STEP = Decimal("1.024")  # a GB is 1000 MB to some and 1024 to others


def measures(text: str, end: int, value: Decimal) -> tuple[tuple[tuple[Decimal, str], ...], str | None]:
    """Return what a value with the unit at `end` of a text is in that kind's base unit, and the unit; nothing without.

    Bytes come twice, by powers of 1000 and of 1024.
    """
    match = _UNIT.match(text, end)
    if not match or not match.lastgroup:
        return (), None
    kind, factor, _ = _FACTORS[match.lastgroup]
    found = ((value * factor).normalize(), kind)
    if kind != "bytes":
        return (found,), match.lastgroup
    steps = factor.adjusted() // 3
    return (found, ((value * factor * _STEP**steps).normalize(), "binary bytes")), match.lastgroup
