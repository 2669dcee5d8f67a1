"""LaTeX in titles and abstracts, made readable."""

from __future__ import annotations

import functools
import logging
import re
import unicodedata
from typing import Any

# arXiv refuses longer abstracts (1920 characters, https://info.arxiv.org/help/prep.html); other sites may not.
LIMIT = 12_000
# The parser recurses into groups; below this many openings it stays far from Python's own limit.
MAX_GROUPS = 400

_MARKUP = re.compile(r"[\\${~]|``|--|\dtimes\b")
# Inline mathematics, after the rule of https://pandoc.org/MANUAL.html#math: no space inside the dollars, and no digit
# after the second where the first may be a price.
_MATH = re.compile(
    r"(?<![\\$])(\${1,2})(?:(?=\d)[^$]{0,400}?[^\s\\$]\1(?![\d$])|(?=[^\d\s$])[^$]{0,400}?[^\s\\$]\1(?!\$))"
)
_TIE = re.compile(r"(?<=[\w.,;:)\]}$])~(?=\S)")  # other tildes mean "about", as in "(~40%)"
_DASH = re.compile(r"(?<!-)(?:--(?=[\s\d]|$)|(?<=\w)--(?=\w)|---)(?!-)")  # not the "--" of a command's option
_LOST_TIMES = re.compile(r"(?<=\d)times\b")  # Hugging Face drops the backslash of \times
_HREF = re.compile(r"\\href\s?\{[^{}]*\}\s?\{([^{}]*)\}")  # the parser knows one argument of it only
_RAISED = re.compile(r"\^([-+]?\d{1,3})(?!\w|\.\d)")
_FONTS = ("texttt", "textsf", "mathsf", "mbox")  # take their text as an argument
_SWITCHES = (
    *("boldsymbol", "bm", "left", "right", "textnormal", "operatorname", "displaystyle", "xspace", "big", "Big"),
    *("bf", "it", "sc", "tt", "small", "footnotesize"),
)
_ALPHABETS = re.compile("[\U0001d400-\U0001d7ff]+")  # bold, script and the like: no search finds them
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


@functools.lru_cache(maxsize=1024)  # the day's best papers stand in the editions of many readers
def readable(text: str) -> str:
    """Return the text with LaTeX turned into Unicode and white space folded, at most `LIMIT` characters read.

    Text without markup comes back unchanged but for its white space; currency and "~40%" stay as they are;
    macros only their author knows keep their name. Never raises.
    """
    text = text[:LIMIT]
    if _MARKUP.search(text):
        text = _DASH.sub(lambda m: "–" if m[0] == "--" else "—", _LOST_TIMES.sub("×", text))
        text = _convert(_TIE.sub(" ", text))
        text = _ALPHABETS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
        text = _RAISED.sub(lambda m: m[1].translate(_SUPERSCRIPTS), text)
    return " ".join(text.split())


def _convert(text: str) -> str:
    if not re.search(r"[\\${]|``", text):
        return text
    if text.count("{") + text.count("\\") + text.count("$") > MAX_GROUPS:
        return _strip(text)
    try:
        return str(_converter().latex_to_text(_protect(_HREF.sub(r"\1", text))))
    except Exception:  # noqa: BLE001 - the parser fails in many ways (IndexError, RecursionError) on broken LaTeX
        return _strip(text)


def _strip(text: str) -> str:
    """Drop the markup and keep the words: for what the parser cannot take."""
    return re.sub(r"\\([A-Za-z]+)?|[{}$]", " ", text)


def _protect(text: str) -> str:
    """Escape what is LaTeX syntax by its letter but plain text by its author's intent: %, ~ and lone dollars."""
    parts, end = [], 0
    for match in _MATH.finditer(text):
        parts += [_escape(text[end : match.start()], dollars=True), _escape(match[0], dollars=False)]
        end = match.end()
    return "".join([*parts, _escape(text[end:], dollars=True)])


def _escape(text: str, *, dollars: bool) -> str:
    return re.sub(rf"(?<!\\)([%&#{'$' if dollars else ''}])", r"\\\1", text).replace("~", r"\textasciitilde{}")


@functools.cache
def _converter() -> Any:
    """Build the converter once; pylatexenc takes 50 ms to import, which a day without LaTeX need not pay."""
    from pylatexenc import latex2text  # noqa: PLC0415

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it warns about every macro it cannot fill
    spec = latex2text.MacroTextSpec
    macros = [spec(name, simplify_repl="%s") for name in ("url", *_FONTS)]
    macros += [spec(name, simplify_repl="") for name in _SWITCHES]
    context = latex2text.get_default_latex_context_db()
    context.add_context_category("abstracts", macros=macros, prepend=True)
    context.set_unknown_macro_spec(spec("", simplify_repl=_own_name))
    return latex2text.LatexNodes2Text(latex_context=context, math_mode="text", keep_comments=True)


def _own_name(node: Any) -> str:
    """Return the name of a macro the paper defines itself: usually the name of its method."""
    return f"{node.macroname}{node.macro_post_space}"
