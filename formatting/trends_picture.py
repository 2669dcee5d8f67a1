"""How the topics moved, as a picture: a small chart for each, what rose on the left and what fell on the right.

A program of its own, since matplotlib takes a second and 50 MB. The font has the letters of ASCII, of the Chinese names
of the categories and of what is said in the picture; CONTRIBUTING.md tells how it is made.
"""

from __future__ import annotations

import io
import sys
from importlib import resources
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from brief.models import Language, Trend, Trends
from formatting.locales import load
from formatting.trends import basis, compared

FONT = resources.files(__package__) / "fonts" / "NotoSansCJKsc-subset.otf"
SIZE = (1200, 800)  # pixels
_DPI = 100
_FEWEST = 3  # rows that there is room for; few charts shall not be tall ones
# On a ground of its own, so that it reads the same in dark chats: 4.5 to 1 at least for every letter.
_GROUND, _INK, _GREY, _RULE = "#fbfaf7", "#1d2127", "#5b616b", "#d9d6cf"
_COLORS = {"rose": ("#0b6b4f", "#a9d3c3"), "fell": ("#a8321f", "#ecbcb1")}  # of lines and letters, of bars
_LEFT, _WIDTH = {"rose": 0.035, "fell": 0.535}, 0.43  # of the columns, in parts of the whole
_TOP, _BOTTOM = 0.825, 0.085


def draw(trends: Trends, language: Language) -> bytes:
    """Return a PNG of 1,200 by 800 pixels; in English where the font lacks a letter of the language."""
    shown: Language = language if _has(words(trends, language)) else "en"
    with resources.as_file(FONT) as path:
        figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, facecolor=_GROUND)
        _fill(figure, trends, shown, FontProperties(fname=path))
        out = io.BytesIO()
        FigureCanvasAgg(figure).print_png(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def words(trends: Trends, language: Language) -> str:
    """Return every letter of the picture."""
    locale = load(language)
    heads = [locale.text("title.trends", n=trends.asked), basis(locale, trends), compared(locale, trends)]
    heads += [locale.text("trends.rose"), locale.text("trends.fell")]
    return "".join([*heads, *(one.names[language] for one in trends.moved)])


def _has(letters: str) -> bool:
    """Tell whether the font has every letter."""
    with resources.as_file(FONT) as path:
        return {ord(letter) for letter in letters} <= FT2Font(str(path)).get_charmap().keys()


def _fill(figure: Figure, trends: Trends, language: Language, font: Any) -> None:
    """Write the head, and draw the charts below it in two columns."""
    locale = load(language)
    left = _LEFT["rose"]
    figure.text(left, 0.93, locale.text("title.trends", n=trends.asked), font=font, size=24, color=_INK)
    figure.text(left, 0.892, basis(locale, trends), font=font, size=13, color=_GREY)
    figure.text(left, 0.025, compared(locale, trends), font=font, size=13, color=_GREY)
    ends = [f"{day:%m-%d}" for day in (trends.days[0], trends.days[-1])]
    for name, part in (("rose", trends.rose), ("fell", trends.fell)):
        ink, tint = _COLORS[name]
        head = (
            locale.text(f"trends.{name}") if part else f"{locale.text(f'trends.{name}')} · {locale.text('trends.none')}"
        )
        figure.text(_LEFT[name], 0.838, head, font=font, size=15, color=ink)
        rows = max(len(trends.rose), len(trends.fell))
        for row, one in enumerate(part):
            axes = _place(figure, _LEFT[name], row, rows)
            _chart(axes, one, trends.turn, ink, tint)
            _label(axes, one.names[language], f"{one.before:.1%} → {one.after:.1%}", ends, font)


def _place(figure: Figure, left: float, row: int, rows: int) -> Axes:
    """Return room for a chart, with a line of text above it and one below."""
    height = (_TOP - _BOTTOM) / max(rows, _FEWEST)
    return figure.add_axes((left, _TOP - height * (row + 0.84), _WIDTH, height * 0.5))


def _chart(axes: Axes, one: Trend, turn: int, ink: str, tint: str) -> None:
    """Draw the share of each day as a bar, and those of the two halves as lines across their bars."""
    last = len(one.shares)
    axes.bar(range(last), [share or 0.0 for share in one.shares], width=0.74, color=tint)
    for start, end, share in ((0, turn, one.before), (turn, last, one.after)):
        axes.hlines(share, start - 0.4, end - 0.6, color=ink, linewidth=2.8)
    most = max(one.before, one.after, *(share or 0.0 for share in one.shares))
    axes.set(xlim=(-0.5, last - 0.5), ylim=(0, most * 1.08), facecolor=_GROUND)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_RULE)


def _label(axes: Axes, name: str, move: str, ends: list[str], font: Any) -> None:
    """Write the topic and its move above a chart, and the first and last day below."""
    axes.text(0, 1.1, name, transform=axes.transAxes, font=font, size=15, color=_INK)
    axes.text(1, 1.1, move, transform=axes.transAxes, font=font, size=15, color=_INK, ha="right")
    axes.set(xticks=[], yticks=[])
    for place, day in zip((0, 1), ends, strict=True):
        where = "right" if place else "left"
        axes.text(place, -0.09, day, transform=axes.transAxes, font=font, size=10, color=_GREY, ha=where, va="top")


if __name__ == "__main__":  # the trends as JSON on stdin, the language as the only argument, the PNG on stdout
    shown = Trends.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(draw(shown, "zh" if sys.argv[1] == "zh" else "en"))
