"""What this process did, counted for Prometheus. Each process counts for itself; whoever collects them adds them up.

The names follow https://prometheus.io/docs/practices/naming. No label names a chat: there may be any number of them.
"""

from __future__ import annotations

import re

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from brief.errors import WritingTrouble
from brief.models import Author, SourceReport

LAG = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 4 * 3600)  # seconds; "late" begins at 300
EDITION = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)  # seconds
REASONS = 50  # different ones a process counts apart; Slack and Telegram are free to invent more


class Metrics:
    """Counters with a registry of their own, so that two of them in one process do not meet."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._reasons: set[str] = set()
        ProcessCollector(registry=self._registry)
        self._due = self._counter("paperboy_due", "Deliveries that became due and were handed to workers")
        self._tick = Gauge(
            "paperboy_tick_timestamp_seconds", "When this process's scheduler last ticked", registry=self._registry
        )
        self._sent = self._counter("paperboy_sent", "Messages delivered", "surface")
        self._late = self._counter(
            "paperboy_late", "Messages delivered more than 5 minutes after they were due", "surface"
        )
        self._again = self._counter("paperboy_retried", "Deliveries put off to be tried again", "surface", "reason")
        self._failed = self._counter("paperboy_failed", "Deliveries given up for good", "surface", "reason")
        self._missed = self._counter("paperboy_missed", "Deliveries whose day ended before they succeeded", "surface")
        self._sources = self._counter(
            "paperboy_source_reports", "Collections by how the source did", "source", "status"
        )
        self._items = Gauge(
            "paperboy_source_items", "Items in a source's last answer", ["source"], registry=self._registry
        )
        self._lag = Histogram(
            "paperboy_lag_seconds",
            "From the moment a delivery was due to the chat's confirmation",
            ["surface"],
            buckets=LAG,
            registry=self._registry,
        )
        self._edition = Histogram(
            "paperboy_edition_seconds", "Making one edition", buckets=EDITION, registry=self._registry
        )
        self._calls = self._counter("paperboy_model_calls", "Requests to a language model", "model")
        self._tokens = self._counter("paperboy_model_tokens", "Tokens of those requests", "model", "direction")
        self._cost = self._counter("paperboy_model_cost_dollars", "What they cost, as far as prices are known")
        self._remembered = self._counter("paperboy_model_answers_remembered", "Answers that were there already")
        self._replaced = self._counter("paperboy_model_sentences_replaced", "Sentences that failed the fact check")
        self._unwritten = self._counter("paperboy_model_failures", "Parts a model did not write, by why", "trouble")

    def due(self, n: int) -> None:
        """Count `n` deliveries that became due."""
        self._due.inc(n)

    def ticked(self) -> None:
        """Note that the scheduler ticked just now."""
        self._tick.set_to_current_time()

    def delivered(self, surface: str, lag: float, *, late: bool) -> None:
        """Count a message that its chat confirmed `lag` seconds after it was due."""
        self._sent.labels(surface).inc()
        self._lag.labels(surface).observe(lag)
        if late:
            self._late.labels(surface).inc()

    def again(self, surface: str, reason: str) -> None:
        """Count a delivery that failed and will be tried again."""
        self._again.labels(surface, self._known(reason)).inc()

    def failed(self, surface: str, reason: str) -> None:
        """Count a delivery that failed for good."""
        self._failed.labels(surface, self._known(reason)).inc()

    def missed(self, surface: str) -> None:
        """Count a delivery that was not made before its day ended."""
        self._missed.labels(surface).inc()

    def source(self, report: SourceReport) -> None:
        """Count how a source did in a collection."""
        self._sources.labels(report.source, report.status.value).inc()
        self._items.labels(report.source).set(report.papers + report.repos + report.assets)

    def edition(self, seconds: float) -> None:
        """Count an edition that was made in so many seconds."""
        self._edition.observe(seconds)

    def written(self, author: Author) -> None:
        """Count what making a brief took of a language model, and what the model did not write."""
        model = author.model or "unknown"
        self._calls.labels(model).inc(author.calls)
        self._tokens.labels(model, "in").inc(author.tokens_in)
        self._tokens.labels(model, "out").inc(author.tokens_out)
        self._cost.inc(author.cost or 0)
        self._remembered.inc(author.remembered)
        self._replaced.inc(author.replaced)
        for note in author.notes:
            trouble = note.code.removeprefix("model_")
            if trouble in set(WritingTrouble):
                self._unwritten.labels(trouble).inc(int(note.params.get("n", 1)))

    def text(self) -> bytes:
        """Return everything in Prometheus' text format, whose type is CONTENT_TYPE_LATEST."""
        return generate_latest(self._registry)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, registry=self._registry)

    def _known(self, reason: str) -> str:
        """Return the reason as a label: a word such as `blocked`, `other` for what is none or one too many."""
        fits = re.fullmatch(r"[a-z][a-z0-9_]{0,39}", reason) and len(self._reasons | {reason}) <= REASONS
        if fits:
            self._reasons.add(reason)
        return reason if fits else "other"
