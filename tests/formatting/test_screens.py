from collections.abc import Callable
from pathlib import Path
from typing import get_args

import builders
import pytest

from brief.models import Brief, Day, Language, Note, Quiet, SourceReport, Status
from formatting import markdown, paper, screens, terminal
from formatting.document import (
    Button,
    Buttons,
    Document,
    Heading,
    Importance,
    UrlButton,
    plain,
)
from formatting.locales import load, marked
from formatting.screens import Kind

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SECTIONS: dict[Language, list[str]] = {
    "zh": [
        "2026 年 5 月 1 日（周五）",
        "时间范围",
        "检索来源",
        "一句话总览",
        "重点推荐（5 条）",
        "其他值得扫读的论文与动态",
        "今日最值得精读的 3 篇",
        "候补",
        "今日最值得跟进的 2 个仓库",
        "补充可跟进",
        "研究机会",
        "关键问题",
        "来源访问与可靠性备注",
        "没有使用语言模型",
        "数据采集于",
    ],
    "en": [
        "Friday, 1 May 2026",
        "Time range",
        "Sources consulted",
        "In one sentence",
        "5 recommendations",
        "Others worth scanning",
        "3 must-reads today",
        "Stand-in",
        "2 repositories, models and datasets to follow",
        "More to follow",
        "Research ideas",
        "Open question",
        "Source access and reliability",
        "without a language model",
        "Collected",
    ],
}


def text(document: Document) -> str:
    return terminal.render(document, 100, color=False)


def buttons(document: Document) -> list[Button | UrlButton]:
    return [b for block in document.blocks if isinstance(block, Buttons) for row in block.rows for b in row]


def empty(language: Language, **changes: object) -> Brief:
    nothing = dict.fromkeys(("picks", "scan", "must_reads", "follow", "more_follow", "ideas", "overview"), ())
    return builders.brief(language, **{**nothing, "stand_in": None, **changes})


@LANGUAGES
def test_the_full_brief_has_every_section_in_order(language: Language) -> None:
    whole = markdown.render(screens.full(builders.brief(language)))
    found = [whole.find(section) for section in SECTIONS[language]]
    assert -1 not in found
    assert found == sorted(found)


@LANGUAGES
def test_a_recommendation_says_everything_known(language: Language) -> None:
    whole = text(screens.full(builders.brief(language)))
    pick = builders.pick(language)
    card = pick.card
    parts = (card.contribution, card.why, card.relation, card.judgement)
    for said in (pick.paper.url, pick.paper.hub_url, "2026-04-29", *(p[0].text.split()[0] for p in parts)):
        assert said
        assert said in whole


@LANGUAGES
def test_the_push_is_as_agreed(language: Language) -> None:
    shown = terminal.render(screens.push(builders.brief(language)), 80, color=False)
    assert shown == (GOLDEN / f"push.{language}.txt").read_text("utf-8")


@LANGUAGES
def test_the_push_fits_a_screen_whatever_the_titles(language: Language) -> None:
    long = builders.pick(language, paper=builders.paper(title="Long words follow each other " * 100))
    long = long.model_copy(update={"card": long.card.model_copy(update={"contribution": builders.said("so " * 999)})})
    document = screens.push(builders.brief(language, picks=(long,) * 5))
    assert len(terminal.render(document, 80, color=True).splitlines()) <= 45


def test_the_push_offers_the_five_cards_and_the_other_rooms() -> None:
    pressed = buttons(screens.push(builders.brief()))
    assert [(b.label, b.action, b.value) for b in pressed[:5] if isinstance(b, Button)] == [
        (str(n), "card", f"2604.2690{n}") for n in range(1, 6)
    ]
    assert [b.action for b in pressed[5:] if isinstance(b, Button)] == ["more", "must", "repos", "ideas", "sources"]
    assert Button("1", "card", "2604.26901").command == "/paper 2604.26901"


@pytest.mark.parametrize(("screen", "first", "papers"), [(screens.more, 6, 2), (screens.must, 1, 3)])
def test_the_numbers_of_a_list_open_its_cards(screen: Callable[[Brief], Document], first: int, papers: int) -> None:
    pressed = [(b.label, b.action, b.value) for b in buttons(screen(builders.brief())) if isinstance(b, Button)]
    assert pressed[:papers] == [(str(n + 1), "card", f"2604.2690{first + n}") for n in range(papers)]
    assert all(action != "card" for _, action, _ in pressed[papers:])


def test_the_push_names_what_is_missing_only_when_something_is() -> None:
    assert "来源不全：arXiv（不完整）" in text(screens.push(builders.brief()))
    fine = (SourceReport(source="arxiv", status=Status.OK), SourceReport(source="x", status=Status.DISABLED))
    assert "来源不全" not in text(screens.push(builders.brief(reports=fine)))


@LANGUAGES
def test_a_push_has_something_to_drop_first_and_something_to_keep(language: Language) -> None:
    lines = [
        line
        for block in screens.push(builders.brief(language)).blocks
        for item in getattr(block, "items", ())
        for line in item
    ]
    assert {line.importance for line in lines} == set(Importance)


@LANGUAGES
@pytest.mark.parametrize("quiet", Quiet)
def test_a_quiet_day_says_why(language: Language, quiet: Quiet) -> None:
    window = builders.WINDOW.model_copy(update={"quiet": quiet})
    why = load(language).text(f"quiet.{quiet}")
    for screen in (screens.full, screens.sources):
        assert why in markdown.render(screen(builders.brief(language, window=window)))
        assert why not in markdown.render(screen(builders.brief(language)))


@pytest.mark.parametrize("screen", [screens.push, screens.full, screens.sources])
def test_a_sample_is_called_a_sample(screen: object) -> None:
    assert callable(screen)
    assert "样例：这是随程序附带的 2026 年 5 月 1 日（周五）" in text(screen(builders.brief(sample=True)))
    assert "样例" not in text(screen(builders.brief()))


def test_an_empty_section_says_why() -> None:
    down = SourceReport(source="arxiv", status=Status.FAILED)
    full = {
        "source_failed": text(screens.full(empty("en", considered=0, unseen=0, reports=(down,)))),
        "nothing_new": text(screens.full(empty("en", unseen=0))),
        "nothing_matched": text(screens.full(empty("en"))),
        "nothing_at_all": text(screens.full(empty("en", considered=0, unseen=0, reports=()))),
    }
    assert "no answer from arXiv" in full["source_failed"]
    assert "appeared in an earlier edition" in full["nothing_new"]
    assert "close enough to your directions" in full["nothing_matched"]
    assert "had no papers" in full["nothing_at_all"]
    assert "No source was asked" in full["nothing_at_all"]


def test_nothing_to_follow_blames_the_site_that_failed() -> None:
    down = (SourceReport(source="github", status=Status.FAILED),)
    assert "GitHub Search" in text(screens.repos(empty("en", reports=down)))
    assert "close enough" in text(screens.repos(empty("en", reports=())))


def test_more_is_empty_because_all_is_recommended() -> None:
    assert "among the recommendations" in text(screens.more(builders.brief("en", scan=())))


@LANGUAGES
@pytest.mark.parametrize("name", ["push", "more", "must", "repos", "ideas", "sources", "full"])
def test_every_screen_has_one_title_and_survives_an_empty_day(language: Language, name: str) -> None:
    for brief in (builders.brief(language), empty(language)):
        document = getattr(screens, name)(brief)
        titles = [b for b in document.blocks if isinstance(b, Heading) and b.level == 1]
        assert [plain(t.spans) for t in titles] == [document.title]
        assert document.language == language
        assert document.summary
        assert len(text(document).splitlines()) > 2


@pytest.mark.parametrize(
    ("language", "origin", "mark"),
    [
        ("zh", "abstract", "摘要原文：“"),
        ("zh", "summary", "HF 的 AI 摘要：“"),
        ("zh", "comment", "作者备注原文：“"),
        ("zh", "description", "项目自述原文：“"),
        ("en", "abstract", "Abstract: “"),
        ("en", "summary", "HF’s AI summary: “"),
        ("en", "model", "Why it matters: We"),
        ("en", "measured", "Why it matters: We"),
    ],
)
def test_a_quoted_sentence_is_shown_as_one_and_a_written_one_is_not(language: Language, origin: str, mark: str) -> None:
    pick = builders.pick(language)
    pick = pick.model_copy(update={"card": pick.card.model_copy(update={"why": builders.said("We do.", origin)})})
    assert f"{mark}{'' if 'We' in mark else 'We'}" in text(screens.card(pick, language))


@LANGUAGES
def test_a_quotation_that_is_introduced_is_not_named_twice(language: Language) -> None:
    said = builders.said("In its words:") + builders.said("We do.", "abstract") + builders.said("It does.", "summary")
    pick = builders.pick(language)
    pick = pick.model_copy(update={"card": pick.card.model_copy(update={"why": said})})
    named = load(language).raw("quote.summary")
    assert f"In its words: “We do.” {named}“It does.”" in text(screens.card(pick, language))


@pytest.mark.parametrize(
    ("language", "origin", "first", "parted"),
    [
        ("en", "description", "Tools for agents", "Its own description: “Tools for agents”. It came."),
        ("en", "description", "给智能体的工具", "Its own description: “给智能体的工具”. It came."),
        ("en", "comment", "Accepted (oral)", "Authors’ comment: “Accepted (oral)”. It came."),
        ("en", "abstract", "We do.", "Abstract: “We do.” It came."),
        ("en", "measured", "It has four parts (one is new)", "It has four parts (one is new). It came."),
        ("en", "measured", "It does. (It did.)", "It does. (It did.) It came."),
        ("zh", "description", "Tools for agents", "项目自述原文：“Tools for agents”；It came."),
        ("zh", "comment", "Accepted (oral)", "作者备注原文：“Accepted (oral)”；It came."),
        ("zh", "measured", "触及你的方向（代码）", "触及你的方向（代码）；It came."),
        ("zh", "measured", "“代码”", "“代码”；It came."),
        ("zh", "measured", "触及“代码。”", "触及“代码。” It came."),
    ],
)
def test_sentences_are_parted_where_the_first_does_not_end(
    language: Language, origin: str, first: str, parted: str
) -> None:
    said = builders.said(first, origin) + builders.said("It came.")
    assert plain(paper.said(load(language), said)) == parted


def test_must_reads_give_a_line_to_each_point() -> None:
    focus = builders.said("Method:") + builders.said("We do.", "abstract") + builders.said("Ask this?")
    pick = builders.pick("en")
    pick = pick.model_copy(update={"card": pick.card.model_copy(update={"focus": focus})})
    shown = text(screens.must(builders.brief("en", picks=(pick,), scan=())))
    assert "\n   Read for: Method: “We do.”\n   Ask this?\n" in shown


def test_a_long_overview_loses_whole_sentences_in_the_push() -> None:
    first, second = "All about agents. " * 10, "And much else. " * 30
    brief = builders.brief("en", overview=builders.said(first) + builders.said(second))
    assert second.strip() not in text(screens.push(brief)).replace("\n", " ")
    assert first.strip() in text(screens.push(brief)).replace("\n", " ")
    assert second.strip() in text(screens.full(brief)).replace("\n", " ")


def test_a_contribution_in_the_push_never_ends_in_a_stub_of_the_next_sentence() -> None:
    first, second = "All about agents, said at some length. " * 4, "Stub of what comes next. " * 9
    card = builders.card("en", 1).model_copy(
        update={"contribution": builders.said(first, "summary") + builders.said(second, "abstract")}
    )
    shown = text(screens.push(builders.brief("en", picks=(builders.pick("en", card=card),))))
    assert "All about agents" in shown
    assert "Stub" not in shown


def test_a_card_shows_the_abstract_the_people_and_the_pages() -> None:
    many = tuple(f"Author {n}" for n in range(600))
    pick = builders.pick("en", paper=builders.paper(authors=many, project="https://example.org/p", comment="Venue X"))
    document = screens.card(pick, "en")
    shown = text(document)
    assert shown.startswith("SandGarden")
    assert "Author 4 and others, 600 in all" in shown
    assert "│ Agents need places to practise." in shown
    assert "Venue X" in shown
    pages = [b.url for b in buttons(document) if isinstance(b, UrlButton)]
    pdf = "https://arxiv.org/pdf/2604.26901"
    assert pages == [pick.paper.url, pdf, pick.paper.hub_url, pick.paper.code_url, "https://example.org/p"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "You asked for v3; which version this card is of is not known."),
        ("zh", "你要的是 v3，这张卡片说的是哪一版"),
    ],
)
def test_a_card_of_no_known_version_does_not_pass_for_the_one_asked_for(language: Language, said: str) -> None:
    pick = builders.pick(language, paper=builders.paper(version=None))
    assert said in text(screens.card(pick, language, named=[(pick.paper.id, 3)]))
    assert screens.card(pick, language, named=[(pick.paper.id, None)]) == screens.card(pick, language)


def test_a_revision_is_marked() -> None:
    pick = builders.pick("zh", paper=builders.paper(version=4, announced="replace"), revision=True)
    assert "曾推荐过，现为 v4" in text(screens.push(builders.brief(picks=(pick,))))


def test_a_paper_known_by_its_id_only_is_still_shown() -> None:
    pick = builders.pick("en").model_copy(update={"paper": builders.paper().model_validate({"id": "1", "title": ""})})
    assert "arXiv:1" in text(screens.card(pick, "en"))


def test_the_model_that_wrote_it_is_named_with_its_cost() -> None:
    author = {"kind": "model", "model": "some-model", "calls": 1, "tokens_in": 12000, "cost": 0.0312, "replaced": 1}
    brief = builders.brief("en").model_validate({**builders.brief("en").model_dump(), "author": author})
    shown = text(screens.sources(brief))
    assert "some-model: 1 call, 12,000 tokens in, 0 out, $0.031" in shown
    assert "1 sentence failed the fact check" in shown


@LANGUAGES
@pytest.mark.parametrize("kind", get_args(Kind))
def test_messages(language: Language, kind: Kind) -> None:
    document = screens.message(kind, language, "x" * 500, "a reason")
    assert document.summary in text(document).replace("\n", " ") or "…" in text(document)
    assert len(document.summary) < 250


def test_a_wrong_id_gets_an_example() -> None:
    assert "/paper 2604.26904" in text(screens.message("not_an_id", "zh", "abc", "/paper 2604.26904"))


def test_an_unknown_command_is_told_the_closest() -> None:
    assert "/paper" in text(screens.message("unknown_command", "zh", "/papre", "/paper"))


def test_a_collection_is_counted_and_every_source_reported() -> None:
    day = Day(
        window=builders.WINDOW, collected=builders.MORNING, papers=(builders.paper(),), reports=builders.reports()
    )
    shown = text(screens.collected(day, "en"))
    assert "1 paper, 0 repositories, 0 models and datasets" in shown
    assert "arXiv API: 429 three times" in shown


def test_a_check_tells_what_is_wrong_and_what_to_do() -> None:
    rows = [("Redis", True, "7.0.15", ""), ("arXiv", False, "timed out", "wait"), ("X", None, "", "set X_TOKEN")]
    assert text(screens.check(rows, "en")).splitlines()[3:] == [
        " · Redis: ok · 7.0.15",
        "",
        " · arXiv: problem · timed out",
        "   What to do: wait",
        "",
        " · X: not enabled",
        "   What to do: set X_TOKEN",
    ]


def test_help_lists_the_commands() -> None:
    assert " · /paper — open a card: /paper 1" in text(
        screens.help([("/paper", marked("open a card: `/paper 1`"))], "en")
    )


def test_an_unknown_note_does_not_stop_the_brief() -> None:
    odd = SourceReport(source="gopher", status=Status.OK, notes=(Note(code="moon_phase", params={"n": 1}),))
    assert "moon_phase n=1" in text(screens.sources(builders.brief(reports=(odd,))))
