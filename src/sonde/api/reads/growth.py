"""How fast the store grows, and when its disk is full at that pace."""

from collections.abc import Sequence
from dataclasses import dataclass

from sonde.api.services import Services, TableReport
from sonde.api.times import DAY_NS
from sonde.store.catalog import RetentionDays

DAYS_MAX = 7
"""Whole days that the pace is taken from."""
HORIZON_DAYS = 3_650
SIGNALS = {
    "spans": "spans",
    "contents": "content",
    "calls": "calls",
    "calls_rollup": "calls",
    "logs": "logs",
    "metrics": "metrics",
    "scores": "scores",
}
"""Table → signal. Each but scores has a retention of that name."""
_DAILY = ("spans", "contents", "calls", "logs", "metrics", "scores")


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes per whole day of the newest rows."""

    days: int
    """Whole days measured; 0 when there is none yet."""
    bytes_per_day: dict[str, float]
    """By table."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the disk is full. ``full_ns`` None: ``note`` says why."""

    full_ns: int | None
    note: str


def growth(shop: Services, tables: Sequence[TableReport]) -> Growth:
    """Rows per day of event time, each as large as the table's rows are on disk.

    Event time, so that a past that was sent at once does not look like a pace. Today is left out: it is not
    over. Days without rows count once there is an older one.
    """
    today = shop.now_ns() // DAY_NS * DAY_NS
    rows = shop.query(
        " UNION ALL ".join(
            f"SELECT '{table}' AS t, toInt64(intDiv(toUnixTimestamp(time), 86400)) AS day, count() AS n "
            f"FROM {table} WHERE time < fromUnixTimestamp64Nano({{today:Int64}}, 'UTC') "
            "AND time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC') GROUP BY day"
            for table in _DAILY
        ),
        {"today": today, "first": today - DAYS_MAX * DAY_NS},
    ).rows
    if not rows:
        return Growth(0, {})
    days = today // DAY_NS - min(int(day) for _, day, _ in rows)
    per_row = {table.name: table.bytes / table.rows if table.rows else 0.0 for table in tables}
    found = {table.name: 0.0 for table in tables}
    for table, _, count in rows:
        found[table] = found.get(table, 0.0) + count * per_row.get(table, 0.0) / days
    # Roll-ups are made of calls and grow with them.
    sizes = {table.name: table.bytes for table in tables}
    if sizes.get("calls"):
        found["calls_rollup"] = found["calls"] * sizes.get("calls_rollup", 0) / sizes["calls"]
    return Growth(days, found)


def forecast(
    tables: Sequence[TableReport],
    pace: Growth,
    retention: RetentionDays,
    *,
    free_bytes: int | None,
    now_ns: int,
) -> Forecast:
    """When growth less what retention frees has used up the free bytes.

    ``retention`` is the longest of all projects, so that the answer is rather too early than too late.
    """
    if free_bytes is None:
        return Forecast(None, "The size of the disk is not known here.")
    if pace.days == 0:
        return Forecast(None, "Unknown until one whole day (UTC) of telemetry is stored.")
    if sum(pace.bytes_per_day.values()) <= 0:
        return Forecast(None, "Nothing was stored on the last whole days.")
    days_kept = {
        "spans": retention.spans,
        "content": retention.content,
        "logs": retention.logs,
        "metrics": retention.metrics,
        "calls": retention.calls,
    }
    room = float(free_bytes)
    for day in range(1, HORIZON_DAYS + 1):
        for table in tables:
            daily = pace.bytes_per_day.get(table.name, 0.0)
            room -= daily - _freed(table, daily, days_kept.get(SIGNALS.get(table.name, "")), day, now_ns)
        if room <= 0:
            return Forecast(now_ns + day * DAY_NS, "")
    return Forecast(None, "Not within ten years: retention frees about as much as arrives.")


def _freed(table: TableReport, daily: float, kept: int | None, day: int, now_ns: int) -> float:
    """Bytes that retention removes on a day from now: what is stored is taken as evenly old, and after that
    a day's worth for a day's worth.
    """
    if kept is None or table.oldest_ns is None:
        return 0.0
    age = max(1.0, (now_ns - table.oldest_ns) / DAY_NS)
    if day > kept:
        return daily
    return table.bytes / age if day + age > kept else 0.0
