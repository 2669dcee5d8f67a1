import re
from collections.abc import Iterator
from typing import Any

import builders
import pytest
from hostile import briefs, documents, texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brief.models import Brief, Language
from formatting import screens, telegram
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
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
from formatting.telegram import Message, render, render_split
from formatting.text import clean, safe_url
from tests.fakes.telegram_html import Parsed, parse_html, utf16_length

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
DATE = builders.DATE
SCREENS = [screens.push, screens.more, screens.must, screens.repos, screens.ideas, screens.sources]
TAGS = {"bold", "italic", "code", "text_link", "expandable_blockquote"}


def accepted(message: Message, limit: int = 4096) -> Parsed:
    """Telegram takes the message as it is meant: nothing too long, nothing silently dropped."""
    parsed = parse_html(message.html)
    assert parsed.lost == []
    assert 0 < utf16_length(parsed.text.strip()) <= limit
    assert {entity["type"] for entity in parsed.entities} <= TAGS
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", parsed.text)
    keys = [key for row in message.buttons for key in row]
    assert len(keys) <= 100
    assert all(0 < len(row) <= 8 for row in message.buttons)
    for key in keys:
        assert key.text
        assert (key.data is None) != (key.url is None)
        assert key.data is None or (len(key.data.encode()) <= 64 and unpack(key.data))
    return parsed


def hrefs(message: Message) -> list[str]:
    return [entity["url"] for entity in parse_html(message.html).entities if entity["type"] == "text_link"]


def paragraph(*spans: Span, importance: Importance = Importance.NORMAL) -> Document:
    return Document("t", "en", (Paragraph(spans, importance),))


def said(*blocks: Block, limit: int = 4096) -> str:
    message = render(Document("t", "en", blocks), date=DATE, limit=limit)
    return accepted(message, limit).text


# -- whatever comes in, what goes out is accepted -------------------------------------------------------------------


@given(documents, st.sampled_from([4096, 1024, 300]))
@settings(deadline=None)
def test_any_document_is_accepted_in_one_message(document: Document, limit: int) -> None:
    accepted(render(document, date=DATE, limit=limit), limit)


@given(documents)
@settings(deadline=None)
def test_any_document_is_accepted_in_several_messages(document: Document) -> None:
    messages = render_split(document, date=DATE, limit=500)
    for message in messages:
        accepted(message, 500)
    assert not any(message.buttons for message in messages[:-1])


@given(briefs())
@settings(deadline=None, max_examples=40)
def test_hostile_editions_keep_their_items_and_link_to_nothing_else(brief: Brief) -> None:
    paper = brief.picks[0].paper
    own = {paper.url, paper.hub_url, paper.code_url}
    own |= {f.repo.url if f.repo else f.asset.url for f in (*brief.follow, *brief.more_follow) if f.repo or f.asset}
    shown = [screen(brief) for screen in SCREENS]
    for document in (*shown, screens.card(brief.picks[0], brief.language, previous=paper.id, next=paper.id)):
        message = render(document, date=brief.date)
        accepted(message)
        assert set(hrefs(message)) <= own
    for message in render_split(screens.full(brief), date=brief.date):
        accepted(message)
        assert set(hrefs(message)) <= own


@LANGUAGES
@pytest.mark.parametrize(
    "title", ["很长" * 1500, "𝔘𝔫𝔦 👩‍🔬" * 400, "<b>&amp;" * 400, "one two. Three " * 300, "\u202e\u200b"]
)
def test_a_push_of_ten_hostile_papers_keeps_every_item_link_and_button(language: Language, title: str) -> None:
    text = builders.said(title * 2, "abstract")
    picks = tuple(
        builders.pick(language, n, paper=builders.paper(n % 7 + 1, id=f"2604.{n:05}", title=title)) for n in range(10)
    )
    picks = tuple(p.model_copy(update={"card": p.card.model_copy(update={"contribution": text})}) for p in picks)
    brief = builders.brief(language, picks=picks[:5], scan=picks[5:], overview=text)
    message = render(screens.push(brief, 10), date=DATE)
    parsed = accepted(message)
    assert hrefs(message) == [pick.paper.url for pick in picks]
    assert [n for n in range(1, 11) if f"\n{n}. " in parsed.text] == list(range(1, 11))
    assert [key.text for row in message.buttons[:2] for key in row] == [str(n) for n in range(1, 11)]
    assert all(label.text in parsed.text for label in picks[0].categories[:1])


# -- shortening ------------------------------------------------------------------------------------------------------


def _block(importance: Importance, letter: str, size: int) -> Paragraph:
    return Paragraph((Run(f"{letter}{'x' * (size - 2)}{letter}"),), importance)


def test_the_least_important_text_is_shortened_first() -> None:
    blocks = (
        _block(Importance.ESSENTIAL, "E", 300),
        _block(Importance.DETAIL, "D", 300),
        _block(Importance.NORMAL, "N", 300),
    )
    shown = {limit: said(*blocks, limit=limit) for limit in (904, 750, 600, 400)}
    whole = {limit: [mark for mark in "DNE" if f"x{mark}" in text] for limit, text in shown.items()}
    assert whole == {904: ["D", "N", "E"], 750: ["N", "E"], 600: ["E"], 400: []}
    assert all("Ex" in text and "Nx" in text for text in shown.values())


def test_the_longest_of_equals_is_shortened_first() -> None:
    lines = tuple(Paragraph((Run("word " * n),)) for n in (10, 200, 20))
    text = said(*lines, limit=600)
    first, second, third = text.split("\n\n")
    assert (first, third) == (("word " * 10).strip(), ("word " * 20).strip())
    assert 400 < len(second) <= 600
    assert second.endswith("word…")


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("First sentence. Second one is long.", 30, "First sentence. …"),
        ("一句。第二句话很长很长很长很长。", 14, "一句。第二句话很长很长很…"),
        ("第一句话在这里。第二句话很长很长很长。", 14, "第一句话在这里。…"),
        ("Version 1.5 of e.g. this goes on", 22, "Version 1.5 of e.g.…"),
        ("Nosentencehereatall", 10, "Nosenten…"),
        ("“First sentence. Second one is long.”", 30, "“First sentence. …”"),
        ("a 👩 b 👩 c 👩 d 👩", 11, "a 👩 b 👩…"),
    ],
)
def test_a_cut_comes_after_a_sentence_or_a_word(text: str, limit: int, shown: str) -> None:
    assert said(Paragraph((Run(text),)), limit=limit) == shown


def test_length_is_counted_after_parsing_in_utf16_units() -> None:
    amps, faces = "&" * 4096, "😀" * 2048
    assert said(Paragraph((Run(amps),))) == amps
    assert said(Paragraph((Run(faces),))) == faces
    assert utf16_length(said(Paragraph((Run(faces + "!"),)))) <= 4096


def test_a_link_is_never_shortened_away() -> None:
    links = [Link("A very long title of a paper " * 9, f"https://arxiv.org/abs/{n}") for n in range(9)]
    line = Paragraph((Run("x" * 900), *links), Importance.DETAIL)
    message = render(
        Document("t", "en", (line, *(Paragraph((Run("y" * 500),)) for _ in range(9)))), date=DATE, limit=900
    )
    accepted(message, 900)
    assert hrefs(message) == [link.url for link in links]


def test_beyond_a_hundred_entities_styles_give_way_before_links() -> None:
    plain = tuple(Paragraph((Run("w", Style.STRONG), Run(" ")) * 10, Importance.DETAIL) for _ in range(10))
    links = tuple(Paragraph((Link("x", f"https://arxiv.org/abs/{n}"),)) for n in range(60))
    message = render(Document("t", "en", (*plain, Paragraph((Run("head", Style.STRONG),)), *links)), date=DATE)
    assert len(accepted(message).entities) == 100 - 9
    assert len(hrefs(message)) == 60
    assert "<b>head</b>" in message.html


# -- splitting ------------------------------------------------------------------------------------------------------


@LANGUAGES
def test_a_split_brief_says_everything_and_breaks_between_blocks(language: Language) -> None:
    document = screens.full(builders.brief(language))
    one = accepted(render(document, date=DATE, limit=100_000), 100_000).text
    parts = [accepted(message, 1500).text for message in render_split(document, date=DATE, limit=1500)]
    assert len(parts) > 3
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", one)
    assert all(part.splitlines()[-1] + "\n" in one + "\n" for part in parts)


def test_a_heading_never_ends_a_message() -> None:
    sections = [block for n in range(9) for block in (Heading(2, (Run(f"H{n}"),)), Paragraph((Run("x" * 80),)))]
    parts = render_split(Document("t", "en", tuple(sections)), date=DATE, limit=130)
    assert [accepted(part, 130).text for part in parts] == [f"■ H{n}\n{'x' * 80}" for n in range(9)]


def test_a_list_is_split_between_its_items_and_keeps_its_numbers() -> None:
    items = tuple((Paragraph((Run(f"item {n}"),)), Paragraph((Run("x" * 50),))) for n in range(1, 7))
    parts = render_split(Document("t", "en", (Bullets(items, numbered=True),)), date=DATE, limit=150)
    assert [re.findall(r"^(\d)\. item \1$", accepted(part, 150).text, re.MULTILINE) for part in parts] == [
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
    ]


# -- markup ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "html"),
    [
        (Run("<b>&\"'"), "&lt;b&gt;&amp;&quot;'"),
        (Run("a", Style.STRONG), "<b>a</b>"),
        (Run("a", Style.MUTED), "<i>a</i>"),
        (Run("a", Style.EMPHASIS), "<i>a</i>"),
        (Run("“a”", Style.QUOTE), "“a”"),
        (Run("/time 7:30", Style.CODE), "<code>/time 7:30</code>"),
        (Run("/paper", Style.CODE), "/paper"),
        (Run("@admin hi@x"), "@\u2060admin hi@\u2060x"),
        (Link("T & U", "https://x.test/?a=1&b=2"), '<a href="https://x.test/?a=1&amp;b=2">T &amp; U</a>'),
        (Link("https://x.test/a", "https://x.test/a"), '<a href="https://x.test/a">x.test/a</a>'),
        (Link("bad", "javascript:alert(1)"), "bad"),
        (Link("bad", "http://localhost/"), "bad"),
    ],
)
def test_spans(span: Span, html: str) -> None:
    assert render(paragraph(span), date=DATE).html == html


def test_a_longer_quotation_can_be_unfolded() -> None:
    document = Document("t", "en", (Quote((Run("a<b"),)),))
    assert render(document, date=DATE).html == "<blockquote expandable>a&lt;b</blockquote>"


def test_a_document_without_text_says_its_title() -> None:
    assert render(Document("A <title>", "en", ()), date=DATE).html == "A &lt;title&gt;"
    assert render(Document("\u200b", "en", ()), date=DATE).html == "…"


@given(texts)
@example("@everyone")
def test_text_is_shown_as_it_was_cleaned(text: str) -> None:
    shown = accepted(render(paragraph(Run("|"), Run(text), Run("|")), date=DATE)).text
    assert shown.replace("\u2060", "") == f"|{clean(text)}|" or len(clean(text)) > 4000


# -- buttons ---------------------------------------------------------------------------------------------------------


def test_buttons_are_laid_out_within_the_limits() -> None:
    row = tuple(Button(str(n), "card", str(n)) for n in range(130))
    others = (Button(" ", "top"), UrlButton("x", "javascript:x"), Button("x", "card", "x" * 99))
    message = render(Document("t", "en", (Buttons((others, row)),)), date=DATE)
    accepted(message)
    assert [len(row) for row in message.buttons] == [1, *[8] * 12, 3]
    assert message.buttons[0][0].text == "…"


def test_a_label_is_one_sensible_line() -> None:
    [[key]] = render(Document("t", "en", (Buttons(((Button("a\nb " * 99, "top"),),)),)), date=DATE).buttons
    assert key.text.startswith("a b a b")
    assert len(key.text) <= 64


@LANGUAGES
def test_every_button_of_every_screen_is_carried(language: Language) -> None:
    brief = builders.brief(language)
    for document in (*(screen(brief) for screen in SCREENS), screens.card(brief.picks[0], language, previous="1")):
        drawn = [b for block in document.blocks if isinstance(block, Buttons) for row in block.rows for b in row]
        keys = [key for row in render(document, date=DATE).buttons for key in row]
        assert [key.text for key in keys] == [b.label for b in drawn]
        pressed = [unpack(key.data) for key in keys if key.data]
        assert pressed == [Press(b.action, b.value, DATE) for b in drawn if isinstance(b, Button)]
        assert [key.url for key in keys if key.url] == [safe_url(b.url) for b in drawn if isinstance(b, UrlButton)]


# -- calls -----------------------------------------------------------------------------------------------------------


def _texts(calls: list[dict[str, Any]]) -> Iterator[str]:
    for call in calls:
        assert call["method"] == "sendMessage"
        assert call["parameters"]["chat_id"] == "@you"
        assert call["parameters"]["parse_mode"] == "HTML"
        assert call["parameters"]["link_preview_options"] == {"is_disabled": True}
        yield call["parameters"]["text"]


def test_a_push_is_one_call_with_its_buttons() -> None:
    push = screens.push(builders.brief())
    [text] = _texts(telegram.calls(push, date=DATE))
    assert text == render(push, date=DATE).html
    [call] = telegram.calls(push, date=DATE)
    rows = call["parameters"]["reply_markup"]["inline_keyboard"]
    assert rows[0][0] == {"text": "1", "callback_data": "1|card|260501|2604.26901"}
    card = telegram.calls(screens.card(builders.pick(), "zh"), date=DATE)
    [url] = {
        key["text"]: key
        for row in card[0]["parameters"]["reply_markup"]["inline_keyboard"]
        for key in row
        if key["text"] == "PDF"
    }.values()
    assert url == {"text": "PDF", "url": "https://arxiv.org/pdf/2604.26901"}


def test_a_full_brief_is_several_calls_without_buttons() -> None:
    calls = telegram.calls(screens.full(builders.brief(scan=builders.brief().picks * 4)), date=DATE)
    assert len(list(_texts(calls))) > 1
    assert not any("reply_markup" in call["parameters"] for call in calls)


@given(texts, texts)
def test_a_toast_is_short_and_plain(title: str, summary: str) -> None:
    shown = telegram.toast(Document(title, "en", (), summary))
    assert utf16_length(shown) <= 200
    assert shown == clean(shown).strip()
