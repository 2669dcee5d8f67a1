import re

import builders
from hostile import briefs, documents
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from brief.models import Brief
from formatting import screens, terminal
from formatting.document import Block, Button, Buttons, Divider, Document, Link, Paragraph, Run, Style
from formatting.text import clean, safe_url

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_LINK_START = re.compile(r"\x1b\]8;id=[0-9-]+;([\x21-\x7e]+)\x1b\\")
_LINK_END = "\x1b]8;;\x1b\\"


def bare(shown: str) -> str:
    """Take out the sequences we make ourselves; what is left must hold no control character."""
    return _LINK_START.sub("", _COLOR.sub("", shown)).replace(_LINK_END, "")


def targets(document: Document) -> set[str]:
    found: set[str] = set()
    for block in document.blocks:
        lines = [line.spans for item in getattr(block, "items", ()) for line in item] or [getattr(block, "spans", ())]
        found |= {url for spans in lines for s in spans if isinstance(s, Link) and (url := safe_url(s.url))}
    return found


def one(*spans: Run | Link, width: int = 60, color: bool = False) -> str:
    return terminal.render(Document("t", "en", (Paragraph(spans),)), width, color=color)


@given(documents, st.integers(20, 120))
@settings(deadline=None)
def test_without_colour_there_is_no_control_character_and_lines_fit(document: Document, width: int) -> None:
    shown = terminal.render(document, width, color=False)
    for line in shown.split("\n"):
        assert clean(line) == re.sub(" {2,}", " ", line)
        assert "://" in line or cell_len(line) <= width


@given(documents)
@settings(deadline=None)
def test_with_colour_only_our_own_sequences_and_links_appear(document: Document) -> None:
    shown = terminal.render(document, 80, color=True)
    assert "\x1b" not in bare(shown)
    assert set(_LINK_START.findall(shown)) <= targets(document)
    assert all(clean(line) == re.sub(" {2,}", " ", line) for line in bare(shown).split("\n"))


@given(briefs())
@settings(deadline=None, max_examples=40)
def test_a_hostile_edition_is_shown_whole(brief: Brief) -> None:
    for document in (screens.push(brief), screens.full(brief), screens.card(brief.picks[0], brief.language)):
        shown = terminal.render(document, 80, color=False)
        assert brief.picks[0].paper.url in shown
        assert len(shown) < 30_000


def test_markup_is_text() -> None:
    assert one(Run("[bold]x[/bold] :smile:")) == "[bold]x[/bold] :smile:\n"


def test_a_link_is_clickable_in_colour_and_written_out_in_a_pipe() -> None:
    link = Link("A paper", "https://arxiv.org/abs/1")
    assert one(link) == "A paper <https://arxiv.org/abs/1>\n"
    shown = one(link, color=True)
    assert _LINK_START.findall(shown) == ["https://arxiv.org/abs/1"]
    assert bare(shown) == "A paper\n"
    assert one(Link("https://arxiv.org/abs/1", "https://arxiv.org/abs/1")) == "https://arxiv.org/abs/1\n"
    assert one(Link("click", "javascript:alert(1)"), color=True) == "click\n"


def test_styles_do_not_run_into_each_other() -> None:
    shown = one(Run("a", Style.STRONG), Run("b"), Run("c", Style.MUTED), color=True)
    assert shown == "\x1b[1ma\x1b[0mb\x1b[2mc\x1b[0m\n"


def test_buttons_become_one_command_of_each_kind() -> None:
    row = (Button("1", "card", "2604.1"), Button("2", "card", "2604.2"), Button("More", "more"))
    document = Document("t", "en", (Buttons((row,)),))
    assert terminal.render(document, 80, color=False) == "/paper 2604.1 · /more\n"


def test_all_of_a_choice_is_shown_and_a_lone_button_says_what_it_does() -> None:
    choice = (Button("RIS", "export", "ris"), Button("CSV", "export", "csv"))
    undo = (Button("Undo", "like", "2604.1"),)
    document = Document("t", "en", (Buttons((choice,)), Buttons((undo,))))
    assert terminal.render(document, 80, color=False) == "/export ris · /export csv\n\nUndo: /like 2604.1\n"


def test_nothing_to_say_leaves_no_empty_lines() -> None:
    blocks: tuple[Block, ...] = (Paragraph(()), Paragraph((Run("a"),)), Paragraph((Run("\u200b"),)), Divider())
    assert terminal.render(Document("t", "en", blocks), 20, color=False) == f"a\n\n{'─' * 20}\n"


def test_lines_are_never_wider_than_one_can_read() -> None:
    shown = terminal.render(screens.full(builders.brief()), 400, color=False)
    assert max(map(cell_len, shown.splitlines())) <= 100
