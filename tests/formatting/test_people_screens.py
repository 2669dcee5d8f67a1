import ast
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import builders
import pytest
from hostile import texts
from hypothesis import given, settings

import formatting
from brief.models import Language, Paper
from formatting import people, screens
from formatting.document import Button, Buttons, Document, UrlButton
from formatting.locales import load
from formatting.profile_screen import ProfileView, profile
from formatting.screens import Kind
from formatting.settings_screen import SettingsView, when
from formatting.settings_screen import settings as settings_screen
from formatting.telegram import render, toast
from formatting.text import columns
from tests.fakes.telegram_html import parse_html, utf16_length

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
PAPERS = [builders.paper(n) for n in range(1, 8)]
DAY = builders.DATE
VIEW = SettingsView(dt.time(8), "Asia/Shanghai", "zh", 5, weekdays_only=False, subscribed=True, reminder=True)


def shown(document: Document) -> str:
    parsed = parse_html(render(document, date=DAY).html)
    assert parsed.lost == []
    assert 0 < utf16_length(parsed.text) <= 4096
    return parsed.text


def pressed(document: Document) -> list[tuple[str, str, str]]:
    rows = [row for block in document.blocks if isinstance(block, Buttons) for row in block.rows]
    return [(b.label, b.action, b.value) for row in rows for b in row if isinstance(b, Button)]


def actions(document: Document) -> list[tuple[str, str]]:
    return [(action, value) for _, action, value in pressed(document)]


def everything(language: Language, paper: Paper, text: str) -> list[Document]:
    """Every screen of `people`, showing this paper and this text from outside."""
    other = [(paper, builders.MORNING, None), (paper, builders.MORNING, builders.MORNING)]
    dated = [(paper, DAY)] * 3
    return [
        people.later(language, []),
        people.later(language, other * 4, 2, 3),
        people.saved_note(language, paper, fresh=True),
        people.saved_note(language, paper, fresh=False),
        people.done_note(language, paper),
        people.dropped_note(language, paper),
        *(people.vote_note(language, "2604.26904", vote) for vote in (1, 0, -1)),
        people.search_results(language, people.LookedFor(text, text, [text]), []),
        people.search_results(language, people.LookedFor(text, text, [text]), dated, more=True),
        people.similar(language, paper, []),
        people.similar(language, paper, [paper] * 5),
        people.reminder(language, 7, [paper] * 3),
        people.followup(language, [paper] * 3),
        people.export_choice(language),
        people.export_caption(language, 3, "csv"),
        profile(
            language, ProfileView([(text, [text] * 60)] * 20, [text] * 60, [text], [text], [(text, "no_words")] * 9)
        ),
        profile(language, ProfileView([(text, [text])], own=text)),
        profile(language, ProfileView([(text, ())], origin=text)),
        people.start(language, text, subscribed=True, when=when(language, dt.time(8), text, weekdays_only=True)),
        people.start(language, "", subscribed=False, when=when(language, dt.time(8), "UTC", weekdays_only=False)),
        people.subscribed(language, when(language, dt.time(8), "UTC", weekdays_only=False), too_late=True),
        people.unsubscribed(language),
        people.stopped(language),
        people.refusal(language, 7),
        people.admins_only(language),
        people.failed(language, text),
    ]


@LANGUAGES
@given(text=texts)
@settings(deadline=None, max_examples=40)
def test_every_screen_takes_any_title(language: Language, text: str) -> None:
    paper = builders.paper(title=text, authors=(text,) * 600)
    for document in everything(language, paper, text):
        assert shown(document)
        assert len(toast(document)) <= 200


@LANGUAGES
def test_every_button_is_carried_and_leads_to_a_command(language: Language) -> None:
    known = {"card", "save", "like", "dislike", "done", "remove", "later", "export", "top", "settings", "help"}
    known |= {"subscribe", "unsubscribe", "reminder", "profile"}
    for document in everything(language, PAPERS[0], "text"):
        assert {action for action, _ in actions(document)} <= known
        drawn = [b for block in document.blocks if isinstance(block, Buttons) for row in block.rows for b in row]
        assert sum(map(len, render(document, date=DAY).buttons)) == len(drawn)


@LANGUAGES
def test_a_note_is_one_sentence_that_fits_a_toast(language: Language) -> None:
    long = builders.paper(title="很长的标题" * 300)
    notes = [people.saved_note(language, long, fresh=fresh) for fresh in (True, False)]
    notes += [people.done_note(language, long), people.dropped_note(language, long)]
    notes += [people.vote_note(language, "2604.26904", vote) for vote in (1, 0, -1)]
    longest = when(language, dt.time(8), "America/Los_Angeles", weekdays_only=True)
    notes += [people.subscribed(language, longest, too_late=True)]
    notes += [people.unsubscribed(language), people.stopped(language), people.refusal(language, 7)]
    notes += [people.admins_only(language), people.failed(language, "a1b2c3")]
    for note in notes:
        assert columns(note.summary) <= 200
        assert toast(note) == shown(note) == note.summary


def test_the_later_list_marks_what_is_read_and_turns_pages() -> None:
    rows = [(PAPERS[0], builders.MORNING, None), (PAPERS[1], builders.MORNING, builders.MORNING)]
    document = people.later("en", rows, 2, 3)
    text = shown(document)
    assert "page 2 of 3" in text
    assert "1. SandGarden" in text
    assert "added 2026-05-01 · read 2026-05-01" in text
    assert pressed(document) == [
        ("1", "card", "2604.26901"),
        ("✓ 1", "done", "2604.26901"),
        ("✕ 1", "remove", "2604.26901"),
        ("2", "card", "2604.26902"),
        ("↩ 2", "save", "2604.26902"),
        ("✕ 2", "remove", "2604.26902"),
        ("◀", "later", "1"),
        ("▶", "later", "3"),
        ("Export", "export", ""),
    ]


@LANGUAGES
def test_the_ends_of_the_later_list_turn_one_way_and_an_empty_one_says_how_to_begin(language: Language) -> None:
    rows = [(PAPERS[0], builders.MORNING, None)]
    turns = [[v for a, v in actions(people.later(language, rows, page, 3)) if a == "later"] for page in (1, 2, 3)]
    assert turns == [["2"], ["1", "3"], ["2"]]
    assert "later" not in dict(actions(people.later(language, rows)))
    assert "/save 2604.26904" in shown(people.later(language, []))


@LANGUAGES
def test_what_was_done_can_be_undone(language: Language) -> None:
    for note in (people.done_note(language, PAPERS[0]), people.dropped_note(language, PAPERS[0])):
        assert actions(note) == [("save", PAPERS[0].id)]
        assert PAPERS[0].title[:40] in note.summary
    assert actions(people.subscribed(language, "8:00", too_late=False)) == [("unsubscribe", "")]
    assert actions(people.subscribed(language, "8:00", too_late=True)) == [("top", ""), ("unsubscribe", "")]
    assert actions(people.unsubscribed(language)) == [("subscribe", "")]
    assert actions(people.stopped(language)) == [("subscribe", "")]


@pytest.mark.parametrize(
    ("vote", "before", "back"), [(1, 0, "like"), (-1, 0, "dislike"), (1, -1, "dislike"), (-1, 1, "like")]
)
def test_a_vote_undone_is_the_one_before(vote: int, before: int, back: str) -> None:
    assert actions(people.vote_note("en", "2604.26904", vote, before)) == [(back, "2604.26904")]


def test_votes_are_told_apart() -> None:
    said = [people.vote_note("en", "2604.26904", vote).summary for vote in (1, -1, 0)]
    assert said == [
        "Noted, there will be more like this.",
        "Noted, there will be less like this.",
        "Your vote is taken back.",
    ]


def test_found_papers_are_numbered_dated_and_open_by_number() -> None:
    document = people.search_results(
        "en", people.LookedFor("world model", "world model"), [(paper, DAY) for paper in PAPERS], more=True
    )
    text = shown(document)
    assert text.startswith("Found for “world model”\n\n1. SandGarden")
    assert "from 2026-05-01 · ▲ 1,207" in text
    assert "add a word" in text
    assert actions(document) == [("card", paper.id) for paper in PAPERS]
    assert "add a word" not in shown(people.search_results("en", people.LookedFor("x", "x"), [(PAPERS[0], DAY)]))
    assert "/search world model" in shown(people.search_results("en", people.LookedFor("x", "x"), []))


def test_similar_papers_lead_back_to_the_one_asked_about() -> None:
    assert actions(people.similar("en", PAPERS[0], PAPERS[1:3])) == [
        ("card", "2604.26902"),
        ("card", "2604.26903"),
        ("card", "2604.26901"),
    ]
    assert actions(people.similar("en", PAPERS[0], [])) == [("card", "2604.26901")]


def test_a_follow_up_shows_only_what_came_in_since() -> None:
    assert "1 paper belongs" in shown(people.followup("en", PAPERS[:1]))
    assert actions(people.followup("zh", PAPERS[:1])) == [("card", PAPERS[0].id), ("top", "")]


def test_a_reminder_counts_and_can_be_turned_off() -> None:
    assert "7 papers are waiting" in shown(people.reminder("en", 7, PAPERS[:2]))
    assert "1 paper is waiting" in shown(people.reminder("en", 1, PAPERS[:1]))
    assert actions(people.reminder("zh", 7, PAPERS[:1]))[-2:] == [("later", ""), ("reminder", "off")]


@LANGUAGES
def test_export_offers_four_formats_and_names_the_one_sent(language: Language) -> None:
    assert [v for _, v in actions(people.export_choice(language))] == ["bibtex", "ris", "markdown", "csv"]
    assert "BibTeX" in shown(people.export_caption(language, 3, "bibtex"))


def test_the_profile_shows_a_few_keywords_and_where_they_come_from() -> None:
    directions = [("World models", [f"w{n}" for n in range(9)]), ("Agents", ["tool use"])]
    document = profile("en", ProfileView(directions, origin="mine.toml"))
    assert "• World models\nw0, w1, w2, w3, w4, w5 and 3 more" in shown(document)
    assert "• Agents\ntool use" in shown(document)
    assert "mine.toml" in shown(document)
    assert actions(document) == [("top", "")]
    assert "program ships with" in shown(profile("en", ProfileView(directions)))


@LANGUAGES
def test_ones_own_profile_says_what_was_not_understood_and_how_to_change_it(language: Language) -> None:
    view = ProfileView(
        [("Agents", ["tool use"])], ["biology"], ["Ada"], ["Lab"], [("量子", "no_english")], "Agents.\n量子。"
    )
    document = profile(language, view)
    anew = {"en": "/profile Agents; 量子。", "zh": "/profile Agents；量子。"}[language]
    assert all(word in shown(document) for word in ("biology", "Ada", "Lab", "“量子”", anew))
    assert actions(document) == [("top", ""), ("profile", "reset")]


@LANGUAGES
def test_a_welcome_says_what_arrives_when_and_how_to_change_it(language: Language) -> None:
    time = when(language, dt.time(7, 30), "Asia/Shanghai", weekdays_only=True)
    for subscribed, other in ((True, "unsubscribe"), (False, "subscribe")):
        document = people.start(language, "Ada", subscribed=subscribed, when=time)
        assert all(word in shown(document) for word in ("Ada", time, "/settings", "/help", "/later"))
        assert [action for action, _ in actions(document)] == ["top", other, "settings", "help"]


@pytest.mark.parametrize(
    ("language", "zone", "weekdays", "said"),
    [
        ("en", "Asia/Shanghai", True, "07:05 (Shanghai), Monday to Friday"),
        ("en", "America/New_York", False, "07:05 (New York)"),
        ("en", "America/Argentina/Buenos_Aires", False, "07:05 (Buenos Aires)"),
        ("zh", "Asia/Tokyo", True, "周一至周五 07:05（东京）"),
        ("zh", "UTC", False, "每天 07:05（UTC）"),
    ],
)
def test_when_the_brief_arrives(language: Language, zone: str, said: str, *, weekdays: bool) -> None:
    assert when(language, dt.time(7, 5), zone, weekdays_only=weekdays) == said


def test_settings_mark_what_is_set_and_every_button_names_its_value() -> None:
    document = settings_screen("zh", VIEW)
    marked = [(action, value) for label, action, value in pressed(document) if label.startswith("✓")]
    assert marked == [
        ("time", "08:00"),
        ("zone", "Asia/Shanghai"),
        ("lang", "zh"),
        ("items", "5"),
        ("reminder", "off"),
        ("pictures", "off"),
    ]
    switches = {"weekdays", "reminder", "weekly", "pictures"}
    assert {"time", "zone", "lang", "items", "unsubscribe", "profile", *switches} == set(dict(actions(document)))
    assert {("weekdays", "on"), ("weekly", "on")} <= set(actions(document))
    assert "每周回顾：周日" in shown(settings_screen("zh", replace(VIEW, weekly=6)))
    assert all(word in shown(document) for word in ("08:00", "上海 · Asia/Shanghai", "中文", "每天", "/time 7:30"))


def test_settings_of_those_who_may_not_change_them_have_no_buttons() -> None:
    view = SettingsView(
        dt.time(6, 15), "UTC", "en", 7, weekdays_only=True, subscribed=False, reminder=False, allowed_to_change=False
    )
    document = settings_screen("en", view)
    assert actions(document) == []
    assert "administrators" in shown(document)
    assert all(word in shown(document) for word in ("06:15", "Time zone: UTC", "Monday to Friday", "does not arrive"))


@pytest.mark.parametrize("items", [3, 5, 8, 10])
def test_a_push_has_as_many_papers_as_wanted(items: int) -> None:
    picks = tuple(builders.pick("en", n, paper=builders.paper(n % 7 + 1, id=f"2604.{n:05}")) for n in range(12))
    brief = builders.brief("en", picks=picks[:5], scan=picks[5:])
    document = screens.push(brief, items)
    wanted = [pick.paper.id for pick in picks[:items]]
    assert [value for action, value in actions(document) if action == "card"] == wanted
    assert f"\n{items}. " in shown(document)
    assert f"\n{items + 1}. " not in shown(document)


@LANGUAGES
def test_a_card_offers_what_can_be_done_and_marks_what_was(language: Language) -> None:
    pick = builders.pick(language)
    document = screens.card(pick, language, saved=True, vote=-1, previous="2604.1", next="2604.3")
    own = pick.paper.id
    assert actions(document) == [
        *(("remove", own), ("like", own), ("dislike", own), ("similar", own), ("why", own)),
        *(("card", "2604.1"), ("top", ""), ("card", "2604.3")),
    ]
    labels = {action: label for label, action, _ in pressed(document)}
    fresh = {action: label for label, action, _ in pressed(screens.card(pick, language))}
    assert (labels["remove"][0], labels["like"], labels["dislike"]) == ("★", "👍", "👎 ✓")
    assert (fresh["save"][0], fresh["like"], fresh["dislike"]) == ("☆", "👍", "👎")
    assert "card" not in fresh


def test_a_card_opens_its_pages() -> None:
    document = screens.card(builders.pick("en"), "en")
    rows = [row for block in document.blocks if isinstance(block, Buttons) for row in block.rows]
    pages = {b.label: b.url for row in rows for b in row if isinstance(b, UrlButton)}
    assert pages == {
        "arXiv": "https://arxiv.org/abs/2604.26901v1",
        "PDF": "https://arxiv.org/pdf/2604.26901",
        "HF page": "https://huggingface.co/papers/2604.26901",
        "Code": "https://github.com/examples/garden-1",
    }


@LANGUAGES
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_wrong_word_gets_an_answer_that_can_be_sent(language: Language, kind: Kind) -> None:
    text = shown(screens.message(kind, language, "<typed>", "/paper 2604.26904"))
    assert "?" not in text.replace("<typed>", "") or kind == "bad_zone"


@LANGUAGES
def test_every_key_that_is_asked_for_has_words(language: Language) -> None:
    files = Path(formatting.__file__).parent.glob("*.py")
    strings = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    sections = {key.partition(".")[0] for key in load(language).keys}
    asked = {s for s in strings if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", s) and s.partition(".")[0] in sections}
    assert len(asked) > 40
    assert asked <= load(language).keys
