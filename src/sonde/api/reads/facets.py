"""Counts per value of the main dimensions."""

from typing import Any

from sonde.api.parameters import FacetParameters
from sonde.api.reads.filters import call_conditions
from sonde.api.schemas.calls import Facet, Facets, FacetValue
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant

DIMENSIONS = {
    "model": "ifNull(request_model, response_model)",
    "provider": "provider",
    "status": "CAST(status, 'String')",
    "operation": "operation",
    "service": "service",
    "environment": "environment",
    "endpoint": "endpoint",
    "prompt_name": "prompt_name",
    "cost_state": "cost_state",
    "error_type": "error_type",
    "finish_reason": "finish_reason",
    "user": "user_id",
    "session": "session_id",
}


def facets(shop: Services, grant: Grant, parameters: FacetParameters) -> Facets:
    """The largest values of each dimension. Bounded however many values there are."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = call_conditions(grant, parameters, window)
    names = list(DIMENSIONS)
    columns = [f"d{number}" for number in range(len(names))]
    selected = ", ".join(
        f"ifNull({expression}, '') AS {column}"
        for column, expression in zip(columns, DIMENSIONS.values(), strict=True)
    )
    sets = ", ".join(f"({column})" for column in columns)
    # Of a row's columns only the one it is grouped by is not empty, so putting all together gives its value.
    value = f"concat({', '.join(f'toString({column})' for column in columns)})"
    sql = (
        "SELECT shape, value, n, sum(n) OVER (PARTITION BY shape) AS total FROM ("
        f"SELECT grouping({', '.join(columns)}) AS shape, {value} AS value, count() AS n "
        f"FROM (SELECT {selected} FROM calls FINAL {conditions.where}) GROUP BY GROUPING SETS ({sets})) "
        "ORDER BY shape, n DESC, value LIMIT {top:UInt32} BY shape"
    )
    rows = shop.query(sql, {**conditions.params, "top": parameters.top}).rows
    calls = int(rows[0][3]) if rows else 0
    found: list[Facet] = []
    for number, name in enumerate(names):
        own = [row for row in rows if row[0] == shape_of(number)]
        shown = sum(int(row[2]) for row in own)
        found.append(
            Facet(
                dimension=name, values=[_value(row) for row in own], other=max(calls - shown, 0) if own else 0
            )
        )
    return Facets(from_=format_time(window.from_ns), to=format_time(window.to_ns), calls=calls, facets=found)


def shape_of(number: int) -> int:
    """What ``grouping`` says of the rows of one dimension: a bit is set for each column that was summed
    over.
    """
    every = (1 << len(DIMENSIONS)) - 1
    return every ^ (1 << (len(DIMENSIONS) - 1 - number))


def _value(row: tuple[Any, ...]) -> FacetValue:
    return FacetValue(value=row[1] or None, calls=row[2])
