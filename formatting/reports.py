"""How the sources did, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from brief.models import Brief, Note, SourceReport, Status
from formatting.document import Bullets, Paragraph, Run, Style
from formatting.locales import Locale
from formatting.text import shorten

_PARAM_COLUMNS = 80


def source_name(locale: Locale, source: str) -> str:
    """Return a source's name as readers know it; an unknown one is named by its id."""
    key = f"source.{source}"
    return str(locale.raw(key)) if key in locale.keys else shorten(source, _PARAM_COLUMNS)


def model_name(locale: Locale, model: str | None) -> str:
    """Return a language model's name, bounded, as its endpoint knows it; "a language model" where it is not known."""
    return shorten(model or "", _PARAM_COLUMNS) or locale.text("author.some_model")


def status_name(locale: Locale, status: Status) -> str:
    """Return the word for how a source did."""
    return locale.text(f"status.{status}")


def note_text(locale: Locale, note: Note, source: str = "") -> str:
    """Return the sentence of a note; an unknown code is shown as it is, with its values.

    `source` is named where the note is about a site and does not say which part of it.
    """
    params = {k: shorten(v, _PARAM_COLUMNS) if isinstance(v, str) else v for k, v in note.params.items()}
    key = f"note.{note.code}"
    if key not in locale.keys:
        values = locale.join(f"{k}={v}" for k, v in params.items())
        return locale.text("note.unknown", code=f"{shorten(note.code, _PARAM_COLUMNS)} {values}")
    what = source_name(locale, str(params.pop("what", source)))
    return locale.text(key, **{**params, **_derived(locale, params), "what": what})


def _derived(locale: Locale, params: dict[str, str | int]) -> dict[str, str]:
    """Return `times` for two or more tries and `http` for a status, both empty otherwise."""
    tries, status = params.get("tries"), params.get("status")
    return {
        "times": locale.times(tries) if isinstance(tries, int) and tries > 1 else "",
        "http": locale.text("note.http", status=str(status)) if status is not None else "",
    }


def notes_text(locale: Locale, report: SourceReport) -> str:
    """Return all notes of a report as one sentence, empty when there are none."""
    clauses = [note_text(locale, note, report.source) for note in report.notes]
    return str(locale.raw("punctuation.clause")).join(clauses)


def report_lines(locale: Locale, report: SourceReport) -> tuple[Paragraph, ...]:
    """Return a source's name, status and counts on one line and its notes on the next."""
    facts = [status_name(locale, report.status)]
    counts = {name: getattr(report, name) for name in ("papers", "repos", "assets", "mentions", "requests")}
    facts += [locale.text(f"count.{name}", n=n) for name, n in counts.items() if n]
    if report.requests:
        facts.append(locale.text("count.seconds", n=f"{report.seconds:.1f}"))
    colon = str(locale.raw("punctuation.colon"))
    name = Run(source_name(locale, report.source), Style.STRONG)
    first = Paragraph((name, Run(colon + " · ".join(facts))))
    notes = notes_text(locale, report)
    return (first, Paragraph((Run(notes, Style.MUTED),))) if notes else (first,)


def reliability(locale: Locale, reports: Sequence[SourceReport]) -> Bullets | Paragraph:
    """Return one entry a source, or a line saying that none was asked."""
    if not reports:
        return Paragraph((Run(locale.text("missing.none_asked"), Style.MUTED),))
    return Bullets(tuple(report_lines(locale, report) for report in reports))


def missing_line(locale: Locale, brief: Brief) -> str:
    """Return one line naming the sources that failed or answered in part; empty when all is there."""
    weak = [r for r in brief.reports if r.status in (Status.FAILED, Status.PARTIAL)]
    if not weak:
        return ""
    named = (
        locale.text("missing.one", source=source_name(locale, r.source), status=status_name(locale, r.status))
        for r in weak
    )
    return locale.text("missing.line", sources=locale.join(named))


def why_no_papers(locale: Locale, brief: Brief) -> str:
    """Return why the edition has no papers: no source, nothing new, or nothing for this reader."""
    if brief.considered:
        return locale.text("empty.nothing_matched" if brief.unseen else "empty.nothing_new")
    failed = _failed(brief, {"huggingface", "arxiv"})
    return _source_failed(locale, failed) if failed else locale.text("empty.nothing_at_all")


def why_no_more(locale: Locale, brief: Brief) -> str:
    """Return why there is nothing beyond the recommendations."""
    return locale.text("empty.no_more") if brief.picks else why_no_papers(locale, brief)


def why_nothing_to_follow(locale: Locale, brief: Brief) -> str:
    """Return why the edition has no repositories, models or data sets."""
    failed = _failed(brief, {"github", "huggingface"})
    return _source_failed(locale, failed) if failed else locale.text("empty.nothing_matched")


def _failed(brief: Brief, sources: set[str]) -> list[str]:
    return [r.source for r in brief.reports if r.source in sources and r.status is Status.FAILED]


def _source_failed(locale: Locale, failed: list[str]) -> str:
    return locale.text("empty.source_failed", sources=locale.join(source_name(locale, s) for s in failed))
