"""Counts per value of the main fields of calls, traces, spans and log records.

The conditions of the filter on a field do not hold for its own facet, so its other values stay visible.
"""

from dataclasses import dataclass
from typing import Any

from sonde.api.filter_parameters import RowFacetParameters
from sonde.api.parameters import FacetParameters, LogParameters
from sonde.api.reads.filter_text import add_node
from sonde.api.reads.filters import call_conditions
from sonde.api.reads.log_conditions import log_conditions
from sonde.api.reads.query import Conditions
from sonde.api.schemas.calls import Facet, Facets, FacetValue
from sonde.api.schemas.filters import RowFacet, RowFacets, RowFacetValue
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time, time_range
from sonde.auth.grant import Grant
from sonde.filters import TABLES, Node, Target, ValueSql, parse, value_sql, without_field
from sonde.filters.tree import Place
from sonde.model.errors import BadInput

DEFAULTS: dict[Target, tuple[str, ...]] = {
    "calls": (
        "model", "provider", "status", "operation", "service", "environment", "endpoint", "prompt_name",
        "cost_state", "error_type", "finish_reason", "user", "session", "tag", "release",
    ),
    "spans": (
        "operation", "status", "name", "kind", "service", "environment", "error_type", "model", "provider",
        "user", "session", "convention",
    ),
    "traces": (
        "model", "provider", "service", "environment", "error_type", "endpoint", "user", "session", "tag",
    ),
    "logs": ("severity", "service", "event_name", "environment", "scope"),
}  # fmt: skip
"""What is counted when nothing is asked for."""

COUNTS: dict[Target, str] = {
    "calls": "count()",
    "spans": "count()",
    "traces": "uniqExact(project, trace_id)",
    # A record that was delivered twice and is not merged yet counts once.
    "logs": "uniqExact(project, time, record)",
}
KEYS: dict[Target, str] = {
    "calls": "1",
    "spans": "1",
    "traces": "project, trace_id",
    "logs": "project, time, record",
}


@dataclass(frozen=True, slots=True)
class Dimension:
    """A field to count by."""

    name: str
    value: ValueSql


@dataclass(frozen=True, slots=True)
class Counted:
    """The largest values of one field; None is not known."""

    values: list[tuple[str | None, int]]
    other: int


class Counting:
    """One request for facets."""

    def __init__(
        self, shop: Services, grant: Grant, parameters: FacetParameters | RowFacetParameters, target: Target
    ) -> None:
        self.shop = shop
        self.grant = grant
        self.parameters = parameters
        self.target: Target = target
        self.window = time_range(parameters.from_, parameters.to, shop.now_ns())
        self.project = grant.project_for(parameters.project)
        self.node = parse(parameters.filter or "")
        self.seen: int | None = None
        """Rows under the whole filter, when a pass has counted them by the way."""
        self.dimensions = [
            dimension_of(target, name, f"d{number}_")
            for number, name in enumerate(dict.fromkeys(parameters.dimension or DEFAULTS[target]))
        ]

    def counts(self) -> dict[str, Counted]:
        """Per field. Fields that the filter does not speak about are counted in one pass."""
        found: dict[str, Counted] = {}
        passes: dict[Node, list[Dimension]] = {}
        for dimension in self.dimensions:
            node = without_field(self.node, dimension.name, TABLES[self.target])
            if self.target == "traces" or dimension.value.many:
                found[dimension.name] = self.one(dimension, node)
            else:
                passes.setdefault(node, []).append(dimension)
        for node, dimensions in passes.items():
            found |= self.together(dimensions, node)
        return {dimension.name: found[dimension.name] for dimension in self.dimensions}

    def total(self) -> int:
        """Rows under the whole filter. Cheaper after `counts`."""
        if self.seen is not None:
            return self.seen
        source = "spans" if self.target == "traces" else self.target
        conditions = self.conditions(self.node)
        final = "" if self.target == "logs" else " FINAL"
        return int(
            self.shop.query(
                f"SELECT {COUNTS[self.target]} FROM {source}{final} {conditions.where}", conditions.params
            ).scalar()
        )

    def conditions(self, node: Node) -> Conditions:
        """The request's conditions with this filter."""
        window, parameters = self.window, self.parameters
        if isinstance(parameters, FacetParameters):
            conditions = call_conditions(self.grant, parameters.model_copy(update={"filter": None}), window)
        elif self.target == "logs":
            plain = LogParameters(project=parameters.project)
            conditions = log_conditions(self.grant, plain, window)
        else:
            conditions = Conditions()
            conditions.project(self.project)
            conditions.time(window)
        add_node(conditions, self.grant, node, self.target, self.project, window)
        return conditions

    def together(self, dimensions: list[Dimension], node: Node) -> dict[str, Counted]:
        """Several fields of the target's own table in one pass."""
        conditions = self.conditions(node)
        columns = [f"d{number}" for number in range(len(dimensions))]
        selected = ", ".join(
            f"{dimension.value.sql} AS {column}"
            for column, dimension in zip(columns, dimensions, strict=True)
        )
        for dimension in dimensions:
            conditions.params |= dimension.value.params
        sets = ", ".join(f"({column})" for column in columns)
        # Of a row's columns only the one it is grouped by is not empty: all together give its value.
        value = f"concat({', '.join(columns)}, '')"
        final = "" if self.target == "logs" else " FINAL"
        rows = self.shop.query(
            "SELECT shape, value, n, sum(n) OVER (PARTITION BY shape) AS total FROM ("
            f"SELECT grouping({', '.join(columns)}) AS shape, {value} AS value, {COUNTS[self.target]} AS n "
            f"FROM (SELECT {KEYS[self.target]}, {selected} FROM {self.target}{final} {conditions.where}) "
            f"GROUP BY GROUPING SETS ({sets})) "
            "ORDER BY shape, n DESC, value LIMIT {top:UInt32} BY shape",
            {**conditions.params, "top": self.parameters.top},
        ).rows
        if node == self.node:
            self.seen = int(rows[0][3]) if rows else 0
        every = (1 << len(dimensions)) - 1
        found: dict[str, Counted] = {}
        for number, dimension in enumerate(dimensions):
            # A bit of the shape is set for each column that was summed over.
            shape = every ^ (1 << (len(dimensions) - 1 - number))
            found[dimension.name] = _counted([row[1:] for row in rows if row[0] == shape])
        return found

    def one(self, dimension: Dimension, node: Node) -> Counted:
        """A field with several values per counted thing: each of them counts, and not known does not."""
        conditions = self.conditions(node)
        parts: list[str] = []
        for table in dimension.value.tables:
            counted = " AND counted" if table == "calls" and self.target == "traces" else ""
            final = "" if table == "logs" else " FINAL"
            where = f"{conditions.where}{counted}"
            parts.append(
                f"SELECT project, time, trace_id, {dimension.value.sql} AS value FROM {table}{final} {where}"
            )
        rows = self.shop.query(
            "SELECT value, n, sum(n) OVER () AS total FROM ("
            f"SELECT value, {COUNTS[self.target]} AS n FROM ({' UNION ALL '.join(parts)}) "
            "WHERE value != '' GROUP BY value) ORDER BY n DESC, value LIMIT {top:UInt32}",
            {**conditions.params, **dimension.value.params, "top": self.parameters.top},
        ).rows
        return _counted(rows)


def dimension_of(target: Target, name: str, prefix: str) -> Dimension:
    """A field to count by. Raises `BadInput` for one that there is not, or that has too many values."""
    field = TABLES[target].require(name, Place(0, len(name)))
    value = value_sql(field, target, prefix=prefix)
    if value is None:
        raise BadInput(f"{name} of {target} cannot be counted by its values.")
    return Dimension(field.name, value)


def _counted(rows: list[tuple[Any, ...]]) -> Counted:
    values = [(row[0] or None, int(row[1])) for row in rows]
    total = int(rows[0][2]) if rows else 0
    return Counted(values, max(total - sum(count for _, count in values), 0))


def facets(shop: Services, grant: Grant, parameters: FacetParameters) -> Facets:
    """The largest values of each field of calls. Bounded however many values there are."""
    counting = Counting(shop, grant, parameters, "calls")
    counts = counting.counts()
    return Facets(
        **_range(counting.window),
        calls=counting.total(),
        facets=[
            Facet(
                dimension=name,
                values=[FacetValue(value=value, calls=count) for value, count in counted.values],
                other=counted.other,
            )
            for name, counted in counts.items()
        ],
    )


def row_facets(shop: Services, grant: Grant, parameters: RowFacetParameters, target: Target) -> RowFacets:
    """The same for traces, spans and log records."""
    counting = Counting(shop, grant, parameters, target)
    counts = counting.counts()
    return RowFacets(
        **_range(counting.window),
        total=counting.total(),
        facets=[
            RowFacet(
                dimension=name,
                values=[RowFacetValue(value=value, count=count) for value, count in counted.values],
                other=counted.other,
            )
            for name, counted in counts.items()
        ],
    )


def _range(window: TimeRange) -> dict[str, Any]:
    return {"from_": format_time(window.from_ns), "to": format_time(window.to_ns)}
