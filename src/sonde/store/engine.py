"""The engine interface: what every layer above may ask of the telemetry store.

Two engines implement it with one SQL dialect and one set of schema files: `sonde.store.embedded` (chDB in
this process, data in one folder) and `sonde.store.server` (a ClickHouse server by URL).

Errors of every method: `StorageFull`, `StorageReadOnly` (writes only; try again later, reads go on),
`QueryTimeout` (over ``limits.seconds``, or cancelled), `TooLarge` (over the row, byte or memory limit),
`BadInput` (the SQL is wrong), `Unavailable` (anything else the engine could not do now).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sonde.model.facts import SpanFacts
from sonde.model.limits import (
    SQL_EXECUTION_S,
    SQL_MEMORY_BYTES_MAX,
    SQL_RESULT_BYTES_MAX,
    SQL_RESULT_ROWS_MAX,
)
from sonde.model.rows import CallRow, LogContent, LogRow, MetricPoint, Score, SpanRow

if TYPE_CHECKING:
    import pyarrow as pa

MINUTE_NS = 60 * 1_000_000_000
HOUR_NS = 60 * MINUTE_NS


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may use. ``None`` means the engine's own cap only."""

    seconds: float | None = 60.0
    rows: int | None = None
    """Rows of the result: more raises `TooLarge`, or cuts the result when ``truncate`` is set."""
    bytes: int | None = None
    """Bytes of the result in the engine's memory: more raises `TooLarge` (or cuts, see ``truncate``)."""
    memory_bytes: int | None = 1 << 30
    threads: int | None = None
    truncate: bool = False
    """Cut the result at ``rows``/``bytes`` and set `Result.truncated` instead of raising."""


DEFAULT_LIMITS = QueryLimits()
"""For our own queries."""

USER_LIMITS = QueryLimits(
    seconds=SQL_EXECUTION_S,
    rows=SQL_RESULT_ROWS_MAX,
    bytes=SQL_RESULT_BYTES_MAX,
    memory_bytes=SQL_MEMORY_BYTES_MAX,
    truncate=True,
)
"""For SQL written by users (already checked and rendered anew by the SQL endpoint)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result."""

    name: str
    type: str
    """ClickHouse's type name as far as Arrow keeps it: no LowCardinality, Enum as String."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query, columnar inside."""

    columns: list[Column]
    arrow: "pa.Table"
    """Arrow columns as the engine gave them (times are ``timestamp``)."""
    truncated: bool = False

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as Python values: times as int nanoseconds since 1970, decimals as `Decimal`, arrays as
        lists, maps as dicts, JSON as text, unknown as None.
        """
        from sonde.store.values import rows_of

        return rows_of(self.arrow)

    def dicts(self) -> list[dict[str, Any]]:
        """All rows as dicts by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def scalar(self) -> Any:
        """The only value of a one-row, one-column result; None when there is no row."""
        rows = self.rows
        return rows[0][0] if rows else None


@dataclass(slots=True)
class WriteBatch:
    """Rows to be written together. Projects may be mixed. Bounded by the caller (about 10,000 spans)."""

    spans: Sequence[SpanRow] = ()
    """Their ``messages`` go to table ``contents``."""
    calls: Sequence[CallRow] = ()
    log_contents: Sequence[tuple[str, LogContent]] = ()
    """(project, content of a span that arrived as a log event)."""
    logs: Sequence[LogRow] = ()
    metrics: Sequence[MetricPoint] = ()
    scores: Sequence[Score] = ()
    log_facts: Sequence[tuple[str, SpanFacts]] = ()
    """(project, facts of a GenAI log event), kept so that `sonde.store.recall` can hand them out again."""


@dataclass(slots=True)
class WriteResult:
    """What a write did. Counts are rows per table; every count is of this write only."""

    inserted: dict[str, int] = field(default_factory=dict[str, int])
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """Rows left out because an equal row (same key, same content) was there already."""
    replaced: dict[str, int] = field(default_factory=dict[str, int])
    """Rows written as a newer version of a key that was there with other content."""
    minutes: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """(project, start of the minute in ns) of calls that changed: their roll-ups are dirty now."""


class Engine(Protocol):
    """A telemetry store. Thread-safe: any thread may query; writes are serialised inside."""

    @property
    def kind(self) -> str:
        """Which engine it is: "embedded" or "server"."""
        ...

    def write(self, batch: WriteBatch) -> WriteResult:
        """Write the rows that are not there yet, durably (on disk when this returns).

        Idempotent per table, so it may be repeated after any failure: rows whose key and content are
        there already are left out; the same span key with other content becomes a newer version when its
        end time is not earlier (the last written wins a tie); a call with another ``content_hash``
        becomes a newer version, ordered by ``version``.
        """
        ...

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        *,
        limits: QueryLimits = DEFAULT_LIMITS,
        query_id: str | None = None,
    ) -> Result:
        """Run one read-only statement. ``{name:Type}`` in ``sql`` takes ``params[name]``: str, int, float,
        bool, Decimal, None, or lists of these.
        """
        ...

    def query_format(
        self,
        sql: str,
        output_format: str,
        params: Mapping[str, Any] | None = None,
        *,
        limits: QueryLimits = DEFAULT_LIMITS,
        settings: Mapping[str, str | int] | None = None,
        query_id: str | None = None,
    ) -> bytes:
        """As `query`, the answer as bytes in one of ClickHouse's formats (JSONCompact, CSVWithNames …).
        ``settings`` are the engine's, for example ``output_format_json_quote_decimals``.
        """
        ...

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        """Run one statement that changes something (migrations, roll-ups, deletes). Never user SQL."""
        ...

    def insert(self, table: str, rows: "pa.Table") -> None:
        """Append Arrow rows to a table as they are, durably. Columns go by name; ids are 8/16 raw bytes,
        times int64 nanoseconds.
        """
        ...

    def settled_us(self) -> int:
        """Microseconds since 1970 such that every row with an earlier ``ingested_at`` is visible by now."""
        ...

    def minutes_written_since(self, us: int) -> set[tuple[str, int]] | None:
        """(project, start of minute in ns) of calls stamped at or after ``us``; None when only the tables can
        tell (another process writes too, or ``us`` lies before this process).
        """
        ...

    def cancel(self, query_id: str) -> None:
        """Stop a running query; it raises `QueryTimeout` in its own thread. Unknown ids are ignored."""
        ...

    def close(self) -> None:
        """Finish running writes and release the folder or connection. May be called twice."""
        ...
