"""What measures are made of: aggregates that roll-ups hold, and those that only rows can tell.

Every aggregate has one name, which measures use in their formulas. Of a roll-up it is read by adding up (or
merging) what is stored; of rows it is computed.
"""

from dataclasses import dataclass

from sonde.store.rollups import MAXIMA, STATES, SUMS, from_rows, merged

DIGESTS = {"duration_digest": 3, "ttft_digest": 3}
"""t-digests of the roll-ups: they answer the quantiles 0.5, 0.95 and 0.99 at once."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate of a set of calls."""

    name: str
    rows: str
    """Over rows of table ``calls``."""
    rollup: str | None = None
    """Over columns of `sonde.store.rollups.Source`; None when roll-ups do not have it."""


def _rolled_up() -> dict[str, Aggregate]:
    rows = from_rows()
    found = {name: Aggregate(name, rows[name], f"sum({name})") for name in SUMS}
    found |= {name: Aggregate(name, rows[name], f"max({name})") for name in MAXIMA}
    for name, (function, column) in STATES.items():
        found[name] = Aggregate(name, f"{function.format('')}({column.format('')})", merged(name))
    return found


def _attribute(name: str) -> str:
    """An attribute of a call that has no column of its own; NULL when it is not there."""
    return f"attributes.`{name.replace('.', '%2E')}`"


_BLOCKED = " OR ".join(
    f"{_attribute(f'sonde.guardrail.{direction}.blocked')} IS NOT NULL" for direction in ("input", "output")
)


def _headroom(what: str) -> str:
    """The least share that was left of a provider's limit, 0 to 1."""
    left, limit = (
        f"toFloat64OrNull(toString({_attribute(f'sonde.ratelimit.{what}.{part}')}))"
        for part in ("remaining", "limit")
    )
    return f"min({left} / nullIf({limit}, 0))"


AGGREGATES: dict[str, Aggregate] = _rolled_up() | {
    aggregate.name: aggregate
    for aggregate in (
        Aggregate("duration_p90_ns", "quantileTDigest(0.9)(toFloat64(duration_ns))"),
        Aggregate("thinking", "quantilesTDigest(0.5, 0.95)(thinking_ms)"),
        Aggregate("itl_p95", "quantileTDigest(0.95)(itl_p95_ms)"),
        Aggregate("stall_sum", "sum(stalls)"),
        Aggregate("cost_median", "quantileTDigest(0.5)(toFloat64(cost_usd))"),
        Aggregate("cost_max", "max(cost_usd)"),
        Aggregate("traces", "uniq(trace_id)"),
        Aggregate("blocked", f"countIf({_BLOCKED})"),
        Aggregate(
            "breaker_refused",
            f"countIf(toString({_attribute('sonde.breaker.state')}) IN ('open', 'half_open'))",
        ),
        Aggregate("requests_headroom", _headroom("requests")),
        Aggregate("tokens_headroom", _headroom("tokens")),
    )
}
"""By name."""
