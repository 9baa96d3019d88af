"""The overview: totals of a time range, the same of the range before it, series and the largest parts."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Money, Time


class DurationQuantiles(Answer):
    """Milliseconds. Null when there is no call. Approximate (t-digest) for longer ranges."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class TtftQuantiles(Answer):
    """Time to the first token in milliseconds, of streamed calls that report it."""

    p50: float | None = None
    p95: float | None = None


class TokenSums(Answer):
    """Sums over the calls that report them. ``input`` = uncached + cached + cache write; ``output`` includes
    reasoning.
    """

    input: int = 0
    uncached_input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    total: int = 0


class CostSums(Answer):
    """US dollars of the priced calls. Null when no call has a known cost: unknown is not free."""

    total: Money | None = None
    input: Money | None = None
    output: Money | None = None


class CallAggregate(Answer):
    """The measures of a set of calls."""

    calls: int = 0
    errors: int = 0
    error_rate: float | None = Field(default=None, description="errors / calls, 0 to 1; null without calls")
    duration_ms: DurationQuantiles
    ttft_ms: TtftQuantiles
    tokens: TokenSums
    cost_usd: CostSums
    unpriced_calls: int = Field(
        default=0, description="Calls whose price is not known: cost_usd leaves them out"
    )
    usage_missing_calls: int = Field(default=0, description="Calls that reported no tokens")
    users: int = Field(default=0, description="Different users, approximate")
    sessions: int = Field(default=0, description="Different sessions, approximate")


class OverviewPoint(CallAggregate):
    """One step of the series."""

    time: Time = Field(description="Start of the step")


class ModelUse(CallAggregate):
    """One model of one provider."""

    provider: str | None = None
    model: str | None = Field(
        default=None, description="The model asked for; the answering one when it is not known"
    )


class NamedUse(CallAggregate):
    """One service or one endpoint."""

    name: str | None = None


class Overview(Answer):
    """Everything the first page needs, in one answer."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    step_seconds: int
    source: Literal["rows", "rollup"] = Field(
        description="Whether roll-ups were used; then `from` and `to` are rounded outwards to the minute"
    )
    totals: CallAggregate
    previous: CallAggregate = Field(description="The same measures of the range of equal length just before")
    series: list[OverviewPoint]
    models: list[ModelUse] = Field(description="Largest first by cost, then calls")
    services: list[NamedUse]
    endpoints: list[NamedUse]
