"""Old rows go, by event time and per project: whole partitions are dropped, others rewritten without them.

A TTL clause could not do it, because every project has days of its own. Days are whole: a row is kept at
least as long as its project says, and at most one day longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.store.engine import Engine

if TYPE_CHECKING:
    from sonde.store.catalog.project_settings import RetentionDays

DAY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    days: str
    """Field of `RetentionDays`."""
    column: str = "time"


TABLES = (
    _Table("contents", "content"),
    _Table("spans", "spans"),
    _Table("log_facts", "spans"),
    _Table("logs", "logs"),
    _Table("metrics", "metrics"),
    _Table("calls", "calls"),
    _Table("scores", "calls"),
    _Table("calls_rollup", "calls", "bucket"),
    _Table("rollup_buckets", "calls", "bucket"),
)


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run removed."""

    partitions: int
    """Dropped whole."""
    rows: dict[str, int]
    """Table → rows removed; tables with none are left out."""


def expire(
    engine: Engine, days: "Mapping[str, RetentionDays]", default: "RetentionDays", *, now_ns: int
) -> Expired:
    """Remove what is older than its project allows. ``days`` by project; others get ``default``.

    Run it every hour or so: it costs a few milliseconds when nothing is old.
    """
    partitions = 0
    rows: dict[str, int] = {}
    for table in TABLES:
        cutoffs = {project: _cutoff(getattr(kept, table.days), now_ns) for project, kept in days.items()}
        dropped, removed = _expire_table(
            engine, table, cutoffs, _cutoff(getattr(default, table.days), now_ns)
        )
        partitions += dropped
        if removed:
            rows[table.name] = removed
    return Expired(partitions, rows)


def _cutoff(days: int, now_ns: int) -> int:
    """Rows before this moment go (ns, start of a day)."""
    return (now_ns - days * DAY_NS) // DAY_NS * DAY_NS


def _expire_table(engine: Engine, table: _Table, cutoffs: dict[str, int], default: int) -> tuple[int, int]:
    newest = max([default, *cutoffs.values()])
    found = engine.query(
        f"SELECT _partition_id, project, toUnixTimestamp64Nano(toDateTime64(max({table.column}), 9, 'UTC')), "
        f"toUnixTimestamp64Nano(toDateTime64(min({table.column}), 9, 'UTC')), count() "
        f"FROM {table.name} WHERE {table.column} < fromUnixTimestamp64Nano({{newest:Int64}}, 'UTC') "
        "GROUP BY _partition_id, project",
        {"newest": newest},
    )
    by_partition: dict[str, list[tuple[str, int, int, int]]] = {}
    for partition, project, last, first, count in found.rows:
        by_partition.setdefault(partition, []).append((project, last, first, count))
    dropped = removed = 0
    for partition, projects in by_partition.items():
        whole = all(last < cutoffs.get(project, default) for project, last, _, _ in projects)
        total = sum(count for *_, count in projects)
        if whole and total == _rows_in(engine, table.name, partition):
            engine.execute(f"ALTER TABLE {table.name} DROP PARTITION ID {{id:String}}", {"id": partition})
            dropped += 1
            removed += total
            continue
        for project, _, first, _ in projects:
            cutoff = cutoffs.get(project, default)
            if first < cutoff:
                removed += _remove(engine, table, partition, project, cutoff)
    return dropped, removed


def _rows_in(engine: Engine, table: str, partition: str) -> int:
    return engine.query(
        f"SELECT count() FROM {table} WHERE _partition_id = {{id:String}}", {"id": partition}
    ).scalar()


def _remove(engine: Engine, table: _Table, partition: str, project: str, cutoff: int) -> int:
    condition = (
        f"project = {{project:String}} AND {table.column} < fromUnixTimestamp64Nano({{cutoff:Int64}}, 'UTC')"
    )
    params: dict[str, Any] = {"project": project, "cutoff": cutoff, "id": partition}
    count = engine.query(
        f"SELECT count() FROM {table.name} WHERE _partition_id = {{id:String}} AND {condition}", params
    ).scalar()
    if count:
        engine.execute(
            f"ALTER TABLE {table.name} DELETE IN PARTITION ID {{id:String}} WHERE {condition} "
            f"SETTINGS mutations_sync = 2",
            params,
        )
    return count
