"""The one thread that writes to the engine: take all that waits, decide calls, insert, free the journal."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sonde.ingest.journal import Journal, Segment
from sonde.ingest.resolver import Resolver
from sonde.model.errors import SondeError
from sonde.model.facts import SpanFacts
from sonde.model.rows import Batch, LogContent, LogRow, MetricPoint, Score, SpanRow
from sonde.store.engine import Engine, WriteBatch
from sonde.telemetry.counters import REGISTRY

log = logging.getLogger(__name__)

ROWS_PER_WRITE_MAX = 10_000
BYTES_PER_WRITE_MAX = 48 << 20
LINGER_S = 0.25
"""Under steady load writes start at least this far apart, so that parts stay few. The first is at once."""
RETRY_S_MAX = 5.0

WRITES = REGISTRY.counter("sonde_engine_writes_total", "Batches written to the engine.").of()
WRITE_FAILURES = REGISTRY.counter(
    "sonde_engine_write_failures_total", "Attempts to write to the engine that failed and are repeated."
).of()
WRITE_SECONDS = REGISTRY.histogram(
    "sonde_engine_write_seconds", "Time to write one batch to the engine."
).of()
PENDING_BYTES = REGISTRY.gauge("sonde_pending_bytes", "Bytes accepted and not yet in the engine.").of()


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


class Writer:
    """Owns the resolver and the engine's write side. Start it once; `drain` then `close` at the end."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        resolver: Resolver,
        *,
        on_written: Callable[[WriteBatch], None] = lambda _: None,
        linger_s: float = LINGER_S,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._resolver = resolver
        self._on_written = on_written
        self._linger_s = linger_s
        self._pending: deque[Entry] = deque()
        self._pending_bytes = 0
        self._in_hand = 0
        self._wake = threading.Condition()
        self._closing = False
        self._hurry = False
        self.trouble: SondeError | None = None
        """Why writing does not succeed at the moment; None when it does."""
        PENDING_BYTES.read_from(lambda: self._pending_bytes)
        self._thread = threading.Thread(target=self._run, name="sonde-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, entry: Entry) -> None:
        """Hand over a durable batch. Called from the journal's thread."""
        with self._wake:
            self._pending.append(entry)
            self._pending_bytes += entry.payload_bytes
            self._wake.notify_all()

    @property
    def pending_bytes(self) -> int:
        """Bytes accepted and not yet in the engine."""
        return self._pending_bytes

    def drain(self, timeout_s: float) -> bool:
        """Wait until everything submitted so far is in the engine. False when time ran out."""
        deadline = time.monotonic() + timeout_s
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            while self._pending or self._in_hand or self._resolver.has_deferred:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(min(left, 0.5))
            self._hurry = False
            return not (self._pending or self._in_hand)

    def close(self) -> None:
        """Stop after the write in hand. What is still pending stays in the journal."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join()

    def _run(self) -> None:
        last_start = 0.0
        while True:
            entries = self._take(last_start)
            if entries is None:
                return
            last_start = time.monotonic()
            self._write_until_done(entries)
            with self._wake:
                self._in_hand = 0
                self._pending_bytes -= sum(entry.payload_bytes for entry in entries)
                self._wake.notify_all()

    def _take(self, last_start: float) -> list[Entry] | None:
        """Wait for work and take a bounded part of it: None to close, [] when only deferred groups wait."""
        with self._wake:
            while not self._closing:
                wait: float | None = None
                if self._pending:
                    wait = last_start + self._linger_s - time.monotonic()
                    large = self._pending_bytes >= BYTES_PER_WRITE_MAX
                    if wait <= 0 or self._hurry or large:
                        break
                elif self._resolver.has_deferred:
                    wait = last_start + self._linger_s - time.monotonic()
                    if wait <= 0:
                        return []
                self._wake.wait(wait)
            if self._closing:
                return None
            entries: list[Entry] = []
            rows = size = 0
            while self._pending and rows < ROWS_PER_WRITE_MAX and size < BYTES_PER_WRITE_MAX:
                entry = self._pending.popleft()
                entries.append(entry)
                rows += entry.rows
                size += entry.payload_bytes
            self._in_hand = len(entries)
            return entries

    def _write_until_done(self, entries: list[Entry]) -> None:
        """Write, and on failure try again for as long as it takes: what was acknowledged is never dropped.

        Receivers see `trouble` and the growing backlog and answer 503.
        """
        pause = 0.1
        began = time.monotonic()
        batch = self._assemble(entries)
        while True:
            try:
                self._engine.write(batch)
                break
            except SondeError as error:
                self.trouble = error
                log.warning("the engine does not take writes: %s", error)
            except Exception as error:  # a bug or an engine failure we do not know: loud, and not fatal
                self.trouble = SondeError(f"{type(error).__name__}: {error}")
                log.exception("writing to the engine failed")
            WRITE_FAILURES.increment()
            with self._wake:
                if self._wake.wait_for(lambda: self._closing, pause):
                    return
            pause = min(pause * 2, RETRY_S_MAX)
        self.trouble = None
        for entry in entries:
            self._journal.done(entry.segment)
        WRITES.increment()
        WRITE_SECONDS.observe(time.monotonic() - began)
        self._on_written(batch)

    def _assemble(self, entries: list[Entry]) -> WriteBatch:
        spans: list[SpanRow] = []
        logs: list[LogRow] = []
        metrics: list[MetricPoint] = []
        scores: list[Score] = []
        contents: list[tuple[str, LogContent]] = []
        log_facts: list[tuple[str, SpanFacts]] = []
        touched: set[tuple[str, str]] = set()
        for entry in entries:
            batch = entry.batch
            spans.extend(batch.spans)
            logs.extend(batch.logs)
            metrics.extend(batch.metrics)
            scores.extend(batch.scores)
            log_facts.extend((batch.project, facts) for facts in batch.log_facts)
            touched |= self._resolver.absorb(batch.project, batch.spans, batch.log_facts)
        calls = self._resolver.decide(touched)
        for entry in entries:
            project = entry.batch.project
            contents.extend((project, self._resolver.place(project, c)) for c in entry.batch.log_messages)
        return WriteBatch(spans, calls, contents, logs, metrics, scores, log_facts)
