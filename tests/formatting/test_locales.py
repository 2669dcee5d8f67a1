import datetime as dt
import re
import string

import pytest

from bot.commands import COMMANDS
from brief.errors import Trouble, WritingTrouble
from brief.models import Language, Note, Quiet, SourceReport, Status
from formatting.document import Style, plain
from formatting.locales import Locale, load
from formatting.reports import note_text, report_lines, source_name

ZH, EN = load("zh"), load("en")
BOTH = pytest.mark.parametrize("locale", [ZH, EN], ids=["zh", "en"])
NOTE_CODES = [
    *Trouble,
    "unexpected",
    "fallback",
    "rss_lacks",
    "rss_newest_only",
    "revised_missing",
    "rows_skipped",
    "more_than_asked",
    "nothing_new",
    "nothing_listed",
    "page_filling",
    "day_missing",
    "incomplete_results",
    "rate_left",
    "repo_gone",
    "no_key",
    "kept_earlier",
    *(f"model_{trouble}" for trouble in WritingTrouble),
    "model_fell_back",
    "model_withheld",
    "model_late",
]


def note(locale: Locale, code: str, **params: str | int) -> str:
    return note_text(locale, Note(code=code, params=params), "arxiv")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert ZH.keys == EN.keys


@pytest.mark.parametrize("key", sorted(ZH.keys))
def test_both_languages_say_the_same_values(key: str) -> None:
    one, other = ZH.raw(key), EN.raw(key)
    assert type(one) is type(other)
    if isinstance(one, list):
        assert len(one) == len(other)
    else:
        assert fields(one) == fields(other)


@pytest.mark.parametrize("key", sorted(k for k in ZH.keys if isinstance(ZH.raw(k), str)))
def test_chinese_is_written_with_full_width_punctuation(key: str) -> None:
    text = ZH.raw(key)
    words = "".join(part for part, *_ in string.Formatter().parse(text))
    assert not set(words) & set(",;!?()")


@BOTH
@pytest.mark.parametrize("code", NOTE_CODES)
def test_every_note_has_a_sentence_even_without_its_values(locale: Locale, code: str) -> None:
    assert f"note.{code}" in locale.keys
    assert note(locale, code)


@BOTH
@pytest.mark.parametrize("key", [*(f"status.{s}" for s in Status), *(f"quiet.{q}" for q in Quiet)])
def test_every_status_and_quiet_reason_has_words(locale: Locale, key: str) -> None:
    assert locale.text(key)


def test_a_note_names_the_part_the_tries_and_the_status() -> None:
    values: dict[str, str | int] = {"what": "arXiv API", "tries": 3, "status": 503}
    assert note(EN, "server_error", **values) == "arXiv API: server error (HTTP 503) three times"
    assert note(ZH, "server_error", **values) == "arXiv API：服务器错误（HTTP 503）三次"
    assert note(EN, "timeout", what="arXiv API", tries=1) == "arXiv API: timed out"
    assert note(EN, "timeout", what="arXiv API", tries=12) == "arXiv API: timed out 12 times"
    assert note(EN, "timeout") == "arXiv: timed out"


def test_an_unknown_note_shows_its_code_and_values() -> None:
    assert note(EN, "moon_phase", phase="full", days=2) == "moon_phase phase=full, days=2"
    assert note(ZH, "moon_phase") == "moon_phase"


def test_values_of_a_note_are_bounded_and_cannot_be_templates() -> None:
    assert len(note(EN, "repo_gone", name="x" * 5000)) < 150
    assert note(EN, "repo_gone", name="{what}/{tries.__class__}") == (
        "repository {what}/{tries.__class__} is gone or private"
    )


def test_a_report_becomes_two_lines() -> None:
    report = SourceReport(
        source="arxiv",
        status=Status.PARTIAL,
        papers=312,
        requests=4,
        seconds=9.84,
        notes=(
            Note(code="rate_limited", params={"what": "arXiv API", "tries": 3, "status": 429}),
            Note(code="fallback", params={"what": "RSS", "papers": 312}),
            Note(code="rss_lacks"),
        ),
    )
    assert [plain(line.spans) for line in report_lines(ZH, report)] == [
        "arXiv：不完整 · 312 篇论文 · 4 次请求 · 9.8 秒",
        "arXiv API：429 三次，改用 RSS：312 篇，摘要完整，无作者单位",
    ]
    assert [plain(line.spans) for line in report_lines(EN, report)] == [
        "arXiv: incomplete · 312 papers · 4 requests · 9.8 s",
        "arXiv API: 429 three times, used RSS instead: 312 papers, abstracts complete, no author affiliations",
    ]


def test_what_went_wrong_with_a_model_is_said_without_a_source() -> None:
    late = Note(code="model_timeout", params={"model": "m" * 5000, "n": 1})
    assert re.fullmatch(r"m+… did not answer in time: 1 part was written by extraction\.", note_text(EN, late))
    assert len(note_text(ZH, late)) < 150
    withheld = Note(code="model_withheld", params={"n": 2})
    assert note_text(EN, withheld).startswith("The text of 2 items gives orders")


def test_english_counts_one_and_many() -> None:
    assert EN.text("count.papers", n=1) == "1 paper"
    assert EN.text("count.papers", n=13500) == "13,500 papers"
    assert ZH.text("count.papers", n=13500) == "13,500 篇论文"


@pytest.mark.parametrize(("language", "shown"), [("zh", "2026 年 5 月 1 日（周五）"), ("en", "Friday, 1 May 2026")])
def test_dates(language: Language, shown: str) -> None:
    assert load(language).date(dt.date(2026, 5, 1)) == shown


def test_an_unknown_source_is_named_by_its_id() -> None:
    assert source_name(EN, "github") == "GitHub Search"
    assert source_name(EN, "gopher") == "gopher"


COMMAND = re.compile(r"(?<![\w/.`])/[a-z]+", re.ASCII)  # as typed, with or without its backtick
OUR_TEXTS = [text for locale in (EN, ZH) for key in locale.keys if isinstance(text := locale.raw(key), str)]
HELP_TEXTS = [row.run.__doc__ or "" for row in COMMANDS.values()]


@pytest.mark.parametrize("text", sorted(text for text in {*OUR_TEXTS, *HELP_TEXTS} if "`" in text or "/" in text))
def test_commands_stand_between_backticks_and_exist(text: str) -> None:
    plain_parts, code = text.split("`")[::2], text.split("`")[1::2]
    assert len(plain_parts) == len(code) + 1
    assert not [found for part in plain_parts for found in COMMAND.findall(part)]
    for part in code:
        assert part == "{reason}" or part.split()[0].removeprefix("/") in COMMANDS, part


@BOTH
def test_spans_say_the_same_as_the_text_with_the_commands_as_code(locale: Locale) -> None:
    values = {"text": "`/stop` {x}", "reason": "/save 1"}
    spans = locale.spans("message.not_saved.text", **values)
    assert plain(spans) == locale.text("message.not_saved.text", **values)
    assert [span.text for span in spans if span.style is Style.CODE] == ["/save 1"]
    for key in (key for key in locale.keys if isinstance(locale.raw(key), str)):
        assert plain(locale.spans(key)).strip() == locale.text(key)
