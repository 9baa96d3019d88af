"""The one thread that writes to the engine: take all that waits, decide calls, insert, free the journal."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sonde.ingest.assembly import Assembly, Entry
from sonde.ingest.flagged import FlaggedTimes
from sonde.ingest.journal import Journal
from sonde.ingest.resolver import Resolver
from sonde.ingest.set_aside import FILES, STORAGE_TROUBLE, SetAside
from sonde.model.errors import SondeError, Unavailable
from sonde.model.rows import CallRow
from sonde.store.engine import Engine, WriteBatch
from sonde.telemetry.counters import REGISTRY

T = TypeVar("T")
log = logging.getLogger(__name__)

ROWS_PER_WRITE_MAX = 10_000
BYTES_PER_WRITE_MAX = 48 << 20
BYTES_ENOUGH = 24 << 20
"""So much waiting is written at once, some 5,000 spans: the fixed cost of a write is little then."""
LINGER_S = 1.0
"""Under steady lighter load writes start at least this far apart, for the same reason and to keep parts few.
What comes to an idle server is written at once."""
RETRY_S_MIN = 0.1
RETRY_S_MAX = 5.0
PAUSE_S_MAX = 30.0
TRIES = 3
"""After so many failures that are not the disk's, the fault is looked for in the rows."""

WRITES = REGISTRY.counter("sonde_engine_writes_total", "Batches written to the engine.").of()
WRITE_FAILURES = REGISTRY.counter(
    "sonde_engine_write_failures_total", "Attempts to write to the engine that failed and are repeated."
).of()
WRITE_SECONDS = REGISTRY.histogram(
    "sonde_engine_write_seconds", "Time to write one batch to the engine."
).of()
PENDING_BYTES = REGISTRY.gauge("sonde_pending_bytes", "Bytes accepted and not yet in the engine.").of()


class _Closing(Exception):
    """The writer was told to stop while something did not succeed."""


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
        self.set_aside = SetAside(engine, journal.folder)
        self._on_written = on_written
        self._linger_s = linger_s
        self._pending: deque[Entry] = deque()
        self._pending_bytes = 0
        self._submitted = 0
        self._written = 0
        """How many entries; they are written in the order they were submitted."""
        self._wake = threading.Condition()
        self._turn = threading.Lock()
        """Held while a write is made: the resolver and the tables belong to whoever has it."""
        self._closing = False
        self._idle = True
        self._hurry = False
        self._first: Sequence[CallRow] = ()
        self.trouble: SondeError | None = None
        """Why writing does not succeed at the moment; None when it does."""
        PENDING_BYTES.read_from(lambda: self._pending_bytes)
        self._thread = threading.Thread(target=self._run, name="sonde-writer", daemon=True)

    def start(self, first: Sequence[CallRow] = ()) -> None:
        """Start the thread. ``first``: calls to write before anything else."""
        self._first = first
        self._thread.start()

    def submit(self, entry: Entry) -> None:
        """Hand over a durable batch. Called from the journal's thread."""
        with self._wake:
            self._pending.append(entry)
            self._submitted += 1
            self._pending_bytes += entry.payload_bytes
            self._wake.notify_all()

    @property
    def pending_bytes(self) -> int:
        """Bytes accepted and not yet in the engine."""
        return self._pending_bytes

    def wait_below(self, pending_bytes: int) -> bool:
        """Wait until no more than this waits to be written. False when the writer was told to stop."""
        with self._wake:
            self._wake.wait_for(lambda: self._closing or self._pending_bytes <= pending_bytes)
            return not self._closing

    def wait_written(self) -> bool:
        """Wait until everything submitted so far is in the engine. False when the writer was told to stop."""
        with self._wake:
            target = self._submitted
            self._wake.wait_for(lambda: self._closing or self._written >= target)
            return self._written >= target

    def drain(self, timeout_s: float) -> bool:
        """As `wait_written`, hurrying, and with the calls that were put off. False when time ran out."""
        deadline = time.monotonic() + timeout_s
        with self._wake:
            target = self._submitted
            self._hurry = True
            self._wake.notify_all()
            while not self._closing and (self._written < target or self._resolver.has_deferred):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(min(left, 0.5))
            self._hurry = False
            return self._written >= target

    def notes(self) -> list[str]:
        """What is wrong with accepted rows and stops nobody, as sentences."""
        found: list[str] = []
        if self.set_aside.files:
            found.append(
                f"{self.set_aside.files} file(s) with rows the engine did not take: "
                f"{self._journal.folder.name}/{FILES}"
            )
        found += [
            f"The journal was damaged: what could be read was replayed, the file is {path.name}."
            for path in self._journal.replayed.damaged
        ]
        return found

    @contextmanager
    def paused(self) -> Generator[Resolver]:
        """Stand still between two writes; the resolver is the caller's meanwhile.

        What is in the engine by now cannot come back from the journal. Raises `Unavailable` when the write
        in hand does not end.
        """
        if not self._turn.acquire(timeout=PAUSE_S_MAX):
            raise self.trouble or Unavailable("A write takes very long; try again.")
        try:
            self._journal.roll()
            yield self._resolver
        finally:
            self._turn.release()

    def close(self) -> None:
        """Stop after the write in hand. What is still pending stays in the journal. May be called twice."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        last_start = 0.0
        try:
            if self._first:
                self._write(WriteBatch(calls=self._first))
            while (entries := self._take(last_start)) is not None:
                self._idle = not entries and not self._resolver.has_deferred
                if self._idle:
                    self._journal.roll()  # nothing waits: an empty journal takes no room and starts quickly
                    continue
                last_start = time.monotonic()
                with self._turn:
                    batch = self._write_all(entries)
                self._done(entries)
                self._tell(batch)
        except _Closing:
            log.info("stopped with writes in hand; the journal keeps them for the next start")

    def _done(self, entries: Sequence[Entry]) -> None:
        """These are in the engine: free the journal and whoever waits for room."""
        for entry in entries:
            self._journal.done(entry.segment)
        with self._wake:
            self._written += len(entries)
            self._pending_bytes -= sum(entry.payload_bytes for entry in entries)
            self._wake.notify_all()

    def _tell(self, batch: WriteBatch) -> None:
        try:
            self._on_written(batch)
        except Exception:
            log.exception("telling of a written batch failed")

    def _take(self, last_start: float) -> list[Entry] | None:
        """Wait for work and take a bounded part of it.

        None to close; [] when only deferred groups wait, and once when nothing has come for a while.
        """
        with self._wake:
            while not self._closing:
                wait: float | None = None
                if self._pending:
                    wait = last_start + self._linger_s - time.monotonic()
                    enough = self._pending_bytes >= BYTES_ENOUGH
                    if wait <= 0 or self._hurry or enough:
                        break
                elif self._resolver.has_deferred or not self._idle:
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
            return entries

    def _write_all(self, entries: list[Entry]) -> WriteBatch:
        """Get these into the engine, however long it takes: what was acknowledged is never dropped.

        Raises `_Closing`. Receivers see `trouble` and the growing backlog and answer 503.
        """
        began = time.monotonic()
        assembly = Assembly(self._resolver, FlaggedTimes(self._engine), entries)
        batch = self._insist(lambda failures: assembly.batch(recall=failures < TRIES))
        self._write(batch)
        WRITES.increment()
        WRITE_SECONDS.observe(time.monotonic() - began)
        return batch

    def _write(self, batch: WriteBatch) -> None:
        def attempt(failures: int) -> None:
            if failures and failures % TRIES == 0:
                self.set_aside.write_the_rest(batch, lambda: self._closing)
            else:
                self.set_aside.saw(self._engine.write(batch))

        self._insist(attempt)

    def _insist(self, attempt: Callable[[int], T]) -> T:
        """Try until it succeeds. ``attempt`` gets how often it failed for another reason than the disk."""
        pause = RETRY_S_MIN
        failures = 0
        while True:
            try:
                result = attempt(failures)
            except STORAGE_TROUBLE as error:
                self.trouble = error
                log.warning("the engine does not take writes: %s", error)
            except SondeError as error:
                failures += 1
                self.trouble = error
                log.warning("the engine does not take writes: %s", error)
            except Exception as error:  # a bug, or an engine failure we do not know: loud, and not fatal
                failures += 1
                self.trouble = SondeError(f"{type(error).__name__}: {error}")
                log.exception("writing to the engine failed")
            else:
                self.trouble = None
                return result
            WRITE_FAILURES.increment()
            with self._wake:
                if self._wake.wait_for(lambda: self._closing, pause):
                    raise _Closing
            pause = min(pause * 2, RETRY_S_MAX)
