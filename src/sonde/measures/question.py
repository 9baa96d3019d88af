"""What may be asked of the measures, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from sonde.measures import catalogue, dimensions
from sonde.measures.catalogue import Measure
from sonde.measures.dimensions import Dimension
from sonde.measures.intervals import POINTS_MAX, Interval
from sonde.model.errors import BadInput

MEASURES_MAX = 25
DIMENSIONS_MAX = 3
GROUPS_MAX = 1_000
CELLS_MAX = 200_000
"""Values of an answer: measures × groups × points."""

Value = int | float | Decimal | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on calls, as SQL with its parameters."""

    sql: str = ""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    columns: frozenset[str] | None = frozenset()
    """Columns of ``calls`` it reads; None when roll-ups can not tell."""


@dataclass(frozen=True, slots=True)
class Question:
    """Measures of the calls of a time range, as a whole, by group, over time, or by group over time."""

    project: str | None
    """None is every project."""
    from_ns: int
    to_ns: int
    measures: Sequence[Measure]
    dimensions: Sequence[Dimension] = ()
    where: Condition = Condition()
    interval: Interval | None = None
    time_zone: str = "UTC"
    """Of days, weeks, hours of the day."""
    compare: bool = False
    """Also the range of equal length just before."""
    limit: int = 10
    """Groups, largest first."""
    other: bool = True
    """Whether what lies beyond the limit becomes one group of its own."""
    order: Measure | None = None
    """Which measure decides what is largest: the first one by default."""
    descending: bool = True

    def __post_init__(self) -> None:
        if not self.measures:
            raise BadInput(
                "No measure is asked for.", hint="Name at least one: GET /api/v1/measures lists them."
            )
        if len(self.measures) > MEASURES_MAX:
            raise BadInput(f"More than {MEASURES_MAX} measures.", hint="Ask in two questions.")
        if len(self.dimensions) > DIMENSIONS_MAX:
            raise BadInput(f"More than {DIMENSIONS_MAX} dimensions.", hint="Use a filter for the others.")
        points = len(self.interval.starts) if self.interval else 1
        if points > POINTS_MAX:
            raise BadInput(f"That are more than {POINTS_MAX} points.", hint="Use a longer interval.")
        groups = self.limit + 1 if self.dimensions else 1
        if points * groups * len(self.measures) > CELLS_MAX:
            raise BadInput(
                f"That are more than {CELLS_MAX} values.",
                hint="Ask for fewer groups or measures, or a longer interval.",
            )


@dataclass(slots=True)
class Group:
    """One combination of the dimensions' values, or everything beyond the limit."""

    values: dict[str, str | None]
    other: bool = False
    totals: dict[str, Value] = field(default_factory=dict[str, Value])
    previous: dict[str, Value] | None = None
    series: dict[str, list[Value]] | None = None


@dataclass(slots=True)
class Reply:
    """The answer to a `Question`."""

    from_ns: int
    to_ns: int
    """The range that was read: rounded outwards to the minute when roll-ups were used."""
    rolled_up: bool
    totals: dict[str, Value]
    previous: dict[str, Value] | None = None
    series: dict[str, list[Value]] | None = None
    """Of the whole, one value per start of the interval."""
    groups: list[Group] = field(default_factory=list[Group])


def measures_named(names: Sequence[str]) -> list[Measure]:
    """The measures of these names, each once. Raises `BadInput` with the nearest name."""
    return [_named(name, catalogue.BY_NAME, "measure") for name in dict.fromkeys(names)]


def dimensions_named(names: Sequence[str]) -> list[Dimension]:
    """The dimensions of these names, each once. Raises `BadInput` with the nearest name."""
    found: list[Dimension] = []
    for name in dict.fromkeys(names):
        own = dimensions.attribute_dimension(name)
        found.append(own or _named(name, dimensions.BY_NAME, "dimension"))
    return found


def _named(name: str, known: Mapping[str, T], what: str) -> T:
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "GET /api/v1/measures lists what there is."
    raise BadInput(f"There is no {what} '{name[:60]}'.", hint=hint)
