"""Rows the engine does not take: found by halving a batch, kept in a file, counted, and gone past.

One bad row must not keep everything behind it waiting for ever; an engine that takes nothing must not make us
set aside everything. So a row is set aside only when it fails by itself and something speaks for the engine:
another row of its table was written, or the failure was ours (a value that fits no column), or, when it came
alone, a small write elsewhere succeeded. On that last evidence no more than `UNPROVEN_ROWS_MAX` rows go.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from sonde.ingest.journal import as_storage_error
from sonde.model.errors import StorageFull, StorageReadOnly, Unavailable
from sonde.store.engine import Engine, WriteBatch, WriteResult
from sonde.telemetry.counters import REGISTRY

log = logging.getLogger(__name__)

STORAGE_TROUBLE = (StorageFull, StorageReadOnly)
"""Failures that say nothing about the rows."""
DATA_TROUBLE = (ValueError, TypeError, ArithmeticError, LookupError)
"""What building a table raises for a value that does not fit."""
TABLES = {
    "spans": "spans",
    "calls": "calls",
    "log_contents": "contents",
    "logs": "logs",
    "metrics": "metrics",
    "scores": "scores",
    "log_facts": "log_facts",
}
"""Field of `WriteBatch` → table."""
FILES = "rejected-*.msgpack"
UNPROVEN_ROWS_MAX = 100
FINE_MAX = 50
COARSE_ROWS = 100
"""After `FINE_MAX` bad rows in one batch, up to this many rows go together: the search must end."""
CHECK = "INSERT INTO marks (name, value, version) SELECT 'write-check', {now:UInt64}, {now:UInt64}"

ROWS = REGISTRY.counter(
    "sonde_rows_set_aside_total",
    "Accepted rows the engine did not take, kept in journal/rejected-*.msgpack.",
    {"table": sorted({*TABLES.values(), "unreadable"})},
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Rows in a file, and why they are there."""

    table: str
    reason: str
    rejected_ns: int
    rows: WriteBatch


class SetAside:
    """The writer thread owns it; ``files`` may be read, and `keep_unreadable` called, from anywhere."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._unproven: Counter[str] = Counter()
        self.files = len(list(folder.glob(FILES)))
        """How many files are there, those of earlier runs too."""

    def saw(self, result: WriteResult) -> None:
        """A write succeeded: its tables take rows."""
        for table, rows in result.inserted.items():
            if rows:
                self._unproven.pop(table, None)

    def write_the_rest(self, batch: WriteBatch, stopped: Callable[[], bool]) -> None:
        """Write every row the engine takes and set aside the others. Raises when it is the engine's fault."""
        bad: list[Rejected] = []
        why: list[Exception] = []
        proven: set[str] = set()
        self._engine.execute(CHECK, {"now": time.time_ns() // 1_000})
        parts = [batch]
        while parts:
            if stopped():
                raise Unavailable("The server is stopping.")
            part = parts.pop()
            try:
                result = self._engine.write(part)
            except STORAGE_TROUBLE:
                raise
            except Exception as error:  # whatever it is, it is told with the rows
                two = halves(part, 1 if len(bad) < FINE_MAX else COARSE_ROWS)
                if two is not None:
                    parts.extend(reversed(two))
                    continue
                table = TABLES[_fields(part)[0]]
                bad.append(Rejected(table, f"{type(error).__name__}: {error}", time.time_ns(), part))
                why.append(error)
                if not proven and not isinstance(error, DATA_TROUBLE) and len(bad) > UNPROVEN_ROWS_MAX:
                    raise
            else:
                self.saw(result)
                proven.update(table for table, rows in result.inserted.items() if rows)
                proven.update("log_facts" for _ in part.log_facts[:1])
        self._judge(bad, why, proven)
        if bad:
            self._keep(bad)

    def keep_unreadable(self, payload: bytes, reason: str) -> None:
        """Set aside a journal record that this release cannot read."""
        self._write_file("rejected-unreadable", payload)
        ROWS.of(table="unreadable").increment()
        log.error("a journal record cannot be read and was set aside in the journal folder: %s", reason)

    def _judge(self, bad: Sequence[Rejected], why: Sequence[Exception], proven: set[str]) -> None:
        """Raise the engine's error when rows may be innocent."""
        unproven: Counter[str] = Counter()
        for rejected, error in zip(bad, why, strict=True):
            if rejected.table in proven or isinstance(error, DATA_TROUBLE):
                continue
            rows = getattr(rejected.rows, _fields(rejected.rows)[0])
            unproven[rejected.table] += len(rows)
            if self._unproven[rejected.table] + unproven[rejected.table] > UNPROVEN_ROWS_MAX:
                raise error
        self._unproven.update(unproven)

    def _keep(self, bad: Sequence[Rejected]) -> None:
        self._write_file("rejected", msgspec.msgpack.encode(bad))
        for rejected in bad:
            rows = getattr(rejected.rows, _fields(rejected.rows)[0])
            ROWS.of(table=rejected.table).increment(len(rows))
            log.error(
                "%d row(s) of table %s were set aside, the engine does not take them: %s",
                len(rows),
                rejected.table,
                rejected.reason[:500],
            )

    def _write_file(self, prefix: str, content: bytes) -> None:
        """Durable before the journal lets go of the rows. Raises `StorageFull` and the like."""
        path = self._folder / f"{prefix}-{time.time_ns()}.msgpack"
        try:
            with path.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise as_storage_error(error) from error
        self.files += 1


def halves(batch: WriteBatch, smallest: int) -> tuple[WriteBatch, WriteBatch] | None:
    """A batch in two parts: by kind of row, then by number. None when it has at most ``smallest`` rows."""
    fields = _fields(batch)
    if len(fields) > 1:
        nothing: dict[str, Any] = dict.fromkeys(TABLES, ())
        only: dict[str, Any] = nothing | {fields[0]: getattr(batch, fields[0])}
        rest: dict[str, Any] = {fields[0]: ()}
        return replace(batch, **only), replace(batch, **rest)
    rows = getattr(batch, fields[0])
    if len(rows) <= smallest:
        return None
    middle = len(rows) // 2
    first: dict[str, Any] = {fields[0]: rows[:middle]}
    second: dict[str, Any] = {fields[0]: rows[middle:]}
    return replace(batch, **first), replace(batch, **second)


def _fields(batch: WriteBatch) -> list[str]:
    """The fields that hold rows."""
    return [name for name in TABLES if getattr(batch, name)]
