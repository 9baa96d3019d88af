"""``export="duckdb:llm.db"`` (``pip install 'sonde[duckdb]'``): a table of calls, for notebooks and batches.

The file is opened for each write and closed again, so that other programs can read it in between.
"""

import threading
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from sonde.model.facts import SpanFacts
from sonde.sdk.export.batch import Batch
from sonde.sdk.export.grpc import MissingExtra
from sonde.sdk.export.local_calls import COLUMNS, call_rows, facts_of, price_book
from sonde.sdk.export.read_spans import spans_of
from sonde.sdk.ledger import Ledger
from sonde.sdk.safety import tell_once

if TYPE_CHECKING:
    import duckdb

LOCKED_S = 5.0
"""How long another program may keep the file to itself before a batch is given up."""
_PAUSE_S = 0.05
_FACTS = {"trace_id": "VARCHAR", "span_id": "VARCHAR", "response_id": "VARCHAR", "facts": "VARCHAR"}
T = TypeVar("T")


class DuckDb:
    """Writes calls into one file. Only spans are kept; logs and metrics are left out."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        """Raises `MissingExtra` without the package, and duckdb's error for a file it cannot open."""
        if find_spec("duckdb") is None:
            raise MissingExtra("export='duckdb:…' needs: pip install 'sonde[duckdb]'")
        self._path = path
        self._ledger = ledger
        self._book = price_book()
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._with_file(_create)

    def deliver(self, batch: Batch) -> None:
        """Write the spans of a batch and the calls they make or change."""
        import duckdb

        if batch.signal != "traces":
            return
        facts = list(facts_of(spans_of(batch.request)))
        try:
            with self._lock:
                self._with_file(lambda connection: self._write(connection, facts))
        except (duckdb.Error, OSError) as error:
            said = str(error).splitlines()[0][:200]
            tell_once("duckdb export", f"sonde: {self._path} cannot be written ({said}); calls are dropped")
            self._ledger.add("traces", "dropped", batch.records, "duckdb")
            return
        self._ledger.add("traces", "stored", batch.records)

    def flush(self, timeout_s: float) -> bool:
        """Every batch is written at once."""
        return True

    def close(self, timeout_s: float) -> None:
        """The file is closed after every write."""

    def after_fork(self) -> None:
        """The lock may be held by a thread that is not here."""
        self._lock = threading.Lock()

    def _with_file(self, work: "Callable[[duckdb.DuckDBPyConnection], T]") -> T:
        import duckdb

        deadline = time.monotonic() + LOCKED_S
        while True:
            try:
                connection = duckdb.connect(str(self._path))
                break
            except duckdb.IOException:
                # Another program has it open; there is nothing to wait on but time.
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_PAUSE_S)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            return work(connection)
        finally:
            connection.close()

    def _write(self, connection: "duckdb.DuckDBPyConnection", facts: list[SpanFacts]) -> None:
        connection.begin()
        stored = [
            {
                "trace_id": fact.trace_id,
                "span_id": fact.span_id,
                "response_id": fact.response_id,
                "facts": msgspec.json.encode(fact).decode(),
            }
            for fact in facts
        ]
        connection.execute(
            "DELETE FROM span_facts WHERE (trace_id, span_id) IN (SELECT unnest(?), unnest(?))",
            [[fact.trace_id for fact in facts], [fact.span_id for fact in facts]],
        )
        _insert(connection, "span_facts", _FACTS, stored)
        touched = _related(connection, facts)
        found = connection.execute(
            "SELECT facts FROM span_facts WHERE trace_id IN (SELECT unnest(?))", [touched]
        ).fetchall()
        known = [msgspec.json.decode(text, type=SpanFacts) for (text,) in found]
        connection.execute("DELETE FROM calls WHERE trace_id IN (SELECT unnest(?))", [touched])
        _insert(connection, "calls", COLUMNS, call_rows(known, self._book))
        connection.commit()


def _create(connection: "duckdb.DuckDBPyConnection") -> None:
    for table, columns in (("calls", COLUMNS), ("span_facts", _FACTS)):
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({listed})")


def _related(connection: "duckdb.DuckDBPyConnection", facts: Sequence[SpanFacts]) -> list[str]:
    """The traces of these records, and others with the same response ids: they may be one invocation."""
    traces = {fact.trace_id for fact in facts}
    responses = sorted({fact.response_id for fact in facts if fact.response_id})
    found = connection.execute(
        "SELECT DISTINCT trace_id FROM span_facts WHERE response_id IN (SELECT unnest(?::VARCHAR[]))",
        [responses],
    ).fetchall()
    return sorted(traces | {trace for (trace,) in found})


def _insert(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    columns: dict[str, str],
    rows: list[dict[str, Any]],
) -> None:
    """All rows in one statement: twenty times as fast as one at a time."""
    if not rows:
        return
    kinds = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(
        f"INSERT INTO {table} SELECT rows.* FROM (SELECT unnest(?::STRUCT({kinds})[]) AS rows)",
        [[{name: row[name] for name in columns} for row in rows]],
    )
