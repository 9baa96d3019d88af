"""Pieces of SQL with their bound values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sonde.api.times import TimeRange

NO_SPAN = "0" * 16
NO_TRACE = "0" * 32


class Conditions:
    """Conditions that all have to hold."""

    def __init__(self) -> None:
        self.clauses: list[str] = []
        self.params: dict[str, Any] = {}

    def add(self, clause: str, **params: Any) -> None:
        """One condition with its values; names must not repeat."""
        self.clauses.append(clause)
        self.params.update(params)

    def project(self, project: str | None) -> None:
        """Restrict to a project; None is every project."""
        if project is not None:
            self.add("project = {project:String}", project=project)

    def time(self, window: TimeRange, column: str = "time") -> None:
        """Restrict to a range."""
        self.add(
            f"{column} >= fromUnixTimestamp64Nano({{from_ns:Int64}}, 'UTC') "
            f"AND {column} < fromUnixTimestamp64Nano({{to_ns:Int64}}, 'UTC')",
            from_ns=window.from_ns,
            to_ns=window.to_ns,
        )

    def any_of(self, column: str, values: Sequence[str], name: str) -> None:
        """One of these values; an empty text stands for unknown."""
        if not values:
            return
        named = sorted({value for value in values if value})
        parts: list[str] = []
        if named:
            parts.append(f"{column} IN {{{name}:Array(String)}}")
            self.params[name] = named
        if len(named) < len(set(values)):
            parts.append(f"ifNull({column}, '') = ''")
        self.clauses.append(f"({' OR '.join(parts)})")

    def trace(self, trace_id: str) -> None:
        """One trace, through the index."""
        self.add("trace_id = unhex({trace_id:String})", trace_id=trace_id)

    def span(self, span_id: str) -> None:
        """One span."""
        self.add("span_id = unhex({span_id:String})", span_id=span_id)

    @property
    def where(self) -> str:
        """``WHERE …``; empty without conditions."""
        return f"WHERE {' AND '.join(self.clauses)}" if self.clauses else ""


def known(value: str | None) -> str | None:
    """None for an id that is all zero or empty."""
    return value if value and value.strip("0") else None


def money(value: Decimal | None) -> str | None:
    """Decimal text without an exponent."""
    return None if value is None else format(value, "f")


def finite(value: float | None) -> float | None:
    """None for NaN and infinities: JSON has no word for them."""
    return None if value is None or value != value or value in (float("inf"), float("-inf")) else value
