"""How much is stored."""

from dataclasses import dataclass

from sonde.store.engine import Engine

_TIME_COLUMNS = {
    "spans": "time",
    "contents": "time",
    "calls": "time",
    "logs": "time",
    "metrics": "time",
    "scores": "time",
    "calls_rollup": "bucket",
}


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table on disk, indexes included."""

    name: str
    rows: int
    bytes: int
    oldest_ns: int | None
    newest_ns: int | None


def sizes(engine: Engine) -> list[TableSize]:
    """Every telemetry table, largest first. Rows count versions that are not merged away yet."""
    found = engine.query(
        "SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts "
        "WHERE database = currentDatabase() AND active GROUP BY table"
    )
    on_disk = {table: (rows, size) for table, rows, size in found.rows}
    spans = " UNION ALL ".join(
        f"SELECT '{table}', count(), toUnixTimestamp64Nano(toDateTime64(min({column}), 9, 'UTC')), "
        f"toUnixTimestamp64Nano(toDateTime64(max({column}), 9, 'UTC')) FROM {table}"
        for table, column in _TIME_COLUMNS.items()
    )
    answer: list[TableSize] = []
    for table, count, oldest, newest in engine.query(spans).rows:
        rows, size = on_disk.get(table, (0, 0))
        answer.append(TableSize(table, rows, size, oldest if count else None, newest if count else None))
    return sorted(answer, key=lambda item: item.bytes, reverse=True)
