"""The measures of a set of calls: as SQL over rows and over the roll-up, and as they are sent."""

from decimal import Decimal
from typing import Any

from sonde.api.reads.query import finite, money
from sonde.api.schemas.overview import (
    CallAggregate,
    CostSums,
    DurationQuantiles,
    TokenSums,
    TtftQuantiles,
)
from sonde.store.rollups import STATES, from_rows, merged

TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
COSTS = ("cost_usd", "input_cost_usd", "output_cost_usd")
COUNTS = ("calls", "errors", "unpriced", "tokens_unknown")

# Every result has a name of its own: an alias that is also a column would be put in for it.
_SUMS = (*COUNTS, *TOKENS, *COSTS)

ROW_COLUMNS = (
    "provider, service, endpoint, status, cost_state, duration_ns, ttft_ms, user_id, session_id, "
    + ", ".join((*TOKENS, *COSTS))
)
"""What `ROW_STAGE` and the breakdowns take of call rows."""
ROLLUP_COLUMNS = ", ".join(("bucket", "provider", "service", "endpoint", *_SUMS, *STATES))
"""What `ROLLUP_STAGE` and the breakdowns take of roll-ups."""
ROW_STAGE = ", ".join(
    f"{expression} AS {'s' if name in STATES else 'n'}_{name}"
    for name, expression in from_rows().items()
    if name in STATES or name in _SUMS
)
"""From call rows to sums and states, which `MEASURES` takes."""
ROLLUP_STAGE = ", ".join(
    (
        *(f"sum({name}) AS n_{name}" for name in _SUMS),
        *(f"{merged(name, suffix='MergeState')} AS s_{name}" for name in STATES),
    )
)
"""The same from `sonde.store.rollups`."""
MEASURES = ", ".join(
    (
        *(f"sum(stage.n_{name}) AS n_{name}" for name in _SUMS),
        f"{merged('duration_digest', 's_duration_digest')} AS duration_quantiles",
        f"{merged('ttft_digest', 's_ttft_digest')} AS ttft_quantiles",
        f"{merged('users', 's_users')} AS n_users",
        f"{merged('sessions', 's_sessions')} AS n_sessions",
    )
)
"""The measures of anything made by one of the stages."""
QUANTILES = 3


def aggregate_fields(row: dict[str, Any]) -> dict[str, Any]:
    """Fields of `CallAggregate` from a row of measures."""
    calls = int(row["n_calls"])
    tokens = {name: int(row[f"n_{name}"] or 0) for name in TOKENS}
    cached, written = tokens["cached_input_tokens"], tokens["cache_write_tokens"]
    priced = calls > int(row["n_unpriced"])
    duration = [_milliseconds(value) for value in _quantiles(row["duration_quantiles"])]
    ttft = [finite(value) for value in _quantiles(row["ttft_quantiles"])]
    return {
        "calls": calls,
        "errors": int(row["n_errors"]),
        "error_rate": row["n_errors"] / calls if calls else None,
        "duration_ms": DurationQuantiles(p50=duration[0], p95=duration[1], p99=duration[2]),
        "ttft_ms": TtftQuantiles(p50=ttft[0], p95=ttft[1]),
        "tokens": TokenSums(
            input=tokens["input_tokens"],
            uncached_input=max(tokens["input_tokens"] - cached - written, 0),
            cached_input=cached,
            cache_write=written,
            output=tokens["output_tokens"],
            reasoning=tokens["reasoning_tokens"],
            total=tokens["input_tokens"] + tokens["output_tokens"],
        ),
        "cost_usd": CostSums(
            total=money(_sum(row["n_cost_usd"], priced)),
            input=money(_sum(row["n_input_cost_usd"], priced)),
            output=money(_sum(row["n_output_cost_usd"], priced)),
        ),
        "unpriced_calls": int(row["n_unpriced"]),
        "usage_missing_calls": int(row["n_tokens_unknown"]),
        "users": int(row["n_users"]),
        "sessions": int(row["n_sessions"]),
    }


def empty_aggregate() -> CallAggregate:
    """The measures of no call: counts are 0, everything else is unknown."""
    return CallAggregate(
        duration_ms=DurationQuantiles(),
        ttft_ms=TtftQuantiles(),
        tokens=TokenSums(),
        cost_usd=CostSums(),
    )


def _sum(value: Decimal | None, priced: bool) -> Decimal | None:
    """A sum of money; without a priced call it is unknown, not 0."""
    return value if priced else None


def _quantiles(values: list[float | None] | None) -> list[float | None]:
    found = list(values or [])
    return found if len(found) == QUANTILES else [None] * QUANTILES


def _milliseconds(nanoseconds: float | None) -> float | None:
    value = finite(nanoseconds)
    return None if value is None else round(value / 1e6, 3)
