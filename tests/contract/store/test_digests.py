"""How far a percentile that was merged from many roll-ups lies from the exact one."""

import pytest

from sonde.store.engine import Engine

VALUES = 200_000
PARTS = 500
QUANTILES = (0.5, 0.95, 0.99)
BOUNDS = (0.005, 0.001, 0.001)
"""Share of the values that may lie between the merged and the exact quantile."""

SPREAD = {
    "log-normal": "exp(sqrt(-2 * log(u)) * cos(2 * pi() * v)) * 1e9",
    "two humps": "if(v < 0.7, 1e9 + u * 1e8, 3e10 + u * 1e9)",
    "heavy tail": "1e8 / pow(u, 0.8)",
}


@pytest.mark.parametrize("spread", SPREAD, ids=str)
def test_merged_percentiles_are_near_the_exact_ones(engine: Engine, spread: str) -> None:
    values = (
        f"SELECT {SPREAD[spread]} AS x, number % {PARTS} AS part FROM (SELECT number, "
        "(cityHash64(number) + 1) / 18446744073709551616 AS u, "
        "(cityHash64(number, 'v') + 1) / 18446744073709551616 AS v "
        f"FROM numbers({VALUES}))"
    )
    digest = f"quantilesTDigest{{}}({', '.join(map(str, QUANTILES))})"
    merged = engine.query(
        f"SELECT {digest.format('Merge')}(d) FROM "
        f"(SELECT part, {digest.format('State')}(x) AS d FROM ({values}) GROUP BY part)"
    ).scalar()
    below = engine.query(
        f"SELECT {', '.join(f'countIf(x <= {value!r}) / count()' for value in merged)} FROM ({values})"
    ).rows[0]
    for share, quantile, bound in zip(below, QUANTILES, BOUNDS, strict=True):
        assert abs(share - quantile) <= bound, (spread, quantile, share)
