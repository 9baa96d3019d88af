"""Questions about measures: from the request to `sonde.measures` and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sonde.api.reads.query import money
from sonde.api.schemas.query import (
    Catalogue,
    DimensionInfo,
    MeasureInfo,
    Number,
    QueryAnswer,
    QueryGroup,
    QueryRequest,
)
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant
from sonde.filters import Scope, compile_filter
from sonde.measures.ask import Asker
from sonde.measures.catalogue import MEASURES, Measure
from sonde.measures.dimensions import DIMENSIONS, Dimension
from sonde.measures.intervals import interval_of, zone_of
from sonde.measures.question import Condition, Question, Value, dimensions_named, measures_named

_COLUMNS = {"model": ("request_model", "response_model")}
"""Columns of fields of the filter language that are not a column of the same name."""


def catalogue() -> Catalogue:
    """What can be asked for."""
    return Catalogue(
        measures=[_measure(measure) for measure in MEASURES],
        dimensions=[_dimension(dimension) for dimension in DIMENSIONS],
    )


def question_of(shop: Services, grant: Grant, body: QueryRequest) -> Question:
    """The question of a request. Raises `BadInput`, `FilterError`, `Forbidden`."""
    window = time_range(body.from_, body.to, shop.now_ns())
    zone = zone_of(body.time_zone)
    return Question(
        project=grant.project_for(body.project),
        from_ns=window.from_ns,
        to_ns=window.to_ns,
        measures=measures_named(body.measures),
        dimensions=dimensions_named(body.dimensions),
        where=_condition(grant, body, window),
        interval=None
        if body.interval is None
        else interval_of(body.interval, window.from_ns, window.to_ns, zone),
        time_zone=body.time_zone,
        compare=body.compare,
        limit=body.limit,
        other=body.other,
        order=measures_named([body.order.measure])[0] if body.order else None,
        descending=body.order.descending if body.order else True,
    )


def answer(shop: Services, question: Question, query_id: str | None = None) -> QueryAnswer:
    """The answer, as it is sent."""

    def run(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return shop.query(sql, params, query_id=query_id).dicts()

    reply = Asker(run, shop.rollups).ask(question)
    interval = question.interval
    return QueryAnswer(
        from_=format_time(reply.from_ns),
        to=format_time(reply.to_ns),
        interval_seconds=interval.seconds if interval else None,
        time_zone=question.time_zone,
        source="rollup" if reply.rolled_up else "rows",
        measures=[_measure(measure) for measure in question.measures],
        dimensions=[_dimension(dimension) for dimension in question.dimensions],
        times=[format_time(start * SECOND_NS) for start in interval.starts] if interval else None,
        totals=_numbers(reply.totals),
        previous=None if reply.previous is None else _numbers(reply.previous),
        series=_many(reply.series),
        groups=[
            QueryGroup(
                values=group.values,
                other=group.other,
                totals=_numbers(group.totals),
                previous=None if group.previous is None else _numbers(group.previous),
                series=_many(group.series),
            )
            for group in reply.groups
        ],
    )


def table(answer: QueryAnswer) -> tuple[list[str], list[list[Any]]]:
    """An answer as one table: a row per group and step."""
    names = [measure.name for measure in answer.measures]
    keys = [dimension.name for dimension in answer.dimensions]
    times = answer.times or []
    header = [*keys, *(["time"] if answer.times is not None else []), *names]
    parts = [
        ([("(other)" if group.other else group.values[key]) for key in keys], group.totals, group.series)
        for group in answer.groups
    ] or [([], answer.totals, answer.series)]
    rows: list[list[Any]] = []
    for values, totals, series in parts:
        if series is None:
            rows.append([*values, *(totals[name] for name in names)])
        else:
            rows.extend(
                [*values, time, *(series[name][at] for name in names)] for at, time in enumerate(times)
            )
    return header, rows


def _condition(grant: Grant, body: QueryRequest, window: TimeRange) -> Condition:
    if not body.filter.strip():
        return Condition()
    first = window.before.from_ns if body.compare else window.from_ns
    scope = Scope(first, window.to_ns, grant.project_for(body.project))
    compiled = compile_filter(body.filter, "calls", scope=scope, time_zone=body.time_zone)
    if compiled.needs_content:
        grant.need("content")
    columns = frozenset(column for field in compiled.fields for column in _COLUMNS.get(field, (field,)))
    return Condition(compiled.sql, compiled.params, columns if compiled.direct else None)


def _measure(measure: Measure) -> MeasureInfo:
    return MeasureInfo(
        name=measure.name,
        title=measure.title,
        unit=measure.unit,
        description=measure.description,
        null_means=measure.null_means,
        better=measure.better,
    )


def _dimension(dimension: Dimension) -> DimensionInfo:
    return DimensionInfo(name=dimension.name, title=dimension.title, description=dimension.description)


def _numbers(values: Mapping[str, Value]) -> dict[str, Number]:
    return {name: _number(value) for name, value in values.items()}


def _number(value: Value) -> Number:
    return money(value) if isinstance(value, Decimal) else value


def _many(series: Mapping[str, list[Value]] | None) -> dict[str, list[Number]] | None:
    return (
        None
        if series is None
        else {name: [_number(value) for value in values] for name, values in series.items()}
    )
