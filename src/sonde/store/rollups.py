"""Calls per hour: rebuilt from rows, never incremented, and one SQL source that is exact at any moment.

An hour is dirty from the moment one of its calls is written (or deleted) until its roll-up is built anew.
Dirtiness needs no bookkeeping on the write path: every call row carries the time it was written, and the mark
``rollups`` says up to which moment everything written is in roll-ups. So it survives a kill. Deleting rows
leaves no such trace and marks its hours by hand (`mark_dirty`).
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sonde.store.engine import HOUR_NS, Engine

MARK = "rollups"
HOURS_PER_BUILD = 200
DIMENSIONS = ("service", "environment", "operation", "provider", "request_model", "response_model")
"""Dimensions of the roll-up besides project and time."""

SUMS = {
    "calls": "count()",
    "errors": "countIf(status = 'error')",
    "incomplete": "countIf(incomplete = true)",
    "cache_hits": "countIf(cache_hit = true)",
    "unpriced": "countIf(cost_state = 'unpriced')",
    "tokens_unknown": "countIf(input_tokens IS NULL AND output_tokens IS NULL)",
    "input_tokens": "sum(ifNull(input_tokens, 0))",
    "cached_input_tokens": "sum(ifNull(cached_input_tokens, 0))",
    "cache_write_tokens": "sum(ifNull(cache_write_tokens, 0))",
    "output_tokens": "sum(ifNull(output_tokens, 0))",
    "reasoning_tokens": "sum(ifNull(reasoning_tokens, 0))",
    "audio_input_tokens": "sum(ifNull(audio_input_tokens, 0))",
    "audio_output_tokens": "sum(ifNull(audio_output_tokens, 0))",
    "cost_usd": "CAST(sum(ifNull(cost_usd, 0)), 'Decimal(38, 9)')",
    "input_cost_usd": "CAST(sum(ifNull(input_cost_usd, 0)), 'Decimal(38, 9)')",
    "output_cost_usd": "CAST(sum(ifNull(output_cost_usd, 0)), 'Decimal(38, 9)')",
    "duration_ns": "sum(toUInt64(duration_ns))",
}
"""Columns that add up, and how one comes from call rows. Unknown tokens and costs add nothing."""

DIGESTS = {
    "duration_digest": "quantilesTDigestState(0.5, 0.95, 0.99)(toFloat64(duration_ns))",
    "ttft_digest": "quantilesTDigestState(0.5, 0.95, 0.99)(ttft_ms)",
}
"""t-digest states: nanoseconds of a whole call, milliseconds to the first token."""

_SUM_ALIASES = {name: f"n_{name}" for name in SUMS}


def _aggregates() -> str:
    """All roll-up columns from call rows. Aliased apart from the row columns they are made of."""
    sums = [f"{expression} AS {_SUM_ALIASES[name]}" for name, expression in SUMS.items()]
    digests = [f"{expression} AS {name}" for name, expression in DIGESTS.items()]
    return ", ".join(sums + digests)


def _names(source: Mapping[str, str]) -> str:
    return ", ".join(f"{alias} AS {name}" for name, alias in source.items())


@dataclass(frozen=True, slots=True)
class Source:
    """A FROM clause: ``SELECT sum(calls) FROM {source.sql} GROUP BY bucket`` with ``source.params``.

    Columns: ``bucket`` (DateTime, UTC), `DIMENSIONS`, `SUMS` (add them with ``sum``) and `DIGESTS` (merge
    them with ``quantilesTDigestMerge(0.5, 0.95, 0.99)``).
    """

    sql: str
    params: dict[str, Any]


class Rollups:
    """Keeps the hourly roll-ups of one engine. Thread-safe; one builder at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._clean_us = 0
        """Calls stamped before this are in roll-ups, as this process knows it."""
        self._marked: set[tuple[str, int]] = set()
        """Hours marked by hand since then."""

    def rebuild(self, hours_max: int = 10_000) -> int:
        """Build every dirty hour anew; returns how many. Call it every few seconds."""
        with self._lock:
            settled_us = self._engine.settled_us()
            dirty = self.dirty()
            todo = dirty[:hours_max]
            for start in range(0, len(todo), HOURS_PER_BUILD):
                self._build(todo[start : start + HOURS_PER_BUILD])
            if len(todo) == len(dirty):
                if dirty:
                    self._set_mark(settled_us)
                self._clean_us = settled_us
            return len(todo)

    def rebuild_hours(self, hours: Iterable[tuple[str, int]]) -> None:
        """Build these (project, start of hour in ns) anew."""
        with self._lock:
            todo = sorted(set(hours))
            for start in range(0, len(todo), HOURS_PER_BUILD):
                self._build(todo[start : start + HOURS_PER_BUILD])

    def mark_dirty(self, hours: Iterable[tuple[str, int]]) -> None:
        """Send readers to the rows of these hours until they are built anew. Do it before deleting calls."""
        chosen = sorted(set(hours))
        self._marked.update(chosen)
        self._set_state(chosen, clean=False, version=time.time_ns() // 1_000)

    def dirty(self) -> list[tuple[str, int]]:
        """(project, start of hour in ns) whose roll-ups are not up to date."""
        written = self._engine.hours_written_since(self._clean_us)
        if written is not None:
            return sorted(written | self._marked)
        return self._dirty_in_tables()

    def source(self, project: str, start_ns: int, end_ns: int, step_s: int) -> Source:
        """Counted calls of ``start_ns <= time < end_ns`` in buckets of ``step_s`` seconds.

        Clean whole hours come from roll-ups, dirty and partial hours from rows. A step that is no multiple
        of an hour reads rows only.
        """
        params: dict[str, Any] = {"project": project, "start": start_ns, "end": end_ns}
        if step_s % 3_600:
            return Source(f"({self._rows_sql(step_s, 'true')})", params)
        first = -(-start_ns // HOUR_NS) * HOUR_NS
        last = end_ns // HOUR_NS * HOUR_NS
        if last <= first:
            return Source(f"({self._rows_sql(step_s, 'true')})", params)
        dirty = [hour for name, hour in self.dirty() if name == project and first <= hour < last]
        params |= {"first": first, "last": last, "dirty": [hour // 1_000_000_000 for hour in dirty]}
        # Plain ranges of time, so that the primary key leads to these rows and no others are read.
        pieces = [(start_ns, first), *((hour, hour + HOUR_NS) for hour in dirty), (last, end_ns)]
        outside = " OR ".join(
            f"(time >= fromUnixTimestamp64Nano({since}, 'UTC') "
            f"AND time < fromUnixTimestamp64Nano({until}, 'UTC'))"
            for since, until in _ranges(pieces)
        )
        if not outside:
            return Source(f"({self._rollup_sql(step_s)})", params)
        return Source(f"({self._rollup_sql(step_s)} UNION ALL {self._rows_sql(step_s, outside)})", params)

    def _rows_sql(self, step_s: int, condition: str) -> str:
        dimensions = ", ".join(DIMENSIONS)
        return (
            f"SELECT bucket, {dimensions}, {_names(_SUM_ALIASES)}, {', '.join(DIGESTS)} FROM ("
            f"SELECT toStartOfInterval(time, INTERVAL {step_s:d} SECOND, 'UTC') AS bucket, {dimensions}, "
            f"{_aggregates()} FROM calls FINAL WHERE project = {{project:String}} AND counted "
            "AND time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') "
            f"AND time < fromUnixTimestamp64Nano({{end:Int64}}, 'UTC') AND ({condition}) "
            f"GROUP BY bucket, {dimensions})"
        )

    def _rollup_sql(self, step_s: int) -> str:
        columns = ", ".join((*DIMENSIONS, *SUMS, *DIGESTS))
        return (
            f"SELECT toStartOfInterval(hour, INTERVAL {step_s:d} SECOND, 'UTC') AS bucket, {columns} "
            "FROM calls_hourly WHERE project = {project:String} "
            "AND hour >= fromUnixTimestamp64Nano({first:Int64}, 'UTC') "
            "AND hour < fromUnixTimestamp64Nano({last:Int64}, 'UTC') "
            "AND toUnixTimestamp(hour) NOT IN {dirty:Array(UInt32)} "
            "AND (hour, version) IN (SELECT hour, max(version) FROM rollup_hours WHERE project = "
            "{project:String} "
            "AND hour >= fromUnixTimestamp64Nano({first:Int64}, 'UTC') "
            "AND hour < fromUnixTimestamp64Nano({last:Int64}, 'UTC') GROUP BY hour)"
        )

    def _dirty_in_tables(self) -> list[tuple[str, int]]:
        """Hours with calls written after the stored mark, and hours marked by hand."""
        found = self._engine.query(
            "SELECT project, toUnixTimestamp(toStartOfHour(time)) AS h FROM calls "
            "WHERE ingested_at >= fromUnixTimestamp64Micro({mark:Int64}, 'UTC') GROUP BY project, h "
            "UNION DISTINCT SELECT project, toUnixTimestamp(hour) AS h FROM rollup_hours "
            "GROUP BY project, hour HAVING NOT argMax(clean, version)",
            {"mark": self._mark()},
        )
        return sorted((name, hour * 1_000_000_000) for name, hour in found.rows)

    def _build(self, hours: Sequence[tuple[str, int]]) -> None:
        """Build some hours: rows first, then the hours' new version, which makes readers switch at once."""
        version = time.time_ns() // 1_000
        seconds = [hour // 1_000_000_000 for _, hour in hours]
        projects = [project for project, _ in hours]
        dimensions = ", ".join(DIMENSIONS)
        targets = ", ".join(("project", "hour", *DIMENSIONS, *SUMS, *DIGESTS, "version"))
        self._engine.execute(
            f"INSERT INTO calls_hourly ({targets}) SELECT project, h, {dimensions}, "
            f"{', '.join(_SUM_ALIASES.values())}, {', '.join(DIGESTS)}, {{version:UInt64}} FROM ("
            f"SELECT project, toStartOfHour(time) AS h, {dimensions}, {_aggregates()} FROM calls FINAL "
            "WHERE counted AND time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC') "
            "AND time < fromUnixTimestamp64Nano({last:Int64}, 'UTC') "
            "AND (project, toUnixTimestamp(toStartOfHour(time))) IN "
            "(SELECT arrayJoin(arrayZip({projects:Array(String)}, {hours:Array(UInt32)})) AS pair) "
            f"GROUP BY project, h, {dimensions})",
            {
                "version": version,
                "first": min(hour for _, hour in hours),
                "last": max(hour for _, hour in hours) + HOUR_NS,
                "projects": projects,
                "hours": seconds,
            },
        )
        self._set_state(hours, clean=True, version=version)
        self._marked.difference_update(hours)

    def _set_state(self, hours: Sequence[tuple[str, int]], *, clean: bool, version: int) -> None:
        if not hours:
            return
        self._engine.execute(
            "INSERT INTO rollup_hours (project, hour, version, clean) SELECT pair.1, "
            "toDateTime(pair.2, 'UTC'), "
            "{version:UInt64}, {clean:Bool} FROM (SELECT arrayJoin(arrayZip({projects:Array(String)}, "
            "{hours:Array(UInt32)})) AS pair)",
            {
                "version": version,
                "clean": clean,
                "projects": [project for project, _ in hours],
                "hours": [hour // 1_000_000_000 for _, hour in hours],
            },
        )

    def _mark(self) -> int:
        found = self._engine.query(
            "SELECT argMax(value, version) FROM marks WHERE name = {name:String} HAVING count() > 0",
            {"name": MARK},
        )
        return found.scalar() or 0

    def _set_mark(self, us: int) -> None:
        self._engine.execute(
            "INSERT INTO marks (name, value, version) SELECT {name:String}, {value:UInt64}, {version:UInt64}",
            {"name": MARK, "value": us, "version": time.time_ns() // 1_000},
        )


def _ranges(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ordered half-open ranges with neighbours joined and empty ones left out."""
    joined: list[tuple[int, int]] = []
    for since, until in pieces:
        if since >= until:
            continue
        if joined and joined[-1][1] == since:
            joined[-1] = (joined[-1][0], until)
        else:
            joined.append((since, until))
    return joined
