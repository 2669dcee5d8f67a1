import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import builders
import pytest
from hostile import briefs, documents, texts
from hypothesis import example, given, settings
from test_people_screens import VIEW, everything

from brief.models import Language
from formatting import inline, people, screens, settings_screen, slack
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Document,
    Heading,
    Importance,
    Link,
    Paragraph,
    Quote,
    Run,
    Span,
    Style,
    UrlButton,
)
from formatting.press import Press, unpack
from formatting.slack import Message, messages, render, view_blocks
from formatting.text import safe_url
from tests.fakes.slack_blocks import check_message, check_view, total_text

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
DATE = builders.DATE
SCREENS = [screens.push, screens.more, screens.must, screens.repos, screens.ideas, screens.sources]


def accepted(message: Message) -> list[dict[str, Any]]:
    """Slack takes the message as it is, and nothing in its text can notify or link."""
    check_message(list(message.blocks), message.text)
    assert total_text(list(message.blocks)) <= 9500
    assert 0 < len(message.text) <= 4000
    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)|@(?=\w)", message.text)
    assert {block["type"] for block in message.blocks} <= {"header", "rich_text", "context", "actions", "divider"}
    ids = [element["action_id"] for element in pressable(message)]
    assert len(set(ids)) == len(ids)
    for key in keys(message):
        assert ("url" in key) == key.get("value", key.get("action_id", "")).startswith("paperboy.url.")
        assert "url" in key or unpack(key["value"])
    return list(message.blocks)


def pressable(message: Message) -> list[dict[str, Any]]:
    return [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


def keys(message: Message) -> list[dict[str, Any]]:
    """Return buttons and options, in order."""
    return [key for element in pressable(message) for key in element.get("options", [element])]


def labels(message: Message) -> list[list[str]]:
    """Return what stands in each row; a menu is one entry."""
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return [["/".join(o["text"]["text"] for o in e.get("options", [e])) for e in row] for row in rows]


def walk(thing: Any) -> Iterator[dict[str, Any]]:
    if isinstance(thing, dict):
        yield thing
    for part in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list | tuple) else ():
        yield from walk(part)


def hrefs(message: Message) -> list[str]:
    return [found["url"] for found in walk(message.blocks) if found.get("type") == "link"]


def shown(message: Message) -> str:
    """Return the text of each block on a line of its own."""
    return "\n".join(
        "".join(found["text"] for found in walk(block) if isinstance(found.get("text"), str))
        for block in message.blocks
        if block["type"] != "actions"
    )


def document(*blocks: Block, title: str = "t", summary: str = "") -> Document:
    return Document(title, "en", blocks, summary)


def drawn(*blocks: Block) -> list[dict[str, Any]]:
    return accepted(render(document(*blocks), date=DATE))


def said(*spans: Span) -> list[dict[str, Any]]:
    [block] = drawn(Paragraph(spans))
    [section] = block["elements"]
    found: list[dict[str, Any]] = section["elements"]
    return found


# -- whatever comes in, what goes out is accepted -------------------------------------------------------------------


@given(documents)
@settings(deadline=None)
def test_any_document_is_accepted(any_document: Document) -> None:
    accepted(render(any_document, date=DATE))
    for message in messages(any_document, date=DATE):
        accepted(message)
    check_view({"type": "home", "blocks": view_blocks(any_document, date=DATE)})


@given(briefs())
@settings(deadline=None, max_examples=40)
def test_hostile_editions_link_to_nothing_but_their_own_items(brief: Any) -> None:
    paper = brief.picks[0].paper
    own = {paper.url, paper.hub_url, paper.code_url}
    own |= {f.repo.url if f.repo else f.asset.url for f in (*brief.follow, *brief.more_follow) if f.repo or f.asset}
    card = screens.card(brief.picks[0], brief.language, previous=paper.id, next=paper.id)
    for one in (*(screen(brief) for screen in SCREENS), card, screens.full(brief), inline.mention(paper, "en")):
        for message in messages(one, date=brief.date):
            accepted(message)
            assert set(hrefs(message)) <= own


@LANGUAGES
@given(text=texts)
@settings(deadline=None, max_examples=25)
def test_every_screen_about_people_takes_any_title(language: Language, text: str) -> None:
    paper = builders.paper(title=text, authors=(text,) * 600)
    for one in everything(language, paper, text):
        accepted(render(one, date=DATE))


@LANGUAGES
def test_the_settings_are_a_message_with_every_choice(language: Language) -> None:
    screen = settings_screen.settings(language, VIEW)
    message = render(screen, date=DATE)
    assert len(accepted(message)) <= 15
    rows = [row for block in screen.blocks if isinstance(block, Buttons) for row in block.rows]
    assert labels(message) == [[button.label for button in row] for row in rows]


@LANGUAGES
@pytest.mark.parametrize(
    "title", ["很长" * 1500, "𝔘𝔫𝔦 👩\u200d🔬" * 400, "<!channel> @here <@U1> :tada: &amp;" * 400, "\u202e"]
)
def test_a_push_of_ten_hostile_papers_keeps_every_item_link_and_button(language: Language, title: str) -> None:
    text = builders.said(title * 2, "abstract")
    picks = tuple(
        builders.pick(language, n, paper=builders.paper(n % 7 + 1, id=f"2604.{n:05}", title=title)) for n in range(10)
    )
    picks = tuple(p.model_copy(update={"card": p.card.model_copy(update={"contribution": text})}) for p in picks)
    brief = builders.brief(language, picks=picks[:5], scan=picks[5:], overview=text)
    message = render(screens.push(brief, 10), date=DATE)
    accepted(message)
    assert hrefs(message) == [pick.paper.url for pick in picks]
    assert [n for n in range(1, 11) if f"\n{n}. " in shown(message)] == list(range(1, 11))
    assert len([key for key in keys(message) if "|save|" in key.get("value", "")]) == 10


# -- a screen as it is seen ------------------------------------------------------------------------------------------


def test_a_push_has_the_buttons_of_a_paper_beside_it() -> None:
    message = render(screens.push(builders.brief("en")), date=DATE)
    types = [block["type"] for block in accepted(message)]
    assert types == ["header", "rich_text", *["rich_text", "context", "actions"] * 5, "context", "actions"]
    assert labels(message) == [
        *[["Card", "☆ Later", "👍/👎/Similar/Why?/arXiv"]] * 5,
        ["More", "Must-reads", "Repos", "Ideas", "Sources"],
    ]
    first = message.blocks[2]["elements"][0]["elements"]
    assert first[0] == {"type": "text", "text": "1. "}
    assert first[1]["type"] == "link"
    assert first[1]["style"] == {"bold": True}


@LANGUAGES
def test_every_button_of_every_screen_is_carried(language: Language) -> None:
    brief = builders.brief(language)
    rows = [(builders.paper(n), builders.MORNING, builders.MORNING if n % 2 else None) for n in range(1, 11)]
    found = [people.similar(language, builders.paper(), [builders.paper(n) for n in range(2, 7)])]
    found += [people.later(language, rows, 2, 3), screens.card(brief.picks[0], language, previous="1")]
    for one in (*found, *(screen(brief) for screen in SCREENS)):
        asked = {b for block in one.blocks if isinstance(block, Buttons) for row in block.rows for b in row}
        asked |= {b for block in one.blocks if isinstance(block, Bullets) for row in block.keys for b in row}
        carried = keys(render(one, date=DATE))
        pressed = [unpack(key["value"]) for key in carried if "url" not in key]
        assert set(pressed) == {Press(b.action, b.value, DATE) for b in asked if isinstance(b, Button)}
        assert len(set(pressed)) == len(pressed)
        assert {key["url"] for key in carried if "url" in key} == {
            safe_url(b.url) for b in asked if isinstance(b, UrlButton)
        }


def test_the_later_list_marks_what_is_read() -> None:
    rows = [(builders.paper(1), builders.MORNING, None), (builders.paper(2), builders.MORNING, builders.MORNING)]
    message = render(people.later("en", rows, 2, 3), date=DATE)
    assert labels(message) == [["Card", "✓ Read", "✕ Remove"], ["Card", "↩ Unread", "✕ Remove"], ["◀", "▶", "Export"]]


def test_a_page_of_the_later_list_is_one_message_however_long() -> None:
    rows = [(builders.paper(n % 7 + 1, id=f"2604.{n:05}"), builders.MORNING, None) for n in range(20)]
    message = render(people.later("zh", rows, 2, 3), date=DATE)
    assert len(accepted(message)) <= 50
    assert len(hrefs(message)) == 20
    assert len(labels(message)) == 21


def test_a_long_row_goes_on_in_a_menu_and_what_slack_would_refuse_is_left_out() -> None:
    row = tuple(Button(f"b{n}", "card", str(n)) for n in range(9))
    others = (Button(" ", "top"), UrlButton("x", "javascript:x"), Button("x", "card", "x" * 199))
    message = render(document(Buttons((row, row[:6], others, others[1:]))), date=DATE)
    accepted(message)
    assert labels(message) == [[*(f"b{n}" for n in range(5)), "b5/b6/b7/b8"], [f"b{n}" for n in range(6)], ["…"]]


def test_buttons_by_the_hundred_are_rows_and_menus() -> None:
    row = tuple(Button(str(n), "card", str(n)) for n in range(130))
    message = render(document(Buttons((row,))), date=DATE)
    accepted(message)
    assert len(keys(message)) == 130


def test_a_button_that_opens_a_page_needs_no_answer() -> None:
    beside = (
        Button("a", "top"),
        Button("b", "more"),
        UrlButton("c", "https://x.test/1"),
        UrlButton("d", "https://x.test"),
    )
    row = (UrlButton("e", "https://x.test/2"),)
    message = render(document(Bullets(((),), keys=(beside,)), Buttons((row,))), date=DATE)
    accepted(message)
    menu = pressable(message)[2]
    assert [option["value"] for option in menu["options"]] == ["paperboy.url.3", "paperboy.url.4"]
    assert pressable(message)[3]["action_id"] == "paperboy.url.6"
    assert "value" not in pressable(message)[3]


# -- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "element"),
    [
        (Run("<!channel> *a* :tada: & @here"), {"type": "text", "text": "<!channel> *a* :tada: & @here"}),
        (Run("a", Style.STRONG), {"type": "text", "text": "a", "style": {"bold": True}}),
        (Run("a", Style.EMPHASIS), {"type": "text", "text": "a", "style": {"italic": True}}),
        (Run("“a”", Style.QUOTE), {"type": "text", "text": "“a”"}),
        (Run("/paper 1", Style.CODE), {"type": "text", "text": "/paper 1", "style": {"code": True}}),
        (Run("/time 7:30", Style.CODE), {"type": "text", "text": "/paperboy time 7:30", "style": {"code": True}}),
        (Run("/paperboy time", Style.CODE), {"type": "text", "text": "/paperboy time", "style": {"code": True}}),
        (Run("/papers", Style.CODE), {"type": "text", "text": "/paperboy papers", "style": {"code": True}}),
        (Run("/usr/bin", Style.CODE), {"type": "text", "text": "/usr/bin", "style": {"code": True}}),
        (Run("/time 7:30"), {"type": "text", "text": "/time 7:30"}),
        (Link("T & U", "https://x.test/?a=1"), {"type": "link", "url": "https://x.test/?a=1", "text": "T & U"}),
        (Link("https://x.test/a", "https://x.test/a"), {"type": "link", "url": "https://x.test/a", "text": "x.test/a"}),
        (Link("bad", "javascript:alert(1)"), {"type": "text", "text": "bad"}),
        (Link("bad", "http://localhost/"), {"type": "text", "text": "bad"}),
    ],
)
def test_spans(span: Span, element: dict[str, Any]) -> None:
    assert said(span) == [element]


def test_a_label_stands_close_to_what_it_introduces() -> None:
    label = Paragraph((Run("Abstract", Style.STRONG),))
    quoted, points = drawn(label, Quote((Run("q"),)), label, Bullets(((Paragraph((Run("p"),)),),)))
    assert [element["type"] for element in quoted["elements"]] == ["rich_text_section", "rich_text_quote"]
    assert [element["type"] for element in points["elements"]] == ["rich_text_section", "rich_text_list"]


def test_a_point_of_a_list_keeps_its_lines() -> None:
    items = ((Paragraph((Run("a"),)), Paragraph((Run("b", Style.MUTED),))), (Paragraph((Run("c"),)),), ())
    [block] = drawn(Bullets(items))
    [points] = block["elements"]
    texts_of = ["".join(piece["text"] for piece in section["elements"]) for section in points["elements"]]
    assert texts_of == ["a\nb", "c"]


def test_a_heading_too_long_for_a_header_or_with_a_link_is_bold() -> None:
    long, link = "word " * 40, Link("page", "https://x.test/")
    blocks = drawn(Heading(1, (Run("short"),)), Heading(1, (Run(long),)), Heading(2, (link,)), Divider())
    assert [block["type"] for block in blocks] == ["header", "rich_text", "divider"]
    styles = {json.dumps(found["style"]) for found in walk(blocks) if "style" in found}
    assert styles == {'{"bold": true}'}
    assert long.strip() in json.dumps(blocks)


def test_a_document_without_text_says_its_title() -> None:
    [block] = accepted(render(document(title="A <title>"), date=DATE))
    assert block["elements"][0]["elements"] == [{"type": "text", "text": "A <title>"}]
    assert render(document(title="\u200b"), date=DATE).text == "…"


# -- length ----------------------------------------------------------------------------------------------------------


def test_the_least_important_text_is_shortened_first() -> None:
    kinds = (Importance.DETAIL, Importance.NORMAL)
    blocks = tuple(Paragraph((Run("word " * 1200),), importance) for importance in kinds)
    shortened = shown(render(document(*blocks), date=DATE)).splitlines()
    assert [line.endswith("…") for line in shortened] == [True, False]


@LANGUAGES
def test_a_brief_to_be_read_through_is_split_and_says_everything(language: Language) -> None:
    brief = builders.brief(language, scan=tuple(builders.pick(language, n) for n in range(1, 8)) * 4)
    whole = screens.full(brief)
    parts = messages(whole, date=DATE)
    assert len(parts) > 1
    assert all(accepted(part)[-1]["type"] != "header" for part in parts)
    titles = [found.spans[0].text for found in whole.blocks if isinstance(found, Heading)]
    together = "\n".join(map(shown, parts))
    assert [title for title in titles if title not in together] == []
    assert "…" not in together


def test_a_list_is_split_between_its_items_and_keeps_its_numbers() -> None:
    items = tuple((Paragraph((Run(f"item {n}"),)), Paragraph((Run("x" * 3000),))) for n in range(1, 7))
    parts = messages(document(Bullets(items, numbered=True)), date=DATE)
    assert [re.findall(r"(\d)\. item \1", shown(part)) for part in parts] == [["1", "2", "3"], ["4", "5", "6"]]
    assert [part.text[:9] for part in parts] == ["t\n1. item", "4. item 4"]


# -- the plain text ---------------------------------------------------------------------------------------------------


def test_the_text_begins_with_the_summary_and_says_nothing_twice() -> None:
    body = (Heading(1, (Run("Title"),)), Paragraph((Run("Use "), Run("/time 7", Style.CODE))), Paragraph((Run("z"),)))
    assert slack.text(document(*body, summary="Use /time 7")) == "Use /paperboy time 7\nTitle\nz"
    assert slack.text(document(*body, title="Title")) == "Title\nUse /paperboy time 7\nz"


@LANGUAGES
def test_a_summary_names_commands_as_they_are_typed_here_and_is_not_escaped(language: Language) -> None:
    said = slack.summary(screens.message("bad_time", language, "<25>"))
    assert "<25>" in said
    assert said.count("/paperboy time ") == said.count("/") == 2


def test_the_text_is_what_the_screen_says() -> None:
    brief = builders.brief("en")
    text = slack.text(screens.push(brief)).splitlines()
    assert text[0] == screens.push(brief).summary
    assert [line[:2] for line in text if re.match(r"\d\. ", line)] == ["1.", "2.", "3.", "4.", "5."]


@pytest.mark.parametrize("text", ["&" * 9000, "<!channel> @here <@U1> " * 900, "&a" * 2500, f"“{'&' * 9000}”"])
def test_the_text_mentions_nobody_and_is_cut_between_entities(text: str) -> None:
    accepted(render(document(Paragraph((Run(text),))), date=DATE))


@given(texts)
@example("@everyone <!here>")
@settings(deadline=None)
def test_the_text_is_escaped_wherever_it_comes_from(text: str) -> None:
    accepted(render(document(Heading(1, (Run(text),)), title=text, summary=text), date=DATE))


# -- calls -----------------------------------------------------------------------------------------------------------


def test_a_push_is_one_call_and_a_full_brief_several() -> None:
    push = screens.push(builders.brief())
    [call] = slack.calls(push, date=DATE)
    made = render(push, date=DATE)
    assert call["method"] == "chat.postMessage"
    assert call["parameters"] == {
        "channel": "@you",
        "text": made.text,
        "blocks": list(made.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    assert [c["parameters"]["channel"] for c in slack.calls(push, channel="C1", date=DATE)] == ["C1"]
    full = slack.calls(screens.full(builders.brief(scan=builders.brief().picks * 4)), date=dt.date(2026, 5, 2))
    assert len(full) > 1
