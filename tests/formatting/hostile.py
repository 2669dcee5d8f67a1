"""Texts and documents nobody should have to show, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from brief.models import Brief
from formatting.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Document,
    Heading,
    Link,
    Paragraph,
    Quote,
    Run,
    Style,
    UrlButton,
)
from tests.formatting import builders

_NASTY = (
    "[bold red]x[/]",
    "[link=https://evil.test]y[/link]",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.test\x1b\\here\x1b]8;;\x1b\\",
    "\x9b2J\x07\x08",
    "\u202eexe.txt\u2066",
    "a\u200bb\ufeff\u00ad",
    "Z" + "\u0300" * 40,
    "👩\u200d🔬🏴\U000e0067",
    "<b>bold</b><script>alert(1)</script><!-- -->",
    "[click](https://evil.test)",
    "![img](https://evil.test/x.png)",
    "<https://evil.test>",
    "https://evil.test/a_b*c",
    "[x]: https://evil.test",
    "**strong** __also__ *em* _em_ ~~gone~~ `code` ``` ``",
    "# heading",
    "1. one",
    "- two",
    "<!channel> <@U1|x> @here :tada:",
    "+ three",
    "=====",
    "-----",
    "***",
    "> quote",
    "| a | b |",
    "\\",
    "\\*",
    "&copy; &#42; &lt;",
    "$x^2$ 100$",
    "line\nbreak\r\n\n    code\t",
    "  ",
    "语言模型（测试）：“引号”。",
    "عربي עברית",
    "\ud800",
    "T" * 3000,
    "很长" * 1500,
)
_HOSTS = ("https://arxiv.org/abs/", "http://example.org/?q=", "javascript:", "https://evil.test@", "")

texts = st.lists(st.sampled_from(_NASTY) | st.text(max_size=12), max_size=4).map("".join)
urls = st.builds(str.__add__, st.sampled_from(_HOSTS), texts)
runs = st.builds(Run, texts, st.sampled_from(Style))
links = st.builds(Link, texts, urls) | urls.map(lambda url: Link(url, url))
spans = st.lists(runs | links, max_size=4).map(tuple)
paragraphs = st.builds(Paragraph, spans)
keys = st.builds(Button, texts, texts | st.just("card"), texts) | st.builds(UrlButton, texts, urls)
rows = st.lists(st.lists(keys, max_size=8).map(tuple), max_size=3).map(tuple)
bullets = st.builds(
    Bullets, st.lists(st.lists(paragraphs, max_size=3).map(tuple), max_size=3).map(tuple), st.booleans(), rows
)
buttons = st.builds(Buttons, rows)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(1, 3), spans),
    paragraphs,
    st.builds(Quote, spans),
    bullets,
    buttons,
    st.just(Divider()),
)
documents = st.builds(Document, texts, st.sampled_from(["zh", "en"]), st.lists(blocks, max_size=5).map(tuple))


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    """An edition whose outside texts are all hostile; the links stay those of its items."""
    language = draw(st.sampled_from(["zh", "en"]))
    title, abstract, name = draw(texts), draw(texts), draw(texts)
    paper = builders.paper(title=title, abstract=abstract, authors=(name,) * 600, comment=draw(texts))
    card = builders.card(language, 1).model_copy(
        update={"contribution": builders.said(abstract, "abstract"), "focus": builders.said(title, "summary")}
    )
    pick = builders.pick(language, paper=paper, card=card)
    return builders.brief(language, picks=(pick,), scan=(pick,), must_reads=(paper.id,), stand_in=paper.id)
