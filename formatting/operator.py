"""What an operator is told: trouble, its end, and how deliveries and sources did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from brief.models import Language, SourceReport
from formatting.document import Block, Bullets, Document, Heading, Importance, Paragraph, Run, Style
from formatting.locales import Locale, load
from formatting.reports import notes_text, reliability, source_name
from formatting.text import shorten

_REASONS = 200  # columns
Counts = Mapping[str, float | None]
_COUNTS = ("due", "sent", "late", "retried", "missed")


@dataclass(frozen=True)
class Trouble:
    """Something an operator should know, of a date: for `source` a report, for the others a count."""

    kind: Literal["source", "late", "missed", "refused"]
    date: dt.date
    n: int = 0
    reasons: tuple[str, ...] = ()
    report: SourceReport | None = None

    @property
    def cause(self) -> str:
        """What it is about, the same from one day to the next: `late`, `source:arxiv`."""
        return f"{self.kind}:{self.report.source}" if self.report else self.kind

    @property
    def lasting(self) -> bool:
        """Whether it can be over, unlike what has happened."""
        return self.kind in ("source", "late")


def alarm(language: Language, troubles: Sequence[Trouble]) -> Document:
    """Return what is wrong, one sentence each, and where to look."""
    locale = load(language)
    look = Paragraph((Run(locale.text("alarm.look")),), Importance.DETAIL)
    return _sentences(locale, "alarm", [_trouble(locale, trouble) for trouble in troubles], look)


def over(language: Language, causes: Sequence[str]) -> Document:
    """Return which lasting causes are over."""
    locale = load(language)
    kinds = (cause.partition(":") for cause in causes)
    return _sentences(
        locale, "over", [locale.text(f"over.{kind}", source=source_name(locale, name)) for kind, _, name in kinds]
    )


def status(
    language: Language,
    days: Sequence[tuple[dt.date, Counts, Mapping[str, int]]],
    waiting: Mapping[str, int],
    following: dt.datetime | None,
    edition: tuple[dt.datetime, Sequence[SourceReport]] | None,
) -> Document:
    """Return how each day's deliveries went, what waits, and how the sources did.

    `days` are (date, counts, given up by reason); counts are due, sent, late, retried, missed, and in seconds lag_mean
    and lag_max, None while nothing was sent; those of `waiting` are subscribed, under_way and overdue. `following` is
    when the next one is due, `edition` when the newest one was collected, and its reports.
    """
    locale = load(language)
    title = locale.text("title.status")
    counts = [Run(locale.join(locale.text(f"waiting.{name}", n=n) for name, n in waiting.items()))]
    moment = locale.moment(following) if following else locale.text("waiting.nobody")
    blocks: list[Block] = [
        Heading(1, (Run(title),)),
        Bullets(tuple(_day(locale, *day) for day in days)),
        Paragraph(tuple(counts)),
        Paragraph((Run(locale.text("waiting.next", moment=moment)),)),
    ]
    if edition:
        blocks.append(Heading(2, (Run(locale.text("title.status_sources", moment=locale.moment(edition[0]))),)))
    blocks.append(reliability(locale, edition[1] if edition else ()))
    return Document(title, language, tuple(blocks), title)


def _day(locale: Locale, date: dt.date, counts: Counts, failed: Mapping[str, int]) -> tuple[Paragraph, ...]:
    """Return a date with its counts on one line; below, the lag, and what was given up, where there is any."""
    colon = str(locale.raw("punctuation.colon"))
    said = locale.join(locale.text(f"figure.{name}", n=counts[name]) for name in _COUNTS)
    lines = [Paragraph((Run(date.isoformat(), Style.STRONG), Run(colon + said)))]
    below = [locale.text("figure.lag", mean=counts["lag_mean"], max=counts["lag_max"])] if counts["sent"] else []
    if failed:
        reasons = locale.join(f"{shorten(reason, _REASONS)} {n:,}" for reason, n in sorted(failed.items()))
        below.append(locale.text("figure.failed", n=sum(failed.values()), reasons=reasons))
    return (*lines, *(Paragraph((Run(text, Style.MUTED),)) for text in below))


def _trouble(locale: Locale, trouble: Trouble) -> str:
    values: dict[str, object] = {"n": trouble.n, "date": trouble.date.isoformat()}
    if trouble.report:
        values |= {"source": source_name(locale, trouble.report.source), "notes": notes_text(locale, trouble.report)}
    values["reasons"] = shorten(locale.join(trouble.reasons), _REASONS)
    return locale.text(f"alarm.{trouble.kind}", **values)


def _sentences(locale: Locale, key: str, said: Sequence[str], *below: Block) -> Document:
    title = locale.text(f"title.{key}")
    items = Bullets(tuple((Paragraph((Run(text),), Importance.ESSENTIAL),) for text in said))
    return Document(title, locale.language, (Heading(1, (Run(title),)), items, *below), shorten(" ".join(said), 240))
