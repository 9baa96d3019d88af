"""Calls per minute, quarter of an hour, hour and quarter of a day: rebuilt from rows, never incremented, and
one SQL source over all of them that is exact at any moment.

A bucket is dirty from the moment one of its calls is written (or deleted) until its roll-up is built anew.
Dirtiness needs no bookkeeping on the write path: every call row carries the time it was written, and a mark
per grain says up to which moment everything written is in its roll-ups. So it survives a kill. Deleting rows
leaves no such trace and marks its buckets by hand (`mark_dirty`).

A reader takes the coarsest grain that fits its steps, and where a bucket of it is dirty or cut by the edge of
the range, the next finer one, and at the end rows. Coarse grains are built in the same way from finer ones.
The two finest exist only for recent days; older calls that arrive late are read from rows until their hour is
built. The SQL is kept flat and names its columns: analysing it costs as much as running it.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sonde.store.engine import Engine

ROLLUP_TABLES = frozenset({"calls_rollup", "rollup_buckets"})
SECOND_NS = 1_000_000_000
DAY_S = 86_400
BUCKETS_PER_BUILD = 200
DIMENSIONS = (
    *("service", "environment", "operation", "provider", "request_model", "response_model", "endpoint"),
)
"""Dimensions of the roll-up besides project and time."""

SUMS = {
    "calls": "count()",
    "errors": "countIf({0}status = 'error')",
    "incomplete": "countIf({0}incomplete = true)",
    "cache_hits": "countIf({0}cache_hit = true)",
    "unpriced": "countIf({0}cost_state = 'unpriced')",
    "tokens_unknown": "countIf({0}input_tokens IS NULL AND {0}output_tokens IS NULL)",
    "input_tokens": "sum(ifNull({0}input_tokens, 0))",
    "cached_input_tokens": "sum(ifNull({0}cached_input_tokens, 0))",
    "cache_write_tokens": "sum(ifNull({0}cache_write_tokens, 0))",
    "output_tokens": "sum(ifNull({0}output_tokens, 0))",
    "reasoning_tokens": "sum(ifNull({0}reasoning_tokens, 0))",
    "audio_input_tokens": "sum(ifNull({0}audio_input_tokens, 0))",
    "audio_output_tokens": "sum(ifNull({0}audio_output_tokens, 0))",
    "cost_usd": "CAST(sum(ifNull({0}cost_usd, 0)), 'Decimal(38, 9)')",
    "input_cost_usd": "CAST(sum(ifNull({0}input_cost_usd, 0)), 'Decimal(38, 9)')",
    "output_cost_usd": "CAST(sum(ifNull({0}output_cost_usd, 0)), 'Decimal(38, 9)')",
    "duration_ns": "sum(toUInt64({0}duration_ns))",
    "cache_known": "countIf({0}cache_hit IS NOT NULL)",
    "fallbacks": "countIf({0}fallback = true)",
    "retried": "countIf({0}attempts > 1)",
    "finish_known": "countIf({0}finish_reason IS NOT NULL)",
    "truncated": "countIf({0}finish_reason = 'length')",
    "tools_known": "countIf({0}tool_calls IS NOT NULL)",
    "tools_called": "countIf({0}tool_calls > 0)",
    "output_known": "countIf({0}output_tokens IS NOT NULL)",
    "output_squares": "sum(pow(toFloat64(ifNull({0}output_tokens, 0)), 2))",
    "output_duration_ns": "sumIf(toUInt64({0}duration_ns), {0}output_tokens IS NOT NULL)",
    "saved_usd": "CAST(sum(ifNull({0}saved_usd, 0)), 'Decimal(38, 9)')",
}
"""Columns that add up, and how one comes from call rows (``{0}`` is the place of their table's name). Unknown
tokens and costs add nothing.
"""

MAXIMA = {"duration_max_ns": "max({0}duration_ns)"}
"""Columns of which the largest counts."""

STATES = {
    "duration_digest": ("quantilesTDigest{}(0.5, 0.95, 0.99)", "toFloat64({0}duration_ns)"),
    "ttft_digest": ("quantilesTDigest{}(0.5, 0.95, 0.99)", "{0}ttft_ms"),
    "users": ("uniq{}", "{0}user_id"),
    "sessions": ("uniq{}", "{0}session_id"),
}
"""Aggregate states: the function (with its place for State, Merge or MergeState) and what it takes of a row:
t-digests of nanoseconds of a whole call and of milliseconds to the first token; different users and sessions.
"""


@dataclass(frozen=True, slots=True)
class Grain:
    """One length of buckets."""

    seconds: int
    every_s: float
    """How long after a build the next one is due: the finer, the sooner."""
    read_s: int | None = None
    """How old a bucket may be to be read; None for any age."""

    @property
    def ns(self) -> int:
        """Length of a bucket."""
        return self.seconds * SECOND_NS

    @property
    def build_s(self) -> int | None:
        """How old a bucket may be to be built: longer than it is read, so that what is read was built."""
        return None if self.read_s is None else self.read_s + DAY_S


GRAINS = (Grain(60, 0, DAY_S // 2), Grain(900, 15, 8 * DAY_S), Grain(3_600, 60), Grain(21_600, 300))
"""Finest first. Each divides the next."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of roll-ups: the less, the less there is for the engine to analyse and to merge."""

    columns: Sequence[str] = ()
    """Of `SUMS`, `MAXIMA` and `STATES`."""
    dimensions: Sequence[str] = DIMENSIONS
    where: str = ""
    """A condition on `DIMENSIONS`, with its parameters given to the query."""


@dataclass(frozen=True, slots=True)
class Source:
    """A FROM clause: ``SELECT sum(calls) FROM {source.sql} GROUP BY bucket`` with ``source.params``.

    Columns: ``bucket`` (DateTime, UTC, the start of a step) and what was `Wanted`: add `SUMS` with ``sum``,
    `MAXIMA` with ``max``, merge `STATES` with `merged`.
    """

    sql: str
    params: dict[str, Any]


def merged(state: str, column: str | None = None, suffix: str = "Merge") -> str:
    """The aggregate over a column of states: ``uniqMerge(users)`` for ``users``."""
    return f"{STATES[state][0].format(suffix)}({column or state})"


def from_rows(row: str = "") -> dict[str, str]:
    """Column of `SUMS`, `MAXIMA` or `STATES` → the aggregate that makes it from call rows. ``row`` is ``""``,
    or the name of their table and a dot.
    """
    sums = {name: expression.format(row) for name, expression in (SUMS | MAXIMA).items()}
    states = {
        name: f"{function.format('State')}({column.format(row)})"
        for name, (function, column) in STATES.items()
    }
    return sums | states


@dataclass(slots=True)
class _Progress:
    """What this process knows of one grain."""

    clean_us: int = 0
    """Calls stamped before this are in roll-ups."""
    marked: set[tuple[str, int]] | None = None
    """Buckets marked by hand and not built since; None until they were read from the store."""
    due: float = 0.0


_Span = tuple[int, int]
"""Half-open range of time, ns."""
EVERYTHING = Wanted((*SUMS, *MAXIMA, *STATES))


class Rollups:
    """Keeps the roll-ups of one engine. Thread-safe; one builder at a time."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._engine = engine
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._progress = {grain.seconds: _Progress() for grain in GRAINS}

    def rebuild(self) -> int:
        """Build every dirty bucket anew, of all grains; returns how many."""
        with self._lock:
            return sum(self._rebuild_grain(grain) for grain in GRAINS)

    def rebuild_due(self) -> int:
        """As `rebuild`, but only grains whose turn it is. Call it every few seconds."""
        with self._lock:
            built = 0
            for grain in GRAINS:
                progress = self._progress[grain.seconds]
                if time.monotonic() >= progress.due:
                    built += self._rebuild_grain(grain)
                    progress.due = time.monotonic() + grain.every_s
            return built

    def rebuild_minutes(self, minutes: Iterable[tuple[str, int]]) -> None:
        """Build the buckets with these (project, start of minute in ns) anew."""
        chosen = set(minutes)
        with self._lock:
            for grain in GRAINS:
                self._build_all(grain, self._within(grain, chosen, grain.build_s))

    def mark_dirty(self, minutes: Iterable[tuple[str, int]]) -> None:
        """Send readers past the roll-ups of these (project, start of minute in ns) until they are built anew.
        Do it before deleting calls.
        """
        chosen = set(minutes)
        for grain in GRAINS:
            buckets = self._within(grain, chosen, grain.build_s)
            self._marked(grain).update(buckets)
            self._set_state(grain, buckets, clean=False)

    def start_over(self) -> None:
        """Trust no roll-up: everything is dirty until it is built anew."""
        for grain in GRAINS:
            self._set_mark(grain, 0)

    def dirty(self, grain: Grain) -> list[tuple[str, int]]:
        """(project, start of bucket in ns) whose roll-ups are not up to date, as far as the grain reaches."""
        minutes = self._engine.minutes_written_since(self._progress[grain.seconds].clean_us)
        written = (
            self._written_in_table(grain) if minutes is None else self._within(grain, minutes, grain.build_s)
        )
        return sorted({*written, *self._marked(grain)})

    def source(
        self, project: str, start_ns: int, end_ns: int, step_s: int, wanted: Wanted = EVERYTHING
    ) -> Source:
        """Counted calls of ``start_ns <= time < end_ns`` in buckets of ``step_s`` seconds.

        A step that is no multiple of a minute reads rows only.
        """
        return self._source(project, [(start_ns, end_ns)], step_s, GRAINS, wanted)

    def _source(
        self,
        project: str,
        spans: Sequence[_Span],
        step_s: int,
        grains: Sequence[Grain],
        wanted: Wanted = EVERYTHING,
    ) -> Source:
        rolled: list[str] = []
        rest = list(spans)
        for grain in reversed(grains):
            if step_s % grain.seconds:
                continue
            clean, rest = self._divide(project, grain, rest)
            if clean:
                inside = _condition("rolled.bucket", "toDateTime({}, 'UTC')", clean, SECOND_NS)
                rolled.append(f"(rolled.grain = {grain.seconds:d} AND ({inside}))")
        selects: list[str] = []
        if rolled:
            selects.append(_rollup_sql(step_s, " OR ".join(rolled), wanted))
        if rest or not rolled:
            selects.append(_rows_sql(step_s, rest, wanted))
        return Source(f"({' UNION ALL '.join(selects)})", {"project": project})

    def _divide(self, project: str, grain: Grain, spans: Sequence[_Span]) -> tuple[list[_Span], list[_Span]]:
        """What of these ranges clean buckets of a grain hold, and what they do not."""
        oldest = 0 if grain.read_s is None else self._now_ns() - grain.read_s * SECOND_NS
        dirty = sorted(bucket for name, bucket in self.dirty(grain) if name == project)
        clean: list[_Span] = []
        rest: list[_Span] = []
        for start, end in spans:
            first = -(-max(start, oldest) // grain.ns) * grain.ns
            last = end // grain.ns * grain.ns
            if last <= first:
                rest.append((start, end))
                continue
            rest.append((start, first))
            at = first
            for bucket in dirty:
                if first <= bucket < last:
                    clean.append((at, bucket))
                    rest.append((bucket, bucket + grain.ns))
                    at = bucket + grain.ns
            clean.append((at, last))
            rest.append((last, end))
        return _joined(clean), _joined(rest)

    def _within(
        self, grain: Grain, minutes: Iterable[tuple[str, int]], age_s: int | None
    ) -> list[tuple[str, int]]:
        """The buckets of a grain that these minutes lie in, none older than ``age_s``."""
        oldest = 0 if age_s is None else self._now_ns() - age_s * SECOND_NS
        return sorted(
            {(project, minute // grain.ns * grain.ns) for project, minute in minutes if minute >= oldest}
        )

    def _written_in_table(self, grain: Grain) -> list[tuple[str, int]]:
        """Buckets with calls written after the stored mark."""
        oldest = 0 if grain.build_s is None else self._now_ns() - grain.build_s * SECOND_NS
        found = self._engine.query(
            "SELECT project, toUnixTimestamp(toStartOfInterval(time, INTERVAL "
            f"{grain.seconds:d} SECOND, 'UTC')) AS b FROM calls "
            "WHERE ingested_at >= fromUnixTimestamp64Micro({mark:Int64}, 'UTC') "
            "AND time >= fromUnixTimestamp64Nano({oldest:Int64}, 'UTC') GROUP BY project, b",
            {"mark": self._mark(grain), "oldest": max(oldest, 0)},
        )
        return [(name, bucket * SECOND_NS) for name, bucket in found.rows]

    def _marked(self, grain: Grain) -> set[tuple[str, int]]:
        """Buckets marked by hand, also by an earlier process."""
        progress = self._progress[grain.seconds]
        if progress.marked is None:
            found = self._engine.query(
                "SELECT project, toUnixTimestamp(bucket) FROM rollup_buckets WHERE grain = {grain:UInt32} "
                "GROUP BY project, bucket HAVING NOT argMax(clean, version)",
                {"grain": grain.seconds},
            )
            progress.marked = {(name, bucket * SECOND_NS) for name, bucket in found.rows}
        return progress.marked

    def _rebuild_grain(self, grain: Grain) -> int:
        settled_us = self._engine.settled_us()
        dirty = self.dirty(grain)
        self._build_all(grain, dirty)
        if dirty:
            self._set_mark(grain, settled_us)
        self._progress[grain.seconds].clean_us = settled_us
        return len(dirty)

    def _build_all(self, grain: Grain, buckets: Sequence[tuple[str, int]]) -> None:
        by_project: dict[str, list[int]] = {}
        for project, bucket in buckets:
            by_project.setdefault(project, []).append(bucket)
        for project, starts in by_project.items():
            for at in range(0, len(starts), BUCKETS_PER_BUILD):
                self._build(grain, project, starts[at : at + BUCKETS_PER_BUILD])

    def _build(self, grain: Grain, project: str, buckets: Sequence[int]) -> None:
        """Build some buckets in one insert, which readers see as a whole or not at all.

        Combinations that an earlier build had and this one has not become rows of zero calls.
        """
        finer = [other for other in GRAINS if other.seconds < grain.seconds]
        spans = _joined([(bucket, bucket + grain.ns) for bucket in buckets])
        source = self._source(project, spans, grain.seconds, finer)
        columns = ", ".join(("bucket", *DIMENSIONS, *EVERYTHING.columns))
        inside = _condition("bucket", "toDateTime({}, 'UTC')", spans, SECOND_NS)
        sums = ", ".join(
            (
                *(f"sumIf(source.{name}, fresh)" for name in SUMS),
                *(f"maxIf(source.{name}, fresh)" for name in MAXIMA),
            )
        )
        states = ", ".join(merged(name, f"source.{name}, fresh", "MergeStateIf") for name in STATES)
        targets = ", ".join(("project", "grain", "bucket", *DIMENSIONS, *EVERYTHING.columns, "version"))
        self._engine.execute(
            f"INSERT INTO calls_rollup ({targets}) "
            f"SELECT {{project:String}}, {{grain:UInt32}}, bucket, {', '.join(DIMENSIONS)}, "
            f"{sums}, {states}, {{version:UInt64}} FROM ("
            f"SELECT {columns}, true AS fresh FROM {source.sql} UNION ALL "
            f"SELECT {columns}, false AS fresh FROM calls_rollup FINAL WHERE project = {{project:String}} "
            f"AND grain = {{grain:UInt32}} AND calls > 0 AND ({inside})) AS source "
            f"GROUP BY bucket, {', '.join(DIMENSIONS)}",
            {**source.params, "grain": grain.seconds, "version": time.time_ns() // 1_000},
        )
        marked = self._marked(grain).intersection((project, bucket) for bucket in buckets)
        self._set_state(grain, sorted(marked), clean=True)
        self._marked(grain).difference_update(marked)

    def _set_state(self, grain: Grain, buckets: Sequence[tuple[str, int]], *, clean: bool) -> None:
        if not buckets:
            return
        self._engine.execute(
            "INSERT INTO rollup_buckets (project, grain, bucket, version, clean) SELECT pair.1, "
            "{grain:UInt32}, toDateTime(pair.2, 'UTC'), "
            "{version:UInt64}, {clean:Bool} FROM (SELECT arrayJoin(arrayZip({projects:Array(String)}, "
            "{buckets:Array(UInt32)})) AS pair)",
            {
                "grain": grain.seconds,
                "version": time.time_ns() // 1_000,
                "clean": clean,
                "projects": [project for project, _ in buckets],
                "buckets": [bucket // SECOND_NS for _, bucket in buckets],
            },
        )

    def _mark(self, grain: Grain) -> int:
        found = self._engine.query(
            "SELECT argMax(value, version) FROM marks WHERE name = {name:String} HAVING count() > 0",
            {"name": f"rollups-{grain.seconds}"},
        )
        return found.scalar() or 0

    def _set_mark(self, grain: Grain, us: int) -> None:
        self._engine.execute(
            "INSERT INTO marks (name, value, version) SELECT {name:String}, {value:UInt64}, {version:UInt64}",
            {"name": f"rollups-{grain.seconds}", "value": us, "version": time.time_ns() // 1_000},
        )


def _rollup_sql(step_s: int, inside: str, wanted: Wanted) -> str:
    columns = "".join(f", rolled.{name} AS {name}" for name in (*wanted.dimensions, *wanted.columns))
    return (
        f"SELECT toStartOfInterval(rolled.bucket, INTERVAL {step_s:d} SECOND, 'UTC') AS bucket{columns} "
        "FROM calls_rollup AS rolled FINAL WHERE rolled.project = {project:String} "
        f"AND ({inside}) AND rolled.calls > 0{_also(wanted)}"
    )


def _rows_sql(step_s: int, spans: Sequence[_Span], wanted: Wanted) -> str:
    """The same columns from rows; ``row.`` keeps them apart from the aggregates of the same name."""
    made = from_rows("row.")
    keys = "".join(f", row.{name} AS {name}" for name in wanted.dimensions)
    values = "".join(f", {made[name]} AS {name}" for name in wanted.columns)
    groups = "".join(f", row.{name}" for name in wanted.dimensions)
    # Plain ranges of time, so that the primary key leads to these rows and no others are read.
    inside = _condition("row.time", "fromUnixTimestamp64Nano({}, 'UTC')", spans, 1)
    return (
        f"SELECT toStartOfInterval(row.time, INTERVAL {step_s:d} SECOND, 'UTC') AS bucket{keys}{values} "
        "FROM calls AS row FINAL WHERE row.project = {project:String} AND row.counted "
        f"AND ({inside}){_also(wanted)} GROUP BY bucket{groups}"
    )


def _also(wanted: Wanted) -> str:
    return f" AND ({wanted.where})" if wanted.where else ""


def _condition(column: str, moment: str, spans: Sequence[_Span], unit: int) -> str:
    """``column`` lies in one of the ranges; false when there is none. Only our own numbers go in as text."""
    ranges = [(moment.format(int(start // unit)), moment.format(int(end // unit))) for start, end in spans]
    return " OR ".join(f"({column} >= {start} AND {column} < {end})" for start, end in ranges) or "false"


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Ordered half-open ranges with neighbours joined and empty ones left out."""
    joined: list[_Span] = []
    for since, until in sorted(spans):
        if since >= until:
            continue
        if joined and joined[-1][1] == since:
            joined[-1] = (joined[-1][0], until)
        else:
            joined.append((since, until))
    return joined
