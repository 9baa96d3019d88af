"""How many log records there are: per step and severity, and per value of what they can be filtered by."""

from collections import defaultdict

from sonde.api.parameters import LogSummaryParameters
from sonde.api.reads.log_conditions import log_conditions
from sonde.api.reads.steps import bucket_starts, step_seconds
from sonde.api.schemas.logs import LogFacet, LogFacetValue, LogSeverityCounts, LogSummary
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant
from sonde.store.together import together

DIMENSIONS = ("severity", "service", "event_name")
SEVERITIES = ("fatal", "error", "warn", "info", "debug", "trace", "")
"""Worst first; empty for records that say none."""
BARS_MAX = 120
"""A histogram of narrower bars cannot be read."""
_DISTINCT = "uniqExact(project, time, record)"


def summary(shop: Services, grant: Grant, parameters: LogSummaryParameters) -> LogSummary:
    """Counts under the filters. Bounded however many records and values there are."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    step = step_seconds(parameters.step, window)
    if parameters.step == "auto":
        while (window.to_ns - window.from_ns) // (step * SECOND_NS) > BARS_MAX:
            step *= 2
    severities, facets = together(
        lambda: _over_time(shop, grant, parameters, window, step),
        lambda: _per_value(shop, grant, parameters, window),
    )
    return LogSummary(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        logs=sum(sum(item.counts) for item in severities),
        step_seconds=step,
        times=[format_time(start * SECOND_NS) for start in bucket_starts(window, step)],
        severities=severities,
        facets=facets,
    )


def _over_time(
    shop: Services, grant: Grant, parameters: LogSummaryParameters, window: TimeRange, step: int
) -> list[LogSeverityCounts]:
    conditions = log_conditions(grant, parameters, window)
    rows = shop.query(
        f"SELECT toUnixTimestamp(toStartOfInterval(time, INTERVAL {step:d} SECOND, 'UTC')) AS bucket, "
        f"toString(severity) AS level, {_DISTINCT} AS records FROM logs {conditions.where} "
        "GROUP BY bucket, level",
        conditions.params,
    ).rows
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for bucket, level, records in rows:
        counts[level][bucket] = records
    starts = bucket_starts(window, step)
    return [
        LogSeverityCounts(severity=level, counts=[counts[level].get(start, 0) for start in starts])
        for level in SEVERITIES
        if level in counts
    ]


def _per_value(
    shop: Services, grant: Grant, parameters: LogSummaryParameters, window: TimeRange
) -> list[LogFacet]:
    conditions = log_conditions(grant, parameters, window)
    columns = [f"toString({name}) AS f_{name}" for name in DIMENSIONS]
    sets = ", ".join(f"(f_{name})" for name in DIMENSIONS)
    names = ", ".join(f"f_{name}" for name in DIMENSIONS)
    # Of a row's columns only the one it is grouped by is not empty, so putting all together gives its value.
    value = f"concat({names})"
    rows = shop.query(
        "SELECT shape, value, n, sum(n) OVER (PARTITION BY shape) AS total FROM ("
        f"SELECT grouping({names}) AS shape, {value} AS value, {_DISTINCT} AS n FROM ("
        f"SELECT project, time, record, {', '.join(columns)} FROM logs {conditions.where}) "
        f"GROUP BY GROUPING SETS ({sets})) ORDER BY shape, n DESC, value LIMIT {{top:UInt32}} BY shape",
        {**conditions.params, "top": parameters.top},
    ).rows
    every = (1 << len(DIMENSIONS)) - 1
    found: list[LogFacet] = []
    for number, name in enumerate(DIMENSIONS):
        shape = every ^ (1 << (len(DIMENSIONS) - 1 - number))
        own = [row for row in rows if row[0] == shape]
        found.append(
            LogFacet(
                dimension=name,
                values=[LogFacetValue(value=row[1] or None, logs=row[2]) for row in own],
                other=int(own[0][3]) - sum(int(row[2]) for row in own) if own else 0,
            )
        )
    return found
