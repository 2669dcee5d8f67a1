import datetime as dt

import builders
import pytest

from brief.models import Language, Paper
from formatting import people
from formatting.document import Bullets, Button, Buttons, Document, Heading, Paragraph, plain
from formatting.home import NEWEST, home, noted
from formatting.locales import load
from formatting.settings_screen import SettingsView

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
VIEW = SettingsView(dt.time(7, 30), "Asia/Shanghai", "zh", 4, weekdays_only=True, subscribed=True, reminder=False)
READ = dt.datetime(2026, 5, 2, tzinfo=dt.UTC)


def kept(number: int, done: dt.datetime | None = None) -> tuple[Paper, dt.datetime, dt.datetime | None]:
    return builders.paper(number), builders.MORNING, done


def keys(document: Document) -> list[Button]:
    """Every button, those beside items first where they stand."""
    found: list[Button] = []
    for block in document.blocks:
        rows = block.keys if isinstance(block, Bullets) else block.rows if isinstance(block, Buttons) else ()
        found += [key for row in rows for key in row if isinstance(key, Button)]
    return found


def pressed(document: Document) -> list[tuple[str, str]]:
    return [(key.action, key.value) for key in keys(document)]


def shown(document: Document) -> str:
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(plain(block.spans))
        elif isinstance(block, Bullets):
            lines += [plain(line.spans) for item in block.items for line in item]
    return "\n".join(lines)


@LANGUAGES
def test_the_days_papers_come_with_card_and_later(language: Language) -> None:
    brief = builders.brief(language)
    tab = home(language, brief, [], VIEW)
    for pick in brief.picks:
        assert pick.paper.title[:30] in shown(tab)
        assert ("card", pick.paper.id) in pressed(tab)
        assert ("save", pick.paper.id) in pressed(tab)
    rooms = {action for action, _ in pressed(tab)}
    assert {"more", "must", "repos", "ideas", "sources"} <= rooms


@LANGUAGES
def test_a_paper_that_waits_is_starred_and_one_that_was_read_is_not(language: Language) -> None:
    tab = home(language, builders.brief(language), [kept(1), kept(2, READ)], VIEW)
    found = {(key.label, key.action, key.value) for key in keys(tab)}
    star, plain_label = load(language).text("button.saved"), load(language).text("button.save")
    assert (star, "remove", builders.paper(1).id) in found
    assert (plain_label, "save", builders.paper(3).id) in found


@LANGUAGES
def test_what_is_kept_can_be_read_returned_and_removed(language: Language) -> None:
    waiting, read = kept(6), kept(7, READ)
    tab = home(language, None, [waiting, read], VIEW)
    assert waiting[0].title[:30] in shown(tab)
    assert {("done", waiting[0].id), ("remove", waiting[0].id), ("card", waiting[0].id)} <= set(pressed(tab))
    assert {("save", read[0].id), ("remove", read[0].id)} <= set(pressed(tab))
    assert ("done", read[0].id) not in pressed(tab)
    assert ("export", "") in pressed(tab)


@LANGUAGES
def test_only_the_newest_are_shown_and_the_others_counted(language: Language) -> None:
    listed = [kept(n) for n in range(1, NEWEST + 4)]
    tab = home(language, None, listed, VIEW)
    removable = [value for action, value in pressed(tab) if action == "remove"]
    assert removable == [paper.id for paper, _, _ in listed[:NEWEST]]
    assert load(language).text("slack.home.later_more", n=3) in shown(tab)
    assert ("later", "") in pressed(tab)
    few = home(language, None, listed[:NEWEST], VIEW)
    assert ("later", "") not in pressed(few)


@LANGUAGES
def test_what_has_nothing_to_say_says_how_to_begin(language: Language) -> None:
    tab = home(language, None, [], VIEW)
    assert load(language).text("slack.home.no_brief") in shown(tab)
    assert load(language).text("later.empty") in shown(tab)
    assert ("top", "") in pressed(tab)
    assert ("export", "") not in pressed(tab)


@LANGUAGES
def test_the_settings_are_said_in_lines_with_a_button_to_change_them(language: Language) -> None:
    tab = home(language, None, [], VIEW)
    assert "07:30" in shown(tab)
    assert "Asia/Shanghai" in shown(tab)
    assert load(language).text("slack.home.subscribed") in shown(tab)
    assert {("settings", ""), ("unsubscribe", "")} <= set(pressed(tab))
    assert not {"time", "zone", "lang", "items"} & {action for action, _ in pressed(tab)}


def test_what_a_press_did_is_said_first() -> None:
    note = people.done_note("en", builders.paper())
    tab = noted(home("en", None, [], VIEW), note)
    assert shown(tab).startswith(note.summary)
    assert pressed(tab)[0] == ("save", "2604.26901")
