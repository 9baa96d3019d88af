"""The ingest path in one process, on real files and the real engine, built to be broken and built again.

A crash drops journal, writer, resolver and pipeline without draining them and cuts the journal's files back
to what was synced. The engine itself stays (kill -9 of the whole process is test_kill.py's), but an insert
into any of its tables can be made to fail, so that a crash finds a write half done.
"""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from sonde.ingest.decode import decode_traces
from sonde.ingest.journal import Journal
from sonde.ingest.pipeline import Pipeline, ProjectPolicy
from sonde.ingest.resolver import Resolver
from sonde.ingest.warmup import warm_up
from sonde.ingest.writer import Writer
from sonde.model.errors import SondeError, StorageFull
from sonde.model.facts import SpanFacts
from sonde.model.rows import Cost
from sonde.pricing import PriceBook
from sonde.store.embedded import EmbeddedEngine
from sonde.store.migrations import migrate
from sonde.store.recall import stored_spans
from sonde.store.rollups import Rollups
from sonde.testing.disk import FailurePlan, FaultyDisk

PROJECT = "default"
NOW_NS = 1_795_000_000 * 1_000_000_000
TABLES = ("spans", "contents", "calls", "log_facts", "calls_rollup", "rollup_buckets", "marks")


class BreakableEngine(EmbeddedEngine):
    """The real engine; inserts into some tables fail until `mend`."""

    broken: frozenset[str] = frozenset()

    def mend(self) -> None:
        """Let all through."""
        self.broken = frozenset()

    def insert(self, table: str, rows: "pa.Table") -> None:
        if rows.num_rows and table in self.broken:
            raise StorageFull(f"There is no room for {table} (made up).")
        super().insert(table, rows)


class World:
    """An engine that lives on, and an ingest path that comes and goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = BreakableEngine(folder)
        migrate(self.engine)
        self.rollups = Rollups(self.engine)
        self._book = PriceBook()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open()

    def _open(self, *, remember: bool = True) -> None:
        self.disk = FaultyDisk()
        self.journal = Journal(self.folder / "journal", disk=self.disk, segment_bytes=20_000)
        self.resolver = Resolver(
            self.price,
            partial(stored_spans, self.engine),
            complete_since_ns=NOW_NS,
            now_ns=lambda: NOW_NS,
        )
        self.writer = Writer(self.engine, self.journal, self.resolver, linger_s=0)
        self.pipeline = Pipeline(
            self.journal, self.writer, lambda _: ProjectPolicy(), free_bytes=lambda: None, free_bytes_min=0
        )
        span_ns = 600 * 1_000_000_000 if remember else 0
        self.writer.start(warm_up(self.engine, self.resolver, now_ns=NOW_NS, span_ns=span_ns))
        self.pipeline.recover()

    def price(self, facts: SpanFacts, time_ns: int) -> Cost:
        """The product's prices."""
        return self._book.price(facts, time_ns=time_ns)

    def send(self, body: bytes) -> SondeError | None:
        """One request through the pipeline: None when it was acknowledged."""
        spans = decode_traces(body, "protobuf").spans
        task = asyncio.run_coroutine_threadsafe(
            self.pipeline.accept_traces(PROJECT, spans, NOW_NS - 1_000_000_000, len(body)), self._loop
        )
        try:
            task.result(60)
        except SondeError as error:
            return error
        return None

    def fail_disk(self, plan: FailurePlan) -> None:
        """What the journal's disk does from now on."""
        self.disk.plan = plan

    def settle(self) -> None:
        """Wait until what was sent is written, or a write has failed."""
        deadline = time.monotonic() + 60
        while self.writer.pending_bytes and self.writer.trouble is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def crash(self, *, power: bool, remember: bool = True) -> None:
        """End without finishing anything; with ``power`` also lose what was not synced. Then start again.

        Without ``remember`` the new resolver knows no trace by heart, as after a long time or many traces.
        """
        self.writer.close()
        self.journal.close()
        if power:
            self.disk.cut_power()
        self.engine.mend()
        self._open(remember=remember)

    def restart(self) -> None:
        """Stop as `sonde serve` does, and start again."""
        self.drain()
        self.writer.close()
        self.journal.close()
        self._open()

    def drain(self) -> None:
        """Mend everything and wait until all that was acknowledged is in the engine."""
        self.engine.mend()
        self.disk.plan = lambda _count, _name: None
        assert self.writer.drain(60), self.writer.trouble

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        """What the engine answers."""
        return self.engine.query(sql, params).rows

    def clear(self) -> None:
        """An empty store, as new."""
        self.drain()
        self.writer.close()
        self.journal.close()
        for table in TABLES:
            self.engine.execute(f"TRUNCATE TABLE {table}")
        self._open()

    def close(self) -> None:
        """The end."""
        self.writer.close()
        self.journal.close()
        self.engine.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
