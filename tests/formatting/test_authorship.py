"""What a model wrote, what it cost, what went wrong, and where each sentence comes from."""

from collections.abc import Callable

import builders
import pytest

from brief.models import Author, Brief, Language, Note
from formatting import markdown, screens, terminal
from formatting.document import Bullets, Document, Importance, Paragraph, Run, plain

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def text(document: Document) -> str:
    return terminal.render(document, 100, color=False)


@LANGUAGES
def test_a_card_names_the_model_that_wrote_it_and_why_it_was_chosen(language: Language) -> None:
    by, why = {"zh": ("2026 年 5 月 1 日根据摘要撰写", "入选理由："), "en": (", 1 May 2026, from the", "Why chosen: ")}[
        language
    ]
    pick = builders.written_pick(language, 1)
    shown = markdown.render(screens.card(pick, language))
    assert builders.MODEL in shown
    assert by in shown
    assert why in shown.replace("**", "")
    assert pick.reason[0].text in shown
    extractive = markdown.render(screens.card(builders.pick(language), language))
    assert by not in extractive
    assert why not in extractive.replace("**", "")


@LANGUAGES
def test_what_a_model_did_not_write_of_its_brief_is_marked_and_counted(language: Language) -> None:
    mark = {"zh": "抽取", "en": "extracted"}[language]
    brief = builders.written(language)
    headings = [line for line in markdown.render(screens.full(brief)).splitlines() if line.startswith("### ")]
    marked = [line for line in headings if line.endswith(f" · {mark}")]
    assert [builders.paper(n).title in line for n, line in zip((5, 6, 7), marked, strict=True)] == [True] * 3
    assert all(f" · {mark}" not in text(screen(builders.brief(language))) for screen in (screens.full, screens.push))
    assert f" · {mark}" not in text(screens.push(brief))


def test_a_brief_says_once_what_its_writing_took_and_what_went_wrong() -> None:
    brief = builders.written("en")
    for document in (screens.full(brief), screens.sources(brief)):
        shown = " ".join(text(document).split())
        for said in (
            f"{builders.MODEL}: 19 calls, 27,514 tokens in, 6,902 out, $0.00964;",
            "4 answers were remembered",
            "2 sentences failed",
            "3 papers marked “extracted”",
            "did not answer in time: 3 parts",
            "The text of 1 item gives orders",
        ):
            assert shown.count(said) == 1


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (None, "price unknown"),
        (0.0, "$0.00"),
        (0.00001234, "$0.0000123"),
        (0.1, "$0.100"),
        (0.99999, "$1.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_a_cost_has_the_digits_that_count(cost: float | None, said: str) -> None:
    author = Author(kind="model", model="m", calls=1, cost=cost)
    assert f"0 tokens in, 0 out, {said};" in text(screens.sources(builders.brief("en", author=author))).replace(
        "\n", " "
    )


def test_a_model_asked_in_vain_is_named_with_its_cost() -> None:
    notes = (Note(code="model_bad_answer", params={"model": "m", "n": 20}),)
    author = Author(model="m", calls=40, tokens_in=9000, cost=0.5, notes=notes)
    shown = " ".join(text(screens.sources(builders.brief("en", author=author))).split())
    assert "without a language model" in shown
    assert "m was asked in vain: 40 calls, 9,000 tokens in, 0 out, $0.500." in shown
    assert "m gave no usable answer: 20 parts were written by extraction." in shown


def test_the_push_leaves_out_a_measured_sentence_that_lists_what_follows() -> None:
    listing = "Read first: SandGarden, Think in Circles, A Letter a Day, Half the Tokens and Who Moved My Button?"
    measured = builders.said("One of them is SandGarden.") + builders.said(listing)
    brief = builders.brief("en", overview=measured)
    assert "One of them is SandGarden." in text(screens.push(brief))
    assert "Read first" not in text(screens.push(brief))
    assert "Read first" in text(screens.full(brief))
    assert "Read first" in text(screens.push(builders.brief("en", overview=builders.model_said(listing, 1))))


@LANGUAGES
def test_a_long_overview_of_a_model_is_told_in_whole_sentences(language: Language) -> None:
    end = {"zh": "。", "en": ". "}[language]
    sentences = [("很长" * 60 if language == "zh" else "so long " * 30).strip() + end for _ in range(3)]
    overview = tuple(builders.model_said(s, 1)[0] for s in sentences)
    shown = screens.push(builders.brief(language, overview=overview))
    assert shown.blocks[1] == Paragraph((Run("".join(sentences[:2]).strip()),), Importance.ESSENTIAL)


@LANGUAGES
@pytest.mark.parametrize("made", [builders.brief, builders.written])
def test_explain_says_of_every_sentence_where_it_comes_from(
    language: Language, made: Callable[[Language], Brief]
) -> None:
    brief = made(language)
    items = [item for block in screens.explain(brief).blocks if isinstance(block, Bullets) for item in block.items]
    said = [plain(first.spans) for first, _ in items]
    assert all(plain(second.spans).startswith("→ ") for _, second in items)
    cards = [
        part for pick in brief.items for part in (*dict(pick.card).values(), pick.reason) if isinstance(part, tuple)
    ]
    others = [part for f in (*brief.follow, *brief.more_follow) for part in (f.status, f.focus)]
    others += [part for i in brief.ideas for part in (i.body, i.steps, i.question)]
    sentences = [s.text for part in (brief.overview, *cards, brief.stand_in_when, *others) for s in part]
    assert len(said) == len(sentences)
    assert all(sentence in line for sentence, line in zip(sentences, said, strict=True))


def test_explain_names_the_model_its_papers_and_what_was_found() -> None:
    shown = text(screens.explain(builders.written("en")))
    assert f"→ written by {builders.MODEL} from 2604.26901; looked up and found: 4,200\n" in shown
    assert "→ Hugging Face’s AI summary of 2604.26905\n" in shown
    assert "→ abstract of 2604.26905\n" in shown
    assert "→ its own description of Examples/Garden\n" in shown
    assert "→ measured by Paperboy (votes, stars, dates, matches)\n" in shown
    assert "→ HF" not in shown


def test_explain_keeps_a_quotation_with_what_introduces_it() -> None:
    focus = builders.said("How it works:") + builders.said("We do.", "abstract")
    card = builders.card("en", 1).model_copy(update={"focus": focus})
    shown = text(screens.explain(builders.brief("en", picks=(builders.pick("en", card=card),))))
    assert "Read for: How it works: “We do.”\n   → abstract of 2604.26901\n" in shown
