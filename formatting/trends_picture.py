"""How the topics moved, as a picture: a small chart for each, what rose on the left and what fell on the right.

The font has the letters of ASCII, of the Chinese names of the categories and of what is said in the picture;
CONTRIBUTING.md tells how it is made.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources

from PIL import Image, ImageDraw, ImageFont

from brief.models import Language, Trend, Trends
from formatting.locales import load
from formatting.trends import basis, compared

FONT = resources.files(__package__) / "fonts" / "NotoSansCJKsc-subset.otf"
SIZE = (1200, 800)  # pixels, as all numbers below
# On a ground of its own, so that it reads the same in dark chats: 4.5 to 1 at least for every letter.
_GROUND, _INK, _GREY, _RULE = "#fbfaf7", "#1d2127", "#5b616b", "#d9d6cf"
_COLORS = {"rose": ("#0b6b4f", "#a9d3c3"), "fell": ("#a8321f", "#ecbcb1")}  # of lines and letters, of bars
_LEFT, _WIDTH = {"rose": 42, "fell": 642}, 516  # of the columns
_TOP, _BOTTOM = 146, 746  # of the charts
_LABEL, _DATES = 40, 34  # above a chart and below
_FEWEST = 3  # rows that there is room for; few charts shall not be tall ones
_NO_LETTER = "\uffff"


def draw(trends: Trends, language: Language) -> bytes:
    """Return a PNG of 1,200 by 800 pixels; in English where the font lacks a letter of the language."""
    shown: Language = language if all(map(drawable, words(trends, language))) else "en"
    picture = Image.new("RGB", SIZE, _GROUND)
    _fill(ImageDraw.Draw(picture), trends, shown)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def words(trends: Trends, language: Language) -> str:
    """Return every letter of the picture."""
    locale = load(language)
    heads = [locale.text("title.trends", n=trends.asked), basis(locale, trends), compared(locale, trends)]
    heads += [locale.text("trends.rose"), locale.text("trends.fell"), locale.text("trends.none")]
    return "".join([*heads, *(one.names[language] for one in trends.moved)])


@cache
def drawable(letter: str) -> bool:
    """Tell whether the font has a letter: those it lacks all look the same."""
    font = _font(20)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_LETTER))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(FONT.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


def _fill(paper: ImageDraw.ImageDraw, trends: Trends, language: Language) -> None:
    """Write the head, and draw the charts below it in two columns."""
    locale = load(language)
    left = _LEFT["rose"]
    paper.text((left, 58), locale.text("title.trends", n=trends.asked), _INK, _font(35), "ls")
    paper.text((left, 90), basis(locale, trends), _GREY, _font(19), "ls")
    paper.text((left, 780), compared(locale, trends), _GREY, _font(19), "ls")
    rows = max(len(trends.rose), len(trends.fell), _FEWEST)
    height = (_BOTTOM - _TOP) // rows
    for name, part in (("rose", trends.rose), ("fell", trends.fell)):
        ink, tint = _COLORS[name]
        none = "" if part else f" · {locale.text('trends.none')}"
        paper.text((_LEFT[name], 134), locale.text(f"trends.{name}") + none, ink, _font(22), "ls")
        for row, one in enumerate(part):
            top = _TOP + row * height
            _label(paper, trends, one.names[language], one, (_LEFT[name], top, top + height))
            _chart(paper, one, trends.turn, (_LEFT[name], top + _LABEL, top + height - _DATES), ink, tint)


def _label(paper: ImageDraw.ImageDraw, trends: Trends, name: str, one: Trend, place: tuple[int, int, int]) -> None:
    """Write a topic and its move above a chart, and the first and the last day below; `place` is left, top, bottom."""
    left, top, bottom = place
    right = left + _WIDTH
    paper.text((left, top + 30), name, _INK, _font(21), "ls")
    paper.text((right, top + 30), f"{one.before:.1%} → {one.after:.1%}", _INK, _font(21), "rs")
    paper.text((left, bottom - 16), f"{trends.days[0]:%m-%d}", _GREY, _font(15), "ls")
    paper.text((right, bottom - 16), f"{trends.days[-1]:%m-%d}", _GREY, _font(15), "rs")


def _chart(paper: ImageDraw.ImageDraw, one: Trend, turn: int, place: tuple[int, int, int], ink: str, tint: str) -> None:
    """Draw the share of each day as a bar, and those of the two halves as lines across their bars."""
    left, top, bottom = place
    step = _WIDTH / len(one.shares)
    most = max(one.before, one.after, *(share or 0.0 for share in one.shares))

    def height(share: float) -> int:
        return round(bottom - share / most * (bottom - top - 4))

    for number, share in enumerate(one.shares):
        if share:
            start = left + number * step
            paper.rectangle((round(start + step * 0.12), height(share), round(start + step * 0.88), bottom), tint)
    paper.line((left, bottom, left + _WIDTH, bottom), _RULE)
    for start, end, share in ((0, turn, one.before), (turn, len(one.shares), one.after)):
        line = height(share)
        paper.rectangle((round(left + (start + 0.1) * step), line - 2, round(left + (end - 0.1) * step), line + 1), ink)
