import re
from collections.abc import Iterator

import pytest
from hostile import briefs, documents
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from brief.models import Brief
from formatting import markdown, screens
from formatting.document import Block, Bullets, Buttons, Document, Link, Paragraph, Run, Span, Style, UrlButton
from formatting.text import clean, safe_url

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_EXPECTED_TYPES = {"text", "softbreak", "hardbreak", "link_open", "link_close", "code_inline"} | {
    f"{name}_{end}" for name in ("strong", "em") for end in ("open", "close")
}


def spans_of(document: Document) -> Iterator[Span]:
    for block in document.blocks:
        if isinstance(block, Buttons):
            yield from (Link(b.label, b.url) for row in block.rows for b in row if isinstance(b, UrlButton))
        elif isinstance(block, Bullets):
            yield from (span for item in block.items for line in item for span in line.spans)
        else:
            yield from getattr(block, "spans", ())


def said(span: Span) -> str:
    """What a reader should see of a span: a link without a text of its own shows its address."""
    if isinstance(span, Link) and (span.text == span.url or not clean(span.text).strip()):
        return safe_url(span.url) or clean(span.text)
    return clean(span.text)


def inlines(rendered: str) -> list[Token]:
    return [child for token in PARSER.parse(rendered) for child in token.children or ()]


def read(rendered: str) -> str:
    """The text of parsed Markdown; an automatic link counts with its address as written."""
    out, hidden = [], False
    for token in inlines(rendered):
        if token.markup == "autolink":
            hidden = token.type == "link_open"
            out.append(str(token.attrs.get("href", "")))
        elif not hidden:
            out.append(token.content)
    return re.sub(r"\s|·", "", "".join(out))


def hrefs(rendered: str) -> list[str]:
    return [str(t.attrs["href"]) for t in inlines(rendered) if t.type == "link_open"]


def block(*spans: Span) -> str:
    return markdown.render(Document("t", "en", (Paragraph(spans),)))


@given(documents)
@settings(deadline=None)
def test_parsed_back_it_is_the_same_text_and_exactly_our_links(document: Document) -> None:
    rendered = markdown.render(document)
    assert read(rendered) == re.sub(r"\s|·", "", "".join(said(span) for span in spans_of(document)))
    ours = [url for s in spans_of(document) if isinstance(s, Link) and (url := safe_url(s.url))]
    assert hrefs(rendered) == ours


@given(documents)
@settings(deadline=None)
def test_parsed_back_it_has_only_our_structure(document: Document) -> None:
    rendered = markdown.render(document)
    assert {token.type for token in inlines(rendered)} <= _EXPECTED_TYPES
    tokens = [t.type for t in PARSER.parse(rendered)]
    assert not {"html_block", "code_block", "fence", "table_open"} & set(tokens)
    items = sum(len(b.items) for b in document.blocks if isinstance(b, Bullets))
    assert tokens.count("list_item_open") == items


@given(briefs())
@settings(deadline=None, max_examples=40)
def test_a_hostile_edition_links_to_its_own_items_only(brief: Brief) -> None:
    paper = brief.picks[0].paper
    own = {paper.url, paper.hub_url, paper.code_url, f"https://arxiv.org/pdf/{paper.id}"}
    own |= {f.repo.url if f.repo else f.asset.url for f in (*brief.follow, *brief.more_follow) if f.repo or f.asset}
    for document in (screens.push(brief), screens.full(brief), screens.card(brief.picks[0], brief.language)):
        rendered = markdown.render(document)
        assert paper.url in hrefs(rendered)
        assert set(hrefs(rendered)) <= own
        assert "https://evil" not in rendered


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (Run("a*b_c`d[e]<f>#g|h!i\\j&k~l$"), "a\\*b\\_c\\`d\\[e\\]\\<f\\>\\#g\\|h\\!i\\\\j\\&k\\~l\\$"),
        (Run("- item"), "\\- item"),
        (Run("12) item"), "12\\) item"),
        (Run("2604.26904 is an id"), "2604\\.26904 is an id"),
        (Run("see https://x.test"), "see https\\://x.test"),
        (Run("为什么：", Style.STRONG), "**为什么**："),
        (Run("…", Style.EMPHASIS), "…"),
        (Run("/paper `x`", Style.CODE), "`` /paper `x` ``"),
        (Link("A [b]", "https://x.test/(c)"), "[A \\[b\\]](https://x.test/%28c%29)"),
        (Link("https://x.test/", "https://x.test/"), "<https://x.test/>"),
        (Link("bad", "javascript:alert(1)"), "bad"),
    ],
)
def test_spans(span: Span, shown: str) -> None:
    assert block(span) == f"{shown}\n"


def test_neighbouring_code_spans_stay_two() -> None:
    rendered = block(Run("a", Style.CODE), Run("b", Style.CODE))
    assert [t.content for t in inlines(rendered) if t.type == "code_inline"] == ["a", "b"]


def test_an_item_keeps_its_lines_together() -> None:
    lines = (Paragraph((Run("one"),)), Paragraph((Run("- two"),)))
    blocks: tuple[Block, ...] = (Bullets((lines, lines[:1]), numbered=True),)
    assert markdown.render(Document("t", "en", blocks)) == "1. one\\\n   \\- two\n2. one\n"
