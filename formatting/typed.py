"""Sentences that speak of buttons, beside what is said instead where one types."""

from __future__ import annotations

from formatting.document import Paragraph, Run, Style
from formatting.locales import Locale


def either(locale: Locale, key: str, style: Style = Style.PLAIN) -> Paragraph:
    """Return the sentence of a key, and for surfaces without buttons that of the same key with `_typed`."""
    said, typed = (
        tuple(Run(run.text, style) if run.style is Style.PLAIN else run for run in locale.spans(name))
        for name in (key, f"{key}_typed")
    )
    return Paragraph(said, typed=typed)
