"""Writing a batch once, whatever is sent twice: look what is there, leave it out, append the rest.

Each table has its own look (one gate on one table would lose rows of another after a kill between two
inserts). The look and the insert are not one transaction; they are safe because one thread writes, and behind
them stands ReplacingMergeTree on the same key.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from itertools import takewhile
from typing import Any, Protocol, TypeVar

import msgspec
import pyarrow as pa

from sonde.model.rows import CallRow, LogContent, LogRow, MetricPoint, Score, SpanRow
from sonde.store.arrow import hash_number, ids, texts, times
from sonde.store.call_columns import call_table
from sonde.store.engine import MINUTE_NS, WriteBatch, WriteResult
from sonde.store.record_columns import log_table, metric_table, score_table
from sonde.store.span_columns import (
    POSITIONS_PER_EVENT,
    log_content_table,
    log_facts_table,
    record_number,
    span_content_table,
    span_table,
)

T = TypeVar("T")
K = TypeVar("K")
SpanKey = tuple[str, int, str, str]
"""(project, time in ns, span id, trace id)"""

MINUTES_KNOWN_MAX = 100_000

SPAN_KEY = ("project", "time", "span_id")


class WriteTarget(Protocol):
    """What writing needs of an engine."""

    def insert(self, table: str, rows: "pa.Table") -> None:
        """Append rows, durably."""
        ...

    def execute(self, sql: str, params: dict[str, Any] | None = None) -> None:
        """Run a statement that changes something."""
        ...

    def probe(self, table: str, columns: str, key_columns: tuple[str, ...], keys: "pa.Table") -> "pa.Table":
        """Columns of the rows whose key is among ``keys``."""
        ...


class Writing:
    """The write side of an engine. One batch at a time."""

    def __init__(self, target: WriteTarget, workers: Executor) -> None:
        self._target = target
        self._workers = workers
        self._lock = threading.Lock()
        self._clock_us = 0
        self._clock_lock = threading.Lock()
        self._started_us: int | None = None
        self._born_us = self._tick()
        self._minutes: dict[tuple[str, int], int] = {}
        """(project, minute of calls) → when the last of them was written."""

    def write(self, batch: WriteBatch) -> WriteResult:
        """See `Engine.write`."""
        with self._lock:
            with self._clock_lock:
                self._started_us = self._tick()
            try:
                return self._write(batch, self._started_us)
            finally:
                self._started_us = None

    def minutes_written_since(self, us: int) -> set[tuple[str, int]] | None:
        """See `Engine.minutes_written_since`."""
        with self._clock_lock:
            if us < self._born_us:
                return None
            # They stand in the order of their last write, so only the latest are looked at.
            latest = takewhile(lambda item: item[1] >= us, reversed(self._minutes.items()))
            return {minute for minute, _ in latest}

    def _forget_minutes(self) -> None:
        """Keep the half written last; for earlier writes only the tables can tell from now on."""
        stamps = list(self._minutes.values())
        self._born_us = stamps[len(stamps) // 2] + 1
        self._minutes = {minute: us for minute, us in self._minutes.items() if us >= self._born_us}

    @contextmanager
    def paused(self) -> Generator[None]:
        """Keep writes out for a moment."""
        with self._lock:
            yield

    def settled_us(self) -> int:
        """Every write stamped before this is visible: the stamp of the write under way, else now."""
        with self._clock_lock:
            started = self._started_us
            return self._tick() if started is None else started

    def _tick(self) -> int:
        """Microseconds since 1970, never twice and never back, also when the wall clock steps."""
        self._clock_us = max(self._clock_us + 1, time.time_ns() // 1_000)
        return self._clock_us

    def not_before(self, us: int) -> None:
        """Start no earlier than this: what an earlier run of the process wrote must stay older."""
        self._clock_us = max(self._clock_us, us)

    def _write(self, batch: WriteBatch, now: int) -> WriteResult:
        result = WriteResult()
        jobs: list[Future[None]] = []
        if batch.calls:
            jobs.append(self._workers.submit(self._write_calls, batch.calls, now, result))
        if batch.logs:
            jobs.append(self._workers.submit(self._write_logs, batch.logs, result))
        if batch.metrics:
            jobs.append(self._workers.submit(self._write_metrics, batch.metrics, result))
        if batch.scores:
            jobs.append(self._workers.submit(self._write_scores, batch.scores, now, result))
        try:
            if batch.log_facts:
                self._target.insert("log_facts", log_facts_table(batch.log_facts))
            if batch.spans or batch.log_contents:
                self._write_spans(batch, now, result)
        finally:
            errors = [error for job in jobs if (error := job.exception()) is not None]
        if errors:
            raise errors[0]
        return result

    def _write_spans(self, batch: WriteBatch, now: int, result: WriteResult) -> None:
        new, same, replacing = self._sort_spans(batch.spans, result)
        versions = [now] * len(new)
        contents = self._workers.submit(
            self._write_contents, [*new, *same], batch.log_contents, replacing, now, result
        )
        try:
            if not replacing and new:
                self._target.insert("spans", span_table(new, versions))
        finally:
            error = contents.exception()
        if error is not None:
            raise error
        # A replaced span's row comes last: until then a repetition of this write replaces its content again.
        if replacing:
            self._target.insert("spans", span_table(new, versions))
        result.inserted["spans"] = len(new)

    def _sort_spans(
        self, rows: Sequence[SpanRow], result: WriteResult
    ) -> tuple[list[SpanRow], list[SpanRow], list[SpanRow]]:
        """(rows to insert, rows that are there as they are, those of the first that replace others)."""
        if not rows:
            return [], [], []
        latest: dict[SpanKey, SpanRow] = {}
        for row in rows:
            key = (row.project, row.time_ns, row.span_id, row.trace_id)
            other = latest.get(key)
            if other is None or row.end_ns >= other.end_ns:
                latest[key] = row
        unique = list(latest.values())
        found = self._target.probe(
            "spans",
            "project, time, lower(hex(span_id)) AS span, lower(hex(trace_id)) AS trace, "
            "content_hash, version, "
            "toUnixTimestamp64Nano(time) + duration_ns + end_skew_ns AS end",
            SPAN_KEY,
            span_keys(latest),
        )
        if found.num_rows == 0:
            return unique, [], []
        known: dict[SpanKey, tuple[int, int, int]] = {}
        for project, moment, span, trace, digest, version, end in zip(
            *_columns(found, "project", "time", "span", "trace", "content_hash", "version", "end"),
            strict=True,
        ):
            key = (project, moment, span, trace)
            if key not in known or known[key][1] < version:
                known[key] = (digest, version, end)
        new: list[SpanRow] = []
        same: list[SpanRow] = []
        replacing: list[SpanRow] = []
        for key, row in latest.items():
            there = known.get(key)
            if there is None:
                new.append(row)
            elif there[0] == hash_number(row.content_hash):
                same.append(row)
            elif row.end_ns >= there[2]:
                new.append(row)
                replacing.append(row)
        result.skipped["spans"] = len(unique) - len(new)
        result.replaced["spans"] = len(replacing)
        return new, same, replacing

    def _write_contents(
        self,
        spans: Sequence[SpanRow],
        events: Sequence[tuple[str, LogContent]],
        replacing: Sequence[SpanRow],
        now: int,
        result: WriteResult,
    ) -> None:
        if replacing:
            self._target.execute(
                "DELETE FROM contents WHERE record = 0 AND time IN (SELECT fromUnixTimestamp64Nano(arrayJoin("
                "{times:Array(Int64)}), 'UTC')) AND span_id IN "
                "(SELECT toFixedString(unhex(arrayJoin({spans:Array(String)})), 8))",
                {
                    "times": sorted({row.time_ns for row in replacing}),
                    "spans": sorted({row.span_id for row in replacing}),
                },
            )
        spans = [row for row in spans if row.messages]
        total = 0
        if spans:
            total += self._write_span_contents(spans, now)
        if events:
            total += self._write_log_contents(events, now)
        result.inserted["contents"] = total

    def _write_span_contents(self, spans: Sequence[SpanRow], now: int) -> int:
        keys = {(row.project, row.time_ns, row.span_id, row.trace_id): row for row in spans}
        found = self._target.probe(
            "contents",
            "DISTINCT project, time, lower(hex(span_id)) AS span, lower(hex(trace_id)) AS trace, "
            "record, position",
            SPAN_KEY,
            span_keys(keys),
        )
        if found.num_rows:
            there: dict[SpanKey, set[int]] = {}
            for project, moment, span, trace, record, position in zip(
                *_columns(found, "project", "time", "span", "trace", "record", "position"), strict=True
            ):
                if record == 0:
                    there.setdefault((project, moment, span, trace), set()).add(position)
            spans = [
                row for key, row in keys.items() if not set(range(len(row.messages))) <= there.get(key, set())
            ]
        table = span_content_table(spans, [now] * len(spans))
        self._target.insert("contents", table)
        return table.num_rows

    def _write_log_contents(self, events: Sequence[tuple[str, LogContent]], now: int) -> int:
        keys = {
            (project, row.time_ns, row.span_id, row.trace_id, record_number(row.record_id), row.position): (
                project,
                row,
            )
            for project, row in events
        }
        found = self._target.probe(
            "contents",
            "DISTINCT project, time, lower(hex(span_id)) AS span, lower(hex(trace_id)) AS trace, record, "
            f"intDiv(position, {POSITIONS_PER_EVENT}) AS event",
            SPAN_KEY,
            span_keys(key[:4] for key in keys),
        )
        there = set(zip(*_columns(found, "project", "time", "span", "trace", "record", "event"), strict=True))
        rows = [row for key, row in keys.items() if key not in there]
        table = log_content_table(rows, [now] * len(rows))
        self._target.insert("contents", table)
        return table.num_rows

    def _write_calls(self, rows: Sequence[CallRow], now: int, result: WriteResult) -> None:
        latest: dict[SpanKey, CallRow] = {}
        for row in rows:
            key = (row.project, row.time_ns, row.facts.span_id, row.facts.trace_id)
            other = latest.get(key)
            if other is None or row.version >= other.version:
                latest[key] = row
        found = self._target.probe(
            "calls",
            "project, time, lower(hex(span_id)) AS span, lower(hex(trace_id)) AS trace, "
            "content_hash, version",
            SPAN_KEY,
            span_keys(latest),
        )
        known: dict[SpanKey, tuple[int, int]] = {}
        for project, moment, span, trace, digest, version in zip(
            *_columns(found, "project", "time", "span", "trace", "content_hash", "version"), strict=True
        ):
            key = (project, moment, span, trace)
            if key not in known or known[key][1] < version:
                known[key] = (digest, version)
        new: list[CallRow] = []
        replaced = 0
        for key, row in latest.items():
            there = known.get(key)
            if there is None:
                new.append(row)
            elif there[0] != hash_number(row.content_hash):
                # Decisions come from one resolver, so the one made last is the newest, whatever a clock says.
                version = max(row.version, there[1] + 1)
                new.append(row if version == row.version else msgspec.structs.replace(row, version=version))
                replaced += 1
        result.minutes.update((row.project, row.time_ns - row.time_ns % MINUTE_NS) for row in new)
        with self._clock_lock:  # before the rows are visible: a minute is dirty too early, never too late
            for minute in result.minutes:
                self._minutes.pop(minute, None)
                self._minutes[minute] = now
            if len(self._minutes) > MINUTES_KNOWN_MAX:
                self._forget_minutes()
        if new:
            self._target.insert("calls", call_table(new, now))
        result.inserted["calls"] = len(new)
        result.skipped["calls"] = len(latest) - len(new)
        result.replaced["calls"] = replaced

    def _write_logs(self, rows: Sequence[LogRow], result: WriteResult) -> None:
        keys = {(row.project, row.time_ns, hash_number(row.record_id)): row for row in rows}
        new = self._absent(
            "logs",
            ("project", "time", "record"),
            keys,
            lambda: pa.table(
                {
                    "project": texts([key[0] for key in keys]),
                    "time": times([key[1] for key in keys]),
                    "record": pa.array([key[2] for key in keys], pa.uint64()),
                }
            ),
        )
        self._target.insert("logs", log_table(new))
        result.inserted["logs"] = len(new)
        result.skipped["logs"] = len(rows) - len(new)

    def _write_metrics(self, rows: Sequence[MetricPoint], result: WriteResult) -> None:
        keys = {(row.project, row.name, hash_number(row.series_id), row.time_ns): row for row in rows}
        new = self._absent(
            "metrics",
            ("project", "name", "series", "time"),
            keys,
            lambda: pa.table(
                {
                    "project": texts([key[0] for key in keys]),
                    "name": texts([key[1] for key in keys]),
                    "series": pa.array([key[2] for key in keys], pa.uint64()),
                    "time": times([key[3] for key in keys]),
                }
            ),
        )
        self._target.insert("metrics", metric_table(new))
        result.inserted["metrics"] = len(new)
        result.skipped["metrics"] = len(rows) - len(new)

    def _write_scores(self, rows: Sequence[Score], now: int, result: WriteResult) -> None:
        keys = {(row.project, row.score_id): row for row in rows}
        new = self._absent(
            "scores",
            ("project", "score_id"),
            keys,
            lambda: pa.table(
                {
                    "project": texts([key[0] for key in keys]),
                    "score_id": texts([key[1] for key in keys]),
                }
            ),
        )
        self._target.insert("scores", score_table(new, [now] * len(new)))
        result.inserted["scores"] = len(new)
        result.skipped["scores"] = len(rows) - len(new)

    def _absent(
        self,
        table: str,
        key_columns: tuple[str, ...],
        rows: dict[K, T],
        keys: "Callable[[], pa.Table]",
    ) -> list[T]:
        """The rows whose key the table does not have."""
        found = self._target.probe(table, "DISTINCT " + ", ".join(key_columns), key_columns, keys())
        if found.num_rows == 0:
            return list(rows.values())
        there = set(zip(*_columns(found, *key_columns), strict=True))
        return [row for key, row in rows.items() if key not in there]


def span_keys(keys: Iterable[SpanKey]) -> "pa.Table":
    """Keys of spans as an Arrow table (project, time, span_id)."""
    listed = list(keys)
    return pa.table(
        {
            "project": texts([key[0] for key in listed]),
            "time": times([key[1] for key in listed]),
            "span_id": ids([key[2] for key in listed], 8),
        }
    )


def _columns(table: "pa.Table", *names: str) -> list[list[Any]]:
    """Columns as Python lists; times as integer nanoseconds."""
    columns: list[list[Any]] = []
    for name in names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        columns.append(column.to_pylist())
    return columns
