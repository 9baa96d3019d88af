"""The overview: one pass over the roll-up (or over the rows, where filters ask for more than it holds)."""

from typing import Any

from sonde.api.parameters import CallFilters, OverviewParameters
from sonde.api.reads.filters import ROLLUP_FILTERS, call_conditions, is_rollup_enough
from sonde.api.reads.measures import (
    ROLLUP_MEASURES,
    ROW_MEASURES,
    SAMPLED_MEASURES,
    aggregate_fields,
    empty_aggregate,
)
from sonde.api.reads.query import Conditions
from sonde.api.reads.steps import bucket_starts, step_seconds
from sonde.api.schemas.overview import CallAggregate, ModelUse, NamedUse, Overview, OverviewPoint
from sonde.api.services import Services
from sonde.api.times import HOUR_NS, SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant

TOP = 10
HOUR_S = 3_600
ROLLUP_FROM_NS = 6 * HOUR_NS
"""Shorter ranges are read from rows: there is nothing to gain."""

BY_BUCKET, BY_MODEL, BY_SERVICE, TOTAL = 0b0111, 0b1001, 0b1110, 0b1111
"""What ``grouping`` says: a bit is set where a column was summed over."""

MODEL = "ifNull(request_model, response_model)"


def overview(shop: Services, grant: Grant, parameters: OverviewParameters) -> Overview:
    """All measures of a range."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    step = step_seconds(parameters.step, window)
    project = grant.project_for(parameters.project)
    use_rollup = (
        project is not None
        and shop.rollups is not None
        and window.to_ns - window.from_ns > ROLLUP_FROM_NS
        and is_rollup_enough(parameters)
    )
    # Steps below an hour are read from rows, the range before has no steps.
    use_steps = use_rollup and step % HOUR_S == 0
    rows = (_from_rollup if use_steps else _from_rows)(shop, grant, parameters, window, step, parts=True)
    people = _people(shop, grant, parameters, window, step)
    read_before = _from_rollup if use_rollup else _from_rows
    before = read_before(shop, grant, parameters, window.before, HOUR_S, parts=False)
    before_people = _people(shop, grant, parameters, window.before, None)
    total = next((row for row in rows if row["shape"] == TOTAL), None)
    by_bucket = {row["bucket_s"]: row for row in rows if row["shape"] == BY_BUCKET}
    return Overview(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        step_seconds=step,
        source="rollup" if use_steps else "rows",
        totals=_aggregate(total, people.get(None)),
        previous=_aggregate(
            next((row for row in before if row["shape"] == TOTAL), None), before_people.get(None)
        ),
        series=[
            OverviewPoint(
                time=format_time(start * SECOND_NS),
                **_aggregate(by_bucket.get(start), people.get(start, (0, 0))).model_dump(),
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
        endpoints=_endpoints(shop, grant, parameters, window),
    )


def _aggregate(row: dict[str, Any] | None, people: tuple[int, int] | None) -> CallAggregate:
    users, sessions = people or (0, 0)
    if row is None or not row["n_calls"]:
        return empty_aggregate(users, sessions)
    fields: dict[str, Any] = {**aggregate_fields(row), "users": users, "sessions": sessions}
    return CallAggregate(**fields)


def _largest(rows: list[dict[str, Any]], shape: int) -> list[dict[str, Any]]:
    """The largest parts by cost, then calls."""
    own = [row for row in rows if row["shape"] == shape and row["n_calls"]]
    return sorted(own, key=lambda row: (row["n_cost_usd"] or 0, row["n_calls"]), reverse=True)[:TOP]


def _from_rollup(
    shop: Services, grant: Grant, filters: CallFilters, window: TimeRange, step: int, *, parts: bool
) -> list[dict[str, Any]]:
    """Measures from clean hours and, where an hour is dirty or cut, from its rows: exact at any moment."""
    project = grant.project_for(filters.project)
    assert project is not None
    assert shop.rollups is not None
    source = shop.rollups.source(project, window.from_ns, window.to_ns, step)
    conditions = Conditions()
    for name in sorted(ROLLUP_FILTERS):
        conditions.any_of(name, getattr(filters, name), f"f_{name}")
    rows = f"SELECT *, {MODEL} AS model FROM {source.sql} AS source {conditions.where}"
    sql = _measured(ROLLUP_MEASURES, rows, parts=parts)
    return shop.query(sql, {**conditions.params, **source.params}).dicts()


def _from_rows(
    shop: Services, grant: Grant, filters: CallFilters, window: TimeRange, step: int, *, parts: bool
) -> list[dict[str, Any]]:
    """Measures from the rows of the range."""
    conditions = call_conditions(grant, filters, window)
    rows = (
        f"SELECT *, {MODEL} AS model, toStartOfInterval(time, INTERVAL {step:d} SECOND, 'UTC') AS bucket "
        f"FROM calls FINAL {conditions.where}"
    )
    return shop.query(_measured(ROW_MEASURES, rows, parts=parts), conditions.params).dicts()


def _measured(measures: str, rows: str, *, parts: bool) -> str:
    """Measures of rows in all; with ``parts`` also per step, model and service, in one pass."""
    if not parts:
        return f"SELECT {TOTAL} AS shape, {measures} FROM ({rows})"
    return (
        "SELECT grouping(bucket, provider, model, service) AS shape, toUnixTimestamp(bucket) AS bucket_s, "
        f"provider, model, service, {measures} FROM ({rows}) "
        "GROUP BY GROUPING SETS ((bucket), (provider, model), (service), ())"
    )


def _people(
    shop: Services, grant: Grant, filters: CallFilters, window: TimeRange, step: int | None
) -> dict[int | None, tuple[int, int]]:
    """Different users and sessions by start of the step, and of the whole range under None.

    Older versions of a call that are still there name the same people, so this need not wait for FINAL.
    """
    conditions = call_conditions(grant, filters, window)
    # One state per step, merged for the whole: each value is hashed once.
    start = f"toUnixTimestamp(toStartOfInterval(time, INTERVAL {step or 1:d} SECOND, 'UTC'))" if step else "0"
    states = (
        f"SELECT {start} AS bucket, uniqState(user_id) AS user_state, uniqState(session_id) AS session_state "
        f"FROM calls {conditions.where} GROUP BY bucket"
    )
    counts = "uniqMerge(user_state) AS users, uniqMerge(session_state) AS sessions"
    sql = f"SELECT 1 AS whole, 0 AS bucket, {counts} FROM ({states})"
    if step is not None:
        sql = (
            f"SELECT grouping(bucket) AS whole, bucket, {counts} FROM ({states}) "
            "GROUP BY GROUPING SETS ((bucket), ())"
        )
    rows = shop.query(sql, conditions.params).dicts()
    return {None if row["whole"] else row["bucket"]: (row["users"], row["sessions"]) for row in rows}


def _endpoints(shop: Services, grant: Grant, filters: CallFilters, window: TimeRange) -> list[NamedUse]:
    """The largest endpoints, which the roll-up does not hold."""
    conditions = call_conditions(grant, filters, window)
    conditions.clauses.append("isNotNull(endpoint)")
    rows = shop.query(
        f"SELECT endpoint AS name, {SAMPLED_MEASURES} FROM calls FINAL {conditions.where} "
        f"GROUP BY endpoint ORDER BY n_cost_usd DESC, n_calls DESC LIMIT {TOP}",
        conditions.params,
    ).dicts()
    return [NamedUse(name=row["name"], **aggregate_fields(row)) for row in rows]
