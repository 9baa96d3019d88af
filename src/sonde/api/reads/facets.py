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
    pairs = ", ".join(
        f"({number}, toString(ifNull({expression}, '')))"
        for number, expression in enumerate(DIMENSIONS.values())
    )
    sql = (
        "SELECT dimension, value, n, sum(n) OVER (PARTITION BY dimension) AS total FROM ("
        "SELECT pair.1 AS dimension, pair.2 AS value, count() AS n FROM ("
        f"SELECT arrayJoin([{pairs}]) AS pair FROM calls FINAL {conditions.where}) GROUP BY dimension, "
        "value) "
        "ORDER BY dimension, n DESC, value LIMIT {top:UInt32} BY dimension"
    )
    rows = shop.query(sql, {**conditions.params, "top": parameters.top}).rows
    calls = int(rows[0][3]) if rows else 0
    found: list[Facet] = []
    for number, name in enumerate(names):
        own = [row for row in rows if row[0] == number]
        shown = sum(int(row[2]) for row in own)
        found.append(
            Facet(
                dimension=name, values=[_value(row) for row in own], other=max(calls - shown, 0) if own else 0
            )
        )
    return Facets(from_=format_time(window.from_ns), to=format_time(window.to_ns), calls=calls, facets=found)


def _value(row: tuple[Any, ...]) -> FacetValue:
    return FacetValue(value=row[1] or None, calls=row[2])
