"""OpenTelemetry metrics."""

from typing import Any, cast

from sonde.api.parameters import MetricNameParameters, MetricSeriesParameters
from sonde.api.reads.attributes import json_object
from sonde.api.reads.query import Conditions, finite
from sonde.api.reads.steps import step_seconds
from sonde.api.schemas.metrics import MetricName, MetricNames, MetricPointItem, MetricSeries, MetricSeriesList
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, format_time, time_range
from sonde.auth.grant import Grant

NAMES_MAX = 1_000
SERIES_MAX = 100
POINTS_MAX = 1_000


def names(shop: Services, grant: Grant, parameters: MetricNameParameters) -> MetricNames:
    """The metrics with points in the range."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    conditions.any_of("service", parameters.service, "service")
    rows = shop.query(
        "SELECT project, name, argMax(unit, time) AS last_unit, argMax(description, time) AS "
        "last_description, "
        "argMax(kind, time) AS last_kind, uniqExact(series) AS series_count, count() AS points, "
        "arraySort(groupUniqArray(50)(toString(service))) AS services, max(time) AS last_time "
        f"FROM metrics FINAL {conditions.where} GROUP BY project, name ORDER BY name, project LIMIT "
        f"{NAMES_MAX}",
        conditions.params,
    ).dicts()
    items = [
        MetricName(
            project=row["project"],
            name=row["name"],
            unit=row["last_unit"],
            description=row["last_description"],
            kind=row["last_kind"],
            series=row["series_count"],
            points=row["points"],
            services=row["services"],
            last_time=format_time(row["last_time"]),
        )
        for row in rows
    ]
    return MetricNames(from_=format_time(window.from_ns), to=format_time(window.to_ns), items=items)


def series(shop: Services, grant: Grant, parameters: MetricSeriesParameters) -> MetricSeriesList:
    """The last point of each series per step; the series with most points first."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    step = step_seconds(parameters.step, window)
    while (window.to_ns - window.from_ns) // (step * SECOND_NS) > POINTS_MAX:
        step *= 2
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    conditions.add("name = {name:String}", name=parameters.name)
    conditions.any_of("service", parameters.service, "service")
    chosen = shop.query(
        f"SELECT project, series, count() AS n FROM metrics FINAL {conditions.where} "
        f"GROUP BY project, series ORDER BY n DESC, project, series LIMIT {SERIES_MAX + 1}",
        conditions.params,
    ).rows
    shown = [str(row[1]) for row in chosen[:SERIES_MAX]]
    conditions.add("series IN {series:Array(UInt64)}", series=[int(item) for item in shown])
    rows = shop.query(
        "SELECT project, series, lower(hex(series)) AS series_hex, toStartOfInterval(time, "
        f"INTERVAL {step:d} SECOND, 'UTC') AS bucket, toUnixTimestamp(bucket) AS bucket_s, "
        "argMax(tuple(unit, kind, temporality, monotonic, service, attributes, resource), time) AS facts, "
        "argMax(tuple(value, value_int, count, sum, min, max), time) AS point "
        f"FROM metrics FINAL {conditions.where} GROUP BY project, series, bucket ORDER BY project, "
        "series, bucket",
        conditions.params,
    ).dicts()
    found: dict[tuple[str, int], MetricSeries] = {}
    for row in rows if shown else []:
        key = (row["project"], row["series"])
        if key not in found:
            found[key] = _series(row, parameters.name)
        found[key].points.append(_point(row))
    return MetricSeriesList(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        step_seconds=step,
        series=list(found.values()),
        truncated=len(chosen) > SERIES_MAX,
    )


def _values(item: Any) -> list[Any]:
    """The elements of a tuple as the engine hands it over."""
    return list(cast("dict[str, Any]", item).values()) if isinstance(item, dict) else list(item)


def _series(row: dict[str, Any], name: str) -> MetricSeries:
    unit, kind, temporality, monotonic, service, attributes, resource = _values(row["facts"])
    return MetricSeries(
        series_id=row["series_hex"],
        project=row["project"],
        name=name,
        unit=unit,
        kind=kind,
        temporality=temporality,
        monotonic=bool(monotonic),
        service=service,
        attributes=json_object(attributes),
        resource=json_object(resource),
        points=[],
    )


def _point(row: dict[str, Any]) -> MetricPointItem:
    value, value_int, count, total, low, high = _values(row["point"])
    return MetricPointItem(
        time=format_time(row["bucket_s"] * SECOND_NS),
        value=finite(value),
        value_int=None if value_int is None else str(value_int),
        count=count,
        sum=finite(total),
        min=finite(low),
        max=finite(high),
    )
