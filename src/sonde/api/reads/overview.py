"""The overview: one pass over the roll-ups (or over the rows, where filters ask for more than they hold).

It is read in two stages, because merging a t-digest is what costs: the first collapses everything to steps on
one side and to combinations of model, service and endpoint on the other, the second adds up the few that are
left for each part of the page.
"""

from typing import Any

from sonde.api.parameters import CallFilters, OverviewParameters
from sonde.api.reads.filters import ROLLUP_FILTERS, call_conditions, is_rollup_enough, model_condition
from sonde.api.reads.measures import (
    MEASURES,
    ROLLUP_COLUMNS,
    ROLLUP_STAGE,
    ROW_COLUMNS,
    ROW_STAGE,
    aggregate_fields,
    empty_aggregate,
)
from sonde.api.reads.query import Conditions
from sonde.api.reads.steps import bucket_starts, step_seconds
from sonde.api.reads.together import together
from sonde.api.schemas.overview import CallAggregate, ModelUse, NamedUse, Overview, OverviewPoint
from sonde.api.services import Services
from sonde.api.times import MINUTE_NS, SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant

TOP = 10
MINUTE_S = 60
ROLLUP_FROM_NS = 30 * MINUTE_NS
"""Shorter ranges are read from rows: there is nothing to gain."""
WHOLE_STEP_S = 21_600
"""The longest step, for ranges of which only the whole is asked: any grain of roll-up fits."""

BY_BUCKET, BY_MODEL, BY_SERVICE, BY_ENDPOINT, TOTAL = 0b01111, 0b10011, 0b11101, 0b11110, 0b11111
"""What ``grouping`` says: a bit is set where a column was summed over."""

MODEL = "ifNull(request_model, response_model)"


def overview(shop: Services, grant: Grant, parameters: OverviewParameters) -> Overview:
    """All measures of a range."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    step = step_seconds(parameters.step, window)
    use_rollup = (
        grant.project_for(parameters.project) is not None
        and shop.rollups is not None
        and window.to_ns - window.from_ns > ROLLUP_FROM_NS
        and is_rollup_enough(parameters)
    )
    # Steps below a minute are read from rows, the range before has no steps.
    use_steps = use_rollup and step % MINUTE_S == 0
    read = _from_rollup if use_steps else _from_rows
    read_before = _from_rollup if use_rollup else _from_rows
    rows, before = together(
        lambda: read(shop, grant, parameters, window, step, parts=True),
        lambda: read_before(shop, grant, parameters, window.before, WHOLE_STEP_S, parts=False),
    )
    by_bucket = {row["bucket_s"]: row for row in rows if row["shape"] == BY_BUCKET}
    return Overview(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        step_seconds=step,
        source="rollup" if use_steps else "rows",
        totals=_aggregate(next((row for row in rows if row["shape"] == TOTAL), None)),
        previous=_aggregate(before[0]),
        series=[
            OverviewPoint(
                time=format_time(start * SECOND_NS), **_aggregate(by_bucket.get(start)).model_dump()
            )
            for start in bucket_starts(window, step)
        ],
        models=[
            ModelUse(provider=row["provider"], model=row["model"], **aggregate_fields(row))
            for row in _largest(rows, BY_MODEL)
        ],
        services=[
            NamedUse(name=row["service"] or None, **aggregate_fields(row))
            for row in _largest(rows, BY_SERVICE)
        ],
        endpoints=[
            NamedUse(name=row["endpoint"], **aggregate_fields(row))
            for row in _largest([row for row in rows if row["endpoint"] is not None], BY_ENDPOINT)
        ],
    )


def _aggregate(row: dict[str, Any] | None) -> CallAggregate:
    if row is None or not row["n_calls"]:
        return empty_aggregate()
    return CallAggregate(**aggregate_fields(row))


def _largest(rows: list[dict[str, Any]], shape: int) -> list[dict[str, Any]]:
    """The largest parts by cost, then calls."""
    own = [row for row in rows if row["shape"] == shape and row["n_calls"]]
    return sorted(own, key=lambda row: (row["n_cost_usd"] or 0, row["n_calls"]), reverse=True)[:TOP]


def _from_rollup(
    shop: Services, grant: Grant, filters: CallFilters, window: TimeRange, step: int, *, parts: bool
) -> list[dict[str, Any]]:
    """Measures from clean buckets and, where one is dirty or cut, from its rows: exact at any moment."""
    project = grant.project_for(filters.project)
    assert project is not None
    assert shop.rollups is not None
    # Outwards to the minute: a cut minute has to be read from rows, and one at either end costs half of all.
    start, end = window.from_ns // MINUTE_NS * MINUTE_NS, -(-window.to_ns // MINUTE_NS) * MINUTE_NS
    source = shop.rollups.source(project, start, end, step)
    conditions = Conditions()
    for name in sorted(ROLLUP_FILTERS):
        conditions.any_of(name, getattr(filters, name), f"f_{name}")
    if filters.model:
        model_condition(conditions, filters.model)
    rows = f"SELECT {ROLLUP_COLUMNS}, {MODEL} AS model FROM {source.sql} AS source {conditions.where}"
    sql = _measured(ROLLUP_STAGE, rows, parts=parts)
    return shop.query(sql, {**conditions.params, **source.params}).dicts()


def _from_rows(
    shop: Services, grant: Grant, filters: CallFilters, window: TimeRange, step: int, *, parts: bool
) -> list[dict[str, Any]]:
    """Measures from the rows of the range."""
    conditions = call_conditions(grant, filters, window)
    rows = (
        f"SELECT {ROW_COLUMNS}, {MODEL} AS model, "
        f"toStartOfInterval(time, INTERVAL {step:d} SECOND, 'UTC') AS bucket "
        f"FROM calls FINAL {conditions.where}"
    )
    return shop.query(_measured(ROW_STAGE, rows, parts=parts), conditions.params).dicts()


def _measured(stage: str, rows: str, *, parts: bool) -> str:
    """Measures of rows in all; with ``parts`` also per step, model, service and endpoint."""
    if not parts:
        return f"SELECT {TOTAL} AS shape, {MEASURES} FROM (SELECT {stage} FROM ({rows})) AS stage"
    return (
        "SELECT grouping(bucket, provider, model, service, endpoint) AS shape, "
        "toUnixTimestamp(bucket) AS bucket_s, provider, model, service, endpoint, "
        f"{MEASURES} FROM ("
        "SELECT grouping(bucket) AS whole, bucket, provider, model, service, endpoint, "
        f"{stage} FROM ({rows}) "
        "GROUP BY GROUPING SETS ((bucket), (provider, model, service, endpoint))"
        ") AS stage GROUP BY GROUPING SETS ((whole, bucket), (whole, provider, model), (whole, service), "
        "(whole, endpoint), (whole)) HAVING whole = (shape != "
        f"{BY_BUCKET})"
    )
