"""Spearman's rank correlation of series on common steps, computed by the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from sonde.api.services import Services

STEPS_MIN = 10
"""Fewer common steps say nothing."""
CHANCE_95 = 1.96
"""Independent series stay below this over √(n − 1) in 19 of 20 cases."""

Series = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Correlation:
    """How two series go together. ``rho`` is None where ``note`` says why."""

    first: int
    second: int
    steps: int
    rho: float | None
    by_chance: bool
    note: str


def correlations(shop: Services, firsts: Sequence[Series], seconds: Sequence[Series]) -> list[Correlation]:
    """Every first with every second, over the steps where both are known. Equal values share the mean of
    their ranks, so many zeros do no harm.
    """
    if not firsts or not seconds:
        return []
    rows = shop.query(
        "SELECT i, j, count() AS n, corr(rank_x, rank_y) AS rho, uniqExact(x) AS xs, uniqExact(y) AS ys "
        f"FROM (SELECT i, j, x, y, {_rank('x')} AS rank_x, {_rank('y')} AS rank_y "
        "FROM (SELECT i, j, assumeNotNull(point.1) AS x, assumeNotNull(point.2) AS y FROM ("
        "SELECT i, j, arrayJoin(arrayZip(first, second)) AS point FROM "
        "(SELECT arrayJoin(arrayEnumerate({firsts:Array(Array(Nullable(Float64)))})) AS i, "
        "{firsts:Array(Array(Nullable(Float64)))}[i] AS first) AS a CROSS JOIN "
        "(SELECT arrayJoin(arrayEnumerate({seconds:Array(Array(Nullable(Float64)))})) AS j, "
        "{seconds:Array(Array(Nullable(Float64)))}[j] AS second) AS b"
        ") WHERE point.1 IS NOT NULL AND point.2 IS NOT NULL)) GROUP BY i, j",
        {"firsts": [_short(series) for series in firsts], "seconds": [_short(series) for series in seconds]},
    ).rows
    found = {(i - 1, j - 1): _judged(i - 1, j - 1, *rest) for i, j, *rest in rows}
    return [
        found.get((first, second)) or Correlation(first, second, 0, None, False, _too_few(0))
        for first in range(len(firsts))
        for second in range(len(seconds))
    ]


def _rank(value: str) -> str:
    """The rank among a pair's values; equal ones share the mean of theirs."""
    above = f"rank() OVER (PARTITION BY i, j ORDER BY {value})"
    return f"{above} + (count() OVER (PARTITION BY i, j, {value}) - 1) / 2"


def _judged(first: int, second: int, steps: int, rho: float, xs: int, ys: int) -> Correlation:
    if steps < STEPS_MIN:
        return Correlation(first, second, steps, None, False, _too_few(steps))
    if xs < 2 or ys < 2:
        return Correlation(first, second, steps, None, False, "one of the two does not change")
    return Correlation(first, second, steps, rho, abs(rho) < CHANCE_95 / sqrt(steps - 1), "")


def _too_few(steps: int) -> str:
    return f"too few: {steps} steps have both, {STEPS_MIN} are needed"


def _short(series: Series) -> list[float | None]:
    """Seven digits decide about ranks, and keep the statement short."""
    return [None if value is None else float(f"{value:.7g}") for value in series]
