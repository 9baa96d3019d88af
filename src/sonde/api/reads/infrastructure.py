"""One service's processes and hosts beside its model calls."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sonde.api.parameters import InfrastructureParameters
from sonde.api.reads.correlation import Series, correlations
from sonde.api.reads.host_measures import HOST_MEASURES, METRIC_NAMES
from sonde.api.reads.host_series import Reader
from sonde.api.reads.query import Conditions, finite, money
from sonde.api.reads.steps import bucket_starts, step_seconds
from sonde.api.schemas.infrastructure import (
    CallMeasure,
    CallSeries,
    CorrelationItem,
    HostLine,
    HostMeasureSeries,
    Infrastructure,
    InfrastructureService,
)
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant
from sonde.store.together import together

STEP_MIN_S = 60
"""Metrics are exported once a minute as a rule: shorter steps would be holes."""
STEPS_MAX = 360
SERVICES_MAX = 200
CORRELATIONS_MAX = 60


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is asked for."""

    project: str | None
    window: TimeRange
    step: int
    starts: list[int]


def infrastructure(shop: Services, grant: Grant, parameters: InfrastructureParameters) -> Infrastructure:
    """The asked-for service, else the first that sends both metrics and calls."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    step = _step(parameters.step, window)
    frame = _Frame(grant.project_for(parameters.project), window, step, bucket_starts(window, step))
    services = _services(shop, frame)
    service = parameters.service or (services[0].service if services else None)
    calls, measures = _no_calls(frame), []
    if service is not None:
        sent = next((item.metrics for item in services if item.service == service), list[str]())
        calls, measures = together(
            lambda: _calls(shop, frame, service), lambda: _measures(shop, frame, service, sent)
        )
    return Infrastructure(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        step_seconds=step,
        times=[format_time(start * SECOND_NS) for start in frame.starts],
        service=service,
        services=services,
        measures=measures,
        calls=calls,
        correlations=_correlations(shop, measures, calls),
    )


def _step(text: str, window: TimeRange) -> int:
    step = step_seconds(text, window)
    if text == "auto":
        step = max(step, STEP_MIN_S)
    while (window.to_ns - window.from_ns) // (step * SECOND_NS) > STEPS_MAX:
        step *= 2
    return step


def _conditions(frame: _Frame) -> Conditions:
    conditions = Conditions()
    conditions.project(frame.project)
    conditions.time(frame.window)
    return conditions


def _services(shop: Services, frame: _Frame) -> list[InfrastructureService]:
    """Those with metrics and calls first, then by calls."""
    conditions = _conditions(frame)
    rows = shop.query(
        "SELECT name_of, sum(n) AS total, arraySort(groupUniqArrayArray(names)) AS sent, "
        "max(processes) AS instances FROM ("
        "SELECT toString(service) AS name_of, 0 AS n, groupUniqArray(toString(name)) AS names, "
        f"uniqExact(resource) AS processes FROM metrics {conditions.where} "
        "AND name IN {names:Array(String)} GROUP BY name_of UNION ALL "
        "SELECT toString(service) AS name_of, count() AS n, CAST([], 'Array(String)') AS names, "
        "0 AS processes "
        f"FROM calls FINAL {conditions.where} AND counted GROUP BY name_of) "
        "GROUP BY name_of "
        "ORDER BY notEmpty(sent) AND total > 0 DESC, notEmpty(sent) DESC, total DESC, name_of "
        f"LIMIT {SERVICES_MAX}",
        {**conditions.params, "names": list(METRIC_NAMES)},
    ).rows
    return [
        InfrastructureService(service=name, calls=total, metrics=sent, instances=instances)
        for name, total, sent, instances in rows
    ]


def _calls(shop: Services, frame: _Frame, service: str) -> CallSeries:
    """Measures of the service's counted calls per step."""
    conditions = _conditions(frame)
    conditions.add("counted AND service = {service:String}", service=service)
    rows = shop.query(
        f"SELECT toUnixTimestamp(toStartOfInterval(time, INTERVAL {frame.step:d} SECOND, 'UTC')) AS bucket, "
        "count() AS n, countIf(status = 'error') AS failed, "
        "quantilesTDigest(0.5, 0.95)(duration_ns) AS durations, sum(cost_usd) AS cost "
        f"FROM calls FINAL {conditions.where} GROUP BY bucket",
        conditions.params,
    ).dicts()
    found: dict[int, dict[str, Any]] = {row["bucket"]: row for row in rows}
    steps = [found.get(start) for start in frame.starts]
    return CallSeries(
        calls=[row["n"] if row else 0 for row in steps],
        errors=[row["failed"] if row else 0 for row in steps],
        error_rate=[row["failed"] / row["n"] if row else None for row in steps],
        latency_p50_ms=[_ms(row["durations"][0]) if row else None for row in steps],
        latency_p95_ms=[_ms(row["durations"][1]) if row else None for row in steps],
        # A step without calls cost nothing; one with calls of no known price cost something unknown.
        cost_usd=[money(row["cost"]) if row else "0" for row in steps],
    )


def _no_calls(frame: _Frame) -> CallSeries:
    count = len(frame.starts)
    return CallSeries(
        calls=[0] * count,
        errors=[0] * count,
        error_rate=[None] * count,
        latency_p50_ms=[None] * count,
        latency_p95_ms=[None] * count,
        cost_usd=["0"] * count,
    )


def _ms(duration_ns: float) -> float | None:
    value = finite(duration_ns)
    return None if value is None else value / 1e6


def _measures(shop: Services, frame: _Frame, service: str, sent: list[str]) -> list[HostMeasureSeries]:
    """Every measure the service sends a metric of."""
    reader = Reader(shop, frame.project, service, frame.window, frame.step)
    answer: list[HostMeasureSeries] = []
    for measure in HOST_MEASURES:
        metric = next((name for name in measure.metrics if name in sent), None)
        lines = reader.read(measure, metric) if metric else {}
        if metric is None or not lines:
            continue
        answer.append(
            HostMeasureSeries(
                name=measure.name,
                title=measure.title,
                unit=measure.unit,
                about=measure.about,
                description=measure.description,
                metric=metric,
                lines=[
                    HostLine(line=line, values=[values.get(start) for start in frame.starts])
                    for line, values in lines.items()
                ],
            )
        )
    return answer


def _correlations(
    shop: Services, measures: list[HostMeasureSeries], calls: CallSeries
) -> list[CorrelationItem]:
    """Every line with every measure of the calls, strongest first."""
    of_calls: dict[CallMeasure, Series] = {
        "latency_p95_ms": calls.latency_p95_ms,
        "error_rate": calls.error_rate,
        "cost_usd": [None if cost is None else float(Decimal(cost)) for cost in calls.cost_usd],
        "calls": calls.calls,
    }
    names = list(of_calls)
    lines = [(measure.name, line) for measure in measures for line in measure.lines]
    found = correlations(shop, [line.values for _, line in lines], list(of_calls.values()))
    found.sort(key=lambda item: (item.rho is None, -abs(item.rho or 0), item.first, item.second))
    return [
        CorrelationItem(
            measure=lines[item.first][0],
            line=lines[item.first][1].line,
            calls_measure=names[item.second],
            rho=item.rho,
            steps=item.steps,
            by_chance=item.by_chance,
            note=item.note or None,
        )
        for item in found[:CORRELATIONS_MAX]
    ]
