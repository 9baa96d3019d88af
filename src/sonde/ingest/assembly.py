"""From journaled batches to one write: the rows and the calls they make. A failure half-way loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sonde.ingest.flagged import FlaggedTimes
from sonde.ingest.journal import Segment
from sonde.ingest.resolver import Resolver, TraceKey
from sonde.model.facts import SpanFacts
from sonde.model.rows import Batch, LogContent, LogRow, MetricPoint, Score, SpanRow
from sonde.store.engine import WriteBatch


@dataclass(slots=True)
class Entry:
    """A journaled batch on its way to the engine."""

    segment: Segment
    batch: Batch
    payload_bytes: int

    @property
    def rows(self) -> int:
        """How many rows this batch adds to a write."""
        batch = self.batch
        return len(batch.spans) + len(batch.logs) + len(batch.metrics) + len(batch.scores)


class Assembly:
    """What one write is made of. The resolver forgets nothing between two attempts, so neither does this.

    All batches of a project are taken in at once: what the engine must be asked about them is one question
    then, not one for each batch.
    """

    def __init__(self, resolver: Resolver, flagged: FlaggedTimes, entries: Sequence[Entry]) -> None:
        self._resolver = resolver
        self._flagged = flagged
        self._spans: list[SpanRow] = []
        self._logs: list[LogRow] = []
        self._entries = entries
        self._to_absorb: dict[str, list[Batch]] = {}
        for entry in entries:
            self._to_absorb.setdefault(entry.batch.project, []).append(entry.batch)
        self._touched: set[TraceKey] = set()

    def batch(self, *, recall: bool) -> WriteBatch:
        """The rows of all entries with the calls they make or change.

        Raises what the engine does not answer; call it again. ``recall=False`` decides without the engine's
        part of a trace, for when that cannot be had.
        """
        for project, batches in list(self._to_absorb.items()):
            spans: Sequence[SpanRow] = [row for batch in batches for row in batch.spans]
            logs: Sequence[LogRow] = [row for batch in batches for row in batch.logs]
            facts = [fact for batch in batches for fact in batch.log_facts]
            if recall:
                spans = self._flagged.of_spans(project, spans)
                logs = self._flagged.of_logs(project, logs)
            self._touched |= self._resolver.absorb(project, spans, facts, recall=recall)
            self._spans.extend(spans)
            self._logs.extend(logs)
            del self._to_absorb[project]
        calls = self._resolver.decide(self._touched)
        metrics: list[MetricPoint] = []
        scores: list[Score] = []
        contents: list[tuple[str, LogContent]] = []
        log_facts: list[tuple[str, SpanFacts]] = []
        for entry in self._entries:
            batch = entry.batch
            project = batch.project
            metrics.extend(batch.metrics)
            scores.extend(batch.scores)
            log_facts.extend((project, facts) for facts in batch.log_facts)
            contents.extend((project, self._resolver.place(project, c)) for c in batch.log_messages)
        return WriteBatch(self._spans, calls, contents, self._logs, metrics, scores, log_facts)
