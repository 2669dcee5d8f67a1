"""What moved, in words and as a picture: within the limits of captions, with every letter there is."""

import datetime as dt
import subprocess
import sys
import tomllib
from typing import get_args

import pytest

from brief.models import Language, Trend, Trends
from brief.taxonomy import TAXONOMY, categories
from formatting import slack, telegram, trends_picture
from formatting.document import Buttons, plain
from formatting.locales import load
from formatting.terminal import render
from formatting.trends import alt, screen, sparkline
from formatting.trends_picture import FONT, SIZE, draw, drawable, words

DATE = dt.date(2026, 5, 1)
BOTH = pytest.mark.parametrize("language", get_args(Language))


def moved(count: int = 4, days: int = 7) -> Trends:
    """As many topics as there can be, those with the longest names."""
    longest = sorted(categories(), key=lambda one: -len(one.en))
    shares = (None, *(0.01 * n for n in range(1, days)))
    rows = [
        Trend(id=one.id, names={"zh": one.zh, "en": one.en}, shares=shares, before=0.1234, after=0.2)
        for one in longest[: 2 * count]
    ]
    dates = tuple(DATE - dt.timedelta(n) for n in reversed(range(days)))
    return Trends(
        asked=days,
        days=dates,
        papers=1667,
        turn=days // 2,
        rose=tuple(rows[:count]),
        fell=tuple(rows[count : 2 * count]),
    )


def text(found: Trends, language: Language) -> str:
    return render(screen(found, language), width=100, color=False)


def test_a_topic_is_a_line_of_blocks_a_name_and_two_numbers():
    shown = text(moved(), "en")
    assert "Environments and Task Synthesis 12.3% → 20.0%" in shown
    assert "·▂▂▃▅▅▇" in shown
    assert "1,667 papers of 7 stored days, 2026-04-25 to 2026-05-01" in shown


@pytest.mark.parametrize(
    ("shares", "drawn"), [((0.0, 0.5, 1.0), "▁▃▇"), ((0.0, 0.0), "▁▁"), ((None, 0.2), "·▇"), ((None,), "·"), ((), "")]
)
def test_blocks_stand_between_nothing_and_the_largest_share(shares, drawn):
    assert sparkline(shares) == drawn


@BOTH
def test_the_other_span_is_one_press_away(language):
    [buttons] = [block for block in screen(moved(), language).blocks if isinstance(block, Buttons)]
    [(week, month)] = buttons.rows
    assert (week.value, month.value) == ("7", "30")
    assert week.label.startswith("✓")
    assert not month.label.startswith("✓")


def test_too_few_days_say_when_there_can_be_enough():
    few = Trends(asked=7, days=(DATE,), papers=20, ready=DATE + dt.timedelta(2))
    assert "1 day is stored of the last 7" in text(few, "en")
    assert "3 May 2026" in text(few, "en")
    assert "最早在 2026 年 5 月 3 日" in text(few, "zh")
    assert "0 days are stored" in text(few.model_copy(update={"days": ()}), "en")


def test_where_nothing_moved_it_says_so():
    still = moved().model_copy(update={"rose": (), "fell": ()})
    assert "No topic moved" in text(still, "en")
    assert "none" in alt(still, "en")


@BOTH
def test_what_is_said_with_the_picture_fits_a_caption_and_the_picture_is_told_in_words(language):
    said = screen(moved(), language, drawn=True)
    whole = telegram.render(said, date=DATE)
    assert telegram.render(said, date=DATE, limit=1024) == whole
    assert "▇" not in whole.html
    assert len(slack.messages(said, date=DATE)) == 1
    for one in moved().moved:
        assert one.names[language] in alt(moved(), language)
    assert len(alt(moved(), language)) < 1000


# -- the picture -------------------------------------------------------------------------------------------------------


def png_size(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


@BOTH
@pytest.mark.parametrize(("count", "days"), [(4, 7), (1, 3), (4, 30)])
def test_a_picture_is_a_small_png(language, count, days):
    content = draw(moved(count, days), language)
    assert png_size(content) == SIZE
    assert len(content) < 200_000


def test_a_picture_is_drawn_the_same_each_time_and_in_the_readers_language():
    assert draw(moved(), "zh") == draw(moved(), "zh") != draw(moved(), "en")


@BOTH
def test_the_font_has_every_letter_that_can_be_drawn(language):
    names = "".join(one.zh + one.en for one in categories())
    assert TAXONOMY.exists()
    assert {c for c in words(moved(), language) + names if not drawable(c)} == set()


def test_a_letter_that_the_font_lacks_is_told_from_the_others():
    assert not any(map(drawable, "龘é한"))
    assert all(map(drawable, "aM·→，"))


def test_a_letter_that_the_font_lacks_makes_the_picture_english():
    odd = moved()
    rose = tuple(one.model_copy(update={"names": {**one.names, "zh": "龘"}}) for one in odd.rose)
    assert draw(odd.model_copy(update={"rose": rose}), "zh") == draw(odd, "en")


def test_its_letters_stand_out_from_its_ground():
    ground = _light(trends_picture._GROUND)
    inks = [trends_picture._INK, trends_picture._GREY, *(ink for ink, _ in trends_picture._COLORS.values())]
    assert all((ground + 0.05) / (_light(ink) + 0.05) > 4.5 for ink in inks)


def _light(color: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance ."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_font_is_shipped_with_its_licence():
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    project = tomllib.loads((TAXONOMY.parents[1] / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["package-data"]["formatting"] == ["fonts/*"]


def test_drawing_is_the_only_reason_to_import_the_library():
    check = "import sys, bot.commands, bot.telegram, bot.slack; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@BOTH
def test_the_title_names_the_span(language):
    found = screen(moved(days=30), language)
    assert "30" in found.title
    assert plain(found.blocks[0].spans) == load(language).text("title.trends", n=30)
