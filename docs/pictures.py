"""Draw the pictures of the documentation from the packaged sample edition: `make pictures`.

The terminal is what `paperboy brief --sample` prints first, recorded by Rich. The chats are renderings, and say so:
what `--format telegram` and `--format slack` send, laid out by this script, not by the apps. The trends are drawn by
the program itself, of invented numbers: the sample is one day. The same input gives the same bytes; of the trends, the
same Pillow does.
"""

import asyncio
import datetime as dt
import html
import io
import re
import sys
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, get_args

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.wiring import sample_brief
from brief.models import Language, Trends
from brief.profile import load_profile
from brief.settings import load_settings
from brief.trends import Gist, trends
from formatting import screens, slack, telegram, trends_picture
from formatting.document import Document
from formatting.terminal import render
from formatting.wrap import breaks
from sources.sample_site import SAMPLE_DATE

FOLDER = Path(__file__).parent / "pictures"
_COLUMNS = 100  # of the terminal
_WIDTH, _CELL, _LINE, _MARGIN = 800, 8.8, 21, 24  # pixels; a cell is half of what a Chinese letter takes
_ROW = int((_WIDTH - 2 * _MARGIN) / _CELL)  # cells
_STYLE = """
text { font: 15px -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif; fill: #1d2127 }
.b { font-weight: 600 } .i { font-style: italic } .a { fill: #1264a3 }
.muted { fill: #5b616b; font-size: 13px }
.head { font-size: 19px; font-weight: 700 } .key { text-anchor: middle; font-size: 14px }
"""
_TAGS = {"b": "b", "i": "i", "a": "a", "code": "b", "blockquote": "i"}  # Telegram's HTML -> classes of ours
_STYLES = {"bold": "b", "italic": "i"}  # Slack's
_LABELS = {
    "en": "Rendering of the calls that paperboy makes, not a screenshot of the app",
    "zh": "按 paperboy 实际发出的调用绘制，并非应用截图",
}


# Papers of each day from a Saturday on.
_TOPICS = {
    "agentic-rl": (2, 1, 12, 10, 17, 22, 21),
    "world-models": (1, 1, 5, 8, 9, 12, 13),
    "code-agent": (0, 2, 7, 5, 10, 14, 11),
    "multimodal": (3, 2, 23, 19, 16, 11, 13),
    "decoding": (2, 1, 13, 11, 9, 5, 6),
    "speech": (1, 2, 12, 14, 9, 8, 5),
    "robotics": (4, 3, 35, 33, 36, 34, 37),
}


def pictures(language: Language) -> dict[str, bytes]:
    """Return the pictures in a language: file name -> SVG or PNG."""
    settings = load_settings({})
    push = screens.push(asyncio.run(sample_brief(settings, load_profile(settings.paperboy_profile), language)))
    drawn = {
        "terminal": terminal(push),
        "telegram": chat("Telegram", telegram_rows(push), language),
        "slack": chat("Slack", slack_rows(push), language),
    }
    made = {f"{name}.{language}.svg": svg.encode() for name, svg in drawn.items()}
    return {**made, f"trends.{language}.png": trends_picture.draw(moved(), language)}


def moved() -> Trends:
    """Return how invented topics moved over the week before the sample."""
    week = [SAMPLE_DATE - dt.timedelta(n) for n in reversed(range(7))]
    gists = {date: Gist(topics=dict(_papers(day))) for day, date in enumerate(week)}
    return trends(gists, SAMPLE_DATE, len(week))


def _papers(day: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield papers of a day, each with its topic, under ids of their own."""
    for topic, counts in _TOPICS.items():
        for number in range(counts[day]):
            yield f"{topic} {day} {number}", (topic,)


def terminal(document: Document) -> str:
    """Return what a terminal shows; nothing is fetched from elsewhere, the font is the viewer's."""
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), _environ={})
    console.print(Text.from_ansi(render(document, _COLUMNS, color=True)), soft_wrap=True)
    svg = console.export_svg(title="paperboy brief --sample", unique_id="paperboy")
    return _tidy(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


Row = tuple[str, Text] | tuple[str, list[str]]  # "text", "head" or "muted" and what is said; "keys" and their labels


def telegram_rows(document: Document) -> Iterator[Row]:
    """Yield the rows of the messages that sendMessage would make."""
    for call in telegram.calls(document, date=SAMPLE_DATE):
        parser = _Html()
        parser.feed(call["parameters"]["text"])
        yield "text", parser.text
        for keys in call["parameters"].get("reply_markup", {}).get("inline_keyboard", []):
            yield "keys", [key["text"] for key in keys]


class _Html(HTMLParser):
    """Telegram's HTML as text with styles."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self._open = Text(), [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's
        self._open.append(_TAGS[tag])

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - Telegram's tags are nested well
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data, self._open[-1])


def slack_rows(document: Document) -> Iterator[Row]:
    """Yield the rows of the messages that chat.postMessage would make."""
    for call in slack.calls(document, date=SAMPLE_DATE):
        yield from chain.from_iterable(map(_slack_row, call["parameters"]["blocks"]))


def _slack_row(block: dict[str, Any]) -> Iterator[Row]:
    match block:
        case {"type": "header", "text": {"text": said}}:
            yield "head", Text(said)
        case {"type": "context", "elements": [{"text": said}]}:
            yield "muted", Text(said)
        case {"type": "actions", "elements": elements}:
            yield "keys", [one["text"]["text"] if "text" in one else "···" for one in elements]
        case {"type": "rich_text", "elements": sections}:
            yield "text", Text("\n").join(map(_section, sections))
        case _:
            raise ValueError(f"no drawing for {block['type']}")


def _section(section: dict[str, Any]) -> Text:
    said = Text()
    for piece in section["elements"]:
        styles = [_STYLES[name] for name in piece.get("style", {})]
        said.append(piece["text"], " ".join(["a"] * (piece["type"] == "link") + styles))
    return said


def chat(name: str, rows: Iterable[Row], language: Language) -> str:
    """Return rows as a message in a frame, with the name of the chat and what this picture is."""
    parts = [_said("b", _MARGIN, 34, name), _said("muted", _MARGIN + 90, 34, _LABELS[language])]
    top = 70
    for kind, content in rows:
        drawn, height = _keys(content, top) if isinstance(content, list) else _lines(kind, content, top)
        parts += drawn
        top += height
    frame = f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{top - 1}" rx="10" fill="#fff" stroke="#d9d6cf"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}">'
    return _tidy("\n".join([head, f"<style>{_STYLE}</style>", frame, *parts, "</svg>"]))


def _lines(kind: str, content: Text, top: float) -> tuple[list[str], float]:
    """Return the lines of a text from `top` on, and how high they are."""
    parts, y = [], top
    for paragraph in content.split("\n", allow_blank=True):
        for line in paragraph.divide(list(breaks(paragraph.plain, _ROW))):
            parts.append(f'<text class="{kind}" x="{_MARGIN}" y="{y:g}">{_spans(line)}</text>')
            y += _LINE
    return parts, y - top + 6


def _spans(line: Text) -> str:
    edges = sorted({0, len(line), *(edge for span in line.spans for edge in (span.start, span.end))})
    said = []
    for start, end in pairwise(edges):
        style = " ".join(str(span.style) for span in line.spans if span.start <= start < span.end).strip()
        text = html.escape(line.plain[start:end], quote=False)
        said.append(f'<tspan class="{style}">{text}</tspan>' if style else text)
    return "".join(said)


def _keys(labels: list[str], top: float) -> tuple[list[str], float]:
    """Return a row of buttons, each as wide as its label needs, and how high it is."""
    parts, x = [], float(_MARGIN)
    for label in labels:
        width = max(44, cell_len(label) * _CELL + 26)
        parts.append(f'<rect x="{x:g}" y="{top - 15:g}" width="{width:g}" height="28" rx="6" fill="#eef1f5"/>')
        parts.append(_said("key", x + width / 2, top + 4, label))
        x += width + 8
    return parts, 40


def _said(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{html.escape(text, quote=False)}</text>'


def _tidy(svg: str) -> str:
    """Return the lines without spaces at their ends, and a newline at the end."""
    return "\n".join(line.rstrip() for line in svg.strip().splitlines()) + "\n"


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    for language in get_args(Language):
        for name, content in pictures(language).items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
